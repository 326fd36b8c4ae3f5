"""From a form to a post: what was typed is kept, looked at for patients' data, posted, or handed back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord.ext import commands

from bot.domain.feedback import File, Visibility
from bot.domain.groups import Group
from bot.domain.refusals import Refusal
from bot.domain.refusals_feedback import LeftServer, NoSuchDraft
from bot.services import banks, feedback, feedback_drafts, groups, reviews
from bot.services.feedback_drafts import Draft
from bot.services.house import House
from cogs import feedback_forms as forms
from cogs import texts, texts_teachback
from cogs import texts_feedback as words
from cogs.plain import cut, plain
from cogs.presence import Presence
from cogs.replies import Feature, Interaction, button, is_admin, press, roles, rows, say

EXCERPT = 60


class FeedbackDrafts(Feature):
    """The buttons under a draft. The features open their forms themselves, and hand what was typed to `submit`."""

    def __init__(self, client: commands.Bot, house: House) -> None:
        super().__init__(client, house)
        self._presence = Presence(house)

    async def cog_unload(self) -> None:
        await self._presence.close()

    async def require_here(self, interaction: Interaction, group: Group) -> None:
        """A direct message can be pressed by somebody who left, or was sent away. Raises LeftServer."""
        if interaction.guild_id is None:
            guild = self.client.get_guild(group.guild_id)
            if await self._presence.has_left(guild, group, interaction.user.id):
                raise LeftServer

    async def submit(
        self,
        interaction: Interaction,
        group: Group,
        kind: str,
        payload: dict[str, Any],
        *,
        draft_id: int,
        ask_id: int | None = None,
        review_id: int | None = None,
        files: Sequence[File] | None = None,
    ) -> None:
        """Keep what was typed, then post it, or ask first where it looks like a patient's data."""
        kept = await feedback_drafts.keep(
            self.house.database,
            group,
            interaction.user.id,
            kind,
            payload,
            interaction.created_at,
            ask_id=ask_id,
            review_id=review_id,
            draft_id=draft_id,
            files=files,
        )
        if kept.warnings:
            excerpts = [plain(cut(one.words, EXCERPT)) for one in kept.warnings]
            buttons = [
                button(f"fb-on:{kept.draft_id}", words.CHANGE, style=discord.ButtonStyle.primary),
                button(f"fb-post:{kept.draft_id}", words.POST_ANYWAY, style=discord.ButtonStyle.danger),
                button(f"fb-away:{kept.draft_id}", words.PUT_AWAY),
            ]
            await _show(interaction, words.warning(kept.warnings, excerpts), rows(buttons))
            return
        await self._post(interaction, kept.draft_id)

    async def hand_back(self, interaction: Interaction, draft_id: int, refusal: Refusal) -> None:
        """Say why it was not posted, and give the text back."""
        buttons = [
            button(f"fb-on:{draft_id}", words.GO_ON, style=discord.ButtonStyle.primary),
            button(f"fb-away:{draft_id}", words.PUT_AWAY),
        ]
        await _show(interaction, f"{texts.refusal(refusal)}\n{words.KEPT}", rows(buttons))

    async def _post(self, interaction: Interaction, draft_id: int) -> None:
        try:
            draft = await feedback_drafts.of_user(self.house.database, draft_id, interaction.user.id)
            await self.require_here(interaction, await groups.by_id(self.house.database, draft.group_id))
            said = await self._said(interaction, draft)
        except NoSuchDraft:
            raise
        except Refusal as refusal:
            await self.hand_back(interaction, draft_id, refusal)
            return
        self.client.dispatch("agenda_changed")
        await _show(interaction, said, None)

    async def _said(self, interaction: Interaction, draft: Draft) -> str:
        """Post it by its kind; what to tell its writer. Raises what the services raise."""
        database, user, guild, now = (
            self.house.database,
            interaction.user.id,
            interaction.guild_id,
            interaction.created_at,
        )
        match draft.kind:
            case feedback.ASK:
                group = await groups.by_id(database, draft.group_id)
                private = draft.payload["visibility"] == Visibility.PRIVATE.value
                channel = await place(self, group, private=private)
                blueprint = self.house.blueprint(group)
                ask = await feedback.open_ask(database, group, user, draft.draft_id, channel, blueprint, now)
                return words.asked(ask.channel_id, private=private, anonymous=ask.words.anonymous)
            case feedback.ADD:
                await feedback.add(database, user, guild, draft.draft_id, now)
                return words.ADDED
            case reviews.REVIEW:
                group = await groups.by_id(database, draft.group_id)
                given = await reviews.give(
                    database, user, guild, draft.draft_id, now, tutor=is_tutor(interaction, group)
                )
                if given.ask.kind != "ask" and given.ask.trouble is None:
                    return texts_teachback.CHANGED if given.changed else texts_teachback.GIVEN
                return words.given(changed=given.changed, trouble=given.ask.trouble)
            case reviews.UNCLEAR:
                await self._look_for_reviewer(draft)
                asked = await reviews.unclear(database, user, guild, draft.draft_id, now)
                return words.unclear_asked(gone=asked.gone, anonymous=asked.anonymous)
            case reviews.ANSWER:
                await reviews.answer(database, user, guild, draft.draft_id, now)
                return words.ANSWERED
            case _:
                raise NoSuchDraft

    async def _look_for_reviewer(self, draft: Draft) -> None:
        """Learn whether whoever is asked is still in the server; the asker may be told so."""
        reviewer = await reviews.reviewer(self.house.database, draft.review_id or 0)
        if reviewer is not None:
            group = await groups.by_id(self.house.database, draft.group_id)
            await self._presence.changes(self.client.get_guild(group.guild_id), group, [reviewer])

    @press("fb-post")
    async def post_anyway(self, interaction: Interaction, draft_id: int) -> None:
        """Its writer has looked at it, and it is nobody's data."""
        await self._post(interaction, draft_id)

    @press("fb-away")
    async def put_away(self, interaction: Interaction, draft_id: int) -> None:
        await feedback_drafts.put_away(self.house.database, draft_id, interaction.user.id)
        await _show(interaction, words.PUT_AWAY_DONE, None)

    @press("fb-on")
    async def go_on(self, interaction: Interaction, draft_id: int) -> None:
        """The form again, with what was typed into it."""
        database, user, guild = self.house.database, interaction.user.id, interaction.guild_id
        draft = await feedback_drafts.of_user(database, draft_id, user)
        payload, subject = draft.payload, draft.review_id or draft.ask_id or 0
        if draft.kind == feedback.ASK:
            group = await groups.by_id(database, draft.group_id)
            topics = await banks.topics(database, self.house.blueprint(group))
            form = forms.ask(topics, payload, draft_id, interaction.id, on_message=payload["on_message"])
        elif draft.kind == reviews.REVIEW:
            group = await groups.by_id(database, draft.group_id)
            found = await reviews.form(database, subject, user, guild, tutor=is_tutor(interaction, group))
            form = forms.opinion(found, payload, draft_id)
        else:
            form = forms.follow_up(draft.kind, subject, payload, draft_id, interaction.id)
        await interaction.response.send_modal(form)


