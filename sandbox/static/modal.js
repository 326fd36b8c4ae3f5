/** A modal of the bot, or one of the page's own forms, as a <dialog>. */

import { field } from "./fields.js";
import { html, nothing, render } from "./lit.js";
import { markdown } from "./markdown.js";
import { unknown } from "./media.js";

/** @typedef {import("./app.js").App} App */

/**
 * Show a modal; `submit` gets the values by custom_id and says what went wrong, or null.
 * @param {App} app @param {any} modal @param {(fields: Record<string, unknown>) => Promise<string | null>} submit
 */
export function openModal(app, modal, submit) {
  const dialog = document.createElement("dialog");
  dialog.className = "modal";
  dialog.setAttribute("aria-labelledby", "modal-title");
  /** @type {import("./fields.js").Field[]} */
  const fields = [];
  const parts = modal.components.map((/** @type {any} */ one) => part(app, one, fields));
  let problem = "";
  let sending = false;
  const send = async () => {
    for (const one of fields) one.touched = true;
    const wrong = fields.find((one) => one.check());
    draw();
    if (wrong) return document.getElementById(wrong.id)?.focus();
    sending = true;
    problem = "";
    draw();
    const values = await Promise.all(fields.map(async (one) => [one.customId, await one.read()]));
    const refused = await submit(Object.fromEntries(values));
    sending = false;
    if (!refused) return dialog.close();
    problem = refused;
    draw();
  };
  const draw = () =>
    render(
      html`<form
        method="dialog"
        novalidate
        aria-busy=${sending ? "true" : nothing}
        @submit=${(/** @type {Event} */ event) => (event.preventDefault(), void send())}
        @change=${() => draw()}
      >
        <header class="dialog-head">
          <h2 id="modal-title">${modal.title}</h2>
          <button type="button" class="round" aria-label="Close" @click=${() => dialog.close()}>
            <span aria-hidden="true">✕</span>
          </button>
        </header>
        ${parts.map((/** @type {() => unknown} */ one) => one())}
        ${problem ? html`<p class="failure" role="alert">${problem}</p>` : nothing}
        <div class="modal-actions">
          <button type="button" class="button secondary" @click=${() => dialog.close()}>Cancel</button>
          <button class="button primary" ?disabled=${sending}>${sending ? "Sending…" : (modal.submit ?? "Submit")}</button>
        </div>
      </form>`,
      dialog,
    );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  draw();
  dialog.showModal();
  const first = dialog.querySelector("input:not([type=file]), textarea, select");
  if (first instanceof HTMLElement) first.focus();
}

/** @param {App} app @param {any} one @param {import("./fields.js").Field[]} fields @returns {() => unknown} */
function part(app, one, fields) {
  if (one.type === 1) {
    const inner = one.components.map((/** @type {any} */ child) => part(app, child, fields));
    return () => inner.map((/** @type {() => unknown} */ each) => each());
  }
  if (one.type === 10) return () => markdown(app, one.content);
  const labelled = one.type === 18;
  const component = labelled ? one.component : one;
  const made = labelled || one.type === 4 ? field(app, component, one.label, labelled ? one.description : null) : null;
  if (!made) return () => unknown(`component type ${component.type} in a form`);
  fields.push(made);
  return made.template;
}
