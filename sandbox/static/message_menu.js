/** What can be done with a message: react, reply, begin a thread, the apps' own commands. */

import { announce } from "./dom.js";
import { openMenu } from "./menu.js";
import { isThread } from "./names.js";

/** @typedef {import("./pane.js").Pane} Pane */

const QUICK = { "👍": "Thumbs up", "✅": "Done", "❓": "Question", "🎉": "Celebrate", "❤️": "Heart", "👀": "Looking" };
const MORE = { "😂": "Laughing", "🙏": "Thanks", "💡": "Idea", "🔥": "Fire", "👏": "Applause", "🤔": "Thinking" };

/** @param {Pane} pane @param {any} message @param {Record<string, string>} emoji @returns {import("./menu.js").Item[]} */
const reacting = (pane, message, emoji) =>
  Object.entries(emoji).map(([icon, name]) => ({
    label: `React: ${name}`,
    icon,
    act: () => pane.app.acts.react(message, { name: icon }, mine(message, icon)),
  }));

/** @param {any} message @param {string} icon */
const mine = (message, icon) =>
  Boolean(message.reactions?.find((/** @type {any} */ one) => one.emoji.name === icon)?.me);

/** @param {Pane} pane @param {any} message @param {import("./layer.js").Place} place */
export function reactMenu(pane, message, place) {
  openMenu(place, "React", [], [...reacting(pane, message, QUICK), ...reacting(pane, message, MORE)]);
}

/** @param {Pane} pane @param {any} message @param {import("./layer.js").Place} place */
export function messageMenu(pane, message, place) {
  const { app } = pane;
  const channel = pane.channel();
  const name = app.names.of(message.author);
  const thread = app.channel(message.id);
  /** @type {import("./menu.js").Item[]} */
  const items = [];
  const hidden = Boolean((message.flags ?? 0) & 64);
  if (!hidden) items.push({ label: "Reply", icon: "↩", act: () => pane.composer.reply(message) });
  if (!hidden && channel?.guild_id && !isThread(channel))
    items.push(
      thread
        ? { label: "Open thread", icon: "🧵", act: () => void app.openChannel(thread.id) }
        : { label: "Create thread", icon: "🧵", act: () => app.acts.startThread(channel, message) },
    );
  if (message.content) items.push({ label: "Copy text", icon: "📋", act: () => void copy(message.content) });
  if (hidden) items.push({ label: "Dismiss message", icon: "✕", act: () => void pane.dismiss(message) });
  items.push({ label: "Inspect", icon: "🔍", hint: "What went over the wire", act: () => app.tools.inspect(message) });
  const apps = app.interactions.commandsOf(pane.channelId, 3);
  if (apps.length && !hidden) {
    items.push({ label: "Apps" });
    for (const command of apps)
      items.push({ label: command.name, act: () => void app.interactions.runOn(pane, command, message.id, message) });
  }
  items.push(...personItems(pane, message.author, message, name));
  openMenu(place, "Message actions", items, hidden ? [] : reacting(pane, message, QUICK));
}

/**
 * What can be done with a person, as lines of a menu under their name.
 * @param {Pane} pane @param {any} user @param {any} message @param {string} name
 * @returns {import("./menu.js").Item[]}
 */
export function personItems(pane, user, message, name) {
  const { app } = pane;
  /** @type {import("./menu.js").Item[]} */
  const items = [{ label: name }];
  if (user.id !== app.me.id) items.push({ label: `Message ${name}`, icon: "✉", act: () => void app.acts.openDm(user.id) });
  if (!user.bot) items.push({ label: `Mention ${name}`, icon: "@", act: () => pane.composer.write(`@${name} `) });
  if (!user.bot)
    for (const command of app.interactions.commandsOf(pane.channelId, 2))
      items.push({
        label: command.name,
        hint: name,
        act: () => void app.interactions.runOn(pane, command, user.id, message),
      });
  return items.length > 1 ? items : [];
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    announce("Copied.");
  } catch {
    announce("The browser did not allow copying.");
  }
}
