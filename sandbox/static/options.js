/** The fields of a slash command's options, each by its type. */

import { upload } from "./api.js";
import { html, live, nothing } from "./lit.js";
import { unknown } from "./media.js";
import { Picker } from "./picker.js";

/**
 * @typedef {object} Control
 * @property {(wrong: boolean) => unknown} template
 * @property {() => unknown} read A value, or a promise of one; "" where nothing was filled in.
 * @property {() => string} check What is wrong with it, or "".
 */

/**
 * Discord's option types, as the select that offers the same things.
 * @type {Record<number, number>}
 */
const ENTITIES = { 6: 5, 7: 8, 8: 6, 9: 7 };
const NEEDED = "This option is required.";

/** @param {import("./commands.js").CommandForm} form @param {any} option @param {string} id @returns {Control} */
export function control(form, option, id) {
  if (option.autocomplete) return suggesting(form, option, id);
  if (option.choices?.length)
    return menu(
      option,
      id,
      option.choices.map((/** @type {any} */ one) => [one.value, one.name]),
    );
  if (option.type === 5)
    return menu(option, id, [
      [true, "True"],
      [false, "False"],
    ]);
  if (option.type in ENTITIES) {
    const like = { type: ENTITIES[option.type], channel_types: option.channel_types };
    return menu(
      option,
      id,
      form.app.interactions.options(like).map((one) => [one.value, one.label]),
    );
  }
  if (option.type === 11) return file(option, id);
  if (option.type === 3 || option.type === 4 || option.type === 10) return entry(option, id);
  return { template: () => unknown(`option type ${option.type}`), read: () => "", check: () => "" };
}

/**
 * What is wrong with a text or a number.
 * @param {any} option @param {string} text
 */
function wrong(option, text) {
  if (text === "") return option.required ? NEEDED : "";
  if (option.type === 3) {
    if (option.min_length && text.length < option.min_length) return `At least ${option.min_length} characters.`;
    if (option.max_length && text.length > option.max_length) return `At most ${option.max_length} characters.`;
    return "";
  }
  const number = Number(text.replace(",", "."));
  if (Number.isNaN(number)) return "This is not a number.";
  if (option.type === 4 && !Number.isInteger(number)) return "This is not a whole number.";
  if (option.min_value !== undefined && number < option.min_value) return `At least ${option.min_value}.`;
  if (option.max_value !== undefined && number > option.max_value) return `At most ${option.max_value}.`;
  return "";
}

/** @param {any} option @param {string} text */
const typed = (option, text) => (option.type === 3 || text === "" ? text : Number(text.replace(",", ".")));

/** @param {string} id @param {boolean} problem */
const described = (id, problem) => `${id}-hint${problem ? ` ${id}-problem` : ""}`;

/** @param {any} option @param {string} id @returns {Control} */
function entry(option, id) {
  let text = "";
  return {
    template: (problem) =>
      html`<input
        id=${id}
        type="text"
        inputmode=${option.type === 3 ? "text" : option.type === 4 ? "numeric" : "decimal"}
        autocomplete="off"
        aria-required=${String(Boolean(option.required))}
        aria-invalid=${String(problem)}
        aria-describedby=${described(id, problem)}
        .value=${live(text)}
        @input=${(/** @type {Event} */ event) => {
          text = /** @type {HTMLInputElement} */ (event.target).value;
        }}
      />`,
    read: () => (wrong(option, text.trim()) ? text : typed(option, text.trim())),
    check: () => wrong(option, text.trim()),
  };
}

/** @param {any} option @param {string} id @param {[unknown, string][]} choices @returns {Control} */
function menu(option, id, choices) {
  let chosen = "";
  return {
    template: (problem) =>
      html`<select
        id=${id}
        aria-required=${String(Boolean(option.required))}
        aria-invalid=${String(problem)}
        aria-describedby=${described(id, problem)}
        @change=${(/** @type {Event} */ event) => {
          chosen = /** @type {HTMLSelectElement} */ (event.target).value;
        }}
      >
        <option value="">Choose…</option>
        ${choices.map(([, name], index) => html`<option value=${index}>${name}</option>`)}
      </select>`,
    read: () => (chosen === "" ? "" : choices[Number(chosen)][0]),
    check: () => (chosen === "" && option.required ? NEEDED : ""),
  };
}

/** @param {any} option @param {string} id @returns {Control} */
function file(option, id) {
  /** @type {File | undefined} */
  let chosen;
  return {
    template: (problem) =>
      html`<input
        id=${id}
        type="file"
        aria-required=${String(Boolean(option.required))}
        aria-invalid=${String(problem)}
        aria-describedby=${described(id, problem)}
        @change=${(/** @type {Event} */ event) => {
          chosen = /** @type {HTMLInputElement} */ (event.target).files?.[0];
        }}
      />`,
    read: async () => (chosen ? upload(chosen) : ""),
    check: () => (!chosen && option.required ? NEEDED : ""),
  };
}

/**
 * A field that asks the bot for suggestions.
 * @param {import("./commands.js").CommandForm} form @param {any} option @param {string} id @returns {Control}
 */
function suggesting(form, option, id) {
  let text = "";
  /** @type {any} */
  let chosen = null;
  let asked = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  const picker = new Picker(`${id}-list`, () => form.pane.composer.draw());
  const ask = async () => {
    const mine = (asked += 1);
    const choices = await form.suggest(option);
    if (mine !== asked || document.activeElement?.id !== id) return;
    const entries = choices.map((choice) => ({
      key: String(choice.value),
      draw: () => html`<span class="picker-text">${choice.name}</span>`,
      pick: () => {
        chosen = choice;
        text = choice.name;
        asked += 1;
        picker.open = false;
        form.pane.composer.draw();
      },
    }));
    picker.show(`Suggestions for ${option.name}`, entries, "No suggestions");
  };
  return {
    template: (problem) =>
      html`<span class="combo"
        ><input
          id=${id}
          type="text"
          role="combobox"
          autocomplete="off"
          aria-autocomplete="list"
          aria-controls="${id}-list"
          aria-expanded=${String(picker.open)}
          aria-activedescendant=${picker.active ?? nothing}
          aria-required=${String(Boolean(option.required))}
          aria-invalid=${String(problem)}
          aria-describedby=${described(id, problem)}
          .value=${live(text)}
          @input=${(/** @type {Event} */ event) => {
            text = /** @type {HTMLInputElement} */ (event.target).value;
            chosen = null;
            clearTimeout(soon);
            soon = setTimeout(ask, 120);
          }}
          @focus=${ask}
          @blur=${(/** @type {FocusEvent} */ event) => picker.left(event)}
          @keydown=${(/** @type {KeyboardEvent} */ event) => picker.key(event)}
        />${picker.template()}</span
      >`,
    read: () => {
      if (chosen) return chosen.value;
      return wrong(option, text.trim()) ? text : typed(option, text.trim());
    },
    check: () => (chosen ? "" : wrong(option, text.trim())),
  };
}
