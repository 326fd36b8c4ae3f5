"""How long a bank lasts, and how well a question discriminates."""

from __future__ import annotations

from math import sqrt
from random import Random

import pytest

from bot.domain.bank_status import Stock, Sums, discrimination, supply


def stock(name: str, live: int, fresh: int, weight: float) -> Stock:
    return Stock(name, live, fresh, 0, 0, 0, 0, 0, weight)


def test_a_topic_lasts_as_long_as_it_is_taken() -> None:
    """Days by topic follow the weights, those of all follow the pace; what comes back in time never ends."""
    found = supply([stock("a", 10, 6, 0.75), stock("b", 10, 6, 0.25)], per_day=2, days_a_week=7, repeat_days=60)
    assert (found.days, dict(found.by_topic)) == (6, {"a": 4, "b": 12})
    assert supply([stock("a", 120, 1, 1.0)], per_day=2, days_a_week=7, repeat_days=60).days is None
    assert supply([stock("a", 60, 5, 1.0)], per_day=2, days_a_week=7, repeat_days=60).days == 2
    assert supply([stock("a", 60, 5, 1.0)], per_day=2, days_a_week=3, repeat_days=60).days is None
    assert supply([], per_day=1, days_a_week=7, repeat_days=60).days == 0


def test_a_topic_that_is_never_taken_has_no_days() -> None:
    """A topic outside the blueprint is not counted: selection never takes it."""
    found = supply([stock("a", 5, 5, 1.0), stock("b", 5, 5, 0.0)], per_day=1, days_a_week=7, repeat_days=60)
    assert (found.days, dict(found.by_topic)) == (5, {"a": 5})


def sums(pairs: list[tuple[int, float]]) -> Sums:
    return Sums(
        len(pairs),
        sum(x for x, _ in pairs),
        sum(y for _, y in pairs),
        sum(y * y for _, y in pairs),
        sum(x * y for x, y in pairs),
    )


def test_the_point_biserial_is_pearson_s_correlation() -> None:
    """It equals the correlation by its definition, and its range holds it."""
    rng = Random(5)
    pairs = [(int(rng.random() < y), y) for y in (rng.random() for _ in range(80))]
    found = discrimination(sums(pairs))
    assert found is not None
    mx, my = sum(x for x, _ in pairs) / 80, sum(y for _, y in pairs) / 80
    over = sum((x - mx) * (y - my) for x, y in pairs)
    pearson = over / sqrt(sum((x - mx) ** 2 for x, _ in pairs) * sum((y - my) ** 2 for _, y in pairs))
    assert found.value == pytest.approx(pearson)
    assert found.low < found.value < found.high
    assert found.members == 80


def test_too_few_or_equal_answers_say_nothing() -> None:
    """Below 30 members, with everybody right, or with equal members there is no number."""
    mixed = [(n % 2, n / 100) for n in range(30)]
    assert discrimination(sums(mixed)) is not None
    assert discrimination(sums(mixed[:29])) is None
    assert discrimination(sums([(1, n / 100) for n in range(30)])) is None
    assert discrimination(sums([(n % 2, 0.5) for n in range(30)])) is None
