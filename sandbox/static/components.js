/** What stands below a message, or makes it up: buttons, selects, and the parts of the newer layout. */

import { edge } from "./embed.js";
import { html, nothing, ref } from "./lit.js";
import { link, markdown } from "./markdown.js";
import { attachment, picture, unknown } from "./media.js";
import { emojiText, openSelect } from "./select.js";

const STYLES = ["", "primary", "secondary", "success", "danger", "link"];

/** @typedef {import("./pane.js").Pane} Pane */

/** @param {Pane} pane @param {any} message */
export function components(pane, message) {
  if (!message.components?.length) return nothing;
  return html`<div class="components">
    ${message.components.map((/** @type {any} */ one) => component(pane, message, one))}
  </div>`;
}

/** @param {Pane} pane @param {any} message @param {any} one @returns {unknown} */
function component(pane, message, one) {
  const inner = () => one.components.map((/** @type {any} */ child) => component(pane, message, child));
  switch (one.type) {
    case 1:
      return html`<div class="row">${inner()}</div>`;
    case 2:
      return button(pane, message, one);
    case 3:
    case 5:
    case 6:
    case 7:
    case 8:
      return select(pane, message, one);
    case 9:
      return html`<div class="part">
        <div>${inner()}</div>
        ${one.accessory ? component(pane, message, one.accessory) : nothing}
      </div>`;
    case 10:
      return markdown(pane.app, one.content);
    case 11:
      return html`<div class="thumbnail">${picture(one.media.url, one.description || "Thumbnail")}</div>`;
    case 12:
      return html`<div class="gallery">
        ${one.items.map((/** @type {any} */ item) => picture(item.media.url, item.description || "Picture"))}
      </div>`;
    case 13:
      return attachment({ size: one.size ?? 0, url: one.file.url, filename: one.name ?? "file" });
    case 14:
      return one.divider === false ? html`<div class="gap"></div>` : html`<hr />`;
    case 17:
      return html`<div class="embed" ${ref(edge(one.accent_color))}>${inner()}</div>`;
    default:
      return unknown(`component type ${one.type}`);
  }
}

/** @param {any} one */
const face = (one) =>
  html`${one.emoji ? html`<span class="emoji">${emojiText(one.emoji)}</span>` : nothing}${one.label ?? nothing}`;

/** @param {Pane} pane @param {any} message @param {any} one */
function button(pane, message, one) {
  if (one.style === 6) return unknown("premium buttons");
  if (one.style === 5)
    return html`<span class="button link">${link(one.url, html`${face(one)}<span aria-hidden="true"> ↗</span>`)}</span>`;
  const busy = pane.app.interactions.busy(message.id, one.custom_id);
  return html`<button
    type="button"
    class="button ${STYLES[one.style] ?? "secondary"}"
    ?disabled=${one.disabled}
    aria-busy=${busy ? "true" : nothing}
    aria-label=${one.label ? nothing : emojiText(one.emoji)}
    @click=${() => pane.app.interactions.press(message, one.custom_id)}
  >
    ${face(one)}
  </button>`;
}

/** @param {Pane} pane @param {any} message @param {any} one */
function select(pane, message, one) {
  const { interactions } = pane.app;
  const options = interactions.options(one);
  const chosen = options.filter((option) => option.default);
  const placeholder = one.placeholder || "Make a selection";
  const label = chosen.map((option) => option.label).join(", ") || placeholder;
  const bounds = { min: one.min_values ?? 1, max: Math.min(one.max_values ?? 1, options.length) };
  const open = (/** @type {Event} */ event) =>
    openSelect(/** @type {HTMLElement} */ (event.currentTarget), placeholder, interactions.options(one), bounds, (values) =>
      interactions.press(message, one.custom_id, values),
    );
  return html`<button
    type="button"
    class="select"
    ?disabled=${one.disabled}
    aria-haspopup="listbox"
    aria-expanded="false"
    aria-busy=${interactions.busy(message.id, one.custom_id) ? "true" : nothing}
    @click=${open}
  >
    <span class=${chosen.length ? "" : "placeholder"}>${label}</span><span aria-hidden="true">⌄</span>
  </button>`;
}
