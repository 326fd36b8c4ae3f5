"""What a press is called with, whatever its custom_id says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.refusals import StaleButton
from cogs.replies import _arguments

NUMBERS = st.integers(min_value=0, max_value=2**63 - 1)
FORGED = (str(2**63), "9" * 99, "-1", "x", "", " 1", "1 ", "+1", "1_0", "٣", "²", "1.5", "1e3", "0x1", "🦆", "\x00")


@given(NUMBERS, NUMBERS)
def test_numbers_that_a_database_holds_come_through(first: int, second: int) -> None:
    """Whole numbers from 0 to what SQLite keeps, as numbers."""
    assert _arguments(["int", "int"], [str(first), str(second)]) == [first, second]


@pytest.mark.parametrize("forged", FORGED, ids=lambda one: ascii(one[:10]))
@pytest.mark.parametrize("place", [0, 1])
def test_what_is_no_such_number_is_stale(forged: str, place: int) -> None:
    """Too large, negative, padded, in other digits, no number at all: the one refusal of old buttons."""
    values = ["7", "7"]
    values[place] = forged
    with pytest.raises(StaleButton):
        _arguments(["int", "int"], values)


@given(st.lists(st.text(max_size=20), max_size=4), st.lists(st.sampled_from(["int", "str"]), max_size=4))
def test_any_values_are_taken_or_stale(values: list[str], kinds: list[str]) -> None:
    """As many as are asked for, each of its kind; else StaleButton and nothing else."""
    try:
        found = _arguments(kinds, values)
    except StaleButton:
        return
    assert [type(one).__name__ for one in found] == kinds
