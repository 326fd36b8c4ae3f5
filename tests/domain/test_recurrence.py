"""What comes again comes on the days that its rule says, once a slot, and is stored as one line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import count, groupby, islice, takewhile
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.recurrence import LAST, Days, MonthDays, MonthWeekdays, Pattern, Recurrence, Weeks, YearDay
from bot.domain.schedule import WORKDAYS, day_exists, instant

DAY = timedelta(days=1)
MORNING = (time(7),)
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
"""A Friday."""


def falls_on(pattern: Pattern, day: date, start: date) -> bool:
    """Whether *day* is a day of the pattern, asked of one day at a time."""
    following = day + DAY
    months = (day.year - start.year) * 12 + day.month - start.month
    match pattern:
        case Days(every):
            return (day - start).days % every == 0
        case Weeks(weekdays, every):
            monday, first = day - day.weekday() * DAY, start - start.weekday() * DAY
            return day.weekday() in weekdays and (monday - first).days % (7 * every) == 0
        case MonthDays(days, every):
            is_last = following.month != day.month
            short = is_last and (LAST in days or max(days) > day.day)
            return months % every == 0 and (day.day in days or short)
        case MonthWeekdays(which, weekday, every):
            is_last = (day + 7 * DAY).month != day.month
            named = (day.day - 1) // 7 + 1 in which or (is_last and LAST in which)
            return months % every == 0 and day.weekday() == weekday and named
        case YearDay(month, number, every):
            short = (month, number, day.month, day.day, following.month) == (2, 29, 2, 28, 3)
            return (day.year - start.year) % every == 0 and ((day.month, day.day) == (month, number) or short)


EVERY = st.integers(1, 5)
PATTERNS: st.SearchStrategy[Pattern] = st.one_of(
    st.builds(Days, EVERY),
    st.builds(Weeks, st.frozensets(st.integers(0, 6), min_size=1), EVERY),
    st.builds(MonthDays, st.frozensets(st.sampled_from([*range(1, 32), LAST]), min_size=1), EVERY),
    st.builds(MonthWeekdays, st.frozensets(st.sampled_from([1, 2, 3, 4, LAST]), min_size=1), st.integers(0, 6), EVERY),
    st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda day: YearDay(day.month, day.day)),
    st.builds(YearDay, st.just(2), st.just(29), st.integers(1, 3)),
)
ZONES = st.sampled_from(sorted(available_timezones() - {"Factory", "localtime"}))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
DATES = st.dates(date(2024, 1, 1), date(2035, 12, 31))
RULES = st.builds(
    Recurrence, PATTERNS, st.lists(TIMES, min_size=1, max_size=4).map(tuple), ZONES, DATES, st.none() | DATES
)


def local(rule: Recurrence, n: int, after: datetime = NEW_YEAR) -> list[str]:
    """The next times on the rule's own clock."""
    return [f"{slot.astimezone(ZoneInfo(rule.zone)):%a %Y-%m-%d %H:%M}" for slot in rule.times(after, n)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("r1 day at 07:00", ["Fri 2027-01-01 07:00", "Sat 2027-01-02 07:00", "Sun 2027-01-03 07:00"]),
        ("r1 day at 00:30,23:00", ["Fri 2027-01-01 23:00", "Sat 2027-01-02 00:30", "Sat 2027-01-02 23:00"]),
        ("r1 week mon,wed at 18:30", ["Mon 2027-01-04 18:30", "Wed 2027-01-06 18:30", "Mon 2027-01-11 18:30"]),
        ("r1 month 1 at 09:00", ["Fri 2027-01-01 09:00", "Mon 2027-02-01 09:00", "Mon 2027-03-01 09:00"]),
        ("r1 month 31 at 09:00", ["Sun 2027-01-31 09:00", "Sun 2027-02-28 09:00", "Wed 2027-03-31 09:00"]),
        ("r1 month 30,31 at 09:00", ["Sat 2027-01-30 09:00", "Sun 2027-01-31 09:00", "Sun 2027-02-28 09:00"]),
        ("r1 month 15,last at 09:00", ["Fri 2027-01-15 09:00", "Sun 2027-01-31 09:00", "Mon 2027-02-15 09:00"]),
        ("r1 month tue:2 at 20:00", ["Tue 2027-01-12 20:00", "Tue 2027-02-09 20:00", "Tue 2027-03-09 20:00"]),
        ("r1 month fri:last at 20:00", ["Fri 2027-01-29 20:00", "Fri 2027-02-26 20:00", "Fri 2027-03-26 20:00"]),
        ("r1 month mon:4,last at 20:00", ["Mon 2027-01-25 20:00", "Mon 2027-02-22 20:00", "Mon 2027-03-22 20:00"]),
        ("r1 year 05-04 at 12:00", ["Tue 2027-05-04 12:00", "Thu 2028-05-04 12:00", "Fri 2029-05-04 12:00"]),
        ("r1 year 02-29 at 12:00", ["Sun 2027-02-28 12:00", "Tue 2028-02-29 12:00", "Wed 2029-02-28 12:00"]),
    ],
)
def test_the_days_of_each_pattern(text: str, expected: list[str]) -> None:
    """Days, weekdays, days of the month and of the year come as their words say."""
    assert local(Recurrence.from_text(f"{text} in Europe/Berlin"), 3) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("r1 day/3 at 07:00 in UTC from 2026-12-31", ["Sun 2027-01-03 07:00", "Wed 2027-01-06 07:00"]),
        ("r1 day/3 at 07:00 in UTC from 2027-01-02", ["Sat 2027-01-02 07:00", "Tue 2027-01-05 07:00"]),
        # The week of the start has passed its Monday; the next one of the cycle is two weeks on.
        ("r1 week/2 mon,fri at 07:00 in UTC from 2026-12-30", ["Fri 2027-01-01 07:00", "Mon 2027-01-11 07:00"]),
        ("r1 week/2 mon at 07:00 in UTC from 2027-01-05", ["Mon 2027-01-18 07:00", "Mon 2027-02-01 07:00"]),
        ("r1 month/3 last at 07:00 in UTC from 2026-11-30", ["Sun 2027-02-28 07:00", "Mon 2027-05-31 07:00"]),
        ("r1 month/2 sun:1 at 07:00 in UTC from 2026-12-01", ["Sun 2027-02-07 07:00", "Sun 2027-04-04 07:00"]),
        ("r1 year/2 06-30 at 07:00 in UTC from 2026-01-01", ["Fri 2028-06-30 07:00", "Sun 2030-06-30 07:00"]),
        ("r1 day at 07:00 in UTC from 2027-03-01", ["Mon 2027-03-01 07:00", "Tue 2027-03-02 07:00"]),
        ("r1 month 31 at 07:00 in UTC from 2027-02-10", ["Sun 2027-02-28 07:00", "Wed 2027-03-31 07:00"]),
    ],
)
def test_cycles_count_from_their_start(text: str, expected: list[str]) -> None:
    """Every so many days, weeks, months and years; nothing comes before the start."""
    assert local(Recurrence.from_text(text), 2) == expected


