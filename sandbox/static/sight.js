/** What a person sees of the world: lookups in the state that the sandbox gave. */

class Index {
  /** @type {Map<string, any>} */
  guilds = new Map();
  /** @type {Map<string, any>} */
  channels = new Map();
  /** @type {Map<string, any>} */
  users = new Map();
  /**
   * The members of each server.
   * @type {Map<string, Map<string, any>>}
   */
  members = new Map();

  /** @param {any} state */
  constructor(state) {
    this.state = state;
    for (const guild of state.guilds) {
      this.guilds.set(guild.id, guild);
      this.members.set(guild.id, new Map(guild.members.map((/** @type {any} */ one) => [one.user.id, one])));
      for (const { user } of guild.members) this.users.set(user.id, user);
      for (const channel of guild.channels) this.channels.set(channel.id, channel);
    }
    for (const channel of state.dms) this.channels.set(channel.id, channel);
    for (const person of state.people)
      if (!this.users.has(person.id)) this.users.set(person.id, { id: person.id, username: person.name });
    if (state.bot.user) this.users.set(state.bot.user.id, state.bot.user);
  }
}

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
  /** @type {Index | null} */
  #index = null;

  /**
   * What the state holds, by id; made once for each reading of it.
   * @returns {Index}
   */
  get #known() {
    let index = this.#index;
    if (index?.state !== this.state || !index) this.#index = index = new Index(this.state);
    return index;
  }

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
    return [...this.#known.users.values()];
  }

  /**
   * One of them.
   * @param {string} id @returns {any}
   */
  user(id) {
    return this.#known.users.get(id);
  }

  /**
   * Somebody's membership in the open server.
   * @param {string} id @returns {any}
   */
  member(id) {
    const guild = this.guild();
    return guild && this.#known.members.get(guild.id)?.get(id);
  }

  /** @returns {any[]} */
  channels() {
    return [...this.#known.channels.values()];
  }

  /** @param {string} id @returns {any} */
  channel(id) {
    return (this.state && this.#known.channels.get(id)) ?? null;
  }

  /**
   * The server of the open channel (in a DM the first one).
   * @returns {any}
   */
  guild() {
    return this.#known.guilds.get(this.channel(this.channelId)?.guild_id) ?? this.state.guilds[0];
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
