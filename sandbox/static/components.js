/** Buttons and selects below a message. */

import { h, popup, unknown } from "./dom.js";
import { link, markdown } from "./markdown.js";

const STYLES = ["", "primary", "secondary", "success", "danger", "link"];

/** @typedef {{value: string, label: string, description?: string, emoji?: any, default?: boolean}} Option */

/**
 * What a message's parts need from the page.
 * @typedef {object} Context
 * @property {(customId: string, element: HTMLElement, values?: string[]) => void} act
 * @property {(component: any) => Option[]} options
 * @property {import("./markdown.js").Names} names
 */

/** @param {any[]} components @param {Context} context @returns {HTMLElement[]} */
export function renderComponents(components, context) {
  return components.map((component) => renderComponent(component, context));
}

/** @param {any} component @param {Context} context @returns {HTMLElement} */
function renderComponent(component, context) {
  switch (component.type) {
    case 1:
      return h("div", { class: "row", role: "group" }, ...renderComponents(component.components, context));
    case 2:
      return button(component, context);
    case 3:
    case 5:
    case 6:
    case 7:
    case 8:
      return select(component, context);
    case 10:
      return h("div", { class: "text" }, ...markdown(component.content, context.names));
    case 14:
      return h("hr");
    case 17:
      return h("div", { class: "embed" }, ...renderComponents(component.components, context));
    default:
      return unknown(`this kind of component (type ${component.type})`);
  }
}

/** An emoji as text; a server's own emoji by its name. @param {any} emoji */
export function emojiText(emoji) {
  if (!emoji) return "";
  return emoji.id ? `:${emoji.name}:` : emoji.name;
}

/** @param {any} component @param {Context} context */
function button(component, context) {
  if (component.style === 6) return unknown("premium buttons");
  const content = [
    component.emoji && h("span", { class: "emoji" }, emojiText(component.emoji)),
    component.label,
  ];
  if (component.style === 5) {
    const anchor = link(
      component.url,
      ...content.filter(Boolean),
      h("span", { "aria-hidden": "true" }, " ↗"),
    );
    anchor.className = "button link";
    return anchor;
  }
  const element = h(
    "button",
    {
      type: "button",
      class: `button ${STYLES[component.style] ?? "secondary"}`,
      disabled: component.disabled,
      "data-custom-id": component.custom_id,
      onclick: () => context.act(component.custom_id, element),
    },
    ...content,
  );
  return element;
}

/** @param {any} component @param {Context} context */
function select(component, context) {
  const options = context.options(component);
  const chosen = options.filter((option) => option.default);
  const label =
    chosen.map((option) => option.label).join(", ") || component.placeholder || "Make a selection";
  const min = component.min_values ?? 1;
  const max = Math.min(component.max_values ?? 1, options.length);
  /** @param {string[]} values */
  const send = (values) => context.act(component.custom_id, element, values);
  const element = h(
    "button",
    {
      type: "button",
      class: "select",
      disabled: component.disabled,
      "aria-haspopup": "true",
      "aria-expanded": "false",
      "data-custom-id": component.custom_id,
      onclick: () => (max > 1 ? openMany(element, options, min, max, send) : openOne(element, options, send)),
    },
    h("span", { class: chosen.length ? "" : "placeholder" }, label),
    h("span", { "aria-hidden": "true" }, "⌄"),
  );
  return element;
}

/** @param {Option} option */
function optionText(option) {
  return [
    h("span", {}, emojiText(option.emoji), option.emoji ? " " : "", option.label),
    option.description && h("small", {}, option.description),
  ];
}

/** @param {HTMLElement} opener @param {Option[]} options @param {(values: string[]) => void} send */
function openOne(opener, options, send) {
  const items = options.map((option) =>
    h(
      "button",
      { type: "button", class: "option", onclick: () => (close(), send([option.value])) },
      ...optionText(option),
    ),
  );
  const close = popup(opener, h("div", { role: "group", "aria-label": opener.textContent }, ...items));
}

/**
 * @param {HTMLElement} opener @param {Option[]} options @param {number} min @param {number} max
 * @param {(values: string[]) => void} send
 */
function openMany(opener, options, min, max, send) {
  const boxes = options.map((option) =>
    h(
      "label",
      { class: "option" },
      h("input", { type: "checkbox", value: option.value, checked: option.default }),
      ...optionText(option),
    ),
  );
  const done = h("button", { type: "button", class: "button primary" }, "Done");
  const list = h(
    "div",
    { role: "group", "aria-label": `${opener.textContent}: ${min} to ${max}` },
    ...boxes,
    done,
  );
  const values = () =>
    /** @type {HTMLInputElement[]} */ ([...list.querySelectorAll("input:checked")]).map((box) => box.value);
  const check = () => {
    done.toggleAttribute("disabled", values().length < min || values().length > max);
    done.textContent =
      values().length > max ? `At most ${max}` : values().length < min ? `At least ${min}` : "Done";
  };
  list.addEventListener("change", check);
  check();
  const close = popup(opener, list);
  done.addEventListener("click", () => {
    const picked = values();
    close();
    send(picked);
  });
}
