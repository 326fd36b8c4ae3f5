"""What the words for a time come to: an instant, perhaps a rule or an anchor, what was assumed; or a question."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from bot.domain.days import ONE_DAY
from bot.domain.schedule import instant

if TYPE_CHECKING:
    from bot.domain.recurrence import Recurrence

What = Literal["exam", "session"]


@dataclass(frozen=True, slots=True)
class Context:
    """What words are read against: an aware *now*, the IANA zone to read in, the exams to come (nearest first) and the
    start of the next session, as aware instants."""

    now: datetime
    zone: str
    exams: tuple[datetime, ...] = ()
    session: datetime | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place in time beside an exam or session, to be found anew when that moves.

    First *months* and *days* before its local date, at the wall time *at* (None: the moment's own wall time); from
    there *before*, in real time. Negative numbers lie after it.
    """

    what: What
    before: timedelta = timedelta(0)
    days: int = 0
    months: int = 0
    at: time | None = None

    def instant(self, moment: datetime, zone: str) -> datetime:
        """The instant (UTC) beside an aware *moment*, with days and wall times of an IANA zone."""
        if not self.days and not self.months and self.at is None:
            return moment.astimezone(UTC) - self.before
        there = ZoneInfo(zone)
        local = moment.astimezone(there)
        day = months_later(local.date(), -self.months) - self.days * ONE_DAY
        return instant(day, local.time() if self.at is None else self.at, there) - self.before

    def to_text(self) -> str:
        """One line to store: “a1 exam 0 42 0 08:00” (months, days, seconds before, wall time or “-”)."""
        at = "-" if self.at is None else f"{self.at:%H:%M}"
        return f"a1 {self.what} {self.months} {self.days} {self.before // timedelta(seconds=1)} {at}"

    @staticmethod
    def from_text(text: str) -> Anchor:
        """The anchor that `to_text` wrote. Raises ValueError for any other text."""
        match = _ANCHOR.fullmatch(text)
        if match is None:
            raise ValueError("this is no stored anchor")
        what: What = "exam" if match["what"] == "exam" else "session"
        at = None if match["at"] == "-" else time.fromisoformat(match["at"])
        seconds = timedelta(seconds=int(match["seconds"]))
        return Anchor(what, seconds, int(match["days"]), int(match["months"]), at)


_ANCHOR = re.compile(
    r"a1 (?P<what>exam|session) (?P<months>-?\d{1,4}) (?P<days>-?\d{1,5}) (?P<seconds>-?\d{1,9})"
    r" (?P<at>-|\d\d:\d\d)",
    re.ASCII,
)


def ended(rule: Recurrence, moment: datetime) -> Recurrence:
    """The rule with an end, so that it comes on no day later than *moment* (aware), and never after it."""
    zone = ZoneInfo(rule.zone)
    day = moment.astimezone(zone).date()
    over = any(instant(day, at, zone) > moment for at in rule.at)
    return replace(rule, until=day - ONE_DAY if over else day)


def months_later(day: date, months: int) -> date:
    """The same day of another month, or that month's last one."""
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


AssumedKind = Literal[
    "time",  # no time was said: (wall time,)
    "part",  # a part of the day was said, and no time: (its name, wall time)
    "clock",  # a time without am or pm that only the 24-hour clock has: (as said, wall time)
    "zone",  # a zone was named by a word: (as said, IANA name)
    "year",  # no year was said: (date,)
    "order",  # day and month by number, of which one order alone is a date to come: (as said, date)
    "month",  # no month was said: (date,)
    "weekday",  # the day of a weekday that was said: (as said, date)
    "gap",  # the clock skips the time on that day: (wall time, the wall time instead, date)
    "overlap",  # the clock shows the time twice on that day: (wall time, date)
    "short-month",  # a day that some months lack is their last one: ()
    "leap-day",  # 29 February is the 28th in common years: ()
    "repeats",  # taken as what comes again, though no “every” was said: ()
    "first",  # a cycle begins with its next turn: (date,)
    "on",  # a rule without its day has the one of today: (weekday or day of the month,)
    "biweekly",  # taken as every two weeks: ()
    "nearest",  # several exams: the nearest one: (date,)
    "past",  # another reading has gone by: (date or wall time that is past,)
    "library",  # words that only the library could read: (as said,)
]


@dataclass(frozen=True, slots=True)
class Assumption:
    """What was not said and is taken to be meant. Values are the member's words, “HH:MM”, ISO dates or IANA names."""

    kind: AssumedKind
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """The first instant (UTC, after now) and the zone whose wall times are meant.

    *rule*: it comes again; `rule.next_after(at)` is the next one. *anchor* without rule: `anchor.instant(moment, zone)`
    is *at* for the exam or session as it stands now. Both: the rule ends with the moment that the anchor gives, see
    `ended`.
    """

    at: datetime
    zone: str
    rule: Recurrence | None = None
    anchor: Anchor | None = None
    assumed: tuple[Assumption, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One reading: `understand(phrase, …)` in the same context gives exactly *understood*."""

    phrase: str
    understood: Understood


Question = Literal[
    "half",  # morning or evening
    "past",  # the time is over today
    "order",  # day/month or month/day
    "week",  # “next friday”: of this week or the one after
    "today",  # “friday” on a Friday
    "midnight",  # at the beginning or at the end of that day
    "period",  # “next week”
    "time",  # a day, and none of its usual times is left
    "before",  # “before my exam”: how long
    "cycle",  # “every second tuesday”: of two weeks or of the month
    "mismatch",  # a weekday that the date does not have
]


@dataclass(frozen=True, slots=True)
class Ask:
    """Several readings, two to five; the question is about the first difference between them."""

    question: Question
    choices: tuple[Choice, ...]
