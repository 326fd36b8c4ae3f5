/** Commands, presses and modals: what a person asks of the bot. */

import { openModal } from "./modal.js";
import { sign } from "./sidebar.js";

const DM_CONTEXT = 1;

export class Interactions {
  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.app = app;
  }

  /** Registered commands of a type (1 slash, 2 on a person, 3 on a message) for the open channel. @param {number} type @returns {any[]} */
  contextCommands(type) {
    const inDm = !this.app.channel(this.app.channelId)?.guild_id;
    return this.app.state.commands.filter(
      (/** @type {any} */ command) =>
        (command.type ?? 1) === type &&
        (!command.guild_id || command.guild_id === this.app.channel(this.app.channelId)?.guild_id) &&
        (inDm
          ? (command.contexts?.includes(DM_CONTEXT) ?? command.dm_permission !== false)
          : !command.contexts || command.contexts.includes(0)),
    );
  }

  /** @param {object} body @returns {Promise<any>} The answer, with status "failed" for a refusal. */
  async #interact(body) {
    try {
      const answer = await this.app.api.post("/interactions", { channel_id: this.app.channelId, ...body });
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
      return answer.status === "failed" ? (answer.error ?? "Something went wrong.") : null;
    });
  }

  /** @param {string} name @param {Record<string, unknown>} options @returns {Promise<string | null>} A refusal. */
  async runCommand(name, options) {
    const answer = await this.#interact({ kind: "command", name, options });
    return answer.status === "failed" ? (answer.error ?? "The application did not respond") : null;
  }

  /** @param {any} command @param {string} target @param {any} message */
  async runOn(command, target, message) {
    const answer = await this.#interact({
      kind: "command",
      name: command.name,
      options: {},
      target_id: target,
    });
    if (answer.status === "failed")
      this.app.fail(message.id, answer.error ?? "The application did not respond");
  }

  /** @param {string} name @param {Record<string, unknown>} options @param {string} focused @returns {Promise<any[]>} */
  async autocomplete(name, options, focused) {
    const answer = await this.#interact({ kind: "autocomplete", name, options, focused });
    return answer.choices ?? [];
  }

  /** @param {any} message @returns {import("./components.js").Context} */
  componentContext(message) {
    return {
      names: this.app.names,
      options: (component) => this.options(component),
      act: async (custom_id, element, values) => {
        this.app.clearFailure(message.id);
        element.setAttribute("aria-busy", "true");
        const answer = await this.#interact({ kind: "component", message_id: message.id, custom_id, values });
        element.removeAttribute("aria-busy");
        if (answer.status === "failed")
          this.app.fail(
            message.id,
            answer.error === "The application did not respond" ? "This interaction failed" : answer.error,
          );
      },
    };
  }

  /** The options of a select: its own, or people, roles, channels. @param {any} component @returns {import("./components.js").Option[]} */
  options(component) {
    const guild = this.app.guild();
    const people = () =>
      guild.members.map((/** @type {any} */ { user }) => ({
        value: user.id,
        label: this.app.displayName(user),
      }));
    const roles = () => guild.roles.map((/** @type {any} */ role) => ({ value: role.id, label: role.name }));
    const types = component.channel_types;
    const channels = () =>
      guild.channels
        .filter((/** @type {any} */ c) => !types?.length || types.includes(c.type))
        .map((/** @type {any} */ c) => ({ value: c.id, label: `${sign(c)} ${c.name}` }));
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
