/** One open channel: its head, its messages and its input line. The page has two: the channel, and a thread beside it. */

import { Composer } from "./composer.js";
import { point } from "./dom.js";
import { forum } from "./forum.js";
import { head } from "./head.js";
import { html, nothing, ref, render } from "./lit.js";
import { log, Scroll } from "./log.js";
import { unknown } from "./media.js";

/** @typedef {import("./app.js").App} App */

const FORUM = 15;
/** So many messages are read at a time; a pane keeps at most three times as many while its newest is in sight. */
const PAGE = 100;

export class Pane {
  channelId = "";
  loading = false;
  /** The first message that was unread when the channel was opened. */
  newFrom = "";
  /** @type {any[]} */
  messages = [];
  /** Whether the channel has earlier ones. */
  earlier = false;
  #limit = PAGE;
  scroll = new Scroll();
  /** How often something was opened: of two answers that are under way only the last one counts. */
  #turn = 0;
  #stale = false;

  /** @param {App} app @param {HTMLElement} root @param {boolean} beside Whether this is the one for threads. */
  constructor(app, root, beside) {
    this.app = app;
    this.root = root;
    this.beside = beside;
    this.composer = new Composer(this);
    root.addEventListener("dragover", (event) => {
      event.preventDefault();
      root.classList.add("dropping");
    });
    root.addEventListener("dragleave", () => root.classList.remove("dropping"));
    root.addEventListener("drop", (event) => {
      event.preventDefault();
      root.classList.remove("dropping");
      this.composer.addFiles([...(event.dataTransfer?.files ?? [])]);
    });
  }

  /** @returns {any} */
  channel() {
    return this.app.channel(this.channelId);
  }

  /**
   * The id of a message's element: one message may stand in both panes.
   * @param {string} messageId
   */
  idOf(messageId) {
    return `${this.beside ? "s" : "m"}${messageId}`;
  }

  /**
   * Show a channel; a message of it can be pointed at.
   * @param {string} id @param {string} [messageId]
   */
  async open(id, messageId) {
    const other = id !== this.channelId;
    this.channelId = id;
    if (other) {
      this.messages = [];
      this.newFrom = "";
      this.#limit = PAGE;
      this.composer.moved();
    }
    const channel = this.channel();
    this.loading = Boolean(channel) && channel.type !== FORUM;
    this.app.draw();
    if (!channel) return;
    if (channel.type === FORUM) return this.app.reading.see(channel);
    const read = this.app.reading.read(id);
    const turn = (this.#turn += 1);
    let answer = null;
    // What happens while the answer is under way may or may not stand in it: ask again.
    do {
      this.#stale = false;
      answer = await this.app.ask(`/channels/${id}/messages?limit=${this.#limit}`);
      if (turn !== this.#turn || this.channelId !== id) return;
    } while (answer && this.#stale);
    this.loading = false;
    if (!answer) return this.app.draw();
    this.messages = answer;
    this.earlier = answer.length >= this.#limit;
    if (other) {
      const { id: me } = this.app.me;
      const fresh = answer.find(
        (/** @type {any} */ one) => read && BigInt(one.id) > BigInt(read) && one.author.id !== me,
      );
      this.newFrom = fresh?.id ?? "";
    }
    this.app.reading.see(channel);
    this.app.drawNow();
    if (messageId) this.jump(messageId);
    else if (other) this.scroll.toEnd();
  }

  /** Read what was written before the first message, and stay where one is. */
  async more() {
    const [first] = this.messages;
    const element = first && document.getElementById(this.idOf(first.id));
    if (!element) return;
    const top = element.getBoundingClientRect().top;
    this.scroll.hold();
    this.#limit = this.messages.length + PAGE;
    element.focus({ preventScroll: true });
    await this.open(this.channelId);
    this.scroll.by(element.getBoundingClientRect().top - top);
  }

  /** Show nothing. */
  close() {
    this.channelId = "";
    this.messages = [];
    this.app.draw();
  }

  /**
   * Something happened to a message of this channel.
   * @param {string} name @param {any} data
   */
  heard(name, data) {
    this.#stale = true;
    const at = this.messages.findIndex((message) => message.id === (data.message_id ?? data.id));
    if (name.startsWith("MESSAGE_REACTION")) this.#reacted(name, data, at);
    else if (name === "MESSAGE_DELETE") {
      if (at >= 0) this.messages.splice(at, 1);
    } else if (at >= 0) {
      const edited = data.edited_timestamp ?? this.messages[at].edited_timestamp;
      this.messages[at] = { ...this.messages[at], ...data, edited_timestamp: edited };
    } else if (name === "MESSAGE_CREATE") {
      this.messages.push(data);
      if (this.scroll.following && this.messages.length > 3 * PAGE) {
        this.messages = this.messages.slice(-PAGE);
        this.#limit = PAGE;
        this.earlier = true;
      }
      const mine = data.author.id === this.app.me.id || data.ephemeral_for;
      if (mine) this.newFrom = "";
      const channel = this.channel();
      if (channel) this.app.reading.see(channel);
      this.app.drawNow();
      if (mine) this.scroll.toEnd();
    }
    this.app.draw();
  }

  /** @param {string} name @param {any} data @param {number} at */
  #reacted(name, data, at) {
    if (at < 0) return;
    const message = this.messages[at];
    const same = (/** @type {any} */ one) => (one.emoji.id ?? one.emoji.name) === (data.emoji.id ?? data.emoji.name);
    /** @type {any[]} */
    let reactions = structuredClone(message.reactions ?? []);
    if (name === "MESSAGE_REACTION_REMOVE_ALL") reactions = [];
    else if (name === "MESSAGE_REACTION_REMOVE_EMOJI") reactions = reactions.filter((one) => !same(one));
    else {
      const added = name === "MESSAGE_REACTION_ADD";
      let one = reactions.find(same);
      if (!one && added) reactions.push((one = { emoji: data.emoji, count: 0, me: false }));
      if (one) one.count += added ? 1 : -1;
      if (one && data.user_id === this.app.me.id) one.me = added;
      reactions = reactions.filter((each) => each.count > 0);
    }
    this.messages[at] = { ...message, reactions };
  }

  /**
   * Go to a message and mark it for a moment.
   * @param {string} messageId
   */
  jump(messageId) {
    const element = document.getElementById(this.idOf(messageId));
    if (!element) return;
    this.scroll.hold();
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
    point(element);
  }

  /** @param {any} message */
  async dismiss(message) {
    await this.app.ask("/messages/dismiss", { channel_id: message.channel_id, message_id: message.id });
    this.messages = this.messages.filter((one) => one.id !== message.id);
    this.app.drawNow();
    this.composer.focus();
  }

  /** Draw the pane. */
  draw() {
    const channel = this.channel();
    this.root.hidden = this.beside && !this.channelId;
    if (this.beside) this.root.setAttribute("aria-label", channel ? `Thread: ${channel.name}` : "Thread");
    render(this.channelId ? this.#template(channel) : nothing, this.root);
    this.composer.draw();
  }

  /** @param {any} channel */
  #template(channel) {
    if (!channel) return html`<div class="scroll">${unknown("this channel, or you may not see it")}</div>`;
    if (channel.type === FORUM) return html`${head(this, channel)}${forum(this, channel)}`;
    return html`${head(this, channel)} ${log(this)}
      <div class="composer" id="${this.composer.prefix}composer" tabindex="-1" ${ref(this.composer.place)}></div>
      <p class="drop-hint" aria-hidden="true">Drop files to attach them</p>`;
  }
}
