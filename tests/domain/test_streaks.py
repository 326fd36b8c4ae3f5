"""Streaks count quiz days."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.streaks import Streak, advance

MONDAY = date(2026, 3, 2)


def _workday_before(day: date) -> date:
    day -= timedelta(days=1)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day


def test_the_first_answer_begins_a_streak() -> None:
    """One answered day is a streak of one."""
    assert advance(None, MONDAY, _workday_before) == Streak(1, 1, MONDAY)


def test_days_without_a_question_break_nothing() -> None:
    """Friday and Monday are consecutive where the weekend has no question."""
    friday = Streak(3, 5, MONDAY - timedelta(days=3))
    assert advance(friday, MONDAY, _workday_before) == Streak(4, 5, MONDAY)


def test_a_missed_quiz_day_begins_anew_and_keeps_the_best() -> None:
    """A day with a question and without an answer ends the streak; the longest one stays."""
    thursday = Streak(7, 7, MONDAY - timedelta(days=4))
    assert advance(thursday, MONDAY, _workday_before) == Streak(1, 7, MONDAY)


def test_more_answers_on_a_day_and_answers_for_earlier_days_change_nothing() -> None:
    """The second question of a day, and one of a day before, leave the streak as it is."""
    now = Streak(2, 4, MONDAY)
    assert advance(now, MONDAY, _workday_before) is now
    assert advance(now, MONDAY - timedelta(days=3), _workday_before) is now


@given(st.sets(st.integers(0, 60), min_size=1))
def test_the_streak_is_the_run_of_days_that_ends_last(days: set[int]) -> None:
    """After answers on any days, `current` is the last run's length and `longest` the longest run's."""
    streak: Streak | None = None
    runs = [0]
    for number in sorted(days):
        streak = advance(streak, MONDAY + timedelta(days=number), lambda day: day - timedelta(days=1))
        runs.append(runs[-1] + 1 if number - 1 in days else 1)
    assert streak is not None
    assert (streak.current, streak.longest) == (runs[-1], max(runs))
