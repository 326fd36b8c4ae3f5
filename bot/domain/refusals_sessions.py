"""What can be refused about review sessions. The sentences stand in `cogs/texts_sessions.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.refusals import Refusal


@dataclass(eq=False)
class NoSuchSession(Refusal):
    """No session of this server has that id, or that name."""


@dataclass(eq=False)
class SessionOver(Refusal):
    """It has ended, so nothing about it can be changed."""

    ended_at: datetime


@dataclass(eq=False)
class SessionCancelled(Refusal):
    """It does not take place."""


@dataclass(eq=False)
class SessionBegun(Refusal):
    """It has begun, so its start stays."""


@dataclass(eq=False)
class SessionNeedsPlace(Refusal):
    """Neither a voice or stage channel nor a link was named, or both."""


@dataclass(eq=False)
class BadLink(Refusal):
    """A place that is too long to be shown."""

    most: int


@dataclass(eq=False)
class BadLength(Refusal):
    """A length that could not be read, or that no session has."""

    words: str


@dataclass(eq=False)
class SessionInPast(Refusal):
    """The start is over, or further away than sessions are planned."""

    at: datetime


@dataclass(eq=False)
class NotWeekly(Refusal):
    """The words for the start say that it comes again, but not once a week."""

    words: str


@dataclass(eq=False)
class NeedsOwnStart(Refusal):
    """The words for the start hang on somebody's exam or on another session."""

    words: str


@dataclass(eq=False)
class DraftGone(Refusal):
    """What was typed was posted already, is older than a week, or belongs to somebody else."""
