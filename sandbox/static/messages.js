/** One message: who, when, text, embeds, files, components, reactions. */

import { emojiText, renderComponents } from "./components.js";
import { $, avatar, h, popup, unknown } from "./dom.js";
import { inline, link, markdown } from "./markdown.js";

/** @typedef {import("./app.js").App} App */

const EPHEMERAL = 1 << 6;
const THINKING = 1 << 7;
const GROUPED_WITHIN = 7 * 60 * 1000;
const REACTIONS = ["👍", "✅", "❓", "🎉"];

/** @type {Record<number, (message: any, name: string) => string>} */
const SYSTEM = {
  1: (message, name) => `${name} added ${mentioned(message)} to the thread.`,
  2: (message, name) => `${name} took ${mentioned(message)} out of the thread.`,
  4: (message, name) => `${name} changed the thread's name: ${message.content}`,
  6: (_, name) => `${name} pinned a message.`,
  7: (_, name) => `${name} joined.`,
  18: (message, name) => `${name} started a thread: ${message.content}`,
};
const TEXTUAL = new Set([0, 19, 20, 23]);

/** @param {any} message */
const mentioned = (message) =>
  message.mentions.map((/** @type {any} */ user) => user.global_name ?? user.username).join(", ");

/** @param {any} message */
export const isEphemeral = (message) => Boolean((message.flags ?? 0) & EPHEMERAL);

/**
 * @param {App} app @param {any} message @param {any} [previous] The message above it, to be grouped with.
 * @returns {HTMLElement}
 */
export function renderMessage(app, message, previous) {
  // A thread's first message stands for the one that it was started from.
  if (message.type === 21 && message.referenced_message) {
    return renderMessage(app, {
      ...message.referenced_message,
      components: [],
      thread: null,
      channel_id: message.channel_id,
    });
  }
  const name = app.displayName(message.author);
  const system = SYSTEM[message.type];
  if (system)
    return h(
      "li",
      { class: "system", id: `m${message.id}` },
      system(message, name),
      threadLink(app, message),
    );
  const failure = app.failures.get(message.id);
  const grouped =
    previous && !message.interaction_metadata && !message.referenced_message && follows(message, previous);
  const private_ = isEphemeral(message);
  const sent = Date.parse(message.timestamp);
  return h(
    "li",
    {
      id: `m${message.id}`,
      class: `message${grouped ? " grouped" : ""}${private_ ? " ephemeral" : ""}`,
      "aria-label": `${name}, ${app.time.stamp(sent)}${private_ ? ", only you can see this" : ""}`,
    },
    context(app, message),
    grouped ? h("span", { class: "gutter" }, app.time.format(sent, "t")) : avatar(name, message.author.id),
    h(
      "div",
      { class: "body" },
      !grouped && header(app, message, name, sent),
      content(app, message),
      ...loose(message).map(attachment),
      ...(message.embeds ?? []).map((/** @type {any} */ embed) => renderEmbed(app, embed)),
      message.poll && unknown("polls"),
      message.sticker_items?.length ? unknown("stickers") : null,
      h(
        "div",
        { class: "components" },
        ...renderComponents(message.components ?? [], app.interactions.componentContext(message)),
      ),
      failure && h("p", { class: "failure", role: "alert" }, `⚠ ${failure}`),
      reactions(app, message),
      threadLink(app, message),
      private_ &&
        h(
          "p",
          { class: "private" },
          h("span", { "aria-hidden": "true" }, "👁 "),
          "Only you can see this · ",
          h(
            "button",
            { type: "button", class: "plain", onclick: () => app.dismiss(message) },
            "Dismiss message",
          ),
        ),
    ),
    !private_ && actions(app, message, name),
  );
}

/** @param {any} message @param {any} previous */
function follows(message, previous) {
  return (
    previous.author.id === message.author.id &&
    TEXTUAL.has(previous.type) &&
    isEphemeral(message) === isEphemeral(previous) &&
    Date.parse(message.timestamp) - Date.parse(previous.timestamp) < GROUPED_WITHIN
  );
}

