"""Streaks count the member's days, forgive what they promise to forgive, and can be told again from the answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.streaks import (
    Day,
    Off,
    Streak,
    answered,
    calendar,
    ends_at,
    from_history,
    may_ping,
    needs_history,
    next_asked,
    no_day_off,
    rolled,
)

MONDAY = date(2026, 3, 2)


def on(*numbers: int) -> list[date]:
    """Days counted from a Monday, which is 0."""
    return [MONDAY + timedelta(days=number) for number in numbers]


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def weekend(day: date) -> bool:
    return day.weekday() > 4


def test_today_is_not_missed_before_it_is_over() -> None:
    """Yesterday's streak stands all day long; without a freeze it is gone tomorrow."""
    assert from_history(on(0, 1), today=day(2)) == Streak(2, 2, day(1))
    assert from_history(on(0, 1), today=day(3)) == Streak(0, 2, day(1), ended_on=day(2))
    assert from_history([], today=day(0)) is None
    assert calendar([], today=day(0)) == []


def test_seven_days_earn_a_freeze_that_covers_a_missed_day() -> None:
    """The freeze is used by itself, the day is named, and the streak goes on without having grown."""
    week = range(7)
    assert from_history(on(*week), today=day(6)) == Streak(7, 7, day(6), freezes=1)
    covered = from_history(on(*week), today=day(8))
    assert covered == Streak(7, 7, day(6), freezes=0, frozen_days=(day(7),))
    assert from_history(on(*week, 8), today=day(8)) == Streak(8, 8, day(8), 0, (day(7),))
    assert from_history(on(*week), today=day(9)) == Streak(0, 7, day(6), 0, (day(7),), day(8))


def test_two_freezes_are_kept_at_most() -> None:
    """Three weeks earn two; they cover two missed days, the third one ends the streak."""
    weeks = on(*range(21))
    assert from_history(weeks, today=day(20)) == Streak(21, 21, day(20), freezes=2)
    assert from_history(weeks, today=day(23)) == Streak(21, 21, day(20), 0, tuple(on(21, 22)))
    assert from_history(weeks, today=day(24)) == Streak(0, 21, day(20), 0, tuple(on(21, 22)), day(23))


def test_a_new_streak_starts_without_what_the_old_one_had() -> None:
    """The best stays; frozen days and the end of the old streak are told no more."""
    assert from_history(on(*range(7), 12), today=day(12)) == Streak(1, 7, day(12))


def test_days_off_and_pauses_neither_break_nor_count() -> None:
    """A weekend off and a fortnight's illness leave a streak of Friday, Monday and the day after the illness at 3."""
    days = on(4, 7, 22)
    assert from_history(days, today=day(22), off=weekend, pauses=[(day(8), day(21))]) == Streak(3, 3, day(22))
    assert from_history(days, today=day(22), off=weekend, pauses=[(day(8), day(18))]) == Streak(1, 2, day(22))


def test_an_answer_counts_on_any_day() -> None:
    """Who answers on a day off or in a pause is not punished for it."""
    assert from_history(on(4, 5), today=day(5), off=weekend, pauses=[(day(0), None)]) == Streak(2, 2, day(5))


def test_a_pause_without_end_holds_a_streak_for_ever() -> None:
    """A year later the streak still stands, and it has no end to be shown."""
    pauses = [(day(1), None)]
    streak = from_history(on(0), today=day(365), pauses=pauses)
    assert streak == Streak(1, 1, day(0))
    assert ends_at(streak, ZoneInfo("UTC"), today=day(365), pauses=pauses) is None
    assert next_asked(streak, today=day(365), pauses=pauses) is None


def test_a_day_before_the_last_answer_is_judged_even_when_it_comes_again() -> None:
    """Back over the date line it is Tuesday again, after Wednesday's answer: Tuesday is missed until it is answered."""
    assert from_history(on(0, 2), today=day(1)) == Streak(1, 1, day(2))
    assert from_history(on(0, 2, 1), today=day(1)) == Streak(3, 3, day(2))


def test_each_day_can_be_named() -> None:
    """Answered, off, frozen, missed, paused and still open, in their order."""
    days = calendar(on(0, 1, 2, 3, 4, 7, 8, 11), today=day(14), off=weekend, pauses=[(day(14), day(14))])
    kinds = [kind for _, kind in days]
    assert kinds == [
        *[Day.ANSWERED] * 5,
        *[Day.OFF] * 2,
        *[Day.ANSWERED] * 2,
        *[Day.FROZEN, Day.MISSED, Day.ANSWERED],
        *[Day.OFF] * 2,
        Day.PAUSED,
    ]
    assert calendar(on(0), today=day(1))[-1] == (day(1), Day.OPEN)


def test_an_answer_that_is_kept_late_heals_the_day_it_was_clicked_on() -> None:
    """Told again from the history, Tuesday's answer that arrived after Wednesday's joins both days."""
    wednesday = answered(answered(None, day(0)), day(2))
    assert wednesday == Streak(1, 1, day(2))
    assert needs_history(wednesday, day(1))
    with pytest.raises(ValueError, match="from_history"):
        answered(wednesday, day(1))
    assert from_history(on(0, 2, 1), today=day(2)) == Streak(3, 3, day(2))


def test_an_answer_that_is_kept_after_a_freeze_was_used_gives_it_back() -> None:
    """A click before midnight that arrives after the day was frozen, or had ended the streak, needs the history."""
    week = from_history(on(*range(7)), today=day(6))
    assert week is not None
    frozen = rolled(week, day(8))
    assert needs_history(frozen, day(7))
    assert from_history(on(*range(8)), today=day(8)) == Streak(8, 8, day(7), freezes=1)
    ended = rolled(frozen, day(9))
    assert ended.ended_on == day(8)
    assert needs_history(ended, day(8))
    assert not needs_history(ended, day(9))
    assert not needs_history(None, day(0))
    assert not needs_history(week, day(6))


