"""A rate is kept over any stretch of time, whatever comes at once."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pace import Pace


def test_the_first_goes_at_once_and_the_others_evenly() -> None:
    """Of four that ask at the same time, each waits a quarter of a second longer than the one before."""
    pace = Pace(4)
    assert [pace.wait(100.0) for _ in range(4)] == [0.0, 0.25, 0.5, 0.75]
    assert pace.wait(100.5) == 0.5


def test_what_weighs_more_takes_more_turns() -> None:
    """After a closing of three requests the next one waits for three."""
    pace = Pace(2)
    assert [pace.wait(0.0, 3.0), pace.wait(0.0)] == [0.0, 1.5]


def test_a_pause_is_not_caught_up() -> None:
    """After an hour with nothing to do, two still have their distance."""
    pace = Pace(1)
    pace.wait(0.0)
    assert [pace.wait(3600.0), pace.wait(3600.0)] == [0.0, 1.0]


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0.5, 4)), min_size=1, max_size=60))
def test_no_stretch_has_more_than_its_rate(asked: list[tuple[float, float]]) -> None:
    """Whoever asks when: between any two turns lies the time that all before the second one take."""
    pace, now, turns = Pace(10), 0.0, []
    for pause, weight in asked:
        now += pause
        turns.append((now + pace.wait(now, weight), weight))
    for (begin, weight), (then, _) in pairwise(turns):
        assert then - begin >= weight / 10 - 1e-9