/** What the message answers: a command or another message. @param {App} app @param {any} message */
function context(app, message) {
  const used = message.interaction_metadata;
  const command = message.interaction?.name ?? used?.name;
  if (used?.user && command) {
    return h(
      "p",
      { class: "context" },
      h("strong", {}, app.displayName(used.user)),
      " used ",
      h("span", { class: "mention" }, `/${command}`),
    );
  }
  const replied = message.referenced_message;
  if (replied) {
    const text = replied.content || (replied.embeds?.length ? "an embed" : "an attachment");
    return h(
      "p",
      { class: "context" },
      "Reply to ",
      h("strong", {}, app.displayName(replied.author)),
      ": ",
      text.slice(0, 80),
    );
  }
  return null;
}

/** @param {App} app @param {any} message @param {string} name @param {number} sent */
function header(app, message, name, sent) {
  return h(
    "p",
    { class: "head" },
    h("strong", { class: "author" }, name),
    message.author.bot && h("span", { class: "tag" }, "APP"),
    h("time", { datetime: message.timestamp, title: app.time.format(sent, "F") }, app.time.stamp(sent)),
  );
}

/** @param {App} app @param {any} message */
function content(app, message) {
  if ((message.flags ?? 0) & THINKING) {
    const who = app.displayName(message.author);
    return h(
      "p",
      { class: "thinking" },
      h("span", { class: "dots", "aria-hidden": "true" }, "•••"),
      ` ${who} is thinking…`,
    );
  }
  if (!TEXTUAL.has(message.type)) return unknown(`this kind of message (type ${message.type})`);
  if (!message.content) return null;
  const edited = message.edited_timestamp && h("small", { class: "edited" }, " (edited)");
  return h("div", { class: "text" }, ...markdown(message.content, app.names), edited);
}

/** An image of this machine; what lies elsewhere is named, never loaded. @param {string} url @param {string} alt */
function picture(url, alt) {
  const place = new URL(url, location.href);
  if (place.host !== location.host)
    return h("p", { class: "unknown" }, "The page loads no pictures from elsewhere: ", link(url, url));
  const image = h("img", { src: place.pathname + place.search, alt, loading: "lazy" });
  const enlarge = () => {
    const dialog = /** @type {HTMLDialogElement} */ (h("dialog", { class: "lightbox", "aria-label": alt }));
    const close = h(
      "button",
      { type: "button", class: "button secondary", onclick: () => dialog.close() },
      "Close",
    );
    dialog.append(image.cloneNode(), close);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  };
  return h(
    "button",
    { type: "button", class: "picture", "aria-label": `Enlarge: ${alt}`, onclick: enlarge },
    image,
  );
}

/** The files that no embed shows already. @param {any} message @returns {any[]} */
function loose(message) {
  const shown = new Set(
    (message.embeds ?? []).flatMap((/** @type {any} */ e) =>
      [e.image?.url, e.thumbnail?.url].filter(Boolean),
    ),
  );
  return (message.attachments ?? []).filter((/** @type {any} */ file) => !shown.has(file.url));
}

/** @param {any} file */
function attachment(file) {
  const name = file.description || file.filename;
  if (file.content_type?.startsWith("image/")) return picture(file.url, name);
  const place = new URL(file.url, location.href);
  const size = file.size < 1024 ? `${file.size} bytes` : `${(file.size / 1024).toFixed(1)} KB`;
  return h(
    "p",
    { class: "file" },
    "📄 ",
    h("a", { href: place.pathname + place.search, download: file.filename }, file.filename),
    ` ${size}`,
  );
}

/** @param {App} app @param {any} embed */
function renderEmbed(app, embed) {
  const text = (/** @type {string} */ value) => inline(value, app.names);
  const footer = [embed.footer?.text, embed.timestamp && app.time.stamp(Date.parse(embed.timestamp))].filter(
    Boolean,
  );
  const element = h(
    "article",
    { class: "embed" },
    embed.author &&
      h(
        "p",
        { class: "embed-author" },
        embed.author.url ? link(embed.author.url, embed.author.name) : embed.author.name,
      ),
    embed.thumbnail && h("div", { class: "thumbnail" }, picture(embed.thumbnail.url, "Thumbnail")),
    embed.title && h("h2", {}, ...(embed.url ? [link(embed.url, ...text(embed.title))] : text(embed.title))),
    embed.description && h("div", { class: "text" }, ...markdown(embed.description, app.names)),
    embed.fields?.length
      ? h(
          "div",
          { class: "fields" },
          ...embed.fields.map((/** @type {any} */ field) =>
            h(
              "section",
              { class: field.inline ? "inline" : "" },
              h("p", {}, ...text(field.name)),
              h("div", { class: "text" }, ...markdown(field.value, app.names)),
            ),
          ),
        )
      : null,
    embed.image && picture(embed.image.url, embed.title ? `Picture: ${embed.title}` : "Picture"),
    embed.video && unknown("videos"),
    footer.length ? h("p", { class: "embed-footer" }, footer.join(" • ")) : null,
  );
  if (embed.color) element.style.borderInlineStartColor = `#${embed.color.toString(16).padStart(6, "0")}`;
  return element;
}

