"""What the poll tells, and what a session changes in the daily choice."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.afterwards import FEWEST, TAUGHT_GAIN, TAUGHT_MS, tally, taught
from bot.domain.selection import Candidate, choose, fresh

SHARES = {"anatomy": 0.75, "surgery": 0.25}
ENDED = 1_772_730_000_000


@given(st.lists(st.booleans(), max_size=20))
def test_no_figure_stands_for_fewer_than_three(answers: list[bool]) -> None:
    """Below three there is none; above, answers are taken three at a time, so that one more betrays nothing."""
    found = tally("Modifiers", answers)
    if len(answers) < FEWEST:
        assert found is None
        return
    assert found is not None
    assert (found.clearer + found.not_yet) % FEWEST == 0
    assert found.clearer + found.not_yet + found.waiting == len(answers)
    assert found.clearer == sum(answers[: len(answers) - found.waiting])
    assert found.waiting < FEWEST


def test_what_was_taught_counts_for_five_days() -> None:
    """From a session's end on and not before; two sessions on a topic raise it no more than one."""
    sessions = [(("Surgery",), ENDED), (("Surgery", "Evaluation and Management"), ENDED - 1)]
    assert taught(sessions, ENDED - 2) == {}
    assert taught(sessions, ENDED) == {"surgery": TAUGHT_GAIN, "evaluation-and-management": TAUGHT_GAIN}
    assert taught(sessions, ENDED + TAUGHT_MS - 1) == {"surgery": TAUGHT_GAIN}
    assert taught(sessions, ENDED + TAUGHT_MS) == {}


def _share(gain: dict[str, float]) -> float:
    pool = [Candidate(1, "anatomy", 0.7, None), Candidate(2, "surgery", 0.7, None)]
    rng = Random(11)
    chosen = [choose(pool, shares=SHARES, weakness={}, repeat_days=60, taught=gain, rng=rng) for _ in range(4000)]
    return Counter(one.topic for one in chosen if one is not None)["surgery"] / 4000


def test_a_taught_topic_is_asked_more_often() -> None:
    """A quarter of the questions becomes a half: three times the weight, 3 to 3 instead of 1 to 3."""
    assert 0.23 < _share({}) < 0.27
    assert 0.47 < _share({"surgery": TAUGHT_GAIN}) < 0.53


@given(
    ages=st.lists(
        st.tuples(st.sampled_from(("anatomy", "surgery")), st.one_of(st.none(), st.floats(0, 200))), min_size=1
    ),
    avoid=st.sets(st.sampled_from(("anatomy", "surgery"))),
    seed=st.integers(0, 999),
)
def test_what_was_taught_breaks_no_other_rule(ages: list[tuple[str, float | None]], avoid: set[str], seed: int) -> None:
    """Nothing comes back while others are left, and a topic of the same day comes only where there is no other."""
    pool = [Candidate(n, topic, 0.5, age) for n, (topic, age) in enumerate(ages)]
    one = choose(
        pool,
        shares=SHARES,
        weakness={},
        repeat_days=60,
        avoid_topics=avoid,
        taught={"surgery": TAUGHT_GAIN},
        rng=Random(seed),
    )
    assert one is not None
    left = fresh(pool, 60)
    if left:
        assert one in left
        if any(other.topic not in avoid for other in left):
            assert one.topic not in avoid
