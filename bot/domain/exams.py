"""Exam dates: when a member is told of one, when nobody disturbs them, and how a date is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.domain.dates import parse_day
from bot.domain.instants import from_ms
from bot.domain.schedule import DAY_NAMES, instant, parse_time

if TYPE_CHECKING:
    from bot.domain.schedule import Weekly

LADDER = (30, 14, 7, 1)
"""Days before an exam on which its member is told."""
RUNG_AT = time(18)
ASK_AT = time(10)
DAY_ONLY = time(9)
"""What is counted down to where only the day is known."""
WISH_AT = time(8)
WISH_BEFORE = timedelta(hours=2)
FURTHEST = timedelta(days=730)
WISH, ASK = "wish", "ask"
_ONE_DAY = timedelta(days=1)
_NUMERIC = re.compile(r"(\d{1,2}) ?([/.-]) ?(\d{1,2})(?: ?\2 ?(\d{4}|\d{2})?)?", re.ASCII)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_WEEKDAYS = {name.lower()[:length]: n for n, name in enumerate(DAY_NAMES) for length in (3, len(name))}
_CLOCK = re.compile(r"\d:\d|\d ?[ap]\.?m\.?$|noon$|midday$", re.ASCII)
_YEAR = re.compile(r"\b\d{4}\b", re.ASCII)


class Outcome(StrEnum):
    """What a member said the day after."""

    PASSED = "passed"
    FAILED = "failed"
    UNSAID = "unsaid"


@dataclass(frozen=True, slots=True)
class Exam:
    """One sitting. `start` is the wall time in `zone` (IANA), None where only the day is known.

    Instants in milliseconds: `at_ms` is what is counted down to (09:00 where there is no time); its day, by the clock
    that the member goes by, lasts from `starts_ms` until before `ends_ms`. `wish` is when to wish well by that clock
    (None: the usual), `told` says that the group knows of the pass.
    """

    exam_id: int
    member_id: int
    blueprint: str
    day: date
    start: time | None
    zone: str
    at_ms: int
    starts_ms: int
    ends_ms: int
    wish: time | None = None
    outcome: Outcome | None = None
    told: bool = False

    @property
    def at(self) -> datetime:
        """What is counted down to, in UTC."""
        return from_ms(self.at_ms)

    @property
    def begun_by_ms(self) -> int:
        """The instant from which its member may have sat it."""
        return self.starts_ms if self.start is None else self.at_ms

    @property
    def place(self) -> ZoneInfo:
        """The zone of the exam's own clock."""
        return ZoneInfo(self.zone)


@dataclass(frozen=True, slots=True)
class Step:
    """One message around an exam: a rung of the ladder ("30" … "1"), `WISH` or `ASK`, and when (UTC) it is due."""

    word: str
    at: datetime


def at_of(day: date, start: time | None, zone: ZoneInfo) -> datetime:
    """What is counted down to (UTC): the start, or the morning where only the day is known."""
    return instant(day, start or DAY_ONLY, zone)


def day_of(at: datetime, home: ZoneInfo) -> tuple[datetime, datetime]:
    """From when until when (UTC) the exam's day lasts for a member who goes by the *home* clock."""
    day = at.astimezone(home).date()
    return instant(day, time(0), home), instant(day + _ONE_DAY, time(0), home)


def wish_at(exam: Exam, home: ZoneInfo) -> datetime:
    """When to wish well, by the *home* clock: as chosen, else two hours before it, else at 08:00."""
    day = exam.at.astimezone(home).date()
    if exam.wish is not None:
        return instant(day, exam.wish, home)
    if exam.start is not None:
        return max(from_ms(exam.starts_ms), exam.at - WISH_BEFORE)
    return instant(day, WISH_AT, home)


def wish_ends(exam: Exam, home: ZoneInfo) -> datetime:
    """Until when a late wish is still one: the exam's start, or the day's end where it was chosen to come after."""
    return exam.at if exam.start is not None and wish_at(exam, home) < exam.at else from_ms(exam.ends_ms)


