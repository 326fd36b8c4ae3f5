"""Whom an invitation goes to, and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.estimates import TopicEstimate
from bot.domain.reviewers import (
    MOST_A_WEEK,
    MOST_INVITED,
    MOST_OPEN,
    REVIEWERS,
    STRONG,
    UNKNOWN,
    WEAK,
    Candidate,
    chance,
    choose,
    faded,
    may_be_asked,
    next_awake,
    rank,
    room,
    tier,
)
from bot.domain.streaks import may_ping

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
ROLLS = 600

ages = st.lists(st.timedeltas(timedelta(), 60 * DAY), max_size=6).map(tuple)
anybody = st.builds(
    Candidate,
    member_id=st.integers(1, 10_000),
    chance=st.none() | st.floats(0, 1),
    open=st.integers(0, 3),
    ages=ages,
    met=ages,
    wait=st.just(timedelta()) | st.timedeltas(timedelta(), 11 * HOUR),
    is_asker=st.booleans(),
    has_left=st.booleans(),
    rests=st.booleans(),
    was_asked=st.booleans(),
)
crowds = st.lists(anybody, max_size=8, unique_by=lambda one: one.member_id)


def _shares(candidates: Sequence[Candidate]) -> Counter[int]:
    """How often each is chosen."""
    rng = Random(5)
    found: Counter[int] = Counter()
    for _ in range(ROLLS):
        chosen = choose(candidates, rng)
        assert chosen is not None
        found[chosen.member_id] += 1
    return found


def _mostly(candidates: Sequence[Candidate]) -> int:
    """Who is chosen where no open draw is made."""
    return _shares(candidates).most_common(1)[0][0]


@given(crowds, st.integers())
def test_nobody_is_chosen_who_may_not_be(crowd: list[Candidate], seed: int) -> None:
    """Never the asker, a leaver, somebody who rests or was asked before, or has enough; anybody else may be."""
    chosen = choose(crowd, Random(seed))
    assert (chosen is None) == (not any(may_be_asked(one) for one in crowd))
    if chosen is not None:
        assert (chosen.is_asker, chosen.has_left, chosen.rests, chosen.was_asked) == (False,) * 4
        assert chosen.open < MOST_OPEN
        assert sum(age < timedelta(days=7) for age in chosen.ages) < MOST_A_WEEK


@given(crowds, st.integers())
def test_the_same_dice_choose_the_same_in_any_order(crowd: list[Candidate], seed: int) -> None:
    """What is chosen depends on the candidates and the dice, not on the order in which they come."""
    mixed = list(crowd)
    Random(seed + 1).shuffle(mixed)
    assert choose(mixed, Random(seed)) == choose(crowd, Random(seed))


@given(crowds, st.integers())
def test_somebody_awake_is_drawn_before_anybody_asleep(crowd: list[Candidate], seed: int) -> None:
    """Where the choice is worse than the best rank it was the open draw, and that wakes nobody while others are up."""
    chosen = choose(crowd, Random(seed))
    able = [one for one in crowd if may_be_asked(one)]
    if chosen is not None and rank(chosen) > min(map(rank, able)) and chosen.wait:
        assert all(one.wait for one in able)


@pytest.mark.parametrize(
    ("estimate", "expected"),
    [
        (TopicEstimate(0.85, 0.05, 0.2), STRONG),
        (TopicEstimate(0.55, 0.05, 0.2), WEAK),
        (TopicEstimate(0.72, 0.1, 0.2), UNKNOWN),
        (TopicEstimate(0.7, 0.0, 0.0), STRONG),
        (TopicEstimate(0.69, 0.0, 0.0), WEAK),
    ],
)
def test_strong_and_weak_are_what_is_certain(estimate: TopicEstimate, expected: int) -> None:
    """A tier is said of the chance to reach the mark, the same certainty that a member's own page asks for."""
    assert tier(Candidate(1, chance(estimate, 0.7))) == expected


def test_who_never_answered_in_the_topic_is_unknown() -> None:
    """No answers are neither strength nor weakness."""
    assert tier(Candidate(1)) == UNKNOWN


