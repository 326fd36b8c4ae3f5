"""When a wall-clock time happens: one instant for each local date, across every clock change.

A time that the clock skips happens at the first minute that exists; a time that occurs twice happens the
first time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EVERY_DAY = frozenset(range(7))
WORKDAYS = frozenset(range(5))
WEEKEND = frozenset((5, 6))

_ONE_DAY = timedelta(days=1)
_FURTHEST = 400
"""Days to look ahead for a slot: more than a year, though a fortnight is enough in every known zone."""


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of the wall time *at* on the local date *day*.

    A time skipped by the clock gives the first minute that exists after it, even if that is on the next date
    (a gap that ends at midnight, a date that never was); a doubled one gives the first.
    """
    wall = datetime.combine(day, at.replace(tzinfo=None, fold=0))
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
        return first
    return _end_of_gap(wall, zone, first)


def _end_of_gap(wall: datetime, zone: ZoneInfo, after: datetime) -> datetime:
    # Read with the offset of before the change, a skipped time lies after it (`after`); with the offset of
    # after the change (fold=1) it lies before. The change itself is found between the two, to the second.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    old = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def day_exists(day: date, zone: ZoneInfo) -> bool:
    """Whether the local date *day* has any minute at all (Apia went from 29 to 31 December 2011)."""
    return instant(day, time(0), zone).astimezone(zone).date() == day


@dataclass(frozen=True, slots=True)
class Weekly:
    """A wall time on chosen weekdays (0 = Monday) of an IANA zone.

    Raises ValueError for no weekday or one outside 0–6, `ZoneInfoNotFoundError` (a KeyError) for an unknown
    zone when an instant is asked for.
    """

    at: time
    zone: str
    weekdays: frozenset[int] = EVERY_DAY

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= EVERY_DAY:
            raise ValueError("choose at least one day of the week, from 0 (Monday) to 6 (Sunday)")

    def _is_slot(self, day: date, zone: ZoneInfo) -> bool:
        return day.weekday() in self.weekdays and day_exists(day, zone)

    def next_after(self, after: datetime) -> datetime:
        """The first slot strictly after an aware instant, in UTC; each scheduled local date has one."""
        zone = ZoneInfo(self.zone)
        # The slot of the day before can lie on this date where a gap ends at midnight.
        day = _aware(after).astimezone(zone).date() - _ONE_DAY
        for _ in range(_FURTHEST):
            if self._is_slot(day, zone):
                slot = instant(day, self.at, zone)
                if slot > after:
                    return slot
            day += _ONE_DAY
        raise ValueError(f"no {describe_weekdays(self.weekdays)} at {self.at:%H:%M} comes in {self.zone}")

    def local_day(self, instant_: datetime) -> date:
        """The local date that an instant counts for.

        That is its calendar date in the zone, except for a slot that a gap pushed past midnight: it keeps the
        date it was scheduled for, so that no date has two slots.
        """
        zone = ZoneInfo(self.zone)
        day = _aware(instant_).astimezone(zone).date()
        before = day - _ONE_DAY
        if instant(before, self.at, zone) == instant_ and day_exists(before, zone):
            return before
        return day


