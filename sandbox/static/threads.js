/** What a person does with threads: find one, who is in it, archive, lock, delete. */

import { openLayer } from "./layer.js";
import { html, nothing } from "./lit.js";
import { openMenu } from "./menu.js";
import { isThread } from "./names.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./pane.js").Pane} Pane */

/**
 * A thread's menu: members, leaving, archive, lock, delete.
 * @param {Pane} pane @param {any} thread @param {HTMLElement} at
 */
export function threadMenu({ app }, thread, at) {
  const state = thread.thread_metadata;
  /** @param {string} act @param {object} body */
  const send = (act, body) => void app.acts.changeThread(thread.id, act, body);
  const joined = thread.member_ids.includes(app.me.id);
  const people = app.users().filter((user) => user.id !== app.me.id);
  openMenu(at, "Thread", [
    {
      label: joined ? "Leave thread" : "Join thread",
      act: () => send("members", { user_id: app.me.id, remove: joined }),
    },
    {
      label: state.archived ? "Open again" : "Archive",
      act: () => send("thread", { archived: !state.archived }),
    },
    { label: state.locked ? "Unlock" : "Lock", act: () => send("thread", { locked: !state.locked }) },
    { label: "Delete", danger: true, act: () => send("thread", { delete: true }) },
    { label: `Members — ${thread.member_ids.length}` },
    ...people.map((user) => {
      const inside = thread.member_ids.includes(user.id);
      return {
        label: app.names.of(user),
        hint: inside ? "in the thread: take out" : "add to the thread",
        checked: inside,
        act: () => send("members", { user_id: user.id, remove: inside }),
      };
    }),
  ]);
}

/**
 * A channel's threads, the archived ones below.
 * @param {Pane} pane @param {any} channel @param {HTMLElement} at
 */
export function openThreads({ app }, channel, at) {
  const threads = app
    .guild()
    .channels.filter((/** @type {any} */ one) => isThread(one) && one.parent_id === channel.id)
    .sort((/** @type {any} */ a, /** @type {any} */ b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1));
  const parts = [
    ["Active threads", threads.filter((/** @type {any} */ one) => !one.thread_metadata.archived)],
    ["Archived threads", threads.filter((/** @type {any} */ one) => one.thread_metadata.archived)],
  ];
  openLayer(
    at,
    ({ close }) =>
      html`<h2>Threads</h2>
        <p>
          <button type="button" class="button primary small" @click=${() => (close(), app.acts.startThread(channel))}>
            Create thread
          </button>
        </p>
        ${threads.length ? nothing : html`<p class="none">There are no threads here yet.</p>`}
        ${parts.map(([name, some]) =>
          some.length
            ? html`<h3>${name} — ${some.length}</h3>
                <ul aria-label=${name}>
                  ${some.map((/** @type {any} */ thread) => html`<li>${line(app, thread, close)}</li>`)}
                </ul>`
            : nothing,
        )}`,
    { label: `Threads of ${channel.name}`, name: "card" },
  );
}

/** @param {App} app @param {any} thread @param {(restore?: boolean) => void} close */
function line(app, thread, close) {
  const owner = app.names.user(thread.owner_id) ?? "Somebody";
  return html`<button
    type="button"
    class="thread-line"
    @click=${() => (close(false), void app.openChannel(thread.id))}
  >
    <strong>${thread.name} ${thread.thread_metadata.locked ? "🔒" : ""}</strong>
    <small>by ${owner} · ${thread.message_count} messages · ${lastActive(app, thread)}</small>
  </button>`;
}

/**
 * When somebody last wrote.
 * @param {App} app @param {any} thread
 */
export function lastActive(app, thread) {
  const ms = Number(BigInt(thread.last_message_id ?? thread.id) >> 22n) + 1420070400000;
  return html`<time datetime=${new Date(ms).toISOString()} data-ms=${ms} data-style="R" title=${app.time.format(ms, "F")}
    >${app.time.format(ms, "R")}</time
  >`;
}
