/** The page: who one is, what is open, and what happens. */

import { Api, upload } from "./api.js";
import { ClockBar } from "./clockbar.js";
import { Composer } from "./composer.js";
import { $, announce, h, unknown } from "./dom.js";
import { refreshMessage, renderMessages } from "./messages.js";
import { openModal } from "./modal.js";
import { isThread, renderSidebar, sign } from "./sidebar.js";
import { SandboxTime } from "./time.js";

const FORUM = 15;
const SPOKEN = new Set([2, 13]);
const DM_CONTEXT = 1;

export class App {
  time = new SandboxTime();
  channelId = "";
  /** @type {Set<string>} */
  unread = new Set();
  /** What failed, by message id. @type {Map<string, string>} */
  failures = new Map();
  /** @type {any[]} */
  messages = [];
  /** @type {any} */
  state = null;
  /** @type {any} */
  me = null;
  #stop = () => {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;

  /** @param {string} person @param {string} channel */
  constructor(person, channel) {
    this.api = new Api(person);
    this.channelId = channel;
    /** @type {import("./markdown.js").Names} */
    this.names = {
      user: (id) => this.#userName(id),
      role: (id) => this.#roles().find((role) => role.id === id)?.name ?? null,
      channel: (id) => (this.channel(id) ? this.channelName(this.channel(id)) : null),
      openChannel: (id) => void this.openChannel(id),
      openCommand: (name) => this.composer.startCommand(name),
      time: (ms, style) => this.time.format(ms, style),
    };
    this.clockbar = new ClockBar(this);
    this.composer = new Composer(this);
    this.#listen();
  }

