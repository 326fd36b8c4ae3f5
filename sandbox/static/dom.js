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
 * Say something for a while.
 * @param {string} text
 */
export function announce(text) {
  const note = document.createElement("p");
  note.className = "toast";
  note.textContent = text;
  $("announcements").append(note);
  setTimeout(() => note.remove(), 6000);
}
