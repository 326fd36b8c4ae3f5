"""What can be refused about reminders, by kind and with its values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.refusals import Refusal


@dataclass(eq=False)
class NoGroupOfYours(Refusal):
    """In a direct message: the person was never met in any group."""


@dataclass(eq=False)
class NoSuchReminder(Refusal):
    """The button belongs to no reminder that is kept (a deleted one, or a made-up id)."""


@dataclass(eq=False)
class NotYourReminder(Refusal):
    """Somebody pressed a button of another member's reminder."""


@dataclass(eq=False)
class NoWords(Refusal):
    """A reminder of nothing."""


@dataclass(eq=False)
class WordsTooLong(Refusal):
    """A reminder's text has too many characters, or needs too many to be shown letter for letter."""

    most: int


@dataclass(eq=False)
class TooManyReminders(Refusal):
    """The member has as many active reminders as one may have."""

    most: int


@dataclass(eq=False)
class TooFarAway(Refusal):
    """A time that lies too many years ahead."""

    years: int


@dataclass(eq=False)
class ReminderOver(Refusal):
    """What is to be switched on again has its time behind it."""


@dataclass(eq=False)
class SnoozedOnce(Refusal):
    """A snooze for what comes again and again."""


@dataclass(eq=False)
class AlreadySnoozed(Refusal):
    """Another press was faster."""

    until: datetime


@dataclass(eq=False)
class AlreadyDone(Refusal):
    """The reminder was confirmed before."""


@dataclass(eq=False)
class OwnReminder(Refusal):
    """The owner wants a copy of their own reminder."""


@dataclass(eq=False)
class AlreadyFollowing(Refusal):
    """The member took a copy of this reminder before."""


@dataclass(eq=False)
class TooManyFollowers(Refusal):
    """As many members took a copy of a reminder as may."""

    most: int


@dataclass(eq=False)
class TooManyCopies(Refusal):
    """The member took too many copies of others' reminders within an hour."""

    most: int


@dataclass(eq=False)
class ClosedMessages(Refusal):
    """The member's direct messages are closed, and nothing else would do."""


@dataclass(eq=False)
class CannotPostHere(Refusal):
    """The bot may not write in the channel; `names` are Discord's names of the rights."""

    channel_id: int
    names: tuple[str, ...]


@dataclass(eq=False)
class MayNotPostHere(Refusal):
    """The member may not write in the channel, so the bot does not do it for them."""


@dataclass(eq=False)
class AlreadySettled(Refusal):
    """The question about a draft was answered before."""
