"""Which options a table's key column means: a letter, an option's text, or a number from 0 or from 1.

Where a key can be read in two ways, both are told and neither is taken: a question with a wrong key is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.questions import folded

LETTERS = "ABCDEFGHIJ"
SURE = 12
"""Numeric keys without a 0 from which on a table is said to count from 1: with four options one in thirty by luck."""

_LETTER = re.compile(r"(?:(?:option|choice|answer)[ _]?)?[(\[]?([A-Ja-j])[)\].:]?", re.IGNORECASE)
_LETTER_AND_TEXT = re.compile(r"[(\[]?([A-Ja-j])[)\].:]\s+(\S.*)", re.DOTALL)
_NUMBER = re.compile(r"(?:(?:option|choice|answer)[ _]?)?([0-9]{1,3})(?:\.0+)?", re.IGNORECASE)
_PARTS = re.compile(r"\s*[;,|\n]\s*")
_RUN = re.compile(r"[A-Ja-j]{2,10}")


@dataclass(frozen=True, slots=True)
class Base:
    """From which number a table's keys count; *sure* is false where nothing in it tells. *conflict*: it tells both."""

    first: int = 1
    sure: bool = True
    conflict: bool = False


def base_of(rows: Iterable[tuple[str, Sequence[str]]]) -> Base:
    """From which number the keys count, by the (key, option texts) of all rows; '' is an option that is not there."""
    numbers = zero = last = 0
    for key, texts in rows:
        for part in _split(key) if any(texts) else ():
            found = _NUMBER.fullmatch(part)
            if found is None or _same_text(part, texts):
                continue
            numbers += 1
            zero += int(found[1]) == 0
            last += int(found[1]) == max((n for n, text in enumerate(texts, 1) if text), default=-1)
    if zero:
        return Base(0, sure=not last, conflict=bool(last))
    return Base(1, sure=not numbers or bool(last) or numbers >= SURE)


def right_ones(key: str, texts: Sequence[str], base: Base, *, several: bool) -> tuple[frozenset[int], str]:
    """The indexes of the options that a key means, or a sentence why that cannot be said.

    *several*: letters in a row (“AC”) are several keys.
    """
    key = key.strip()
    if not key:
        return frozenset(), "no right option is named"
    whole = _meanings(key, texts, base)
    parts = _split(key)
    if several and not whole and _RUN.fullmatch(key):
        parts = list(key)
    single = len(parts) == 1 and parts[0] == key
    separate = [] if single else [_meanings(part, texts, base) for part in parts]
    if single or (whole and not all(separate)):
        return _one(key, whole, texts)
    if whole:
        return (
            frozenset(),
            f"the key “{key[:40]}” is an option's text and also names several; write the option's letter",
        )
    found: set[int] = set()
    for part, meanings in zip(parts, separate, strict=True):
        indexes, fault = _one(part, meanings, texts)
        if fault:
            return frozenset(), fault
        found |= indexes
    return frozenset(found), ""


def _split(key: str) -> list[str]:
    return [part for part in _PARTS.split(key.strip()) if part]


def _same_text(part: str, texts: Sequence[str]) -> list[int]:
    wanted = folded(part)
    return [index for index, text in enumerate(texts) if text and folded(text) == wanted]


def _meanings(part: str, texts: Sequence[str], base: Base) -> dict[int, str]:
    """Each option that a part of a key can mean, and by what."""
    found = dict.fromkeys(_same_text(part, texts), "the text")
    if letter := _LETTER.fullmatch(part):
        _add(found, LETTERS.index(letter[1].upper()), "the letter", texts)
    if both := _LETTER_AND_TEXT.fullmatch(part):
        index = LETTERS.index(both[1].upper())
        if index in _same_text(both[2], texts):
            found.setdefault(index, "the letter and text")
    if (number := _NUMBER.fullmatch(part)) and not base.conflict:
        _add(found, int(number[1]) - base.first, "the number", texts)
    return found


def _add(found: dict[int, str], index: int, how: str, texts: Sequence[str]) -> None:
    if 0 <= index < len(texts) and texts[index]:
        found.setdefault(index, how)


def _one(part: str, meanings: dict[int, str], texts: Sequence[str]) -> tuple[frozenset[int], str]:
    if len(meanings) == 1:
        return frozenset(meanings), ""
    if not meanings:
        there = "".join(letter for letter, text in zip(LETTERS, texts, strict=False) if text)
        return frozenset(), f"the key “{part[:40]}” is neither one of the letters {there} nor an option's text"
    how = " and ".join(f"{word} of option {LETTERS[index]}" for index, word in sorted(meanings.items()))
    return frozenset(), f"the key “{part[:40]}” can be {how}; write it as “option A”, “option B” …"


def write_key(right: Iterable[int], texts: Sequence[str]) -> str:
    """A key that `right_ones` reads back as these options: letters, said more plainly where an option is a letter."""
    wanted = frozenset(right)
    letters = [LETTERS[index] for index in sorted(wanted)]
    key = ""
    for form in ("{}", "option {}", "({})", "[{}]", "{})", "choice {}", "answer {}"):
        key = "; ".join(form.format(letter) for letter in letters)
        if right_ones(key, texts, Base(), several=True) == (wanted, ""):
            return key
    return key
