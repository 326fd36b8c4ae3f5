"""Options that are lines with a letter (“A. …”, “b) …”), and a key that names one by letter or text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.domain.questions import folded

_LABEL = re.compile(r"\s*+[(\[]?([A-Za-z])[.)\]](?:\s++|$)(.*)|\s*+([A-Z])[.)](?=[^\s.)])(.*)", re.DOTALL)
_ONE = re.compile(r"[(\[]?([A-Za-z])[)\].:]?")
_WITH_TEXT = re.compile(r"[(\[]?([A-Za-z])(?:[)\].:]\s*+|\s++)(.+)", re.DOTALL)
_SEVERAL = re.compile(r"[A-Z](?:(?:\s*+[,;&+/]\s*+(?:and\s++)?|\s++and\s++)[A-Z]){1,9}\.?", re.IGNORECASE)


class Line(NamedTuple):
    """A line of a file, with its number from 1."""

    number: int
    text: str


@dataclass(slots=True)
class Choice:
    """One option while its lines come in."""

    letter: str
    line: int
    parts: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.parts).strip("\n")


@dataclass(slots=True)
class Lettered:
    """A stem and its options. *told*: what was read in a way that somebody should look at. *fault*: why it is none."""

    stem: list[Line]
    choices: list[Choice] = field(default_factory=list)
    told: list[tuple[int, str]] = field(default_factory=list)
    fault: tuple[int, str] | None = None


def label(text: str) -> tuple[str, str] | None:
    """The letter, as a capital, and the text of a line that looks like an option."""
    found = _LABEL.match(text)
    if found is None:
        return None
    return (found[1] or found[3]).upper(), (found[2] if found[1] else found[4]).strip()


def starts(lines: Sequence[Line]) -> list[int]:
    """Where in *lines* options may begin: each that looks like option A, with the text of a question before it."""
    first = next((at for at, line in enumerate(lines) if line.text.strip()), 0)
    return [at for at in range(first + 1, len(lines)) if (found := label(lines[at].text)) and found[0] == "A"]


def run(lines: Sequence[Line], at: int, end: int) -> tuple[int, int]:
    """How many options follow each other by their letters from *at* on, before *end*, and where the last one begins."""
    count, last = 0, at
    for here in range(at, end):
        found = label(lines[here].text)
        if found and found[0] == chr(ord("A") + count):
            count, last = count + 1, here
    return count, last


def lettered(lines: Sequence[Line], at: int) -> Lettered:
    """The question whose option A stands at *at*; what stands before is its stem."""
    done = Lettered(list(lines[:at]))
    looks = [line for line in done.stem if (found := label(line.text)) and found[0] == "A"]
    looks = looks[1:] if looks[:1] == [line for line in done.stem if line.text.strip()][:1] else looks
    done.told += [(line.number, "this line looks like option A; it was read as part of the question") for line in looks]
    later = {found[0]: here for here in range(at, len(lines)) if (found := label(lines[here].text))}
    for here in range(at, len(lines)):
        line = lines[here]
        found = label(line.text)
        expected = chr(ord("A") + len(done.choices))
        if found and found[0] == expected:
            done.choices.append(Choice(expected, line.number, [found[1]]))
        elif found and found[0] > expected and later.get(expected, -1) < here:
            done.fault = line.number, f"option {expected} is missing before option {found[0]}"
            return done
        elif line.text.strip():
            choice = done.choices[-1]
            choice.parts.append(line.text.strip())
            if found:
                looks_like = f"this line looks like option {found[0]}; it was read as part of option {choice.letter}"
                done.told.append((line.number, looks_like))
    return done


@dataclass(frozen=True, slots=True)
class Key:
    """The indexes of the right options; or a *fault*; *told* is what else to look at."""

    right: frozenset[int] = frozenset()
    fault: str = ""
    told: str = ""


def key_of(value: str, texts: Sequence[str]) -> Key:
    """Which options a key means: a letter, a letter with the option's text, the text alone, or several letters."""
    value = value.strip()
    same = [at for at, text in enumerate(texts) if folded(text) == folded(value)]
    letters = "".join(chr(ord("A") + at) for at in range(len(texts)))
    if not value:
        return Key(fault="the key is empty")
    if found := _ONE.fullmatch(value):
        at = ord(found[1].upper()) - ord("A")
        if same and at not in same:
            return Key(fault=f"the key “{value}” is a letter and also the text of another option")
        if at < len(texts):
            return Key(frozenset((at,)))
        return Key(fault=f"the key “{value[:20]}” is none of the letters {letters}")
    if same:
        return Key(frozenset(same[:1]))
    if _SEVERAL.fullmatch(value):
        named = {
            ord(letter) - ord("A")
            for letter in re.sub(r"\band\b", "", value, flags=re.IGNORECASE).upper()
            if letter.isalpha()
        }
        if max(named) < len(texts):
            return Key(frozenset(named))
        return Key(fault=f"one of the keys “{value[:40]}” is none of the letters {letters}")
    if found := _WITH_TEXT.fullmatch(value):
        return _with_text(found[1], found[2], value, texts)
    return Key(fault=f"the key “{value[:40]}” is neither one of the letters {letters} nor an option's text")


def _with_text(letter: str, text: str, value: str, texts: Sequence[str]) -> Key:
    at = ord(letter.upper()) - ord("A")
    marked = not value.lstrip("([")[1:2].isspace()
    same = [n for n, one in enumerate(texts) if _bare(one) == _bare(text)]
    if at in same:
        return Key(frozenset((at,)))
    if same and marked:
        return Key(fault=f"the key names option {letter.upper()} with the text of option {chr(ord('A') + same[0])}")
    if not marked or at >= len(texts):
        letters = "".join(chr(ord("A") + n) for n in range(len(texts)))
        return Key(fault=f"the key “{value[:40]}” is neither one of the letters {letters} nor an option's text")
    return Key(
        frozenset((at,)), told=f"the text behind the key is not that of option {letter.upper()}; the letter was taken"
    )


def _bare(text: str) -> str:
    return folded(text).rstrip(".")
