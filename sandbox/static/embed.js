/** Embeds as cards. */

import { html, nothing, ref } from "./lit.js";
import { inline, link, markdown } from "./markdown.js";
import { picture, unknown } from "./media.js";

/** @typedef {import("./app.js").App} App */

/**
 * The colour of a card's edge.
 * @param {number | null | undefined} color
 */
export const edge = (color) => (/** @type {Element | undefined} */ element) => {
  if (element instanceof HTMLElement)
    element.style.borderInlineStartColor =
      color === null || color === undefined ? "" : `#${color.toString(16).padStart(6, "0")}`;
};

/** @param {App} app @param {any} embed */
export function card(app, embed) {
  const when = embed.timestamp ? app.time.stamp(Date.parse(embed.timestamp)) : "";
  const footer = [embed.footer?.text, when].filter(Boolean).join(" • ");
  const title = embed.title ? inline(app, embed.title) : nothing;
  return html`<article class="embed" ${ref(edge(embed.color))}>
    ${embed.provider?.name ? html`<p class="embed-provider">${embed.provider.name}</p>` : nothing}
    ${embed.author
      ? html`<p class="embed-author">
          ${embed.author.url ? link(embed.author.url, embed.author.name) : embed.author.name}
        </p>`
      : nothing}
    ${embed.title ? html`<h2 class="embed-title">${embed.url ? link(embed.url, title) : title}</h2>` : nothing}
    ${embed.description ? markdown(app, embed.description) : nothing}
    ${embed.fields?.length ? html`<div class="fields">${rows(embed.fields).map((row) => fields(app, row))}</div>` : nothing}
    ${embed.image
      ? picture(embed.image.url, embed.title ? `Picture: ${embed.title}` : "Picture", embed.image)
      : nothing}
    ${embed.video ? unknown("videos") : nothing}
    ${embed.thumbnail ? html`<div class="thumbnail">${picture(embed.thumbnail.url, "Thumbnail")}</div>` : nothing}
    ${footer ? html`<p class="embed-footer">${footer}</p>` : nothing}
  </article>`;
}

/**
 * Inline fields stand side by side, up to three in a row; the others have a row each.
 * @param {any[]} all @returns {any[][]}
 */
function rows(all) {
  /** @type {any[][]} */
  const out = [];
  for (const field of all) {
    const row = out.at(-1);
    if (field.inline && row?.[0].inline && row.length < 3) row.push(field);
    else out.push([field]);
  }
  return out;
}

/** @param {App} app @param {any[]} row */
function fields(app, row) {
  return html`<div class="field-row">
    ${row.map(
      (field) =>
        html`<section class="embed-field">
          <p class="embed-name">${inline(app, field.name)}</p>
          ${markdown(app, field.value)}
        </section>`,
    )}
  </div>`;
}
