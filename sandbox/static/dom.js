/** Building the page from nodes. Nothing here parses HTML, so no text of a message can become markup. */

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * Make an element. `on…` attributes are listeners, booleans are set or left out, null is left out.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function")
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...nodes(children));
  return element;
}

/**
 * @param {(Child | Child[])[]} children
 * @returns {(Node | string)[]}
 */
export function nodes(children) {
  return children
    .flat()
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}

/**
 * The element with this id, which index.html has.
 * @param {string} id
 * @returns {any}
 */
export function $(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}`);
  return element;
}

/**
 * What the page shows in place of something that it cannot render.
 * @param {string} what
 */
export function unknown(what) {
  return h("p", { class: "unknown" }, `The page does not know ${what}.`);
}

/**
 * A round picture with a person's initial, in a colour of their own.
 * @param {string} name
 * @param {string} id
 */
export function avatar(name, id) {
  const hue = [...id].reduce((sum, digit) => (sum * 31 + digit.charCodeAt(0)) % 6, 0);
  return h("span", { class: `avatar hue-${hue}`, "aria-hidden": "true" }, (name[0] ?? "?").toUpperCase());
}

/**
 * Say something to those who look and to those who listen.
 * @param {string} text
 */
export function announce(text) {
  const place = $("announcements");
  const note = h("p", { class: "toast" }, text);
  place.append(note);
  setTimeout(() => note.remove(), 6000);
}

/**
 * Open a list of actions below (or above) a button; arrow keys move, Escape closes and gives the focus back.
 * @param {HTMLElement} opener
 * @param {HTMLElement} list
 * @param {() => void} [onclose]
 */
export function popup(opener, list, onclose) {
  document.querySelector(".popup")?.dispatchEvent(new Event("close"));
  list.classList.add("popup");
  const close = () => {
    list.remove();
    opener.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (!document.activeElement || document.activeElement === document.body) opener.focus();
    onclose?.();
  };
  /** @param {Event} event */
  const outside = (event) => {
    const target = /** @type {Node} */ (event.target);
    if (!list.contains(target) && !opener.contains(target)) close();
  };
  list.addEventListener("close", close);
  list.addEventListener("keydown", (event) => {
    const items = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("button, input")]);
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (event.key === "ArrowDown") items[(at + 1) % items.length]?.focus();
    else if (event.key === "ArrowUp") items[(at - 1 + items.length) % items.length]?.focus();
    else if (event.key === "Escape") close();
    else if (event.key === "Tab") close();
    else return;
    if (event.key !== "Tab") event.preventDefault();
  });
  document.addEventListener("pointerdown", outside, true);
  document.body.append(list);
  place(opener, list);
  opener.setAttribute("aria-expanded", "true");
  /** @type {HTMLElement | null} */ (list.querySelector("button, input"))?.focus();
  return close;
}

/** @param {HTMLElement} opener @param {HTMLElement} list */
function place(opener, list) {
  const box = opener.getBoundingClientRect();
  const below = innerHeight - box.bottom;
  const up = below < list.offsetHeight + 12 && box.top > below;
  list.style.left = `${Math.max(8, Math.min(box.left, innerWidth - list.offsetWidth - 8))}px`;
  list.style.top = up
    ? `${Math.max(8, box.top - list.offsetHeight - 4)}px`
    : `${Math.max(8, Math.min(box.bottom + 4, innerHeight - list.offsetHeight - 8))}px`;
}
