"""A member's own days: which date it was for them, through all their time zones, and which days asked nothing.

A member's calendar never goes back. Who flies west lives a date's hours twice, and it is the later date until that one
is over: so every day is one stretch of time, what a day was to a streak is settled when it ends, and nobody mends
yesterday by a change of zone. A later change of zone re-dates nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.domain.schedule import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from bot.domain.schedule import Weekly

    Posted = Callable[[datetime, datetime], bool]
    """Whether a question was or will be posted from the first instant on and before the second one."""

ONE_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)


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
    """The member's date at an instant: the day that an answer clicked then counts for.

    It is the date on the member's clock, or the latest that their clock has shown before.
    """
    day = at.astimezone(zone_at(stays, at)).date()
    for stay, following in pairwise(stays):
        if following.since > at:
            break
        day = max(day, _last_date(stay, following))
    return day


def _last_date(stay: Stay, following: Stay) -> date:
    return (following.since - _TICK).astimezone(ZoneInfo(stay.zone)).date()


def span(day: date, stays: Sequence[Stay]) -> tuple[datetime, datetime] | None:
    """When it was or will be *day* for the member, in UTC: from … until before; None for a date that was skipped."""
    start, end = _begin(day, stays), _begin(day + ONE_DAY, stays)
    return (start, end) if start < end else None


def _begin(day: date, stays: Sequence[Stay]) -> datetime:
    """The first instant that is *day* for the member, or later."""
    for stay, following in pairwise(stays):
        start = instant(day, time(0), ZoneInfo(stay.zone))
        if start < following.since:
            return start if stay is stays[0] else max(start, stay.since)
    last = stays[-1]
    start = instant(day, time(0), ZoneInfo(last.zone))
    return start if len(stays) == 1 else max(start, last.since)


def shortened(stays: Sequence[Stay]) -> set[date]:
    """The dates that a change of zone took hours from: those on both clocks at a change that set the clock forward."""
    found = set()
    for stay, following in pairwise(stays):
        before = following.since.astimezone(ZoneInfo(stay.zone))
        after = following.since.astimezone(ZoneInfo(following.zone))
        if after.replace(tzinfo=None) > before.replace(tzinfo=None):
            found |= {before.date(), after.date()}
    return found


def days_off(stays: Sequence[Stay], posted: Posted, excused: Collection[date] = ()) -> Callable[[date], bool]:
    """The rule for days that ask nothing of the member, for `streaks`.

    A day is off when no question was posted on it by the member's clock (the group's weekend is not everybody's:
    Friday evening in Los Angeles is Saturday in Auckland), when a change of zone took hours from it, or when it is
    *excused*: its question was answered in time, after midnight. For days gone by, *posted* should ask the rounds
    that there were, so that a new schedule changes no past; for days to come `by_schedule`.
    """
    free = shortened(stays).union(excused)

    def off(day: date) -> bool:
        if day in free:
            return True
        lived = span(day, stays)
        return lived is None or not posted(*lived)

    return off


def by_schedule(schedule: Weekly) -> Posted:
    """What a group's schedule says is posted."""
    return lambda start, end: schedule.next_after(start - _TICK) < end
