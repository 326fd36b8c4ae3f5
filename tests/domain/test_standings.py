"""The board's periods, points and ranks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.standings import Span, bounds, period, points, ranked


@pytest.mark.parametrize(
    ("day", "week", "month"),
    [
        (date(2026, 11, 22), "week:2026-W47", "month:2026-11"),
        (date(2026, 11, 23), "week:2026-W48", "month:2026-11"),
        (date(2027, 1, 1), "week:2026-W53", "month:2027-01"),
        (date(2024, 12, 30), "week:2025-W01", "month:2024-12"),
    ],
)
def test_a_day_is_in_its_iso_week_and_its_month(day: date, week: str, month: str) -> None:
    """Weeks begin on Monday and belong to the ISO year, also around New Year; all time is one period."""
    assert (period(Span.WEEK, day), period(Span.MONTH, day), period(Span.ALL, day)) == (week, month, "all")


@given(st.dates(date(2000, 1, 1), date(2099, 12, 1)), st.sampled_from([Span.WEEK, Span.MONTH]))
def test_the_bounds_hold_exactly_the_days_of_the_period(day: date, span: Span) -> None:
    """First and last day are in the day's period, the days around them are not."""
    limits = bounds(span, day)
    assert limits is not None
    first, last = limits
    one = timedelta(days=1)
    assert first <= day <= last
    assert {period(span, first), period(span, last)} == {period(span, day)}
    assert period(span, first - one) != period(span, day) != period(span, last + one)


def test_all_time_has_no_bounds() -> None:
    """The board of all time ends nowhere."""
    assert bounds(Span.ALL, date(2026, 3, 2)) is None


@pytest.mark.parametrize(
    ("correct", "counted", "earned"), [(True, True, 1), (True, False, 0), (False, True, 0), (False, False, 0)]
)
def test_only_a_right_and_counted_answer_earns_a_point(correct: bool, counted: bool, earned: int) -> None:
    """A repeated question earns nothing even when it is right."""
    assert points(correct=correct, counted=counted) == earned


def test_equal_points_share_a_rank_and_the_next_is_skipped() -> None:
    """Two firsts are followed by a third."""
    board = ranked([(1, 5, 6), (2, 7, 9), (3, 7, 7), (4, 0, 2)])
    assert [(one.rank, one.user_id) for one in board] == [(1, 2), (1, 3), (3, 1), (4, 4)]


@given(st.dictionaries(st.integers(1, 50), st.integers(0, 9)))
def test_a_rank_is_one_more_than_the_number_of_better_members(scores: dict[int, int]) -> None:
    """Whatever the order in which rows arrive, a rank says how many are better."""
    for one in ranked([(user, score, score) for user, score in scores.items()]):
        assert one.rank == 1 + sum(other > one.points for other in scores.values())
