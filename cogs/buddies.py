"""/buddy: somebody to study with, whose name is shown when both want it."""

from __future__ import annotations

from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.buddies import ANSWER_WITHIN
from bot.domain.instants import from_ms
from bot.services import buddies
from bot.services.buddies import ASKED, Pair
from bot.services.deliveries import Parcel
from bot.services.house import House
from cogs import texts_buddies as words
from cogs.plain import quiet
from cogs.posting import TooLate, has_button, once, post
from cogs.replies import Feature, Interaction, button, press, rows, say
from cogs.reviewers import place

SKEW = timedelta(minutes=5)
"""So far Discord's clock and ours may be apart."""


class Buddies(Feature):
    """What one side does is never shown to the other, but that both said yes, and that a pair has ended."""

    commands_group = app_commands.Group(name="buddy", description="Somebody to study with", guild_only=True)

    @commands_group.command(name="find", description="Look for somebody whose strengths fit yours; nobody sees it")
    async def find(self, interaction: Interaction) -> None:
        group = await self.group(interaction)
        await buddies.find(self.house.database, group, interaction.user.id, self.house.clock.now())
        self.client.dispatch("agenda_changed")
        await say(interaction, words.LOOKING)

    @commands_group.command(name="status", description="Your study buddy, or where the search stands; only you see it")
    async def status(self, interaction: Interaction) -> None:
        group = await self.group(interaction)
        found = await buddies.status(self.house.database, group, interaction.user.id)
        pair, until = found.pair, found.until
        if pair is None:
            since = found.looking_since
            await say(interaction, words.NOTHING if since is None else words.looking(from_ms(since)))
        elif until is None:
            await say(interaction, words.GONE if pair.other is None else _matched(pair))
        elif pair.mine.state == ASKED:
            text = words.proposal(place(interaction.guild, group), until)
            await say(interaction, text, view=_answers(pair.buddy_id))
        else:
            await say(interaction, words.waiting(until))

    @commands_group.command(name="end", description="End the pair, or stop looking")
    async def end(self, interaction: Interaction) -> None:
        group = await self.group(interaction)
        was = await buddies.end(self.house.database, group, interaction.user.id, self.house.clock.now())
        self.client.dispatch("agenda_changed")
        matched = was.pair is not None and was.pair.matched_at is not None
        await say(interaction, words.PAIR_ENDED if matched else words.SEARCH_ENDED)

    @press("bd-yes")
    async def accept(self, interaction: Interaction, buddy_id: int) -> None:
        now = self.house.clock.now()
        pair = await buddies.accept(self.house.database, self.house.plan, buddy_id, interaction.user.id, now)
        self.client.dispatch("agenda_changed")
        until = from_ms(pair.made_at) + ANSWER_WITHIN
        text = words.waiting(until) if pair.matched_at is None else _matched(pair)
        await interaction.response.edit_message(content=text, view=None)

    @press("bd-no")
    async def decline(self, interaction: Interaction, buddy_id: int) -> None:
        await buddies.decline(self.house.database, buddy_id, interaction.user.id, self.house.clock.now())
        await interaction.response.edit_message(content=words.DECLINED, view=None)

    @post("buddy-word")
    async def say_word(self, parcel: Parcel) -> int | None:
        """Somebody fits; both agreed; it did not work out; or it has ended."""
        word = await buddies.due(self.house.database, parcel.group, parcel.delivery, self.house.clock.now())
        if word is None:
            raise TooLate
        view = None
        if word.what == ASKED and word.pair is not None:
            where = place(self.client.get_guild(parcel.group.guild_id), parcel.group)
            text = words.proposal(where, from_ms(word.pair.made_at) + ANSWER_WITHIN)
            view = _answers(word.pair.buddy_id)
        elif word.what == buddies.MATCHED and word.pair is not None:
            text = _matched(word.pair)
        else:
            text = words.OVER if word.what == buddies.OVER else words.UNLUCKY

        def found(message: discord.Message) -> bool:
            if word.what == ASKED and word.pair is not None:
                return has_button(message, f"bd-yes:{word.pair.buddy_id}")
            # The same words may have been said of an earlier search.
            lately = message.created_at > from_ms(parcel.delivery.due_at) - SKEW
            return lately and message.content == text

        dm = await self.client.create_dm(discord.Object(word.user_id))
        parts = {} if view is None else {"view": view}
        return await once(self.client, dm, parcel, found, content=text, **parts)


def _matched(pair: Pair) -> str:
    if pair.other is None:
        return words.GONE
    return words.matched(pair.other.user_id, [quiet(one) for one in pair.topics])


def _answers(buddy_id: int) -> discord.ui.View:
    return rows(
        [
            button(f"bd-yes:{buddy_id}", words.YES, style=discord.ButtonStyle.success),
            button(f"bd-no:{buddy_id}", words.NO),
        ]
    )


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Buddies(client, house)
