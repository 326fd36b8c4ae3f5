"""After a question was corrected or withdrawn: members are told once, and its posts are edited."""

from __future__ import annotations

import contextlib
from typing import Any

import discord
from discord.ext import commands

from bot.domain.quiz import LETTERS
from bot.services import corrections, deliveries
from bot.services.deliveries import Parcel, RoundState
from bot.services.house import House
from cogs import cards
from cogs import texts_challenges as words
from cogs.plain import quiet
from cogs.posting import TooLate, once, post
from cogs.replies import Feature
from cogs.reviewers import place

UNKNOWN_MESSAGE = 10008


class Corrections(Feature):
    """It posts, and takes no presses."""

    @post(corrections.NOTE)
    async def tell(self, parcel: Parcel) -> int | None:
        """A direct message; where those are closed, it is told at the next contact."""
        user = await corrections.addressee(self.house.database, parcel.delivery)
        if user is None:
            raise TooLate
        text = said(parcel.delivery.payload, place(self.client.get_guild(parcel.group.guild_id), parcel.group))
        dm = await self.client.create_dm(discord.Object(user))
        return await once(self.client, dm, parcel, lambda message: message.content == text, content=text)

    @post(corrections.POST)
    async def show(self, parcel: Parcel) -> int | None:
        """The post as the round is now, and a word in its thread; what was deleted by hand stays so."""
        state = parcel.round
        was_closed = state is not None and state.closed
        while True:
            if state is None or state.message_id is None:
                raise TooLate
            if not await self._edit(parcel, state, state.message_id):
                return None
            if state.closed:
                if was_closed:  # else its closing has said so
                    await self._say_so(parcel, state, state.message_id)
                return state.message_id
            # It may have closed, or been taken back in, while it was edited as an open one.
            before, state = state, await deliveries.round_state(self.house.database, state.asked.round_id)
            if state is None or (state.closed, state.voided) == (before.closed, before.voided):
                return before.message_id

    async def _edit(self, parcel: Parcel, state: RoundState, message_id: int) -> bool:
        """Whether the post is still there."""
        now, asked, voided = self.house.clock.now(), state.asked, state.voided
        if state.closed:
            page, view = cards.closed_post(state, now)[0], cards.closed_buttons(asked, voided=voided)
        else:
            page, view = cards.open_post(state, now), cards.open_buttons(asked, voided=voided)
        channel = self.client.get_partial_messageable(state.channel_id, guild_id=parcel.group.guild_id)
        try:
            await channel.get_partial_message(message_id).edit(**await page.edit(self.house), view=view)
        except discord.NotFound as error:
            if error.code != UNKNOWN_MESSAGE:
                raise
            return False
        return True

    async def _say_so(self, parcel: Parcel, state: RoundState, message_id: int) -> None:
        """In the thread, which has the message's id; a round without one, or in which we may not write, is as well."""
        if state.voided:
            text = words.THREAD_WITHDRAWN
        elif state.corrected:
            text = words.thread_corrected([LETTERS[n] for n, one in enumerate(state.asked.options) if one.correct])
        else:
            text = words.THREAD_BACK
        thread = self.client.get_partial_messageable(message_id, guild_id=parcel.group.guild_id)
        with contextlib.suppress(discord.NotFound, discord.Forbidden):
            await once(self.client, thread, parcel, lambda message: message.content == text, content=text)


def said(word: dict[str, Any], where: str) -> str:
    """What a member is told, from what is kept of it."""
    items = [(change, quiet(stem), quiet(right)) for change, stem, right in corrections.items(word)]
    return words.corrected(where, items, word["of"], word["points"], word["streak"])


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Corrections(client, house)
