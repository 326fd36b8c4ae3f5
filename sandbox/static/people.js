/** People: pictures of them, the list of members, a card for each, and who one is. */

import { THEMES } from "./kept.js";
import { openLayer } from "./layer.js";
import { html, nothing, render, repeat } from "./lit.js";
import { menuListeners, openMenu } from "./menu.js";
import { personItems } from "./message_menu.js";

/** @typedef {import("./app.js").App} App */

/**
 * A round picture with a person's initial, in a colour of their own.
 * @param {string} name @param {string} id @param {boolean} [online]
 */
export function avatar(name, id, online) {
  const hue = [...id].reduce((sum, digit) => (sum * 31 + digit.charCodeAt(0)) % 6, 0);
  const state = online === undefined ? nothing : html`<i class="presence ${online ? "on" : ""}"></i>`;
  return html`<span class="avatar hue-${hue}" aria-hidden="true">${(name[0] ?? "?").toUpperCase()}${state}</span>`;
}

/**
 * Whether somebody is there.
 * @param {App} app @param {any} user
 */
const isOnline = (app, user) => {
  if (user.id === app.state.bot.user?.id) return Boolean(app.state.bot.connected);
  return app.state.online.includes(user.id);
};

/**
 * A member's roles, the highest first.
 * @param {any} guild @param {any} member @returns {any[]}
 */
function rolesOf(guild, member) {
  return guild.roles
    .filter((/** @type {any} */ role) => member.roles.includes(role.id))
    .sort((/** @type {any} */ a, /** @type {any} */ b) => b.position - a.position);
}

/**
 * The members by their highest role, the others by whether they are there.
 * @param {App} app @param {any} guild
 */
function groups(app, guild) {
  /** @type {Map<string, any[]>} */
  const out = new Map();
  const put = (/** @type {string} */ name, /** @type {any} */ member) => out.set(name, [...(out.get(name) ?? []), member]);
  const sorted = [...guild.members].sort((a, b) => app.names.of(a.user).localeCompare(app.names.of(b.user)));
  const shown = guild.roles.filter((/** @type {any} */ role) => !role.managed && role.id !== guild.id);
  for (const role of shown.sort((/** @type {any} */ a, /** @type {any} */ b) => b.position - a.position))
    for (const member of sorted) if (rolesOf(guild, member).find((one) => !one.managed)?.id === role.id) put(role.name, member);
  for (const online of [true, false])
    for (const member of sorted) {
      const placed = rolesOf(guild, member).some((role) => !role.managed);
      if (!placed && isOnline(app, member.user) === online) put(online ? "Online" : "Offline", member);
    }
  return [...out];
}

/**
 * Draw the list of members beside a channel.
 * @param {App} app @param {HTMLElement} root
 */
export function drawMembers(app, root) {
  const channel = app.channel(app.channelId);
  root.hidden = !app.membersOpen || !channel?.guild_id || app.crowded();
  if (root.hidden) return render(nothing, root);
  const guild = app.guild();
  render(
    html`<header class="channel-head narrow-only">
        <h2 class="title">Members</h2>
        <button type="button" class="round" aria-label="Close members" @click=${() => app.openMembers(false)}>
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      ${groups(app, guild).map(
        ([name, members]) =>
          html`<section>
            <h2 id=${`members-${name}`}>${name} — ${members.length}</h2>
            <ul aria-labelledby=${`members-${name}`}>
              ${repeat(members, (member) => member.user.id, (member) => entry(app, member))}
            </ul>
          </section>`,
      )}`,
    root,
  );
}

/** @param {App} app @param {any} member */
function entry(app, member) {
  const { user } = member;
  const name = app.names.of(user);
  const online = isOnline(app, user);
  const menu = menuListeners((place) => personMenu(app, user, place));
  return html`<li
    @contextmenu=${menu.contextmenu}
    @pointerdown=${menu.pointerdown}
    @pointerup=${menu.stop}
    @pointermove=${menu.stop}
    @pointercancel=${menu.stop}
  >
    <button
      type="button"
      class="member ${online ? "" : "away"}"
      aria-haspopup="dialog"
      aria-expanded="false"
      @click=${(/** @type {Event} */ event) => openProfile(app, user.id, /** @type {HTMLElement} */ (event.currentTarget))}
    >
      ${avatar(name, user.id, online)}
      <span class="name">${name}</span>
      ${user.bot ? html`<span class="tag">APP</span>` : nothing}
      ${app.guild().owner_id === user.id ? html`<span title="Owner of the server">👑<span class="hidden">owner</span></span>` : nothing}
      <span class="hidden">${online ? "online" : "offline"}</span>
    </button>
    <button
      type="button"
      class="round more"
      aria-label=${`Actions on ${name}`}
      aria-haspopup="menu"
      aria-expanded="false"
      @click=${(/** @type {Event} */ event) => personMenu(app, user, /** @type {HTMLElement} */ (event.currentTarget))}
    >
      <span aria-hidden="true">⋯</span>
    </button>
  </li>`;
}

