"""Continuing education: units and their cycle, the days to be reminded on, and what must not be shared.

Units are counted in halves, the smallest step, so that sums stay exact. A cycle is as many months as the exam file says
and ends on a day that the member names; what is too much in one does not carry over into the next.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.domain.schedule import instant

if TYPE_CHECKING:
    from bot.domain.blueprint import UnitKind, Upkeep

RUNGS = (90, 45, 15, 1)
"""Days before the cycle's last day on which a member is reminded."""

REMIND_AT = time(10)
TITLE_LIMIT = 100
MOST_HALVES = 200
"""Of one entry: the longest conference gives fewer."""

MOST_ENTRIES = 300
"""Of one member in one cycle."""

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Earned:
    """An entry: what was attended, when it was completed, and the half units it gave."""

    unit_id: int
    day: date
    title: str
    halves: int
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Cycle:
    """Both days are included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def months_on(day: date, months: int) -> date:
    """The same day of the month so many months on (or back); the last day of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def cycle_on(anchor: date, months: int, day: date) -> Cycle:
    """The cycle that *day* lies in, where one ends on *anchor*. Counted from there, so that a 31st stays one."""
    number = (day.year - anchor.year) * 12 + day.month - anchor.month
    turns = number // months - 1
    while months_on(anchor, turns * months) < day:
        turns += 1
    return Cycle(months_on(anchor, (turns - 1) * months) + _ONE_DAY, months_on(anchor, turns * months))


@dataclass(frozen=True, slots=True)
class OfKind:
    """A kind's half units: how many there are, and how many of them count."""

    kind: UnitKind
    earned: int
    counted: int

    @property
    def lacking(self) -> int:
        """What is still asked for of this kind itself."""
        return max(0, self.kind.least - self.earned)


@dataclass(frozen=True, slots=True)
class Tally:
    """What was earned in a cycle against what it takes, in half units."""

    required: int
    earned: int
    counted: int
    kinds: tuple[OfKind, ...]

    @property
    def missing(self) -> int:
        """What is still needed, of whatever kind."""
        return max(self.required - self.counted, sum(one.lacking for one in self.kinds), 0)


def tally(entries: Iterable[Earned], upkeep: Upkeep, required: int | None = None) -> Tally:
    """Count a cycle's entries; *required* is the member's own number where they hold several credentials."""
    earned = list(entries)
    whole = sum(one.halves for one in earned)
    kinds = []
    for kind in upkeep.kinds:
        have = sum(one.halves for one in earned if one.kind == kind.name)
        kinds.append(OfKind(kind, have, have if kind.most is None else min(have, kind.most)))
    lost = sum(one.earned - one.counted for one in kinds)
    return Tally(upkeep.halves if required is None else required, whole, whole - lost, tuple(kinds))


def rung_at(last: date, days: int, zone: ZoneInfo) -> datetime:
    """When a member in *zone* is told that the cycle ends with the day *last*, so many days before."""
    return instant(last - timedelta(days=days), REMIND_AT, zone)


def rungs_due(last: date, told: int | None, zone: ZoneInfo, now: datetime) -> list[int]:
    """The days before the end whose hour has come and that the member was not told of; *told* were the last ones."""
    return [days for days in RUNGS if (told is None or days < told) and rung_at(last, days, zone) <= now]


def next_turn(last: date, told: int | None, zone: ZoneInfo, now: datetime) -> datetime:
    """When there is something to do for a cycle next: a reminder at its hour, or the turn to the following cycle.

    A reminder whose hour a change of zone took away comes at the same hour of the next day.
    """
    over = ends_at(last, zone)
    for days in RUNGS:
        if told is not None and days >= told:
            continue
        at = rung_at(last, days, zone)
        if at <= now:
            today = now.astimezone(zone).date()
            choices = (instant(today + n * _ONE_DAY, REMIND_AT, zone) for n in (0, 1))
            at = next((one for one in choices if one > now), now)
        return min(at, over)
    return over


def ends_at(last: date, zone: ZoneInfo) -> datetime:
    """The instant at which the cycle is over."""
    return instant(last + _ONE_DAY, time(0), zone)


def halves_of(units: float) -> int | None:
    """Units as a member types them, in halves; None for what is no half step or out of bounds."""
    halves = round(units * 2) if -MOST_HALVES < units < MOST_HALVES else 0
    return halves if 1 <= halves <= MOST_HALVES and abs(halves - units * 2) < 1e-9 else None
