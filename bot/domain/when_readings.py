"""From days, times and spans to instants: every reading that lies ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from bot.domain.days import ONE_DAY
from bot.domain.recurrence import Recurrence
from bot.domain.schedule import instant
from bot.domain.when_answers import Anchor, Assumption, Question
from bot.domain.when_clock import DEFAULT, Clock, Clocks
from bot.domain.when_days import Day
from bot.domain.when_spans import Beside, Span
from bot.domain.when_words import No

SHORTEST = timedelta(minutes=1)
_UNTIMED = Clock(DEFAULT, assumed=(Assumption("time", (f"{DEFAULT:%H:%M}",)),), default=True)
_WEEK = timedelta(days=7)
_LATER_TODAY = (time(12), time(15), time(18), time(20), time(22))


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that the words can mean; *phrase* are words that mean nothing else."""

    at: datetime
    phrase: str
    assumed: tuple[Assumption, ...] = ()
    rule: Recurrence | None = None
    anchor: Anchor | None = None


@dataclass(frozen=True, slots=True)
class Readings:
    """What the words can mean; more than one phrase is a question."""

    readings: tuple[Reading, ...] = ()
    question: Question | None = None
    phrases: tuple[str, ...] = ()
    """Asked whatever the readings are."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What words are read against: now as an instant, the zone, and the moments of exam and session."""

    now: datetime
    zone: ZoneInfo
    exams: tuple[datetime, ...] = ()
    session: datetime | None = None

    @property
    def local(self) -> datetime:
        return self.now.astimezone(self.zone)

    @property
    def today(self) -> date:
        return self.local.date()


def on_days(days: list[Day], clocks: Clocks, scope: Scope) -> Readings:
    """A day with or without a time. Raises No where all of it has gone by."""
    if clocks.midnight:
        return _midnight(days, scope)
    times = clocks.times[0] if clocks.times else (_UNTIMED,)
    found: list[Reading] = []
    asked: list[str] = []
    question: Question | None = None
    over: list[Day] = []
    for day, clock in product(days, times):
        question = question or day.question or clock.question
        reading = _at(day.day, clock, scope, day.assumed)
        if reading.at > scope.now:
            found.append(reading)
        elif day.today:
            asked += _instead(day, clock, scope)
        else:
            over.append(day)
    # Where one half of the day is over, the other one is meant.
    if asked and not (found and len(times) > 1):
        default = any(clock.default for clock in times)
        return Readings(tuple(found), "time" if default else "past", tuple(asked))
    if not found:
        raise No("past")
    if len(found) == 1 and over and over[0].question != "mismatch":
        one = found[0]
        said = Assumption("past", (over[0].day.isoformat(),))
        found = [Reading(one.at, one.phrase, (*one.assumed, said))]
    return Readings(tuple(found), question)


def by_clock(clocks: Clocks, scope: Scope) -> Readings:
    """A time without a day: today where it lies ahead; what is over today is asked."""
    times = clocks.times[0]
    if clocks.midnight:
        return Readings((_at(scope.today + ONE_DAY, times[0], scope, ()),))
    today = Day(scope.today, today=True)
    found, asked = [], []
    for clock in times:
        reading = _at(today.day, clock, scope, ())
        if reading.at > scope.now:
            found.append(reading)
        elif len(times) > 1 or not clock.at.hour:
            # What is over since midnight is tonight's, and nothing else.
            found.append(_at(today.day + ONE_DAY, clock, scope, ()))
        else:
            asked = _instead(today, clock, scope)
    if asked:
        return Readings((), "time" if times[0].default else "past", tuple(asked))
    return Readings(tuple(found), times[0].question)


def after_span(span: Span, words: str, scope: Scope) -> Readings:
    """A length of time from now. Raises No for less than a minute."""
    at = span.after(scope.now, scope.zone).replace(microsecond=0)
    if at - scope.now < SHORTEST and span.seconds < SHORTEST.total_seconds():
        raise No("soon")
    return Readings((Reading(at, words),))


def beside_moment(beside: Beside, clocks: Clocks, scope: Scope) -> Readings:
    """Before or after an exam or session. Raises No where there is none, or where it has gone by."""
    moment, assumed = moment_of(beside.anchor, scope)
    anchor = beside.anchor
    if clocks.times and anchor.before:
        raise No("nonsense")
    if beside.open:
        # “before my exam at 8” says the time, but not the day.
        times = clocks.times[0] if clocks.times else ()
        ends = tuple(f" at {clock.at:%H:%M}" for clock in times) or ("",)
        lengths = ("1 day", "2 days", "1 week") if times else ("1 hour", "1 day", "1 week")
        phrases = tuple(f"{length} {beside.open} my {anchor.what}{end}" for end in ends[:1] for length in lengths)
        return Readings((), "before", phrases)
    times = clocks.times[0] if clocks.times else (_UNTIMED,) if beside.of else ()
    found = []
    question: Question | None = None
    for clock in times:
        question = question or clock.question
        one = Anchor(anchor.what, anchor.before, anchor.days - clock.shift, anchor.months, clock.at)
        found.append(_anchored(one, moment, (*assumed, *clock.assumed), scope))
    if not times:
        found.append(_anchored(anchor, moment, assumed, scope))
    ahead = tuple(one for one in found if one.at > scope.now)
    if not ahead:
        raise No(f"{anchor.what}-past")
    return Readings(ahead, question)


