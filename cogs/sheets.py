"""Answering what takes more than a letter: several options, a typed answer, a flashcard's two sides."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.domain.instants import to_ms
from bot.domain.questions import ANSWER_LIMIT
from bot.domain.questions import Kind as Type
from bot.domain.quiz import Asked, Kind, mask
from bot.domain.refusals import NoSuchChoice, RoundClosed, StaleButton
from bot.domain.refusals_kinds import NothingChosen, NothingTyped
from bot.services import quiz, sheets
from bot.services.answers import Press, Receipt
from bot.services.house import House
from cogs import cards, paper, results, texts, texts_kinds
from cogs.quiz import modal_value
from cogs.replies import Feature, Interaction, button, press, roles, rows, say, seen_by_others


class Sheets(Feature):
    """The presses of *Answer*, of its menu and its form, and of flashcards."""

    def __init__(self, client: commands.Bot, house: House) -> None:
        super().__init__(client, house)
        self._news = results.News(client)

    async def _sheet(self, interaction: Interaction, round_id: int, kind: Type) -> tuple[Asked, Receipt | None]:
        asked, receipt = await sheets.sheet(
            self.house.database, round_id, interaction.user.id, interaction.guild_id, interaction.created_at
        )
        if asked.type is not kind:
            raise NoSuchChoice
        return asked, receipt

    async def _keep(
        self, interaction: Interaction, round_id: int, choice: int, text: str | None = None
    ) -> Receipt | None:
        """Keep an answer; None where the round was closed, which the member was told then."""
        press_ = Press(
            round_id,
            interaction.user.id,
            interaction.guild_id,
            choice,
            to_ms(interaction.created_at),
            roles(interaction),
            text,
        )
        try:
            receipt = await self.house.desk.answer(press_)
        except RoundClosed as closed:
            await self._too_late(interaction, closed)
            return None
        self._news.tell(receipt)
        return receipt

    @staticmethod
    async def _too_late(interaction: Interaction, closed: RoundClosed) -> None:
        offer = rows([button(f"p:{closed.round_id}", texts.PRACTISE_IT)])
        await say(interaction, texts.refusal(closed), view=offer)

    @press("sheet")
    async def open(self, interaction: Interaction, round_id: int, word: str) -> None:
        """*Answer* was pressed below a post: the member's own menu or form opens."""
        try:
            kind = Type(word)
        except ValueError:
            raise StaleButton from None
        try:
            asked, receipt = await self._sheet(interaction, round_id, kind)
        except RoundClosed as closed:
            await self._too_late(interaction, closed)
            return
        if receipt is not None:
            await results.hand_over(interaction, receipt, own=asked.kind is Kind.PRACTICE)
        elif kind is Type.SHORT:
            await interaction.response.send_modal(_form(asked))
        elif kind is Type.MULTI:
            page = cards.sheet_page(asked)
            await paper.show(interaction, self.house, page, view=cards.sheet_buttons(asked, 0))
        else:
            raise StaleButton

    @press("pick")
    async def pick(self, interaction: Interaction, round_id: int) -> None:
        """Options were chosen in the menu: the button to lock them in carries them."""
        if seen_by_others(interaction):
            raise StaleButton
        asked, receipt = await self._sheet(interaction, round_id, Type.MULTI)
        if receipt is not None:
            await results.hand_over(interaction, receipt, own=True)
            return
        chosen = mask(place for place in _values(interaction) if place < len(asked.options))
        await interaction.response.edit_message(view=cards.sheet_buttons(asked, chosen))

    @press("lock")
    async def lock(self, interaction: Interaction, round_id: int, chosen: int) -> None:
        """*Lock it in*: what the menu held last is the answer."""
        if not chosen:
            raise NothingChosen
        receipt = await self._keep(interaction, round_id, chosen)
        if receipt is not None:
            await results.hand_over(interaction, receipt, own=True)

    @press("typed")
    async def typed(self, interaction: Interaction, round_id: int) -> None:
        """A short answer was sent."""
        text = " ".join(modal_value(interaction, "answer").split())[:ANSWER_LIMIT]
        if not text:
            raise NothingTyped
        receipt = await self._keep(interaction, round_id, 0, text)
        if receipt is not None:
            await results.hand_over(interaction, receipt, own=receipt.kind is Kind.PRACTICE)

    @press("back")
    async def back(self, interaction: Interaction, round_id: int) -> None:
        """A flashcard is turned over."""
        asked, receipt = await self._sheet(interaction, round_id, Type.FLASHCARD)
        if receipt is not None:
            await self._card_result(interaction, round_id)
            return
        await paper.replace(interaction, self.house, cards.back_page(asked), view=cards.back_buttons(asked))

    @press("knew")
    async def knew(self, interaction: Interaction, round_id: int, choice: int) -> None:
        """What a member says of a flashcard; their first word stays."""
        if await self._keep(interaction, round_id, choice) is not None:
            await self._card_result(interaction, round_id)

    async def _card_result(self, interaction: Interaction, round_id: int) -> None:
        result = await quiz.result(
            self.house.database, round_id, interaction.user.id, interaction.guild_id, interaction.created_at
        )
        await paper.replace(interaction, self.house, results.result_page(result), view=results.after(result))


def _form(asked: Asked) -> discord.ui.Modal:
    modal = discord.ui.Modal(title=texts_kinds.FORM_TITLE, custom_id=f"typed:{asked.round_id}", timeout=900)
    modal.add_item(
        discord.ui.TextInput(
            label=texts_kinds.FORM_LABEL,
            placeholder=texts_kinds.FORM_HINT,
            custom_id="answer",
            max_length=ANSWER_LIMIT,
        )
    )
    return modal


def _values(interaction: Interaction) -> list[int]:
    """The places that a menu sent."""
    data = dict(interaction.data or {})
    values = data.get("values") or []
    return [int(one) for one in values if isinstance(one, str) and one.isascii() and one.isdecimal()]  # type: ignore[attr-defined]  # discord.py's payload types are open


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Sheets(client, house)
