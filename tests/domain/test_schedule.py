"""Wall times happen once on each local date, in every zone and across every clock change."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.schedule import (
    EVERY_DAY,
    WEEKEND,
    WORKDAYS,
    Weekly,
    day_exists,
    describe_weekdays,
    instant,
    parse_time,
    parse_weekdays,
)

ZONES = sorted(zone for zone in available_timezones() if zone not in {"Factory", "localtime"})
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def wall(moment: datetime, zone: str | ZoneInfo) -> datetime:
    there = moment.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)
    return there.replace(tzinfo=None, fold=0)


def changes(zone: ZoneInfo) -> tuple[datetime, ...]:
    """The days from 2024 to 2035 (as UTC midnights) in which the zone's offset changes."""
    found = []
    moment = FIRST
    while moment < LAST:
        # No zone has two changes within a week; Morocco's, around Ramadan, are five weeks apart.
        following = moment + 7 * DAY
        if moment.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            while moment.astimezone(zone).utcoffset() == (moment + DAY).astimezone(zone).utcoffset():
                moment += DAY
            found.append(moment)
            moment += DAY
        else:
            moment = following
    return tuple(found)


@functools.cache
def changing() -> dict[str, tuple[datetime, ...]]:
    """The zones that change their offset, with those days."""
    return {name: found for name in ZONES if (found := changes(ZoneInfo(name)))}


@functools.cache
def unlike() -> list[str]:
    """One zone of each kind that behaves differently in these years: most names are another's twin."""
    kinds = {
        (found, *(moment.astimezone(ZoneInfo(name)).utcoffset() for moment in found)): name
        for name, found in changing().items()
    }
    return list(kinds.values())


TIMES = st.times().map(lambda t: t.replace(second=0, microsecond=0))


def check_dates_from(zone: str, at: time, start: date, days: int) -> None:
    """Walk `next_after` from a date on: each local date once, strictly rising, wall time kept where it exists."""
    weekly = Weekly(at, zone)
    info = ZoneInfo(zone)
    slot = instant(start, at, info)
    for n in range(1, days):
        day = start + n * DAY
        following = weekly.next_after(slot)
        assert following > slot
        assert weekly.local_day(following) == day
        assert following == instant(day, at, info)
        local = wall(following, info)
        wanted = datetime.combine(day, at)
        if local == wanted:
            # Of two equal wall times it is the first: an hour before, the clock showed an earlier time.
            earlier = wall(following - timedelta(hours=3), info)
            assert earlier < wanted
        else:
            assert local > wanted
            assert wall(following - timedelta(minutes=1), info) < wanted
        slot = following


