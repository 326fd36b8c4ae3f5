/** Commands, presses and modals: what a person asks of the bot. */

import { announce } from "./dom.js";
import { openModal } from "./modal.js";
import { isThread, sign } from "./names.js";

const DM_CONTEXT = 1;
const SILENT = "The application did not respond";

export class Interactions {
  /**
   * What was pressed and not answered yet: message and custom id.
   * @type {Set<string>}
   */
  #pressed = new Set();

  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.app = app;
  }

  /**
   * Registered commands of a type (1 slash, 2 on a person, 3 on a message) for a channel.
   * @param {string} channelId @param {number} type @returns {any[]}
   */
  commandsOf(channelId, type) {
    const guildId = this.app.channel(channelId)?.guild_id;
    return this.app.state.commands.filter(
      (/** @type {any} */ command) =>
        (command.type ?? 1) === type &&
        (!command.guild_id || command.guild_id === guildId) &&
        (guildId
          ? !command.contexts || command.contexts.includes(0)
          : (command.contexts?.includes(DM_CONTEXT) ?? command.dm_permission !== false)),
    );
  }

  /** @param {object} body @returns {Promise<any>} The answer, with status "failed" for a refusal. */
  async #interact(body) {
    try {
      const answer = await this.app.api.post("/interactions", body);
      if (answer.status === "modal") this.#openModal(answer);
      return answer;
    } catch (error) {
      return { status: "failed", error: error instanceof Error ? error.message : String(error) };
    }
  }

  /** @param {any} answer */
  #openModal({ interaction_id, modal }) {
    openModal(this.app, modal, async (fields) => {
      const answer = await this.#interact({ kind: "modal", interaction_id, fields });
      if (answer.status !== "failed") return null;
      return !answer.error || answer.error === SILENT ? "Something went wrong. Try again." : answer.error;
    });
  }

  /** @param {string} channel_id @param {string} name @param {Record<string, unknown>} options @returns {Promise<string | null>} A refusal. */
  async runCommand(channel_id, name, options) {
    const answer = await this.#interact({ kind: "command", channel_id, name, options });
    return answer.status === "failed" ? (answer.error ?? SILENT) : null;
  }

  /**
   * Run a context command.
   * @param {import("./pane.js").Pane} pane @param {any} command @param {string} target_id @param {any} message Below which a failure is said.
   */
  async runOn(pane, command, target_id, message) {
    const answer = await this.#interact({
      kind: "command",
      channel_id: pane.channelId,
      name: command.name,
      options: {},
      target_id,
    });
    if (answer.status !== "failed") return;
    if (message) this.app.fail(message.id, answer.error ?? SILENT);
    else announce(answer.error ?? SILENT);
  }

  /** @param {string} channel_id @param {string} name @param {Record<string, unknown>} options @param {string} focused @returns {Promise<any[]>} */
  async autocomplete(channel_id, name, options, focused) {
    const answer = await this.#interact({ kind: "autocomplete", channel_id, name, options, focused });
    return answer.choices ?? [];
  }

  /**
   * Whether a button or select waits for its answer.
   * @param {string} messageId @param {string} customId
   */
  busy(messageId, customId) {
    return this.#pressed.has(`${messageId} ${customId}`);
  }

  /**
   * Everything of a message that waits for its answer.
   * @param {string} messageId
   */
  busyOn(messageId) {
    return this.#pressed.size ? [...this.#pressed].filter((one) => one.startsWith(`${messageId} `)).join() : "";
  }

  /**
   * Press a button, or choose in a select.
   * @param {any} message @param {string} custom_id @param {string[]} [values]
   */
  async press(message, custom_id, values) {
    const key = `${message.id} ${custom_id}`;
    if (this.#pressed.has(key)) return;
    this.#pressed.add(key);
    this.app.failures.delete(message.id);
    this.app.draw();
    const answer = await this.#interact({
      kind: "component",
      channel_id: message.channel_id,
      message_id: message.id,
      custom_id,
      values,
    });
    this.#pressed.delete(key);
    if (answer.status === "failed")
      this.app.fail(message.id, !answer.error || answer.error === SILENT ? "This interaction failed" : answer.error);
    this.app.draw();
  }

  /**
   * The options of a select: its own, or people, roles, channels.
   * @param {any} component @returns {import("./select.js").Option[]}
   */
  options(component) {
    const guild = this.app.guild();
    const defaults = new Set((component.default_values ?? []).map((/** @type {any} */ one) => String(one.id)));
    /** @param {string} value @param {string} label */
    const option = (value, label) => ({ value, label, default: defaults.has(value) });
    const people = () =>
      (guild?.members ?? []).map((/** @type {any} */ { user }) => option(user.id, this.app.names.of(user)));
    const roles = () =>
      (guild?.roles ?? []).map((/** @type {any} */ role) =>
        option(role.id, role.name.startsWith("@") ? role.name : `@${role.name}`),
      );
    const types = component.channel_types;
    const channels = () =>
      (guild?.channels ?? [])
        .filter((/** @type {any} */ one) => (types?.length ? types.includes(one.type) : !isThread(one)))
        .map((/** @type {any} */ one) => option(one.id, `${sign(one)} ${one.name}`));
    switch (component.type) {
      case 5:
        return people();
      case 6:
        return roles();
      case 7:
        return [...people(), ...roles()];
      case 8:
        return channels();
      default:
        return component.options ?? [];
    }
  }
}