def is_tutor(interaction: Interaction, group: Group) -> bool:
    """Whether the member may do what tutors do."""
    if interaction.guild_id != group.guild_id:
        return False
    return group.wishes.tutor_role_id in roles(interaction) or is_admin(interaction)


async def place(feature: Feature, group: Group, *, private: bool) -> int:
    """The channel that a question goes to: the group's own where none was chosen, or the chosen one is gone.

    A forum has no private threads: they are made in the group's own channel, too.
    """
    chosen, _ = await feedback.settings(feature.house.database, group)
    channel = None if chosen is None else feature.client.get_channel(chosen)
    if chosen is None or channel is None or (private and isinstance(channel, discord.ForumChannel)):
        return group.wishes.channel_id
    return chosen


def drafts_of(client: commands.Bot) -> FeedbackDrafts:
    """The one that takes what was typed."""
    found = client.get_cog(FeedbackDrafts.__name__)
    assert isinstance(found, FeedbackDrafts)
    return found


async def _show(interaction: Interaction, content: str, view: discord.ui.View | None) -> None:
    """In the place of the message whose button was pressed, where that is one of the member's own."""
    pressed = interaction.type is discord.InteractionType.component
    ours = interaction.message is not None and interaction.message.flags.ephemeral
    if pressed and ours and not interaction.response.is_done():
        await interaction.response.edit_message(content=content, embed=None, view=view)
    else:
        await say(interaction, content, view=view)


def make(client: commands.Bot, house: House) -> commands.Cog:
    return FeedbackDrafts(client, house)
