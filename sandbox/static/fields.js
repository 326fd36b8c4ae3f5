/** The fields of a modal, each by its type, with what is wrong with it. */

import { upload } from "./api.js";
import { html, nothing, repeat } from "./lit.js";
import { size } from "./media.js";
import { emojiText } from "./select.js";

/** @typedef {import("./app.js").App} App */

/**
 * @typedef {object} Field
 * @property {string} id Of the element that takes the focus.
 * @property {string} customId
 * @property {boolean} touched Whether what is wrong with it is said already.
 * @property {() => unknown} template
 * @property {() => unknown} read The value that is sent, or a promise of it.
 * @property {() => string} check What is wrong with it, or "".
 */

const NEEDED = "This field is required.";
let count = 0;

/** @param {App} app @param {any} one @param {string} label @param {string | null | undefined} hint @returns {Field | null} */
export function field(app, one, label, hint) {
  const id = `field-${(count += 1)}`;
  const make = { 3: list, 4: text, 5: list, 6: list, 7: list, 8: list, 19: files, 21: list, 22: list, 23: tick }[
    /** @type {4} */ (one.type)
  ];
  if (!make) return null;
  const required = one.type !== 23 && (one.required ?? true);
  const inner = make(app, one, id, required);
  /** @type {Field} */
  const self = {
    id: inner.focus ?? id,
    customId: one.custom_id,
    touched: false,
    read: inner.read,
    check: inner.check,
    template: () => {
      const problem = self.touched ? inner.check() : "";
      const star = required ? html`<span class="required" aria-hidden="true"> *</span>` : nothing;
      const described = `${hint ? `${id}-hint ` : ""}${problem ? `${id}-problem` : ""}`.trim();
      return html`<div class="field ${problem ? "wrong" : ""}">
        ${inner.group
          ? html`<span class="label" id="${id}-label">${label}${star}</span>`
          : html`<label class="label" for=${id}>${label}${star}</label>`}
        ${hint ? html`<small id="${id}-hint">${hint}</small>` : nothing} ${inner.template(problem !== "", described)}
        ${problem ? html`<small class="failure" role="alert" id="${id}-problem">${problem}</small>` : nothing}
      </div>`;
    },
  };
  return self;
}

/**
 * @typedef {object} Inner
 * @property {boolean} [group] Whether a label would belong to several elements.
 * @property {string} [focus]
 * @property {(wrong: boolean, described: string) => unknown} template
 * @property {() => unknown} read
 * @property {() => string} check
 */

/** @param {App} _ @param {any} one @param {string} id @param {boolean} required @returns {Inner} */
function text(_, one, id, required) {
  let value = one.value ?? "";
  const high = one.max_length ?? 4000;
  const low = one.min_length ?? 0;
  const typed = (/** @type {Event} */ event) => {
    value = /** @type {HTMLInputElement} */ (event.target).value;
  };
  return {
    template: (wrong, described) =>
      one.style === 2
        ? html`<textarea
            id=${id}
            rows="4"
            maxlength=${high}
            aria-required=${String(required)}
            aria-invalid=${String(wrong)}
            aria-describedby=${described || nothing}
            placeholder=${one.placeholder ?? nothing}
            .value=${value}
            @input=${typed}
          ></textarea>`
        : html`<input
            id=${id}
            type="text"
            autocomplete="off"
            maxlength=${high}
            aria-required=${String(required)}
            aria-invalid=${String(wrong)}
            aria-describedby=${described || nothing}
            placeholder=${one.placeholder ?? nothing}
            .value=${value}
            @input=${typed}
          />`,
    read: () => value,
    check: () => {
      if (!value.trim()) return required ? NEEDED : "";
      return value.length < low ? `At least ${low} characters, there are ${value.length}.` : "";
    },
  };
}

/**
 * Selects of all kinds, radio buttons and boxes.
 * @param {App} app @param {any} one @param {string} id @param {boolean} required @returns {Inner}
 */
