"""Study buddies: whose strengths complement each other, and what two of them may be told to practise together.

How well two fit, from 0 to 1: complement × nearness × overlap.

- complement is the smaller of what each could help the other with: Σ share · P(one reaches the mark) · P(the other does
  not), over the exam's topics. The smaller, so that it is a give and take. What is not known counts as one half.
- nearness is ½ + ½·2^(−days between their exams / 30): who sits the exam at about the same time is at about the same
  stage. Without a date of both it is ¾.
- overlap is the longest stretch of the waking day (8:00 to 21:00) that both clocks have in common, as a share of it.

They never fit with a complement below 0.1 or less than two hours in common, nor once one of them declined the other.

Who fits is told nothing of it but that somebody does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations
from random import Random
from zoneinfo import ZoneInfo

from bot.domain.streaks import PINGS_FROM, PINGS_UNTIL

EVEN = 0.5
"""The chance to reach the mark in a topic that nobody knows anything of."""
NEAR_DAYS = 30
UNDATED = 0.75
LEAST = 0.1
"""Of complement: two who are strong, or weak, in all the same topics stay below it."""
LEAST_OVERLAP = timedelta(hours=2)
ANSWER_WITHIN = timedelta(hours=48)
LOOKS_FOR = timedelta(days=14)
WEEK = timedelta(days=7)
MOST_A_WEEK = 5
"""Proposals to one member within a week: nobody's direct messages are a place to try everybody out."""
SUGGESTED = 2
SUGGESTED_FROM = 5
"""Two topics are drawn from so many that cost both together most: a named one may be anybody's gap, or nobody's."""

_DAY = timedelta(hours=PINGS_UNTIL - PINGS_FROM)


@dataclass(frozen=True, slots=True)
class Seeker:
    """Somebody who looks for a buddy. `chances` are those of reaching the pass mark, by topic id, where known."""

    member_id: int
    zone: str
    exam: date | None = None
    chances: Mapping[int, float] = field(default_factory=dict)
    before: frozenset[int] = frozenset()  # with whom there was a pair, or a proposal that was declined


def complement(one: Seeker, other: Seeker, shares: Mapping[int, float]) -> float:
    """What the two can give each other, 0 to 1; `shares` are the topics' parts of the exam."""
    whole = sum(shares.values())
    if whole <= 0.0:
        return EVEN * EVEN
    gives = takes = 0.0
    for topic, share in shares.items():
        mine, theirs = one.chances.get(topic, EVEN), other.chances.get(topic, EVEN)
        gives += share * mine * (1.0 - theirs)
        takes += share * theirs * (1.0 - mine)
    return min(gives, takes) / whole


def nearness(one: date | None, other: date | None) -> float:
    if one is None or other is None:
        return UNDATED
    return float(0.5 + 0.5 * 2.0 ** (-abs((one - other).days) / NEAR_DAYS))


def overlap(one: str, other: str, now: datetime) -> timedelta:
    """The longest stretch that the waking days of two IANA zones have in common, as their clocks stand now."""
    ahead = abs(_offset(one, now) - _offset(other, now)) % timedelta(days=1)
    return max(timedelta(), _DAY - ahead, _DAY - (timedelta(days=1) - ahead))


def _offset(zone: str, now: datetime) -> timedelta:
    return now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()


def fit(one: Seeker, other: Seeker, shares: Mapping[int, float], now: datetime) -> float:
    """How well two fit; 0 where they never do."""
    if one.member_id == other.member_id or other.member_id in one.before or one.member_id in other.before:
        return 0.0
    common, given = overlap(one.zone, other.zone, now), complement(one, other, shares)
    if common < LEAST_OVERLAP or given < LEAST:
        return 0.0
    return given * nearness(one.exam, other.exam) * (common / _DAY)


def pairs(
    seekers: Sequence[Seeker], shares: Mapping[int, float], now: datetime, rng: Random
) -> list[tuple[Seeker, Seeker]]:
    """Pairs that fit, the best first, each seeker in one at most; dice where several fit alike."""
    ordered = sorted(seekers, key=lambda one: one.member_id)
    found = [(fit(one, other, shares, now), rng.random(), one, other) for one, other in combinations(ordered, 2)]
    taken: set[int] = set()
    made = []
    for value, _, one, other in sorted(found, key=lambda each: each[:2], reverse=True):
        if value > 0.0 and not taken & {one.member_id, other.member_id}:
            taken |= {one.member_id, other.member_id}
            made.append((one, other))
    return made


def together(one: Seeker, other: Seeker, shares: Mapping[int, float], rng: Random) -> Collection[int]:
    """Two topics worth doing together, the same for both, so that neither says whose gap it is."""

    def cost(topic: int) -> float:
        missing = 2.0 - one.chances.get(topic, EVEN) - other.chances.get(topic, EVEN)
        return -shares[topic] * missing

    likely = sorted(sorted(shares), key=cost)[:SUGGESTED_FROM]
    return sorted(rng.sample(likely, min(SUGGESTED, len(likely))))
