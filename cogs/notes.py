"""What could not be sent to a member is told at their next contact, for their eyes only."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.instants import MINUTE_MS, from_ms
from bot.services import challenge_words, corrections, notes, session_posts, suggestions, verdicts
from bot.services.house import House
from bot.services.notes import Note
from cogs import (
    reports,
    texts_buddies,
    texts_challenges,
    texts_exams,
    texts_reviewers,
    texts_setbacks,
    texts_streaks,
    texts_units,
)
from cogs import texts_reminders as words
from cogs.challenges import said as said_of_challenges
from cogs.corrections import said as said_of_corrections
from cogs.plain import plain
from cogs.replies import Feature, Interaction
from cogs.session_posts import unheard

log = logging.getLogger(__name__)

ANSWERED_BY_MESSAGE = (
    discord.InteractionResponseType.channel_message,
    discord.InteractionResponseType.deferred_channel_message,
    discord.InteractionResponseType.deferred_message_update,
    discord.InteractionResponseType.message_update,
)
OF_OTHERS: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "exam": lambda _: texts_exams.NOT_REACHED,
    "passed": lambda _: texts_setbacks.UNTOLD,
    "buddy": lambda _: texts_buddies.NOT_REACHED,
    "invitation": lambda _: texts_reviewers.NOT_REACHED,
    "no-reviewer": lambda _: texts_reviewers.NO_REVIEWER,
    "not-joined": lambda _: texts_reviewers.NOT_JOINED,
    corrections.NOTE: lambda told: said_of_corrections(told, texts_challenges.YOUR_GROUP),
    challenge_words.WORD: lambda told: said_of_challenges(told, texts_challenges.YOUR_GROUP),
    verdicts.WORD: lambda said: reports.said(said, texts_reviewers.YOUR_GROUP),
    suggestions.NOTE: lambda said: reports.said(said, texts_reviewers.YOUR_GROUP),
    "streak": lambda _: texts_streaks.PING_CLOSED,
    "units": lambda said: texts_units.untold(date.fromisoformat(said["last"])),
}
"""Notes that are no reminder's: their sentence, by kind, from what was kept with them."""


class Notes(Feature):
    """Who has something to be told is remembered, so that nobody else's press has to ask the database."""

    def __init__(self, client: commands.Bot, house: House) -> None:
        super().__init__(client, house)
        self._users: set[int] | None = None
        self._asked_ms = 0
        self._telling: set[int] = set()

    @commands.Cog.listener()
    async def on_notes_changed(self) -> None:
        """There may be something new: look again at the next contact."""
        self._users = None

    @commands.Cog.listener()
    async def on_agenda_changed(self) -> None:
        """What was moved or called off can leave something to be told."""
        self._users = None

    @commands.Cog.listener()
    async def on_app_command_completion(self, interaction: Interaction, command: app_commands.Command) -> None:  # type: ignore[type-arg]  # noqa: ARG002  discord.py's own event
        await self._tell(interaction)

    @commands.Cog.listener()
    async def on_contact(self, interaction: Interaction) -> None:
        """A press or a form was answered."""
        await self._tell(interaction)

    async def _tell(self, interaction: Interaction) -> None:
        now_ms = self.house.clock.now_ms()
        # What the agenda does by itself can leave something too, and nobody says so.
        if self._users is None or abs(now_ms - self._asked_ms) >= MINUTE_MS:
            self._users, self._asked_ms = await notes.users(self.house.database), now_ms
        user = interaction.user.id
        if user not in self._users or interaction.response.type not in ANSWERED_BY_MESSAGE or user in self._telling:
            return
        self._telling.add(user)
        try:
            await self._tell_all(interaction)
        finally:
            self._telling.discard(user)
            self._users = None

    async def _tell_all(self, interaction: Interaction) -> None:
        told: list[int] = []
        said: set[str | None] = set()
        for one in await notes.waiting(self.house.database, interaction.user.id):
            text = await self._said(one)
            try:
                # What a note is about may be gone; four that say the same are one thing to tell.
                if text is not None and text not in said:
                    await interaction.followup.send(text, ephemeral=True)
            except discord.HTTPException as error:
                log.warning("a note did not reach its member", extra={"code": error.code})
                break
            said.add(text)
            told.append(one.note_id)
        if told:
            await notes.told(self.house.database, told)

    async def _said(self, note: Note) -> str | None:
        if note.kind == session_posts.NOTE:
            return await unheard(self.client, self.house, note.payload)
        if note.kind in OF_OTHERS:
            return OF_OTHERS[note.kind](note.payload)
        due = note.payload.get("due_at")
        return words.note(note.kind, note.payload, plain(note.payload["text"]), None if due is None else from_ms(due))


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Notes(client, house)
