/** The messages of a channel: by day and author, with the line where the unread ones begin. */

import { guard, html, nothing, ref, repeat } from "./lit.js";
import { grouped, item } from "./message.js";

/** @typedef {import("./pane.js").Pane} Pane */

/** @param {Pane} pane */
export function log(pane) {
  return html`<div
    class="scroll"
    role="log"
    aria-label=${`Messages of this ${pane.beside ? "thread" : "channel"}`}
    aria-busy=${pane.loading ? "true" : nothing}
    aria-relevant="additions"
    tabindex="0"
    @keydown=${(/** @type {KeyboardEvent} */ event) => walk(pane, event)}
    @focusin=${lend}
    @focusout=${takeBack}
    ${ref(pane.scroll.box)}
  >
    <ol class="messages" ${ref(pane.scroll.list)}>
      ${beginning(pane)} ${repeat(rows(pane), (row) => row.key, (row) => row.draw())}
    </ol>
  </div>`;
}

/** @param {Pane} pane */
function beginning(pane) {
  const channel = pane.channel();
  if (!channel || (pane.loading && !pane.messages.length)) return nothing;
  if (pane.earlier)
    return html`<li class="beginning">
      <button type="button" class="button secondary small" ?disabled=${pane.loading} @click=${() => void pane.more()}>
        Earlier messages
      </button>
    </li>`;
  const { names } = pane.app;
  const dm = !channel.name;
  const title = dm ? names.ofChannel(channel) : channel.name;
  const words = dm
    ? `This is the beginning of your messages with ${title}.`
    : `This is the beginning of ${names.label(channel)}.`;
  return html`<li class="beginning">
    <p class="beginning-title">${dm ? title : names.label(channel)}</p>
    <p>${words}${pane.messages.length ? "" : " Nothing has been written here yet."}</p>
  </li>`;
}

/** @param {Pane} pane @returns {{key: string, draw: () => unknown}[]} */
function rows(pane) {
  const { time } = pane.app;
  /** @type {{key: string, draw: () => unknown}[]} */
  const out = [];
  let day = NaN;
  /** @type {any} */
  let previous = null;
  const shared = common(pane);
  for (const message of pane.messages) {
    const midnight = time.midnight(Date.parse(message.timestamp));
    const isNew = message.id === pane.newFrom;
    if (midnight !== day || isNew) {
      const dated = midnight !== day;
      const text = dated ? time.format(Date.parse(message.timestamp), "D") : "";
      out.push({ key: `day ${midnight} ${isNew}`, draw: () => divider(text, isNew) });
      previous = null;
    }
    day = midnight;
    const above = previous;
    out.push({ key: message.id, draw: () => guard(depends(pane, message, above, shared), () => item(pane, message, above)) });
    previous = message;
  }
  return out;
}

/**
 * What all messages are drawn with: names, zone, the day that is today, who reads, and where.
 * @param {Pane} pane
 */
function common({ app, channelId }) {
  return [app.names.version, app.time.midnight(app.time.now), app.me.id, app.guild()?.id, channelId].join(" ");
}

/**
 * All that one message is drawn with: while it is the same, nothing of the message is drawn anew.
 * @param {Pane} pane @param {any} message @param {any} previous @param {string} shared
 */
function depends({ app }, message, previous, shared) {
  const thread = app.channel(message.id) ?? message.thread;
  return [
    message,
    grouped(message, previous),
    shared,
    app.failures.get(message.id),
    app.interactions.busyOn(message.id),
    thread ? `${thread.id} ${thread.message_count} ${thread.name}` : "",
  ];
}

/** @param {string} text @param {boolean} isNew */
function divider(text, isNew) {
  return html`<li class="divider ${isNew ? "new" : ""}">
    <span>${text}</span>${isNew ? html`<span class="new-mark"><span class="hidden">Unread from here: </span>New</span>` : nothing}
  </li>`;
}

/**
 * Arrow keys go from message to message; Enter on one goes into it, the menu key opens its actions.
 * @param {Pane} pane @param {KeyboardEvent} event
 */
function walk(pane, event) {
  const box = /** @type {HTMLElement} */ (event.currentTarget);
  const target = /** @type {HTMLElement} */ (event.target);
  const items = /** @type {HTMLElement[]} */ ([...box.querySelectorAll(".messages > [tabindex]")]);
  const at = items.indexOf(target);
  if (target !== box && at < 0) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    const around = target.closest("li[tabindex]");
    if (around instanceof HTMLElement) around.focus();
    return event.preventDefault();
  }
  const last = items.length - 1;
  const next = {
    ArrowUp: at < 0 ? last : Math.max(0, at - 1),
    ArrowDown: at < 0 ? last : Math.min(last, at + 1),
    Home: 0,
    End: last,
  }[event.key];
  if (next !== undefined && items[next]) {
    event.preventDefault();
    items[next].focus({ preventScroll: true });
    items[next].scrollIntoView({ block: "nearest" });
  } else if (event.key === "Escape" && at >= 0) {
    event.preventDefault();
    pane.composer.focus();
  } else if (event.key === "Enter" && at >= 0) {
    const inner =
      items[at].querySelector(".components :is(button, a):not(:disabled)") ??
      items[at].querySelector(".tool:last-child, button, a");
    if (inner instanceof HTMLElement) inner.focus();
    event.preventDefault();
  }
}

/**
 * The tools of a message can be reached by Tab while the focus is in it: a hundred messages are no three hundred stops.
 * @param {FocusEvent} event
 */
function lend(event) {
  const around = /** @type {Element} */ (event.target).closest("li.message");
  for (const tool of around?.querySelectorAll(".tool") ?? []) /** @type {HTMLElement} */ (tool).tabIndex = 0;
}

/** @param {FocusEvent} event */
function takeBack(event) {
  const around = /** @type {Element} */ (event.target).closest("li.message");
  if (!around || around.contains(/** @type {Node | null} */ (event.relatedTarget))) return;
  for (const tool of around.querySelectorAll(".tool")) /** @type {HTMLElement} */ (tool).tabIndex = -1;
}

/** Stay at the newest message while one is there: text comes, pictures load, the input line grows. */
export class Scroll {
  #following = true;
  /** @type {HTMLElement | null} */
  #box = null;
  #observer = new ResizeObserver(() => this.#following && this.toEnd());

  /**
   * For the box that scrolls.
   * @param {Element | undefined} element
   */
  box = (element) => {
    if (!(element instanceof HTMLElement) || element === this.#box) return;
    this.#box = element;
    let before = 0;
    element.addEventListener("scroll", () => {
      const { scrollTop } = element;
      // A picture may have grown the list since the page itself scrolled: only who goes up looks at something else.
      if (element.scrollHeight - scrollTop - element.clientHeight < 80) this.#following = true;
      else if (scrollTop < before) this.#following = false;
      before = scrollTop;
    });
    this.#observer.observe(element);
  };

  /**
   * For the list in it.
   * @param {Element | undefined} element
   */
  list = (element) => {
    if (element) this.#observer.observe(element);
  };

  /** Whether the newest message is in sight. */
  get following() {
    return this.#following;
  }

  /** Go to the newest message, and follow. */
  toEnd() {
    this.#following = true;
    if (this.#box) this.#box.scrollTop = this.#box.scrollHeight;
  }

  /**
   * Go so far down.
   * @param {number} pixels
   */
  by(pixels) {
    if (this.#box) this.#box.scrollTop += pixels;
  }

  /** Somebody looks at something further up. */
  hold() {
    this.#following = false;
  }
}
