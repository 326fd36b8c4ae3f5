/** The part of Discord's Markdown that Studyhall uses, as nodes. What is not recognised stays text. */

import { h } from "./dom.js";

/**
 * What the text may refer to.
 * @typedef {object} Names
 * @property {(id: string) => string | null} user
 * @property {(id: string) => string | null} role
 * @property {(id: string) => string | null} channel
 * @property {(id: string) => void} openChannel
 * @property {(name: string) => void} openCommand
 * @property {(ms: number, style: string) => string} time
 */

const FENCE = /```(?:[\w+-]*\n)?([\s\S]*?)```/;
const LONG_SPOILER = /\|\|([^|]*\n[\s\S]*?)\|\|/;
const HEADING = /^(#{1,3}|-#) +(.+)$/;
const ITEM = /^(\s*)([-*]|\d{1,3}\.) +(.*)$/;

/**
 * @param {string} text
 * @param {Names} names
 * @returns {Node[]}
 */
export function markdown(text, names) {
  return split(
    text,
    FENCE,
    (code) => h("pre", {}, h("code", {}, code)),
    (rest) =>
      split(
        rest,
        LONG_SPOILER,
        (inner) => spoiler("div", markdown(inner.trim(), names)),
        (plain) => blocks(plain, names),
      ),
  );
}

/**
 * @param {string} text @param {RegExp} pattern
 * @param {(inner: string) => Node} inside @param {(rest: string) => Node[]} outside
 * @returns {Node[]}
 */
function split(text, pattern, inside, outside) {
  const found = pattern.exec(text);
  if (!found) return outside(text);
  const before = text.slice(0, found.index).replace(/\n$/, "");
  const after = text.slice(found.index + found[0].length).replace(/^\n/, "");
  return [
    ...(before ? outside(before) : []),
    inside(found[1]),
    ...(after ? split(after, pattern, inside, outside) : []),
  ];
}

/** @param {string} text @param {Names} names @returns {Node[]} */
function blocks(text, names) {
  const lines = text.split("\n");
  /** @type {Node[]} */
  const out = [];
  /** @type {string[]} */
  let plain = [];
  const flush = () => {
    if (plain.length) out.push(h("p", {}, ...inline(plain.join("\n"), names)));
    plain = [];
  };
  /** @param {(line: string) => boolean} belongs @param {number} from */
  const run = (belongs, from) => {
    let end = from;
    while (end < lines.length && belongs(lines[end])) end += 1;
    return lines.slice(from, end);
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at];
    const heading = HEADING.exec(line);
    if (line.startsWith(">>> ")) {
      flush();
      out.push(h("blockquote", {}, ...markdown([line.slice(4), ...lines.slice(at + 1)].join("\n"), names)));
      break;
    } else if (line.startsWith("> ")) {
      flush();
      const quoted = run((l) => l.startsWith("> "), at);
      out.push(h("blockquote", {}, ...markdown(quoted.map((l) => l.slice(2)).join("\n"), names)));
      at += quoted.length - 1;
    } else if (heading) {
      flush();
      const small = heading[1] === "-#";
      // All of one rank for who listens: the message is not a chapter of the page.
      const name = small ? "subtext" : `md-h${heading[1].length}`;
      out.push(h(small ? "p" : "h2", { class: name }, ...inline(heading[2], names)));
    } else if (ITEM.test(line)) {
      flush();
      const [, depth, mark] = /** @type {RegExpExecArray} */ (ITEM.exec(line));
      const ordered = /\d/.test(mark);
      const items = run((l) => {
        const item = ITEM.exec(l);
        // Another kind of mark at the same depth begins another list.
        return item !== null && (item[1].length > depth.length || /\d/.test(item[2]) === ordered);
      }, at);
      out.push(list(items, names));
      at += items.length - 1;
    } else {
      plain.push(line);
    }
  }
  flush();
  return out;
}

/** @param {string[]} items @param {Names} names @returns {HTMLElement} */
function list(items, names) {
  const parts = items.map((item) => /** @type {RegExpExecArray} */ (ITEM.exec(item)));
  const ordered = /\d/.test(parts[0][2]);
  const start = ordered ? Number.parseInt(parts[0][2], 10) : 1;
  const top = h(ordered ? "ol" : "ul", ordered && start !== 1 ? { start } : {});
  const depth = parts[0][1].length;
  for (let at = 0; at < parts.length; at += 1) {
    const item = h("li", {}, ...inline(parts[at][3], names));
    let end = at + 1;
    while (end < parts.length && parts[end][1].length > depth) end += 1;
    if (end > at + 1) item.append(list(items.slice(at + 1, end), names));
    at = end - 1;
    top.append(item);
  }
  return top;
}