def test_the_31st_comes_once_in_every_month() -> None:
    """In a leap year and a common one it is each month's last day; every day named beyond the end comes once."""
    for days in ({31}, {LAST}, {31, LAST}):
        slots = Recurrence(MonthDays(frozenset(days)), MORNING, "UTC").times(datetime(2028, 1, 1, tzinfo=UTC), 24)
        assert [(slot + DAY).day for slot in slots] == [1] * 24
        assert [slot.month for slot in slots] == [*range(1, 13)] * 2
    all_days = Recurrence(MonthDays(frozenset(range(1, 32))), MORNING, "UTC")
    assert all_days.times(NEW_YEAR, 1000) == Recurrence(Days(), MORNING, "UTC").times(NEW_YEAR, 1000)


def test_leap_day_comes_every_year() -> None:
    """29 February is the 28th in common years, and in 2100 too."""
    slots = Recurrence(YearDay(2, 29), MORNING, "UTC").times(datetime(2095, 1, 1, tzinfo=UTC), 10)
    assert [slot.day for slot in slots] == [28, 29, 28, 28, 28, 28, 28, 28, 28, 29]
    assert [slot.year for slot in slots] == [*range(2095, 2105)]
    every_four = Recurrence(YearDay(2, 29, 4), MORNING, "UTC", date(2096, 1, 1)).times(NEW_YEAR, 3)
    assert [(slot.year, slot.day) for slot in every_four] == [(2096, 29), (2100, 28), (2104, 29)]


@pytest.mark.parametrize(
    ("pattern", "shortened"),
    [
        (Days(), False),
        (Weeks(WORKDAYS), False),
        (MonthDays(frozenset({1, 28})), False),
        (MonthDays(frozenset({LAST})), False),
        (MonthDays(frozenset({1, 29})), True),
        (MonthDays(frozenset({31})), True),
        (MonthWeekdays(frozenset({4, LAST}), 0), False),
        (YearDay(2, 28), False),
        (YearDay(2, 29), True),
        (YearDay(12, 31), False),
    ],
)
def test_a_rule_tells_that_it_names_a_day_that_is_missing_at_times(pattern: Pattern, shortened: bool) -> None:
    """From the 29th of the month on, and on leap day; “the last day” is there in every month."""
    assert Recurrence(pattern, MORNING, "UTC").shortened is shortened


