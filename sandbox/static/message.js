/** One message: who, when, text, embeds, files, components, reactions. */

import { components } from "./components.js";
import { card } from "./embed.js";
import { html, nothing } from "./lit.js";
import { inline, markdown } from "./markdown.js";
import { attachment, unknown } from "./media.js";
import { menuListeners } from "./menu.js";
import { avatar } from "./people.js";
import { emojiText } from "./select.js";
import { messageMenu, reactMenu } from "./message_menu.js";

/** @typedef {import("./pane.js").Pane} Pane */

const EPHEMERAL = 1 << 6;
const THINKING = 1 << 7;
const LAYOUT = 1 << 15;
const GROUPED_WITHIN = 7 * 60 * 1000;
const TEXTUAL = new Set([0, 19, 20, 23]);

/** @type {Record<number, [string, (message: any, name: string) => string]>} */
const SYSTEM = {
  1: ["→", (message, name) => `${name} added ${mentioned(message)} to the thread.`],
  2: ["←", (message, name) => `${name} took ${mentioned(message)} out of the thread.`],
  4: ["✎", (message, name) => `${name} changed the thread's name: ${message.content}`],
  6: ["📌", (_, name) => `${name} pinned a message.`],
  7: ["→", (_, name) => `${name} joined.`],
  18: ["🧵", (message, name) => `${name} started a thread: ${message.content}`],
};

/** @param {any} message */
const mentioned = (message) =>
  message.mentions.map((/** @type {any} */ user) => user.global_name ?? user.username).join(", ");

/** @param {any} message */
export const isEphemeral = (message) => Boolean((message.flags ?? 0) & EPHEMERAL);

/**
 * What a message says in one line.
 * @param {any} message @returns {string}
 */
export const gist = (message) =>
  message.content ||
  message.embeds?.[0]?.title ||
  message.embeds?.[0]?.description ||
  (message.attachments?.length ? message.attachments[0].filename : "a message");

/**
 * Whether a message stands below its author's last one without a head of its own.
 * @param {any} message @param {any} previous
 */
export function grouped(message, previous) {
  return Boolean(
    previous &&
    !message.interaction_metadata &&
    !message.referenced_message &&
    TEXTUAL.has(message.type) &&
    TEXTUAL.has(previous.type) &&
    previous.author.id === message.author.id &&
    isEphemeral(message) === isEphemeral(previous) &&
    Date.parse(message.timestamp) - Date.parse(previous.timestamp) < GROUPED_WITHIN,
  );
}

/**
 * @param {Pane} pane @param {any} given @param {any} [previous] The message above it, of the same day.
 * @returns {unknown}
 */
export function item(pane, given, previous) {
  // A thread's first message stands for the one that it was started from.
  const started = given.type === 21 && given.referenced_message;
  const message = started
    ? { ...given.referenced_message, id: given.id, components: [], thread: null, channel_id: given.channel_id }
    : given;
  const { app } = pane;
  const name = app.names.of(message.author);
  const system = SYSTEM[message.type];
  if (system) return systemLine(pane, message, system[0], system[1](message, name));
  const compact = grouped(message, previous);
  const hidden = isEphemeral(message);
  const sent = Date.parse(message.timestamp);
  const concerned = !hidden && app.reading.concerns(app.channel(message.channel_id) ?? {}, message) && !isDm(pane);
  const menu = menuListeners((place) => messageMenu(pane, message, place));
  const label = `${name}, ${app.time.stamp(sent)}${hidden ? ", only you can see this" : ""}`;
  return html`<li
    id=${pane.idOf(message.id)}
    class="message ${compact ? "grouped" : ""} ${hidden ? "ephemeral" : ""} ${concerned ? "concerned" : ""}"
    aria-label=${label}
    tabindex="-1"
    @contextmenu=${menu.contextmenu}
    @pointerdown=${menu.pointerdown}
    @pointerup=${menu.stop}
    @pointermove=${menu.stop}
    @pointercancel=${menu.stop}
  >
    ${context(pane, message)}
    ${compact
      ? html`<span class="gutter" aria-hidden="true">${app.time.format(sent, "t")}</span>`
      : avatar(name, message.author.id)}
    <div class="body">
      ${compact ? nothing : head(pane, message, name, sent)} ${content(pane, message)}
      ${loose(message).map(attachment)} ${(message.embeds ?? []).map((/** @type {any} */ one) => card(app, one))}
      ${message.poll ? unknown("polls") : nothing} ${message.sticker_items?.length ? unknown("stickers") : nothing}
      ${components(pane, message)} ${failure(pane, message)} ${reactions(pane, message)} ${threadLink(pane, message)}
      ${hidden ? privately(pane, message) : nothing}
    </div>
    ${hidden ? nothing : toolbar(pane, message, name)}
  </li>`;
}

/** @param {Pane} pane */
const isDm = (pane) => pane.channel()?.type === 1;

/** @param {Pane} pane @param {any} message @param {string} icon @param {string} text */
function systemLine(pane, message, icon, text) {
  return html`<li class="system" id=${pane.idOf(message.id)} tabindex="-1">
    <span class="gutter-icon" aria-hidden="true">${icon}</span>
    <span>${text} <small>${pane.app.time.stamp(Date.parse(message.timestamp))}</small></span>
    ${threadLink(pane, message)}
  </li>`;
}

/**
 * What the message answers: a command or another message.
 * @param {Pane} pane @param {any} message
 */
