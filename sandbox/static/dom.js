/** The page's fixed places, and what is said to those who look and to those who listen. */

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
 * Mark something for a moment.
 * @param {Element} element
 */
export function point(element) {
  element.classList.add("pointed");
  element.addEventListener("animationend", () => element.classList.remove("pointed"), { once: true });
}

/**
 * Say something for a while.
 * @param {string} text
 */
export function announce(text) {
  const note = document.createElement("p");
  note.className = "toast";
  note.textContent = text;
  // One at a time: what was said before is old news, and each covers something.
  $("announcements").replaceChildren(note);
  setTimeout(() => note.remove(), 6000);
}
