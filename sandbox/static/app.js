/** The page: who one is, what is open, and what happens. */

import { Acts } from "./acts.js";
import { Api } from "./api.js";
import { ClockBar, keptZone } from "./clockbar.js";
import { $, announce } from "./dom.js";
import { drawEvents } from "./events.js";
import { Interactions } from "./interact.js";
import { Kept, wear } from "./kept.js";
import { closeLayer } from "./layer.js";
import { follow } from "./markdown.js";
import { isThread, Names } from "./names.js";
import { Pane } from "./pane.js";
import { drawMembers, drawSelf, openProfile } from "./people.js";
import { Reading } from "./reading.js";
import { drawSidebar } from "./sidebar.js";
import { Sight } from "./sight.js";
import { SandboxTime } from "./time.js";
import { Tools } from "./tools.js";

const WIDE = 60 * 16;
const ROOMY = matchMedia("(min-width: 88rem)");
const ROOMIER = matchMedia("(min-width: 100rem)");

export class App extends Sight {
  time = new SandboxTime();
  /**
   * What failed, by message id.
   * @type {Map<string, string>}
   */
  failures = new Map();
  menuOpen = false;
  membersOpen = innerWidth >= WIDE * 1.2;
  kept = new Kept("", "");
  #stop = () => {};
  #drawing = false;
  /**
   * What each part of the page was drawn from.
   * @type {Map<string, unknown[]>}
   */
  #drawn = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;

