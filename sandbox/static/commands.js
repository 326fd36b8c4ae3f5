/** Slash commands: finding one, and filling in its options. */

import { html, nothing, repeat } from "./lit.js";
import { control } from "./options.js";

/** @typedef {import("./app.js").App} App */
/**
 * A command as it is typed: subcommands stand for themselves.
 * @typedef {{name: string, description: string, options: any[], command: any}} Runnable
 */

const SUBCOMMAND = 1;
const GROUP = 2;

/** @param {any[]} commands Registered chat commands. @returns {Runnable[]} */
export function runnables(commands) {
  return commands
    .flatMap((command) => flatten(command, command.name, command))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** @param {any} node @param {string} name @param {any} command @returns {Runnable[]} */
function flatten(node, name, command) {
  const subs = (node.options ?? []).filter((/** @type {any} */ one) => one.type === SUBCOMMAND || one.type === GROUP);
  if (!subs.length) return [{ name, description: node.description, options: node.options ?? [], command }];
  return subs.flatMap((/** @type {any} */ sub) => flatten(sub, `${name} ${sub.name}`, command));
}

/**
 * The commands that fit what was typed, those that begin with it first.
 * @param {Runnable[]} all @param {string} typed
 */
export function fitting(all, typed) {
  const wanted = typed.trim().toLowerCase();
  const rank = (/** @type {Runnable} */ one) => {
    if (one.name.startsWith(wanted)) return 0;
    if (one.name.includes(wanted)) return 1;
    return one.description.toLowerCase().includes(wanted) ? 2 : 3;
  };
  return all.filter((one) => rank(one) < 3).sort((a, b) => rank(a) - rank(b));
}

export class CommandForm {
  /**
   * The options that are shown: the required ones, and what was added.
   * @type {any[]}
   */
  shown;
  /** @type {Map<string, import("./options.js").Control>} */
  #controls = new Map();
  /** @type {Map<string, string>} */
  #problems = new Map();
  problem = "";
  running = false;

  /** @param {import("./pane.js").Pane} pane @param {Runnable} runnable @param {() => void} done Called when it was run or given up. */
  constructor(pane, runnable, done) {
    this.pane = pane;
    this.app = pane.app;
    this.runnable = runnable;
    this.done = done;
    this.id = `${pane.beside ? "side-" : ""}command`;
    this.shown = runnable.options.filter((option) => option.required);
  }

  /** Put the focus on the first field, or on *Run*. */
  focus() {
    const form = document.getElementById(this.id);
    const first = form?.querySelector(".options input, .options select, .options textarea") ?? form?.querySelector(".run");
    if (first instanceof HTMLElement) first.focus();
  }

  /** @param {any} option */
  #control(option) {
    const known = this.#controls.get(option.name);
    if (known) return known;
    const made = control(this, option, `${this.id}-${option.name}`);
    this.#controls.set(option.name, made);
    return made;
  }

  /** What was filled in, by name. */
  async values() {
    /** @type {Record<string, unknown>} */
    const out = {};
    for (const option of this.shown) {
      const value = await this.#control(option).read();
      if (value !== "" && value !== undefined && value !== null) out[option.name] = value;
    }
    return out;
  }

  /**
   * What the bot suggests for an option.
   * @param {any} option @returns {Promise<any[]>}
   */
  async suggest(option) {
    return this.app.interactions.autocomplete(this.pane.channelId, this.runnable.name, await this.values(), option.name);
  }

  /** @param {any} option */
  #add(option) {
    this.shown = [...this.shown, option];
    this.pane.composer.draw();
    document.getElementById(`${this.id}-${option.name}`)?.focus();
  }

  /** @param {any} option */
  #remove(option) {
    this.shown = this.shown.filter((one) => one !== option);
    this.#controls.delete(option.name);
    this.#problems.delete(option.name);
    this.pane.composer.draw();
    this.focus();
  }

  async #run() {
    this.#problems.clear();
    for (const option of this.shown) {
      const problem = this.#control(option).check();
      if (problem) this.#problems.set(option.name, problem);
    }
    this.problem = "";
    const first = this.shown.find((option) => this.#problems.has(option.name));
    if (first) {
      this.pane.composer.draw();
      document.getElementById(`${this.id}-${first.name}`)?.focus();
      return;
    }
    this.running = true;
    this.pane.composer.draw();
    const refused = await this.app.interactions.runCommand(this.pane.channelId, this.runnable.name, await this.values());
    this.running = false;
    if (!refused) return this.done();
    this.problem = refused;
    this.pane.composer.draw();
  }

  template() {
    const { runnable } = this;
    const more = runnable.options.filter((option) => !this.shown.includes(option));
    return html`<form
      class="command"
      id=${this.id}
      novalidate
      aria-label=${`/${runnable.name}`}
      aria-busy=${this.running ? "true" : nothing}
      @submit=${(/** @type {Event} */ event) => (event.preventDefault(), void this.#run())}
      @keydown=${(/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Escape" && !event.defaultPrevented) this.done();
      }}
    >
      <p class="command-name"><strong>/${runnable.name}</strong> <span>${runnable.description}</span></p>
      ${this.shown.length
        ? html`<div class="options">${repeat(this.shown, (option) => option.name, (option) => this.#field(option))}</div>`
        : nothing}
      ${more.length
        ? html`<div class="more" role="group" aria-label="Optional">
            ${more.map(
              (option) =>
                html`<button type="button" class="chip" title=${option.description} @click=${() => this.#add(option)}>
                  + ${option.name}
                </button>`,
            )}
          </div>`
        : nothing}
      ${this.problem ? html`<p class="failure" role="alert">${this.problem}</p>` : nothing}
      <div class="command-actions">
        <button class="button primary run" ?disabled=${this.running}>${this.running ? "Sending…" : "Run"}</button>
        <button type="button" class="button secondary" @click=${this.done}>Cancel</button>
      </div>
    </form>`;
  }

  /** @param {any} option */
  #field(option) {
    const id = `${this.id}-${option.name}`;
    const problem = this.#problems.get(option.name);
    return html`<div class="field ${problem ? "wrong" : ""}">
      <span class="label-line">
        <label class="label" for=${id}
          >${option.name}${option.required ? html`<span class="required" aria-hidden="true"> *</span>` : nothing}</label
        >
        ${option.required
          ? nothing
          : html`<button type="button" class="round small" aria-label=${`Leave out ${option.name}`} @click=${() => this.#remove(option)}>
              <span aria-hidden="true">✕</span>
            </button>`}
      </span>
      ${this.#control(option).template(Boolean(problem))}
      ${problem ? html`<small class="failure" role="alert" id="${id}-problem">${problem}</small>` : nothing}
      <small id="${id}-hint">${option.description}</small>
    </div>`;
  }
}
