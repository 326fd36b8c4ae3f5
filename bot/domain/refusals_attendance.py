"""What can be refused about attendance, polls, notes and wishes. The sentences stand in `cogs/texts_attendance.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.refusals import Refusal


@dataclass(eq=False)
class NotOpenYet(Refusal):
    """Its window has not begun: nobody can check in, and there is nothing to confirm."""

    opens_at: datetime


@dataclass(eq=False)
class WindowOver(Refusal):
    """It is too late to check in or out; the tutor can still correct."""

    ended_at: datetime


@dataclass(eq=False)
class NotCheckedIn(Refusal):
    """Somebody checks out who has not checked in."""


@dataclass(eq=False)
class NotThere(Refusal):
    """The poll is for those who were there."""


@dataclass(eq=False)
class NotOverYet(Refusal):
    """It has not ended: it can be neither confirmed nor asked about."""

    ends_at: datetime


@dataclass(eq=False)
class NoSessionYet(Refusal):
    """The group has held no session that this could be about."""


@dataclass(eq=False)
class BadMinutes(Refusal):
    """Minutes that could not be read, or more than the window has."""

    words: str
    most: int


@dataclass(eq=False)
class NothingConfirmed(Refusal):
    """A record is asked for, and no tutor has confirmed anything."""


@dataclass(eq=False)
class UnknownCode(Refusal):
    """No line of this group's records has that code."""

    words: str


@dataclass(eq=False)
class EmptyNotes(Refusal):
    """Neither notes nor a link were given, or what was given as a link is none."""


@dataclass(eq=False)
class BadNotesLink(Refusal):
    """The words for a recording or slides are no address."""

    words: str


@dataclass(eq=False)
class NotesRefused(Refusal):
    """Discord refused the post with the notes."""

    channel_id: int


@dataclass(eq=False)
class TooManyWishes(Refusal):
    """A member has as many wishes as one can have."""

    most: int


@dataclass(eq=False)
class NoSuchAttendee(Refusal):
    """Bots, and the tutor who leads a session, are not counted as attending it."""


@dataclass(eq=False)
class LeadsSession(Refusal):
    """The session's own tutor checks in, who is not counted."""
