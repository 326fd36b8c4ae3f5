"""Which question is explained, and which explanation is kept."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.teachback import (
    FEWEST_ANSWERS,
    FEWEST_MISSES,
    Explanation,
    Missed,
    best,
    most_missed,
    week_before,
)

WEEKS = st.lists(
    st.tuples(st.integers(1, 30), st.integers(0, 12), st.integers(0, 12)).map(
        lambda row: Missed(row[0], max(row[1], row[2]), min(row[1], row[2]))
    ),
    max_size=20,
    unique_by=lambda one: one.question_id,
)


@given(WEEKS, st.sets(st.integers(1, 30)))
def test_the_chosen_question_was_missed_by_several_and_is_not_barred(found: list[Missed], barred: set[int]) -> None:
    """At least three answers and two misses, never an open one; where there is such a question, one is chosen."""
    able = {
        one.question_id: one
        for one in found
        if one.answers >= FEWEST_ANSWERS and one.misses >= FEWEST_MISSES and one.question_id not in barred
    }
    chosen = most_missed(found, barred)
    assert (chosen is None) is (not able)
    if chosen is not None:
        share = (able[chosen].misses + 1) / (able[chosen].answers + 2)
        assert all((one.misses + 1) / (one.answers + 2) <= share for one in able.values())


def test_nine_of_ten_say_more_than_three_of_three() -> None:
    """A small crowd is drawn towards a half; equal shares go by misses, then by the older question."""
    assert most_missed([Missed(1, 3, 3), Missed(2, 10, 9)]) == 2
    assert most_missed([Missed(5, 4, 3), Missed(4, 4, 3)]) == 4
    assert most_missed([Missed(1, 2, 2), Missed(2, 9, 1)]) is None
    assert most_missed([]) is None


@given(st.lists(st.builds(Explanation, st.integers(1, 9), st.integers(0, 5), st.booleans()), max_size=8))
def test_only_what_helped_and_a_tutor_approves_of_is_kept(found: list[Explanation]) -> None:
    """Of those the one that most found helpful; none where there is none."""
    able = [one for one in found if one.endorsed and one.helpful]
    chosen = best(found)
    assert (chosen is None) is (not able)
    if chosen is not None:
        assert chosen in able
        assert chosen.helpful == max(one.helpful for one in able)


def test_the_week_before_is_from_monday_to_sunday() -> None:
    """Seen from any day of a week, across the turn of the year."""
    assert week_before(date(2026, 3, 9)) == (date(2026, 3, 2), date(2026, 3, 8))
    assert week_before(date(2026, 3, 15)) == (date(2026, 3, 2), date(2026, 3, 8))
    assert week_before(date(2026, 1, 1)) == (date(2025, 12, 22), date(2025, 12, 28))
