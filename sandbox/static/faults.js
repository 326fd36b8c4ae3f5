/** Faults as switches: each says what it does, and what is expected of the bot. */

import { announce } from "./dom.js";
import { html, nothing, repeat } from "./lit.js";
import { isThread, sign } from "./names.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {{name: string, label: string, does: string, expect: string, on: boolean}} Switch */
/** @typedef {{channel_id: string, channel: string, right: string, label: string}} Taken */

export class FaultPanel {
  /** Where a right is taken, and which channel is to be deleted. */
  #chosen = { right: "", gone: "" };
  #right = "send";
  #sure = false;
  #name = "daily-quiz";

  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  /** @param {object} body */
  async #turn(body) {
    const answer = await this.app.ask("/faults", body);
    if (answer) this.app.tools.heard("FAULTS", answer);
  }

  /** @param {"kill" | "restart"} action */
  async #bot(action) {
    const answer = await this.app.ask(`/bot/${action}`, {});
    if (!answer) return;
    Object.assign(this.app.state.bot, answer);
    this.app.render();
    announce(action === "kill" ? "The bot was killed." : "The bot starts again.");
  }

  template() {
    const { faults } = this.app.state;
    return html`<p class="panel-lead">
        Break what can break, and see how the bot takes it. Whoever runs a group may want to know before trusting it.
      </p>
      <p class="ends">
        <button
          type="button"
          class="button danger"
          ?disabled=${!faults.on.length && this.app.state.bot.process !== false}
          @click=${() => void this.#turn({ end: true })}
        >
          End all faults
        </button>
        <span role="status">${faults.on.length ? `Switched on: ${faults.on.join(", ")}.` : "Nothing is switched on."}</span>
      </p>
      <ul class="switches">
        ${repeat(
          /** @type {Switch[]} */ (faults.switches),
          (one) => one.name,
          (one) => this.#switch(one),
        )}
      </ul>
      ${this.#momentary()} ${this.#rights(faults)} ${this.#channels()}`;
  }

  /** @param {Switch} one */
  #switch(one) {
    return html`<li class=${one.on ? "lit" : ""}>
      <button
        type="button"
        class="switch"
        role="switch"
        aria-checked=${String(one.on)}
        aria-describedby="about-${one.name}"
        @click=${() => void this.#turn({ switch: one.name, on: !one.on })}
      >
        <span class="track" aria-hidden="true"></span>${one.label}
      </button>
      <p id="about-${one.name}">${one.does} <span class="expect">${one.expect}</span></p>
    </li>`;
  }

  #momentary() {
    const { bot } = this.app.state;
    const managed = typeof bot.process === "boolean";
    return html`<section aria-labelledby="momentary">
      <h3 id="momentary">For a moment</h3>
      <p>
        The connection drops once.
        <span class="expect"
          >It is back within seconds. If it may resume, what it missed is replayed, presses too. If its session is void, it
          reads the server anew, and what was pressed meanwhile fails: press again.</span
        >
      </p>
      <p class="acts">
        <button type="button" class="button secondary" @click=${() => void this.#turn({ disconnect: "resume" })}>
          Disconnect, it may resume
        </button>
        <button type="button" class="button secondary" @click=${() => void this.#turn({ disconnect: "fresh" })}>
          Disconnect, its session is void
        </button>
      </p>
      ${managed
        ? html`<p>
              The bot's process is killed as by a power cut.
              <span class="expect"
                >Started again it goes on where it was: buttons work, answers are kept, what was due comes once, late and
                saying so.</span
              >
            </p>
            <p class="acts">
              <button type="button" class="button danger" ?disabled=${!bot.process} @click=${() => void this.#bot("kill")}>
                Kill the bot
              </button>
              <button type="button" class="button secondary" @click=${() => void this.#bot("restart")}>
                ${bot.process ? "Restart the bot" : "Start the bot"}
              </button>
            </p>`
        : html`<p class="muted">The sandbox did not start this bot, so it can neither kill nor restart it.</p>`}
    </section>`;
  }

  /** @param {"right" | "gone"} what */
  #places(what) {
    const guild = this.app.guild();
    const places = (guild?.channels ?? []).filter((/** @type {any} */ one) => !isThread(one) && [0, 15].includes(one.type));
    if (!places.some((/** @type {any} */ one) => one.id === this.#chosen[what])) {
      const quiz = places.find((/** @type {any} */ one) => one.name === "daily-quiz");
      this.#chosen[what] = (quiz ?? places[0])?.id ?? "";
    }
    return places;
  }

  /** @param {string} label @param {"right" | "gone"} what */
  #chooser(label, what) {
    const choose = (/** @type {Event} */ event) => {
      this.#chosen[what] = /** @type {HTMLSelectElement} */ (event.target).value;
      this.#sure = false;
      this.app.tools.draw();
    };
    return html`<label
      >${label}
      <select @change=${choose}>
        ${this.#places(what).map(
          (/** @type {any} */ one) =>
            html`<option value=${one.id} ?selected=${one.id === this.#chosen[what]}>${sign(one)} ${one.name}</option>`,
        )}
      </select></label
    >`;
  }

  /** @param {any} faults */
  #rights(faults) {
    const take = () => void this.#turn({ take: { channel_id: this.#chosen.right, right: this.#right } });
    return html`<section aria-labelledby="rights">
      <h3 id="rights">Take a right from the bot</h3>
      <p><span class="expect">${faults.rights_expect}</span></p>
      <p class="acts">
        ${this.#chooser("Channel", "right")}
        <label
          >Right
          <select
            @change=${(/** @type {Event} */ event) => (this.#right = /** @type {HTMLSelectElement} */ (event.target).value)}
          >
            ${faults.rights.map(
              (/** @type {any} */ one) =>
                html`<option value=${one.name} ?selected=${one.name === this.#right}>${one.label}</option>`,
            )}
          </select></label
        >
        <button type="button" class="button secondary" @click=${take}>Take it away</button>
      </p>
      ${faults.taken.length
        ? html`<ul class="taken" aria-label="Rights that were taken away">
            ${faults.taken.map(
              (/** @type {Taken} */ one) =>
                html`<li>
                  <span>${one.label} in #${one.channel}</span>
                  <button
                    type="button"
                    class="button secondary small"
                    @click=${() => void this.#turn({ give_back: { channel_id: one.channel_id, right: one.right } })}
                  >
                    Give back<span class="hidden">: ${one.label} in #${one.channel}</span>
                  </button>
                </li>`,
            )}
          </ul>`
        : nothing}
    </section>`;
  }

  #channels() {
    const remove = async () => {
      if (!this.#sure) {
        this.#sure = true;
        return this.app.tools.draw();
      }
      this.#sure = false;
      const { gone } = this.#chosen;
      const name = this.app.channel(gone)?.name ?? "daily-quiz";
      if (await this.app.ask("/world/delete_channel", { channel_id: gone })) this.#name = name;
      this.app.tools.draw();
    };
    const make = async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const made = await this.app.ask("/world/create_channel", { name: this.#name });
      if (made) announce(`There is a new #${this.#name}. /setup in it goes on there.`);
    };
    return html`<section aria-labelledby="places">
      <h3 id="places">Delete a channel</h3>
      <p>
        With all that stands in it.
        <span class="expect"
          >When the next thing is due in it, whoever set the group up is told once, by direct message, to choose another one
          with /setup. Every answer is kept.</span
        >
      </p>
      <p class="acts">
        ${this.#chooser("Channel to delete", "gone")}
        <button type="button" class="button danger" @click=${remove}>${this.#sure ? `Really delete #${this.app.channel(this.#chosen.gone)?.name}` : "Delete it"}</button>
      </p>
      <form class="acts" @submit=${make}>
        <label
          >New channel
          <input
            maxlength="100"
            required
            .value=${this.#name}
            @input=${(/** @type {Event} */ event) => (this.#name = /** @type {HTMLInputElement} */ (event.target).value)}
        /></label>
        <button class="button secondary">Make it</button>
      </form>
    </section>`;
  }
}
