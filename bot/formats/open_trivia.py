"""What the Open Trivia Database gives out: JSON with character references, percent-encoding or base64.

Each question is read by itself, so that a fault has its line; which encoding it has is seen by its own texts.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, unquote_plus

from bot.domain.questions import Kind, Option, Question, folded, true_false
from bot.formats.html_text import entities
from bot.formats.imported import Gathering, Imported, Told, TooLarge, text_of
from bot.formats.opening import opening

NAME = "open trivia"
MAX_VALUES = 3_000_000
"""Commas in a file, by which the memory that it takes is known before it is read."""

_DIFFICULTY = {"easy": 2, "medium": 3, "hard": 4}
_TYPES = ("multiple", "boolean")
_BASE64_TYPES = {base64.b64encode(name.encode()).decode() for name in _TYPES}
_TEXTS = ("category", "type", "difficulty", "question", "correct_answer")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_SPACE = re.compile(r"[ \t\n\r]*+")


class _Unsound(Exception):
    """Something is not as it should be; the text says what."""


def sniff(data: bytes, name: str) -> float:
    """How sure it is that a file is from the Open Trivia Database, 0 to 1: by the names of its fields."""
    del name  # content decides, not the file's ending
    text = opening(data).lstrip()
    if not text.startswith(("{", "[")):
        return 0.0
    if '"correct_answer"' in text and '"incorrect_answers"' in text:
        return 0.97
    return 0.8 if '"response_code"' in text and '"results"' in text else 0.0


def read(data: bytes, name: str, told: Told | None = None) -> Imported:
    """The questions of a file from the Open Trivia Database; *name* is named in the problems."""
    into = Gathering(NAME, name, told)
    with into.guarded():
        text = text_of(data, into, one_line=True)
        if text is not None:
            if text.count(",") > MAX_VALUES:
                raise TooLarge(f"the file has more than {MAX_VALUES:,} values, the most that is read")
            walk = _Walk(text)
            try:
                for line, value in walk.results(into):
                    _take(value, line, into)
            except (ValueError, RecursionError, _Unsound) as error:
                said = "it is nested too deeply" if isinstance(error, RecursionError) else " ".join(str(error).split())
                into.error(walk.line(), f"not readable as JSON from here on: {said[:120]}")
    return into.done()


@dataclass(slots=True)
class _Walk:
    """Goes through the list of results one by one, and knows the line."""

    text: str
    at: int = 0
    counted: int = 0
    lines: int = 1

    def results(self, into: Gathering) -> Iterator[tuple[int, Any]]:
        sign = self._sign()
        if sign == "{":
            found = False
            for name in self._names():
                if name == "results" and self._sign() == "[":
                    found = True
                    yield from self._list()
                else:
                    line, value = self.line(), self._value()
                    if name == "response_code" and value != 0:
                        into.warning(line, f"the database answered with the code {str(value)[:20]}, not with questions")
            if not found:
                raise _Unsound("there is no list “results” in it")
        elif sign == "[":
            yield from self._list()
        else:
            raise _Unsound("it begins with neither { nor [")
        if self._sign():
            raise _Unsound("something stands behind the end")

    def line(self) -> int:
        self._sign()
        self.lines += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.lines

    def _sign(self) -> str:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]

    def _value(self) -> Any:
        self._sign()
        value, self.at = _DECODER.raw_decode(self.text, self.at)
        return value

    def _list(self) -> Iterator[tuple[int, Any]]:
        for _ in self._between("]"):
            yield self.line(), self._value()

    def _names(self) -> Iterator[str]:
        for _ in self._between("}"):
            name = self._value() if self._sign() == '"' else None
            if name is None or self._sign() != ":":
                raise _Unsound("a name in quotes and a colon are missing")
            self.at += 1
            yield name

    def _between(self, end: str) -> Iterator[None]:
        self.at += 1
        if self._sign() == end:
            self.at += 1
            return
        while True:
            yield
            sign = self._sign()
            if sign not in (",", end) or not sign:
                raise _Unsound(f"a comma or {end} is missing")
            self.at += 1
            if sign == end:
                return


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        found[_TWICE] = True
    return found


def _number(text: str) -> float:
    # Python refuses to make a number of thousands of digits, and no field here is one.
    return int(text) if len(text) < 20 else float("inf")


_TWICE = "\0twice"
_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_int=_number)


def _take(value: object, line: int, into: Gathering) -> None:
    try:
        question = _question(value, line)
    except _Unsound as fault:
        into.error(line, str(fault))
    else:
        into.keep(question)


def _question(value: object, line: int) -> Question:
    found, wrong = _fields(value)
    read = _encoding(found, wrong)
    texts = {name: read(text).strip() for name, text in found.items()}
    others = [read(text).strip() for text in wrong]
    right, kind = texts["correct_answer"], texts["type"]
    if kind not in _TYPES:
        raise _Unsound(f"the type “{kind[:40]}” is neither “multiple” nor “boolean”")
    options = (Option(right, True), *(Option(text, False) for text in others))
    if kind == "boolean":
        if {folded(right), *map(folded, others)} != {"true", "false"} or len(others) != 1:
            raise _Unsound("a question of the type “boolean” has the answers True and False")
        options = true_false(folded(right) == "true")
    return Question(
        key="",
        topic=texts.get("category", ""),
        stem=texts["question"],
        options=options,
        explanation="",
        source="",
        difficulty=_DIFFICULTY.get(texts.get("difficulty", "")),
        tags=(),
        code_year=None,
        shuffle=kind != "boolean",
        kind=Kind.TRUEFALSE if kind == "boolean" else Kind.SINGLE,
        line=line,
    )


def _fields(value: object) -> tuple[dict[str, str], list[str]]:
    if not isinstance(value, dict):
        raise _Unsound("this is not a question, but something else in the list")
    if _TWICE in value:
        raise _Unsound("a field stands twice in this question")
    found: dict[str, str] = {}
    for name in _TEXTS:
        text = value.get(name)
        if isinstance(text, str):
            found[name] = text
        elif name in ("question", "correct_answer") or (name == "type" and name in value):
            raise _Unsound(f"“{name}” is missing, or not a text")
    wrong = value.get("incorrect_answers")
    if not isinstance(wrong, list) or not all(isinstance(text, str) for text in wrong):
        raise _Unsound("“incorrect_answers” is missing, or not a list of texts")
    if "type" not in found:  # lists that were taken out of the database's answer often lack it
        truth = {folded(found["correct_answer"]), *map(folded, wrong)} == {"true", "false"}
        found["type"] = "boolean" if truth else "multiple"
    return found, wrong


def _encoding(found: dict[str, str], wrong: list[str]) -> Callable[[str], str]:
    """What turns this question's texts into plain ones."""
    if found["type"] in _BASE64_TYPES:
        return _from_base64
    asked = found["question"].strip()
    if not any(sign.isspace() for sign in asked) and _PERCENT.search(" ".join([*found.values(), *wrong])):
        return _from_form if "+" in asked else _from_percent
    return entities


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise _Unsound(f"“{text[:40]}” is not base64, as the other texts of this question are") from error


def _from_percent(text: str) -> str:
    return _sound(unquote(text), text)


def _from_form(text: str) -> str:
    # The older encoding has spaces as + and character references within the percent signs.
    return entities(_sound(unquote_plus(text), text))


def _sound(text: str, source: str) -> str:
    if "\ufffd" in text and "\ufffd" not in source:
        raise _Unsound(f"“{source[:40]}” is not percent-encoded UTF-8, as the other texts of this question are")
    return text
