/** A forum: its posts with their tags, the newest activity first. */

import { html, nothing, repeat } from "./lit.js";
import { lastActive } from "./threads.js";
import { avatar } from "./people.js";

/** @typedef {import("./pane.js").Pane} Pane */

/**
 * The tag that a forum's posts are narrowed to.
 * @type {Map<string, string>}
 */
const narrowed = new Map();

/** @param {Pane} pane @param {any} channel */
export function forum(pane, channel) {
  const { app } = pane;
  const tag = narrowed.get(channel.id) ?? "";
  const posts = app
    .guild()
    .channels.filter((/** @type {any} */ one) => one.parent_id === channel.id)
    .filter((/** @type {any} */ one) => !tag || one.applied_tags.includes(tag))
    .sort((/** @type {any} */ a, /** @type {any} */ b) => activity(b) - activity(a));
  const open = posts.filter((/** @type {any} */ one) => !one.thread_metadata.archived);
  const older = posts.filter((/** @type {any} */ one) => one.thread_metadata.archived);
  return html`<div class="scroll forum" tabindex="0" role="region" aria-label=${`Posts in ${channel.name}`}>
    <div class="forum-head" id="composer" tabindex="-1">
      <div class="forum-tags" role="group" aria-label="Only posts with the tag">
        ${channel.available_tags.map(
          (/** @type {any} */ one) =>
            html`<button
              type="button"
              class="chip"
              aria-pressed=${String(tag === one.id)}
              @click=${() => {
                narrowed.set(channel.id, tag === one.id ? "" : one.id);
                app.draw();
              }}
            >
              ${one.name}
            </button>`,
        )}
      </div>
      <button type="button" class="button primary small" @click=${() => app.acts.startThread(channel)}>New post</button>
    </div>
    ${posts.length ? nothing : html`<p class="none">${tag ? "No posts have this tag." : "No posts yet."}</p>`}
    ${list(pane, channel, open, "Posts")}
    ${older.length ? html`<h2 class="older">Older posts</h2>${list(pane, channel, older, "Older posts")}` : nothing}
  </div>`;
}

/** @param {any} post */
const activity = (post) => Number(BigInt(post.last_message_id ?? post.id) >> 22n);

/** @param {Pane} pane @param {any} channel @param {any[]} posts @param {string} label */
function list({ app }, channel, posts, label) {
  const tags = new Map(channel.available_tags.map((/** @type {any} */ one) => [one.id, one.name]));
  return html`<ul class="posts" aria-label=${label}>
    ${repeat(
      posts,
      (post) => post.id,
      (post) => {
        const owner = app.names.user(post.owner_id) ?? "Somebody";
        const unread = app.reading.isUnread(post);
        const { archived, locked } = post.thread_metadata;
        return html`<li class="post ${app.isOpen(post.id) ? "open" : ""} ${unread ? "unread" : ""}">
          <p class="post-tags">
            ${post.applied_tags.map((/** @type {string} */ id) => html`<span class="forum-tag">${tags.get(id) ?? ""}</span>`)}
            ${locked ? html`<span class="forum-tag">🔒 locked</span>` : nothing}
            ${archived ? html`<span class="forum-tag">📦 archived</span>` : nothing}
          </p>
          <button type="button" class="post-title" @click=${() => void app.openChannel(post.id)}>
            ${post.name}${unread ? html`<span class="hidden">, unread</span>` : nothing}
          </button>
          <p class="post-foot">
            ${avatar(owner, post.owner_id)} ${owner} · 💬 ${post.message_count}<span class="hidden"> messages</span> ·
            ${lastActive(app, post)}
          </p>
        </li>`;
      },
    )}
  </ul>`;
}

/**
 * The fields of a new post.
 * @param {any} channel @returns {any[]}
 */
export function postFields(channel) {
  const name = { type: 4, style: 1, custom_id: "name", max_length: 100 };
  const text = { type: 4, style: 2, custom_id: "content", max_length: 2000 };
  const files = { type: 19, custom_id: "attachments", required: false, max_values: 10 };
  const options = channel.available_tags.map((/** @type {any} */ tag) => ({ value: tag.id, label: tag.name }));
  const required = Boolean(channel.flags & 16);
  const tags = { type: 22, custom_id: "applied_tags", options, required, max_values: 5 };
  return [
    { type: 18, label: "Title", component: name },
    { type: 18, label: "Text", component: text },
    ...(options.length ? [{ type: 18, label: "Tags", component: tags }] : []),
    { type: 18, label: "Files", component: files },
  ];
}
