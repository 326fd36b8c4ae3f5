/** The drawer of whoever runs the sandbox: the guide, the faults, the inspector. */

import { $, announce } from "./dom.js";
import { FaultPanel } from "./faults.js";
import { Guide } from "./guide.js";
import { Inspector } from "./inspector.js";
import { roam } from "./layer.js";
import { html, nothing, render } from "./lit.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {"guide" | "faults" | "inspector"} Tab */

const TABS = /** @type {const} */ ({ guide: "Guide", faults: "Faults", inspector: "Inspector" });
const KEPT = "studyhall-tools";

export class Tools {
  open = false;
  /** @type {Tab} */
  tab = "guide";
  #skipped = false;
  #run = "";

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.guide = new Guide(app);
    this.faults = new FaultPanel(app);
    this.inspector = new Inspector(app);
    $("drawer").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape" && !event.defaultPrevented) this.close();
    });
  }

  /** What is remembered of this world: the guide goes on where it was, in whichever window. */
  #recall() {
    const { run } = this.app.state;
    if (this.#run === run) return;
    this.#run = run;
    /** @type {any} */
    let kept = {};
    try {
      kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}") ?? {};
    } catch {
      // Whatever stood there is no use: begin anew.
    }
    const same = kept.run === run;
    this.#skipped = Boolean(same && kept.skipped);
    this.open = Boolean(same && kept.open);
    if (same && kept.tab in TABS) this.tab = kept.tab;
    void this.guide.load();
    if (this.open) this.#opened();
  }

  #keep() {
    const { open, tab } = this;
    try {
      localStorage.setItem(KEPT, JSON.stringify({ run: this.#run, skipped: this.#skipped, open, tab }));
    } catch {
      // Private windows may keep nothing: the page works without.
    }
  }

  /**
   * Take an event that is the sandbox's own.
   * @param {string} name @param {any} data @returns {boolean} Whether it was one.
   */
  heard(name, data) {
    if (name === "FAULTS") this.app.state.faults = data;
    else if (name === "GUIDE") this.guide.heard(data);
    else if (name === "MONTH") this.guide.passed(data);
    else if (name === "REFRESH") this.#refresh();
    else return false;
    this.app.clockbar.render();
    this.draw();
    return true;
  }

  /** Much happened that was not told: read all anew. */
  #refresh() {
    const { app } = this;
    app.reload();
    for (const pane of [app.main, app.side]) if (pane.channelId) void pane.open(pane.channelId);
  }

  /** @param {Tab} tab */
  show(tab) {
    this.tab = tab;
    this.open = true;
    this.#keep();
    this.#opened();
    this.app.drawNow();
    this.app.clockbar.render();
    document.getElementById(`tab-${tab}`)?.focus();
  }

  toggle() {
    if (this.open) this.close();
    else this.show(this.tab);
  }

  close() {
    this.open = false;
    this.#keep();
    this.inspector.stop();
    this.app.draw();
    this.app.clockbar.render();
    /** @type {HTMLElement | null} */ (document.querySelector("[aria-controls=drawer]"))?.focus();
  }

  /** Leave the guide for good; its tab stays. */
  skip() {
    this.#skipped = true;
    this.#keep();
    announce("The guide stays under Tools.");
    if (this.open && this.tab === "guide") this.close();
    this.draw();
  }

  /**
   * What stands behind a message.
   * @param {any} message
   */
  inspect(message) {
    this.inspector.about = { id: message.id, words: `the message of ${this.app.names.of(message.author)}` };
    this.show("inspector");
  }

  #opened() {
    if (this.tab === "inspector") void this.inspector.start();
    else this.inspector.stop();
    if (this.tab === "guide") void this.guide.load();
  }

  draw() {
    this.#recall();
    const root = $("drawer");
    root.hidden = !this.open;
    document.body.classList.toggle("with-tools", this.open);
    render(this.open ? this.#template() : nothing, root);
    render(this.#invitation(), $("invitation"));
  }

  #invitation() {
    if (this.#skipped || this.open || !this.guide.fresh || this.guide.month?.running) return nothing;
    return html`<p class="invitation">
      <span
        >${this.guide.begun
          ? "The guide waits where you left it."
          : "New here? See what Studyhall does, in five minutes."}</span
      >
      <button type="button" class="button primary small" @click=${() => this.show("guide")}>
        ${this.guide.begun ? "Go on with the guide" : "Show me"}
      </button>
      <button type="button" class="button secondary small" @click=${() => this.skip()}>Not now</button>
    </p>`;
  }

  #template() {
    const panel = { guide: this.guide, faults: this.faults, inspector: this.inspector }[this.tab];
    const keys = (/** @type {KeyboardEvent} */ event) => {
      const sideways = { ArrowRight: "ArrowDown", ArrowLeft: "ArrowUp" }[event.key];
      if (!sideways && event.key !== "Home" && event.key !== "End") return;
      const tabs = /** @type {HTMLElement[]} */ ([.../** @type {HTMLElement} */ (event.currentTarget).children]);
      if (roam(new KeyboardEvent("keydown", { key: sideways ?? event.key }), tabs)) event.preventDefault();
    };
    return html`<header class="drawer-head">
        <h2 class="hidden">Sandbox tools</h2>
        <div role="tablist" aria-label="Sandbox tools" @keydown=${keys}>
          ${Object.entries(TABS).map(
            ([name, label]) =>
              html`<button
                type="button"
                role="tab"
                id="tab-${name}"
                aria-selected=${String(name === this.tab)}
                aria-controls="drawer-panel"
                tabindex=${name === this.tab ? 0 : -1}
                @click=${() => this.show(/** @type {Tab} */ (name))}
              >
                ${label}
              </button>`,
          )}
        </div>
        <button type="button" class="round" aria-label="Close the tools" @click=${() => this.close()}>
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      <div id="drawer-panel" role="tabpanel" aria-labelledby="tab-${this.tab}" tabindex="0">${panel.template()}</div>`;
  }
}
