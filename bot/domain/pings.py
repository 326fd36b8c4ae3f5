"""When a member may be told, unasked, that a streak is about to end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.days import Stay, local_day
from bot.domain.schedule import instant
from bot.domain.streaks import PINGS_FROM, PINGS_UNTIL, may_ping

USUAL = time(18)
BEFORE_CLOSING = timedelta(hours=1)
AFTER_POSTING = timedelta(minutes=30)
ENOUGH = timedelta(minutes=15)
"""A reminder that leaves less time than this to answer comes too late to be one."""

Slot = tuple[datetime, datetime]
"""When a question is posted, and when it closes."""


def ping_at(slot: Slot, stays: Sequence[Stay]) -> datetime | None:
    """When to remind of a question: at 18:00 of the member's day, an hour before it closes if that is sooner.

    A question of the evening is reminded of after half an hour, or in the morning; None where no decent hour is left.
    """
    posted, closes = slot
    zone = ZoneInfo(stays[-1].zone)
    day = local_day(stays, posted)
    choices = (
        min(instant(day, USUAL, zone), closes - BEFORE_CLOSING),
        posted + AFTER_POSTING,
        instant(day, time(PINGS_FROM), zone),
        instant(day + timedelta(days=1), time(PINGS_FROM), zone),
    )
    return next((at for at in choices if posted <= at <= closes - ENOUGH and may_ping(at, zone)), None)


def next_ping(slots: Iterable[Slot], stays: Sequence[Stay], after: datetime) -> tuple[datetime, Slot] | None:
    """The first reminder after an instant, with its question; one question a day is reminded of."""
    found = ((at, slot) for slot in slots if (at := ping_at(slot, stays)) is not None and at > after)
    return min(found, default=None)


def ends_by(at: datetime, zone: ZoneInfo) -> datetime:
    """Until when a reminder that was to go at `at` may still go: the evening's end."""
    return instant(at.astimezone(zone).date(), time(PINGS_UNTIL), zone)