  #listen() {
    const menu = $("menu");
    menu.addEventListener("click", () => menu.setAttribute("aria-expanded", String(document.body.classList.toggle("menu-open"))));
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      this.composer.addFiles([...(event.dataTransfer?.files ?? [])]);
    });
  }

  /** Load all, and stay up to date. */
  async start() {
    await this.#load();
    if (!this.channel(this.channelId)) this.channelId = this.#firstChannel();
    this.#connect();
    await this.openChannel(this.channelId);
  }

  #connect() {
    this.#stop();
    let before = true;
    this.#stop = this.api.live(
      (name, data) => this.#event(name, data),
      (open) => {
        document.body.classList.toggle("offline", !open);
        if (open && !before) void this.#load().then(() => this.openChannel(this.channelId));
        if (!open && before) announce("The sandbox does not answer. The page tries again each second.");
        before = open;
      },
    );
  }

  async #load() {
    const state = await this.api.get("/state");
    this.state = state;
    const id = typeof state.me === "object" ? state.me.id : state.me;
    this.me = state.people.find((/** @type {any} */ person) => person.id === id) ?? state.people[0];
    this.api.person = this.me.id;
    this.time.set(state.clock);
    this.render();
  }

  render() {
    renderSidebar(this);
    this.clockbar.render();
    this.#head();
  }

  /** Read the state again soon: several events at once are one reading. */
  #reload() {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.#load(), 150);
  }

  /** @param {string} name @param {any} data */
  #event(name, data) {
    if (name.startsWith("MESSAGE_")) this.#messageEvent(name, data);
    else if (name === "CLOCK") {
      this.time.set(data);
      this.clockbar.render();
    } else if (name === "BOT") {
      Object.assign(this.state.bot, data);
      this.clockbar.render();
    } else if (name === "INTERACTION_FAILED" && data.message_id) this.#fail(data.message_id, "This interaction failed");
    else if (name !== "MODAL" && name !== "INTERACTION_FAILED") {
      this.#reload();
      if (data?.id === this.channelId && name.endsWith("_DELETE")) void this.openChannel(this.#firstChannel());
    }
  }

  /** @param {string} name @param {any} data */
  #messageEvent(name, data) {
    if (data.channel_id !== this.channelId) {
      if (name === "MESSAGE_CREATE" && data.author?.id !== this.me.id) {
        this.unread.add(data.channel_id);
        if (this.channel(data.channel_id)) renderSidebar(this);
        else this.#reload();
      }
      return;
    }
    if (name.startsWith("MESSAGE_REACTION")) return void this.openChannel(this.channelId);
    const at = this.messages.findIndex((message) => message.id === data.id);
    if (name === "MESSAGE_DELETE") {
      if (at >= 0) this.messages.splice(at, 1);
      renderMessages(this, this.messages);
      return;
    }
    if (at >= 0) this.messages[at] = { ...this.messages[at], ...data };
    else if (name === "MESSAGE_CREATE") this.messages.push(data);
    else return;
    this.failures.delete(data.id);
    refreshMessage(this, this.messages, at >= 0 ? at : this.messages.length - 1);
  }

  /** @param {string} messageId @param {string} why */
  #fail(messageId, why) {
    this.failures.set(messageId, why);
    const at = this.messages.findIndex((message) => message.id === messageId);
    if (at >= 0) refreshMessage(this, this.messages, at);
  }

  // Names

  #roles() {
    return /** @type {any[]} */ (this.state.guilds.flatMap((/** @type {any} */ guild) => guild.roles));
  }

  /** Everybody whom this person meets, the bot too. @returns {any[]} */
  users() {
    const users = new Map();
    for (const guild of this.state.guilds) for (const { user } of guild.members) users.set(user.id, user);
    for (const person of this.state.people) if (!users.has(person.id)) users.set(person.id, { id: person.id, username: person.name });
    if (this.state.bot.user) users.set(this.state.bot.user.id, this.state.bot.user);
    return [...users.values()];
  }

  /** @param {string} id */
  #userName(id) {
    const user = this.users().find((one) => one.id === id);
    return user ? this.displayName(user) : null;
  }

  /** @param {any} user */
  displayName(user) {
    const guild = this.guild();
    const member = guild?.members.find((/** @type {any} */ one) => one.user.id === user.id);
    return member?.nick ?? user.global_name ?? user.username ?? "Somebody";
  }

  /** @param {string} id @returns {any} */
  channel(id) {
    if (!this.state) return null;
    const all = [...this.state.guilds.flatMap((/** @type {any} */ guild) => guild.channels), ...this.state.dms];
    return all.find((channel) => channel.id === id) ?? null;
  }

  /** The server of the open channel (in a DM the first one). @returns {any} */
  guild() {
    const { guilds } = this.state;
    return guilds.find((/** @type {any} */ g) => g.channels.some((/** @type {any} */ c) => c.id === this.channelId)) ?? guilds[0];
  }

  /** @param {any} channel @returns {string} */
  channelName(channel) {
    if (channel.name) return channel.name;
    const others = (channel.recipients ?? []).filter((/** @type {any} */ user) => user.id !== this.me.id);
    return others.map((/** @type {any} */ user) => user.global_name ?? user.username).join(", ") || "Direct message";
  }

  /** @param {any} channel */
  channelLabel(channel) {
    return channel.type === 0 ? `#${channel.name}` : this.channelName(channel);
  }

  #firstChannel() {
    const first = this.state.guilds[0]?.channels.find((/** @type {any} */ channel) => channel.type === 0);
    return first?.id ?? this.state.dms[0]?.id ?? "";
  }

  // What a person does

  /** @param {string} id */
  async openChannel(id) {
    this.channelId = id;
    this.unread.delete(id);
    document.body.classList.remove("menu-open");
    $("menu").setAttribute("aria-expanded", "false");
    history.replaceState(null, "", `?as=${this.me.id}&channel=${id}`);
    this.render();
    this.composer.reset();
    const channel = this.channel(id);
    $("composer").hidden = !channel || channel.type === FORUM || SPOKEN.has(channel.type);
    if (!channel) return $("messages").replaceChildren(unknown("this channel, or you may not see it"));
    if (channel.type === FORUM) return this.#showForum(channel);
    if (SPOKEN.has(channel.type)) return $("messages").replaceChildren(unknown("voice"));
    const answer = await this.ask(`/channels/${id}/messages?limit=100`);
    if (!answer || this.channelId !== id) return;
    const messages = answer.messages ?? answer;
    const newestFirst = messages.length > 1 && BigInt(messages[0].id) > BigInt(messages.at(-1).id);
    this.messages = newestFirst ? [...messages].reverse() : messages;
    renderMessages(this, this.messages);
  }

  /** @param {any} forum */
  #showForum(forum) {
    this.messages = [];
    const posts = this.guild().channels.filter((/** @type {any} */ c) => c.parent_id === forum.id);
    $("messages").replaceChildren(
      ...posts.map((/** @type {any} */ post) => h("li", { class: "post" }, h("button", { type: "button", class: "thread", onclick: () => this.openChannel(post.id) }, `💬 ${post.name}`))),
      ...(posts.length ? [] : [h("li", { class: "empty" }, "No posts yet. The bot starts them; this page cannot.")]),
    );
  }

  #head() {
    const channel = this.channel(this.channelId);
    const parent = channel && isThread(channel) ? this.channel(channel.parent_id) : null;
    $("channel-head").replaceChildren(
      ...(parent ? [h("button", { type: "button", class: "plain", onclick: () => this.openChannel(parent.id) }, `# ${parent.name}`), h("span", { "aria-hidden": "true" }, "›")] : []),
      h("h1", {}, channel ? `${sign(channel) || "@"} ${this.channelName(channel)}` : "No channel"),
      ...(channel?.topic ? [h("p", { class: "topic" }, channel.topic)] : []),
      ...(channel?.thread_metadata?.locked ? [h("p", { class: "topic" }, "🔒 locked")] : []),
    );
    document.title = `${channel ? this.channelLabel(channel) : "Studyhall"} · ${this.me.name} · Studyhall sandbox`;
  }

  /** @param {string} id */
  async become(id) {
    this.api.person = id;
    this.unread.clear();
    this.failures.clear();
    await this.#load();
    this.#connect();
    await this.openChannel(this.channel(this.channelId) ? this.channelId : this.#firstChannel());
    announce(`You are ${this.me.name} now.`);
  }

  /** Ask the sandbox; a refusal is said, and null comes back. @param {string} path @param {object} [body] */
  async ask(path, body) {
    try {
      return body ? await this.api.post(path, body) : await this.api.get(path);
    } catch (error) {
      announce(error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  /** @param {string} content @param {File[]} files @param {any} replyTo @returns {Promise<string | null>} A refusal. */
  async sendMessage(content, files, replyTo) {
    const attachments = await Promise.all(files.map(upload));
    try {
      await this.api.post(`/channels/${this.channelId}/messages`, { content, attachments, reply_to: replyTo?.id });
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** @param {any} message */
  async dismiss(message) {
    await this.ask("/messages/dismiss", { channel_id: message.channel_id, message_id: message.id });
    this.messages = this.messages.filter((one) => one.id !== message.id);
    renderMessages(this, this.messages);
    $("entry").focus();
  }

  /** @param {any} message @param {any} emoji @param {boolean} mine */
  async react(message, emoji, mine) {
    const name = emoji.id ? `${emoji.name}:${emoji.id}` : emoji.name;
    const path = `/channels/${message.channel_id}/messages/${message.id}/reactions`;
    await this.ask(path, { emoji: name, remove: mine });
  }

  /** @param {any} message */
  reply(message) {
    this.composer.reply(message);
  }

  /** @param {string} userId */
  async openDm(userId) {
    const channel = await this.ask("/dms", { user_id: userId });
    if (!channel) return;
    await this.#load();
    await this.openChannel(channel.id);
  }

  /** @param {HTMLInputElement} input */
  uploads(input) {
    return Promise.all([...(input.files ?? [])].map(upload));
  }

  // Interactions

  /** Registered commands of a type (1 slash, 2 on a person, 3 on a message) for the open channel. @param {number} type @returns {any[]} */
  contextCommands(type) {
    const inDm = !this.channel(this.channelId)?.guild_id;
    return this.state.commands.filter(
      (/** @type {any} */ command) =>
        (command.type ?? 1) === type &&
        (!command.guild_id || command.guild_id === this.channel(this.channelId)?.guild_id) &&
        (inDm ? (command.contexts?.includes(DM_CONTEXT) ?? command.dm_permission !== false) : !command.contexts || command.contexts.includes(0)),
    );
  }

  /** @param {object} body @returns {Promise<any>} The answer, with status "failed" for a refusal. */
  async #interact(body) {
    try {
      const answer = await this.api.post("/interactions", { channel_id: this.channelId, ...body });
      if (answer.status === "modal") this.#openModal(answer);
      return answer;
    } catch (error) {
      return { status: "failed", error: error instanceof Error ? error.message : String(error) };
    }
  }

  /** @param {any} answer */
  #openModal({ interaction_id, modal }) {
    openModal(this, modal, async (fields) => {
      const answer = await this.#interact({ kind: "modal", interaction_id, fields });
      return answer.status === "failed" ? (answer.error ?? "Something went wrong.") : null;
    });
  }

  /** @param {string} name @param {Record<string, unknown>} options @returns {Promise<string | null>} A refusal. */
  async runCommand(name, options) {
    const answer = await this.#interact({ kind: "command", name, options });
    return answer.status === "failed" ? (answer.error ?? "The application did not respond") : null;
  }

  /** @param {any} command @param {string} target @param {any} message */
  async runOn(command, target, message) {
    const answer = await this.#interact({ kind: "command", name: command.name, options: {}, target_id: target });
    if (answer.status === "failed") this.#fail(message.id, answer.error ?? "The application did not respond");
  }

  /** @param {string} name @param {Record<string, unknown>} options @param {string} focused @returns {Promise<any[]>} */
  async autocomplete(name, options, focused) {
    const answer = await this.#interact({ kind: "autocomplete", name, options, focused });
    return answer.choices ?? [];
  }

  /** @param {any} message @returns {import("./components.js").Context} */
  componentContext(message) {
    return {
      names: this.names,
      options: (component) => this.options(component),
      act: async (custom_id, element, values) => {
        this.failures.delete(message.id);
        element.setAttribute("aria-busy", "true");
        const answer = await this.#interact({ kind: "component", message_id: message.id, custom_id, values });
        element.removeAttribute("aria-busy");
        if (answer.status === "failed") this.#fail(message.id, answer.error === "The application did not respond" ? "This interaction failed" : answer.error);
      },
    };
  }

  /** The options of a select: its own, or people, roles, channels. @param {any} component @returns {import("./components.js").Option[]} */
  options(component) {
    const guild = this.guild();
    const people = () => guild.members.map(({ user }) => ({ value: user.id, label: this.displayName(user) }));
    const roles = () => guild.roles.map((/** @type {any} */ role) => ({ value: role.id, label: role.name }));
    const types = component.channel_types;
    const channels = () => guild.channels.filter((/** @type {any} */ c) => !types?.length || types.includes(c.type)).map((/** @type {any} */ c) => ({ value: c.id, label: `${sign(c)} ${c.name}` }));
    switch (component.type) {
      case 5:
        return people();
      case 6:
        return roles();
      case 7:
        return [...people(), ...roles()];
      case 8:
        return channels();
      default:
        return component.options ?? [];
    }
  }
}

const asked = new URLSearchParams(location.search);
const app = new App(asked.get("as") ?? "", asked.get("channel") ?? "");
app.start().catch((error) => announce(`The page could not start: ${error.message}`));
