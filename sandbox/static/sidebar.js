/** Channels in their groups with their threads, who speaks where, direct messages. */

import { openEvents } from "./events.js";
import { html, nothing, render, repeat } from "./lit.js";
import { openMenu } from "./menu.js";
import { isThread, sign } from "./names.js";
import { avatar } from "./people.js";

/** @typedef {import("./app.js").App} App */

const CATEGORY = 4;
const SPOKEN = new Set([2, 13]);

/** @param {App} app @param {HTMLElement} root */
export function drawSidebar(app, root) {
  const { guilds, dms } = app.state;
  render(
    html`${guilds.map((/** @type {any} */ guild) => guildSection(app, guild))}
      <section aria-labelledby="dms-title">
        <h3 class="category">
          <span id="dms-title">Direct messages</span>
          <button type="button" class="round small" aria-label="New direct message" title="New direct message" aria-haspopup="menu" aria-expanded="false" @click=${(/** @type {Event} */ event) => newDm(app, event)}>
            <span aria-hidden="true">+</span>
          </button>
        </h3>
        <ul>
          ${repeat(dms, (/** @type {any} */ dm) => dm.id, (/** @type {any} */ dm) => html`<li>${channelButton(app, dm)}</li>`)}
        </ul>
        ${dms.length ? nothing : html`<p class="none">Nobody yet</p>`}
      </section>`,
    root,
  );
}

/** @param {any[]} channels */
const ordered = (channels) =>
  [...channels].sort(
    (a, b) =>
      Number(SPOKEN.has(a.type)) - Number(SPOKEN.has(b.type)) ||
      (a.position ?? 0) - (b.position ?? 0) ||
      (BigInt(a.id) < BigInt(b.id) ? -1 : 1),
  );

/**
 * The channels under their categories; a server without any has text and voice apart.
 * @param {any} guild @returns {[string, any[]][]}
 */
function categories(guild) {
  const top = ordered(guild.channels.filter((/** @type {any} */ one) => !isThread(one) && one.type !== CATEGORY));
  const named = guild.channels.filter((/** @type {any} */ one) => one.type === CATEGORY);
  /** @type {[string, any[]][]} */
  const out = named.length
    ? [
        ["", top.filter((one) => !named.some((/** @type {any} */ group) => group.id === one.parent_id))],
        ...ordered(named).map(
          (group) => /** @type {[string, any[]]} */ ([group.name, top.filter((one) => one.parent_id === group.id)]),
        ),
      ]
    : [
        ["Text channels", top.filter((one) => !SPOKEN.has(one.type))],
        ["Voice channels", top.filter((one) => SPOKEN.has(one.type))],
      ];
  return out.filter(([, channels]) => channels.length);
}

/** @param {App} app @param {any} guild */
function guildSection(app, guild) {
  const events = guild.scheduled_events.length;
  return html`<section aria-label=${guild.name}>
    <h2 class="guild">${guild.name}</h2>
    <button
      type="button"
      class="channel"
      aria-haspopup="dialog"
      @click=${() => openEvents(app, guild.id)}
    >
      <span class="sign" aria-hidden="true">📅</span
      ><span class="name">${events === 1 ? "1 event" : events ? `${events} events` : "Events"}</span>
    </button>
    ${categories(guild).map(
      ([name, channels]) =>
        html`${name ? html`<h3 class="category">${name}</h3>` : nothing}
          <ul aria-label=${name || nothing}>
            ${repeat(channels, (channel) => channel.id, (channel) => channelItem(app, guild, channel))}
          </ul>`,
    )}
  </section>`;
}

/** @param {App} app @param {any} guild @param {any} channel */
function channelItem(app, guild, channel) {
  const threads = guild.channels
    .filter((/** @type {any} */ one) => isThread(one) && one.parent_id === channel.id && shown(app, one))
    .sort((/** @type {any} */ a, /** @type {any} */ b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
  return html`<li>
    ${channelButton(app, channel)} ${SPOKEN.has(channel.type) ? voice(app, guild, channel) : nothing}
    ${threads.length
      ? html`<ul class="threads" aria-label=${`Threads of ${channel.name}`}>
          ${repeat(threads, (/** @type {any} */ one) => one.id, (/** @type {any} */ one) => html`<li>${channelButton(app, one)}</li>`)}
        </ul>`
      : nothing}
  </li>`;
}

/**
 * One's own threads that are not archived, and the open one.
 * @param {App} app @param {any} thread
 */
function shown(app, thread) {
  if (app.isOpen(thread.id)) return true;
  return !thread.thread_metadata.archived && thread.member_ids.includes(app.me.id);
}

/** @param {App} app @param {any} channel */
function channelButton(app, channel) {
  const unread = app.reading.isUnread(channel);
  const mentions = app.reading.mentions(channel);
  const thread = isThread(channel);
  return html`<button
    type="button"
    class="channel ${unread ? "unread" : ""}"
    aria-current=${app.isOpen(channel.id) ? "page" : nothing}
    @click=${() => app.openChannel(channel.id)}
  >
    ${channel.name
      ? html`<span class="sign" aria-hidden="true">${thread ? "" : sign(channel)}</span>`
      : avatar(app.names.ofChannel(channel), channel.recipients?.[0]?.id ?? channel.id)}
    <span class="name">${app.names.ofChannel(channel)}</span>
    ${channel.thread_metadata?.locked ? html`<span class="lock" role="img" aria-label="locked">🔒</span>` : nothing}
    ${mentions
      ? html`<span class="badge">${mentions}<span class="hidden"> ${mentions === 1 ? "mention" : "mentions"}</span></span>`
      : nothing}
    ${unread ? html`<span class="hidden">unread</span>` : nothing}
  </button>`;
}

/**
 * Who is in a voice or stage channel, and the way in or out.
 * @param {App} app @param {any} guild @param {any} channel
 */
function voice(app, guild, channel) {
  const here = guild.voice_states.filter((/** @type {any} */ state) => state.channel_id === channel.id);
  const mine = here.some((/** @type {any} */ state) => state.user_id === app.me.id);
  return html`<div class="voice">
    ${here.length
      ? html`<ul aria-label=${`In ${channel.name}`}>
          ${here.map((/** @type {any} */ state) => {
            const name = app.names.user(state.user_id) ?? "Somebody";
            return html`<li>${avatar(name, state.user_id)} ${name}${state.suppress ? html`<small> listens</small>` : nothing}</li>`;
          })}
        </ul>`
      : nothing}
    <button type="button" class="chip" @click=${() => void app.acts.joinVoice(mine ? null : channel.id)}>
      ${mine ? "Leave" : "Join"}<span class="hidden"> ${channel.name}</span>
    </button>
  </div>`;
}

/** @param {App} app @param {Event} event */
function newDm(app, event) {
  const others = app.users().filter((user) => user.id !== app.me.id);
  openMenu(
    /** @type {HTMLElement} */ (event.currentTarget),
    "Write to",
    others.map((user) => ({ label: app.names.of(user), act: () => void app.acts.openDm(user.id) })),
  );
}
