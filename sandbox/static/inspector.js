/** What went over the wire: the bot's requests with their answers, gateway events, what people did. */

import { html, nothing, repeat } from "./lit.js";

/** @typedef {import("./app.js").App} App */
/**
 * @typedef {{number: number, kind: string, at_ms: number, method: string, title: string, status: number, ms: number,
 *   refused: string, who: string, what: string}} Entry
 */

const KEPT = 1000;
const KINDS = /** @type {const} */ ({
  all: "Everything",
  request: "The bot's requests",
  "to-bot": "Events to the bot",
  "from-bot": "Frames from the bot",
  person: "What people did",
});
const MARKS = /** @type {const} */ ({ request: "bot →", "to-bot": "→ bot", "from-bot": "bot ⇢", person: "person" });

export class Inspector {
  /**
   * The one message that is looked behind.
   * @type {{id: string, words: string} | null}
   */
  about = null;
  /** @type {Entry[]} */
  #entries = [];
  /** @type {Map<number, any>} */
  #details = new Map();
  #kind = "all";
  #text = "";
  #refused = false;
  #following = true;
  #forgotten = 0;
  /** @type {WebSocket | null} */
  #socket = null;
  #drawing = false;

  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  /** Read what there is, and follow. */
  async start() {
    const about = this.about ? `?about=${this.about.id}` : "";
    const answer = await this.app.ask(`/inspector${about}`);
    if (!answer) return;
    this.#entries = answer.entries;
    this.#forgotten = answer.forgotten;
    this.app.tools.draw();
    if (!this.about) this.#follow();
    else this.stop();
  }

  #follow() {
    if (this.#socket || !this.#following) return;
    const socket = new WebSocket(`ws://${location.host}/sandbox/inspector/live`);
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const known = this.#entries.at(-1)?.number ?? 0;
      const fresh = JSON.parse(data).entries.filter((/** @type {Entry} */ one) => one.number > known);
      this.#entries = [...this.#entries, ...fresh].slice(-KEPT);
      if (this.#drawing) return;
      this.#drawing = true;
      requestAnimationFrame(() => {
        this.#drawing = false;
        this.app.tools.draw();
      });
    };
    socket.onclose = () => {
      if (this.#socket === socket) this.#socket = null;
    };
  }

  stop() {
    this.#socket?.close();
    this.#socket = null;
  }

  /** @param {number} number */
  async #open(number) {
    if (this.#details.has(number)) this.#details.delete(number);
    else {
      const detail = await this.app.ask(`/inspector/${number}`);
      if (detail) this.#details.set(number, detail);
    }
    this.app.tools.draw();
  }

  #shown() {
    const text = this.#text.toLowerCase();
    const fits = (/** @type {Entry} */ one) =>
      (this.#kind === "all" || one.kind === this.#kind) &&
      (!this.#refused || one.refused) &&
      (!text || `${one.method} ${one.title} ${one.status} ${one.what} ${one.refused}`.toLowerCase().includes(text));
    return this.#entries.filter(fits).reverse();
  }

  template() {
    const shown = this.#shown();
    const all = () => {
      this.about = null;
      void this.start();
    };
    return html`<p class="panel-lead">
        Everything, whoever may see it: the inspector belongs to whoever runs the sandbox. Tokens are hidden.
      </p>
      ${this.about
        ? html`<p class="about">
            Behind ${this.about.words}
            <button type="button" class="button secondary small" @click=${all}>Show everything</button>
          </p>`
        : nothing}
      ${this.#filters()}
      <p class="muted" role="status">
        ${shown.length} of ${this.#entries.length}, the newest first${this.#forgotten
          ? `; ${this.#forgotten} older ones are forgotten`
          : ""}.
      </p>
      <ol class="wire" aria-label="On the wire">
        ${repeat(
          shown.slice(0, 300),
          (one) => one.number,
          (one) => this.#entry(one),
        )}
      </ol>`;
  }

  #filters() {
    const draw = () => this.app.tools.draw();
    const follow = () => {
      this.#following = !this.#following;
      if (this.#following) void this.start();
      else this.stop();
      draw();
    };
    return html`<div class="acts filters" role="group" aria-label="Filter">
      <label
        >What
        <select
          @change=${(/** @type {Event} */ event) => (
            (this.#kind = /** @type {HTMLSelectElement} */ (event.target).value), draw()
          )}
        >
          ${Object.entries(KINDS).map(
            ([name, label]) => html`<option value=${name} ?selected=${name === this.#kind}>${label}</option>`,
          )}
        </select></label
      >
      <label
        >Words
        <input
          type="search"
          placeholder="path, event, text"
          .value=${this.#text}
          @input=${(/** @type {Event} */ event) => (
            (this.#text = /** @type {HTMLInputElement} */ (event.target).value), draw()
          )}
      /></label>
      <label class="check"
        ><input
          type="checkbox"
          .checked=${this.#refused}
          @change=${() => ((this.#refused = !this.#refused), draw())}
        />Refused only</label
      >
      <label class="check"
        ><input type="checkbox" .checked=${this.#following} ?disabled=${Boolean(this.about)} @change=${follow} />Follow</label
      >
    </div>`;
  }

  /** @param {Entry} one */
  #entry(one) {
    const detail = this.#details.get(one.number);
    const who = one.who ? this.app.names.user(one.who) ?? one.who : "";
    return html`<li class=${one.refused ? "refused" : ""}>
      <button type="button" class="wire-line" aria-expanded=${String(Boolean(detail))} @click=${() => void this.#open(one.number)}>
        <span class="wire-mark">${who || MARKS[/** @type {keyof typeof MARKS} */ (one.kind)]}</span>
        <span class="wire-title">${one.method} ${one.title}${one.what ? html` <small>${one.what}</small>` : nothing}</span>
        <span class="wire-end">${one.status || ""}${one.ms ? html` <small>${one.ms} ms</small>` : nothing}</span>
        ${one.refused ? html`<span class="wire-refused">${one.refused}</span>` : nothing}
      </button>
      ${detail ? this.#detail(detail) : nothing}
    </li>`;
  }

  /** @param {any} detail */
  #detail(detail) {
    const gateway = detail.kind === "to-bot" || detail.kind === "from-bot";
    return html`<div class="wire-detail">
      <p class="muted">
        Number ${detail.number}, at ${this.app.time.format(detail.at_ms, "F")} of the sandbox.
        ${detail.cut ? "Long bodies are cut." : ""}
      </p>
      ${detail.refused ? html`<p class="failure">Refused by: ${detail.refused}</p>` : nothing}
      ${body(gateway ? "Frame" : "Request", detail.request)} ${gateway ? nothing : body("Response", detail.response)}
    </div>`;
  }
}

/** @param {string} label @param {unknown} value */
function body(label, value) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return html`<h3>${label}</h3>
    ${value === null
      ? html`<p class="muted">Empty.</p>`
      : html`<pre tabindex="0" role="region" aria-label=${label}><code>${text}</code></pre>`}`;
}
