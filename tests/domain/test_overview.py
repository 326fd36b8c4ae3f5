"""What tutors may know: never fewer than four members in a figure, nor between two of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.overview import GroupTopic, by_cost, cell

shares = st.floats(0.1, 1.0)


@given(st.lists(shares, max_size=3))
def test_three_members_have_no_figure(values: list[float]) -> None:
    """Below four there is nothing to show."""
    assert cell(values) is None


@given(st.lists(shares, min_size=4, max_size=40), st.lists(shares, max_size=3))
def test_who_comes_next_waits_for_a_fourth(values: list[float], more: list[float]) -> None:
    """Up to three newcomers change nothing, so that no look before and after them tells what they can."""
    whole = values[: len(values) // 4 * 4]
    waiting = len(values) - len(whole) + len(more)
    if waiting < 4:
        assert cell([*values, *more]) == cell(whole)


@given(st.lists(shares, min_size=4, max_size=4))
def test_a_figure_is_the_mean_to_five_points(values: list[float]) -> None:
    """It is within two and a half points of the mean, and a multiple of five."""
    found = cell(values)
    assert found is not None
    assert found == pytest.approx(sum(values) / 4, abs=0.0251)
    assert found * 20 == pytest.approx(round(found * 20))


def topic(name: str, share: float, *weeks: float | None) -> GroupTopic:
    return GroupTopic(name, "Section", share, weeks)


def test_the_topic_that_costs_most_comes_first() -> None:
    """Share × distance below the mark by the newest week; above the mark the lowest; without a newest figure, last."""
    large, small = topic("large", 0.2, 0.3, 0.6), topic("small", 0.02, 0.3, 0.3)
    fine, finer, old = topic("fine", 0.5, None, 0.75), topic("finer", 0.5, None, 0.9), topic("old", 0.5, 0.2, None)
    assert by_cost([old, finer, fine, small, large], 0.7) == [large, small, fine, finer, old]
