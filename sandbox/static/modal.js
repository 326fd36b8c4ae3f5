/** A modal of the bot as a <dialog>. */

import { h, unknown } from "./dom.js";
import { markdown } from "./markdown.js";

/** @typedef {import("./app.js").App} App */

/**
 * Show a modal; `submit` gets the values by custom_id and says what went wrong, or null.
 * @param {App} app @param {any} modal @param {(fields: Record<string, unknown>) => Promise<string | null>} submit
 */
export function openModal(app, modal, submit) {
  const dialog = /** @type {HTMLDialogElement} */ (
    h("dialog", { class: "modal", "aria-labelledby": "modal-title" })
  );
  /** @type {[string, () => unknown][]} */
  const readers = [];
  const problem = h("p", { class: "failure", role: "alert" });
  const send = h("button", { class: "button primary" }, "Submit");
  const form = /** @type {HTMLFormElement} */ (
    h(
      "form",
      { method: "dialog" },
      h("h2", { id: "modal-title" }, modal.title),
      ...modal.components.map((/** @type {any} */ component) => part(app, component, readers)),
      problem,
      h(
        "div",
        { class: "modal-actions" },
        h("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, "Cancel"),
        send,
      ),
    )
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.toggleAttribute("disabled", true);
    const fields = Object.fromEntries(
      await Promise.all(readers.map(async ([id, read]) => [id, await read()])),
    );
    const refused = await submit(fields);
    send.toggleAttribute("disabled", false);
    problem.textContent = refused ?? "";
    if (!refused) dialog.close();
  });
  dialog.append(form);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  /** @type {HTMLElement | null} */ (form.querySelector("input, textarea, select"))?.focus();
}

/** @param {App} app @param {any} component @param {[string, () => unknown][]} readers @returns {HTMLElement} */
function part(app, component, readers) {
  if (component.type === 1)
    return h("div", {}, ...component.components.map((/** @type {any} */ c) => part(app, c, readers)));
  if (component.type === 10) return h("div", { class: "text" }, ...markdown(component.content, app.names));
  if (component.type === 18)
    return field(app, component.component, component.label, component.description, readers);
  if (component.type === 4) return field(app, component, component.label, null, readers);
  return unknown(`this part of a modal (type ${component.type})`);
}

/**
 * @param {App} app @param {any} component @param {string} label @param {string | null} hint
 * @param {[string, () => unknown][]} readers
 */
function field(app, component, label, hint, readers) {
  const input = control(app, component, readers);
  if (!input) return unknown(`this part of a modal (type ${component.type})`);
  const required = component.type !== 23 && (component.required ?? true);
  // A label around a group would toggle its first box: groups are named, not labelled.
  const grouped = component.type === 21 || component.type === 22;
  if (grouped) input.setAttribute("aria-label", label);
  return h(
    grouped ? "div" : "label",
    { class: "field" },
    h(
      "span",
      { class: "label" },
      label,
      required && h("span", { class: "required", "aria-label": "required" }, " *"),
    ),
    hint && h("small", {}, hint),
    input,
  );
}

/** @param {App} app @param {any} component @param {[string, () => unknown][]} readers @returns {HTMLElement | null} */
function control(app, component, readers) {
  const required = component.required ?? true;
  if (component.type === 4) {
    const long = component.style === 2;
    const input = /** @type {HTMLInputElement} */ (
      h(long ? "textarea" : "input", {
        rows: long ? 4 : null,
        required,
        placeholder: component.placeholder,
        minlength: component.min_length,
        maxlength: component.max_length,
      })
    );
    input.value = component.value ?? "";
    readers.push([component.custom_id, () => input.value]);
    return input;
  }
  if ([3, 5, 6, 7, 8].includes(component.type)) {
    const many = (component.max_values ?? 1) > 1;
    const options = app.interactions.options(component);
    const input = /** @type {HTMLSelectElement} */ (
      h(
        "select",
        { required, multiple: many },
        !many && h("option", { value: "" }, component.placeholder ?? "Choose…"),
        ...options.map((option) =>
          h("option", { value: option.value, selected: option.default }, option.label),
        ),
      )
    );
    readers.push([component.custom_id, () => [...input.selectedOptions].map((o) => o.value).filter(Boolean)]);
    return input;
  }
  if (component.type === 19) {
    const input = /** @type {HTMLInputElement} */ (
      h("input", { type: "file", required, multiple: (component.max_values ?? 1) > 1 })
    );
    readers.push([component.custom_id, () => app.uploads(input)]);
    return input;
  }
  if (component.type === 21 || component.type === 22) return boxes(component, readers);
  if (component.type === 23) {
    const input = /** @type {HTMLInputElement} */ (
      h("input", { type: "checkbox", checked: component.default })
    );
    readers.push([component.custom_id, () => input.checked]);
    return input;
  }
  return null;
}

/** A radio or checkbox group. @param {any} component @param {[string, () => unknown][]} readers */
function boxes(component, readers) {
  const type = component.type === 21 ? "radio" : "checkbox";
  const group = h(
    "div",
    { class: "boxes", role: type === "radio" ? "radiogroup" : "group" },
    ...component.options.map((/** @type {any} */ option) =>
      h(
        "label",
        {},
        h("input", { type, name: component.custom_id, value: option.value, checked: option.default }),
        h("span", {}, option.label, option.description && h("small", {}, ` ${option.description}`)),
      ),
    ),
  );
  readers.push([
    component.custom_id,
    () =>
      /** @type {HTMLInputElement[]} */ ([...group.querySelectorAll("input:checked")]).map((box) => box.value),
  ]);
  return group;
}
