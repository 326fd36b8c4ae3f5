"""What is said about missed questions is true, and only said of enough of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.misses import Pattern, Reason, summary


def test_half_of_the_misses_in_a_section_are_misreadings() -> None:
    """Three of six, with section, reason and share for the sentence."""
    counts = {"Guidelines": {Reason.MISREAD: 3, Reason.DID_NOT_KNOW: 2, Reason.GUESS: 1}}
    (found,) = summary(counts)
    assert found == Pattern("Guidelines", Reason.MISREAD, 3, 6)
    assert found.share == 0.5


@pytest.mark.parametrize(
    "reasons",
    [
        {},
        {Reason.MISREAD: 3},
        {Reason.MISREAD: 2, Reason.GUESS: 2},
        {Reason.MISREAD: 3, Reason.GUESS: 2, Reason.WRONG_RULE: 2, Reason.OUT_OF_TIME: 2},
        {Reason.MISREAD: 0},
    ],
)
def test_nothing_is_said_where_nothing_stands_out(reasons: dict[Reason, int]) -> None:
    """No tags, fewer than four, a shared lead, a lead of a third: no sentence."""
    assert summary({"Surgery": reasons}) == []


def test_the_reason_behind_most_misses_comes_first() -> None:
    """Sections are in the order of what is to be won."""
    counts = {
        "Other": {Reason.GUESS: 4},
        "Surgery": {Reason.WRONG_RULE: 6, Reason.GUESS: 1},
        "Anatomy": {Reason.GUESS: 4},
    }
    assert [one.section for one in summary(counts)] == ["Surgery", "Anatomy", "Other"]


@given(st.dictionaries(st.text(min_size=1), st.dictionaries(st.sampled_from(Reason), st.integers(0, 20))))
def test_a_sentence_always_holds(counts: dict[str, dict[Reason, int]]) -> None:
    """Its reason leads alone, explains at least 40 % of at least four tagged misses, and each section speaks once."""
    found = summary(counts)
    assert len({one.section for one in found}) == len(found)
    for one in found:
        reasons = counts[one.section]
        assert one.tagged == sum(reasons.values()) >= 4
        assert 0.4 <= one.share <= 1
        assert all(count < one.count for reason, count in reasons.items() if reason is not one.reason)
