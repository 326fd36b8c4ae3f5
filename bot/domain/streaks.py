"""Streaks: the member's own days in a row with at least one answer.

A day is the date on the member's clock when they clicked (`days.local_day`). What a day means, in this order:

- an answer on it counts it, even where the day is off or paused;
- a paused day or a day off neither breaks nor counts;
- a missed one is covered by a freeze where there is one: the streak holds and does not grow;
- else the streak has ended, with that day.

Seven counted days of a streak earn a freeze; two are kept at most. Today is never missed before it is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.schedule import instant

FREEZE_EVERY = 7
MOST_FREEZES = 2
PINGS_FROM, PINGS_UNTIL = 8, 21
"""Hours of the member's clock between which a streak may be mentioned unasked."""

_ONE_DAY = timedelta(days=1)
_FURTHEST = 400
"""Days looked ahead for the next one that asks for an answer."""

Off = Callable[[date], bool]
"""Whether a day asks nothing of the member: `days.days_off`, or a test's own rule."""
Pauses = Sequence[tuple[date, date | None]]
"""First and last day of each pause, both included; None where it goes on."""


def no_day_off(day: date) -> bool:  # noqa: ARG001  the rule of a group that asks every day
    return False


class Day(StrEnum):
    """What a day was to a streak."""

    ANSWERED = "answered"
    PAUSED = "paused"
    OFF = "off"
    FROZEN = "frozen"
    MISSED = "missed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Streak:
    """How many days in a row were answered, the best so far, and the last day with an answer.

    *freezes* are left; *frozen_days* are the missed days of this streak that one covered, to be told to the member.
    A streak that ended has *current* 0 and names the day that ended it in *ended_on*, until an answer begins anew.
    """

    current: int
    longest: int
    last_day: date
    freezes: int = 0
    frozen_days: tuple[date, ...] = ()
    ended_on: date | None = None


def calendar(
    days: Iterable[date], *, today: date, off: Off = no_day_off, pauses: Pauses = ()
) -> list[tuple[date, Day]]:
    """What each day was, from the first with an answer to *today*; empty without one.

    *days* are those with an answer, in any order and as often as they come. An answer dated after *today* (the member
    has since travelled west) counts; the list then reaches to it. Days between two streaks are missed.
    """
    given = sorted(set(days))
    if not given:
        return []
    counted = set(given)
    day, end = given[0], max(today, given[-1])
    run = freezes = 0
    found = []
    while day <= end:
        kind = Day.MISSED
        if day in counted:
            kind = Day.ANSWERED
            run += 1
            if run % FREEZE_EVERY == 0:
                freezes = min(MOST_FREEZES, freezes + 1)
        elif not _asked(day, off, pauses):
            kind = Day.PAUSED if _paused(day, pauses) else Day.OFF
        elif day == end:
            kind = Day.OPEN
        elif run and freezes:
            kind = Day.FROZEN
            freezes -= 1
        else:
            run = 0
        found.append((day, kind))
        day += _ONE_DAY
    return found


def from_history(days: Iterable[date], *, today: date, off: Off = no_day_off, pauses: Pauses = ()) -> Streak | None:
    """The streak as all answers say it must be on *today*; None where there is no answer.

    This is the rule itself; `answered` and `rolled` are its short cuts. Whatever is learnt late (an answer clicked
    before others that are kept already, a pause set for last week) is right by asking this again.
    """
    current = longest = freezes = 0
    last: date | None = None
    frozen: list[date] = []
    ended: date | None = None
    for day, kind in calendar(days, today=today, off=off, pauses=pauses):
        if kind is Day.ANSWERED:
            if not current:
                frozen, ended = [], None
            current += 1
            longest = max(longest, current)
            last = day
            if current % FREEZE_EVERY == 0:
                freezes = min(MOST_FREEZES, freezes + 1)
        elif kind is Day.FROZEN:
            freezes -= 1
            frozen.append(day)
        elif kind is Day.MISSED and current:
            current, ended = 0, day
    return None if last is None else Streak(current, longest, last, freezes, tuple(frozen), ended)