  /** @param {string} person */
  constructor(person) {
    super();
    this.api = new Api(person);
    this.names = new Names(this);
    this.reading = new Reading(this);
    this.interactions = new Interactions(this);
    this.acts = new Acts(this);
    this.main = new Pane(this, $("main"), false);
    this.side = new Pane(this, $("side"), true);
    this.clockbar = new ClockBar(this);
    this.tools = new Tools(this);
    $("sidebar").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") this.openMenu(false);
    });
    $("main").addEventListener("pointerdown", () => this.menuOpen && this.openMenu(false), true);
    $("side").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape" && !event.defaultPrevented) this.closeThread();
    });
    // Text stands in messages, topics, forms and events: what is in it acts the same everywhere.
    for (const name of ["click", "keydown"]) document.addEventListener(name, (event) => follow(this, event));
    // A file that is dropped beside a channel must not take the page's place.
    for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
    for (const room of [ROOMY, ROOMIER]) room.addEventListener("change", () => this.draw());
    setInterval(() => this.tick(), 1000);
  }

  /** The channel that is open, not the thread beside it. */
  get channelId() {
    return this.main.channelId;
  }

  /**
   * Load all, and stay up to date.
   * @param {string} channel @param {string} thread What to open.
   */
  async start(channel, thread) {
    await this.load();
    this.#connect();
    await this.#openKept(channel, thread);
  }

  /** @param {string} [channel] @param {string} [thread] */
  async #openKept(channel, thread) {
    const { kept } = this;
    const wanted = [channel, kept.get("channel"), this.firstChannel()].find((id) => id && this.channel(id)) ?? "";
    const beside = [thread, channel ? "" : kept.get("thread")].find((id) => id && this.channel(id)) ?? "";
    await this.openChannel(wanted);
    if (beside && this.channel(beside).parent_id === this.channelId) await this.side.open(beside);
    void this.reading.count();
  }

  #connect() {
    this.#stop();
    let before = true;
    this.#stop = this.api.live(
      (name, data) => this.#event(name, data),
      (open) => {
        document.body.classList.toggle("offline", !open);
        if (open && !before) {
          announce("Connected again.");
          void this.load().then(() => this.#again());
        }
        if (!open && before) announce("The connection to the sandbox is lost. The page tries again each second.");
        before = open;
        $("reconnecting").hidden = open;
      },
    );
  }

  /** What is open may have changed while nothing was heard. */
  async #again() {
    await Promise.all([this.main, this.side].map((pane) => pane.channelId && pane.open(pane.channelId)));
  }

  /** Read the state anew. */
  async load() {
    const state = await this.api.get("/state");
    this.state = state;
    this.me = state.people.find((/** @type {any} */ person) => person.id === state.me.id) ?? state.people[0];
    if (this.api.person !== this.me.id || this.kept.get("run") !== state.run) {
      this.api.person = this.me.id;
      this.kept = new Kept(this.me.id, state.run);
      this.kept.set("run", state.run);
      wear(this.kept.get("theme"));
    }
    // Whoever reads chooses the zone, as in Discord; at first it is that of their machine.
    this.time.set({ ...state.clock, zone: this.kept.get("zone") ?? keptZone() });
    this.names.refresh();
    this.clockbar.render();
    this.draw();
  }

  /** Read the state again soon: several events at once are one reading. */
  reload() {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(async () => {
      await this.load().catch(() => {});
      if (this.channelId && !this.channel(this.channelId)) await this.openChannel(this.firstChannel());
      if (this.side.channelId && !this.channel(this.side.channelId)) this.closeThread();
      void this.reading.count();
    }, 100);
  }

  /** Draw the page anew, soon and once. */
  draw() {
    if (this.#drawing) return;
    this.#drawing = true;
    queueMicrotask(() => this.drawNow());
  }

  /** Draw the page anew at once: what was drawn is needed for the next step. */
  drawNow() {
    this.#drawing = false;
    if (!this.state) return;
    const { state, kept, me, main, side, names } = this;
    const reader = [state, kept, me, names.version];
    const open = [main.channelId, side.channelId];
    this.#part("channels", [...reader, ...open, this.reading.version], () => drawSidebar(this, $("channels")));
    this.#part("self", [...reader, kept.get("theme")], () => drawSelf(this, $("self")));
    const there = [state.online, state.bot.connected, this.membersOpen, this.crowded()];
    this.#part("members", [...reader, ...open, ...there], () => drawMembers(this, $("members")));
    this.main.draw();
    this.side.draw();
    drawEvents(this);
    this.tools.draw();
    document.body.classList.toggle("beside", Boolean(this.side.channelId));
    const channel = this.channel(this.side.channelId) ?? this.channel(this.channelId);
    const unread = this.channels().reduce((sum, one) => sum + this.reading.mentions(one), 0);
    const title = `${channel ? this.names.label(channel) : "Studyhall"} · ${this.me.name} · Studyhall sandbox`;
    document.title = unread ? `(${unread}) ${title}` : title;
  }

  /**
   * Draw a part of the page if anything that it is drawn from changed.
   * @param {string} name @param {unknown[]} from @param {() => void} draw
   */
  #part(name, from, draw) {
    const before = this.#drawn.get(name);
    if (before?.every((one, index) => one === from[index])) return;
    this.#drawn.set(name, from);
    draw();
  }

  /** Draw all, the clock too. */
  render() {
    this.names.refresh();
    this.clockbar.render();
    this.draw();
  }

  /** A second passed, or the clock was moved: every relative time says something else. */
  tick() {
    for (const element of document.querySelectorAll("time[data-style=R]")) {
      const text = this.time.format(Number(element.getAttribute("data-ms")), "R");
      if (element.textContent !== text) element.textContent = text;
    }
  }

  /** @param {string} name @param {any} data */
  #event(name, data) {
    if (!this.state) return;
    if (name.startsWith("MESSAGE_")) this.#messageEvent(name, data);
    else if (name === "CLOCK" || name === "READY" || name === "BOT") {
      const clock = name === "CLOCK" ? data : data.clock;
      if (clock) this.time.set(clock);
      if (name !== "CLOCK") Object.assign(this.state.bot, name === "READY" ? data.bot : data);
      this.clockbar.render();
      this.tick();
      this.draw();
    } else if (name === "PRESENCE") {
      this.state.online = data.online;
      this.draw();
    } else if (name === "INTERACTION_FAILED") {
      if (data.message_id) this.fail(data.message_id, "This interaction failed");
    } else if (name !== "MODAL" && name !== "SYNC" && !this.tools.heard(name, data)) this.reload();
  }

  /** @param {string} name @param {any} data */
  #messageEvent(name, data) {
    const channel = this.channel(data.channel_id);
    if (name === "MESSAGE_CREATE" && channel && !data.ephemeral_for) this.reading.came(channel, data);
    this.failures.delete(data.id);
    const panes = [this.main, this.side].filter((pane) => pane.channelId === data.channel_id);
    for (const pane of panes) pane.heard(name, data);
    if (name !== "MESSAGE_CREATE") return;
    // How many messages a thread has stands in its parent, and a DM may be new.
    if (!channel || isThread(channel)) this.reload();
    if (!panes.length && channel) {
      if (data.author.id === this.me.id) this.reading.see(channel);
      else this.reading.heard(channel, data);
      this.draw();
    }
  }

  /** @param {string} messageId @param {string} why */
  fail(messageId, why) {
    this.failures.set(messageId, why);
    this.draw();
  }

  // What is open

  /**
   * The newest message of an open channel, the ephemeral ones too.
   * @param {string} id @returns {string | undefined}
   */
  newest(id) {
    return [this.main, this.side].find((pane) => pane.channelId === id)?.messages.at(-1)?.id;
  }

  /** @param {string} id */
  isOpen(id) {
    return id === this.main.channelId || id === this.side.channelId;
  }

  /**
   * The pane that an element stands in.
   * @param {Element} element
   */
  paneOf(element) {
    return this.side.root.contains(element) ? this.side : this.main;
  }

  // What a person does

  /**
   * Open a channel; a thread opens beside its channel.
   * @param {string} id @param {string} [messageId] A message to go to.
   */
  async openChannel(id, messageId) {
    closeLayer();
    const channel = this.channel(id);
    const parent = channel && isThread(channel) ? this.channel(channel.parent_id) : null;
    this.openMenu(false);
    if (innerWidth < WIDE) this.openMembers(false);
    if (parent) {
      if (this.channelId !== parent.id) await this.main.open(parent.id);
      await this.side.open(id, messageId);
    } else {
      if (this.side.channelId) this.side.close();
      await this.main.open(id, messageId);
    }
    this.#remember();
    this.draw();
    if (matchMedia("(hover: hover)").matches && !messageId) (parent ? this.side : this.main).composer.focus();
  }

  closeThread() {
    this.side.close();
    this.#remember();
    this.main.composer.focus();
  }

  #remember() {
    const { channelId, side } = this;
    this.kept.set("channel", channelId);
    this.kept.set("thread", side.channelId);
    const thread = side.channelId ? `&thread=${side.channelId}` : "";
    history.replaceState(null, "", `?as=${this.me.id}&channel=${channelId}${thread}`);
  }

  /** @param {boolean} open */
  openMenu(open) {
    if (this.menuOpen === open) return;
    this.menuOpen = open;
    document.body.classList.toggle("menu-open", open);
    this.drawNow();
    const target = document.querySelector(open ? "#sidebar .channel[aria-current]" : ".channel-head .back");
    if (target instanceof HTMLElement) target.focus();
  }

  /** Whether there is no room for the members beside a thread or the tools. */
  crowded() {
    return (Boolean(this.side.channelId) && !ROOMY.matches) || (this.tools.open && !ROOMIER.matches);
  }

  /** @param {boolean} open */
  openMembers(open) {
    this.membersOpen = open;
    this.draw();
  }

  /** @param {string} id @param {import("./layer.js").Place} place */
  openProfile(id, place) {
    openProfile(this, id, place);
  }

  /** @param {string} theme */
  setTheme(theme) {
    this.kept.set("theme", theme);
    wear(theme);
    this.draw();
  }

  /**
   * Live in another zone: the page shows each time as Discord does, by the clocks of whoever reads it.
   * @param {string} zone
   */
  travel(zone) {
    this.time.zone = zone;
    this.kept.set("zone", zone);
    this.render();
  }

  /**
   * Be somebody else.
   * @param {string} id
   */
  async become(id) {
    closeLayer();
    this.api.person = id;
    this.failures.clear();
    this.reading.forget();
    const { channelId } = this;
    this.main.close();
    this.side.close();
    await this.load();
    this.kept = new Kept(id, this.state.run);
    wear(this.kept.get("theme"));
    this.time.set({ ...this.state.clock, zone: this.kept.get("zone") ?? keptZone() });
    this.render();
    this.#connect();
    await this.#openKept(this.channel(channelId) && !this.kept.get("channel") ? channelId : "");
    announce(`You are ${this.me.name} now.`);
  }

  /**
   * Ask the sandbox; a refusal is said, and null comes back.
   * @param {string} path @param {object} [body]
   */
  async ask(path, body) {
    try {
      return body ? await this.api.post(path, body) : await this.api.get(path);
    } catch (error) {
      announce(error instanceof Error ? error.message : String(error));
      return null;
    }
  }
}

const asked = new URLSearchParams(location.search);
const app = new App(asked.get("as") ?? "");
app
  .start(asked.get("channel") ?? "", asked.get("thread") ?? "")
  .catch((error) => announce(`The page could not start: ${error.message}`));
