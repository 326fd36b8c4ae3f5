"""A member's own days: which date it was for them, through all their time zones, and which days asked nothing.

A date is that of the zone that was in force at the click, so that a later change of zone re-dates nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.domain.schedule import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.domain.schedule import Weekly

    Posted = Callable[[datetime, datetime], bool]
    """Whether a question was or will be posted from the first instant on and before the second one."""

SHORTEST_DAY = timedelta(hours=12)
"""A date that lasted less for a traveller is too short to be missed; no clock change makes one, 23 hours are whole."""

_ONE_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Stay:
    """From the instant *since* on, the member's clock showed the time of the IANA *zone*."""

    since: datetime
    zone: str


def zone_at(stays: Sequence[Stay], at: datetime) -> ZoneInfo:
    """The member's zone at an instant. *stays* are in order; the first one also holds for all time before it.

    Raises ValueError without a stay.
    """
    if not stays:
        raise ValueError("a member has a zone")
    zone = stays[0].zone
    for stay in stays[1:]:
        if stay.since > at:
            break
        zone = stay.zone
    return ZoneInfo(zone)


def local_day(stays: Sequence[Stay], at: datetime) -> date:
    """The date on the member's clock at an instant: the day that an answer clicked then counts for."""
    return at.astimezone(zone_at(stays, at)).date()


def spans(day: date, stays: Sequence[Stay]) -> list[tuple[datetime, datetime]]:
    """When it was *day* for the member, in UTC: from … until before.

    Mostly one span. None for a date that a traveller (or a whole zone) skipped, two for one that they lived twice.
    """
    found = []
    for place, stay in enumerate(stays):
        zone = ZoneInfo(stay.zone)
        start = stay.since if place else _EVER[0]
        end = stays[place + 1].since if place + 1 < len(stays) else _EVER[1]
        start = max(start, instant(day, time(0), zone))
        end = min(end, instant(day + _ONE_DAY, time(0), zone))
        if start < end:
            found.append((start, end))
    return found


def days_off(stays: Sequence[Stay], posted: Posted) -> Callable[[date], bool]:
    """The rule for days that ask nothing of the member, for `streaks`.

    A day is off when no question was posted on it by the member's clock (the group's weekend is not everybody's:
    Friday evening in Los Angeles is Saturday in Auckland), or when travelling left less than twelve hours in a row of
    it. For days gone by, *posted* should ask the rounds that there were, so that a new schedule changes no past; for
    days to come `by_schedule`.
    """

    def off(day: date) -> bool:
        lived = spans(day, stays)
        if not any(end - start >= SHORTEST_DAY for start, end in lived):
            return True
        return not any(posted(start, end) for start, end in lived)

    return off


def by_schedule(schedule: Weekly) -> Posted:
    """What a group's schedule says is posted."""
    return lambda start, end: schedule.next_after(start - _TICK) < end
