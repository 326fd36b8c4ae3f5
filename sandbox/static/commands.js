/** Slash commands: finding one, and filling in its options. */

import { h } from "./dom.js";

/** @typedef {import("./app.js").App} App */
/**
 * A command as it is typed: subcommands stand for themselves.
 * @typedef {{name: string, description: string, options: any[], command: any}} Runnable
 */

const SUBCOMMAND = 1;
const GROUP = 2;

/** @param {any[]} commands Registered chat commands. @returns {Runnable[]} */
export function runnables(commands) {
  return commands
    .flatMap((command) => flatten(command, command.name, command))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** @param {any} node @param {string} name @param {any} command @returns {Runnable[]} */
function flatten(node, name, command) {
  const subs = (node.options ?? []).filter(
    (/** @type {any} */ o) => o.type === SUBCOMMAND || o.type === GROUP,
  );
  if (!subs.length) return [{ name, description: node.description, options: node.options ?? [], command }];
  return subs.flatMap((/** @type {any} */ sub) => flatten(sub, `${name} ${sub.name}`, command));
}

/**
 * The form of one command.
 * @param {App} app @param {Runnable} runnable @param {() => void} done Called when it was run or given up.
 * @returns {HTMLFormElement}
 */
export function commandForm(app, runnable, done) {
  /** @type {Map<string, () => unknown>} */
  const readers = new Map();
  const values = async () => {
    /** @type {Record<string, unknown>} */
    const out = {};
    for (const [name, read] of readers) {
      const value = await read();
      if (value !== "" && value !== undefined && value !== null) out[name] = value;
    }
    return out;
  };
  const fields = h("div", { class: "options" });
  const more = h("div", { class: "more", role: "group", "aria-label": "Optional" });
  /** @param {any} option @param {boolean} focus */
  const add = (option, focus) => {
    const row = field(app, runnable, option, readers, values);
    fields.append(row);
    if (focus) /** @type {HTMLElement | null} */ (row.querySelector("input, select"))?.focus();
  };
  for (const option of runnable.options) {
    if (option.required) add(option, false);
    else {
      const chip = h(
        "button",
        {
          type: "button",
          class: "chip",
          title: option.description,
          onclick: () => (chip.remove(), add(option, true)),
        },
        `+ ${option.name}`,
      );
      more.append(chip);
    }
  }
  const problem = h("p", { class: "failure", role: "alert" });
  const run = h("button", { class: "button primary" }, "Run");
  const form = /** @type {HTMLFormElement} */ (
    h(
      "form",
      { class: "command", "aria-label": `/${runnable.name}` },
      h(
        "p",
        { class: "command-name" },
        h("strong", {}, `/${runnable.name}`),
        " ",
        h("span", {}, runnable.description),
      ),
      fields,
      runnable.options.some((o) => !o.required) ? more : null,
      problem,
      h(
        "div",
        { class: "command-actions" },
        run,
        h("button", { type: "button", class: "button secondary", onclick: done }, "Cancel"),
      ),
    )
  );
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) done();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    run.toggleAttribute("disabled", true);
    const refused = await app.interactions.runCommand(runnable.name, await values());
    run.toggleAttribute("disabled", false);
    problem.textContent = refused ?? "";
    if (!refused) done();
  });
  return form;
}

/**
 * @param {App} app @param {Runnable} runnable @param {any} option
 * @param {Map<string, () => unknown>} readers @param {() => Promise<Record<string, unknown>>} values
 */
function field(app, runnable, option, readers, values) {
  const suggest = option.autocomplete
    ? async () => app.interactions.autocomplete(runnable.name, await values(), option.name)
    : null;
  const { element, read } = control(app, option, suggest);
  readers.set(option.name, read);
  const required = option.required && h("span", { class: "required", "aria-label": "required" }, " *");
  return h(
    "label",
    { class: "field" },
    h("span", { class: "label" }, option.name, required),
    element,
    h("small", {}, option.description),
  );
}

/** @typedef {{element: HTMLElement, read: () => unknown}} Control */

