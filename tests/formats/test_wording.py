"""Hints that several readers give."""

from __future__ import annotations

import pytest

from bot.formats.wording import hidden_character, nearest


def test_a_typo_names_the_nearest_and_nonsense_names_all() -> None:
    """The reader learns what to write instead, with the sign that belongs to it."""
    assert nearest("dificulty", ("difficulty", "source"), "@") == "did you mean “@difficulty”?"
    assert nearest("zzz", ("difficulty", "source"), "@") == "known are @difficulty, @source"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plain – “text” 解剖 😀\twith tab\nand lines", None),
        ("non\u00a0breaking and soft\u00adhyphen", None),
        ("zero\u200djoiner", None),
        ("a\x00b", "U+0000"),
        ("a\x1b[31m", "U+001B"),
        ("a\u202eb", "U+202E"),
        ("a\ud800b", "U+D800"),
        ("a\u2028b", "U+2028"),
    ],
)
def test_only_what_deceives_is_hidden(text: str, found: str | None) -> None:
    """Controls, broken surrogates and direction overrides are named; joiners and special spaces are text."""
    assert hidden_character(text) == found
