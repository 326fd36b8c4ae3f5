"""Which question comes next."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.selection import Candidate, choose, days_left, fresh

SHARES = {"anatomy": 0.75, "surgery": 0.25}


def _many(topics: str, **changes: float | None) -> list[Candidate]:
    expected, last = changes.get("expected", 0.7), changes.get("last_asked")
    assert expected is not None
    return [Candidate(n, topic, expected, last) for n, topic in enumerate(topics.split())]


def _counts(candidates: list[Candidate], weakness: dict[str, float], n: int = 4000) -> Counter[str]:
    rng = Random(3)
    chosen = (choose(candidates, shares=SHARES, weakness=weakness, repeat_days=60, rng=rng) for _ in range(n))
    return Counter(one.topic for one in chosen if one is not None)


def test_topics_come_by_their_share_of_the_exam() -> None:
    """A topic with three times the weight comes three times as often, however many questions each has."""
    counts = _counts(_many("anatomy surgery surgery surgery surgery surgery"), {})
    assert 0.72 < counts["anatomy"] / 4000 < 0.78


def test_a_weak_topic_comes_twice_as_often_as_its_share() -> None:
    """25 points below the mark doubles a topic's weight: 1:3 becomes 2:3."""
    counts = _counts(_many("anatomy surgery"), {"surgery": 0.25})
    assert 0.37 < counts["surgery"] / 4000 < 0.43


def test_a_question_at_the_right_level_is_preferred() -> None:
    """Between a question that seven of ten would get right and a far too hard one, the first mostly comes."""
    pool = [Candidate(1, "anatomy", 0.7, None), Candidate(2, "anatomy", 0.15, None)]
    rng = Random(4)
    chosen = [choose(pool, shares=SHARES, weakness={}, repeat_days=60, rng=rng) for _ in range(1000)]
    ids = Counter(one.question_id for one in chosen if one is not None)
    assert ids[1] > 900
    assert ids[2] > 0


@given(
    ages=st.lists(st.one_of(st.none(), st.floats(0, 200)), min_size=1, max_size=12),
    repeat=st.integers(1, 100),
    seed=st.integers(0, 999),
)
def test_nothing_comes_back_while_others_are_left(ages: list[float | None], repeat: int, seed: int) -> None:
    """A question asked within the repeat time comes only when all were, and then the one longest ago."""
    pool = [Candidate(n, "anatomy", 0.5, age) for n, age in enumerate(ages)]
    chosen = choose(pool, shares=SHARES, weakness={}, repeat_days=repeat, rng=Random(seed))
    assert chosen is not None
    if fresh(pool, repeat):
        assert chosen.last_asked is None or chosen.last_asked >= repeat
    else:
        assert chosen.last_asked == max(age for age in ages if age is not None)


def test_a_day_avoids_two_questions_of_one_topic() -> None:
    """A topic that the day already had comes again only when there is nothing else."""
    rng = Random(5)
    mixed, single = _many("anatomy surgery"), _many("anatomy anatomy")
    for _ in range(50):
        other = choose(mixed, shares=SHARES, weakness={}, repeat_days=60, avoid_topics={"anatomy"}, rng=rng)
        same = choose(single, shares=SHARES, weakness={}, repeat_days=60, avoid_topics={"anatomy"}, rng=rng)
        assert other is not None
        assert other.topic == "surgery"
        assert same is not None


def test_topics_outside_the_blueprint_still_come_when_nothing_else_is_there() -> None:
    """A bank whose topics the exam does not name can still be asked."""
    chosen = choose(_many("poetry"), shares={}, weakness={}, repeat_days=60, rng=Random(1))
    assert chosen is not None


def test_a_topic_outside_the_blueprint_never_comes_before_one_inside() -> None:
    """A topic without a share of the exam waits until no other is left."""
    assert _counts(_many("anatomy poetry"), {"poetry": 0.7}, 500)["poetry"] == 0


def test_without_candidates_there_is_no_question() -> None:
    """An empty bank gives None, not an error."""
    assert choose([], shares=SHARES, weakness={}, repeat_days=60, rng=Random(1)) is None


def test_days_left_counts_whole_days_of_fresh_questions() -> None:
    """Seven fresh questions are three days of two; what was asked lately is not counted."""
    pool = [*_many(" ".join(["anatomy"] * 7)), Candidate(99, "anatomy", 0.5, 3.0)]
    assert days_left(pool, repeat_days=60, per_day=2) == 3
