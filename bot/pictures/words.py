"""Text for pictures: what people wrote, on one line, of bounded length, without hidden letters."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ALT_LIMIT = 1024
"""Discord's limit for an attachment's description, in characters."""
NAME_LIMIT = 80
"""Longer than any picture has room for."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def one_line(text: str, limit: int = NAME_LIMIT) -> str:
    """*text* without controls and direction overrides, on one line of at most *limit* characters."""
    # Twice the limit is looked at, no more: a name of a megabyte costs what one of two lines costs.
    start = text[: 2 * limit + 1]
    seen = "".join(" " if c.isspace() else c for c in start if c.isspace() or unicodedata.category(c) not in _HIDDEN)
    return cut(" ".join(seen.split()), limit)


def cut(text: str, limit: int) -> str:
    """At most *limit* characters, with an ellipsis where some were left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def percent(share: float) -> str:
    """A share as whole percent, kept within 0 and 100."""
    return f"{round(min(max(share, 0.0), 1.0) * 100)} %"


def count(n: int, one: str, many: str) -> str:
    """*n* with the word that fits it."""
    return f"{n} {one if n == 1 else many}"


def sentences(first: Iterable[str], topics: Iterable[str], unit: str = "more") -> str:
    """The *first* sentences and as many of *topics* as an alternative text holds, with the number of those left out."""
    text = cut(" ".join(first), ALT_LIMIT)
    waiting = list(topics)
    while waiting:
        rest = len(waiting) - 1
        room = ALT_LIMIT - (len(f" And {rest} {unit}.") if rest else 0)
        if len(text) + 1 + len(waiting[0]) > room:
            return cut(f"{text} And {len(waiting)} {unit}.", ALT_LIMIT)
        text = f"{text} {waiting.pop(0)}"
    return text
