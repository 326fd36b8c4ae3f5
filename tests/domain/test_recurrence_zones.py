"""What comes again keeps its wall time in all zones, through every clock change from 2024 to 2035.

What is right is reckoned here from each zone's list of changes alone: a slot is the first moment at which the local
clock shows its time or a later one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.recurrence import LAST, Days, MonthDays, MonthWeekdays, Pattern, Recurrence, Weeks, YearDay
from tests.domain.test_recurrence import RULES, falls_on

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
NAMES = sorted(available_timezones() - {"Factory", "localtime"})
FIRST, LIMIT = datetime(2024, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
DATES = [date(2024, 1, 1) + n * DAY for n in range((LIMIT - FIRST).days)]


@dataclass(frozen=True)
class Change:
    """At *moment* (UTC) the offset *old* ends and *new* begins."""

    moment: datetime
    old: timedelta
    new: timedelta

    @property
    def shown(self) -> tuple[datetime, datetime]:
        """The wall times between which is what the clock skips or shows twice, the earlier one first."""
        bare = self.moment.replace(tzinfo=None)
        return bare + min(self.old, self.new), bare + max(self.old, self.new)


def offset_at(moment: datetime, zone: ZoneInfo) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


@cache
def weeks(begin: datetime, end: datetime) -> list[datetime]:
    return [begin + n * 7 * DAY for n in range((end - begin) // (7 * DAY) + 2)]


def changes(zone: ZoneInfo, begin: datetime, end: datetime) -> tuple[Change, ...]:
    """The changes of a zone's offset between two instants, to the second."""
    found = []
    # No zone has two changes within a week; Morocco's, around Ramadan, are five weeks apart.
    steps = weeks(begin, end)
    offsets = [offset_at(moment, zone) for moment in steps]
    for step, (old, new) in zip(steps, pairwise(offsets), strict=False):
        if old == new:
            continue
        low, high = 0, 7 * 24 * 60 * 60
        while high - low > 1:
            middle = (low + high) // 2
            if offset_at(step + timedelta(seconds=middle), zone) == old:
                low = middle
            else:
                high = middle
        found.append(Change(step + timedelta(seconds=high), old, new))
    return tuple(found)


@dataclass(frozen=True)
class Clock:
    """What a zone's clock shows, by its first offset and its changes."""

    offset: timedelta
    changes: tuple[Change, ...]

    def first_moment(self, wall: datetime) -> datetime:
        """The first instant at which the clock shows *wall* or a later time."""
        wanted = wall.replace(tzinfo=UTC)
        # The offset before a change is over when its clock would show the change's own time.
        over = bisect_right(self.changes, wanted, key=lambda change: change.moment + change.old)
        moment = wanted - (self.changes[over - 1].new if over else self.offset)
        return max(moment, self.changes[over - 1].moment) if over else moment

    def shows(self, moment: datetime) -> datetime:
        passed = bisect_right(self.changes, moment, key=lambda change: change.moment)
        return (moment + (self.changes[passed - 1].new if passed else self.offset)).replace(tzinfo=None)

    def slots(self, days: list[date], at: tuple[time, ...]) -> list[datetime]:
        """The instants of all times on those of the dates that the clock ever shows, in order, not yet merged."""
        there = [day for day in days if self.shows(self.first_moment(datetime.combine(day, time(0)))).date() == day]
        return [self.first_moment(datetime.combine(day, time_)) for day in there for time_ in sorted(at)]


def clock(name: str, begin: datetime = FIRST - 30 * DAY, end: datetime = LIMIT + 30 * DAY) -> Clock:
    zone = ZoneInfo(name)
    return Clock(offset_at(begin, zone), changes(zone, begin, end))


@cache
def kinds() -> dict[Clock, list[str]]:
    """All zones, by what their clocks show in these years: most names are another's twin."""
    found: dict[Clock, list[str]] = defaultdict(list)
    for name in NAMES:
        found[clock(name)].append(name)
    return found


def walk(rule: Recurrence, begin: datetime, end: datetime) -> list[datetime]:
    """What `next_after` gives from one instant to another, both counted."""
    found = []
    moment = begin - timedelta(microseconds=1)
    while (following := rule.next_after(moment)) is not None and following <= end:
        assert following > moment
        found.append(following)
        moment = following
    return found


def times_around(change: Change) -> tuple[time, ...]:
    """Wall times before, at, in and after what is skipped or shown twice, and the day's ends."""
    low, high = change.shown
    middle = low + (high - low) // (2 * MINUTE) * MINUTE
    near = [low - MINUTE, low, middle, middle + MINUTE, high - MINUTE, high]
    return tuple(sorted({time(0), time(23, 59), *(wall.time() for wall in near)}))


