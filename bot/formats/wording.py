"""Words that several readers share: the nearest known name, and characters that nobody sees."""

from __future__ import annotations

import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_TURNING = frozenset("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Line separators, and the controls that turn the direction of the text around them."""


def nearest(word: str, known: Iterable[str], sign: str = "") -> str:
    """'did you mean “x”?' for the known name most like *word*, or a list of the known ones; *sign* precedes each."""
    names = tuple(known)
    found = get_close_matches(word, names, n=1, cutoff=0.5)
    return f"did you mean “{sign}{found[0]}”?" if found else f"known are {', '.join(sign + name for name in names)}"


def hidden_character(text: str) -> str | None:
    """The first control, surrogate or direction character of a text as 'U+202E'; tabs and line ends do not count."""
    if text.isprintable():
        return None
    for c in text:
        if c in _TURNING or (c not in "\t\n" and unicodedata.category(c) in {"Cc", "Cs"}):
            return f"U+{ord(c):04X}"
    return None
