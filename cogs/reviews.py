"""Giving feedback, and saying what became of it: the buttons of cards."""

from __future__ import annotations

from typing import Any

from discord.ext import commands

from bot.services import feedback, reviews
from bot.services.house import House
from cogs import feedback_forms as forms
from cogs import texts_feedback as words
from cogs.feedback_drafts import drafts_of, is_tutor
from cogs.replies import Feature, Interaction, press, say


class Reviews(Feature):
    """The presses of a review's card, and the button that opens the form for one."""

    @press("fb-give")
    async def give(self, interaction: Interaction, ask_id: int, posting: str) -> None:  # noqa: ARG002  it finds the post
        """The form for feedback, with what the member wrote before."""
        database, guild = self.house.database, interaction.guild_id
        group = await feedback.group_of(database, ask_id, guild)
        await drafts_of(self.client).require_here(interaction, group)
        user, tutor = interaction.user.id, is_tutor(interaction, group)
        found = await reviews.form(database, ask_id, user, guild, tutor=tutor)
        draft = found.draft
        payload, draft_id = (draft.payload, draft.draft_id) if draft else ({}, 0)
        await interaction.response.send_modal(forms.opinion(found, payload, draft_id))

    @press("fbm-review")
    async def given(self, interaction: Interaction, ask_id: int, draft_id: int) -> None:
        group = await feedback.group_of(self.house.database, ask_id, interaction.guild_id)
        typed = forms.fields(interaction)
        payload: dict[str, Any] = {name: typed.get(name, "") for name in ("right_why", "change", "reading", "scores")}
        payload["anonymous"] = typed.get("name") == forms.HIDDEN
        drafts = drafts_of(self.client)
        await drafts.submit(interaction, group, reviews.REVIEW, payload, draft_id=draft_id, ask_id=ask_id)

    @press("fb-ok")
    async def helpful(self, interaction: Interaction, review_id: int, posting: str) -> None:  # noqa: ARG002  as above
        await reviews.helpful(
            self.house.database, review_id, interaction.user.id, interaction.guild_id, interaction.created_at
        )
        self.client.dispatch("agenda_changed")
        await say(interaction, words.MARKED)

    @press("fb-unclear")
    async def unclear(self, interaction: Interaction, review_id: int, posting: str) -> None:  # noqa: ARG002  as above
        await reviews.check_asker(self.house.database, review_id, interaction.user.id, interaction.guild_id)
        await interaction.response.send_modal(forms.follow_up(reviews.UNCLEAR, review_id, {}, 0, interaction.id))

    @press("fbm-unclear")
    async def asked(self, interaction: Interaction, review_id: int, draft_id: int, opened: int) -> None:
        await reviews.check_asker(self.house.database, review_id, interaction.user.id, interaction.guild_id)
        await self._follow_up(interaction, reviews.UNCLEAR, review_id, draft_id, opened)

    @press("fb-answer")
    async def answer(self, interaction: Interaction, review_id: int, posting: str) -> None:  # noqa: ARG002  as above
        found = await reviews.check_reviewer(self.house.database, review_id, interaction.user.id, interaction.guild_id)
        hint = words.ANSWER_HINT_HIDDEN if found.opinion.anonymous else None
        await interaction.response.send_modal(
            forms.follow_up(reviews.ANSWER, review_id, {}, 0, interaction.id, hint=hint)
        )

    @press("fbm-answer")
    async def answered(self, interaction: Interaction, review_id: int, draft_id: int, opened: int) -> None:
        await reviews.check_reviewer(self.house.database, review_id, interaction.user.id, interaction.guild_id)
        await self._follow_up(interaction, reviews.ANSWER, review_id, draft_id, opened)

    async def _follow_up(self, interaction: Interaction, kind: str, review_id: int, draft_id: int, opened: int) -> None:
        card = await reviews.card(self.house.database, review_id)
        assert card is not None, "it was there a moment ago, and cards go with their group"
        payload = {"text": forms.fields(interaction).get("text", ""), "form": opened}
        drafts = drafts_of(self.client)
        await drafts.submit(interaction, card.group, kind, payload, draft_id=draft_id, review_id=review_id)


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Reviews(client, house)