def test_the_years_have_all_their_changes() -> None:
    """What the next tests walk over is there: gaps and overlaps of an hour and of half an hour, and at midnight."""
    all_changes = [change for kind in kinds() for change in kind.changes]
    assert sum(len(names) for names in kinds().values()) == len(NAMES) > 400
    assert len(all_changes) > 500
    assert {change.new - change.old for change in all_changes} >= {HOUR, -HOUR, HOUR / 2, -HOUR / 2}
    assert any(change.new > change.old and change.shown[0].time() == time(0) for change in all_changes)
    assert any(change.new > change.old and change.shown[1].time() == time(0) for change in all_changes)


def test_around_every_change_no_slot_is_lost_or_doubled() -> None:
    """Every zone, every change: each time on each date once, those of one gap together, wall time kept elsewhere."""
    for kind, names in kinds().items():
        for change in kind.changes:
            low, high = change.shown
            at = times_around(change)
            days = [low.date() + n * DAY for n in range(-1, 3)]
            scheduled = [datetime.combine(day, time_) for day in days for time_ in at]
            begin, end = kind.first_moment(scheduled[0]), kind.first_moment(scheduled[-1])
            found = walk(Recurrence(Days(), at, names[0]), begin, end)
            assert found == sorted(set(kind.slots(days, at))), (names[0], change)
            # Without the reckoning of slots: as many as there are, less what one gap puts together.
            pushed = [wall for wall in scheduled if low <= wall <= high] if change.new > change.old else []
            assert len(found) == len(scheduled) - max(0, len(pushed) - 1)
            # In a gap only its end is shown, on time or late.
            skipped = {wall for wall in pushed if wall < high}
            assert {kind.shows(moment) for moment in found} == set(scheduled) - skipped | ({high} if pushed else set())


@cache
def dates_of(pattern: Pattern, start: date) -> list[date]:
    return [day for day in DATES if day >= start and falls_on(pattern, day, start)]


