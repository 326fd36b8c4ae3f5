"""The rules of a round."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.quiz import MAX_SAME_LETTER, RoundRules, judge, order_options
from bot.domain.refusals import NoSuchChoice, NotYourRound, RoundClosed

CLOSES = datetime(2026, 3, 2, 20, tzinfo=UTC)
DAILY = RoundRules(round_id=5, guild_id=1, owner=None, key=2, options=4, closes_at=CLOSES)
PRACTICE = RoundRules(round_id=6, guild_id=1, owner=42, key=0, options=4, closes_at=CLOSES)


@pytest.mark.parametrize("choice", range(4))
def test_only_the_key_is_right(choice: int) -> None:
    """Of the options of a round the marked one is right, and no other."""
    assert judge(DAILY, user=1, guild_id=1, choice=choice, at=CLOSES) is (choice == 2)


def test_the_closing_instant_itself_is_in_time() -> None:
    """A click made at the very instant of closing counts; a millisecond later it is refused with that instant."""
    assert judge(DAILY, user=1, guild_id=1, choice=2, at=CLOSES)
    with pytest.raises(RoundClosed) as refused:
        judge(DAILY, user=1, guild_id=1, choice=2, at=CLOSES + timedelta(milliseconds=1))
    assert (refused.value.round_id, refused.value.closed_at) == (5, CLOSES)


@pytest.mark.parametrize("guild", [2, None])
def test_another_servers_press_is_refused(guild: int | None) -> None:
    """A round belongs to one server; a press from elsewhere, or from a direct message, is refused."""
    with pytest.raises(NotYourRound):
        judge(DAILY, user=1, guild_id=guild, choice=2, at=CLOSES)


def test_practice_belongs_to_who_asked() -> None:
    """A member's practice takes that member's answer and nobody else's."""
    assert judge(PRACTICE, user=42, guild_id=1, choice=0, at=CLOSES)
    with pytest.raises(NotYourRound):
        judge(PRACTICE, user=43, guild_id=1, choice=0, at=CLOSES)


@pytest.mark.parametrize("choice", [-1, 4, 9, 10**30])
def test_a_made_up_choice_is_refused(choice: int) -> None:
    """A choice that the question does not have is refused, however large."""
    with pytest.raises(NoSuchChoice):
        judge(DAILY, user=1, guild_id=1, choice=choice, at=CLOSES)


def test_who_may_not_answer_learns_nothing() -> None:
    """A stranger gets the same refusal before and after closing, and for real and made-up choices."""
    for choice, at in ((0, CLOSES), (99, CLOSES), (0, CLOSES + timedelta(days=1))):
        with pytest.raises(NotYourRound):
            judge(PRACTICE, user=43, guild_id=1, choice=choice, at=at)


@given(seed=st.integers(0, 2**32), options=st.integers(2, 10), marked=st.lists(st.integers(0, 9), max_size=40))
def test_the_key_never_stays_at_one_letter(seed: int, options: int, marked: list[int]) -> None:
    """However the dice fall, the right option stands at one letter three rounds running at most."""
    rng, keys = Random(seed), list[int]()
    for right in (place % options for place in marked):
        order = order_options(
            [place == right for place in range(options)], shuffle=True, recent_keys=keys[:MAX_SAME_LETTER], rng=rng
        )
        assert sorted(order) == list(range(options))
        keys.insert(0, order.index(right))
    runs = [keys[start : start + MAX_SAME_LETTER + 1] for start in range(len(keys) - MAX_SAME_LETTER)]
    assert all(len(set(run)) > 1 for run in runs)


def test_a_question_that_forbids_shuffling_keeps_its_order() -> None:
    """Options that refer to one another by place stay where the author put them, whatever went before."""
    assert order_options([False, False, True], shuffle=False, recent_keys=[2, 2, 2], rng=Random(1)) == [0, 1, 2]


def test_every_letter_gets_its_share() -> None:
    """Over many rounds the right option stands at each of four letters about equally often."""
    rng, keys = Random(7), list[int]()
    for _ in range(4000):
        order = order_options([True, False, False, False], shuffle=True, recent_keys=keys[:3], rng=rng)
        keys.insert(0, order.index(0))
    assert all(900 < keys.count(place) < 1100 for place in range(4))
