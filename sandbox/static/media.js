/** Pictures that can be enlarged, and files to download. What lies elsewhere is named, never loaded. */

import { html, nothing, render } from "./lit.js";
import { link } from "./markdown.js";

/**
 * An address as one of this machine, else null.
 * @param {string} url
 */
function here(url) {
  const place = new URL(url, location.href);
  return place.host === location.host ? place.pathname + place.search : null;
}

/**
 * What the page shows in place of something that it cannot draw.
 * @param {string} what
 */
export const unknown = (what) => html`<p class="unknown">This page does not know ${what}.</p>`;

/** @param {string} url @param {string} alt @param {{width?: number, height?: number}} [size] */
export function picture(url, alt, size = {}) {
  const place = here(url);
  if (!place) return html`<p class="unknown">This page loads no pictures from elsewhere: ${link(url, url)}</p>`;
  return html`<button type="button" class="picture" aria-label=${`Enlarge: ${alt}`} @click=${() => enlarge(place, alt)}>
    <img src=${place} alt=${alt} width=${size.width ?? nothing} height=${size.height ?? nothing} loading="lazy" />
  </button>`;
}

/** @param {string} place @param {string} alt */
function enlarge(place, alt) {
  const dialog = document.createElement("dialog");
  dialog.className = "lightbox";
  dialog.setAttribute("aria-label", alt);
  render(
    html`<img src=${place} alt=${alt} />
      <p class="lightbox-actions">
        <a class="button secondary" href=${place} target="_blank" rel="noopener">Open in a new tab</a>
        <button type="button" class="button secondary" autofocus @click=${() => dialog.close()}>Close</button>
      </p>`,
    dialog,
  );
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

/**
 * One attachment of a message.
 * @param {any} file
 */
export function attachment(file) {
  if (file.content_type?.startsWith("image/")) return picture(file.url, file.description || file.filename, file);
  const place = here(file.url);
  if (!place) return html`<p class="unknown">This page loads no files from elsewhere: ${link(file.url, file.filename)}</p>`;
  return html`<p class="file">
    <span class="file-icon" aria-hidden="true">📄</span>
    <span class="file-name">
      <a href=${place} download=${file.filename} aria-label=${`Download ${file.filename}`}>${file.filename}</a>
      <small>${size(file.size)}</small>
    </span>
  </p>`;
}