def moment_of(anchor: Anchor, scope: Scope) -> tuple[datetime, tuple[Assumption, ...]]:
    """The moment that an anchor stands beside. Raises No where nothing is planned."""
    if anchor.what == "session":
        if scope.session is None:
            raise No("no-session")
        return scope.session, ()
    if not scope.exams:
        raise No("no-exam")
    nearest = min(scope.exams)
    day = nearest.astimezone(scope.zone).date()
    return nearest, (Assumption("nearest", (day.isoformat(),)),) if len(scope.exams) > 1 else ()


def _anchored(anchor: Anchor, moment: datetime, assumed: tuple[Assumption, ...], scope: Scope) -> Reading:
    at = anchor.instant(moment, scope.zone.key).replace(microsecond=0)
    return Reading(at, anchor_phrase(anchor), assumed, anchor=anchor)


def anchor_phrase(anchor: Anchor) -> str:
    """Words that are understood as exactly this anchor."""
    sign = -1 if min(anchor.months, anchor.days, anchor.before // timedelta(seconds=1)) < 0 else 1
    seconds = sign * (anchor.before // timedelta(seconds=1))
    weeks, days = divmod(sign * anchor.days, 7)
    if days:
        weeks, days = 0, sign * anchor.days
    amounts = (
        (sign * anchor.months, "month"),
        (weeks, "week"),
        (days, "day"),
        (seconds // 60, "minute"),
        (seconds % 60, "second"),
    )
    parts = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in amounts if number]
    at = f" at {anchor.at:%H:%M}" if anchor.at is not None else ""
    if not parts:
        return f"the day of my {anchor.what}{at}" if at else f"my {anchor.what}"
    return f"{' and '.join(parts)} {'before' if sign > 0 else 'after'} my {anchor.what}{at}"


def _at(day: date, clock: Clock, scope: Scope, assumed: tuple[Assumption, ...]) -> Reading:
    day = day + clock.shift * ONE_DAY
    if abs(day - scope.today) > timedelta(days=366 * 30):
        raise No("far" if day > scope.today else "past")
    at = instant(day, clock.at, scope.zone)
    notes = clock_notes(day, clock.at, at, scope.zone)
    return Reading(at, f"{day.isoformat()} {clock.at:%H:%M}", (*assumed, *clock.assumed, *notes))


def clock_notes(day: date, wanted: time, at: datetime, zone: ZoneInfo) -> tuple[Assumption, ...]:
    """What is to be said where the clocks skip a time on that day, or show it twice."""
    shown = at.astimezone(zone)
    if (shown.hour, shown.minute) != (wanted.hour, wanted.minute):
        return (Assumption("gap", (f"{wanted:%H:%M}", f"{shown:%H:%M}", day.isoformat())),)
    if shown.replace(fold=1).astimezone(UTC) != at:
        return (Assumption("overlap", (f"{wanted:%H:%M}", day.isoformat())),)
    return ()


def _midnight(days: list[Day], scope: Scope) -> Readings:
    """“midnight tomorrow” begins or ends that day; tonight's and today's can only be the end."""
    clock = Clock(time(0))
    found = []
    for day in days:
        ends = [day.day + ONE_DAY] if day.today or day.day == scope.today else [day.day, day.day + ONE_DAY]
        found += [_at(one, clock, scope, day.assumed) for one in ends]
    ahead = tuple(one for one in found if one.at > scope.now)
    if not ahead:
        raise No("past")
    return Readings(ahead, "midnight")


def _instead(day: Day, clock: Clock, scope: Scope) -> list[str]:
    """What may be meant by a time that is over today."""
    found = []
    if clock.default:
        left = [at for at in _LATER_TODAY if instant(day.day, at, scope.zone) - scope.now >= timedelta(minutes=30)]
        found += [f"{day.day.isoformat()} {at:%H:%M}" for at in left[:2]] or ["in 1 hour"]
    elif clock.at.hour % 12 and instant(day.day, clock.other, scope.zone) > scope.now:
        found.append(f"{day.day.isoformat()} {clock.other:%H:%M}")
    later = day.later or day.day + ONE_DAY
    found.append(f"{(later + clock.shift * ONE_DAY).isoformat()} {clock.at:%H:%M}")
    if len(found) == 1:
        other = day.day + ONE_DAY if day.later else day.day + _WEEK
        found.append(f"{(other + clock.shift * ONE_DAY).isoformat()} {clock.at:%H:%M}")
    return found
