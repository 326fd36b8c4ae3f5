"""What tutors do to a card: endorse, correct, remove, lock. *More* below each card leads there, and to *Report*."""

from __future__ import annotations

from typing import Any

import discord
from discord.ext import commands

from bot.domain.feedback import RIGHT
from bot.domain.refusals import StaleButton
from bot.domain.reports import REASON, What
from bot.services import endorsements, feedback, moderation
from bot.services.deliveries import Parcel
from bot.services.house import House
from bot.services.moderation import Found
from cogs import texts_tutors as words
from cogs.feedback_drafts import drafts_of, is_tutor
from cogs.posting import post
from cogs.replies import Feature, Interaction, button, press, require_tutor, rows, say
from cogs.tutor_forms import ask_for, typed


class Endorsements(Feature):
    """Every press looks anew whether its member is a tutor: the menu that it stands in may be older than that."""

    @press("tr")
    async def panel(self, interaction: Interaction, what: str, subject_id: int) -> None:
        """What a member can do with a card, for their eyes only."""
        found = await moderation.find(self.house.database, kind(what), subject_id, interaction.guild_id)
        await drafts_of(self.client).require_here(interaction, found.group)
        report = button(f"tr-report:{what}:{subject_id}", words.REPORT, emoji="🚩", row=1)
        if not is_tutor(interaction, found.group):
            await say(interaction, words.MEMBERS_PANEL, view=rows([report]))
            return
        buttons = [*_for_tutors(found, what, subject_id), report]
        former = found.ask.kind == "ask" or found.review is not None
        await say(interaction, words.panel(found.author, former=former), view=rows(buttons))

    async def _tutors(self, interaction: Interaction, what: What, subject_id: int) -> Found:
        """What a tutor pressed on. Raises NeedsTutor, and what `moderation.find` raises."""
        found = await moderation.find(self.house.database, what, subject_id, interaction.guild_id)
        require_tutor(interaction, found.group.wishes.tutor_role_id)
        return found

    async def _done(self, interaction: Interaction, text: str) -> None:
        self.client.dispatch("agenda_changed")
        await say(interaction, text)

    # Judging

    @press("tr-endorse")
    async def endorse(self, interaction: Interaction, review_id: int) -> None:
        await self._tutors(interaction, What.REVIEW, review_id)
        await endorsements.endorse(
            self.house.database, review_id, interaction.user.id, interaction.guild_id, interaction.created_at
        )
        await self._done(interaction, words.ENDORSED)

    @press("tr-unendorse")
    async def withdraw(self, interaction: Interaction, review_id: int) -> None:
        await self._tutors(interaction, What.REVIEW, review_id)
        await endorsements.withdraw(
            self.house.database, review_id, interaction.user.id, interaction.guild_id, interaction.created_at
        )
        await self._done(interaction, words.WITHDRAWN)

    @press("tr-correct")
    async def correct(self, interaction: Interaction, review_id: int) -> None:
        await self._tutors(interaction, What.REVIEW, review_id)
        review = await endorsements.check(self.house.database, review_id, interaction.user.id, interaction.guild_id)
        await ask_for(
            interaction,
            f"trm-correct:{review_id}",
            words.CORRECT_TITLE,
            words.CORRECT_LABEL,
            RIGHT,
            value=review.correction or "",
            hint=words.CORRECT_HINT,
            required=False,
        )

    @press("trm-correct")
    async def corrected(self, interaction: Interaction, review_id: int) -> None:
        await self._tutors(interaction, What.REVIEW, review_id)
        _, on = await endorsements.correct(
            self.house.database,
            review_id,
            interaction.user.id,
            interaction.guild_id,
            typed(interaction),
            interaction.created_at,
        )
        await self._done(interaction, words.corrected(on=on))

    # Removing and locking

    @press("tr-remove")
    async def remove(self, interaction: Interaction, what: str, subject_id: int) -> None:
        await self._tutors(interaction, kind(what), subject_id)
        await ask_for(interaction, f"trm-remove:{what}:{subject_id}", words.REMOVE_TITLE, words.REMOVE_LABEL, REASON)

    @press("trm-remove")
    async def removed(self, interaction: Interaction, what: str, subject_id: int) -> None:
        await self._tutors(interaction, kind(what), subject_id)
        await moderation.remove(
            self.house.database,
            kind(what),
            subject_id,
            interaction.user.id,
            interaction.guild_id,
            typed(interaction),
            interaction.created_at,
        )
        await self._done(interaction, words.REMOVED)

    @press("tr-lock")
    async def lock(self, interaction: Interaction, ask_id: int) -> None:
        await self._tutors(interaction, What.ASK, ask_id)
        await ask_for(interaction, f"trm-lock:{ask_id}", words.LOCK_TITLE, words.LOCK_LABEL, REASON, required=False)

    @press("trm-lock")
    async def locked(self, interaction: Interaction, ask_id: int) -> None:
        await self._tutors(interaction, What.ASK, ask_id)
        await moderation.lock(
            self.house.database,
            ask_id,
            interaction.user.id,
            interaction.guild_id,
            typed(interaction),
            interaction.created_at,
        )
        await self._done(interaction, words.locked(may=interaction.app_permissions.manage_threads))

    @press("tr-unlock")
    async def unlock(self, interaction: Interaction, ask_id: int) -> None:
        await self._tutors(interaction, What.ASK, ask_id)
        await moderation.unlock(self.house.database, ask_id, interaction.guild_id, interaction.created_at)
        await self._done(interaction, words.UNLOCKED)

    @post("ask-lock")
    async def turn(self, parcel: Parcel) -> int | None:
        """Lock or unlock a thread, as far as we may. One of a removed question loses its title."""
        card = await feedback.card(self.house.database, parcel.delivery.subject_id or 0)
        if card is None or card.ask.thread_id is None:
            return None
        thread = await self.client.fetch_channel(card.ask.thread_id)
        if not isinstance(thread, discord.Thread):
            return None
        word = parcel.delivery.payload
        options: dict[str, Any] = {}
        if thread.permissions_for(thread.guild.me).manage_threads:
            options["locked"] = word["locked"]
        if word["removed"]:
            options |= {"name": words.REMOVED_THREAD, "archived": True}
        if thread.archived:
            await thread.edit(archived=False)  # nothing else of an archived thread can be changed
        if options:
            await thread.edit(**options)
        return None


def kind(what: str) -> What:
    """What a button names. Raises StaleButton for a tampered one."""
    try:
        return What(what)
    except ValueError:
        raise StaleButton from None


def _for_tutors(found: Found, what: str, subject_id: int) -> list[discord.ui.Button[discord.ui.View]]:
    made = []
    if found.review is not None:
        if found.review.endorsed_at is None:
            made.append(button(f"tr-endorse:{subject_id}", words.ENDORSE, style=discord.ButtonStyle.success))
        else:
            made.append(button(f"tr-unendorse:{subject_id}", words.WITHDRAW))
        made.append(button(f"tr-correct:{subject_id}", words.CORRECT))
        made.append(button(f"tr-promote:{subject_id}", words.PROMOTE))
    ask = found.ask
    locked = ask.locked_at is not None
    made.append(
        button(f"tr-unlock:{ask.ask_id}" if locked else f"tr-lock:{ask.ask_id}", words.UNLOCK if locked else words.LOCK)
    )
    made.append(button(f"tr-remove:{what}:{subject_id}", words.REMOVE, style=discord.ButtonStyle.danger))
    return made


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Endorsements(client, house)
