/** The input line: messages, files, replies, and the picker of slash commands. */

import { commandForm, moveSelection, runnables } from "./commands.js";
import { $, h } from "./dom.js";

/** @typedef {import("./app.js").App} App */

export class Composer {
  /** @type {any} */
  replyTo = null;
  /** @type {File[]} */
  files = [];

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.entry = /** @type {HTMLTextAreaElement} */ (
      h("textarea", {
        id: "entry",
        rows: 1,
        "aria-autocomplete": "list",
        "aria-controls": "picker",
        maxlength: 2000,
      })
    );
    this.picker = h("ul", { id: "picker", role: "listbox", "aria-label": "Commands", hidden: true });
    this.extras = h("div", { class: "extras" });
    this.problem = h("p", { class: "failure", role: "alert" });
    const chooser = /** @type {HTMLInputElement} */ (
      h("input", { type: "file", multiple: true, hidden: true })
    );
    chooser.addEventListener("change", () => {
      this.addFiles([...(chooser.files ?? [])]);
      chooser.value = "";
    });
    const attach = h(
      "button",
      { type: "button", class: "round", "aria-label": "Attach files", onclick: () => chooser.click() },
      "+",
    );
    const slash = h(
      "button",
      { type: "button", class: "round", "aria-label": "Commands", onclick: () => this.startCommand("") },
      "/",
    );
    const send = h("button", { class: "round send", "aria-label": "Send" }, "➤");
    this.line = h("form", { class: "line" }, attach, slash, this.entry, send, chooser);
    this.line.addEventListener("submit", (event) => (event.preventDefault(), this.#send()));
    this.entry.addEventListener("input", () => this.#typed());
    this.entry.addEventListener("keydown", (event) => this.#key(event));
    this.entry.addEventListener("blur", () => this.#closePicker());
    this.reset();
  }

  /** Begin anew: another channel or person. */
  reset() {
    this.replyTo = null;
    this.files = [];
    this.entry.value = "";
    this.problem.textContent = "";
    $("composer").replaceChildren(this.picker, this.extras, this.problem, this.line);
    this.#closePicker();
    this.#showExtras();
    const channel = this.app.channel(this.app.channelId);
    const label = channel ? `Message ${this.app.channelLabel(channel)}` : "Message";
    this.entry.placeholder = `${label}, or / for a command`;
    this.entry.setAttribute("aria-label", label);
    this.#grow();
  }

  /** @param {any} message */
  reply(message) {
    this.replyTo = message;
    this.#showExtras();
    this.entry.focus();
  }

  /** @param {File[]} files */
  addFiles(files) {
    this.files.push(...files);
    this.#showExtras();
    this.entry.focus();
  }

  /** Write a command's name, or open its form where the name is whole. @param {string} name */
  startCommand(name) {
    const runnable = this.#commands().find((command) => command.name === name);
    if (runnable) return this.#open(runnable);
    this.entry.value = `/${name}`;
    this.entry.focus();
    this.#typed();
  }

  #commands() {
    return runnables(this.app.interactions.contextCommands(1));
  }

  #showExtras() {
    const reply =
      this.replyTo &&
      h(
        "p",
        {},
        "Replying to ",
        h("strong", {}, this.app.displayName(this.replyTo.author)),
        " ",
        h(
          "button",
          { type: "button", class: "plain", onclick: () => ((this.replyTo = null), this.#showExtras()) },
          "Do not reply",
        ),
      );
    const files = this.files.map((file) =>
      h(
        "p",
        {},
        `📄 ${file.name} `,
        h(
          "button",
          {
            type: "button",
            class: "plain",
            onclick: () => ((this.files = this.files.filter((f) => f !== file)), this.#showExtras()),
          },
          "Remove",
        ),
      ),
    );
    this.extras.replaceChildren(...(reply ? [reply] : []), ...files);
  }

  #grow() {
    this.entry.style.height = "auto";
    this.entry.style.height = `${Math.min(this.entry.scrollHeight, 200)}px`;
  }

  #typed() {
    this.#grow();
    const text = this.entry.value;
    if (!text.startsWith("/") || text.includes("\n")) return this.#closePicker();
    const wanted = text.slice(1).trim().toLowerCase();
    const fits = this.#commands().filter((command) => command.name.includes(wanted));
    this.picker.replaceChildren(
      ...fits.map((command, index) =>
        h(
          "li",
          {
            role: "option",
            id: `picker-${index}`,
            "aria-selected": String(index === 0),
            onpointerdown: (/** @type {Event} */ e) => (e.preventDefault(), this.#open(command)),
          },
          h("strong", {}, `/${command.name}`),
          h("span", {}, command.description),
        ),
      ),
    );
    if (!fits.length)
      this.picker.append(
        h(
          "li",
          { class: "none" },
          wanted ? `No command is called /${wanted}` : "The bot has no commands for you here",
        ),
      );
    else this.entry.setAttribute("aria-activedescendant", "picker-0");
    this.picker.hidden = false;
    /** @type {any} */ (this.picker).commands = fits;
  }

  #closePicker() {
    this.picker.hidden = true;
    this.entry.removeAttribute("aria-activedescendant");
  }

  /** @param {import("./commands.js").Runnable} runnable */
  #open(runnable) {
    this.#closePicker();
    const done = () => {
      this.reset();
      this.entry.focus();
    };
    const form = commandForm(this.app, runnable, done);
    $("composer").replaceChildren(form);
    /** @type {HTMLElement | null} */ (form.querySelector("input, select, .command-actions button"))?.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!this.picker.hidden) {
      if (event.key === "Escape") return this.#closePicker();
      const at = moveSelection(this.picker, this.entry, event);
      if (at >= 0) return this.#open(/** @type {any} */ (this.picker).commands[at]);
    }
    if (event.key === "Escape" && this.replyTo) {
      this.replyTo = null;
      this.#showExtras();
    }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !event.defaultPrevented) {
      event.preventDefault();
      this.#send();
    }
  }

  async #send() {
    const content = this.entry.value.trim();
    if (!content && !this.files.length) return;
    const refused = await this.app.sendMessage(content, this.files, this.replyTo);
    if (refused) this.problem.textContent = refused;
    else this.reset();
  }
}
