/** The line above a channel: its name and topic, pins, threads, members. */

import { openLayer } from "./layer.js";
import { html, nothing } from "./lit.js";
import { inline } from "./markdown.js";
import { gist } from "./message.js";
import { isThread, sign } from "./names.js";
import { avatar } from "./people.js";
import { openThreads, threadMenu } from "./threads.js";

/** @typedef {import("./pane.js").Pane} Pane */

const WITH_THREADS = new Set([0, 5, 15]);

/** @param {Pane} pane @param {any} channel */
export function head(pane, channel) {
  const { app } = pane;
  const { names } = app;
  const thread = isThread(channel);
  const state = channel.thread_metadata;
  const title = html`<span class="sign" aria-hidden="true">${sign(channel) || "@"}</span> ${names.ofChannel(channel)}`;
  const parent = thread && app.channel(channel.parent_id);
  return html`<header class="channel-head">
    ${pane.beside
      ? nothing
      : html`<button
          type="button"
          class="round back"
          aria-controls="sidebar"
          aria-expanded=${String(app.menuOpen)}
          @click=${() => app.openMenu(!app.menuOpen)}
        >
          <span aria-hidden="true">☰</span><span class="hidden">Channels and people</span>
        </button>`}
    ${pane.beside ? html`<h2 class="title">${title}</h2>` : html`<h1 class="title">${title}</h1>`}
    ${channel.topic ? html`<p class="topic" title=${channel.topic}>${inline(app, channel.topic)}</p>` : nothing}
    ${pane.beside && parent ? html`<p class="topic">in ${names.label(parent)}</p>` : nothing}
    ${state?.locked ? html`<span class="state">🔒 Locked</span>` : nothing}
    ${state?.archived ? html`<span class="state">📦 Archived</span>` : nothing}
    <span class="head-tools">
      ${WITH_THREADS.has(channel.type) && channel.type !== 15
        ? tool("Threads", "🧵", (at) => openThreads(pane, channel, at))
        : nothing}
      ${channel.type === 15 ? nothing : tool("Pinned messages", "📌", (at) => void openPins(pane, channel, at))}
      ${thread ? tool("Thread menu", "⋯", (at) => threadMenu(pane, channel, at), "menu") : nothing}
      ${pane.beside || !channel.guild_id || app.crowded()
        ? nothing
        : html`<button
            type="button"
            class="round"
            aria-label="Member list"
            title="Member list"
            aria-controls="members"
            aria-expanded=${String(app.membersOpen)}
            @click=${() => app.openMembers(!app.membersOpen)}
          >
            <span aria-hidden="true">👥</span>
          </button>`}
      ${pane.beside
        ? html`<button type="button" class="round" aria-label="Close thread" title="Close thread" @click=${() => app.closeThread()}>
            <span aria-hidden="true">✕</span>
          </button>`
        : nothing}
    </span>
  </header>`;
}

/** @param {string} label @param {string} icon @param {(at: HTMLElement) => void} open @param {"dialog" | "menu"} [kind] */
function tool(label, icon, open, kind = "dialog") {
  return html`<button
    type="button"
    class="round"
    aria-label=${label}
    title=${label}
    aria-haspopup=${kind}
    aria-expanded="false"
    @click=${(/** @type {Event} */ event) => open(/** @type {HTMLElement} */ (event.currentTarget))}
  >
    <span aria-hidden="true">${icon}</span>
  </button>`;
}

/**
 * What is pinned in a channel, the newest first.
 * @param {Pane} pane @param {any} channel @param {HTMLElement} at
 */
async function openPins(pane, channel, at) {
  const { app } = pane;
  const pins = (await app.ask(`/channels/${channel.id}/pins`)) ?? [];
  openLayer(
    at,
    ({ close }) =>
      html`<h2>Pinned messages</h2>
        ${pins.length ? nothing : html`<p class="none">Nothing is pinned here.</p>`}
        <ul>
          ${pins.map((/** @type {any} */ message) => {
            const name = app.names.of(message.author);
            return html`<li class="pin">
              ${avatar(name, message.author.id)}
              <span class="pin-text"><strong>${name}</strong><small>${gist(message).slice(0, 200)}</small></span>
              <button
                type="button"
                class="button secondary small"
                @click=${() => (close(false), pane.jump(message.id))}
              >
                Jump<span class="hidden"> to the message by ${name}</span>
              </button>
            </li>`;
          })}
        </ul>`,
    { label: "Pinned messages", name: "card" },
  );
}
