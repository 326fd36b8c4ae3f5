/** What a person does with threads: who is in one, its state, and a forum's posts with their tags. */

import { h, popup } from "./dom.js";

/** @typedef {import("./app.js").App} App */

/** A thread's menu: members, leaving, archive, lock, delete. @param {App} app @param {any} thread */
export function threadMenu(app, thread) {
  const opener = h(
    "button",
    { type: "button", class: "plain", "aria-haspopup": "true", "aria-expanded": "false" },
    `👥 ${thread.member_ids.length}`,
    h("span", { class: "hidden" }, " members; thread menu"),
  );
  const state = thread.thread_metadata;
  /** @param {string} act @param {object} body */
  const send = (act, body) => app.changeThread(thread.id, act, body);
  opener.addEventListener("click", () => {
    /** @type {(label: string, act: () => void) => HTMLElement} */
    const item = (label, act) =>
      h("button", { type: "button", class: "option", onclick: () => (close(), act()) }, label);
    const people = app.users().map((user) => {
      const inside = thread.member_ids.includes(user.id);
      const label = `${inside ? "✓" : "+"} ${app.displayName(user)}${inside ? " – take out" : " – add"}`;
      return item(label, () => send("members", { user_id: user.id, remove: inside }));
    });
    const close = popup(
      opener,
      h(
        "div",
        { role: "group", "aria-label": "Thread" },
        ...people,
        item(state.archived ? "Open again" : "Archive", () => send("thread", { archived: !state.archived })),
        item(state.locked ? "Unlock" : "Lock", () => send("thread", { locked: !state.locked })),
        item("Delete", () => send("thread", { delete: true })),
      ),
    );
  });
  return opener;
}

/** What is pinned in a channel, the newest first. @param {App} app @param {any} channel */
export function pinsButton(app, channel) {
  const opener = h(
    "button",
    { type: "button", class: "plain", "aria-haspopup": "true", "aria-expanded": "false" },
    h("span", { "aria-hidden": "true" }, "📌"),
    h("span", { class: "hidden" }, "Pinned messages"),
  );
  opener.addEventListener("click", async () => {
    const pins = (await app.ask(`/channels/${channel.id}/pins`)) ?? [];
    /** @param {any} message */
    const item = (message) =>
      h(
        "button",
        {
          type: "button",
          class: "option",
          onclick: () => (close(), document.getElementById(`m${message.id}`)?.scrollIntoView()),
        },
        h("strong", {}, app.displayName(message.author)),
        h("small", {}, (message.content || message.embeds[0]?.title || "a message").slice(0, 120)),
      );
    const items = pins.length ? pins.map(item) : [h("p", {}, "Nothing is pinned here.")];
    const close = popup(opener, h("div", { role: "group", "aria-label": "Pinned messages" }, ...items));
  });
  return opener;
}

/** A forum's posts and the way to a new one. @param {App} app @param {any} forum */
export function forumPosts(app, forum) {
  const posts = app.guild().channels.filter((/** @type {any} */ c) => c.parent_id === forum.id);
  const names = new Map(forum.available_tags.map((/** @type {any} */ tag) => [tag.id, tag.name]));
  const start = h(
    "button",
    { type: "button", class: "button primary", onclick: () => app.startThread(forum) },
    "New post",
  );
  return [
    ...(posts.length ? [] : [h("li", { class: "empty" }, "No posts yet.")]),
    ...posts.map((/** @type {any} */ post) =>
      h(
        "li",
        { class: "post" },
        h(
          "button",
          { type: "button", class: "thread", onclick: () => app.openChannel(post.id) },
          `${post.thread_metadata.archived ? "📦" : "💬"} ${post.name}`,
        ),
        ...post.applied_tags.map((/** @type {string} */ id) =>
          h("span", { class: "forum-tag" }, String(names.get(id) ?? "")),
        ),
      ),
    ),
    h("li", { class: "post" }, start),
  ];
}

/** The field of a new post's tags, where the forum has any. @param {any} forum @returns {any[]} */
export function tagField(forum) {
  const options = forum.available_tags.map((/** @type {any} */ tag) => ({ value: tag.id, label: tag.name }));
  if (!options.length) return [];
  const required = Boolean(forum.flags & 16);
  const component = { type: 22, custom_id: "applied_tags", options, required, max_values: 5 };
  return [{ type: 18, label: "Tags", component }];
}