def test_every_pattern_comes_on_all_its_dates_for_twelve_years() -> None:
    """Every zone, at a time that one of its changes skips or doubles: a slot for each scheduled date."""
    start = date(2024, 1, 3)
    for kind, names in kinds().items():
        last = kind.changes[-1] if kind.changes else Change(LIMIT - 90 * DAY, HOUR, HOUR)
        low, high = last.shown
        at = ((low + (high - low) // (2 * MINUTE) * MINUTE).time(),)
        patterns = (
            Days(31),
            Weeks(frozenset({low.weekday()}), 3),
            MonthDays(frozenset({low.day, 31})),
            MonthDays(frozenset({LAST}), 2),
            MonthWeekdays(frozenset({2, LAST}), low.weekday()),
            YearDay(low.month, low.day),
            YearDay(2, 29),
        )
        # Where the offset never changes, one pattern shows as much as all of them.
        for pattern in patterns if kind.changes else patterns[:1]:
            days = dates_of(pattern, start)
            rule = Recurrence(pattern, at, names[0], start, DATES[-1])
            found = walk(rule, FIRST - 2 * DAY, LIMIT + 2 * DAY)
            assert found == kind.slots(days, at), rule.to_text()
            assert len(found) == len(days)


def test_every_name_of_a_zone_has_the_same_instants() -> None:
    """Zones whose clocks show the same have the same slots: renamed ones, and all others that agree."""
    for kind, names in kinds().items():
        change = kind.changes[0] if kind.changes else Change(FIRST, HOUR, HOUR)
        rule = Recurrence(Days(), (change.shown[0].time(), time(19)), names[0])
        expected = rule.times(change.moment - DAY, 3)
        for name in names:
            assert rule.in_zone(name).times(change.moment - DAY, 3) == expected, name


RENAMED = [
    ("Asia/Calcutta", "Asia/Kolkata"),
    ("Europe/Kiev", "Europe/Kyiv"),
    ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
    ("Asia/Katmandu", "Asia/Kathmandu"),
    ("Asia/Rangoon", "Asia/Yangon"),
    ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ("America/Godthab", "America/Nuuk"),
    ("Pacific/Enderbury", "Pacific/Kanton"),
    ("Atlantic/Faeroe", "Atlantic/Faroe"),
    ("US/Eastern", "America/New_York"),
]


@given(st.sampled_from(RENAMED), RULES, st.datetimes(FIRST.replace(tzinfo=None), LIMIT.replace(tzinfo=None)))
def test_a_renamed_zone_gives_the_same_instants(names: tuple[str, str], rule: Recurrence, after: datetime) -> None:
    """A rule stored under the old name goes on as under the new one; the name that was given is kept."""
    after = after.replace(tzinfo=UTC)
    old, new = (rule.in_zone(name) for name in names)
    assert old.times(after, 5) == new.times(after, 5)
    assert Recurrence.from_text(old.to_text()).zone == names[0]


@given(st.sampled_from(NAMES), RULES, st.data())
def test_any_rule_around_any_change_has_its_slots(name: str, rule: Recurrence, data: st.DataObject) -> None:
    """Any pattern and times, in any zone, from any moment of the days around one of its changes."""
    kind = clock(name)
    moment = data.draw(st.sampled_from([change.moment for change in kind.changes] or [FIRST]))
    begin = moment + data.draw(st.integers(-5 * 24 * 60, 5 * 24 * 60)) * MINUTE
    end = begin + 40 * DAY
    around = [begin.date() + n * DAY for n in range(-3, 45)]
    assert rule.start is not None
    days = [
        day
        for day in around
        if rule.start <= day <= (rule.until or date.max) and falls_on(rule.pattern, day, rule.start)
    ]
    expected = sorted({slot for slot in kind.slots(days, rule.at) if begin <= slot <= end})
    assert walk(rule.in_zone(name), begin, end) == expected


@pytest.mark.parametrize(
    ("zone", "missing"),
    [
        ("Pacific/Apia", date(2011, 12, 30)),
        ("Pacific/Fakaofo", date(2011, 12, 30)),
        ("Pacific/Kiritimati", date(1994, 12, 31)),
        ("Pacific/Kwajalein", date(1993, 8, 21)),
    ],
)
def test_a_date_that_never_was_has_no_slot(zone: str, missing: date) -> None:
    """Where a day was left out at the date line, its slots do not come, on no pattern; the next ones do."""
    # Without midnight: a slot of the missing date would come at the first one after it.
    at = (time(0, 1), time(12), time(23, 59))
    begin = datetime.combine(missing, time(0), UTC) - 3 * DAY
    kind = clock(zone, begin - 30 * DAY, begin + 30 * DAY)
    assert len(kind.changes) == 1
    days = [missing + n * DAY for n in (-2, -1, 1, 2)]
    first, last = (
        kind.first_moment(datetime.combine(days[0], at[0])),
        kind.first_moment(datetime.combine(days[-1], at[-1])),
    )
    found = walk(Recurrence(Days(), at, zone), first, last)
    assert found == kind.slots([days[0], days[1], missing, *days[2:]], at)
    assert [kind.shows(slot) for slot in found] == [datetime.combine(day, time_) for day in days for time_ in at]
    for pattern in (
        Weeks(frozenset({missing.weekday()})),
        MonthDays(frozenset({missing.day})),
        YearDay(missing.month, missing.day),
    ):
        following = Recurrence(pattern, at, zone).next_after(first)
        assert following is not None
        assert kind.shows(following).date() > missing
        assert kind.shows(following).time() == at[0]


@pytest.mark.parametrize(
    ("zone", "at", "after", "expected"),
    [
        # Two skipped times, and the one at the gap's end, are one slot.
        (
            "Europe/Berlin",
            (time(2, 15), time(2, 30), time(3)),
            "2027-03-27T12:00Z",
            ["2027-03-28T01:00Z", "2027-03-29T00:15Z"],
        ),
        # A gap that ends at midnight puts the day's last slot and the next day's first together.
        ("America/Nuuk", (time(23, 30), time(0)), "2027-03-27T12:00Z", ["2027-03-28T01:00Z", "2027-03-29T00:30Z"]),
        # Of a doubled hour the first pass counts, and the second one, already begun, has nothing left.
        ("Europe/Berlin", (time(2, 30),), "2027-10-30T12:00Z", ["2027-10-31T00:30Z", "2027-11-01T01:30Z"]),
        ("Europe/Berlin", (time(2, 30),), "2027-10-31T01:10Z", ["2027-11-01T01:30Z"]),
        # Half an hour.
        ("Australia/Lord_Howe", (time(2, 15),), "2027-10-02T12:00Z", ["2027-10-02T15:30Z", "2027-10-03T15:15Z"]),
        # Midnight itself is skipped.
        ("Africa/Cairo", (time(0),), "2027-04-29T12:00Z", ["2027-04-29T22:00Z", "2027-04-30T21:00Z"]),
    ],
)
def test_known_changes(zone: str, at: tuple[time, ...], after: str, expected: list[str]) -> None:
    """Gaps and overlaps whose instants are known."""
    found = Recurrence(Days(), at, zone).times(datetime.fromisoformat(after), len(expected))
    assert [f"{slot:%Y-%m-%dT%H:%MZ}" for slot in found] == expected