/** @param {App} app @param {any} message */
function reactions(app, message) {
  if (!message.reactions?.length) return null;
  return h(
    "div",
    { class: "reactions", role: "group", "aria-label": "Reactions" },
    ...message.reactions.map((/** @type {any} */ reaction) =>
      h(
        "button",
        {
          type: "button",
          "aria-pressed": String(Boolean(reaction.me)),
          onclick: () => app.react(message, reaction.emoji, Boolean(reaction.me)),
        },
        `${emojiText(reaction.emoji)} ${reaction.count}`,
      ),
    ),
  );
}

/** @param {App} app @param {any} message */
function threadLink(app, message) {
  const thread = message.thread ?? app.channel(message.id);
  if (!thread || message.channel_id === thread.id) return null;
  return h(
    "button",
    { type: "button", class: "thread", onclick: () => app.openChannel(thread.id) },
    `💬 ${thread.name} ›`,
  );
}

/** @param {App} app @param {any} message @param {string} name */
function actions(app, message, name) {
  const opener = h(
    "button",
    {
      type: "button",
      class: "actions",
      "aria-haspopup": "true",
      "aria-expanded": "false",
      "aria-label": `Actions on the message by ${name}`,
    },
    "⋯",
  );
  opener.addEventListener("click", () => {
    /** @type {(label: string, act: () => void) => HTMLElement} */
    const item = (label, act) =>
      h("button", { type: "button", class: "option", onclick: () => (close(), act()) }, label);
    const items = [
      item("↩ Reply", () => app.reply(message)),
      item("💬 Create thread", () => app.startThread(app.channel(message.channel_id), message)),
      ...REACTIONS.map((emoji) => item(`${emoji} React`, () => app.react(message, { name: emoji }, false))),
      ...app.interactions
        .contextCommands(3)
        .map((command) =>
          item(`▸ ${command.name}`, () => app.interactions.runOn(command, message.id, message)),
        ),
      ...(message.author.bot
        ? []
        : app.interactions
            .contextCommands(2)
            .map((command) =>
              item(`▸ ${command.name} (${name})`, () =>
                app.interactions.runOn(command, message.author.id, message),
              ),
            )),
    ];
    const close = popup(opener, h("div", { role: "group", "aria-label": "Message actions" }, ...items));
  });
  return opener;
}

/** Show a channel's messages. @param {App} app @param {any[]} messages */
export function renderMessages(app, messages) {
  const list = $("messages");
  list.replaceChildren(...messages.map((message, index) => renderMessage(app, message, messages[index - 1])));
  if (!messages.length) list.append(h("li", { class: "empty" }, "Nothing has been written here yet."));
}

/** Show one message anew, or a new one, and keep the focus. @param {App} app @param {any[]} messages @param {number} index */
export function refreshMessage(app, messages, index) {
  const fresh = renderMessage(app, messages[index], messages[index - 1]);
  const old = document.getElementById(fresh.id);
  const active = document.activeElement;
  const focused = old?.contains(active) ? active?.getAttribute("data-custom-id") : null;
  if (old) old.replaceWith(fresh);
  else {
    $("messages").querySelector(".empty")?.remove();
    $("messages").append(fresh);
  }
  if (!focused) return;
  const again = fresh.querySelector(`[data-custom-id="${CSS.escape(focused)}"]`);
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
}

/** Stay at the newest message while one is there: text comes, pictures load, the input line grows. */
export class Scroll {
  #following = true;

  constructor() {
    this.box = $("scroll");
    this.box.addEventListener("scroll", () => {
      this.#following = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 80;
    });
    const observer = new ResizeObserver(() => this.#following && this.toEnd());
    observer.observe(this.box);
    observer.observe($("messages"));
  }

  /** Go to the newest message, and follow. */
  toEnd() {
    this.#following = true;
    this.box.scrollTop = this.box.scrollHeight;
  }
}
