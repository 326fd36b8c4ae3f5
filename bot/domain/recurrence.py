"""Rules for what comes again: days of a cycle, at wall times, in a zone.

Each wall time on each scheduled local date has one instant, as `schedule` gives it: a time that the clock skips happens
at the first minute that exists, one that occurs twice the first time, a date that never was has none. Times that a gap
pushes onto one instant happen once.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.domain.schedule import DAY_NAMES, EVERY_DAY, day_exists, instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LAST = -1
"""As a day of the month, or as the number of a weekday within its month: the last one."""
LONGEST_CYCLE = 999
"""The most days, weeks, months or years between two turns of a rule."""

_END = date(9999, 1, 1)
"""No rule comes on this day or after it: what lies near `date.max` has no instant in every zone."""
_LEAP_YEAR = 2000
_LONGEST_MONTH = 31
_SHORTEST_MONTH = 28
_WEEKDAYS = tuple(name[:3].lower() for name in DAY_NAMES)


def _check_cycle(every: int) -> None:
    if not 1 <= every <= LONGEST_CYCLE:
        raise ValueError(f"a cycle has 1 to {LONGEST_CYCLE} days, weeks, months or years")


def _turns(first: int, start: int, every: int, end: int) -> range:
    """The numbers from *first* on that lie a whole number of cycles from *start*."""
    return range(first + (start - first) % every, end, every)


def _in_order(numbers: Iterable[int]) -> list[int]:
    return sorted(numbers, key=lambda number: _LONGEST_MONTH + 1 if number == LAST else number)


@dataclass(frozen=True, slots=True)
class Days:
    """Every day, or every so many days."""

    every: int = 1

    def __post_init__(self) -> None:
        _check_cycle(self.every)

    @property
    def shortened(self) -> bool:
        return False

    def dates(self, first: date, start: date) -> Iterator[date]:
        """Its dates in order, *first* or later; *start* is a day of the cycle."""
        for number in _turns(first.toordinal(), start.toordinal(), self.every, _END.toordinal()):
            yield date.fromordinal(number)

    def words(self) -> tuple[str, str]:
        """Its unit and which days of it, as `Recurrence.to_text` writes them."""
        return "day", ""


@dataclass(frozen=True, slots=True)
class Weeks:
    """Weekdays (0 = Monday) of every week, or of every so many weeks; a week begins on Monday.

    Raises ValueError for no weekday or one outside 0–6.
    """

    weekdays: frozenset[int]
    every: int = 1

    def __post_init__(self) -> None:
        _check_cycle(self.every)
        if not self.weekdays or not self.weekdays <= EVERY_DAY:
            raise ValueError("choose at least one day of the week, from 0 (Monday) to 6 (Sunday)")

    @property
    def shortened(self) -> bool:
        return False

    def dates(self, first: date, start: date) -> Iterator[date]:
        """Its dates in order, from the week of *first* on; *start* lies in a week of the cycle."""
        weekdays = sorted(self.weekdays)
        # Day 1 of the calendar, 1 January of the year 1, is a Monday.
        week, from_week = (first.toordinal() - 1) // 7, (start.toordinal() - 1) // 7
        for number in _turns(week, from_week, self.every, _END.toordinal() // 7):
            for weekday in weekdays:
                yield date.fromordinal(number * 7 + weekday + 1)

    def words(self) -> tuple[str, str]:
        return "week", ",".join(_WEEKDAYS[number] for number in sorted(self.weekdays))


def _months(first: date, start: date, every: int) -> Iterator[tuple[int, int]]:
    month, from_month = (day.year * 12 + day.month - 1 for day in (first, start))
    for number in _turns(month, from_month, every, _END.year * 12):
        yield number // 12, number % 12 + 1


@dataclass(frozen=True, slots=True)
class MonthDays:
    """Days of the month, 1–31 or LAST; a day that a month does not have means its last one.

    Raises ValueError for no day or one that no month has.
    """

    days: frozenset[int]
    every: int = 1

    def __post_init__(self) -> None:
        _check_cycle(self.every)
        if not self.days or not self.days <= {LAST, *range(1, _LONGEST_MONTH + 1)}:
            raise ValueError("choose at least one day of the month, from 1 to 31 or the last")

    @property
    def shortened(self) -> bool:
        return max(self.days) > _SHORTEST_MONTH

    def dates(self, first: date, start: date) -> Iterator[date]:
        """Its dates in order, from the month of *first* on; *start* lies in a month of the cycle."""
        for year, month in _months(first, start, self.every):
            length = monthrange(year, month)[1]
            for day in sorted({length if day == LAST else min(day, length) for day in self.days}):
                yield date(year, month, day)

    def words(self) -> tuple[str, str]:
        return "month", ",".join(_number_text(day) for day in _in_order(self.days))


@dataclass(frozen=True, slots=True)
class MonthWeekdays:
    """The first to fourth, or LAST, of one weekday (0 = Monday) in a month.

    Raises ValueError for no number, another number, or a weekday outside 0–6.
    """

    which: frozenset[int]
    weekday: int
    every: int = 1

    def __post_init__(self) -> None:
        _check_cycle(self.every)
        if not self.which or not self.which <= {LAST, 1, 2, 3, 4}:
            raise ValueError("choose the first, second, third, fourth or last of the month")
        if self.weekday not in EVERY_DAY:
            raise ValueError("choose a day of the week, from 0 (Monday) to 6 (Sunday)")

    @property
    def shortened(self) -> bool:
        return False

    def dates(self, first: date, start: date) -> Iterator[date]:
        """Its dates in order, from the month of *first* on; *start* lies in a month of the cycle."""
        for year, month in _months(first, start, self.every):
            opening, length = monthrange(year, month)
            all_of_them = range(1 + (self.weekday - opening) % 7, length + 1, 7)
            for day in sorted({all_of_them[number if number == LAST else number - 1] for number in self.which}):
                yield date(year, month, day)

    def words(self) -> tuple[str, str]:
        numbers = ",".join(_number_text(number) for number in _in_order(self.which))
        return "month", f"{_WEEKDAYS[self.weekday]}:{numbers}"


@dataclass(frozen=True, slots=True)
class YearDay:
    """A day of the year; 29 February means the 28th in common years.

    Raises ValueError for a day that no year has.
    """

    month: int
    day: int
    every: int = 1

    def __post_init__(self) -> None:
        _check_cycle(self.every)
        date(_LEAP_YEAR, self.month, self.day)

    @property
    def shortened(self) -> bool:
        return (self.month, self.day) == (2, 29)

    def dates(self, first: date, start: date) -> Iterator[date]:
        """Its dates in order, from the year of *first* on; *start* lies in a year of the cycle."""
        for year in _turns(first.year, start.year, self.every, _END.year):
            yield date(year, self.month, min(self.day, monthrange(year, self.month)[1]))

    def words(self) -> tuple[str, str]:
        return "year", f"{self.month:02}-{self.day:02}"


Pattern = Days | Weeks | MonthDays | MonthWeekdays | YearDay


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The dates of a pattern at wall times (one or several, to the minute) of an IANA zone.

    Nothing comes before the local date *start* or after *until*. A pattern of every so many days, weeks, months or
    years needs a *start*: its cycle counts from the day, week (from Monday), month or year of it.
    Raises ValueError for no time, one with seconds or an offset, an unknown zone, or a cycle without start.
    """

    pattern: Pattern
    at: tuple[time, ...]
    zone: str
    start: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if not self.at:
            raise ValueError("a rule has at least one time of day")
        if any(at.second or at.microsecond or at.tzinfo for at in self.at):
            raise ValueError("a rule's times are wall times, to the minute")
        if self.pattern.every > 1 and self.start is None:
            raise ValueError("a cycle counts from a start")
        _zone(self.zone)
        # One rule has one form, so that equal rules are equal, and are stored as the same text.
        object.__setattr__(self, "at", tuple(sorted({at.replace(fold=0) for at in self.at})))

    @property
    def shortened(self) -> bool:
        """Whether it names a day that some months or years lack, and their last one is meant there."""
        return self.pattern.shortened

    def in_zone(self, zone: str) -> Recurrence:
        """The same dates and wall times elsewhere. Raises ValueError for an unknown zone."""
        return replace(self, zone=zone)

    def next_after(self, after: datetime) -> datetime | None:
        """The first instant (UTC) of the rule strictly after an aware one; None when it has ended."""
        if after.utcoffset() is None:
            raise ValueError("an instant needs its offset from UTC")
        zone = _zone(self.zone)
        after = after.astimezone(UTC)
        # A slot is the first moment at which the local clock shows its time or a later one. So every slot of a date
        # before the one that the clock shows is over, whatever gaps and overlaps there were.
        for day in self._dates(after.astimezone(zone).date()):
            for at in self.at:
                slot = instant(day, at, zone)
                if slot > after and day_exists(day, zone):
                    return slot
        return None

    def times(self, after: datetime, n: int) -> tuple[datetime, ...]:
        """The next *n* instants (UTC) strictly after an aware one; fewer where the rule ends."""
        found: list[datetime] = []
        while len(found) < n:
            following = self.next_after(found[-1] if found else after)
            if following is None:
                break
            found.append(following)
        return tuple(found)

    def _dates(self, first: date) -> Iterator[date]:
        if self.start is not None:
            first = max(first, self.start)
        for day in self.pattern.dates(first, self.start or first):
            if self.until is not None and day > self.until:
                return
            if day >= first:
                yield day

    def to_text(self) -> str:
        """The rule as one line to store: “r1 week/2 mon,wed at 07:00,18:30 in Europe/Berlin from 2027-01-04”.

        Equal rules have equal texts. A text stays readable for ever: another form would begin with another “r…”.
        """
        unit, which = self.pattern.words()
        cycle = f"{unit}/{self.pattern.every}" if self.pattern.every > 1 else unit
        times = ",".join(f"{at:%H:%M}" for at in self.at)
        words = ["r1", cycle, *([which] if which else []), "at", times, "in", self.zone]
        if self.start is not None:
            words += ["from", self.start.isoformat()]
        if self.until is not None:
            words += ["until", self.until.isoformat()]
        return " ".join(words)

    @staticmethod
    def from_text(text: str) -> Recurrence:
        """The rule that `to_text` wrote. Raises ValueError for any other text."""
        match = _TEXT.fullmatch(text)
        if match is None:
            raise ValueError("this is no stored rule")
        rule = Recurrence(
            _pattern(match["unit"], int(match["every"] or 1), match["which"] or ""),
            tuple(time.fromisoformat(at) for at in match["at"].split(",")),
            match["zone"],
            *(date.fromisoformat(match[end]) if match[end] else None for end in ("start", "until")),
        )
        if rule.to_text() != text:
            raise ValueError("this is no stored rule: its parts are not in their one order and form")
        return rule


_TEXT = re.compile(
    r"r1 (?P<unit>day|week|month|year)(?:/(?P<every>\d{1,3}))?(?: (?P<which>[a-z0-9,:-]+))?"
    r" at (?P<at>[0-9:,]+) in (?P<zone>\S+)(?: from (?P<start>[0-9-]+))?(?: until (?P<until>[0-9-]+))?",
    re.ASCII,
)


def _pattern(unit: str, every: int, which: str) -> Pattern:
    if unit == "day":
        return Days(every)
    if unit == "week":
        return Weeks(frozenset(_WEEKDAYS.index(name) for name in which.split(",")), every)
    if unit == "year":
        month, _, day = which.partition("-")
        return YearDay(int(month), int(day), every)
    weekday, colon, numbers = which.rpartition(":")
    found = frozenset(LAST if number == "last" else int(number) for number in numbers.split(","))
    return MonthWeekdays(found, _WEEKDAYS.index(weekday), every) if colon else MonthDays(found, every)


def _number_text(number: int) -> str:
    return "last" if number == LAST else str(number)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        # OSError: the name of a folder of zones (“Europe”), or one longer than a file's may be.
        raise ValueError("no zone has this name") from None
