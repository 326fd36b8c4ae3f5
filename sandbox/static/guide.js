/** The guided first five minutes: steps that notice by themselves when they are done, and a month at one click. */

import { point } from "./dom.js";
import { html, nothing } from "./lit.js";

/** @typedef {import("./app.js").App} App */
/**
 * @typedef {{as?: string, channel?: string, command?: string, options?: Record<string, string>, question?: boolean,
 *   dm?: boolean, clock?: object, month?: boolean}} Act
 */
/** @typedef {{name: string, title: string, what: string, button: string, act: Act, done: boolean, hint: string}} Step */
/** @typedef {{running: boolean, day: number, days: number, now_ms: number, words: string}} Month */

const QUIZ = "1202";
/**
 * What to look at when all is done.
 * @type {[string, Act][]}
 */
const LOOKS = [
  ["Ana's /progress", { as: "2001", channel: QUIZ, command: "progress" }],
  ["Ana's /readiness", { as: "2001", channel: QUIZ, command: "readiness" }],
  ["Ben's /leaderboard", { as: "2002", channel: QUIZ, command: "leaderboard" }],
  ["Tova's /group overview", { as: "2003", channel: QUIZ, command: "group overview" }],
];

export class Guide {
  /** @type {Step[]} */
  #steps = [];
  /** @type {Month | null} */
  month = null;
  /** A step that was opened by hand. */
  #opened = "";
  #busy = false;
  /** How often news came. */
  #told = 0;

  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  /** Whether there is anything left to see. */
  get fresh() {
    return this.#steps.some((step) => !step.done);
  }

  /** Whether a part of it was done. */
  get begun() {
    return this.#steps.some((step) => step.done);
  }

