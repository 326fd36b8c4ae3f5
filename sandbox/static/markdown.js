/** Text of messages as nodes: read by markdown-it with Discord's rules, cleaned by DOMPurify. */

import { guard, html } from "./lit.js";
import { reader } from "./marks.js";
import DOMPurify from "./vendor/dompurify/purify.js";

/** @typedef {import("./app.js").App} App */

const TAGS =
  "a blockquote button code del div em h2 h3 li ol p pre s span strong time u ul".split(" ");
const ATTRIBUTES =
  "aria-hidden aria-label class data-channel data-command data-message data-ms data-style data-user datetime href role start tabindex title type".split(
    " ",
  );
const JUMBO = /^(?:\p{Extended_Pictographic}(?:\uFE0F|\u200D|\p{Emoji_Modifier})*\s*){1,27}$/u;

const md = reader();

/**
 * @param {App} app @param {string} text @param {boolean} inline Without headings, lists and quotes.
 * @returns {ChildNode[]}
 */
function nodes(app, text, inline) {
  const { names } = app;
  const env = {
    name: (/** @type {string} */ kind, /** @type {string} */ id) => {
      if (kind === "channel") {
        const found = names.channel(id);
        return found ? `${found.sign} ${found.name}` : null;
      }
      const name = kind === "user" ? names.user(id) : names.role(id);
      return name === null ? null : `@${name}`;
    },
    time: (/** @type {number} */ ms, /** @type {string} */ style) => names.time(ms, style),
  };
  const clean = text.replace(/[\uE000\u0000]/g, "");
  const made = inline ? md.renderInline(clean, env) : md.render(clean, env);
  const fragment = /** @type {DocumentFragment} */ (
    /** @type {unknown} */ (
      DOMPurify.sanitize(made, {
        ALLOWED_TAGS: TAGS,
        ALLOWED_ATTR: ATTRIBUTES,
        // Names, not addresses, although they may have a colon.
        ADD_URI_SAFE_ATTR: ["aria-label", "title"],
        ALLOW_DATA_ATTR: false,
        ALLOW_ARIA_ATTR: false,
        RETURN_DOM_FRAGMENT: true,
      })
    )
  );
  for (const anchor of fragment.querySelectorAll("a")) away(anchor);
  return [...fragment.childNodes];
}

/**
 * A link leads out of the page, into a tab that knows nothing of it.
 * @param {Element} anchor
 */
function away(anchor) {
  anchor.setAttribute("target", "_blank");
  anchor.setAttribute("rel", "noopener noreferrer");
}

/**
 * A text with all of Discord's Markdown.
 * @param {App} app @param {string} text
 */
export function markdown(app, text) {
  const size = JUMBO.test(text) ? " jumbo" : "";
  return html`<div class="text${size}">
    ${guard([text, app.names.version], () => nodes(app, text, false))}
  </div>`;
}

/**
 * A title or a name: no headings, lists or quotes.
 * @param {App} app @param {string} text
 */
export function inline(app, text) {
  return guard([text, app.names.version], () => nodes(app, text, true));
}

/** @param {string} url @param {unknown} content */
export function link(url, content) {
  if (!/^https?:\/\//i.test(url)) return html`<span>${content}</span>`;
  return html`<a href=${url} target="_blank" rel="noopener noreferrer">${content}</a>`;
}

/**
 * What a click or key on a text's own parts does: mentions, commands, jumps, spoilers.
 * @param {App} app @param {Event} event
 */
export function follow(app, event) {
  const target = event.target instanceof Element ? event.target : null;
  const cover = target?.closest(".spoiler:not(.revealed)");
  if (cover) return uncover(cover, event);
  if (event.type !== "click") return;
  const button = target?.closest("button.mention");
  if (!(button instanceof HTMLElement)) return;
  const { channel, command, message, user } = button.dataset;
  button.closest("dialog")?.close();
  if (channel) void app.openChannel(channel, message);
  else if (command !== undefined) app.paneOf(button).composer.startCommand(command);
  else if (user) app.openProfile(user, button);
}

/** @param {Element} cover @param {Event} event */
function uncover(cover, event) {
  if (event instanceof KeyboardEvent && event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  event.stopPropagation();
  cover.classList.add("revealed");
  for (const name of ["role", "tabindex", "aria-label"]) cover.removeAttribute(name);
  cover.firstElementChild?.removeAttribute("aria-hidden");
}
