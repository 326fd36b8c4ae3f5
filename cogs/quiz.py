"""Answering the daily question, and practising."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.groups import Group
from bot.domain.instants import to_ms
from bot.domain.misses import Reason
from bot.domain.quiz import Asked, Confidence, Kind
from bot.domain.refusals import OnlyInServer, RoundClosed, StaleButton, UnknownTopic
from bot.services import banks, misses, quiz
from bot.services.answers import Press, Receipt, Sureness
from bot.services.house import House
from cogs import cards, paper, results, texts, texts_streaks
from cogs.plain import cut, plain
from cogs.replies import Feature, Interaction, button, press, roles, rows, say, seen_by_others
from cogs.results import ANY_TOPIC


class Quiz(Feature):
    """The presses of a round's buttons, and /quiz practice."""

    commands_group = app_commands.Group(name="quiz", description="Questions to practise with", guild_only=True)

    def __init__(self, client: commands.Bot, house: House) -> None:
        super().__init__(client, house)
        self._news = results.News(client)

    async def group(self, interaction: Interaction) -> Group:
        """The group of the place; in direct messages the one that the member practised for last."""
        if interaction.guild_id is None:
            return await quiz.practising(self.house.database, interaction.user.id)
        found: Group = await super().group(interaction)
        return found

    @press("a")
    async def answer(self, interaction: Interaction, round_id: int, choice: int) -> None:
        """A letter was pressed: keep the answer first, then say so."""
        at = to_ms(interaction.created_at)
        try:
            receipt = await self.house.desk.answer(
                Press(
                    round_id,
                    interaction.user.id,
                    interaction.guild_id,
                    choice,
                    at,
                    roles(interaction),
                    message_id=interaction.extras.get("message_id"),
                )
            )
        except RoundClosed as closed:
            offer = rows([button(f"p:{closed.round_id}", texts.PRACTISE_IT)])
            await say(interaction, texts.refusal(closed), view=offer)
            return
        self._news.tell(receipt)
        await results.hand_over(interaction, receipt, own=receipt.kind is Kind.PRACTICE)

    @press("c")
    async def sureness(self, interaction: Interaction, round_id: int, word: str) -> None:
        """*Sure* or *Guess* was tapped: keep it, then show the result on the same message."""
        try:
            confidence = Confidence(word)
        except ValueError:
            raise StaleButton from None
        if seen_by_others(interaction):
            raise StaleButton
        outcome = await self.house.desk.sureness(
            Sureness(round_id, interaction.user.id, interaction.guild_id, confidence, to_ms(interaction.created_at))
        )
        note = texts_streaks.carried(interaction.message.content) if interaction.message is not None else None
        if isinstance(outcome, Receipt):
            content = results.receipt_text(replace(outcome, again=False))
            await interaction.response.edit_message(content=f"{content}\n{note}" if note else content, view=None)
            return
        above = "\n".join(part for part in (note, results.why(outcome)) if part) or None
        await paper.replace(interaction, self.house, results.result_page(outcome), above, view=results.after(outcome))

    @press("w")
    async def why_missed(self, interaction: Interaction, round_id: int, word: str) -> None:
        """The reason of a miss was tapped: keep it and show it; another tap changes it."""
        try:
            reason = Reason(word)
        except ValueError:
            raise StaleButton from None
        result = await misses.keep(
            self.house.database,
            round_id,
            interaction.user.id,
            interaction.guild_id,
            reason,
            interaction.created_at,
        )
        if seen_by_others(interaction):
            raise StaleButton
        await interaction.response.edit_message(content=results.why(result), view=results.after(result))

    @press("r")
    async def my_answer(self, interaction: Interaction, round_id: int) -> None:
        """How did I do in this round?"""
        result = await quiz.result(
            self.house.database, round_id, interaction.user.id, interaction.guild_id, interaction.created_at
        )
        await paper.show(
            interaction,
            self.house,
            results.result_page(result),
            results.why(result),
            view=rows(results.miss_buttons(result)),
        )

    @press("p")
    async def practise_it(self, interaction: Interaction, round_id: int) -> None:
        """The question of a closed round once more, unrated."""
        if interaction.guild_id is None:
            raise OnlyInServer
        asked = await quiz.practise_again(
            self.house.database,
            round_id,
            interaction.user.id,
            interaction.guild_id,
            interaction.created_at,
            self.house.plan.rng,
            self.house.blueprints,
        )
        await paper.show(interaction, self.house, cards.practice_card(asked), view=cards.practice_buttons(asked))

    @press("d")
    async def begin(self, interaction: Interaction, topics: str) -> None:
        """Practise just these topics, in turns."""
        group = await self.group(interaction)
        asked = await self._practise(interaction, group, focus=focus_of(topics))
        await paper.show(interaction, self.house, cards.practice_card(asked), view=cards.practice_buttons(asked))

    @press("n")
    async def another(self, interaction: Interaction, topics: str) -> None:
        """The next practice question, in the place of the last one."""
        group = await self.group(interaction)
        asked = await self._practise(interaction, group, focus=() if topics == ANY_TOPIC else focus_of(topics))
        await paper.replace(interaction, self.house, cards.practice_card(asked), view=cards.practice_buttons(asked))

    @commands_group.command(name="practice", description="A question just for you; it never moves the board")
    @app_commands.describe(topic="A topic of your exam; without one, what helps you most")
    async def practice(self, interaction: Interaction, topic: str | None = None) -> None:
        group = await self.group(interaction)
        slug = None if topic is None else await self._slug(group, topic)
        asked = await self._practise(interaction, group, slug)
        await paper.show(interaction, self.house, cards.practice_card(asked), view=cards.practice_buttons(asked))

    async def _practise(
        self, interaction: Interaction, group: Group, slug: str | None = None, focus: Sequence[int] = ()
    ) -> Asked:
        return await quiz.practise(
            self.house.database,
            group,
            interaction.user.id,
            blueprint=self.house.blueprint(group),
            topic=slug,
            focus=focus,
            now=interaction.created_at,
            rng=self.house.plan.rng,
        )

    async def _slug(self, group: Group, words: str) -> str:
        topics = await banks.topics(self.house.database, self.house.blueprint(group), group.group_id)
        wanted = words.strip().casefold()
        exact = [one for one in topics if wanted in (one.slug, one.name.casefold())]
        begins = [one for one in topics if one.name.casefold().startswith(wanted)]
        for found in (exact, begins):
            if len(found) == 1:
                return found[0].slug
        names = {one.name.casefold(): one.name for one in topics}
        near = difflib.get_close_matches(wanted, names, n=2, cutoff=0.5)
        raise UnknownTopic(plain(cut(words, 50)), tuple(names[one] for one in near))

    @practice.autocomplete("topic")
    async def topics(self, interaction: Interaction, words: str) -> list[app_commands.Choice[str]]:
        group = await self.group(interaction)
        found = await banks.topics(self.house.database, self.house.blueprint(group), group.group_id)
        return [
            app_commands.Choice(name=cut(one.name, 100), value=one.slug)
            for one in found
            if one.questions and words.casefold() in one.name.casefold()
        ][:25]

    @press("f")
    async def flag(self, interaction: Interaction, round_id: int) -> None:
        """A bad question? Ask what is wrong with it."""
        modal = discord.ui.Modal(title=texts.FLAG_TITLE, custom_id=f"flag:{round_id}", timeout=900)
        modal.add_item(
            discord.ui.TextInput(
                label=texts.FLAG_LABEL, custom_id="reason", style=discord.TextStyle.paragraph, max_length=500
            )
        )
        await interaction.response.send_modal(modal)

    @press("flag")
    async def flagged(self, interaction: Interaction, round_id: int) -> None:
        reason = modal_value(interaction, "reason").strip()
        await quiz.flag(
            self.house.database,
            round_id,
            interaction.user.id,
            interaction.guild_id,
            reason,
            interaction.created_at,
        )
        self.client.dispatch("agenda_changed")
        await say(interaction, texts.FLAG_THANKS)


def focus_of(word: str) -> tuple[int, ...]:
    """The topics of a button that `cards.focus` made. Raises StaleButton."""
    if re.fullmatch(r"t\d{1,9}(-\d{1,9})*", word, re.ASCII) is None:
        raise StaleButton
    return tuple(int(topic) for topic in word[1:].split("-"))


def modal_value(interaction: Interaction, custom_id: str) -> str:
    """What was written into a modal's field; read from the interaction, since modals too outlive a restart."""
    data = dict(interaction.data or {})
    waiting = list(data.get("components") or [])  # type: ignore[call-overload]  # discord.py's payload types are open
    while waiting:
        part = waiting.pop()
        if part.get("custom_id") == custom_id:
            return str(part.get("value", ""))
        waiting += part.get("components", [])
        if "component" in part:
            waiting.append(part["component"])
    return ""


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Quiz(client, house)
