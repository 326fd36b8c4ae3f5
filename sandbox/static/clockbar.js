/** The sandbox's clock and zone, what the last move brought about, and what is broken on purpose. */

import { announce, $ } from "./dom.js";
import { guard, html, nothing, render } from "./lit.js";
import { openMenu } from "./menu.js";
import { openPeople } from "./switcher.js";

/** @typedef {import("./app.js").App} App */
/**
 * What happened while the clock moved, as the sandbox tells it.
 * @typedef {{at_ms: number, kind: string, name: string, channel_id: string | null, message_id: string | null,
 *   title: string, where: string, seen: boolean}} Happening
 */

const KEPT = "studyhall-zone";
const HOUR = 3600000;
const DAY = 24 * HOUR;

/** The zone that was chosen on this machine before. */
export function keptZone() {
  const zone = localStorage.getItem(KEPT);
  return zone && zones().includes(zone) ? zone : undefined;
}

function zones() {
  return ["UTC", .../** @type {any} */ (Intl).supportedValuesOf("timeZone")];
}

export class ClockBar {
  moving = false;
  open = false;
  /** @type {{found: Happening[], count: number, words: string, alone?: boolean} | null} */
  brought = null;
  #wanted = "";
  #drawing = false;

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    setInterval(() => this.render(), 1000);
  }

  /**
   * Move the clock, and say what happened meanwhile.
   * @param {object} body @returns {Promise<any>}
   */
  async move(body) {
    if (this.moving) return null;
    this.moving = true;
    this.render();
    const answer = await this.app.ask("/clock", body);
    this.moving = false;
    if (answer) {
      this.app.time.set(answer);
      this.brought = { found: answer.happened, count: answer.count, words: answer.why };
    }
    this.app.render();
    return answer;
  }

  /**
   * Put a sentence into the news line.
   * @param {string} words
   */
  tell(words) {
    this.brought = { found: [], count: 0, words, alone: true };
    this.render();
  }

  /** Draw the bar anew, soon and once. */
  render() {
    if (this.#drawing || !this.app.state) return;
    this.#drawing = true;
    queueMicrotask(() => this.#draw());
  }

  #draw() {
    this.#drawing = false;
    render(this.#bar(), $("clockbar"));
    render(this.#news(), $("news"));
  }

  #bar() {
    const { app } = this;
    const { time } = app;
    const { bot, faults } = app.state;
    const broken = faults.on ?? [];
    const day = new Intl.DateTimeFormat("en-GB", {
      weekday: "short",
      day: "numeric",
      month: "short",
      timeZone: time.zone,
    });
    return html`
      <p class="sandbox-time" role="timer" aria-live="off" aria-label="The sandbox's time">
        <strong>${time.format(time.now, time.frozen ? "t" : "T")}</strong>
        <span title=${`${time.format(time.now, "F")}${time.frozen ? ", standing still" : ""}`}>${day.format(time.now)}</span>
      </p>
      <select
        class="zone"
        aria-label="Your time zone"
        @change=${(/** @type {Event} */ event) => this.#travel(/** @type {HTMLSelectElement} */ (event.target).value)}
      >
        ${guard([time.zone], () =>
          [...new Set([time.zone, ...zones()])]
            .sort()
            .map((name) => html`<option value=${name} ?selected=${name === time.zone}>${name.replaceAll("_", " ")}</option>`),
        )}
      </select>
      <button
        type="button"
        class="button secondary narrow-clock"
        aria-controls="clock-controls"
        aria-expanded=${String(this.open)}
        @click=${() => ((this.open = !this.open), this.render())}
      >
        Clock
      </button>
      ${this.#controls()}
      <div class="place">
        ${broken.length
          ? html`<p class="broken" role="status">
              <button type="button" class="button danger" title=${broken.join(", ")} @click=${() => app.tools.show("faults")}>
                ${broken.length === 1 ? broken[0] : `${broken.length} faults`}<span class="hidden"> switched on</span>
              </button>
              <button type="button" class="button secondary" @click=${() => void app.ask("/faults", { end: true })}>
                End ${broken.length === 1 ? "it" : "all"}<span class="hidden"> faults</span>
              </button>
            </p>`
          : nothing}
        <p class="bot-state">
          <span class="light ${bot.connected ? "on" : ""}" aria-hidden="true">${bot.connected ? "●" : "○"}</span>
          <span class="bot-words">Bot ${bot.connected ? "online" : "offline"}</span>
        </p>
        <button
          type="button"
          class="button secondary person-button"
          aria-haspopup="dialog"
          aria-expanded="false"
          @click=${(/** @type {Event} */ event) => openPeople(app, /** @type {HTMLElement} */ (event.currentTarget))}
        >
          <span class="hidden">You are </span>${app.me.name} <span aria-hidden="true">▾</span>
        </button>
        <button
          type="button"
          class="button secondary"
          aria-controls="drawer"
          aria-expanded=${String(app.tools.open)}
          @click=${() => app.tools.toggle()}
        >
          Tools
        </button>
      </div>
    `;
  }

  #controls() {
    const { app } = this;
    const moving = this.moving || Boolean(app.tools.guide.month?.running);
    const { time } = app;
    const go = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const field = /** @type {HTMLInputElement} */ (/** @type {HTMLFormElement} */ (event.target).elements[0]);
      this.#wanted = "";
      void this.move({ to_ms: time.read(field.value) });
    };
    return html`<div
      id="clock-controls"
      class=${this.open ? "open" : ""}
      role="group"
      aria-label="Move the clock"
      aria-busy=${moving ? "true" : nothing}
    >
      <button
        type="button"
        class="button primary"
        ?disabled=${moving}
        title="On to the next thing that anybody can see"
        @click=${() => void this.move({ to: "seen" })}
      >
        Next event
      </button>
      <button type="button" class="button secondary" ?disabled=${moving} @click=${() => void this.move({ advance_ms: HOUR })}>
        +1 hour
      </button>
      <button
        type="button"
        class="button secondary"
        ?disabled=${moving}
        @click=${() => void this.move({ to_ms: time.tomorrow(9) })}
      >
        Tomorrow 09:00
      </button>
      <form class="chosen" @submit=${go}>
        <input
          type="datetime-local"
          aria-label="Chosen time"
          required
          .value=${this.#wanted || time.write(time.now + DAY)}
          @input=${(/** @type {Event} */ event) => (this.#wanted = /** @type {HTMLInputElement} */ (event.target).value)}
        />
        <button class="button secondary" ?disabled=${moving}>Go</button>
      </form>
    </div>`;
  }

  #news() {
    const { brought } = this;
    const { month } = this.app.tools.guide;
    if (month?.running)
      return html`<p class="news" aria-live="off">
        <span class="news-words">A month passes. ${month.words}</span>${this.app.tools.guide.days(month)}
      </p>`;
    if (!brought) return nothing;
    const { found, count, words, alone } = brought;
    const told = found.slice().sort((a, b) => b.at_ms - a.at_ms || weight(a) - weight(b));
    const [first] = told;
    const more = count - 1;
    return html`<p class="news">
      <span class="news-words">
        ${first ? this.#told(first) : alone ? nothing : html`Nothing that anybody could see happened.`}
        ${words && first ? nothing : words}
      </span>
      ${first ? this.#way(first) : nothing}
      ${more > 0
        ? html`<button
            type="button"
            class="button secondary small"
            aria-haspopup="menu"
            aria-expanded="false"
            @click=${(/** @type {Event} */ event) => this.#list(/** @type {HTMLElement} */ (event.currentTarget), found)}
          >
            ${more} more
          </button>`
        : nothing}
      <button
        type="button"
        class="round small"
        aria-label="Put the news away"
        @click=${() => ((this.brought = null), this.render())}
      >
        <span aria-hidden="true">✕</span>
      </button>
    </p>`;
  }

  /** @param {Happening} one */
  #told(one) {
    return html`<strong>${this.#stamp(one.at_ms)}</strong> → ${words(one)}`;
  }

  /** @param {Happening} one */
  #way(one) {
    const { app } = this;
    const channel = one.channel_id;
    if (!channel || !app.channel(channel)) return nothing;
    return html`<button type="button" class="plain" @click=${() => void app.openChannel(channel, one.message_id ?? undefined)}>
      Go there<span class="hidden">: ${one.where}</span>
    </button>`;
  }

  /** @param {number} ms */
  #stamp(ms) {
    const format = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
    return new Intl.DateTimeFormat("en-GB", {
      .../** @type {Intl.DateTimeFormatOptions} */ (format),
      timeZone: this.app.time.zone,
    }).format(ms);
  }

  /** @param {HTMLElement} place @param {Happening[]} found */
  #list(place, found) {
    const items = found.map((one) => {
      const channel = one.channel_id;
      const go = () => void (channel && this.app.openChannel(channel, one.message_id ?? undefined));
      return { label: words(one), hint: this.#stamp(one.at_ms), act: channel ? go : () => announce("You do not see that.") };
    });
    openMenu(place, "What happened", items);
  }

  /**
   * Live in another zone: the page shows each time as Discord does, by the clocks of whoever reads it.
   * @param {string} zone
   */
  #travel(zone) {
    localStorage.setItem(KEPT, zone);
    this.#wanted = "";
    this.app.travel(zone);
  }
}

/**
 * What one looks for first: messages, then the rest.
 * @param {Happening} one
 */
const weight = (one) => (one.kind === "message" ? (one.title ? 0 : 1) : one.kind === "event" ? 1 : one.kind === "edit" ? 2 : 3);

const VERBS = {
  message: "a message",
  edit: "a message changed",
  deletion: "a message was deleted",
  reaction: "a reaction",
  channel: "a channel changed",
  pin: "a pin",
  thread: "a thread",
  event: "an event",
  member: "a member changed",
};

/** @param {Happening} one */
function words(one) {
  const verb = VERBS[/** @type {keyof typeof VERBS} */ (one.kind)] ?? "something";
  const what = one.title && one.kind !== "channel" && one.kind !== "thread" ? `“${one.title}”` : verb;
  const changed = one.title && one.kind === "edit" ? " changed" : "";
  const ended = one.name.endsWith("_DELETE") && one.kind !== "deletion" ? " is gone" : "";
  return `${what}${changed}${ended}${one.where ? ` in ${one.where}` : ""}`;
}
