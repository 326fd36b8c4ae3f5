"""After a session: the poll, by direct message or from the channel's post, and the tutor's notes."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

import discord
from discord.ext import commands

from bot.domain.refusals import StaleButton
from bot.domain.refusals_attendance import EmptyNotes, NotesRefused
from bot.domain.sessions import Session
from bot.services import afterwards, attendance
from bot.services.afterwards import Notes, Question
from bot.services.deliveries import Parcel
from bot.services.house import House
from cogs import texts_afterwards as words
from cogs import texts_attendance
from cogs.attendance import late
from cogs.attendance_lists import field, tutors_group
from cogs.cards import BLUE, DESCRIPTION
from cogs.plain import cut, plain, quiet
from cogs.posting import TooLate, has_button, once, post
from cogs.replies import Feature, Interaction, button, press, require_tutor, rows, say

log = logging.getLogger(__name__)

ANSWERS = {"clearer": True, "not-yet": False, "skip": None}
NOTES_MOST, LINK_MOST = 2000, 500
UNKNOWN_CHANNEL, UNKNOWN_MESSAGE = 10003, 10008


class Afterwards(Feature):
    """What members say is theirs; tutors see numbers, and those only of three and more."""

    # The poll

    @post("poll")
    async def ask(self, parcel: Parcel) -> int | None:
        """To one who was there, by direct message. Where that is closed, the channel's post leads there too."""
        found = await afterwards.addressee(self.house.database, parcel.delivery)
        if found is None:
            raise TooLate
        user, session = found
        first = await afterwards.question(self.house.database, session.session_id, user, 0, self.house.clock.now())
        if first is None:
            raise TooLate
        prefix = f"poll:{session.session_id}:"
        return await once(
            self.client,
            await self.client.create_dm(discord.Object(user)),
            parcel,
            lambda message: has_button(message, prefix),
            content=_question(first, late(parcel, self.house)),
            view=_answers(first),
        )

    @post("afterwards")
    async def ask_all(self, parcel: Parcel) -> int | None:
        """The channel's post, which opens the same poll, and the tutors' list."""
        assert parcel.delivery.subject_id is not None
        session = await attendance.find(self.house.database, parcel.delivery.subject_id)
        if session is None:
            raise TooLate
        custom_id = f"poll-open:{session.session_id}"
        return await once(
            self.client,
            self.client.get_partial_messageable(session.channel_id, guild_id=parcel.group.guild_id),
            parcel,
            lambda message: has_button(message, custom_id),
            content=words.asks(session, plain(session.title), late(parcel, self.house)),
            view=rows(
                [
                    button(custom_id, words.HOW, style=discord.ButtonStyle.primary),
                    button(f"roster:{session.session_id}", texts_attendance.TUTORS),
                ]
            ),
        )

    @press("poll-open")
    async def open_poll(self, interaction: Interaction, session_id: int) -> None:
        found = await afterwards.question(
            self.house.database, session_id, interaction.user.id, 0, interaction.created_at
        )
        if found is None:
            raise StaleButton
        await say(interaction, _question(found, None), view=_answers(found))

    @press("poll")
    async def answer(self, interaction: Interaction, session_id: int, number: int, word: str) -> None:
        """Keep the answer to one topic, and show the next one in its place."""
        if word not in ANSWERS:
            raise StaleButton
        following = await afterwards.answer(
            self.house.database, session_id, interaction.user.id, number, ANSWERS[word], interaction.created_at
        )
        if following is None:
            await interaction.response.edit_message(content=words.THANKS, view=None)
        else:
            await interaction.response.edit_message(content=_question(following, None), view=_answers(following))

    # Notes

    @press("notes-ask")
    async def ask_notes(self, interaction: Interaction, session_id: int) -> None:
        await tutors_group(self, interaction, session_id)
        await open_notes(interaction, session_id)

    @press("notes")
    async def post_notes(self, interaction: Interaction, session_id: int) -> None:
        """Post what the tutor wrote, or change what stands there, and pin it."""
        group = await tutors_group(self, interaction, session_id)
        session = await attendance.find(self.house.database, session_id)
        assert session is not None, "it has a group"
        text, link = field(interaction, "notes").strip(), field(interaction, "link").strip()
        if (not text and not link) or (link and not _is_link(link)):
            raise EmptyNotes
        await interaction.response.defer(ephemeral=True, thinking=True)
        before = await afterwards.notes(self.house.database, session_id)
        place_id = _place(self.client.get_guild(group.guild_id), session)
        embed, view = _notes(session, text, link)
        try:
            message, changed = await self._write(place_id, before, embed, view, interaction.id)
        except discord.Forbidden:
            raise NotesRefused(place_id) from None
        except discord.NotFound as error:
            if error.code != UNKNOWN_CHANNEL:
                raise
            raise NotesRefused(place_id) from None
        where = Notes(message.channel.id, message.id)
        await afterwards.keep_notes(self.house.database, session_id, where, interaction.created_at)
        pinned = await _pin(message)
        url = f"https://discord.com/channels/{group.guild_id}/{where.channel_id}/{where.message_id}"
        await say(interaction, words.noted(url, pinned=pinned, changed=changed))

    async def _write(
        self, place_id: int, before: Notes | None, embed: discord.Embed, view: discord.ui.View, nonce: int
    ) -> tuple[discord.PartialMessage | discord.Message, bool]:
        """The message with the notes, and whether it was there before."""
        if before is not None:
            old = self.client.get_partial_messageable(before.channel_id).get_partial_message(before.message_id)
            try:
                await old.edit(embed=embed, view=view)
            except discord.NotFound as error:
                if error.code not in (UNKNOWN_MESSAGE, UNKNOWN_CHANNEL):
                    raise
            else:
                return old, True
        made = await self.client.get_partial_messageable(place_id).send(embed=embed, view=view, nonce=nonce)
        return made, False