@pytest.mark.parametrize("minutes", [0, 1, 30, 90, 150, 180, 1380, 1410, 1439])
def test_every_zone_keeps_every_date_across_every_change_to_2035(minutes: int) -> None:
    """Around each clock change of each zone, times near it happen exactly once a date, in order."""
    at = time(minutes // 60, minutes % 60)
    for zone in unlike():
        for moment in changing()[zone]:
            check_dates_from(zone, at, moment.date() - DAY, 4)


@given(st.sampled_from(ZONES), TIMES, st.dates(date(2024, 1, 1), date(2035, 12, 1)))
def test_any_zone_time_and_date_happens_once_a_day(zone: str, at: time, start: date) -> None:
    """Ten days in a row from anywhere: one instant a local date."""
    check_dates_from(zone, at, start, 10)


@given(st.data(), TIMES)
def test_any_time_around_any_change_happens_once_a_day(data: st.DataObject, at: time) -> None:
    """The same, always across a clock change."""
    zone = data.draw(st.sampled_from(sorted(changing())))
    moment = data.draw(st.sampled_from(changing()[zone]))
    check_dates_from(zone, at, moment.date() - 3 * DAY, 7)


@given(
    st.sampled_from(ZONES),
    TIMES,
    st.sets(st.integers(0, 6), min_size=1).map(frozenset),
    st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC)),
)
def test_the_next_slot_is_the_first_one_after(zone: str, at: time, weekdays: frozenset[int], after: datetime) -> None:
    """Nothing scheduled lies between an instant and its next slot, and the slot's date is a chosen weekday."""
    weekly = Weekly(at, zone, weekdays)
    slot = weekly.next_after(after)
    assert slot > after
    assert slot.utcoffset() == timedelta(0)
    day = weekly.local_day(slot)
    assert day.weekday() in weekdays
    days = (day - n * DAY for n in range(1, 20))
    last = next(one for one in days if one.weekday() in weekdays and day_exists(one, ZoneInfo(zone)))
    before = instant(last, at, ZoneInfo(zone))
    assert before <= after
    assert weekly.next_after(before) == slot


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        # Skipped in spring: the first minute that exists.
        ("Europe/Berlin", date(2027, 3, 28), time(2, 30), "2027-03-28 03:00"),
        ("America/New_York", date(2027, 3, 14), time(2, 0), "2027-03-14 03:00"),
        # A gap of half an hour.
        ("Australia/Lord_Howe", date(2027, 10, 3), time(2, 15), "2027-10-03 02:30"),
        # Midnight itself does not exist.
        ("Africa/Cairo", date(2027, 4, 30), time(0, 0), "2027-04-30 01:00"),
        ("America/Havana", date(2027, 3, 14), time(0, 30), "2027-03-14 01:00"),
        # A gap that ends at midnight: the first minute that exists is tomorrow's.
        ("America/Nuuk", date(2027, 3, 27), time(23, 30), "2027-03-28 00:00"),
        # A day that never was.
        ("Pacific/Apia", date(2011, 12, 30), time(19, 0), "2011-12-31 00:00"),
    ],
)
def test_a_skipped_wall_time_happens_at_the_first_minute_that_exists(
    zone: str, day: date, at: time, expected: str
) -> None:
    """In an hour's, half an hour's, a midnight's and a whole day's gap."""
    assert str(wall(instant(day, at, ZoneInfo(zone)), zone)) == f"{expected}:00"


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("Europe/Berlin", date(2027, 10, 31), time(2, 30), "2027-10-31T00:30:00+00:00"),
        ("America/New_York", date(2027, 11, 7), time(1, 30), "2027-11-07T05:30:00+00:00"),
        ("Australia/Lord_Howe", date(2027, 4, 4), time(1, 45), "2027-04-03T14:45:00+00:00"),
        ("America/Nuuk", date(2027, 10, 30), time(23, 30), "2027-10-31T00:30:00+00:00"),
    ],
)
def test_a_doubled_wall_time_happens_the_first_time(zone: str, day: date, at: time, expected: str) -> None:
    """In autumn a time that the clock shows twice fires on its first showing only."""
    first = instant(day, at, ZoneInfo(zone))
    assert first.isoformat() == expected
    following = Weekly(at, zone).next_after(first)
    assert following - first > timedelta(hours=20)


def test_a_slot_pushed_past_midnight_counts_for_its_own_date() -> None:
    """Nuuk's skipped Saturday 23:30 falls on Sunday 00:00 and still is Saturday's; Sunday's follows at 23:30."""
    weekly = Weekly(time(23, 30), "America/Nuuk", WEEKEND)
    saturday = weekly.next_after(datetime(2027, 3, 27, 12, tzinfo=UTC))
    sunday = weekly.next_after(saturday)
    assert weekly.local_day(saturday) == date(2027, 3, 27)
    assert weekly.local_day(sunday) == date(2027, 3, 28)
    assert wall(sunday, "America/Nuuk") == datetime.combine(date(2027, 3, 28), time(23, 30))


@pytest.mark.parametrize("at", [time(0), time(9), time(23, 59)])
def test_a_date_that_never_was_has_no_slot(at: time) -> None:
    """Apia went from 29 to 31 December 2011: the 30th is passed over, its neighbours keep theirs."""
    zone = ZoneInfo("Pacific/Apia")
    assert not day_exists(date(2011, 12, 30), zone)
    weekly = Weekly(at, "Pacific/Apia")
    days = []
    slot = instant(date(2011, 12, 28), at, zone)
    for _ in range(3):
        slot = weekly.next_after(slot)
        days.append(weekly.local_day(slot))
        assert wall(slot, zone).time() == at
    assert days == [date(2011, 12, 29), date(2011, 12, 31), date(2012, 1, 1)]
    fridays = Weekly(at, "Pacific/Apia", frozenset({4}))
    following = fridays.next_after(instant(date(2011, 12, 23), at, zone))
    assert fridays.local_day(following) == date(2012, 1, 6)