def needs_history(streak: Streak | None, day: date) -> bool:
    """Whether an answer on *day* comes too late for `answered`, so that `from_history` has to be asked.

    That is an answer before the last day that the streak has judged already: kept late, or given after travelling
    back over a date.
    """
    return streak is not None and day != streak.last_day and day <= _judged(streak)


def answered(streak: Streak | None, day: date, *, off: Off = no_day_off, pauses: Pauses = ()) -> Streak:
    """The streak after an answer on *day*: the same as `from_history` on that day, in one step.

    Raises ValueError where `needs_history` says so.
    """
    if streak is None:
        return Streak(1, 1, day)
    if day == streak.last_day:
        return streak
    if needs_history(streak, day):
        raise ValueError("an answer for a day that was judged already: ask from_history")
    streak = rolled(streak, day, off=off, pauses=pauses)
    if not streak.current:
        return Streak(1, streak.longest, day)
    current = streak.current + 1
    earned = current % FREEZE_EVERY == 0
    freezes = min(MOST_FREEZES, streak.freezes + 1) if earned else streak.freezes
    return Streak(current, max(current, streak.longest), day, freezes, streak.frozen_days)


def rolled(streak: Streak, today: date, *, off: Off = no_day_off, pauses: Pauses = ()) -> Streak:
    """The streak as it stands on *today*: missed days before it are covered by freezes, or have ended it.

    Asking twice, or on every day, gives the same as asking once.
    """
    if not streak.current:
        return streak
    freezes, frozen = streak.freezes, list(streak.frozen_days)
    day = _judged(streak) + _ONE_DAY
    while day < today:
        if _asked(day, off, pauses):
            if not freezes:
                return replace(streak, current=0, freezes=0, frozen_days=tuple(frozen), ended_on=day)
            freezes -= 1
            frozen.append(day)
        day += _ONE_DAY
    return streak if freezes == streak.freezes else replace(streak, freezes=freezes, frozen_days=tuple(frozen))


def next_asked(streak: Streak, *, today: date, off: Off = no_day_off, pauses: Pauses = ()) -> date | None:
    """The next day that needs an answer (or takes a freeze): today where it is open; None in a pause without end."""
    day = max(today, _judged(streak) + _ONE_DAY)
    for _ in range(_FURTHEST):
        if _asked(day, off, pauses):
            return day
        day += _ONE_DAY
    return None


def ends_at(
    streak: Streak, zone: ZoneInfo, *, today: date, off: Off = no_day_off, pauses: Pauses = ()
) -> datetime | None:
    """The instant (UTC) at which the streak ends unless an answer comes before.

    It is the end, on the member's clock, of the first day that no freeze would cover. None for a streak that has
    ended, and where no day within a year asks for an answer (a pause without end). *today* is the member's date.
    """
    streak = rolled(streak, today, off=off, pauses=pauses)
    if not streak.current:
        return None
    day = next_asked(streak, today=today, off=off, pauses=pauses)
    for _ in range(streak.freezes):
        if day is None:
            return None
        day = next_asked(streak, today=day + _ONE_DAY, off=off, pauses=pauses)
    return None if day is None else instant(day + _ONE_DAY, time(0), zone)


def may_ping(at: datetime, zone: ZoneInfo) -> bool:
    """Whether a streak may be mentioned unasked at this instant: never at night, from eight to nine."""
    return PINGS_FROM <= at.astimezone(zone).hour < PINGS_UNTIL


def _judged(streak: Streak) -> date:
    """The last day of which it is settled what it was to the streak."""
    judged = max((streak.last_day, *streak.frozen_days[-1:]))
    return judged if streak.ended_on is None else max(judged, streak.ended_on)


def _paused(day: date, pauses: Pauses) -> bool:
    return any(first <= day and (last is None or day <= last) for first, last in pauses)


def _asked(day: date, off: Off, pauses: Pauses) -> bool:
    return not _paused(day, pauses) and not off(day)
