/** The sandbox's clock, and the bot's switch. */

import { $, announce, h } from "./dom.js";
import { relative } from "./time.js";

/** @typedef {import("./app.js").App} App */

const KEPT = "studyhall-zone";

/** The zone that was chosen on this machine before. */
export function keptZone() {
  const zone = localStorage.getItem(KEPT);
  return zone && zones().includes(zone) ? zone : undefined;
}

function zones() {
  return ["UTC", ...Intl.supportedValuesOf("timeZone")];
}

export class ClockBar {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.next = h("button", {
      type: "button",
      class: "button primary",
      onclick: () => this.#move({ to: "next" }),
    });
    this.wanted = /** @type {HTMLInputElement} */ (
      h("input", { type: "datetime-local", "aria-label": "Chosen time", required: true })
    );
    const chosen = h(
      "form",
      { class: "chosen" },
      this.wanted,
      h("button", { class: "button secondary" }, "Go"),
    );
    chosen.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#move({ to_ms: app.time.read(this.wanted.value) });
    });
    const controls = $("clock-controls");
    controls.append(
      this.next,
      h(
        "button",
        { type: "button", class: "button secondary", onclick: () => this.#move({ advance_ms: 3600000 }) },
        "+1 hour",
      ),
      h(
        "button",
        {
          type: "button",
          class: "button secondary",
          onclick: () => this.#move({ to_ms: app.time.tomorrow(9) }),
        },
        "Tomorrow 09:00",
      ),
      chosen,
    );
    this.status = h("p", { class: "bot-state" });
    this.kill = h(
      "button",
      { type: "button", class: "button danger small", onclick: () => this.#bot("kill") },
      "Kill",
    );
    this.restart = h(
      "button",
      { type: "button", class: "button secondary small", onclick: () => this.#bot("restart") },
      "Restart",
    );
    $("bot").append(this.status, this.kill, this.restart);
    this.zone = /** @type {HTMLSelectElement} */ (
      h("select", { class: "zone", "aria-label": "Your time zone", onchange: () => this.#travel() })
    );
    $("now").after(this.zone);
    const toggle = $("clock-toggle");
    toggle.addEventListener("click", () => {
      const open = document.body.classList.toggle("clock-open");
      toggle.setAttribute("aria-expanded", String(open));
    });
    setInterval(() => this.tick(), 1000);
  }

  /** Show the time, and every relative time in the messages. */
  tick() {
    const { time } = this.app;
    const day = new Intl.DateTimeFormat("en-GB", {
      weekday: "short",
      day: "numeric",
      month: "short",
      timeZone: time.zone,
    });
    $("now").replaceChildren(
      h("strong", {}, time.format(time.now, "T")),
      h("span", { title: time.format(time.now, "F") }, day.format(time.now)),
      h("small", {}, time.frozen ? "standing still" : ""),
    );
    for (const element of document.querySelectorAll("time[data-style=R]")) {
      element.textContent = relative(Number(element.getAttribute("data-ms")) - time.now);
    }
    this.#showNext();
  }

  #showNext() {
    const { time } = this.app;
    const known = time.nextMs !== null;
    this.next.toggleAttribute("disabled", !known);
    const when = known
      ? new Intl.DateTimeFormat("en-GB", {
          weekday: "short",
          hour: "2-digit",
          minute: "2-digit",
          timeZone: time.zone,
        }).format(/** @type {number} */ (time.nextMs))
      : "none";
    const text = `Next event: ${when}`;
    if (this.next.textContent !== text) this.next.textContent = text;
    this.next.title = known
      ? `${time.format(/** @type {number} */ (time.nextMs), "F")}, ${relative(/** @type {number} */ (time.nextMs) - time.now)}`
      : "The bot has told of no event";
  }

  /** Show the clock and the bot anew. */
  render() {
    const { bot } = this.app.state;
    this.#showZone();
    this.status.replaceChildren(
      h(
        "span",
        { class: bot.connected ? "light on" : "light", "aria-hidden": "true" },
        bot.connected ? "●" : "○",
      ),
      ` Bot ${bot.connected ? "online" : "offline"}`,
    );
    // Null where the sandbox did not start the bot itself: then it can neither kill nor restart it.
    const managed = typeof bot.process === "boolean";
    this.kill.hidden = this.restart.hidden = !managed;
    this.kill.toggleAttribute("disabled", !bot.process);
    if (document.activeElement !== this.wanted)
      this.wanted.value = this.app.time.write(this.app.time.now + 86400000);
    this.tick();
  }

  /** Live in another zone: the page shows each time as Discord does, by the clocks of whoever reads it. */
  #travel() {
    this.app.time.zone = this.zone.value;
    localStorage.setItem(KEPT, this.zone.value);
    this.app.render();
    void this.app.openChannel(this.app.channelId);
  }

  #showZone() {
    const { zone } = this.app.time;
    if (this.zone.value === zone) return;
    const names = [...new Set([zone, ...zones()])].sort();
    this.zone.replaceChildren(
      ...names.map((name) => h("option", { value: name }, name.replaceAll("_", " "))),
    );
    this.zone.value = zone;
  }

  /** @param {object} body */
  async #move(body) {
    const controls = $("clock-controls");
    controls.setAttribute("aria-busy", "true");
    const answer = await this.app.ask("/clock", body);
    controls.removeAttribute("aria-busy");
    if (!answer) return;
    this.app.time.set(answer);
    this.render();
    if (answer.settled === false) announce("The bot did not finish what was due.");
    else announce(`It is now ${this.app.time.format(this.app.time.now, "F")}.`);
  }

  /** @param {"kill" | "restart"} action */
  async #bot(action) {
    const answer = await this.app.ask(`/bot/${action}`, {});
    if (!answer) return;
    Object.assign(this.app.state.bot, answer);
    this.render();
    announce(action === "kill" ? "The bot was killed." : "The bot starts again.");
  }
}
