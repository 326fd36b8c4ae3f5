/** What opens beside a button and closes again: menus, lists, cards. One at a time. */

import { $ } from "./dom.js";
import { render } from "./lit.js";

/** @typedef {Element | {x: number, y: number}} Place */
/** @typedef {{element: HTMLElement, close: (restore?: boolean) => void, draw: () => void}} Layer */

/** @type {Layer | null} */
let open = null;

/** Close what is open. */
export function closeLayer() {
  open?.close(false);
}

/**
 * Open a layer beside a place; Escape and a click elsewhere close it, and the focus goes back to where it was.
 * @param {Place} place
 * @param {(layer: Layer) => unknown} template
 * @param {{label: string, role?: string, name?: string, onclose?: () => void}} options
 * @returns {Layer}
 */
export function openLayer(place, template, { label, role = "dialog", name = "", onclose }) {
  closeLayer();
  const opener = place instanceof HTMLElement ? place : document.activeElement;
  const element = document.createElement("div");
  element.className = `layer ${name}`;
  element.setAttribute("role", role);
  element.setAttribute("aria-label", label);
  element.tabIndex = -1;
  const expands = place instanceof HTMLElement && place.hasAttribute("aria-expanded");
  const close = (restore = true) => {
    if (open !== layer) return;
    open = null;
    document.removeEventListener("pointerdown", outside, true);
    element.remove();
    if (expands) place.setAttribute("aria-expanded", "false");
    if (restore && opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    onclose?.();
  };
  /** @param {Event} event */
  const outside = (event) => {
    const target = /** @type {Node} */ (event.target);
    if (!element.contains(target) && !(place instanceof Element && place.contains(target))) close(false);
  };
  const layer = { element, close, draw: () => render(template(layer), element) };
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });
  document.addEventListener("pointerdown", outside, true);
  // A modal dialog makes all else inert: what it opens lies inside it.
  (opener?.closest("dialog[open]") ?? $("layers")).append(element);
  open = layer;
  if (expands) place.setAttribute("aria-expanded", "true");
  layer.draw();
  put(place, element);
  const first = element.querySelector("[autofocus], [role^=menuitem], [role=option][tabindex='0'], button, input, a");
  (first instanceof HTMLElement ? first : element).focus({ preventScroll: true });
  return layer;
}

/**
 * Below the place, or above where there is more room.
 * @param {Place} place @param {HTMLElement} element
 */
function put(place, element) {
  const box =
    place instanceof Element
      ? place.getBoundingClientRect()
      : { left: place.x, top: place.y, bottom: place.y, width: 0 };
  const below = innerHeight - box.bottom - 8;
  const above = box.top - 8;
  const up = below < element.offsetHeight && above > below;
  element.style.maxHeight = `${Math.max(120, Math.min(up ? above : below, innerHeight * 0.7) - 4)}px`;
  if (element.classList.contains("options")) element.style.minWidth = `${Math.min(box.width, innerWidth - 16)}px`;
  const left = Math.max(8, Math.min(box.left, innerWidth - element.offsetWidth - 8));
  const top = up ? box.top - element.offsetHeight - 4 : box.bottom + 4;
  element.style.left = `${left}px`;
  element.style.top = `${Math.max(8, Math.min(top, innerHeight - element.offsetHeight - 8))}px`;
}

/**
 * Move the focus through a list by keys: arrows, Home, End, and the first letter.
 * @param {KeyboardEvent} event @param {HTMLElement[]} items
 * @returns {boolean} Whether the key was for the list.
 */
export function roam(event, items) {
  if (!items.length) return false;
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const last = items.length - 1;
  let next = -1;
  if (event.key === "ArrowDown") next = at >= last ? 0 : at + 1;
  else if (event.key === "ArrowUp") next = at <= 0 ? last : at - 1;
  else if (event.key === "Home") next = 0;
  else if (event.key === "End") next = last;
  else if (/^\S$/u.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const wanted = event.key.toLowerCase();
    const order = [...items.slice(at + 1), ...items.slice(0, at + 1)];
    const found = order.find((item) => item.textContent?.trim().toLowerCase().startsWith(wanted));
    next = found ? items.indexOf(found) : -1;
  }
  if (next < 0) return false;
  event.preventDefault();
  items[next].focus();
  return true;
}
