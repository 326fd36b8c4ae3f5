/** Menus: on messages, on people, on threads. */

import { roam, openLayer } from "./layer.js";
import { html, nothing } from "./lit.js";

/**
 * One line of a menu; without `act` a heading.
 * @typedef {{label: string, icon?: string, hint?: string, danger?: boolean, checked?: boolean, act?: () => void}} Item
 */

/**
 * @param {import("./layer.js").Place} place Where: an element, or a point of a right click.
 * @param {string} label @param {Item[]} items @param {Item[]} [row] Small ones, side by side on top.
 */
export function openMenu(place, label, items, row = []) {
  const layer = openLayer(
    place,
    ({ close }) => html`
      ${row.length
        ? html`<div class="menu-row" role="group" aria-label="Reactions">
            ${row.map((item) => entry(item, close, true))}
          </div>`
        : nothing}
      ${items.map((item) =>
        item.act
          ? entry(item, close, false)
          : html`<p class="menu-heading" role="presentation">${item.label}</p>`,
      )}
    `,
    { label, role: "menu", name: "menu" },
  );
  layer.element.addEventListener("keydown", (event) => {
    if (event.key === "Tab") {
      event.preventDefault();
      return layer.close();
    }
    const entries = [...layer.element.querySelectorAll("[role^=menuitem]")];
    const sideways = { ArrowRight: "ArrowDown", ArrowLeft: "ArrowUp" }[event.key];
    const key = sideways ? new KeyboardEvent("keydown", { key: sideways }) : event;
    if (roam(key, /** @type {HTMLElement[]} */ (entries))) event.preventDefault();
  });
}

/** @param {Item} item @param {() => void} close @param {boolean} small */
function entry({ label, icon, hint, danger, checked, act }, close, small) {
  const run = () => {
    close();
    act?.();
  };
  return html`<button
    type="button"
    role=${checked === undefined ? "menuitem" : "menuitemcheckbox"}
    aria-checked=${checked === undefined ? nothing : String(checked)}
    aria-label=${small ? label : nothing}
    tabindex="-1"
    class="menu-item ${danger ? "danger-text" : ""}"
    @click=${run}
  >
    ${small
      ? icon
      : html`<span>${checked ? "✓ " : ""}${label}${hint ? html`<small>${hint}</small>` : nothing}</span
          ><span class="menu-icon" aria-hidden="true">${icon ?? ""}</span>`}
  </button>`;
}

/**
 * The long press that may begin; listeners are made anew with each drawing, a finger stays.
 * @type {ReturnType<typeof setTimeout> | undefined}
 */
let press;
const stop = () => clearTimeout(press);

/**
 * Listeners that open a menu on an element: right click, long press, the menu key.
 * @param {(place: import("./layer.js").Place) => void} open
 */
export function menuListeners(open) {
  return {
    /** @param {MouseEvent} event */
    contextmenu: (event) => {
      const target = /** @type {Element} */ (event.target);
      // Links, pictures and marked text keep the browser's own menu.
      if (target.closest("a, img, input, textarea") || String(getSelection())) return;
      event.preventDefault();
      stop();
      const keyed = event.clientX === 0 && event.clientY === 0;
      open(keyed ? /** @type {Element} */ (event.currentTarget) : { x: event.clientX, y: event.clientY });
    },
    /** @param {PointerEvent} event */
    pointerdown: (event) => {
      if (event.pointerType !== "touch") return;
      const { clientX: x, clientY: y } = event;
      press = setTimeout(() => open({ x, y }), 500);
    },
    stop,
  };
}
