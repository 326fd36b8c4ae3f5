/** Channels, threads, DMs, and who one is. */

import { $, avatar, h, popup } from "./dom.js";

/** @typedef {import("./app.js").App} App */

const SIGNS = { 0: "#", 2: "🔊", 5: "📣", 10: "↳", 11: "↳", 12: "↳", 13: "🎙", 15: "🗂" };
const THREADS = new Set([10, 11, 12]);
const FORUM = 15;
const SPOKEN = new Set([2, 13]);

/** @param {any} channel */
export const isThread = (channel) => THREADS.has(channel.type);
/** @param {any} channel */
export const sign = (channel) => SIGNS[/** @type {keyof typeof SIGNS} */ (channel.type)] ?? "";

/** @param {App} app */
export function renderSidebar(app) {
  const { guilds, dms } = app.state;
  $("channels").replaceChildren(
    ...guilds.map((/** @type {any} */ guild) => guildSection(app, guild)),
    h(
      "section",
      { "aria-label": "Direct messages" },
      h("h2", {}, "Direct messages", newDm(app)),
      h("ul", {}, ...dms.map((/** @type {any} */ dm) => h("li", {}, channelButton(app, dm)))),
    ),
  );
  renderPeople(app);
}

/** @param {App} app @param {any} guild */
function guildSection(app, guild) {
  const channels = [...guild.channels].sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
  const top = channels.filter((channel) => !isThread(channel) && channel.type !== 4);
  /** @param {any} channel */
  const threads = (channel) => channels.filter((c) => isThread(c) && c.parent_id === channel.id && !asleep(c));
  /** @param {any} c */
  const asleep = (c) => c.thread_metadata?.archived && c.id !== app.channelId;
  /** @param {any} channel */
  const archived = (channel) =>
    channels.filter((c) => isThread(c) && c.parent_id === channel.id && asleep(c) && channel.type !== FORUM);
  return h(
    "section",
    { "aria-label": guild.name },
    h("h2", { class: "guild" }, guild.name),
    guild.scheduled_events.length
      ? h(
          "ul",
          { "aria-label": "Events" },
          ...guild.scheduled_events.map((/** @type {any} */ event) => eventItem(app, guild, event)),
        )
      : null,
    h(
      "ul",
      {},
      ...top.map((channel) =>
        h(
          "li",
          {},
          channelButton(app, channel),
          SPOKEN.has(channel.type) ? voiceList(app, guild, channel) : null,
          threads(channel).length
            ? h("ul", {}, ...threads(channel).map((t) => h("li", {}, channelButton(app, t))))
            : null,
          archived(channel).length
            ? h(
                "details",
                { class: "archived" },
                h("summary", {}, `${archived(channel).length} archived`),
                h("ul", {}, ...archived(channel).map((t) => h("li", {}, channelButton(app, t)))),
              )
            : null,
        ),
      ),
    ),
  );
}

/** @param {App} app @param {any} guild @param {any} event */
function eventItem(app, guild, event) {
  const mine = event.interested.includes(app.me.id);
  const body = { guild_id: guild.id, event_id: event.id, interested: !mine };
  const channel = guild.channels.find((/** @type {any} */ one) => one.id === event.channel_id);
  const place = event.entity_metadata?.location ?? (channel ? `${sign(channel)} ${channel.name}` : "");
  const starts = app.time.format(Date.parse(event.scheduled_start_time), "F");
  const ends = event.scheduled_end_time
    ? ` – ${app.time.format(Date.parse(event.scheduled_end_time), "t")}`
    : "";
  return h(
    "li",
    { class: "event" },
    h("strong", {}, event.name),
    h("small", {}, event.status === 2 ? "🟢 Now · " : "", `${starts}${ends}`, event.recurrence_rule && " · 🔁"),
    place && h("small", {}, place),
    event.description && h("details", {}, h("summary", {}, "About it"), event.description),
    h(
      "button",
      { type: "button", class: "chip", "aria-pressed": String(mine), onclick: () => app.setInterest(body) },
      `${mine ? "✓ " : ""}Interested (${event.interested.length})`,
    ),
  );
}

/** Who is in a voice or stage channel, and the way in or out. @param {App} app @param {any} guild @param {any} channel */
function voiceList(app, guild, channel) {
  const here = guild.voice_states.filter((/** @type {any} */ state) => state.channel_id === channel.id);
  const mine = here.some((/** @type {any} */ state) => state.user_id === app.me.id);
  return h(
    "div",
    { class: "voice" },
    here.length
      ? h(
          "ul",
          { "aria-label": `In ${channel.name}` },
          ...here.map((/** @type {any} */ state) => {
            const name = app.names.user(state.user_id) ?? "Somebody";
            return h("li", {}, avatar(name, state.user_id), name);
          }),
        )
      : null,
    h(
      "button",
      { type: "button", class: "chip", onclick: () => app.joinVoice(mine ? null : channel.id) },
      mine ? "Leave" : "Join",
      h("span", { class: "hidden" }, ` ${channel.name}`),
    ),
  );
}

/** @param {App} app @param {any} channel */
function channelButton(app, channel) {
  const current = channel.id === app.channelId;
  const unread = app.unread.has(channel.id);
  return h(
    "button",
    {
      type: "button",
      class: `channel${unread ? " unread" : ""}`,
      "aria-current": current ? "page" : null,
      onclick: () => app.openChannel(channel.id),
    },
    h("span", { class: "sign", "aria-hidden": "true" }, sign(channel) || "@"),
    h("span", { class: "name" }, app.channelName(channel)),
    channel.thread_metadata?.locked && h("span", { "aria-label": "locked" }, "🔒"),
    unread && h("span", { class: "hidden" }, "unread"),
  );
}

/** @param {App} app */
function newDm(app) {
  const opener = h(
    "button",
    {
      type: "button",
      class: "plain",
      "aria-label": "New direct message",
      "aria-haspopup": "true",
      "aria-expanded": "false",
    },
    "+",
  );
  opener.addEventListener("click", () => {
    const others = app.users().filter((user) => user.id !== app.me.id);
    const items = others.map((user) =>
      h(
        "button",
        { type: "button", class: "option", onclick: () => (close(), app.openDm(user.id)) },
        app.displayName(user),
      ),
    );
    const close = popup(opener, h("div", { role: "group", "aria-label": "Write to" }, ...items));
  });
  return opener;
}

/** @param {App} app */
function renderPeople(app) {
  $("people").replaceChildren(
    h("h2", {}, "You are"),
    h(
      "div",
      { class: "people", role: "group", "aria-label": "Switch person" },
      ...app.state.people.map((/** @type {any} */ person) =>
        h(
          "button",
          {
            type: "button",
            class: "person",
            "aria-pressed": String(person.id === app.me.id),
            onclick: () => app.become(person.id),
          },
          avatar(person.name, person.id),
          h("span", {}, h("strong", {}, person.name), h("small", {}, role(person))),
        ),
      ),
    ),
  );
}

/** @param {any} person */
function role(person) {
  const name = person.role || "member";
  return person.admin ? `${name}, admin` : name;
}