def _aware(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("an instant needs its offset from UTC")
    return moment


_SETS = {
    "daily": EVERY_DAY,
    "every day": EVERY_DAY,
    "everyday": EVERY_DAY,
    "all": EVERY_DAY,
    "all days": EVERY_DAY,
    "all week": EVERY_DAY,
    "weekdays": WORKDAYS,
    "weekday": WORKDAYS,
    "every weekday": WORKDAYS,
    "workdays": WORKDAYS,
    "working days": WORKDAYS,
    "business days": WORKDAYS,
    "weekends": WEEKEND,
    "weekend": WEEKEND,
    "every weekend": WEEKEND,
    "the weekend": WEEKEND,
}
_WEEKDAYS_HINT = "Write days such as “daily”, “weekdays”, “mon-fri” or “mon, wed, sat”."
_JOINT = re.compile(r"\s*(?:[,;/&+]|\band\b)\s*")
_RANGE = re.compile(r"\s*(?:-|–|—|\bto\b|\bthrough\b|\buntil\b|\bthru\b)\s*")


def _weekday(word: str) -> int:
    name = word.strip(" .")
    for number, full in enumerate(DAY_NAMES):
        known = full.lower()
        if len(name) >= 2 and (known.startswith(name) or name == known + "s"):
            return number
    if name == "weds":
        return 2
    if name in {"t", "s"}:
        raise ValueError(f"“{word}” could be two days. {_WEEKDAYS_HINT}")
    raise ValueError(f"“{word[:40]}” is no day of the week. {_WEEKDAYS_HINT}")


def _weekdays_of(part: str) -> set[int]:
    known = _SETS.get(part)
    if known is not None:
        return set(known)
    ends = _RANGE.split(part)
    if len(ends) == 2 and all(ends):
        first, last = _weekday(ends[0]), _weekday(ends[1])
        return {(first + i) % 7 for i in range((last - first) % 7 + 1)}
    if len(ends) > 1:
        raise ValueError(f"“{part[:40]}” is no range of days. {_WEEKDAYS_HINT}")
    return {_weekday(word) for word in part.split()}


def parse_weekdays(text: str) -> frozenset[int]:
    """Days of the week from words ('daily', 'mon-fri', 'mon, wed'); ValueError with a sentence to show."""
    words = " ".join(text.lower().split())
    known = _SETS.get(words)
    if known is not None:
        return known
    words = re.sub(r"^(?:on|every|each)\s+", "", words)
    days: set[int] = set()
    for part in _JOINT.split(words):
        if part:
            days |= _weekdays_of(part)
    if not days:
        raise ValueError(f"No day was given. {_WEEKDAYS_HINT}")
    return frozenset(days)


def describe_weekdays(weekdays: frozenset[int]) -> str:
    """The days in words that `parse_weekdays` reads back: 'every day', 'weekdays', 'Monday and Saturday'."""
    for name, known in (("every day", EVERY_DAY), ("weekdays", WORKDAYS), ("weekends", WEEKEND)):
        if weekdays == known:
            return name
    names = [DAY_NAMES[number] for number in sorted(weekdays)]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


_TIME_HINT = "Write a time such as “19:00”, “7:30 pm” or “noon”."
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:\s*[:.h]\s*(?P<minute>\d{2}))?(?::00)?\s*(?P<half>a\.?m\.?|p\.?m\.?)?", re.ASCII
)
_FOUR_DIGITS = re.compile(r"(?P<hour>\d{2})(?P<minute>\d{2})", re.ASCII)


def parse_time(text: str) -> time:
    """A wall time from words ('19:00', '7pm', '19.30', 'noon'); ValueError with a sentence for members."""
    words = re.sub(r"^(?:at|@)\s*", "", " ".join(text.lower().split()))
    if words in {"noon", "midday"}:
        return time(12)
    if words == "midnight":
        return time(0)
    match = _TIME.fullmatch(words)
    four = _FOUR_DIGITS.fullmatch(words)
    if four is not None:
        return _clock(text, int(four["hour"]), int(four["minute"]))
    if match is None:
        raise ValueError(f"“{text[:40]}” is no time of day. {_TIME_HINT}")
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = (match["half"] or "")[:1]
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(f"“{text[:40]}” has both a 24-hour time and am/pm. {_TIME_HINT}")
        return _clock(text, hour % 12 + (12 if half == "p" else 0), minute)
    if match["minute"] is None and 1 <= hour <= 12:
        raise ValueError(f"“{text[:40]}” could be morning or evening. Write “{hour}:00”, “{hour} am” or “{hour} pm”.")
    return _clock(text, hour, minute)


def _clock(text: str, hour: int, minute: int) -> time:
    if hour == 24 and minute == 0:
        raise ValueError("A day ends at 23:59; write “00:00” for midnight.")
    if hour > 23 or minute > 59:
        raise ValueError(f"“{text[:40]}” is no time of day. {_TIME_HINT}")
    return time(hour, minute)
