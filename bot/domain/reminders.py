"""Reminders: how many, how long, when a snooze ends, and what was missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.domain.schedule import instant

if TYPE_CHECKING:
    from bot.domain.recurrence import Recurrence

MOST_ACTIVE = 50
"""Reminders of a member that are on or paused."""
MOST_DRAFTS = 20
LONGEST_TEXT = 1000
MOST_FOLLOWERS = 50
"""Members who may have a copy of one reminder."""
FOLLOWED_AN_HOUR = 10
"""Copies that a member may take in an hour."""
FURTHEST = timedelta(days=5 * 366)
"""How far ahead a snooze may be."""
DRAFTS_KEPT = timedelta(days=1)
OVER_KEPT = timedelta(days=30)
"""How long what is over can still be snoozed; then it is deleted."""
MORNING = time(9)
LATE = timedelta(seconds=90)
_COUNTED = 1000
_DAY = timedelta(days=1)


class State(StrEnum):
    """Where a reminder is in its life: what is over was sent for the last time, what is done was confirmed too."""

    DRAFT = "draft"
    ON = "on"
    PAUSED = "paused"
    OVER = "over"
    DONE = "done"


class Target(StrEnum):
    """Where a reminder goes: a direct message, or the channel that it was made in."""

    DM = "dm"
    HERE = "here"


@dataclass(frozen=True, slots=True)
class Missed:
    """The last slot of a rule that is due, and how many came before it, since the one that was waited for."""

    slot: datetime
    earlier: int


def tomorrow(now: datetime, zone: str) -> datetime:
    """Nine in the morning of the next local date."""
    where = ZoneInfo(zone)
    return instant(now.astimezone(where).date() + _DAY, MORNING, where)


def last_due(rule: Recurrence, due: datetime, now: datetime) -> Missed:
    """What of a rule is to be sent at *now*, when the slot *due* was waited for: the last one that is over.

    Of more than a thousand missed ones, the thousandth is taken for the last.
    """
    slot, earlier = due, 0
    while earlier < _COUNTED:
        following = rule.next_after(slot)
        if following is None or following > now:
            break
        slot, earlier = following, earlier + 1
    return Missed(slot, earlier)


def is_late(due: datetime, now: datetime) -> bool:
    """Whether it has to be said that it comes late."""
    return now - due > LATE


def offset_at(zone: str, at: datetime) -> int:
    """A zone's distance from UTC at an instant, in seconds: where it changed, a planned wall time has moved."""
    delta = at.astimezone(ZoneInfo(zone)).utcoffset()
    assert delta is not None
    return int(delta.total_seconds())


def wall(at: datetime, zone: str) -> str:
    """The wall time of an instant in a zone, to the minute, as it is kept."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def at_wall(kept: str, zone: str) -> datetime:
    """The instant of a wall time that `wall` wrote, in a zone."""
    local = datetime.strptime(kept, "%Y-%m-%d %H:%M")  # noqa: DTZ007  it gets its zone on the next line
    return instant(local.date(), local.time(), ZoneInfo(zone))