def test_the_strong_come_first_then_the_unknown_then_the_weak() -> None:
    """The uncertain are asked when nobody certain is left, whatever load the certain have below their limit."""
    strong = Candidate(1, 0.95, open=1, ages=(DAY,) * 3)
    unknown, weak = Candidate(2), Candidate(3, 0.05)
    assert _mostly([strong, unknown, weak]) == 1
    assert _mostly([replace(strong, open=MOST_OPEN), unknown, weak]) == 2
    assert _mostly([replace(strong, open=MOST_OPEN), replace(unknown, was_asked=True), weak]) == 3


def test_being_invited_proves_nothing() -> None:
    """Of a strong, an unknown and a weak member each is invited with a chance well above none, whoever is asked first.

    That is the protection of members' estimates: the open draw gives each of n at least one in 3·n.
    """
    crowd = [Candidate(1, 0.99), Candidate(2), Candidate(3, 0.01, ages=(HOUR,)), Candidate(4, 0.99, met=(HOUR, HOUR))]
    shares = _shares(crowd)
    for member in (1, 2, 3, 4):
        assert shares[member] / ROLLS > 0.6 / 3 / len(crowd)
    assert 0.6 < shares[1] / ROLLS < 0.9


def test_load_is_shared() -> None:
    """Of two alike the one with fewer open and recent invitations comes first; old ones fade."""
    assert _mostly([Candidate(1, 0.9, open=1), Candidate(2, 0.9)]) == 2
    assert _mostly([Candidate(1, 0.9, ages=(DAY, DAY)), Candidate(2, 0.9, ages=(DAY,))]) == 2
    assert _mostly([Candidate(1, 0.9, ages=(40 * DAY, 40 * DAY)), Candidate(2, 0.9, ages=(DAY,))]) == 1


def test_the_same_pair_does_not_meet_again_and_again() -> None:
    """Once met, another strong member comes first; twice of late, an unknown one is as near; after weeks it is over."""
    assert _mostly([Candidate(1, 0.9, met=(2 * DAY,)), Candidate(2, 0.9, ages=(DAY,))]) == 2
    assert _mostly([Candidate(1, 0.9, met=(2 * DAY, 9 * DAY)), Candidate(2)]) == 2
    assert _mostly([Candidate(1, 0.9, met=(60 * DAY, 70 * DAY)), Candidate(2)]) == 1


def test_who_is_awake_comes_before_who_sleeps() -> None:
    """Of two alike the one who is awake; yet a strong member's morning is worth waiting for."""
    assert _mostly([Candidate(1, 0.9, wait=9 * HOUR), Candidate(2, 0.9, ages=(DAY,))]) == 2
    assert _mostly([Candidate(1, 0.9, wait=9 * HOUR), Candidate(2)]) == 1


def test_what_is_alike_is_diced() -> None:
    """Nobody is always first for being first in the list."""
    shares = _shares([Candidate(one, 0.9) for one in range(1, 5)])
    assert min(shares.values()) / ROLLS > 0.2


@given(ages)
def test_what_fades_never_counts_more_than_it_happened(past: tuple[timedelta, ...]) -> None:
    """The sum lies between nothing and the number of times, and shrinks as time goes by."""
    now, later = faded(past, 7 * DAY), faded([age + DAY for age in past], 7 * DAY)
    assert 0 <= later <= now <= len(past)


@given(st.integers(0, 9), st.integers(0, 5), st.integers(0, 5), st.integers(0, 12))
def test_never_more_than_three_are_hoped_for(reviews: int, waiting: int, at_work: int, invited: int) -> None:
    """Reviews and open invitations together never grow beyond three by inviting, nor all invitations beyond nine."""
    more = room(reviews, waiting, at_work, invited)
    assert more >= 0
    if more:
        assert reviews + waiting + at_work + more <= REVIEWERS
        assert invited + more <= MOST_INVITED


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001  a zone is put on below
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Asia/Beirut"]),
)
def test_nobody_is_written_to_at_night(wall: datetime, name: str) -> None:
    """The next decent instant is decent, not before now, at once where it is day, and never further than a night."""
    now, zone = wall.replace(tzinfo=UTC), ZoneInfo(name)
    found = next_awake(now, zone)
    assert may_ping(found, zone)
    assert now <= found < now + 13 * HOUR
    assert (found == now) == may_ping(now, zone)
    if found != now:
        assert found.astimezone(zone).time() == time(8)