function list(app, one, id, required) {
  const options = app.interactions.options(one);
  const first = (one.default_values ?? []).map((/** @type {any} */ value) => String(value.id));
  const chosen = new Set(
    options.filter((option) => option.default || first.includes(option.value)).map((option) => option.value),
  );
  const most = one.type === 21 ? 1 : (one.max_values ?? (one.type === 22 ? options.length : 1));
  const low = required ? Math.max(1, one.min_values ?? 1) : 0;
  const single = one.type !== 21 && one.type !== 22 && most === 1;
  const read = () => options.map((option) => option.value).filter((value) => chosen.has(value));
  const check = () => {
    if (chosen.size < low) return low === 1 ? NEEDED : `Choose at least ${low}.`;
    return chosen.size > most ? `Choose at most ${most}.` : "";
  };
  if (single)
    return {
      read,
      check,
      template: (wrong, described) =>
        html`<select
          id=${id}
          aria-required=${String(required)}
          aria-invalid=${String(wrong)}
          aria-describedby=${described || nothing}
          @change=${(/** @type {Event} */ event) => {
            chosen.clear();
            const { value } = /** @type {HTMLSelectElement} */ (event.target);
            if (value) chosen.add(value);
          }}
        >
          <option value="">${one.placeholder ?? "Choose…"}</option>
          ${options.map(
            (option) =>
              html`<option value=${option.value} ?selected=${chosen.has(option.value)}>
                ${optionName(option)}
              </option>`,
          )}
        </select>`,
    };
  const radio = one.type === 21;
  return {
    group: true,
    focus: `${id}-0`,
    read,
    check,
    template: (_, described) =>
      html`<div
        class="boxes"
        role=${radio ? "radiogroup" : "group"}
        aria-labelledby="${id}-label"
        aria-describedby=${described || nothing}
      >
        ${options.map(
          (option, index) =>
            html`<label
              ><input
                id="${id}-${index}"
                type=${radio ? "radio" : "checkbox"}
                name=${id}
                value=${option.value}
                ?checked=${chosen.has(option.value)}
                ?disabled=${!radio && !chosen.has(option.value) && chosen.size >= most}
                @change=${(/** @type {Event} */ event) => {
                  if (radio) chosen.clear();
                  if (/** @type {HTMLInputElement} */ (event.target).checked) chosen.add(option.value);
                  else chosen.delete(option.value);
                }}
              /><span
                >${emojiText(option.emoji)} ${option.label}${option.description
                  ? html`<small>${option.description}</small>`
                  : nothing}</span
              ></label
            >`,
        )}
      </div>`,
  };
}

/** @param {import("./select.js").Option} option */
const optionName = (option) =>
  `${option.emoji ? `${emojiText(option.emoji)} ` : ""}${option.label}${option.description ? ` – ${option.description}` : ""}`;

/** @param {App} _ @param {any} one @param {string} id @param {boolean} required @returns {Inner} */
function files(_, one, id, required) {
  /** @type {File[]} */
  let chosen = [];
  const most = one.max_values ?? 1;
  const low = required ? Math.max(1, one.min_values ?? 1) : 0;
  return {
    read: () => Promise.all(chosen.map(upload)),
    check: () => {
      if (chosen.length < low) return low === 1 ? "A file is required." : `At least ${low} files.`;
      return chosen.length > most ? `At most ${most} ${most === 1 ? "file" : "files"}.` : "";
    },
    template: (wrong, described) =>
      html`<input
          id=${id}
          type="file"
          ?multiple=${most > 1}
          aria-required=${String(required)}
          aria-invalid=${String(wrong)}
          aria-describedby=${described || nothing}
          @change=${(/** @type {Event} */ event) => {
            chosen = [...(/** @type {HTMLInputElement} */ (event.target).files ?? [])];
          }}
        />
        ${chosen.length > 1
          ? html`<ul class="muted">
              ${repeat(chosen, (file) => file.name, (file) => html`<li>${file.name} (${size(file.size)})</li>`)}
            </ul>`
          : nothing}`,
  };
}

/** @param {App} _ @param {any} one @param {string} id @returns {Inner} */
function tick(_, one, id) {
  let checked = Boolean(one.default);
  return {
    read: () => checked,
    check: () => "",
    template: (__, described) =>
      html`<input
        id=${id}
        type="checkbox"
        aria-describedby=${described || nothing}
        ?checked=${checked}
        @change=${(/** @type {Event} */ event) => {
          checked = /** @type {HTMLInputElement} */ (event.target).checked;
        }}
      />`,
  };
}