def days_left(exam: Exam, home: ZoneInfo, now: datetime) -> int:
    """Days until the exam by the member's calendar; 0 on the day itself."""
    return (exam.at.astimezone(home).date() - now.astimezone(home).date()).days


def steps(exam: Exam, home: ZoneInfo) -> list[Step]:
    """All messages around an exam in their order, by the member's *home* clock."""
    day = exam.at.astimezone(home).date()
    rungs = [Step(str(n), instant(day - timedelta(days=n), RUNG_AT, home)) for n in LADDER]
    return [*rungs, Step(WISH, wish_at(exam, home)), Step(ASK, instant(day + _ONE_DAY, ASK_AT, home))]


def overtaken(exam: Exam, home: ZoneInfo, word: str, now: datetime) -> bool:
    """Whether a message has become needless: the exam's day or the next rung has come, or the exam has begun."""
    if word == ASK:
        return exam.outcome is not None
    if word == WISH:
        return now >= wish_ends(exam, home)
    later = [one for one in steps(exam, home) if one.word.isdecimal() and int(one.word) < int(word)]
    return now >= from_ms(exam.starts_ms) or any(one.at <= now for one in later)


def questions_left(schedule: Weekly, per_day: int, now: datetime, exam: Exam) -> int:
    """How many daily questions come before the exam's day."""
    number, slot, starts = 0, now, from_ms(exam.starts_ms)
    while (slot := schedule.next_after(slot)) < starts:
        number += per_day
    return number


def read_day(text: str, today: date) -> tuple[date, ...]:
    """The days that a member's words may mean, from today to two years on: one, or two where 3/4 could be either.

    Raises ValueError where they mean none.
    """
    words = re.sub(r"^(?:on )?(?:the )?", "", " ".join(text.lower().replace(",", " ").split()))
    days = _numeric(words, today) if words[:1].isdecimal() else ()
    if not days:
        days = (_in_words(words, today),)
    found = tuple(sorted({day for day in days if today <= day <= today + FURTHEST}))
    if not found:
        raise ValueError(f"{text[:40]!r} is no day from today to two years on")
    return found


def read_day_and_time(text: str, today: date) -> tuple[tuple[date, ...], time | None]:
    """The same where a time may follow: '14 March 9:00'. Raises ValueError."""
    try:
        return read_day(text, today), None
    except ValueError:
        words = text.split()
        for length in (1, 2, 3):
            tail = " ".join(words[-length:])
            if not _CLOCK.search(tail.lower()):
                continue  # 2027 is no half past eight
            try:
                start = parse_time(tail)
                return read_day(" ".join(words[:-length]), today), start
            except ValueError:
                continue
        raise


def _in_words(words: str, today: date) -> date:
    weekday, _, rest = words.partition(" ")
    if rest and weekday.rstrip(".") in _WEEKDAYS:
        day = _in_words(rest, today)
        if day.weekday() != _WEEKDAYS[weekday.rstrip(".")]:
            raise ValueError(f"{words!r} is a {day:%A}")
        return day
    try:
        return parse_day(words, today)
    except ValueError:
        if not _YEAR.search(words):
            raise
        # Only a date with its year can be more than a year ahead.
        return parse_day(words, today + timedelta(days=365))


def _numeric(words: str, today: date) -> tuple[date, ...]:
    if match := _ISO.fullmatch(words):
        return _made(int(match[1]), int(match[2]), int(match[3]))
    match = _NUMERIC.fullmatch(words)
    if match is None:
        return ()
    first, second = int(match[1]), int(match[3])
    years = [today.year, today.year + 1] if match[4] is None else [_year(match[4], today)]
    readings = [(first, second)] if match[2] == "." else [(first, second), (second, first)]
    found = []
    for day, month in readings:
        ahead = [made for year in years for made in _made(year, month, day) if made >= today]
        found += ahead[:1]
    return tuple(found)


def _made(year: int, month: int, day: int) -> tuple[date, ...]:
    try:
        return (date(year, month, day),)
    except ValueError:
        return ()


def _year(digits: str, today: date) -> int:
    return int(digits) if len(digits) == 4 else today.year // 100 * 100 + int(digits)
