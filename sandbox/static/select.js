/** Select menus of messages: one choice, or several with a button to confirm. */

import { openLayer, roam } from "./layer.js";
import { html, nothing } from "./lit.js";

/** @typedef {{value: string, label: string, description?: string, emoji?: any, default?: boolean}} Option */

/** From so many on, a list can be searched. */
const SEARCHED = 12;

/**
 * An emoji as text; a server's own emoji by its name.
 * @param {any} emoji @returns {string}
 */
export function emojiText(emoji) {
  if (!emoji) return "";
  return emoji.id ? `:${emoji.name}:` : emoji.name;
}

/** @param {Option} option */
const optionText = (option) =>
  html`<span class="option-text"
    >${option.emoji ? `${emojiText(option.emoji)} ` : ""}${option.label}${option.description
      ? html`<small>${option.description}</small>`
      : nothing}</span
  >`;

/**
 * @param {HTMLElement} opener @param {string} label @param {Option[]} options
 * @param {{min: number, max: number}} bounds @param {(values: string[]) => void} send
 */
export function openSelect(opener, label, options, { min, max }, send) {
  const many = max > 1;
  let wanted = "";
  const chosen = new Set(options.filter((option) => option.default).map((option) => option.value));
  /** @param {Option} option */
  const pick = (option) => {
    if (!many) {
      layer.close();
      return send([option.value]);
    }
    if (!chosen.delete(option.value) && chosen.size < max) chosen.add(option.value);
    layer.draw();
  };
  const done = () => {
    layer.close();
    send(options.map((option) => option.value).filter((value) => chosen.has(value)));
  };
  const shown = () => options.filter((option) => option.label.toLowerCase().includes(wanted));
  const layer = openLayer(
    opener,
    () => html`
      ${options.length >= SEARCHED
        ? html`<input
            type="search"
            class="option-search"
            aria-label="Search"
            placeholder="Search"
            autofocus
            @input=${(/** @type {InputEvent} */ event) => {
              wanted = /** @type {HTMLInputElement} */ (event.target).value.trim().toLowerCase();
              layer.draw();
            }}
          />`
        : nothing}
      <div role="listbox" aria-label=${label} aria-multiselectable=${many ? "true" : nothing}>
        ${shown().map(
          (option, index) =>
            html`<div
              role="option"
              class="option"
              tabindex=${index === 0 ? 0 : -1}
              aria-selected=${String(chosen.has(option.value))}
              @click=${() => pick(option)}
            >
              ${optionText(option)}${many
                ? html`<span class="tick" aria-hidden="true">${chosen.has(option.value) ? "✓" : ""}</span>`
                : nothing}
            </div>`,
        )}
      </div>
      ${shown().length ? nothing : html`<p class="none">Nothing found</p>`}
      ${many
        ? html`<p class="option-done">
            <span role="status">${chosen.size} chosen, ${min === max ? min : `${min} to ${max}`} allowed</span>
            <button type="button" class="button primary small" ?disabled=${chosen.size < min} @click=${done}>
              Done
            </button>
          </p>`
        : nothing}
    `,
    { label, name: "options" },
  );
  layer.element.addEventListener("keydown", (event) => {
    const items = /** @type {HTMLElement[]} */ ([...layer.element.querySelectorAll("[role=option]")]);
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (at >= 0 && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      pick(shown()[at]);
    } else if (at >= 0 || event.key === "ArrowDown" || event.key === "ArrowUp") roam(event, items);
    if (event.key === "Tab" && !many && options.length < SEARCHED) {
      event.preventDefault();
      layer.close();
    }
  });
}
