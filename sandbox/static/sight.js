/** What a person sees of the world: lookups in the state that the sandbox gave. */

export class Sight {
  /**
   * The answer of /sandbox/state.
   * @type {any}
   */
  state = null;
  /**
   * Who one is.
   * @type {any}
   */
  me = null;

  /**
   * The channel that is open.
   * @returns {string}
   */
  get channelId() {
    return "";
  }

  /**
   * Everybody whom this person meets, the bot too.
   * @returns {any[]}
   */
  users() {
    const users = new Map();
    for (const guild of this.state.guilds) for (const { user } of guild.members) users.set(user.id, user);
    for (const person of this.state.people)
      if (!users.has(person.id)) users.set(person.id, { id: person.id, username: person.name });
    if (this.state.bot.user) users.set(this.state.bot.user.id, this.state.bot.user);
    return [...users.values()];
  }

  /**
   * Somebody's membership in the open server.
   * @param {string} id @returns {any}
   */
  member(id) {
    return this.guild()?.members.find((/** @type {any} */ one) => one.user.id === id);
  }

  /** @returns {any[]} */
  channels() {
    return [...this.state.guilds.flatMap((/** @type {any} */ guild) => guild.channels), ...this.state.dms];
  }

  /** @param {string} id @returns {any} */
  channel(id) {
    return (this.state && this.channels().find((channel) => channel.id === id)) ?? null;
  }

  /**
   * The server of the open channel (in a DM the first one).
   * @returns {any}
   */
  guild() {
    const { guilds } = this.state;
    const has = (/** @type {any} */ guild) => guild.channels.some((/** @type {any} */ one) => one.id === this.channelId);
    return guilds.find(has) ?? guilds[0];
  }

  /**
   * Where one is who was nowhere yet.
   * @returns {string}
   */
  firstChannel() {
    const first = this.state.guilds[0]?.channels.find((/** @type {any} */ channel) => channel.type === 0);
    return first?.id ?? this.state.dms[0]?.id ?? "";
  }
}