/** @param {App} app @param {any} option @param {(() => Promise<any[]>) | null} suggest @returns {Control} */
function control(app, option, suggest) {
  const { required } = option;
  if (suggest) return suggesting(option, suggest);
  if (option.choices?.length)
    return menu(
      required,
      option.choices.map((/** @type {any} */ c) => [c.value, c.name]),
    );
  switch (option.type) {
    case 3:
      return entry({ type: "text", required, minlength: option.min_length, maxlength: option.max_length });
    case 4:
      return entry(
        { type: "number", step: 1, required, min: option.min_value, max: option.max_value },
        Number,
      );
    case 10:
      return entry(
        { type: "number", step: "any", required, min: option.min_value, max: option.max_value },
        Number,
      );
    case 5:
      return menu(required, [
        [true, "True"],
        [false, "False"],
      ]);
    case 6:
    case 7:
    case 8:
    case 9: {
      const kind = { 6: 5, 7: 8, 8: 6, 9: 7 }[/** @type {6 | 7 | 8 | 9} */ (option.type)];
      return menu(
        required,
        app.interactions
          .options({ type: kind, channel_types: option.channel_types })
          .map((o) => [o.value, o.label]),
      );
    }
    case 11: {
      const input = /** @type {HTMLInputElement} */ (h("input", { type: "file", required }));
      return { element: input, read: async () => (await app.uploads(input))[0] };
    }
    default:
      return {
        element: h(
          "span",
          { class: "unknown" },
          `The page does not know this kind of option (type ${option.type}).`,
        ),
        read: () => "",
      };
  }
}

/** @param {Record<string, unknown>} attributes @param {(text: string) => unknown} [convert] @returns {Control} */
function entry(attributes, convert = String) {
  const input = /** @type {HTMLInputElement} */ (h("input", { autocomplete: "off", ...attributes }));
  return { element: input, read: () => (input.value === "" ? "" : convert(input.value)) };
}

/** @param {boolean} required @param {[unknown, string][]} choices @returns {Control} */
function menu(required, choices) {
  const input = /** @type {HTMLSelectElement} */ (
    h(
      "select",
      { required },
      h("option", { value: "" }, "Choose…"),
      ...choices.map(([, name], index) => h("option", { value: index }, name)),
    )
  );
  return { element: input, read: () => (input.value === "" ? "" : choices[Number(input.value)][0]) };
}

let listCount = 0;

/** A field that asks the bot for suggestions. @param {any} option @param {() => Promise<any[]>} suggest @returns {Control} */
function suggesting(option, suggest) {
  const id = `suggestions-${(listCount += 1)}`;
  const input = /** @type {HTMLInputElement} */ (
    h("input", {
      type: "text",
      required: option.required,
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-controls": id,
      "aria-expanded": "false",
      autocomplete: "off",
    })
  );
  const list = h("ul", {
    id,
    class: "suggestions",
    role: "listbox",
    "aria-label": `Suggestions for ${option.name}`,
    hidden: true,
  });
  /** @type {any} */
  let chosen = null;
  let asked = 0;
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  /** @param {any} choice */
  const choose = (choice) => {
    chosen = choice;
    input.value = choice.name;
    close();
  };
  const ask = async () => {
    const mine = (asked += 1);
    const choices = await suggest();
    if (mine !== asked || !input.isConnected) return;
    list.replaceChildren(
      ...choices.map((choice, index) =>
        h(
          "li",
          {
            role: "option",
            id: `${id}-${index}`,
            "aria-selected": "false",
            onpointerdown: (/** @type {Event} */ e) => (e.preventDefault(), choose(choice)),
          },
          choice.name,
        ),
      ),
    );
    if (!choices.length) list.append(h("li", { class: "none" }, "No suggestions"));
    /** @type {any} */ (list).choices = choices;
    list.hidden = document.activeElement !== input;
    input.setAttribute("aria-expanded", String(!list.hidden));
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  input.addEventListener("input", () => {
    chosen = null;
    clearTimeout(soon);
    soon = setTimeout(ask, 120);
  });
  input.addEventListener("focus", ask);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const at = moveSelection(list, input, event);
    if (at >= 0) choose(/** @type {any} */ (list).choices[at]);
    else if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });
  const element = h("span", { class: "combo" }, input, list);
  return { element, read: () => typed(option, chosen ? chosen.value : input.value) };
}

/** @param {any} option @param {any} value */
function typed(option, value) {
  return value !== "" && (option.type === 4 || option.type === 10) ? Number(value) : value;
}

/**
 * Move through a listbox by the arrow keys.
 * @param {HTMLElement} list @param {HTMLElement} input @param {KeyboardEvent} event
 * @returns {number} The index that Enter or Tab chose, else -1.
 */
export function moveSelection(list, input, event) {
  const items = /** @type {HTMLElement[]} */ ([...list.querySelectorAll('[role="option"]')]);
  const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  if ((event.key === "Enter" || event.key === "Tab") && at >= 0) {
    event.preventDefault();
    return at;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && items.length) {
    event.preventDefault();
    const next = at < 0 && step < 0 ? items.length - 1 : (at + step + items.length) % items.length;
    items.forEach((item, index) => item.setAttribute("aria-selected", String(index === next)));
    items[next].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", items[next].id);
  }
  return -1;
}