def test_the_last_day_of_a_rule_has_its_slots() -> None:
    """*until* is a local date and belongs to the rule; after it there is nothing."""
    rule = Recurrence(Days(), (time(7), time(23, 30)), "America/New_York", until=date(2027, 1, 1))
    assert local(rule, 9) == ["Thu 2026-12-31 23:30", "Fri 2027-01-01 07:00", "Fri 2027-01-01 23:30"]
    assert rule.next_after(datetime(2027, 1, 2, 4, 30, tzinfo=UTC)) is None
    assert replace(rule, start=date(2027, 1, 2)).next_after(NEW_YEAR) is None


def test_a_rule_ends_with_the_calendar() -> None:
    """In the year 9999 there is nothing more, not an error."""
    late = datetime(9998, 12, 31, 12, tzinfo=UTC)
    patterns = Days(999), Weeks(frozenset({0}), 999), MonthDays(frozenset({LAST}), 999), YearDay(2, 29, 999)
    for pattern in (*patterns, MonthWeekdays(frozenset({LAST}), 3, 999)):
        assert Recurrence(pattern, MORNING, "Pacific/Apia", date(2027, 1, 1)).next_after(late) is None
        assert Recurrence(pattern, MORNING, "Pacific/Apia", date.max).next_after(NEW_YEAR) is None


def test_a_rule_far_away_is_found_at_once() -> None:
    """The next turn of a cycle of 999 years is reckoned, not searched for."""
    rule = Recurrence(YearDay(2, 29, 999), MORNING, "Asia/Kolkata", date(2027, 3, 1))
    assert local(rule, 2) == ["Tue 3026-02-28 07:00", "Fri 4025-02-28 07:00"]


def test_elsewhere_the_wall_times_stay() -> None:
    """A member who moves keeps the rule's clock times, dates and end."""
    rule = Recurrence.from_text("r1 week mon at 07:00,18:30 in Europe/Berlin from 2027-01-04 until 2027-06-30")
    moved = rule.in_zone("America/New_York")
    assert moved.to_text() == rule.to_text().replace("Europe/Berlin", "America/New_York")
    assert local(moved, 60) == local(rule, 60)
    with pytest.raises(ValueError, match="no zone"):
        rule.in_zone("Europe/Atlantis")


@given(RULES)
def test_a_rule_is_read_back_as_it_was_written(rule: Recurrence) -> None:
    """The text gives an equal rule, and that one the same text, on one line with single spaces."""
    text = rule.to_text()
    assert Recurrence.from_text(text) == rule
    assert Recurrence.from_text(text).to_text() == text
    assert text.split() == text.split(" ")


@given(RULES, st.data())
def test_a_damaged_text_is_refused_or_another_rule_in_its_own_form(rule: Recurrence, data: st.DataObject) -> None:
    """Nothing but ValueError comes of a lost, changed or doubled part; what is read is what was written."""
    text = rule.to_text()
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, len(text)))
    damaged = text[:begin] + data.draw(st.text(max_size=3) | st.just(text[begin:end] * 2)) + text[end:]
    try:
        found = Recurrence.from_text(damaged)
    except ValueError:
        return
    assert found.to_text() == damaged


@pytest.mark.parametrize(
    "text",
    [
        "",
        "r1",
        "r2 day at 07:00 in UTC",
        "R1 day at 07:00 in UTC",
        "r1 day at 07:00 in UTC ",
        "r1 day at 07:00 in UTC\n",
        "r1  day at 07:00 in UTC",
        "r1 day at 7:00 in UTC",
        "r1 day at 07:00:30 in UTC",
        "r1 day at 0700 in UTC",
        "r1 day at 24:00 in UTC",
        "r1 day at 18:00,07:00 in UTC",
        "r1 day at 07:00,07:00 in UTC",
        "r1 day at  in UTC",
        "r1 day at 07:00 in Europe",
        "r1 day at 07:00 in Europe/Atlantis",
        "r1 day at 07:00 in ../UTC",
        "r1 day at 07:00 in /etc/passwd",
        "r1 day at 07:00 in \ud800",
        f"r1 day at 07:00 in {'x' * 5000}",
        "r1 day/0 at 07:00 in UTC from 2027-01-01",
        "r1 day/1 at 07:00 in UTC from 2027-01-01",
        "r1 day/1000 at 07:00 in UTC from 2027-01-01",
        "r1 day/2 at 07:00 in UTC",
        "r1 day mon at 07:00 in UTC",
        "r1 week at 07:00 in UTC",
        "r1 week wed,mon at 07:00 in UTC",
        "r1 week mon,mon at 07:00 in UTC",
        "r1 week monday at 07:00 in UTC",
        "r1 month at 07:00 in UTC",
        "r1 month 0 at 07:00 in UTC",
        "r1 month 01 at 07:00 in UTC",
        "r1 month 32 at 07:00 in UTC",
        "r1 month -1 at 07:00 in UTC",
        "r1 month last,1 at 07:00 in UTC",
        "r1 month mon:5 at 07:00 in UTC",
        "r1 month mon: at 07:00 in UTC",
        "r1 month :1 at 07:00 in UTC",
        "r1 year 02-30 at 07:00 in UTC",
        "r1 year 13-01 at 07:00 in UTC",
        "r1 year 1-1 at 07:00 in UTC",
        "r1 day at 07:00 in UTC from 2027-02-29",
        "r1 day at 07:00 in UTC from 20270201",
        "r1 day at 07:00 in UTC until 2027-02-01 from 2027-01-01",
    ],
)
def test_what_to_text_never_writes_is_refused(text: str) -> None:
    """Unknown versions, other orders and forms, days, times and zones that there are not: ValueError."""
    with pytest.raises(ValueError, match=r"."):
        Recurrence.from_text(text)


