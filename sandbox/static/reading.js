/** What a person has read: unread marks, and how often they were mentioned. */

/** @typedef {import("./app.js").App} App */

const DM = 1;
const VOICES = new Set([2, 13]);

/** @param {string | null | undefined} one @param {string | null | undefined} other Snowflakes. */
const later = (one, other) => BigInt(one ?? 0) > BigInt(other ?? 0);

export class Reading {
  /** Changes when a mark may have. */
  version = 0;
  /** @type {Map<string, number>} */
  #mentions = new Map();
  /**
   * Channels whose unread messages were looked through.
   * @type {Set<string>}
   */
  #counted = new Set();

  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  /** Another person. */
  forget() {
    this.version += 1;
    this.#mentions.clear();
    this.#counted.clear();
  }

  /**
   * The last message that was read in a channel, if any was.
   * @param {string} id @returns {string | undefined}
   */
  read(id) {
    return this.app.kept.get("read")?.[id];
  }

  /** @param {any} channel */
  isUnread(channel) {
    if (channel.type === 4 || this.app.isOpen(channel.id)) return false;
    if (channel.thread_metadata) {
      const mine = channel.member_ids.includes(this.app.me.id);
      if (!mine || channel.thread_metadata.archived) return false;
    }
    return later(channel.last_message_id, this.read(channel.id));
  }

  /**
   * How often this person was mentioned in what they did not read; in a DM every message counts.
   * @param {any} channel
   */
  mentions(channel) {
    return this.isUnread(channel) ? (this.#mentions.get(channel.id) ?? 0) : 0;
  }

  /**
   * All of a channel is read.
   * @param {any} channel
   */
  see(channel) {
    this.#mentions.delete(channel.id);
    const newest = this.app.newest(channel.id) ?? channel.last_message_id;
    if (!newest || !later(newest, this.read(channel.id))) return;
    this.version += 1;
    this.app.kept.set("read", { ...this.app.kept.get("read"), [channel.id]: newest });
  }

  /**
   * A message came, open or not.
   * @param {any} channel @param {any} message
   */
  came(channel, message) {
    channel.last_message_id = message.id;
    this.version += 1;
  }

  /**
   * A message came while its channel was not open.
   * @param {any} channel @param {any} message
   */
  heard(channel, message) {
    if (!this.concerns(channel, message)) return;
    this.version += 1;
    this.#mentions.set(channel.id, (this.#mentions.get(channel.id) ?? 0) + 1);
  }

  /** @param {any} channel @param {any} message */
  concerns(channel, message) {
    if (message.author.id === this.app.me.id) return false;
    if (channel.type === DM || message.mention_everyone) return true;
    const member = this.app.member(this.app.me.id);
    return (
      message.mentions.some((/** @type {any} */ user) => user.id === this.app.me.id) ||
      (message.mention_roles ?? []).some((/** @type {string} */ role) => member?.roles.includes(role))
    );
  }

  /** Count the mentions in channels that became unread while nobody looked at them through this page. */
  async count() {
    const person = this.app.me.id;
    const unknown = this.app
      .channels()
      .filter((channel) => this.isUnread(channel) && !this.#counted.has(channel.id) && channel.type !== 15);
    for (const channel of unknown) {
      this.#counted.add(channel.id);
      if (VOICES.has(channel.type)) continue;
      const messages = await this.app.api
        .get(`/channels/${channel.id}/messages?limit=100`)
        .catch(() => []);
      if (this.app.me.id !== person) return;
      if (messages.at(-1)?.author.id === person) {
        this.see(channel);
        continue;
      }
      const read = this.read(channel.id);
      const count = messages.filter(
        (/** @type {any} */ one) => later(one.id, read) && this.concerns(channel, one),
      ).length;
      if (!count) continue;
      this.version += 1;
      this.#mentions.set(channel.id, count);
    }
    if (unknown.length) this.app.draw();
  }
}