/** @param {string} tag @param {Node[]} content */
function spoiler(tag, content) {
  const inner = h(tag, { class: "spoiler-text", "aria-hidden": "true" }, ...content);
  const outer = h(
    tag,
    { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Spoiler: reveal" },
    inner,
  );
  const reveal = (/** @type {Event} */ event) => {
    if (event instanceof KeyboardEvent && event.key !== "Enter" && event.key !== " ") return;
    if (outer.classList.contains("revealed")) return;
    event.preventDefault();
    outer.classList.add("revealed");
    for (const name of ["role", "tabindex", "aria-label"]) outer.removeAttribute(name);
    inner.removeAttribute("aria-hidden");
  };
  outer.addEventListener("click", reveal);
  outer.addEventListener("keydown", reveal);
  return outer;
}

/** @param {string} url @param {...(Node | string)} content */
export function link(url, ...content) {
  if (!/^https?:\/\//i.test(url)) return h("span", {}, ...content);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...content);
}

/** @param {string} ms @param {string} style @param {Names} names */
function timestamp(ms, style, names) {
  const at = Number(ms) * 1000;
  if (Math.abs(at) > 8.64e15) return h("span", {}, `<t:${ms}>`);
  return h(
    "time",
    { datetime: new Date(at).toISOString(), "data-ms": at, "data-style": style, title: names.time(at, "F") },
    names.time(at, style),
  );
}

/** @param {string} sign @param {string | null} name @param {(() => void) | null} [open] */
function mention(sign, name, open = null) {
  const text = `${sign}${name ?? "unknown"}`;
  return open && name
    ? h("button", { class: "mention", type: "button", onclick: open }, text)
    : h("span", { class: "mention" }, text);
}

const JUMP = /^https:\/\/(?:\w+\.)?discord\.com\/channels\/[^/]+\/(\d+)/;

/** A link to a message of the page's own world opens its channel. @param {string} url @param {Names} names @param {(Node | string)[]} content */
function follow(url, names, content) {
  const place = JUMP.exec(url);
  if (!place) return link(url, ...content);
  return h(
    "button",
    { class: "mention", type: "button", onclick: () => names.openChannel(place[1]) },
    ...content,
  );
}

/** @param {string} url @param {Names} names */
function bare(url, names) {
  const place = JUMP.exec(url);
  return follow(url, names, [place ? `#${names.channel(place[1]) ?? "unknown"} › message` : url]);
}

/** @typedef {(found: RegExpExecArray, names: Names) => Node | string} Rule */
/** @type {[RegExp, Rule][]} */
const RULES = [
  [/\\([^\sA-Za-z0-9])/y, (m) => m[1]],
  [/(`{1,2})([\s\S]*?[^`])\1(?!`)/y, (m) => h("code", {}, m[2].trim() || m[2])],
  [/<t:(-?\d{1,13})(?::([tTdDfFRsS]))?>/y, (m, n) => timestamp(m[1], m[2] ?? "f", n)],
  [/<@!?(\d+)>/y, (m, n) => mention("@", n.user(m[1]))],
  [/<@&(\d+)>/y, (m, n) => mention("@", n.role(m[1]))],
  [/<#(\d+)>/y, (m, n) => mention("#", n.channel(m[1]), () => n.openChannel(m[1]))],
  [/<\/([^:>]+):\d+>/y, (m, n) => mention("/", m[1], () => n.openCommand(m[1]))],
  [/<a?:(\w+):\d+>/y, (m) => `:${m[1]}:`],
  [/<(https?:\/\/[^\s>]+)>/y, (m, n) => bare(m[1], n)],
  [/\[([^\]\n]+)\]\(<?(https?:\/\/[^\s)>]+)>?(?: "[^"]*")?\)/y, (m, n) => follow(m[2], n, inline(m[1], n))],
  [/https?:\/\/[^\s<>]*[^\s<>.,:;!?"')\]|*_~]/y, (m, n) => bare(m[0], n)],
  [/@(everyone|here)\b/y, (m) => mention("@", m[1])],
  [/\|\|([\s\S]+?)\|\|/y, (m, n) => spoiler("span", inline(m[1], n))],
  [/\*\*\*(?=\S)([\s\S]+?)\*\*\*(?!\*)/y, (m, n) => h("strong", {}, h("em", {}, ...inline(m[1], n)))],
  [/\*\*(?=\S)([\s\S]+?)\*\*(?!\*)/y, (m, n) => h("strong", {}, ...inline(m[1], n))],
  [/__(?=\S)([\s\S]+?)__(?!_)/y, (m, n) => h("u", {}, ...inline(m[1], n))],
  [/~~(?=\S)([\s\S]+?)~~/y, (m, n) => h("s", {}, ...inline(m[1], n))],
  [/\*(?=\S)([^*]*[^*\s])\*(?!\*)/y, (m, n) => h("em", {}, ...inline(m[1], n))],
  [/(?<!\w)_(?=\S)([^_]*[^_\s])_(?!\w)/y, (m, n) => h("em", {}, ...inline(m[1], n))],
];

/** @param {string} text @param {Names} names @returns {Node[]} */
export function inline(text, names) {
  /** @type {Node[]} */
  const out = [];
  let plain = "";
  const flush = () => {
    plain.split("\n").forEach((line, index) => {
      if (index) out.push(document.createElement("br"));
      if (line) out.push(document.createTextNode(line));
    });
    plain = "";
  };
  let at = 0;
  while (at < text.length) {
    const hit = RULES.find(([pattern]) => {
      pattern.lastIndex = at;
      return pattern.test(text);
    });
    if (!hit) {
      plain += text[at];
      at += 1;
      continue;
    }
    hit[0].lastIndex = at;
    const found = /** @type {RegExpExecArray} */ (hit[0].exec(text));
    // The rule may read nested text with the same patterns: their lastIndex is not ours any more.
    const end = at + found[0].length;
    const made = hit[1](found, names);
    if (typeof made === "string") plain += made;
    else {
      flush();
      out.push(made);
    }
    at = end;
  }
  flush();
  return out;
}
