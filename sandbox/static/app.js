/** The page: who one is, what is open, and what happens. */

import { Api, upload } from "./api.js";
import { ClockBar, keptZone } from "./clockbar.js";
import { Composer } from "./composer.js";
import { $, announce, h, unknown } from "./dom.js";
import { Interactions } from "./interact.js";
import { refreshMessage, renderMessages, Scroll } from "./messages.js";
import { openModal } from "./modal.js";
import { isThread, renderSidebar, sign } from "./sidebar.js";
import { SandboxTime } from "./time.js";
import { forumPosts, pinsButton, tagField, threadMenu } from "./threads.js";

const FORUM = 15;

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
  scroll = new Scroll();
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
    this.interactions = new Interactions(this);
    this.clockbar = new ClockBar(this);
    this.composer = new Composer(this);
    this.#listen();
  }

  #listen() {
    const menu = $("menu");
    menu.addEventListener("click", () =>
      menu.setAttribute("aria-expanded", String(document.body.classList.toggle("menu-open"))),
    );
    const closeMenu = () => {
      document.body.classList.remove("menu-open");
      menu.setAttribute("aria-expanded", "false");
    };
    document.querySelector("main")?.addEventListener("pointerdown", closeMenu);
    $("sidebar").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") closeMenu();
    });
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
    // Whoever reads chooses the zone, as in Discord; at first it is that of their machine.
    this.time.set({ ...state.clock, zone: keptZone() });
    this.render();
  }

  render() {
    renderSidebar(this);
    this.clockbar.render();
    this.#head();
  }

  /**
   * Read the state again soon: several events at once are one reading.
   * @param {string} [threadId] A message with a thread has the thread's id, and shows it.
   */
  #reload(threadId) {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(async () => {
      await this.#load();
      const at = this.messages.findIndex((message) => message.id === threadId);
      if (at >= 0) refreshMessage(this, this.messages, at);
    }, 150);
  }

  /** @param {string} name @param {any} data */
  #event(name, data) {
    if (name.startsWith("MESSAGE_")) this.#messageEvent(name, data);
    else if (name === "CLOCK") {
      this.time.set(data);
      this.clockbar.render();
    } else if (name === "READY") {
      this.time.set(data.clock);
      Object.assign(this.state.bot, data.bot);
      this.clockbar.render();
    } else if (name === "BOT") {
      Object.assign(this.state.bot, data);
      this.clockbar.render();
    } else if (name === "INTERACTION_FAILED" && data.message_id)
      this.fail(data.message_id, "This interaction failed");
    else if (name !== "MODAL" && name !== "INTERACTION_FAILED") {
      this.#reload(data?.id);
      if (data?.id === this.channelId && name.endsWith("_DELETE"))
        void this.openChannel(this.#firstChannel());
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
    if (at < 0 && (data.author.id === this.me.id || data.ephemeral_for)) this.scroll.toEnd();
  }

  /** @param {string} messageId @param {string} why */
  fail(messageId, why) {
    this.failures.set(messageId, why);
    const at = this.messages.findIndex((message) => message.id === messageId);
    if (at >= 0) refreshMessage(this, this.messages, at);
  }

  /** A new try: what failed before is no longer said. @param {string} messageId */
  clearFailure(messageId) {
    this.failures.delete(messageId);
    document.querySelector(`#m${messageId} > .body > .failure`)?.remove();
  }

  // Names

  #roles() {
    return /** @type {any[]} */ (this.state.guilds.flatMap((/** @type {any} */ guild) => guild.roles));
  }

  /** Everybody whom this person meets, the bot too. @returns {any[]} */
  users() {
    const users = new Map();
    for (const guild of this.state.guilds) for (const { user } of guild.members) users.set(user.id, user);
    for (const person of this.state.people)
      if (!users.has(person.id)) users.set(person.id, { id: person.id, username: person.name });
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
    const all = [
      ...this.state.guilds.flatMap((/** @type {any} */ guild) => guild.channels),
      ...this.state.dms,
    ];
    return all.find((channel) => channel.id === id) ?? null;
  }

  /** The server of the open channel (in a DM the first one). @returns {any} */
  guild() {
    const { guilds } = this.state;
    return (
      guilds.find((/** @type {any} */ g) =>
        g.channels.some((/** @type {any} */ c) => c.id === this.channelId),
      ) ?? guilds[0]
    );
  }

  /** @param {any} channel @returns {string} */
  channelName(channel) {
    if (channel.name) return channel.name;
    const others = (channel.recipients ?? []).filter((/** @type {any} */ user) => user.id !== this.me.id);
    return (
      others.map((/** @type {any} */ user) => user.global_name ?? user.username).join(", ") ||
      "Direct message"
    );
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
    const channel = this.channel(id);
    $("composer").hidden = !channel || channel.type === FORUM;
    this.composer.reset();
    if (!channel) return $("messages").replaceChildren(unknown("this channel, or you may not see it"));
    if (channel.type === FORUM) return this.#showForum(channel);
    const answer = await this.ask(`/channels/${id}/messages?limit=100`);
    if (!answer || this.channelId !== id) return;
    this.messages = answer;
    renderMessages(this, this.messages);
    this.scroll.toEnd();
  }

  /** @param {any} forum */
  #showForum(forum) {
    this.messages = [];
    $("messages").replaceChildren(...forumPosts(this, forum));
  }

  #head() {
    const channel = this.channel(this.channelId);
    const parent = channel && isThread(channel) ? this.channel(channel.parent_id) : null;
    $("channel-head").replaceChildren(
      ...(parent
        ? [
            h(
              "button",
              { type: "button", class: "plain", onclick: () => this.openChannel(parent.id) },
              `# ${parent.name}`,
            ),
            h("span", { "aria-hidden": "true" }, "›"),
          ]
        : []),
      h("h1", {}, channel ? `${sign(channel) || "@"} ${this.channelName(channel)}` : "No channel"),
      ...(channel?.topic ? [h("p", { class: "topic" }, channel.topic)] : []),
      ...(channel?.thread_metadata?.locked ? [h("p", { class: "topic" }, "🔒 locked")] : []),
      ...(channel?.thread_metadata?.archived ? [h("p", { class: "topic" }, "📦 archived")] : []),
      ...(channel && isThread(channel) ? [threadMenu(this, channel)] : []),
      ...(channel ? [pinsButton(this, channel)] : []),
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
      await this.api.post(`/channels/${this.channelId}/messages`, {
        content,
        attachments,
        reply_to: replyTo?.id,
      });
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

  /** @param {string} id @param {string} act @param {object} body */
  async changeThread(id, act, body) {
    await this.ask(`/channels/${id}/${act}`, body);
    await this.#load();
  }

  /** Join a voice or stage channel, or leave (null). @param {string | null} channelId */
  async joinVoice(channelId) {
    await this.ask("/voice", { channel_id: channelId });
    await this.#load();
  }

  /** Say whether one is interested in an event. @param {object} body */
  async setInterest(body) {
    await this.ask("/interest", body);
    await this.#load();
  }

  /**
   * Ask for a name (in a forum for a text too) and start a thread or post.
   * @param {any} channel @param {any} [message] The message that the thread is about.
   */
  startThread(channel, message) {
    const isForum = channel.type === FORUM;
    const name = { type: 4, style: 1, custom_id: "name", label: isForum ? "Title" : "Name", max_length: 100 };
    const text = { type: 4, style: 2, custom_id: "content", label: "Text", max_length: 2000 };
    const components = isForum ? [name, text, ...tagField(channel)] : [name];
    const modal = { title: isForum ? "New post" : "New thread", components };
    openModal(this, modal, async (fields) => {
      try {
        const path = `/channels/${channel.id}/threads`;
        const thread = await this.api.post(path, { ...fields, message_id: message?.id });
        await this.#load();
        await this.openChannel(thread.id);
        return null;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    });
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
}

const asked = new URLSearchParams(location.search);
const app = new App(asked.get("as") ?? "", asked.get("channel") ?? "");
app.start().catch((error) => announce(`The page could not start: ${error.message}`));