def test_an_instant_without_its_offset_is_refused() -> None:
    """A naive datetime is a mistake of the caller, never read as some zone's time."""
    weekly = Weekly(time(9), "UTC")
    naive = FIRST.replace(tzinfo=None)
    with pytest.raises(ValueError, match="offset"):
        weekly.next_after(naive)
    with pytest.raises(ValueError, match="offset"):
        weekly.local_day(naive)


@pytest.mark.parametrize("weekdays", [frozenset(), frozenset({7}), frozenset({-1, 2})])
def test_a_schedule_needs_real_weekdays(weekdays: frozenset[int]) -> None:
    """None, or one outside 0 to 6, is a ValueError at once, not an endless search later."""
    with pytest.raises(ValueError, match="day of the week"):
        Weekly(time(9), "UTC", weekdays)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("daily", EVERY_DAY),
        ("Every  Day", EVERY_DAY),
        ("weekdays", WORKDAYS),
        ("mon-fri", WORKDAYS),
        ("Monday to Friday", WORKDAYS),
        ("mon – fri", WORKDAYS),
        ("weekends", WEEKEND),
        ("sat & sun", WEEKEND),
        ("mon, wed, sat", {0, 2, 5}),
        ("mon wed sat", {0, 2, 5}),
        ("Mondays and Thursdays", {0, 3}),
        ("tue/thu", {1, 3}),
        ("fri-mon", {4, 5, 6, 0}),
        ("mon-wed, sat", {0, 1, 2, 5}),
        ("weekdays and sunday", {0, 1, 2, 3, 4, 6}),
        ("every tuesday", {1}),
        ("Tues., Weds, Thurs.", {1, 2, 3}),
        ("mo, mi", None),
        ("", None),
        (" , ", None),
        ("t", None),
        ("sometimes", None),
        ("mon-", None),
        ("mon-wed-fri", None),
        ("montag", None),
    ],
)
def test_weekdays_are_read_from_words(text: str, days: set[int] | None) -> None:
    """What people write is understood; what is not, is refused with an example to copy."""
    if days is None:
        with pytest.raises(ValueError, match="mon, wed, sat"):
            parse_weekdays(text)
    else:
        assert parse_weekdays(text) == days


@given(st.sets(st.integers(0, 6), min_size=1).map(frozenset))
def test_described_weekdays_are_read_back(days: frozenset[int]) -> None:
    """The words that the bot shows can be typed in again."""
    assert parse_weekdays(describe_weekdays(days)) == days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("19:00", time(19)),
        ("7:05", time(7, 5)),
        ("07:30", time(7, 30)),
        ("7pm", time(19)),
        ("7:30 PM", time(19, 30)),
        ("7:30 p.m.", time(19, 30)),
        ("12 am", time(0)),
        ("12pm", time(12)),
        ("19.30", time(19, 30)),
        ("19h30", time(19, 30)),
        ("1930", time(19, 30)),
        ("19", time(19)),
        ("0", time(0)),
        ("noon", time(12)),
        ("Midnight", time(0)),
        ("at 7 pm", time(19)),
        ("19:00:00", time(19)),
    ],
)
def test_times_are_read_from_words(text: str, expected: time) -> None:
    """The ways that people write a time of day."""
    assert parse_time(text) == expected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("7", "“7 pm”"),
        ("24:00", "“00:00”"),
        ("25:00", "no time of day"),
        ("19:60", "no time of day"),
        ("19:00 pm", "both"),
        ("0 am", "both"),
        ("soon", "no time of day"),
        ("", "no time of day"),
        ("٧:٠٠", "no time of day"),
        ("19:0", "no time of day"),
    ],
)
def test_an_unclear_time_is_refused_with_what_to_write(text: str, hint: str) -> None:
    """A bare 7 is not guessed to be morning or evening; each refusal shows a form that works."""
    with pytest.raises(ValueError, match=r"“\d\d?:\d\d") as refusal:
        parse_time(text)
    assert hint in str(refusal.value)


@given(st.text(max_size=30))
def test_no_words_break_the_two_parsers(text: str) -> None:
    """Any text is read or refused with a sentence; nothing else is raised."""
    for parse in (parse_time, parse_weekdays):
        refusal = ""
        try:
            parse(text)
        except ValueError as error:
            refusal = str(error)
        assert refusal == "" or refusal.endswith(".")
