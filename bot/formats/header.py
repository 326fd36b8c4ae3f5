"""The header of a question file: `key: value` lines between two lines of ---."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.domain.questions import Bank
from bot.formats.wording import hidden_character, nearest

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = ("bank", "title", "licence", "rights", "exam")
FENCE = "---"

SLUG_FORM = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def read_header(lines: list[str], error: Callable[[int, str], None]) -> tuple[Bank | None, int]:
    """A bank without questions, and the index of the first line after the header.

    Every fault goes to *error* with its line; None then. The body can be read on from the index all the same.
    """
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is None:
        error(1, "the file is empty: it starts with a header between two lines of ---")
        return None, len(lines)
    if lines[first].rstrip() != FENCE:
        error(first + 1, "there is no header: the file starts with a line of ---, then bank, title, licence, …")
        return None, first
    end = next((n for n in range(first + 1, len(lines)) if lines[n].rstrip() == FENCE), None)
    if end is None:
        error(first + 1, "the header has no end: a second line of --- is missing")
        return None, next((n for n in range(first + 1, len(lines)) if lines[n].startswith("# ")), len(lines))
    values: dict[str, str] = {}
    sound = True
    for number in range(first + 1, end):
        fault = _take(lines[number], values)
        if fault:
            error(number + 1, fault)
            sound = False
    missing = [key for key in KEYS if key not in values]
    if missing:
        error(end + 1, f"the header lacks {', '.join(f'“{key}:”' for key in missing)}")
    if missing or not sound:
        return None, end + 1
    slug, title, licence, rights, exam = (values[key] for key in KEYS)
    return Bank(slug, title, licence, rights, exam, ()), end + 1


def _take(line: str, values: dict[str, str]) -> str | None:
    """Put one line's value into *values*, or say what is wrong with it."""
    if not line.strip():
        return None
    key, colon, value = (part.strip() for part in line.partition(":"))
    if not colon:
        return f"a header line is “key: value”, not “{line.strip()[:40]}”"
    if key not in KEYS:
        return f"unknown header key “{key[:40]}”; {nearest(key, KEYS)}"
    if key in values:
        return f"the header has “{key}:” twice"
    values[key] = value
    if not value:
        return f"“{key}:” has no value"
    hidden = hidden_character(value)
    if hidden:
        return f"there is an invisible control character ({hidden}) here; delete it"
    if key in {"bank", "exam"} and not SLUG_FORM.fullmatch(value):
        return f"“{key}:” may hold small letters, digits and hyphens only"
    return None


def write_header(bank: Bank) -> list[str]:
    """The header's lines, fences included."""
    values = (bank.slug, bank.title, bank.licence, bank.rights, bank.exam)
    return [FENCE, *(f"{key}: {' '.join(value.split())}" for key, value in zip(KEYS, values, strict=True)), FENCE]
