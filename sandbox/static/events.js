/** The server's scheduled events, and who is interested. */

import { html, nothing, render } from "./lit.js";
import { markdown } from "./markdown.js";
import { sign } from "./names.js";

/** @typedef {import("./app.js").App} App */

/** @type {{dialog: HTMLDialogElement, guildId: string} | null} */
let open = null;

/** @param {App} app @param {string} guildId */
export function openEvents(app, guildId) {
  const dialog = document.createElement("dialog");
  dialog.className = "events";
  dialog.setAttribute("aria-labelledby", "events-title");
  dialog.addEventListener("close", () => {
    dialog.remove();
    open = null;
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  open = { dialog, guildId };
  drawEvents(app);
  dialog.showModal();
}

/**
 * Draw the open list anew, if there is one.
 * @param {App} app
 */
export function drawEvents(app) {
  if (!open) return;
  const { dialog, guildId } = open;
  const guild = app.state.guilds.find((/** @type {any} */ one) => one.id === guildId);
  if (!guild) return dialog.close();
  const events = [...guild.scheduled_events].sort((a, b) => start(a) - start(b));
  render(
    html`<header class="dialog-head">
        <h2 id="events-title">${events.length === 1 ? "1 event" : events.length ? `${events.length} events` : "No events"}</h2>
        <button type="button" class="round" aria-label="Close" autofocus @click=${() => dialog.close()}>
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      ${events.length ? nothing : html`<p class="none">No events are planned. Review sessions appear here.</p>`}
      <ul>
        ${events.map((event) => card(app, guild, event, dialog))}
      </ul>`,
    dialog,
  );
}

/** @param {any} event */
const start = (event) => Date.parse(event.scheduled_start_time);

/** @param {App} app @param {any} guild @param {any} event @param {HTMLDialogElement} dialog */
function card(app, guild, event, dialog) {
  const mine = event.interested.includes(app.me.id);
  const channel = guild.channels.find((/** @type {any} */ one) => one.id === event.channel_id);
  const ends = event.scheduled_end_time ? ` – ${app.time.format(Date.parse(event.scheduled_end_time), "t")}` : "";
  const people = event.interested.map((/** @type {string} */ id) => app.names.user(id) ?? "Somebody").join(", ");
  return html`<li class="event">
    <p class="event-when">
      ${event.status === 2 ? html`<strong class="event-now">● Happening now</strong>` : nothing}
      <span>${app.time.format(start(event), "F")}${ends}</span>${event.recurrence_rule ? html`<span>🔁 repeats</span>` : nothing}
    </p>
    <h3>${event.name}</h3>
    ${event.description ? markdown(app, event.description) : nothing}
    ${event.entity_metadata?.location ? html`<p class="event-place">📍 ${event.entity_metadata.location}</p>` : nothing}
    ${channel
      ? html`<p class="event-place">
          <button type="button" class="plain" @click=${() => (dialog.close(), void app.openChannel(channel.id))}>
            ${sign(channel)} ${channel.name}
          </button>
        </p>`
      : nothing}
    <p class="event-foot">
      <span class="muted">${people ? `Interested: ${people}` : "Nobody is interested yet"}</span>
      <button
        type="button"
        class="button ${mine ? "success" : "secondary"} small"
        aria-pressed=${String(mine)}
        @click=${() => void app.acts.setInterest({ guild_id: guild.id, event_id: event.id, interested: !mine })}
      >
        <span aria-hidden="true">${mine ? "✓" : "🔔"}</span> Interested
      </button>
    </p>
  </li>`;
}
