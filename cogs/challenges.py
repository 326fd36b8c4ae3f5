"""Doubted questions: tutors decide, one card at a time, and whoever reported one hears of it once."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping

import discord
from discord.ext import commands

from bot.domain import challenges as rules
from bot.domain.challenges import Decision
from bot.domain.groups import Group
from bot.domain.questions import Kind, units
from bot.domain.quiz import mask, places
from bot.domain.refusals import Refusal, StaleButton
from bot.services import challenge_words, challenges, withdrawn
from bot.services.challenges import Card, Decided
from bot.services.deliveries import Parcel
from bot.services.house import House
from cogs import challenge_cards as cards
from cogs import paper, texts
from cogs import texts_challenges as words
from cogs.feedback_forms import fields
from cogs.paper import Page
from cogs.plain import cut, plain, quiet
from cogs.posting import TooLate, once, post
from cogs.replies import Feature, Interaction, button, press, require_tutor, rows
from cogs.reviewers import place
from cogs.tutor_forms import ask_for, typed

YOURS = "your-words.txt"


class Challenges(Feature):
    """Each press looks anew whether its tutor still is one, and whether the question is still what they saw."""

    # The cards

    async def queue(self, interaction: Interaction) -> None:
        """`/question challenges`."""
        page, view = await self._page(interaction, 0)
        await paper.show(interaction, self.house, page, None if page.embeds else words.NONE_OPEN, view=view)

    @press("ch-page")
    async def turn(self, interaction: Interaction, number: int) -> None:
        page, view = await self._page(interaction, number)
        await paper.replace(interaction, self.house, page, None if page.embeds else words.NONE_OPEN, view=view)

    async def _page(self, interaction: Interaction, number: int) -> tuple[Page, discord.ui.View]:
        group = await self._group(interaction)
        card, number, of = await challenges.queue(self.house.database, group, number, self.house.blueprints)
        if card is None:
            return Page([]), rows([button("ch-out:0", words.SHOW_WITHDRAWN)])
        return cards.challenge(card, number, of), rows(cards.decisions(card, number, of))

    @press("ch-card")
    async def again(self, interaction: Interaction, challenge_id: int, number: int) -> None:
        """Back to the card, which of a question that nobody has reported stands in no queue."""
        card = await self._card(interaction, challenge_id)
        if not card.looked:
            await self.turn(interaction, number)
            return
        view = rows(cards.decisions(card, 0, 1))
        await paper.replace(interaction, self.house, cards.challenge(card, 0, 1), view=view)

    async def _group(self, interaction: Interaction) -> Group:
        """The group of the place, for its tutors. Raises NeedsTutor."""
        group: Group = await self.group(interaction)
        require_tutor(interaction, group.wishes.tutor_role_id)
        return group

    async def _card(self, interaction: Interaction, challenge_id: int) -> Card:
        """By the group of the challenge, not of the place. Raises NoSuchChallenge, ChallengeSettled and NeedsTutor."""
        card, group = await challenges.card(
            self.house.database, challenge_id, interaction.guild_id, self.house.blueprints
        )
        require_tutor(interaction, group.wishes.tutor_role_id)
        return card

    # What would be done is said first

    @press("ch-key")
    async def another_key(self, interaction: Interaction, challenge_id: int, number: int) -> None:
        card = await self._card(interaction, challenge_id)
        if not rules.has_key(card.question):
            raise StaleButton
        await interaction.response.edit_message(view=cards.keys(card, number))

    @press("ch-chosen")
    async def chosen(self, interaction: Interaction, challenge_id: int, number: int) -> None:
        card = await self._card(interaction, challenge_id)
        right = _chosen(interaction, len(card.question.options))
        effect = challenges.effect(card, Decision.KEY, right)
        key = " · ".join(quiet(one.text) for at, one in enumerate(card.question.options) if at in right)
        several = card.question.kind is Kind.MULTI
        said = words.would_rekey(
            cut(key, 900),
            effect.answers,
            effect.members,
            effect.becomes_right,
            effect.becomes_wrong,
            several=several,
        )
        what = f"{challenge_id}:{card.revision}:{mask(right)}"
        more = [] if card.shared else [button(f"ch-why:{what}", words.DO_KEY_WHY)]
        await self._confirm(interaction, card, said, f"ch-do-key:{what}", words.DO_KEY, number, more)

    @press("ch-retire")
    async def retire(self, interaction: Interaction, challenge_id: int, number: int) -> None:
        card = await self._card(interaction, challenge_id)
        said = words.would_retire(card.answers.answers, card.answers.members)
        custom_id = f"ch-do-out:{challenge_id}:{card.revision}:{Decision.RETIRE}"
        await self._confirm(interaction, card, said, custom_id, words.DO_RETIRE, number)

    @press("ch-void")
    async def void(self, interaction: Interaction, challenge_id: int, number: int) -> None:
        card = await self._card(interaction, challenge_id)
        effect = challenges.effect(card, Decision.VOID)
        said = words.would_void(effect.answers, effect.members)
        custom_id = f"ch-do-out:{challenge_id}:{card.revision}:{Decision.VOID}"
        await self._confirm(interaction, card, said, custom_id, words.DO_VOID, number)

    async def _confirm(
        self,
        interaction: Interaction,
        card: Card,
        said: str,
        custom_id: str,
        label: str,
        number: int,
        more: cards.Buttons | None = None,
    ) -> None:
        stem = cut(quiet(" ".join(card.question.stem.split())), 300)
        text = f"> {stem}\n{words.WOULD_HIDE if card.shared else said}"
        do = button(custom_id, words.HIDE if card.shared else label, style=discord.ButtonStyle.danger)
        view = rows([do, *(more or []), button(f"ch-card:{card.challenge_id}:{number}", words.BACK)])
        await paper.replace(interaction, self.house, Page([]), text, view=view)

    @press("ch-edit")
    async def edit(self, interaction: Interaction, challenge_id: int, number: int) -> None:  # noqa: ARG002  as its neighbours
        card = await self._card(interaction, challenge_id)
        await interaction.response.send_modal(cards.form(card))

    @press("ch-right")
    async def right(self, interaction: Interaction, challenge_id: int, number: int) -> None:  # noqa: ARG002  the same
        await self._card(interaction, challenge_id)
        await ask_for(interaction, f"chm-right:{challenge_id}", words.RIGHT_TITLE, words.RIGHT_LABEL, rules.WORDS)

    # Then it is done, once

    @press("ch-do-key")
    async def do_key(self, interaction: Interaction, challenge_id: int, revision: int, right: int) -> None:
        await self._correct(interaction, challenge_id, revision, right)

    @press("ch-why")
    async def why(self, interaction: Interaction, challenge_id: int, revision: int, right: int) -> None:
        card = await self._card(interaction, challenge_id)
        said = card.question.explanation
        await ask_for(
            interaction,
            f"chm-why:{challenge_id}:{revision}:{right}",
            words.WHY_TITLE,
            words.FIELDS[rules.EXPLANATION],
            rules.FIELD,
            value=said if units(said) <= rules.FIELD else "",
            required=False,
        )

    @press("chm-why")
    async def explained(self, interaction: Interaction, challenge_id: int, revision: int, right: int) -> None:
        """Its key is corrected, and the reason with it; what was typed comes back with a refusal."""
        text = typed(interaction)
        try:
            await self._correct(interaction, challenge_id, revision, right, text)
        except Refusal as refusal:
            await _hand_back(interaction, refusal, {rules.EXPLANATION: text})

    async def _correct(
        self, interaction: Interaction, challenge_id: int, revision: int, right: int, explanation: str | None = None
    ) -> None:
        await self._card(interaction, challenge_id)
        done = await challenges.correct_key(
            self.house.database,
            challenge_id,
            revision,
            places(right),
            interaction.guild_id,
            self.house.blueprints,
            interaction.created_at,
            explanation,
        )
        await self._done(interaction, done)

    @press("ch-do-out")
    async def do_out(self, interaction: Interaction, challenge_id: int, revision: int, decision: str) -> None:
        if decision not in (Decision.RETIRE, Decision.VOID):
            raise StaleButton
        await self._card(interaction, challenge_id)
        done = await challenges.withdraw(
            self.house.database,
            challenge_id,
            revision,
            Decision(decision),
            interaction.guild_id,
            self.house.blueprints,
            interaction.created_at,
        )
        await self._done(interaction, done)

    @press("chm-edit")
    async def edited(self, interaction: Interaction, challenge_id: int, revision: int) -> None:
        """What was typed comes back with a refusal."""
        written = {name: str(text) for name, text in fields(interaction).items()}
        try:
            await self._card(interaction, challenge_id)
            done = await challenges.reword(
                self.house.database,
                challenge_id,
                revision,
                written,
                interaction.guild_id,
                self.house.blueprints,
                interaction.created_at,
            )
        except Refusal as refusal:
            await _hand_back(interaction, refusal, written)
            return
        await self._done(interaction, done)

    @press("chm-right")
    async def upheld(self, interaction: Interaction, challenge_id: int) -> None:
        await self._card(interaction, challenge_id)
        done = await challenges.uphold(
            self.house.database, challenge_id, typed(interaction), interaction.guild_id, interaction.created_at
        )
        await self._done(interaction, done)

    async def _done(self, interaction: Interaction, done: Decided) -> None:
        self.client.dispatch("agenda_changed")
        if done.rejudged:
            self.client.dispatch("evidence_changed")
        text = words.PASSED_ON if done.shared else words.DONE[done.decision.value]
        text = " ".join([text, *([words.FOLLOW] if done.rejudged else []), *([words.TOLD] if done.told else [])])
        view = rows([button("ch-page:0", words.NEXT)])
        await paper.replace(interaction, self.house, Page([]), text, view=view)

    # What was taken out

    async def out(self, interaction: Interaction) -> None:
        """`/question withdrawn`."""
        page, view = await self._out(interaction, 0)
        await paper.show(interaction, self.house, page, None if page.embeds else words.NONE_OUT, view=view)

    @press("ch-out")
    async def turn_out(self, interaction: Interaction, number: int) -> None:
        page, view = await self._out(interaction, number)
        await paper.replace(interaction, self.house, page, None if page.embeds else words.NONE_OUT, view=view)

    async def _out(self, interaction: Interaction, number: int) -> tuple[Page, discord.ui.View]:
        group = await self._group(interaction)
        blueprint, every = self.house.blueprint(group), self.house.blueprints
        one, number, of = await withdrawn.shown(self.house.database, group, blueprint, number, every)
        if one is None:
            return Page([]), rows(())
        made = [] if one.shared else [button(f"ch-back:{one.question_id}", words.TAKE_BACK)]
        if of > 1:
            made.append(button(f"ch-out:{(number + 1) % of}", words.NEXT))
        return cards.withdrawn(one, number, of), rows(made)

    @press("ch-back")
    async def take_back(self, interaction: Interaction, question_id: int) -> None:
        group = await self._group(interaction)
        how = await withdrawn.take_back(self.house.database, group, question_id, self.house.blueprints)
        if how is withdrawn.How.VOID:
            self.client.dispatch("evidence_changed")
        view = rows([button("ch-out:0", words.NEXT)])
        await paper.replace(interaction, self.house, Page([]), words.BACK_IN[how.value], view=view)

    # Messages

    @post(challenge_words.WORD)
    async def tell(self, parcel: Parcel) -> int | None:
        """A direct message; where those are closed, it is told at the next contact."""
        user = await challenge_words.addressee(self.house.database, parcel.delivery)
        if user is None:
            raise TooLate
        text = said(parcel.delivery.payload, place(self.client.get_guild(parcel.group.guild_id), parcel.group))
        dm = await self.client.create_dm(discord.Object(user))
        return await once(self.client, dm, parcel, lambda message: message.content == text, content=text)


async def _hand_back(interaction: Interaction, refusal: Refusal, written: Mapping[str, str]) -> None:
    """Nobody has to type it twice."""
    text = "\n\n".join(f"{name}:\n{said}" for name, said in written.items())
    file = discord.File(io.BytesIO(text.encode()), filename=YOURS)
    await interaction.response.send_message(texts.refusal(refusal), file=file, ephemeral=True)


def said(word: dict[str, str], where: str) -> str:
    """What is told of a challenge, from what is kept of it."""
    told = cut(plain(word["words"]), 900) if word["what"] == Decision.RIGHT else cut(quiet(word["words"]), 900)
    return words.word(word["what"], where, quiet(word["stem"]), told.replace("\n", "\n> "))


def _chosen(interaction: Interaction, options: int) -> Collection[int]:
    """The indexes that were chosen in the menu. Raises StaleButton."""
    data = dict(interaction.data or {})
    values = [str(one) for one in data.get("values") or ()]  # type: ignore[attr-defined]  # discord.py's payload types are open
    if not values or not all(one.isdecimal() and one.isascii() and int(one) < options for one in values):
        raise StaleButton
    return sorted({int(one) for one in values})


def challenges_of(client: commands.Bot) -> Challenges:
    """The one that takes `/question challenges` and `/question withdrawn`."""
    found = client.get_cog(Challenges.__name__)
    assert isinstance(found, Challenges)
    return found


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Challenges(client, house)