/** @param {App} app @param {any} user @param {import("./layer.js").Place} place */
function personMenu(app, user, place) {
  const name = app.names.of(user);
  const [, ...items] = personItems(app.main, user, null, name);
  const profile = {
    label: "Profile",
    icon: "☺",
    act: () => openProfile(app, user.id, place),
  };
  openMenu(place, `Actions on ${name}`, [profile, ...items]);
}

/**
 * A card about somebody.
 * @param {App} app @param {string} id @param {import("./layer.js").Place} place
 */
export function openProfile(app, id, place) {
  const user = app.user(id);
  if (!user) return;
  const name = app.names.of(user);
  const guild = app.guild();
  const member = app.member(id);
  const commands = user.bot ? [] : app.interactions.commandsOf(app.channelId, 2);
  openLayer(
    place,
    ({ close }) =>
      html`<div class="profile">
        ${avatar(name, id, isOnline(app, user))}
        <h2>${name} ${user.bot ? html`<span class="tag">APP</span>` : nothing}</h2>
        <p class="muted">${user.username ?? name} · ${isOnline(app, user) ? "online" : "offline"}</p>
        ${member
          ? html`<h3>Roles</h3>
              <p class="roles">
                ${rolesOf(guild, member).map((role) => html`<span class="forum-tag">${role.name}</span>`)}
                ${member.roles.length ? nothing : html`<span class="muted">None</span>`}
              </p>`
          : nothing}
        <p class="profile-actions">
          ${id === app.me.id
            ? nothing
            : html`<button type="button" class="button primary small" @click=${() => (close(false), void app.acts.openDm(id))}>
                Message
              </button>`}
          ${commands.map(
            (command) =>
              html`<button
                type="button"
                class="button secondary small"
                @click=${() => (close(), void app.interactions.runOn(app.main, command, id, null))}
              >
                ${command.name}
              </button>`,
          )}
        </p>
      </div>`,
    { label: `Profile of ${name}`, name: "card" },
  );
}

/**
 * Who one is, and how the page looks.
 * @param {App} app @param {HTMLElement} root
 */
export function drawSelf(app, root) {
  const { me } = app;
  const theme = /** @type {keyof typeof THEMES} */ (app.kept.get("theme") ?? "system");
  const choose = (/** @type {Event} */ event) =>
    openMenu(
      /** @type {HTMLElement} */ (event.currentTarget),
      "Theme",
      Object.entries(THEMES).map(([name, label]) => ({
        label,
        checked: name === theme,
        act: () => app.setTheme(name),
      })),
    );
  const spoken = app.state.guilds
    .flatMap((/** @type {any} */ guild) => guild.voice_states)
    .find((/** @type {any} */ state) => state.user_id === me.id);
  render(
    html`${spoken
        ? html`<p class="in-voice">
            <span><strong>Voice connected</strong><small>${app.names.channel(spoken.channel_id)?.name}</small></span>
            <button type="button" class="button secondary small" @click=${() => void app.acts.joinVoice(null)}>Disconnect</button>
          </p>`
        : nothing}
      <p class="self">
        ${avatar(me.name, me.id, true)}
        <span class="self-name"><strong>${me.name}</strong><small>${role(me)}</small></span>
        <button type="button" class="round" aria-label=${`Theme: ${THEMES[theme]}`} title="Theme" aria-haspopup="menu" aria-expanded="false" @click=${choose}>
          <span aria-hidden="true">◐</span>
        </button>
      </p>`,
    root,
  );
}

/** @param {any} person */
function role(person) {
  const name = person.role || "Member";
  return person.admin ? `${name}, admin` : name;
}
