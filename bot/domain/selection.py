"""Which question comes next: by the blueprint's weights, the group's weak areas and the item's difficulty."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from random import Random
from types import MappingProxyType
from typing import NamedTuple

TARGET = 0.7
"""The chance of success at which a question teaches and does not discourage."""
SPREAD = 0.2
FLOOR = 0.05  # no question of a chosen topic is ever out of reach
WEAKNESS_GAIN = 4.0  # a topic 25 points below the mark comes twice as often as its weight says
LOW_BANK_DAYS = 7


class Candidate(NamedTuple):
    """A question that could be asked.

    `expected` is the group's chance of getting it right (0–1); `last_asked` is the number of days since the
    group had it, None where it never had.
    """

    question_id: int
    topic: str
    expected: float
    last_asked: float | None


def fresh(candidates: Sequence[Candidate], repeat_days: int) -> list[Candidate]:
    """Those that the group has not had within `repeat_days`."""
    return [one for one in candidates if one.last_asked is None or one.last_asked >= repeat_days]


def choose(
    candidates: Sequence[Candidate],
    *,
    shares: Mapping[str, float],
    weakness: Mapping[str, float],
    repeat_days: int,
    avoid_topics: Collection[str] = (),
    taught: Mapping[str, float] = MappingProxyType({}),
    rng: Random,
) -> Candidate | None:
    """The next question, or None where there is no candidate at all.

    `shares` is each topic's part of the exam (any scale), `weakness` how far the group is below the pass mark
    in it (0–1), `taught` by what its weight is multiplied since a session was about it lately (see `afterwards`).
    Fresh questions come first; when all have been asked lately, the one that is longest ago. Topics in
    `avoid_topics` (those of the same day) come only when there is nothing else. What is taught changes neither.
    """
    pool = fresh(candidates, repeat_days)
    if not pool:
        return max(candidates, key=lambda one: (one.last_asked or 0.0, -one.question_id), default=None)
    pool = [one for one in pool if one.topic not in avoid_topics] or pool
    topics = sorted({one.topic for one in pool})
    leaning = weights(topics, shares=shares, weakness=weakness, taught=taught)
    (topic,) = rng.choices(topics, [leaning[topic] for topic in topics])
    pool = [one for one in pool if one.topic == topic]
    fits = [FLOOR + math.exp(-(((one.expected - TARGET) / SPREAD) ** 2)) for one in pool]
    return rng.choices(pool, fits)[0]


def weights(
    topics: Collection[str],
    *,
    shares: Mapping[str, float],
    weakness: Mapping[str, float],
    taught: Mapping[str, float] = MappingProxyType({}),
) -> dict[str, float]:
    """How often each of these topics is taken, in any scale; the arguments are those of `choose`."""
    found = {
        topic: shares.get(topic, 0.0) * (1.0 + WEAKNESS_GAIN * weakness.get(topic, 0.0)) * taught.get(topic, 1.0)
        for topic in topics
    }
    return found if any(found.values()) else dict.fromkeys(topics, 1.0)


def days_left(candidates: Sequence[Candidate], *, repeat_days: int, per_day: int) -> int:
    """For how many quiz days there are questions that the group has not had lately."""
    return len(fresh(candidates, repeat_days)) // per_day