function context(pane, message) {
  const { app } = pane;
  const used = message.interaction_metadata;
  const command = message.interaction?.name ?? used?.name;
  if (used?.user && command) {
    const who = app.names.of(used.user);
    return html`<p class="context">${avatar(who, used.user.id)}<strong>${who}</strong> used <span class="mention">/${command}</span></p>`;
  }
  const replied = message.referenced_message;
  if (!replied) return message.type === 19 ? html`<p class="context">Reply to a message that is gone</p>` : nothing;
  const who = app.names.of(replied.author);
  return html`<p class="context">
    <span class="hidden">Reply to</span>${avatar(who, replied.author.id)}<strong>${who}</strong>
    <button type="button" class="gist" @click=${() => pane.jump(replied.id)}>${inline(app, gist(replied).split("\n")[0].slice(0, 120))}</button>
  </p>`;
}

/** @param {Pane} pane @param {any} message @param {string} name @param {number} sent */
function head(pane, message, name, sent) {
  const { app } = pane;
  const open = (/** @type {Event} */ event) =>
    app.openProfile(message.author.id, /** @type {HTMLElement} */ (event.currentTarget));
  return html`<p class="head">
    <button type="button" class="author" aria-haspopup="dialog" aria-expanded="false" @click=${open}>${name}</button>
    ${message.author.bot ? html`<span class="tag">APP</span>` : nothing}
    <time datetime=${message.timestamp} title=${app.time.format(sent, "F")}>${app.time.stamp(sent)}</time>
  </p>`;
}

/** @param {Pane} pane @param {any} message */
function content({ app }, message) {
  const flags = message.flags ?? 0;
  if (flags & THINKING)
    return html`<p class="thinking">
      <span class="dots" aria-hidden="true"><i></i><i></i><i></i></span> ${app.names.of(message.author)} is thinking…
    </p>`;
  if (!TEXTUAL.has(message.type)) return unknown(`this kind of message (type ${message.type})`);
  const edited = message.edited_timestamp
    ? html`<small class="edited" title=${app.time.format(Date.parse(message.edited_timestamp), "F")}>(edited)</small>`
    : nothing;
  if (!message.content) return (flags & LAYOUT) || message.edited_timestamp ? edited : nothing;
  return html`<div class="content">${markdown(app, message.content)}${edited}</div>`;
}

/**
 * The files that no embed and no component shows already.
 * @param {any} message @returns {any[]}
 */
function loose(message) {
  if ((message.flags ?? 0) & LAYOUT) return [];
  const shown = new Set(
    (message.embeds ?? []).flatMap((/** @type {any} */ one) => [one.image?.url, one.thumbnail?.url]),
  );
  return (message.attachments ?? []).filter((/** @type {any} */ file) => !shown.has(file.url));
}

/** @param {Pane} pane @param {any} message */
function failure(pane, message) {
  const why = pane.app.failures.get(message.id);
  return why ? html`<p class="failure" role="alert"><span aria-hidden="true">⚠ </span>${why}</p>` : nothing;
}

/** @param {Pane} pane @param {any} message */
function privately(pane, message) {
  return html`<p class="private">
    <span aria-hidden="true">👁 </span>Only you can see this ·
    <button type="button" class="plain" @click=${() => pane.dismiss(message)}>Dismiss message</button>
  </p>`;
}

/** @param {Pane} pane @param {any} message */
function reactions(pane, message) {
  if (!message.reactions?.length) return nothing;
  return html`<div class="reactions" role="group" aria-label="Reactions">
    ${message.reactions.map((/** @type {any} */ one) => {
      const emoji = emojiText(one.emoji);
      return html`<button
        type="button"
        aria-pressed=${String(Boolean(one.me))}
        aria-label=${`${emoji}, ${one.count} ${one.count === 1 ? "reaction" : "reactions"}`}
        @click=${() => pane.app.acts.react(message, one.emoji, Boolean(one.me))}
      >
        ${emoji} <span>${one.count}</span>
      </button>`;
    })}
  </div>`;
}

/** @param {Pane} pane @param {any} message */
function threadLink({ app }, message) {
  const thread = app.channel(message.id) ?? message.thread;
  if (!thread || message.channel_id === thread.id) return nothing;
  const count = thread.message_count ?? 0;
  return html`<button type="button" class="thread-link" @click=${() => app.openChannel(thread.id)}>
    <strong>${thread.name}</strong>
    <span>${count === 1 ? "1 message" : `${count} messages`} ›</span>
  </button>`;
}

/** @param {Pane} pane @param {any} message @param {string} name */
function toolbar(pane, message, name) {
  /** @param {string} label @param {string} icon @param {(event: Event) => void} act @param {boolean} opens */
  const tool = (label, icon, act, opens) =>
    html`<button
      type="button"
      class="tool"
      tabindex="-1"
      aria-label=${label}
      title=${label.split(" on ")[0].split(" to ")[0]}
      aria-haspopup=${opens ? "menu" : nothing}
      aria-expanded=${opens ? "false" : nothing}
      @click=${act}
    >
      <span aria-hidden="true">${icon}</span>
    </button>`;
  /** @param {Event} event */
  const at = (event) => /** @type {HTMLElement} */ (event.currentTarget);
  return html`<div class="toolbar">
    ${tool(`React to the message by ${name}`, "☺", (event) => reactMenu(pane, message, at(event)), true)}
    ${tool(`Reply to the message by ${name}`, "↩", () => pane.composer.reply(message), false)}
    ${tool(`Actions on the message by ${name}`, "⋯", (event) => messageMenu(pane, message, at(event)), true)}
  </div>`;
}