  async load() {
    let told = -1;
    // What is told while the answers are under way is newer than these: ask again.
    while (told !== this.#told) {
      told = this.#told;
      const [guide, month] = await Promise.all([this.app.ask("/guide"), this.app.ask("/month")]);
      if (told !== this.#told) continue;
      if (guide) this.#steps = guide.steps;
      if (month) this.month = month;
    }
    this.app.clockbar.render();
    this.app.tools.draw();
  }

  /** @param {{steps: Step[]}} guide */
  heard(guide) {
    this.#told += 1;
    const before = new Set(this.#steps.filter((step) => step.done).map((step) => step.name));
    this.#steps = guide.steps;
    if (!this.#steps.some((step) => step.done && !before.has(step.name))) return;
    this.#opened = "";
    // On a phone the sheet is low: the next step comes up by itself.
    requestAnimationFrame(() => {
      document.querySelector("#drawer [aria-current=step]")?.scrollIntoView({ block: "start" });
    });
  }

  /**
   * A month passes, or has passed.
   * @param {Month} month
   */
  passed(month) {
    this.#told += 1;
    this.month = month;
    this.app.time.set(month);
    if (!month.running) this.app.clockbar.tell(month.words);
  }

  /**
   * Do the tedious bit of a step.
   * @param {{act: Act}} step
   */
  async #act({ act }) {
    if (this.#busy) return;
    this.#busy = true;
    this.app.tools.draw();
    try {
      await this.#do(act);
    } finally {
      this.#busy = false;
      this.app.tools.draw();
    }
    // The hint depends on which question is open.
    await this.load();
  }

  /** @param {Act} act */
  async #do(act) {
    const { app } = this;
    if (act.month) {
      app.clockbar.brought = null;
      await app.ask("/month", { start: true });
      return;
    }
    if (act.as && app.me.id !== act.as) await app.become(act.as);
    if (act.clock) await app.clockbar.move(act.clock);
    if (act.dm) {
      await app.acts.openDm(app.state.bot.user.id);
      return;
    }
    const channel = act.channel && app.channel(act.channel) ? act.channel : app.firstChannel();
    await app.openChannel(channel);
    if (act.command) this.#start(act.command, act.options ?? {});
    else if (act.question) this.#focusQuestion();
  }

  /** @param {string} name @param {Record<string, string>} options */
  #start(name, options) {
    const { composer } = this.app.main;
    composer.startCommand(name);
    for (const [option, value] of Object.entries(options)) {
      const field = document.getElementById(`command-${option}`);
      if (!(field instanceof HTMLInputElement)) continue;
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  /** Put the focus on the newest question's first letter, or on what opens its sheet. */
  #focusQuestion() {
    const buttons = [...document.querySelectorAll("#main [role=log] button:not(:disabled)")];
    const first = buttons.filter((button) => ["A", "Answer"].includes(button.textContent?.trim() ?? "")).at(-1);
    if (!(first instanceof HTMLElement)) return;
    first.scrollIntoView({ block: "center" });
    first.focus({ preventScroll: true });
    point(first.closest("li.message") ?? first);
  }

  template() {
    const done = this.#steps.filter((step) => step.done).length;
    const next = this.#steps.find((step) => !step.done);
    const open = this.#opened || next?.name;
    return html`<p class="panel-lead">The first five minutes, with several people in one window. Each step ticks itself off.</p>
      <p class="guide-progress">
        <progress max=${this.#steps.length || 1} value=${done} aria-label="Steps done"></progress>
        <span role="status">${done} of ${this.#steps.length} done</span>
      </p>
      ${this.#passing()}
      ${this.app.state.bot.connected
        ? nothing
        : html`<p class="failure" role="alert">The bot is offline, so nothing answers. Faults can start it, or end what keeps it away.</p>`}
      <ol class="guide-steps">
        ${this.#steps.map((step) => this.#step(step, step.name === open))}
      </ol>
      ${next
        ? html`<p class="acts">
            <button type="button" class="button secondary" @click=${() => this.app.tools.skip()}>Leave the guide</button>
          </p>`
        : html`<p class="guide-end">That was it. Look at what came of it; the faults and the inspector are in the tabs beside this one.</p>
            <p class="acts">
              ${LOOKS.map(
                ([label, act]) =>
                  html`<button
                    type="button"
                    class="button secondary"
                    ?disabled=${this.#busy}
                    @click=${() => void this.#act({ act })}
                  >
                    ${label}
                  </button>`,
              )}
            </p>`}`;
  }

  /** @param {Step} step @param {boolean} open */
  #step(step, open) {
    const turn = () => {
      this.#opened = open ? "" : step.name;
      this.app.tools.draw();
    };
    return html`<li class=${step.done ? "done" : ""} aria-current=${open && !step.done ? "step" : nothing}>
      <h3>
        <button type="button" aria-expanded=${String(open)} @click=${turn}>
          <span class="tick-mark" aria-hidden="true">${step.done ? "✓" : "○"}</span>${step.title}<span class="hidden"
            >${step.done ? ", done" : ""}</span
          >
        </button>
      </h3>
      ${open
        ? html`<div class="guide-body">
            <p>${step.what}</p>
            ${step.hint ? html`<p class="hint">${step.hint}</p>` : nothing}
            <p class="acts">
              <button
                type="button"
                class="button primary"
                ?disabled=${this.#busy || (step.act.month && this.month?.running)}
                @click=${() => void this.#act(step)}
              >
                ${step.button}
              </button>
            </p>
          </div>`
        : nothing}
    </li>`;
  }

  /** How far the month is. */
  #passing() {
    const { month } = this;
    if (!month?.words) return nothing;
    return html`<div class="month">
      ${month.running ? this.days(month) : nothing}
      <p>${month.words}</p>
    </div>`;
  }

  /**
   * The days of a month that passes, and the way to end it.
   * @param {Month} month
   */
  days(month) {
    return html`<progress max=${month.days} value=${month.day} aria-label="Days of the month"></progress>
      <button type="button" class="button secondary small" @click=${() => void this.app.ask("/month", { stop: true })}>
        Stop<span class="hidden"> the month</span>
      </button>`;
  }
}
