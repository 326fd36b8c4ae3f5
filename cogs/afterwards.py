"""After a session: the poll, by direct message or from the channel's post, and the tutor's notes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import discord
from discord.ext import commands

from bot.domain.groups import Group
from bot.domain.refusals import StaleButton
from bot.domain.refusals_attendance import BadNotesLink, EmptyNotes, NotesRefused
from bot.domain.sessions import Session
from bot.services import afterwards, attendance, session_drafts
from bot.services.afterwards import Notes, Question
from bot.services.deliveries import Parcel
from bot.services.house import House
from cogs import texts, texts_attendance, texts_sessions
from cogs import texts_afterwards as words
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
        await open_notes(self, interaction, session_id)

    @press("notes-again")
    async def again(self, interaction: Interaction, draft_id: int) -> None:
        """The form with what was typed and could not be posted."""
        draft = await session_drafts.find(self.house.database, draft_id, interaction.user.id)
        if draft.session_id is None:
            raise StaleButton
        await tutors_group(self, interaction, draft.session_id)
        await _show_form(interaction, draft.session_id, draft.payload)

    @press("notes")
    async def post_notes(self, interaction: Interaction, session_id: int) -> None:
        """Post what the tutor wrote, or change what stands there, and pin it."""
        group = await tutors_group(self, interaction, session_id)
        session = await attendance.find(self.house.database, session_id)
        assert session is not None, "it has a group"
        typed = {"notes": field(interaction, "notes").strip(), "link": field(interaction, "link").strip()}
        try:
            if not any(typed.values()):
                raise EmptyNotes
            link = _link(typed["link"])
            await interaction.response.defer(ephemeral=True, thinking=True)
            message, changed = await self._post(group, session, typed["notes"], link, interaction.id)
        except (BadNotesLink, NotesRefused) as error:
            now, user = interaction.created_at, interaction.user.id
            draft_id = await session_drafts.begin(self.house.database, group, user, typed, now, session_id)
            view = rows([button(f"notes-again:{draft_id}", texts_sessions.CHANGE)])
            await say(interaction, texts_sessions.kept(texts.refusal(error)), view=view)
            return
        where = Notes(message.channel.id, message.id)
        await afterwards.keep_notes(self.house.database, session_id, where, interaction.created_at)
        pinned = await _pin(message)
        url = f"https://discord.com/channels/{group.guild_id}/{where.channel_id}/{where.message_id}"
        await say(interaction, words.noted(url, pinned=pinned, changed=changed))

    async def _post(
        self, group: Group, session: Session, text: str, link: str | None, nonce: int
    ) -> tuple[discord.PartialMessage | discord.Message, bool]:
        before = await afterwards.notes(self.house.database, session.session_id)
        place_id = _place(self.client.get_guild(group.guild_id), session)
        embed, view = _notes(session, text, link)
        try:
            return await self._write(place_id, before, embed, view, nonce)
        except discord.Forbidden:
            raise NotesRefused(place_id) from None
        except discord.NotFound as error:
            if error.code != UNKNOWN_CHANNEL:
                raise
            raise NotesRefused(place_id) from None

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


async def open_notes(feature: Feature, interaction: Interaction, session_id: int) -> None:
    """The form for a session's notes, with those that stand already."""
    await _show_form(interaction, session_id, await _standing(feature, session_id))


async def _standing(feature: Feature, session_id: int) -> dict[str, str]:
    """What was posted before, to be changed and not written anew."""
    where = await afterwards.notes(feature.house.database, session_id)
    if where is None:
        return {}
    try:
        message = await feature.client.get_partial_messageable(where.channel_id).fetch_message(where.message_id)
    except discord.HTTPException as error:
        log.info("notes could not be read", extra={"code": error.code})
        return {}
    links = [getattr(one, "url", None) for row in message.components for one in getattr(row, "children", ())]
    return {
        "notes": (message.embeds[0].description or "") if message.embeds else "",
        "link": next(iter(links), "") or "",
    }


async def _show_form(interaction: Interaction, session_id: int, typed: Mapping[str, str]) -> None:
    modal = discord.ui.Modal(title=words.NOTES_TITLE, custom_id=f"notes:{session_id}", timeout=900)
    text: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id="notes",
        max_length=NOTES_MOST,
        required=False,
        style=discord.TextStyle.paragraph,
        default=typed.get("notes", "")[:NOTES_MOST] or None,
    )
    link: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id="link",
        max_length=LINK_MOST,
        required=False,
        placeholder="https://",
        default=typed.get("link", "")[:LINK_MOST] or None,
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
    await open_notes(feature, interaction, found.session_id)


def _link(typed: str) -> str | None:
    """An address as it was typed, with https:// where it has no scheme; None for no words. Raises BadNotesLink."""
    if not typed:
        return None
    link = typed if "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(link)
        usable = parts.scheme in ("http", "https") and parts.username is None and parts.port != 0
    except ValueError:  # brackets, or a port that is none
        usable = False
    else:
        usable = usable and "." in (parts.hostname or "").strip(".") and len(link) <= LINK_MOST
    if not usable or any(sign.isspace() for sign in link):
        raise BadNotesLink(plain(cut(typed, 80)))
    return link


def _place(guild: discord.Guild | None, session: Session) -> int:
    """The announcement's thread where there is one, else its channel: such a thread has the message's id."""
    thread = None if guild is None or session.message_id is None else guild.get_thread(session.message_id)
    return thread.id if thread is not None and not thread.locked else session.channel_id


def _notes(session: Session, text: str, link: str | None) -> tuple[discord.Embed, discord.ui.View]:
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
