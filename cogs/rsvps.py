"""The buttons of a session's announcement: coming or not, reminders, the calendar file."""

from __future__ import annotations

import io
from typing import Any

import discord
from discord.ext import commands

from bot.domain.refusals import StaleButton
from bot.domain.rsvps import Answer
from bot.domain.sessions import Session, State, mask_of
from bot.services import calendars, groups, rsvps, sessions
from bot.services.house import House
from cogs import session_cards as cards
from cogs import texts_sessions as texts
from cogs.replies import Feature, Interaction, press, say


class Rsvps(Feature):
    """Every answer is private; the announcement shows numbers only."""

    @press("rsvp")
    async def answer(self, interaction: Interaction, session_id: int, word: str) -> None:
        """*Going*, *Maybe* or *Can't*: keep it first, then say so."""
        try:
            wish = Answer(word)
        except ValueError:
            raise StaleButton from None
        mine = await rsvps.answer(
            self.house.database,
            session_id,
            interaction.user.id,
            interaction.guild_id,
            wish,
            interaction.created_at,
            max(1, round(self.house.count_every * 1000)),
        )
        self.client.dispatch("agenda_changed")
        text, view = cards.answer(mine)
        await say(interaction, text, view=view)

    @press("rsvp-leads")
    async def choose_reminders(self, interaction: Interaction, session_id: int) -> None:
        """The menu of reminders."""
        data: Any = interaction.data
        chosen = mask_of(set(data.get("values", ())))
        mine = await rsvps.choose_notices(
            self.house.database,
            session_id,
            interaction.user.id,
            interaction.guild_id,
            chosen,
            interaction.created_at,
        )
        text, view = cards.answer(mine)
        await interaction.response.edit_message(content=text, view=view)

    @press("session-ics")
    async def add_to_calendar(self, interaction: Interaction, session_id: int) -> None:
        """The session as a calendar file."""
        session = await sessions.find(self.house.database, interaction.guild_id, session_id)
        await self._file(interaction, session)

    @press("session-file")
    async def add_from_message(self, interaction: Interaction, session_id: int, nonce: str) -> None:  # noqa: ARG002  it finds the post
        """The same from a direct message, for those who answered or tutor it."""
        session = await sessions.find_mine(self.house.database, interaction.user.id, session_id)
        await self._file(interaction, session)

    async def _file(self, interaction: Interaction, session: Session) -> None:
        group = await groups.by_id(self.house.database, session.group_id)
        place = place_name(self.client.get_guild(group.guild_id), session)
        data = calendars.one(session, group.guild_id, place)
        file = discord.File(io.BytesIO(data), filename=f"session-{session.session_id}.ics")
        text = texts.ICS_GONE if session.state is State.CANCELLED else texts.ICS
        await interaction.response.send_message(text, file=file, ephemeral=True)


def place_name(guild: discord.Guild | None, session: Session) -> str:
    """Where a session is, as a calendar can show it."""
    if session.place_id is None:
        return session.link or ""
    channel = guild.get_channel(session.place_id) if guild is not None else None
    return f"#{channel.name} ({guild.name})" if guild is not None and channel is not None else texts.IN_DISCORD


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Rsvps(client, house)
