"""A member's dates follow the clock that they lived by, wherever they went."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.days import Stay, by_schedule, days_off, local_day, shortened, span, zone_at
from bot.domain.schedule import WORKDAYS, Weekly
from bot.domain.streaks import Streak, from_history

LA, AUCKLAND, BERLIN, APIA = "America/Los_Angeles", "Pacific/Auckland", "Europe/Berlin", "Pacific/Apia"
ZONES = (LA, AUCKLAND, BERLIN, APIA, "Asia/Kathmandu", "Pacific/Honolulu", "Australia/Lord_Howe", "UTC")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def always(start: datetime, end: datetime) -> bool:
    return True


def hours(day: date, *stays: Stay) -> float:
    lived = span(day, stays)
    return 0 if lived is None else (lived[1] - lived[0]) / HOUR


def test_a_click_counts_for_the_date_on_the_members_clock_then() -> None:
    """Half past eleven at night in Los Angeles is that day, and stays it after a move to Berlin."""
    click = datetime(2026, 3, 3, 7, 30, tzinfo=UTC)
    home = Stay(LONG_AGO, LA)
    assert local_day([home], click) == date(2026, 3, 2)
    assert local_day([home, Stay(click + HOUR, BERLIN)], click) == date(2026, 3, 2)
    assert local_day([home, Stay(click, BERLIN)], click) == date(2026, 3, 3)
    with pytest.raises(ValueError, match="has a zone"):
        zone_at([], click)


def test_clock_changes_make_days_of_23_and_25_hours() -> None:
    """Berlin's two odd Sundays are whole days; Apia's 30 December 2011 never was."""
    berlin = Stay(LONG_AGO, BERLIN)
    assert hours(date(2026, 3, 29), berlin) == 23
    assert hours(date(2026, 10, 25), berlin) == 25
    apia = Stay(LONG_AGO, APIA)
    assert hours(date(2011, 12, 30), apia) == 0
    assert hours(date(2011, 12, 31), apia) == 24


def test_flying_east_over_the_date_line_shortens_a_day_and_breaks_nothing() -> None:
    """Los Angeles on Tuesday at 3 becomes Auckland on Wednesday at midnight: a Tuesday of three hours is off."""
    change = datetime(2026, 3, 3, 11, tzinfo=UTC)
    stays = [Stay(LONG_AGO, LA), Stay(change, AUCKLAND)]
    assert hours(date(2026, 3, 3), *stays) == 3
    off = days_off(stays, always)
    assert [off(date(2026, 3, n)) for n in (2, 3, 4, 5)] == [False, True, True, False]
    kept = from_history([date(2026, 3, 2), date(2026, 3, 4)], today=date(2026, 3, 4), off=off)
    assert kept == Streak(2, 2, date(2026, 3, 4))


def test_flying_west_over_the_date_line_makes_one_long_day() -> None:
    """Tuesday in Auckland, where Los Angeles still has Monday: it stays Tuesday until that is over there."""
    change = datetime(2026, 3, 3, 1, tzinfo=UTC)
    stays = [Stay(LONG_AGO, AUCKLAND), Stay(change, LA)]
    clicks = [change - 20 * HOUR, change - HOUR, change + HOUR, change + 20 * HOUR, change + 31 * HOUR]
    days = [local_day(stays, click) for click in clicks]
    assert days == [date(2026, 3, n) for n in (2, 3, 3, 3, 4)]
    assert hours(date(2026, 3, 3), *stays) == 45
    assert shortened(stays) == set()
    assert from_history(days, today=date(2026, 3, 4)) == Streak(3, 3, date(2026, 3, 4))


def test_a_day_that_a_change_of_zone_cuts_short_asks_nothing() -> None:
    """New York on Monday at 13:00 becomes Auckland on Tuesday: who had not answered yet lost eleven hours, not more."""
    change = datetime(2026, 3, 2, 18, tzinfo=UTC)
    stays = [Stay(LONG_AGO, "America/New_York"), Stay(change, AUCKLAND)]
    assert shortened(stays) == {date(2026, 3, 2), date(2026, 3, 3)}
    off = days_off(stays, always)
    assert [off(date(2026, 3, n)) for n in (1, 2, 3, 4)] == [False, True, True, False]


def test_an_excused_day_is_off() -> None:
    """The day of a question that was answered after midnight is not missed."""
    off = days_off([Stay(LONG_AGO, BERLIN)], always, [date(2026, 3, 3)])
    assert [off(date(2026, 3, n)) for n in (2, 3, 4)] == [False, True, False]


def test_a_groups_weekend_falls_on_the_members_own_days() -> None:
    """Monday to Friday at 19:00 in Los Angeles is Tuesday to Saturday in Auckland; Sunday and Monday are off there."""
    schedule = Weekly(time(19), LA, WORKDAYS)
    week = [date(2026, 6, 1) + timedelta(days=n) for n in range(7)]
    at_home = days_off([Stay(LONG_AGO, LA)], by_schedule(schedule))
    assert [day.weekday() for day in week if at_home(day)] == [5, 6]
    abroad = days_off([Stay(LONG_AGO, AUCKLAND)], by_schedule(schedule))
    assert [day.weekday() for day in week if abroad(day)] == [0, 6]


def test_moving_changes_no_day_gone_by() -> None:
    """Before the move the old clock's days off hold, after it the new one's."""
    schedule = Weekly(time(19), LA, WORKDAYS)
    move = datetime(2026, 6, 10, 20, tzinfo=UTC)
    off = days_off([Stay(LONG_AGO, LA), Stay(move, AUCKLAND)], by_schedule(schedule))
    before = [date(2026, 6, 1) + timedelta(days=n) for n in range(7)]
    after = [day + timedelta(days=14) for day in before]
    assert [day.weekday() for day in before if off(day)] == [5, 6]
    assert [day.weekday() for day in after if off(day)] == [0, 6]


@st.composite
def journeys(draw: st.DrawFn) -> list[Stay]:
    stays = [Stay(LONG_AGO, draw(st.sampled_from(ZONES)))]
    at = datetime(2026, 3, 1, tzinfo=UTC)
    for _ in range(draw(st.integers(0, 5))):
        at += draw(st.integers(1, 120)) * HOUR
        stays.append(Stay(at, draw(st.sampled_from(ZONES))))
    return stays


@given(journeys(), st.integers(0, 11))
def test_who_answers_twice_a_day_never_loses_a_streak_by_travelling(stays: list[Stay], first: int) -> None:
    """Wherever they go, an answer every twelve hours misses no day: no freeze is taken and nothing ends."""
    start = datetime(2026, 3, 1, tzinfo=UTC) + first * HOUR
    days = [local_day(stays, start + 12 * n * HOUR) for n in range(60)]
    today = local_day(stays, start + 12 * 59 * HOUR)
    streak = from_history(days, today=today, off=days_off(stays, always))
    assert streak is not None
    assert streak.current == len(set(days))
    assert streak.frozen_days == ()


@given(journeys(), st.integers(0, 60 * 24 * 20))
def test_every_instant_lies_in_the_span_of_its_own_date_only(stays: list[Stay], minutes: int) -> None:
    """The spans of all dates part the member's time: each instant is in exactly one, and none comes back."""
    at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    day = local_day(stays, at)
    for near in range(-2, 3):
        lived = span(day + timedelta(days=near), stays)
        assert (lived is not None and lived[0] <= at < lived[1]) == (near == 0)
    assert local_day(stays, at + HOUR) >= day
