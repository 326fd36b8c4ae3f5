"""How review sessions look: the announcement with its buttons, the private answer, and the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import discord

from bot.domain.instants import from_ms
from bot.domain.rsvps import Answer, Counts
from bot.domain.sessions import Lead, Session, State, leads
from bot.services.rsvps import Mine
from cogs import texts_sessions as texts
from cogs.cards import AMBER, BLUE, DESCRIPTION, GREEN, GREY
from cogs.plain import cut, plain
from cogs.replies import button, rows

TITLE_MOST, START_MOST, LENGTH_MOST, NOTES_MOST = 100, 100, 30, 1000
MOST = {"title": TITLE_MOST, "start": START_MOST, "length": LENGTH_MOST, "notes": NOTES_MOST}
TOPICS_MOST = 25
LOCATION_MOST = 100
DESCRIPTION_MOST = 1000
_COLOURS = {State.PLANNED: BLUE, State.LIVE: GREEN, State.OVER: GREY, State.CANCELLED: AMBER}


def title(session: Session) -> str:
    return plain(session.title)


def link(session: Session) -> str:
    return plain(session.link or "")


def announcement(session: Session, counts: Counts) -> discord.Embed:
    topics = [plain(one) for one in session.topics]
    # The notes give way, so that the figures below them always stand there.
    room = max(1, DESCRIPTION - len(texts.announcement(session, counts, topics, " ", link(session))))
    body = texts.announcement(session, counts, topics, cut(plain(session.notes), room), link(session))
    return discord.Embed(
        title=cut(title(session), 256), description=cut(body, DESCRIPTION), colour=_COLOURS[session.state]
    )


def buttons(session: Session, guild_id: int) -> discord.ui.View:
    """What can be pressed beneath an announcement in the session's state."""
    number = session.session_id
    made = []
    if session.ahead:
        made += [
            button(f"rsvp:{number}:{Answer.GOING.value}", texts.GOING, style=discord.ButtonStyle.success, row=0),
            button(f"rsvp:{number}:{Answer.MAYBE.value}", texts.MAYBE, row=0),
            button(f"rsvp:{number}:{Answer.NO.value}", texts.CANNOT, row=0),
            button(f"session-ics:{number}", texts.CALENDAR, row=1),
            button(f"session-manage:{number}", texts.MANAGE, row=1),
        ]
        if session.event_id is not None:
            address = f"https://discord.com/events/{guild_id}/{session.event_id}"
            made.append(discord.ui.Button(label=texts.EVENT, url=address, row=1))
    elif session.state is State.CANCELLED:
        made.append(button(f"session-ics:{number}", texts.UNCALENDAR))
    return rows(made)


def answer(mine: Mine) -> tuple[str, discord.ui.View]:
    """What a member reads after a press, with the menu of reminders for who goes."""
    text = texts.answered(mine.answer, place=mine.place, session=mine.session, to_come=mine.to_come, hushed=mine.hushed)
    view = rows(())
    if mine.answer is Answer.GOING:
        view = discord.ui.View(timeout=None)
        chosen = leads(mine.notices)
        menu: discord.ui.Select[discord.ui.View] = discord.ui.Select(
            custom_id=f"rsvp-leads:{mine.session.session_id}",
            placeholder=texts.NO_REMINDERS if not chosen else texts.REMINDERS,
            min_values=0,
            max_values=len(Lead),
            options=[
                discord.SelectOption(label=texts.LEADS[lead].capitalize(), value=lead.word, default=lead in chosen)
                for lead in Lead
            ],
        )
        view.add_item(menu)
        view.stop()
    return text, view


def form(draft_id: int, typed: Mapping[str, Any], topics: Sequence[str], name: str) -> discord.ui.Modal:
    """The form for a session, with what was typed before; at most 25 topics can be offered."""
    modal = discord.ui.Modal(title=name, custom_id=f"session-form:{draft_id}", timeout=900)

    def line(custom_id: str, label: str, most: int, hint: str | None = None, **more: Any) -> None:
        field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
            custom_id=custom_id, max_length=most, placeholder=hint, default=typed.get(custom_id) or None, **more
        )
        modal.add_item(discord.ui.Label(text=label, component=field))

    line("title", texts.TITLE, TITLE_MOST)
    chosen = list(typed.get("topics", ()))
    offered = [*chosen, *(one for one in topics if one not in chosen)][:TOPICS_MOST]
    if offered:
        menu: discord.ui.Select[discord.ui.Modal] = discord.ui.Select(
            custom_id="topics",
            required=False,
            min_values=0,
            max_values=len(offered),
            options=[
                discord.SelectOption(label=cut(one, 100), value=cut(one, 100), default=one in chosen) for one in offered
            ],
        )
        modal.add_item(discord.ui.Label(text=texts.TOPICS, description=texts.TOPICS_HINT, component=menu))
    line("start", texts.START, START_MOST, texts.START_HINT)
    line("length", texts.LENGTH, LENGTH_MOST, texts.LENGTH_HINT)
    line("notes", texts.NOTES, NOTES_MOST, texts.NOTES_HINT, style=discord.TextStyle.paragraph, required=False)
    return modal


def event_description(session: Session, guild_id: int) -> str:
    """What Discord's event says; its last line tells which session it is of."""
    parts = [
        f"{texts.TOPICS}: {plain(', '.join(session.topics))}" if session.topics else "",
        link(session) if len(session.link or "") > LOCATION_MOST else "",
        plain(session.notes),
        f"https://discord.com/channels/{guild_id}/{session.channel_id}",
    ]
    mark = marker(session)
    return f"{cut(chr(10).join(part for part in parts if part), DESCRIPTION_MOST - len(mark) - 2)}\n\n{mark}".strip()


def marker(session: Session) -> str:
    """The line by which the bot knows its own event again."""
    return f"Studyhall session {session.marker}"


def wall(session: Session) -> datetime:
    """The start on the clock that its tutor meant."""
    return from_ms(session.starts_at).astimezone(ZoneInfo(session.zone))