def test_a_streak_ends_at_the_end_of_the_members_own_day() -> None:
    """Answered on Monday in New York, it ends as Tuesday does there; a freeze moves that by a day."""
    new_york = ZoneInfo("America/New_York")
    streak = Streak(1, 1, day(0))
    assert ends_at(streak, new_york, today=day(0)) == datetime(2026, 3, 4, 5, tzinfo=UTC)
    assert ends_at(streak, new_york, today=day(1)) == datetime(2026, 3, 4, 5, tzinfo=UTC)
    frozen = Streak(7, 7, day(0), freezes=1)
    assert ends_at(frozen, new_york, today=day(1)) == datetime(2026, 3, 5, 5, tzinfo=UTC)
    assert ends_at(rolled(frozen, day(2)), new_york, today=day(2)) == datetime(2026, 3, 5, 5, tzinfo=UTC)
    assert ends_at(streak, new_york, today=day(2)) is None


def test_the_end_knows_clock_changes_and_days_off() -> None:
    """Friday's streak with the weekend off ends as Monday does, an hour earlier by UTC after the clock change."""
    friday = date(2026, 3, 27)
    end = ends_at(Streak(3, 3, friday), ZoneInfo("Europe/Berlin"), today=friday, off=weekend)
    assert end == datetime(2026, 3, 30, 22, tzinfo=UTC)


@pytest.mark.parametrize(("hour", "allowed"), [(7, False), (8, True), (20, True), (21, False), (3, False)])
def test_nobody_is_pinged_at_night(hour: int, allowed: bool) -> None:
    """From eight to nine by the member's own clock."""
    zone = ZoneInfo("Asia/Tokyo")
    assert may_ping(datetime(2026, 3, 2, hour, 59, tzinfo=zone).astimezone(UTC), zone) is allowed


DAYS = st.sets(st.integers(0, 70), min_size=1).map(lambda numbers: on(*sorted(numbers)))
DENSE = st.sets(st.integers(0, 70), max_size=14).map(lambda gaps: on(*(n for n in range(71) if n not in gaps)))
HISTORIES = st.one_of(DAYS, DENSE)
OFFS = st.sampled_from([weekend, no_day_off, lambda day: day.toordinal() % 5 == 0])
PAUSES = st.lists(
    st.tuples(st.integers(0, 70), st.one_of(st.none(), st.integers(0, 12))).map(
        lambda pause: (day(pause[0]), None if pause[1] is None else day(pause[0] + pause[1]))
    ),
    max_size=3,
)


@given(HISTORIES, OFFS, PAUSES, st.integers(0, 12), st.booleans())
def test_step_by_step_and_from_the_whole_history_are_the_same(
    days: list[date], off: Off, pauses: list[tuple[date, date | None]], later: int, daily: bool
) -> None:
    """After every answer, and on any day thereafter, whether or not somebody looked in between."""
    streak: Streak | None = None
    for count, one in enumerate(days, start=1):
        if daily and streak is not None:
            for between in range(1, (one - days[count - 2]).days + 1):
                streak = rolled(streak, days[count - 2] + timedelta(days=between), off=off, pauses=pauses)
        streak = answered(streak, one, off=off, pauses=pauses)
        assert answered(streak, one, off=off, pauses=pauses) is streak
        assert streak == from_history(days[:count], today=one, off=off, pauses=pauses)
    assert streak is not None
    today = days[-1] + timedelta(days=later)
    assert rolled(streak, today, off=off, pauses=pauses) == from_history(days, today=today, off=off, pauses=pauses)


@given(HISTORIES, OFFS, PAUSES, st.integers(0, 12))
def test_a_streak_keeps_its_promises(
    days: list[date], off: Off, pauses: list[tuple[date, date | None]], later: int
) -> None:
    """Never more freezes than two, never more counted than answered; frozen days asked for an answer and had none."""
    today = days[-1] + timedelta(days=later)
    streak = from_history(reversed([*days, *days]), today=today, off=off, pauses=pauses)
    assert streak == from_history(days, today=today, off=off, pauses=pauses)
    assert streak is not None
    assert 0 <= streak.freezes <= 2
    assert 0 <= streak.current <= streak.longest <= len(days)
    assert (streak.current == 0) == (streak.ended_on is not None)
    for frozen in streak.frozen_days:
        assert frozen not in days
        assert not off(frozen)
    kinds = dict(calendar(days, today=today, off=off, pauses=pauses))
    assert {one for one, kind in kinds.items() if kind is Day.ANSWERED} == set(days)
    assert len(kinds) == (today - days[0]).days + 1


@given(HISTORIES, OFFS, PAUSES, st.integers(0, 12))
def test_the_end_that_is_shown_is_the_end_that_comes(
    days: list[date], off: Off, pauses: list[tuple[date, date | None]], later: int
) -> None:
    """The day before the shown instant the streak stands, on the day that it begins it is over; None never ends."""
    today = days[-1] + timedelta(days=later)
    zone = ZoneInfo("Europe/Berlin")
    streak = from_history(days, today=today, off=off, pauses=pauses)
    assert streak is not None
    end = ends_at(streak, zone, today=today, off=off, pauses=pauses)
    if end is None:
        far = rolled(streak, today + timedelta(days=300), off=off, pauses=pauses)
        assert far.current == streak.current
        return
    over = end.astimezone(zone).date()
    assert rolled(streak, over - timedelta(days=1), off=off, pauses=pauses).current > 0
    assert rolled(streak, over, off=off, pauses=pauses).current == 0
