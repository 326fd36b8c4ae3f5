/** What the page keeps on this machine: theme, zone, open channel and what was read, for each person apart. */

const PREFIX = "studyhall:";

export class Kept {
  #key;
  /** @type {Record<string, any>} */
  #values;

  /** @param {string} person @param {string} run The world: ids come again in the next one, and mean nothing there. */
  constructor(person, run) {
    this.#key = PREFIX + person;
    this.#values = read(this.#key);
    if (this.#values.run !== run) {
      const { theme, zone } = this.#values;
      this.#values = { run, theme, zone };
    }
  }

  /** @param {string} name @returns {any} */
  get(name) {
    return this.#values[name];
  }

  /** @param {string} name @param {unknown} value Anything that JSON can hold. */
  set(name, value) {
    this.#values[name] = value;
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#values));
    } catch {
      // Private windows may keep nothing: the page works without.
    }
  }
}

/** @param {string} key @returns {Record<string, any>} */
function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "{}") ?? {};
  } catch {
    return {};
  }
}

export const THEMES = /** @type {const} */ ({ system: "As the system", light: "Light", dark: "Dark" });

/**
 * Show the page in this theme.
 * @param {string | undefined} theme
 */
export function wear(theme) {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}
