"""Who fits whom as a study buddy, and what both are told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.buddies import (
    EVEN,
    SUGGESTED,
    SUGGESTED_FROM,
    Seeker,
    complement,
    fit,
    nearness,
    overlap,
    pairs,
    together,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SHARES = {1: 0.35, 2: 0.3, 3: 0.2, 4: 0.15}
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago"]

anybody = st.builds(
    Seeker,
    member_id=st.integers(1, 1000),
    zone=st.sampled_from(ZONES),
    exam=st.none() | st.dates(date(2026, 3, 2), date(2027, 3, 2)),
    chances=st.dictionaries(st.sampled_from(sorted(SHARES)), st.floats(0, 1)),
    before=st.frozensets(st.integers(1, 1000), max_size=3),
)
crowds = st.lists(anybody, max_size=7, unique_by=lambda one: one.member_id)


def _strong(member: int, *topics: int, zone: str = "UTC", exam: date | None = None) -> Seeker:
    return Seeker(member, zone, exam, {topic: 0.9 if topic in topics else 0.1 for topic in SHARES})


@given(anybody, anybody)
def test_fitting_is_mutual_and_a_share(one: Seeker, other: Seeker) -> None:
    """What one is to the other the other is to the one, between 0 and 1."""
    assert fit(one, other, SHARES, NOW) == pytest.approx(fit(other, one, SHARES, NOW))
    assert 0 <= fit(one, other, SHARES, NOW) <= 1


@given(crowds, st.integers())
def test_each_is_in_one_pair_at_most_and_never_in_a_former_one(crowd: list[Seeker], seed: int) -> None:
    """Nobody is proposed to two at once, to themselves, or to somebody of before; no two who fit are left over."""
    made = pairs(crowd, SHARES, NOW, Random(seed))
    taken = [one.member_id for pair in made for one in pair]
    assert len(taken) == len(set(taken))
    for one, other in made:
        assert other.member_id not in one.before
        assert one.member_id not in other.before
    left = [one for one in crowd if one.member_id not in taken]
    assert not any(fit(one, other, SHARES, NOW) for one in left for other in left)


def test_strengths_that_complement_each_other_fit_best() -> None:
    """Who is strong where the other is weak, both ways, comes before alike and before one who only gives."""
    half, other_half = _strong(1, 1, 4), _strong(2, 2, 3)
    all_strong, twin = _strong(3, *SHARES), _strong(4, 1, 4)
    assert complement(half, other_half, SHARES) > 0.35
    assert complement(half, all_strong, SHARES) < 0.15
    assert fit(half, twin, SHARES, NOW) == 0
    ((one, other),) = pairs([half, twin, other_half], SHARES, NOW, Random(1))
    assert {one.member_id, other.member_id} in ({1, 2}, {2, 4})


def test_what_is_unknown_is_even() -> None:
    """Two newcomers fit, but less than two who are known to complement each other."""
    new = complement(Seeker(1, "UTC"), Seeker(2, "UTC"), SHARES)
    assert new == pytest.approx(EVEN * EVEN)
    assert new < complement(_strong(1, 1, 4), _strong(2, 2, 3), SHARES)
    assert complement(Seeker(1, "UTC"), Seeker(2, "UTC"), {}) == EVEN * EVEN


def test_near_exams_fit_better() -> None:
    """The same day is best, half a year apart is about half of it, an unknown date lies between."""
    day = date(2026, 5, 4)
    assert nearness(day, day) == 1
    assert nearness(day, day + timedelta(days=30)) == pytest.approx(0.75)
    assert 0.5 < nearness(day, day + timedelta(days=180)) < 0.52
    assert nearness(day, None) == nearness(None, None) == 0.75


@pytest.mark.parametrize(
    ("one", "other", "hours"),
    [
        ("UTC", "UTC", 13),
        ("Europe/Berlin", "America/New_York", 7),
        ("Europe/Berlin", "Australia/Brisbane", 4),
        ("Pacific/Kiritimati", "Pacific/Pago_Pago", 12),
        ("UTC", "Pacific/Auckland", 2),
    ],
)
def test_waking_hours_are_compared_by_the_clocks(one: str, other: str, hours: int) -> None:
    """The common part of both waking days, also round the date line."""
    assert overlap(one, other, NOW) == timedelta(hours=hours)
    assert overlap(other, one, NOW) == timedelta(hours=hours)


def test_who_is_never_awake_together_never_fits() -> None:
    """Twelve hours apart there is one hour in common, in which nobody can study."""
    one, other = _strong(1, 1, 4), _strong(2, 2, 3, zone="Etc/GMT-12")
    assert overlap(one.zone, other.zone, NOW) == timedelta(hours=1)
    assert fit(one, other, SHARES, NOW) == 0
    assert fit(one, _strong(2, 2, 3, zone="Etc/GMT-11"), SHARES, NOW) > 0


def test_a_former_pair_is_none_again() -> None:
    """Whoever remembers it, the pair does not fit any more."""
    once, other = Seeker(1, "UTC", before=frozenset({2})), Seeker(2, "UTC")
    assert fit(once, other, SHARES, NOW) == fit(other, once, SHARES, NOW) == 0


@given(anybody, anybody, st.integers())
def test_topics_worth_doing_together_are_the_same_for_both(one: Seeker, other: Seeker, seed: int) -> None:
    """Two topics of the exam, whoever asks: the suggestion has no side."""
    found = together(one, other, SHARES, Random(seed))
    assert found == together(other, one, SHARES, Random(seed))
    assert len(found) == SUGGESTED
    assert set(found) <= set(SHARES)


def test_a_suggested_topic_is_not_always_somebodys_gap() -> None:
    """A topic in which both are strong is suggested too now and then: being named proves nothing."""
    shares = dict.fromkeys(range(1, 9), 0.125)
    weak_in_one = Seeker(1, "UTC", chances={topic: 0.1 if topic == 1 else 0.9 for topic in shares})
    strong = Seeker(2, "UTC", chances=dict.fromkeys(shares, 0.9))
    seen = {topic for seed in range(200) for topic in together(weak_in_one, strong, shares, Random(seed))}
    assert 1 in seen
    assert len(seen) == SUGGESTED_FROM
    assert together(weak_in_one, strong, {1: 1.0}, Random(1)) == [1]
    assert together(weak_in_one, strong, {}, Random(1)) == []
