/** The input line: messages, files, replies, and the way to slash commands. */

import { CommandForm, fitting, runnables } from "./commands.js";
import { html, nothing, ref, render } from "./lit.js";
import { isThread } from "./names.js";
import { commandEntry, nameEntry, Picker } from "./picker.js";
import { size } from "./media.js";

const REFERENCE = /(?:^|\s)([@#])([^\s@#]*)$/;
const COMMAND = /^\/[a-z][\w-]*(?:\s|$)/i;
const MOST_FILES = 10;
/** Whether the browser fits a field to its text by itself, without the page's being laid out at each key. */
const GROWS = CSS.supports("field-sizing", "content");

export class Composer {
  /** @type {any} */
  replyTo = null;
  /** @type {File[]} */
  files = [];
  /** @type {CommandForm | null} */
  form = null;
  problem = "";
  sending = false;
  /** @type {HTMLTextAreaElement | null} */
  entry = null;
  /** @type {HTMLElement | null} */
  #root = null;
  /** What the input line is to say as soon as it is there. */
  #waiting = "";
  /**
   * What was typed in other channels.
   * @type {Map<string, string>}
   */
  #drafts = new Map();
  #channelId = "";

  /** @param {import("./pane.js").Pane} pane */
  constructor(pane) {
    this.pane = pane;
    this.app = pane.app;
    this.prefix = pane.beside ? "side-" : "";
    this.picker = new Picker(`${this.prefix}picker`, () => this.draw());
  }

  /**
   * For the element that the pane keeps for it.
   * @param {Element | undefined} element
   */
  place = (element) => {
    this.#root = element instanceof HTMLElement ? element : null;
    if (!this.#root) this.entry = null;
  };

  /** Draw the composer alone: a key that is typed touches nothing else of the page. */
  draw() {
    if (!this.#root || !this.pane.channel()) return;
    render(this.#template(), this.#root);
    if (!this.#waiting || !this.entry) return;
    this.entry.value = this.#waiting;
    this.#waiting = "";
    this.#grow();
  }

  /** The pane shows another channel, or another person looks: each keeps what was typed there. */
  moved() {
    if (this.entry && this.#channelId) this.#drafts.set(this.#channelId, this.entry.value);
    this.#channelId = this.pane.channelId;
    this.#clear(this.#drafts.get(this.#channelId) ?? "");
  }

  /** @param {string} text */
  #clear(text) {
    this.replyTo = null;
    this.files = [];
    this.form = null;
    this.problem = "";
    this.picker.open = false;
    this.#waiting = this.entry ? "" : text;
    if (this.entry) this.entry.value = text;
    this.#grow();
  }

  focus() {
    this.entry?.focus();
  }

  /** @param {any} message */
  reply(message) {
    this.form = null;
    this.replyTo = message;
    this.draw();
    this.focus();
  }

  /** @param {File[]} files */
  addFiles(files) {
    if (!files.length) return;
    this.form = null;
    this.files = [...this.files, ...files].slice(0, MOST_FILES);
    this.problem = files.length > MOST_FILES ? `A message has at most ${MOST_FILES} files.` : "";
    this.draw();
    this.focus();
  }

  /**
   * Put text where the caret is.
   * @param {string} text
   */
  write(text) {
    this.form = null;
    this.draw();
    if (!this.entry) return;
    this.entry.focus();
    this.entry.setRangeText(text, this.entry.selectionStart, this.entry.selectionEnd, "end");
    this.#typed();
  }

  /**
   * Write a command's name, or open its form where the name is whole.
   * @param {string} name
   */
  startCommand(name) {
    const runnable = this.#commands().find((command) => command.name === name);
    if (runnable) return this.#open(runnable);
    this.form = null;
    this.draw();
    if (!this.entry) return;
    this.entry.value = `/${name}`;
    this.entry.focus();
    this.#typed();
  }

  #commands() {
    return runnables(this.app.interactions.commandsOf(this.pane.channelId, 1));
  }

  #grow() {
    const { entry } = this;
    if (!entry || GROWS) return;
    entry.style.height = "auto";
    if (entry.value) entry.style.height = `${Math.min(entry.scrollHeight, innerHeight / 3)}px`;
  }

  #typed() {
    this.#grow();
    if (this.problem) {
      this.problem = "";
      this.draw();
    }
    const text = this.entry?.value ?? "";
    if (text.startsWith("/") && !text.includes("\n")) return this.#offerCommands(text.slice(1));
    const before = text.slice(0, this.entry?.selectionStart ?? 0);
    const found = REFERENCE.exec(before);
    if (found) return this.#offerNames(found[1], found[2].toLowerCase());
    this.picker.close();
  }

  /** @param {string} typed */
  #offerCommands(typed) {
    const fits = fitting(this.#commands(), typed);
    const entries = fits.map((runnable) => commandEntry(runnable, () => this.#open(runnable)));
    const note = typed.trim() ? `No command is called /${typed.trim()}` : "There are no commands for you here.";
    this.picker.show("Commands", entries, note);
  }

  /** @param {string} mark @param {string} typed */
  #offerNames(mark, typed) {
    const { app } = this;
    const names =
      mark === "@"
        ? app.users().map((user) => ({ id: user.id, name: app.names.of(user), icon: "" }))
        : app
            .channels()
            .filter((channel) => channel.name && channel.type !== 4)
            .map((channel) => ({ id: channel.id, name: channel.name, icon: "#" }));
    const fits = names.filter(({ name }) => name.toLowerCase().startsWith(typed)).slice(0, 10);
    const entries = fits.map(({ id, name, icon }) => nameEntry(name, id, icon, () => this.#complete(`${mark}${name} `)));
    this.picker.show(mark === "@" ? "Members" : "Channels", entries);
  }

  /** @param {string} text */
  #complete(text) {
    const { entry } = this;
    if (!entry) return;
    const end = entry.selectionStart;
    const start = end - (REFERENCE.exec(entry.value.slice(0, end))?.[0].trimStart().length ?? 0);
    entry.setRangeText(text, start, end, "end");
    this.picker.close();
    entry.focus();
  }

  /** @param {import("./commands.js").Runnable} runnable */
  #open(runnable) {
    this.picker.open = false;
    if (this.entry) this.entry.value = "";
    this.#grow();
    this.form = new CommandForm(this.pane, runnable, () => {
      this.form = null;
      this.draw();
      this.focus();
    });
    this.draw();
    this.form.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing || this.picker.key(event)) return;
    if (event.key === "Escape" && this.replyTo) {
      this.replyTo = null;
      this.draw();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      void this.#send();
    }
  }

  /**
   * Names after @ and # become what Discord's own client sends for them.
   * @param {string} text
   */
  #resolve(text) {
    const { app } = this;
    /** @type {[string, string][]} */
    const known = [
      ...app.users().map((user) => /** @type {[string, string]} */ ([`@${app.names.of(user)}`, `<@${user.id}>`])),
      ...app
        .channels()
        .filter((channel) => channel.name)
        .map((channel) => /** @type {[string, string]} */ ([`#${channel.name}`, `<#${channel.id}>`])),
    ];
    known.sort(([a], [b]) => b.length - a.length);
    for (const [name, reference] of known)
      text = text.replace(new RegExp(`(^|\\s)${quoted(name)}(?![\\w-])`, "g"), `$1${reference}`);
    return text;
  }

  /**
   * Open the form of the command that was written out; what only looks like one is not sent, as it was not meant for all.
   * @param {string} typed
   */
  #command(typed) {
    const written = this.#commands().filter(({ name }) => `${typed} `.startsWith(`/${name} `));
    const [longest] = written.sort((a, b) => b.name.length - a.name.length);
    if (longest) return this.#open(longest);
    const [first] = typed.split(/\s/);
    this.problem = `Nothing was sent: there is no command ${first} for you here. The button with the slash shows those that there are.`;
    this.picker.close();
    this.draw();
  }

  async #send() {
    const typed = this.entry?.value.trim() ?? "";
    if (this.sending || (!typed && !this.files.length)) return;
    if (COMMAND.test(typed)) return this.#command(typed);
    this.sending = true;
    this.draw();
    const refused = await this.app.acts.sendMessage(this.pane.channelId, this.#resolve(typed), this.files, this.replyTo);
    this.sending = false;
    if (refused) this.problem = refused;
    else this.#clear("");
    this.draw();
    this.focus();
  }

  #template() {
    const { app, prefix } = this;
    const channel = this.pane.channel();
    const locked = isThread(channel) && channel.thread_metadata.locked;
    const label = `Message ${app.names.label(channel)}`;
    if (this.form) return this.form.template();
    const choose = (/** @type {Event} */ event) =>
      /** @type {HTMLElement} */ (event.currentTarget).parentElement?.querySelector("input")?.click();
    const chosen = (/** @type {Event} */ event) => {
      const input = /** @type {HTMLInputElement} */ (event.target);
      this.addFiles([...(input.files ?? [])]);
      input.value = "";
    };
    return html`${this.picker.template()} ${this.#reply()} ${this.#files()}
      ${this.problem ? html`<p class="failure" role="alert">${this.problem}</p>` : nothing}
      ${locked ? html`<p class="muted">🔒 This thread is locked: only those who manage threads can write.</p>` : nothing}
      <form
        class="line"
        aria-busy=${this.sending ? "true" : nothing}
        @submit=${(/** @type {Event} */ event) => (event.preventDefault(), void this.#send())}
      >
        <button type="button" class="round" aria-label="Attach files" title="Attach files" @click=${choose}>
          <span aria-hidden="true">+</span>
        </button>
        <input type="file" multiple hidden aria-label="Files" @change=${chosen} />
        <textarea
          id="${prefix}entry"
          rows="1"
          maxlength="2000"
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls="${prefix}picker"
          aria-activedescendant=${this.picker.active ?? nothing}
          aria-label=${label}
          placeholder=${label}
          @input=${() => this.#typed()}
          @keydown=${(/** @type {KeyboardEvent} */ event) => this.#key(event)}
          @blur=${(/** @type {FocusEvent} */ event) => this.picker.left(event)}
          @paste=${(/** @type {ClipboardEvent} */ event) => this.#paste(event)}
          ${ref((/** @type {Element | undefined} */ element) => {
            this.entry = /** @type {HTMLTextAreaElement | null} */ (element ?? null);
          })}
        ></textarea>
        <button type="button" class="round" aria-label="Commands" title="Commands" @click=${() => this.startCommand("")}>
          <span aria-hidden="true">/</span>
        </button>
        <button class="round send" aria-label="Send" title="Send"><span aria-hidden="true">➤</span></button>
      </form>`;
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.addFiles(files);
  }

  #reply() {
    if (!this.replyTo) return nothing;
    const stop = () => {
      this.replyTo = null;
      this.draw();
      this.focus();
    };
    return html`<p class="replying">
      <span>Replying to <strong>${this.app.names.of(this.replyTo.author)}</strong></span>
      <button type="button" class="round small" aria-label="Do not reply" @click=${stop}><span aria-hidden="true">✕</span></button>
    </p>`;
  }

  #files() {
    if (!this.files.length) return nothing;
    const remove = (/** @type {File} */ file) => {
      this.files = this.files.filter((one) => one !== file);
      this.draw();
      this.focus();
    };
    return html`<ul class="chosen-files" aria-label="Files to send">
      ${this.files.map(
        (file) =>
          html`<li>
            <span aria-hidden="true">📄</span> <span class="name">${file.name} <small>${size(file.size)}</small></span>
            <button type="button" class="round small" aria-label=${`Remove ${file.name}`} @click=${() => remove(file)}>
              <span aria-hidden="true">✕</span>
            </button>
          </li>`,
      )}
    </ul>`;
  }
}

/** @param {string} text */
const quoted = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
