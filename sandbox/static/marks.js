/** Discord's Markdown as rules of markdown-it: only these are switched on, all else stays text. */

import MarkdownIt from "./vendor/markdown-it/markdown-it.js";

const HEADING = /^(#{1,3}|-#)[ \t]+(\S.*?)[ \t]*$/;
const ITEM = /^([ \t]*)([-*]|\d{1,9}\.)[ \t]+(\S.*)$/;
/** A fence or a spoiler over several lines stands anywhere in a line: it is kept aside, this character marks its place. */
const KEPT = "\uE000";
const FENCE = /```(?:([\w+-]+)\n)?\n?([\s\S]+?)\n?```/g;
const LONG_SPOILER = /\|\|((?:(?!\|\|)[\s\S])*\n(?:(?!\|\|)[\s\S])*)\|\|/g;

/** What the inline rules look for; everything up to the next of these is text. */
const MARKS = /[\n\\`*_~|<[\]@:h\uE000]/g;

/**
 * What a text may refer to.
 * @typedef {object} Env
 * @property {(kind: string, id: string) => string | null} name
 * @property {(ms: number, style: string) => string} time
 * @property {{html: string}[]} [kept]
 * @property {boolean} [quoted]
 */

/** A reader of a message's text; HTML comes out, still to be cleaned. */
export function reader() {
  const md = new MarkdownIt("zero", { html: false, linkify: true, breaks: false });
  md.enable(["emphasis", "strikethrough", "backticks", "escape", "link", "linkify"]);
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  for (const scheme of ["ftp:", "mailto:", "//"]) md.linkify.add(scheme, null);
  md.validateLink = (/** @type {string} */ url) => /^https?:\/\/[^\s/]/i.test(url);
  md.core.ruler.before("block", "kept", keepAside);
  md.block.ruler.before("paragraph", "heading", heading, { alt: ["paragraph"] });
  md.block.ruler.before("paragraph", "quote", quote, { alt: ["paragraph"] });
  md.block.ruler.before("paragraph", "items", items, { alt: ["paragraph"] });
  md.block.ruler.at("paragraph", lines);
  md.inline.ruler.at("text", plain);
  md.inline.ruler.before("link", "references", references);
  md.inline.ruler.before("link", "spoiler", spoiler);
  md.inline.ruler.push("kept", putBack);
  Object.assign(md.renderer.rules, RENDERED);
  return md;
}

// Blocks

/** @param {any} state */
function keepAside(state) {
  if (state.inlineMode) return;
  const { env, md } = state;
  const kept = (env.kept ??= []);
  const keep = (/** @type {string} */ html) => `${KEPT}${kept.push({ html }) - 1}${KEPT}`;
  state.src = state.src
    .replace(FENCE, (/** @type {string} */ _, /** @type {string} */ __, /** @type {string} */ code) =>
      keep(`<pre><code>${md.utils.escapeHtml(code)}</code></pre>`),
    )
    .replace(LONG_SPOILER, (/** @type {string} */ _, /** @type {string} */ inner) =>
      keep(hidden("div", md.render(inner.trim(), { ...env, kept }))),
    );
}

/**
 * The text of a line without its outer indentation.
 * @param {any} state @param {number} line @returns {string}
 */
const lineAt = (state, line) => state.src.slice(state.bMarks[line], state.eMarks[line]);

/** @param {any} state @param {string} tag @param {string} name @param {string} content @param {[number, number]} map */
function leaf(state, tag, name, content, map) {
  const open = state.push(`${name}_open`, tag, 1);
  open.map = map;
  const inner = state.push("inline", "", 0);
  Object.assign(inner, { content, map, children: [] });
  state.push(`${name}_close`, tag, -1);
  return open;
}

/** @param {any} state @param {number} from @param {number} _ @param {boolean} silent */
function heading(state, from, _, silent) {
  const found = HEADING.exec(lineAt(state, from));
  if (!found) return false;
  if (silent) return true;
  const small = found[1] === "-#";
  // All of one rank for who listens: a message is not a chapter of the page.
  const open = leaf(state, small ? "p" : "h2", "heading", found[2], [from, from + 1]);
  open.attrSet("class", small ? "subtext" : `md-h${found[1].length}`);
  state.line = from + 1;
  return true;
}

/** @param {any} state @param {number} from @param {number} end @param {boolean} silent */
function quote(state, from, end, silent) {
  const first = lineAt(state, from);
  const whole = first.startsWith(">>> ");
  if (state.env.quoted || !(whole || first.startsWith("> "))) return false;
  if (silent) return true;
  const quoted = [whole ? first.slice(4) : first.slice(2)];
  let line = from + 1;
  for (; line < end; line += 1) {
    const text = lineAt(state, line);
    if (!whole && !text.startsWith("> ") && text !== ">") break;
    quoted.push(whole ? text : text.slice(2));
  }
  state.push("blockquote_open", "blockquote", 1).map = [from, line];
  state.env.quoted = true;
  state.md.block.parse(quoted.join("\n"), state.md, state.env, state.tokens);
  state.env.quoted = false;
  state.push("blockquote_close", "blockquote", -1);
  state.line = line;
  return true;
}

/** @param {any} state @param {number} from @param {number} end @param {boolean} silent */
function items(state, from, end, silent) {
  if (!ITEM.test(lineAt(state, from))) return false;
  if (silent) return true;
  /** @type {{depth: number, ordered: boolean, start: number, text: string}[]} */
  const found = [];
  let line = from;
  for (; line < end; line += 1) {
    const text = lineAt(state, line);
    const item = ITEM.exec(text);
    const ordered = item ? /\d/.test(item[2]) : false;
    // Another kind of mark at the outer depth begins another list.
    if (item && found.length && item[1].length <= found[0].depth && ordered !== found[0].ordered) break;
    if (item)
      found.push({ depth: item[1].length, ordered, start: Number.parseInt(item[2], 10), text: item[3] });
    else if (/^[ \t]+\S/.test(text)) found[found.length - 1].text += `\n${text.trim()}`;
    else break;
  }
  list(state, found, [from, line]);
  state.line = line;
  return true;
}

/** @param {any} state @param {{depth: number, ordered: boolean, start: number, text: string}[]} found @param {[number, number]} map */
function list(state, found, map) {
  const { depth, ordered, start } = found[0];
  const tag = ordered ? "ol" : "ul";
  const open = state.push("list_open", tag, 1);
  if (ordered && start !== 1) open.attrSet("start", String(start));
  for (let at = 0; at < found.length; at += 1) {
    state.push("list_item_open", "li", 1);
    const inner = state.push("inline", "", 0);
    Object.assign(inner, { content: found[at].text, map, children: [] });
    let next = at + 1;
    while (next < found.length && found[next].depth > depth) next += 1;
    if (next > at + 1) list(state, found.slice(at + 1, next), map);
    at = next - 1;
    state.push("list_item_close", "li", -1);
  }
  state.push("list_close", tag, -1);
}

/**
 * Text keeps its line breaks, blank lines too, until another block begins.
 * @param {any} state @param {number} from @param {number} end
 */
function lines(state, from, end) {
  const rules = state.md.block.ruler.getRules("paragraph");
  let line = from + 1;
  while (line < end && !rules.some((/** @type {any} */ rule) => rule(state, line, end, true))) line += 1;
  const text = state.src.slice(state.bMarks[from], state.eMarks[line - 1]).trimEnd();
  state.line = line;
  leaf(state, "div", "paragraph", text, [from, line]).attrSet("class", "md-p");
  return true;
}

// Inline

/** @param {any} state @param {boolean} silent */
function plain(state, silent) {
  MARKS.lastIndex = state.pos + (/[h\n]/.test(state.src[state.pos]) ? 1 : 0);
  const found = MARKS.exec(state.src);
  const end = Math.min(found ? found.index : state.posMax, state.posMax);
  if (end <= state.pos) return false;
  if (!silent) state.pending += state.src.slice(state.pos, end);
  state.pos = end;
  return true;
}

/**
 * Which reference stands in angle brackets; the first group is what it refers to.
 * @type {[RegExp, string][]}
 */
const REFERENCES = [
  [/^<@!?(\d{1,20})>/, "user"],
  [/^<@&(\d{1,20})>/, "role"],
  [/^<#(\d{1,20})>/, "channel"],
  [/^<\/([-\w\p{L}\p{N} ]{1,100}):\d{1,20}>/u, "command"],
  [/^<t:(-?\d{1,13})(?::([tTdDfFRsS]))?>/, "time"],
  [/^<a?:(\w{2,32}):(\d{1,20})>/, "emoji"],
  [/^<(https?:\/\/[^\s<>]+)>/i, "address"],
  [/^@(everyone|here)\b/, "everyone"],
];

/** @param {any} state @param {boolean} silent */
function references(state, silent) {
  const first = state.src[state.pos];
  if (first !== "<" && first !== "@") return false;
  const rest = state.src.slice(state.pos, state.posMax);
  for (const [pattern, kind] of REFERENCES) {
    const found = pattern.exec(rest);
    if (!found) continue;
    if (!silent) state.push("reference", "", 0).meta = { kind, id: found[1], style: found[2], text: found[0] };
    state.pos += found[0].length;
    return true;
  }
  return false;
}

/** @param {any} state @param {boolean} silent */
function spoiler(state, silent) {
  if (!state.src.startsWith("||", state.pos)) return false;
  const end = state.src.indexOf("||", state.pos + 3);
  if (end < 0 || end >= state.posMax) return false;
  if (!silent) {
    const { pos, posMax } = state;
    state.push("spoiler_open", "span", 1);
    state.pos = pos + 2;
    state.posMax = end;
    state.md.inline.tokenize(state);
    state.posMax = posMax;
    state.push("spoiler_close", "span", -1);
  }
  state.pos = end + 2;
  return true;
}

/** @param {any} state @param {boolean} silent */
function putBack(state, silent) {
  if (state.src[state.pos] !== KEPT) return false;
  const end = state.src.indexOf(KEPT, state.pos + 1);
  const kept = end < 0 ? undefined : state.env.kept?.[Number(state.src.slice(state.pos + 1, end))];
  if (!kept) return false;
  if (!silent) state.push("kept", "", 0).meta = kept;
  state.pos = end + 1;
  // The line's end before and after a block is the block's own.
  if (state.src[state.pos] === "\n") state.pos += 1;
  return true;
}

// As HTML

const COVER = 'class="spoiler" role="button" tabindex="0" aria-label="Spoiler: reveal"';

/** @param {string} tag @param {string} html */
const hidden = (tag, html) =>
  `<${tag} ${COVER}><${tag} class="spoiler-text" aria-hidden="true">${html}</${tag}></${tag}>`;

/** @param {string} text */
function escape(text) {
  return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}

const JUMP = /^https:\/\/(?:\w+\.)?discord\.com\/channels\/[^/]+\/(\d+)(?:\/(\d+))?\/?$/;

/** @type {Record<string, (tokens: any[], index: number, options: any, env: any, renderer: any) => string>} */
const RENDERED = {
  spoiler_open: () => `<span ${COVER}><span class="spoiler-text" aria-hidden="true">`,
  spoiler_close: () => "</span></span>",
  kept: (tokens, index) => tokens[index].meta.html,
  strong_open: (tokens, index) => (tokens[index].markup === "__" ? "<u>" : "<strong>"),
  strong_close: (tokens, index) => (tokens[index].markup === "__" ? "</u>" : "</strong>"),
  reference: (tokens, index, _, env) => refer(tokens[index].meta, env),
  link_open: (tokens, index, _, env) => {
    const url = tokens[index].attrGet("href");
    const place = JUMP.exec(url);
    const close = tokens.findIndex((token, at) => at > index && token.type === "link_close");
    tokens[close].meta = { jump: Boolean(place) };
    if (!place) return `<a href="${escape(url)}" title="${escape(url)}">`;
    const shown = tokens[index].info === "auto" ? env.name("channel", place[1]) : null;
    if (shown) tokens[index + 1].content = `${shown}${place[2] ? " › 💬" : ""}`;
    return `<button type="button" class="mention" data-channel="${place[1]}" data-message="${place[2] ?? ""}">`;
  },
  link_close: (tokens, index) => (tokens[index].meta?.jump ? "</button>" : "</a>"),
};

/** @param {{kind: string, id: string, style?: string, text: string}} reference @param {Env} env */
function refer({ kind, id, style = "f", text }, env) {
  if (kind === "time") return moment(Number(id) * 1000, style, text, env);
  if (kind === "everyone") return `<span class="mention">@${id}</span>`;
  if (kind === "emoji") return `<span class="emoji">:${escape(id)}:</span>`;
  if (kind === "address") return `<a href="${escape(id)}">${escape(id)}</a>`;
  if (kind === "command")
    return `<button type="button" class="mention" data-command="${escape(id)}">/${escape(id)}</button>`;
  const name = env.name(kind, id);
  if (name === null) return `<span class="mention">${kind === "channel" ? "# unknown" : `@unknown-${kind}`}</span>`;
  if (kind === "role") return `<span class="mention">${escape(name)}</span>`;
  return `<button type="button" class="mention" data-${kind}="${id}">${escape(name)}</button>`;
}

/** @param {number} ms @param {string} style @param {string} text @param {Env} env */
function moment(ms, style, text, env) {
  if (Math.abs(ms) > 8.64e15) return escape(text);
  const iso = new Date(ms).toISOString();
  return `<time datetime="${iso}" data-ms="${ms}" data-style="${style}" title="${escape(env.time(ms, "F"))}">${escape(env.time(ms, style))}</time>`;
}
