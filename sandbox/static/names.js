/** Names of people, roles and channels, as one person sees them. */

/** @typedef {import("./app.js").App} App */

const SIGNS = { 0: "#", 2: "🔊", 5: "📣", 10: "🧵", 11: "🧵", 12: "🔒", 13: "🎙", 15: "🗂" };
const THREADS = new Set([10, 11, 12]);

/** @param {any} channel */
export const isThread = (channel) => THREADS.has(channel.type);
/** @param {any} channel */
export const sign = (channel) => SIGNS[/** @type {keyof typeof SIGNS} */ (channel.type)] ?? "";

export class Names {
  /** Changes when any name, anybody's roles or the zone did: what was drawn with the old ones is drawn anew. */
  version = 0;
  #known = "";

  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  /** The state was read anew. */
  refresh() {
    const { guilds, people } = this.app.state;
    const known = JSON.stringify([
      this.app.time.zone,
      people,
      guilds.map((/** @type {any} */ guild) => [
        guild.members.map((/** @type {any} */ one) => [one.user.id, one.nick, one.user.global_name, one.roles]),
        guild.roles.map((/** @type {any} */ role) => [role.id, role.name]),
        guild.channels.map((/** @type {any} */ channel) => [channel.id, channel.name]),
      ]),
    ]);
    if (known !== this.#known) this.version += 1;
    this.#known = known;
  }

  /** @param {string} id @returns {string | null} */
  user(id) {
    const user = this.app.user(id);
    return user ? this.of(user) : null;
  }

  /**
   * A user's name in the open server.
   * @param {any} user @returns {string}
   */
  of(user) {
    const member = this.app.member(user.id);
    return member?.nick ?? user.global_name ?? user.username ?? "Somebody";
  }

  /** @param {string} id @returns {string | null} */
  role(id) {
    const roles = this.app.state.guilds.flatMap((/** @type {any} */ guild) => guild.roles);
    return roles.find((/** @type {any} */ role) => role.id === id)?.name ?? null;
  }

  /** @param {string} id @returns {{name: string, sign: string} | null} */
  channel(id) {
    const channel = this.app.channel(id);
    return channel ? { name: this.ofChannel(channel), sign: sign(channel) || "@" } : null;
  }

  /** @param {any} channel @returns {string} */
  ofChannel(channel) {
    if (channel.name) return channel.name;
    const others = channel.recipients ?? [];
    const named = others.map((/** @type {any} */ user) => user.global_name ?? user.username);
    return named.join(", ") || "Direct message";
  }

  /** @param {any} channel */
  label(channel) {
    if (!channel.name) return `@${this.ofChannel(channel)}`;
    return channel.type === 0 ? `#${channel.name}` : this.ofChannel(channel);
  }

  /** @param {number} ms @param {string} style */
  time(ms, style) {
    return this.app.time.format(ms, style);
  }
}