def test_a_rule_that_means_nothing_cannot_be_made() -> None:
    """No time, one with seconds or an offset, no day, a cycle of no length or without a start."""
    with pytest.raises(ValueError, match="at least one time"):
        Recurrence(Days(), (), "UTC")
    for at in (time(7, 0, 1), time(7, 0, 0, 1), time(7, tzinfo=UTC)):
        with pytest.raises(ValueError, match="to the minute"):
            Recurrence(Days(), (at,), "UTC")
    with pytest.raises(ValueError, match="start"):
        Recurrence(Weeks(WORKDAYS, 2), MORNING, "UTC")
    for no_day in (frozenset[int](), frozenset({7})):
        with pytest.raises(ValueError, match="day of the week"):
            Weeks(no_day)
    for every in (0, -1, 1000):
        with pytest.raises(ValueError, match="cycle"):
            Days(every)
    with pytest.raises(ValueError, match="offset from UTC"):
        Recurrence(Days(), MORNING, "UTC").next_after(NEW_YEAR.replace(tzinfo=None))


def test_the_times_of_a_rule_have_one_order() -> None:
    """Given twice or out of order, in either pass of a doubled hour, they are one rule's times."""
    rule = Recurrence(Days(), (time(18, 30), time(7, fold=1), time(7)), "UTC")
    assert rule == Recurrence(Days(), (time(7), time(18, 30)), "UTC")
    assert rule.at == (time(7), time(18, 30))


@given(RULES, st.datetimes(datetime(2024, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_what_comes_is_what_the_days_one_by_one_give(rule: Recurrence, after: datetime) -> None:
    """`next_after`, again and again, gives each slot that a walk over all dates finds, in UTC, and no other."""
    assert rule.start is not None
    zone = ZoneInfo(rule.zone)
    last = rule.until or date(2200, 1, 1)
    # A few days early, so that the walk begins before the slots of every date that could be next.
    begin = max(rule.start, after.date() - 3 * DAY)
    days = takewhile(lambda day: day <= last, (begin + n * DAY for n in count()))
    scheduled = (
        slot
        for day in days
        if falls_on(rule.pattern, day, rule.start) and day_exists(day, zone)
        for at in rule.at
        if (slot := instant(day, at, zone)) > after
    )
    found = rule.times(after, 8)
    # Times that a gap pushes onto one instant come one after the other here.
    assert list(found) == list(islice((slot for slot, _ in groupby(scheduled)), 8))
    assert all(slot.tzinfo is UTC for slot in found)


@given(RULES, st.datetimes(datetime(2024, 1, 1), datetime(2035, 12, 31), timezones=ZONES.map(ZoneInfo)))  # noqa: DTZ001
def test_the_clock_that_an_instant_is_given_on_does_not_matter(rule: Recurrence, after: datetime) -> None:
    """An instant on any zone's clock, even a wall time that does not exist there, is its instant in UTC."""
    assert rule.next_after(after) == rule.next_after(after.astimezone(UTC))
    there = after.replace(tzinfo=ZoneInfo(rule.zone), fold=1)
    assert rule.next_after(there) == rule.next_after(there.astimezone(timezone(timedelta(hours=-11))))


def test_a_wall_time_that_does_not_exist_is_an_instant_too() -> None:
    """On the rule's own clock, read with the offset of after the change, it can lie on the date before."""
    cairo = ZoneInfo("Africa/Cairo")
    after = datetime(2027, 4, 30, 0, 30, tzinfo=cairo, fold=1)
    following = Recurrence(Days(), (time(23, 45),), "Africa/Cairo").next_after(after)
    assert following == datetime(2027, 4, 29, 23, 45, tzinfo=cairo)
