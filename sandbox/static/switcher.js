/** Being several people: one window that switches, or a window for each. */

import { openLayer } from "./layer.js";
import { html, nothing } from "./lit.js";
import { avatar } from "./people.js";

/** @typedef {import("./app.js").App} App */

/**
 * Offer everybody: to be them here, or in a window beside this one.
 * @param {App} app @param {HTMLElement} place
 */
export function openPeople(app, place) {
  openLayer(
    place,
    ({ close }) =>
      html`<h2 class="people-title">Be somebody</h2>
        <p class="muted">Each sees only what they may see.</p>
        <ul class="people-list">
          ${app.state.people.map((/** @type {any} */ person) => entry(app, person, close))}
        </ul>`,
    { label: "Be somebody", name: "card people-card" },
  );
}

/** @param {App} app @param {any} person @param {(restore?: boolean) => void} close */
function entry(app, person, close) {
  const mine = person.id === app.me.id;
  const become = () => {
    close();
    void app.become(person.id);
  };
  return html`<li>
    <button type="button" class="person" aria-current=${mine ? "true" : nothing} @click=${become}>
      ${avatar(person.name, person.id)}
      <span class="name"><span class="hidden">Be </span>${person.name}<small> ${role(person)}${mine ? ", you" : ""}</small></span>
    </button>
    <a
      class="round"
      href="?as=${person.id}"
      target="_blank"
      @click=${() => close(false)}
      rel="noopener"
      title="In a window beside this one"
      aria-label=${`Be ${person.name} in a new window`}
      ><span aria-hidden="true">↗</span></a
    >
  </li>`;
}

/** @param {any} person */
function role(person) {
  const name = person.role || "Member";
  return person.admin && name !== "Admin" ? `${name}, admin` : name;
}
