/** What a person does: write, react, threads, voice, events. */

import { upload } from "./api.js";
import { postFields } from "./forum.js";
import { openModal } from "./modal.js";

const FORUM = 15;

export class Acts {
  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.app = app;
  }

  /** @param {string} channelId @param {string} content @param {File[]} files @param {any} replyTo @returns {Promise<string | null>} A refusal. */
  async sendMessage(channelId, content, files, replyTo) {
    try {
      const attachments = await Promise.all(files.map(upload));
      await this.app.api.post(`/channels/${channelId}/messages`, { content, attachments, reply_to: replyTo?.id });
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** @param {any} message @param {any} emoji @param {boolean} mine */
  async react(message, emoji, mine) {
    const name = emoji.id ? `${emoji.name}:${emoji.id}` : emoji.name;
    const path = `/channels/${message.channel_id}/messages/${message.id}/reactions`;
    await this.app.ask(path, { emoji: name, remove: mine });
  }

  /** @param {string} id @param {string} act @param {object} body */
  async changeThread(id, act, body) {
    await this.app.ask(`/channels/${id}/${act}`, body);
    this.app.reload();
  }

  /**
   * Join a voice or stage channel, or leave (null).
   * @param {string | null} channelId
   */
  async joinVoice(channelId) {
    await this.app.ask("/voice", { channel_id: channelId });
    this.app.reload();
  }

  /**
   * Say whether one is interested in an event.
   * @param {object} body
   */
  async setInterest(body) {
    await this.app.ask("/interest", body);
    this.app.reload();
  }

  /**
   * Ask for a name (in a forum for a text and tags too) and start a thread or post.
   * @param {any} channel @param {any} [message] The message that the thread is about.
   */
  startThread(channel, message) {
    const isForum = channel.type === FORUM;
    const name = { type: 4, style: 1, custom_id: "name", label: "Name", max_length: 100 };
    const components = isForum ? postFields(channel) : [name];
    const modal = { title: isForum ? "New post" : "New thread", components, submit: isForum ? "Post" : "Create" };
    openModal(this.app, modal, async (fields) => {
      try {
        const path = `/channels/${channel.id}/threads`;
        const thread = await this.app.api.post(path, { ...fields, message_id: message?.id });
        await this.app.load();
        await this.app.openChannel(thread.id);
        return null;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    });
  }

  /** @param {string} userId */
  async openDm(userId) {
    const channel = await this.app.ask("/dms", { user_id: userId });
    if (!channel) return;
    await this.app.load();
    await this.app.openChannel(channel.id);
  }
}
