"""Leagues group people with similar habits, the same way whoever asks."""

from __future__ import annotations

import itertools
import random
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.leagues import LARGEST, SMALLEST, habit_window, leagues

WEEK = date(2026, 3, 4)
ACTIVITY = st.dictionaries(st.integers(1, 10_000), st.integers(0, 120), max_size=60)


@given(ACTIVITY)
def test_everybody_active_is_in_exactly_one_league_of_four_to_ten(activity: dict[int, int]) -> None:
    """Whoever answered at all is in one league, nobody else is; fewer than four people make none."""
    found = leagues(list(activity), activity, WEEK)
    active = [user for user, count in activity.items() if count]
    placed = [user for league in found for user in league.members]
    assert sorted(placed) == (sorted(active) if len(active) >= SMALLEST else [])
    assert all(SMALLEST <= len(league.members) <= LARGEST for league in found)
    assert [league.number for league in found] == list(range(1, len(found) + 1))


@given(ACTIVITY, st.randoms(use_true_random=False))
def test_leagues_do_not_depend_on_the_order_of_members(activity: dict[int, int], rng: random.Random) -> None:
    """Shuffled, doubled, asked on another day of the week: the same leagues."""
    members = list(activity)
    found = leagues(members, activity, WEEK)
    rng.shuffle(members)
    assert leagues([*members, *members], dict(reversed(activity.items())), WEEK + timedelta(days=4)) == found


@given(ACTIVITY)
def test_leagues_are_cut_along_habits(activity: dict[int, int]) -> None:
    """Nobody in a league is busier than anybody in the league before it."""
    found = leagues(list(activity), activity, WEEK)
    for busy, calm in itertools.pairwise(found):
        assert min(activity[user] for user in busy.members) >= max(activity[user] for user in calm.members)


def test_two_kinds_of_people_make_two_leagues() -> None:
    """Five who answer daily and nine who answer weekly are not mixed, though seven and seven would be even."""
    activity = dict.fromkeys(range(1, 6), 28) | dict.fromkeys(range(11, 20), 4)
    busy, calm = leagues(list(activity), activity, WEEK)
    assert busy.members == (1, 2, 3, 4, 5)
    assert calm.members == tuple(range(11, 20))


def test_people_of_equal_habits_are_mixed_anew_each_week() -> None:
    """Thirty alike meet others in the next week, by the week alone."""
    activity = dict.fromkeys(range(30), 20)
    first, second = (leagues(range(30), activity, WEEK + timedelta(weeks=k)) for k in range(2))
    assert [league.members for league in first] != [league.members for league in second]


def test_members_without_leave_to_be_shown_are_in_no_league() -> None:
    """Activity of somebody who is not among the members changes nothing."""
    activity = dict.fromkeys(range(8), 10)
    assert leagues(range(7), activity, WEEK) == leagues(range(7), dict.fromkeys(range(7), 10), WEEK)


@given(st.dates(date(2000, 1, 1), date(2099, 1, 1)))
def test_habits_are_those_of_four_whole_weeks_before(day: date) -> None:
    """Monday to Sunday, 28 days, ending on the day before the league's week."""
    first, last = habit_window(day)
    assert (first.weekday(), last.weekday()) == (0, 6)
    assert (last - first).days == 27
    assert last < day <= last + timedelta(days=7)