def _question(found: Question, note: str | None) -> str:
    topic = None if found.topic is None else plain(found.topic)
    return words.poll(found.session, plain(found.session.title), topic, found.number, found.of, note)


def _answers(found: Question) -> discord.ui.View:
    labels = (("clearer", words.CLEARER), ("not-yet", words.NOT_YET), ("skip", words.SKIP))
    return rows([button(f"poll:{found.session.session_id}:{found.number}:{word}", label) for word, label in labels])


async def open_notes(interaction: Interaction, session_id: int) -> None:
    """The form for a session's notes."""
    modal = discord.ui.Modal(title=words.NOTES_TITLE, custom_id=f"notes:{session_id}", timeout=900)
    text: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id="notes", max_length=NOTES_MOST, required=False, style=discord.TextStyle.paragraph
    )
    link: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id="link", max_length=LINK_MOST, required=False, placeholder="https://"
    )
    modal.add_item(discord.ui.Label(text=words.NOTES_LABEL, component=text))
    modal.add_item(discord.ui.Label(text=words.LINK_LABEL, component=link))
    await interaction.response.send_modal(modal)
    modal.stop()


async def notes(feature: Feature, interaction: Interaction, session_id: int | None) -> None:
    """/session notes: the form, for the latest session where none is named."""
    group = await feature.group(interaction)
    require_tutor(interaction, group.wishes.tutor_role_id)
    found = await afterwards.chosen(feature.house.database, group, session_id, feature.house.clock.now())
    await open_notes(interaction, found.session_id)


def _is_link(text: str) -> bool:
    parts = urlsplit(text) if not any(sign.isspace() for sign in text) else None
    return parts is not None and parts.scheme in ("http", "https") and "." in (parts.hostname or "")


def _place(guild: discord.Guild | None, session: Session) -> int:
    """The announcement's thread where there is one, else its channel: such a thread has the message's id."""
    thread = None if guild is None or session.message_id is None else guild.get_thread(session.message_id)
    return thread.id if thread is not None and not thread.locked else session.channel_id


def _notes(session: Session, text: str, link: str) -> tuple[discord.Embed, discord.ui.View]:
    title = cut(words.notes_title(plain(session.title)), 256)
    embed = discord.Embed(title=title, description=cut(quiet(text), DESCRIPTION) or None, colour=BLUE)
    made: list[Any] = [discord.ui.Button(label=words.LINK_BUTTON, url=link)] if link else []
    return embed, rows(made)


async def _pin(message: discord.PartialMessage | discord.Message) -> bool:
    """Pin it; whether it is pinned. The post stays either way."""
    try:
        await message.pin()
    except discord.HTTPException as error:
        log.info("notes could not be pinned", extra={"code": error.code})
        return False
    return True


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Afterwards(client, house)
