/** The list above the input line: commands after a slash, people after an @, channels after a #. */

import { html, nothing } from "./lit.js";
import { avatar } from "./people.js";

/** @typedef {{key: string, draw: () => unknown, pick: () => void}} Entry */

export class Picker {
  /** @type {Entry[]} */
  entries = [];
  at = 0;
  open = false;
  note = "";
  label = "";

  /** @param {string} id Of the list's element. @param {() => void} draw */
  constructor(id, draw) {
    this.id = id;
    this.draw = draw;
  }

  /** @param {string} label @param {Entry[]} entries @param {string} [note] What stands there where nothing fits. */
  show(label, entries, note = "") {
    this.label = label;
    this.at = 0;
    this.entries = entries;
    this.note = note;
    this.open = entries.length > 0 || note !== "";
    this.draw();
  }

  close() {
    if (!this.open) return;
    this.open = false;
    this.draw();
  }

  /**
   * The field lost the focus; to the list itself, whose bar somebody drags, is no going away.
   * @param {FocusEvent} event
   */
  left(event) {
    const to = event.relatedTarget;
    if (!(to instanceof Element && to.id === this.id)) this.close();
  }

  /** The id of the chosen entry, for the input line. */
  get active() {
    return this.open && this.entries.length ? `${this.id}-${this.at}` : null;
  }

  /** @param {KeyboardEvent} event @returns {boolean} Whether the key was for the list. */
  key(event) {
    if (!this.open) return false;
    const last = this.entries.length - 1;
    const moved = {
      ArrowDown: this.at >= last ? 0 : this.at + 1,
      ArrowUp: this.at <= 0 ? last : this.at - 1,
      PageDown: Math.min(last, this.at + 6),
      PageUp: Math.max(0, this.at - 6),
    }[event.key];
    if (event.key === "Escape") this.close();
    else if (last < 0) return false;
    else if (moved !== undefined) {
      this.at = moved;
      this.draw();
      document.getElementById(`${this.id}-${this.at}`)?.scrollIntoView({ block: "nearest" });
    } else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) this.entries[this.at].pick();
    else return false;
    event.preventDefault();
    return true;
  }

  template() {
    return html`<div class="picker" ?hidden=${!this.open}>
      <p class="picker-title" aria-hidden="true">${this.label}</p>
      <div id=${this.id} role="listbox" aria-label=${this.label || "Suggestions"} tabindex="0">
        ${this.entries.map(
          (entry, index) =>
            html`<div
              role="option"
              id="${this.id}-${index}"
              class="picker-entry"
              aria-selected=${String(index === this.at)}
              @pointerdown=${(/** @type {Event} */ event) => event.preventDefault()}
              @click=${entry.pick}
            >
              ${entry.draw()}
            </div>`,
        )}
        ${this.entries.length
          ? nothing
          : html`<div role="option" class="none" aria-disabled="true" aria-selected="false">${this.note}</div>`}
      </div>
    </div>`;
  }
}

/** @param {import("./commands.js").Runnable} runnable @param {() => void} pick @returns {Entry} */
export function commandEntry(runnable, pick) {
  const { name, description, options, command } = runnable;
  return {
    key: name,
    pick,
    draw: () =>
      html`<span class="picker-icon" aria-hidden="true">/</span>
        <span class="picker-text">
          <strong>/${name}</strong>
          ${options.map(
            (/** @type {any} */ option) => html`<span class="picker-option">${option.name}${option.required ? "" : "?"}</span>`,
          )}
          <small>${description}</small>
        </span>
        <small class="picker-app">${command.app ?? ""}</small>`,
  };
}

/** @param {string} name @param {string} id @param {string} icon @param {() => void} pick @returns {Entry} */
export function nameEntry(name, id, icon, pick) {
  return {
    key: id,
    pick,
    draw: () =>
      html`${icon ? html`<span class="picker-icon" aria-hidden="true">${icon}</span>` : avatar(name, id)}
        <span class="picker-text"><strong>${name}</strong></span>`,
  };
}
