"""What the Open Trivia Database gives out: JSON with character references, percent-encoding or base64.

Each question is read by itself, so that a fault has its line; which encoding it has is seen by its own texts.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote, unquote_plus

from bot.domain.questions import Kind, Option, Question, folded, true_false
from bot.formats.html_text import entities
from bot.formats.imported import Gathering, Imported, Told, TooLarge, bare_question, text_of
from bot.formats.json_steps import Steps, Unsound
from bot.formats.opening import opening

NAME = "open trivia"
MAX_VALUES = 3_000_000
"""Commas in a file, by which the memory that it takes is known before it is read."""

_DIFFICULTY = {"easy": 2, "medium": 3, "hard": 4}
_TYPES = ("multiple", "boolean")
_BASE64_TYPES = {base64.b64encode(name.encode()).decode() for name in _TYPES}
_TEXTS = ("category", "type", "difficulty", "question", "correct_answer")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")


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
            steps = Steps(text, _DECODER)
            try:
                for line, value in _results(steps, into):
                    _take(value, line, into)
            except (ValueError, RecursionError, Unsound) as error:
                said = "it is nested too deeply" if isinstance(error, RecursionError) else " ".join(str(error).split())
                into.error(steps.line(), f"not readable as JSON from here on: {said[:120]}")
    return into.done()


def _results(steps: Steps, into: Gathering) -> Iterator[tuple[int, Any]]:
    """The results with their lines."""
    sign = steps.sign()
    if sign == "{":
        found = False
        for name in steps.names():
            if name == "results" and steps.sign() == "[":
                found = True
                yield from _list(steps)
            else:
                line, value = steps.line(), steps.value()
                if name == "response_code" and value != 0:
                    into.warning(line, f"the database answered with the code {str(value)[:20]}, not with questions")
        if not found:
            raise Unsound("there is no list “results” in it")
    elif sign == "[":
        yield from _list(steps)
    else:
        raise Unsound("it begins with neither { nor [")
    steps.end()


def _list(steps: Steps) -> Iterator[tuple[int, Any]]:
    for _ in steps.elements():
        yield steps.line(), steps.value()


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
        found = _question(value, line)
    except Unsound as fault:
        into.error(line, str(fault))
    else:
        into.keep(found)


def _question(value: object, line: int) -> Question:
    found, wrong = _fields(value)
    read = _encoding(found, wrong)
    texts = {name: read(text).strip() for name, text in found.items()}
    others = [read(text).strip() for text in wrong]
    right, kind = texts["correct_answer"], texts["type"]
    if kind not in _TYPES:
        raise Unsound(f"the type “{kind[:40]}” is neither “multiple” nor “boolean”")
    options = (Option(right, True), *(Option(text, False) for text in others))
    if kind == "boolean":
        if {folded(right), *map(folded, others)} != {"true", "false"} or len(others) != 1:
            raise Unsound("a question of the type “boolean” has the answers True and False")
        options = true_false(folded(right) == "true")
    return bare_question(
        texts["question"],
        options,
        line=line,
        kind=Kind.TRUEFALSE if kind == "boolean" else Kind.SINGLE,
        topic=texts.get("category", ""),
        difficulty=_DIFFICULTY.get(texts.get("difficulty", "")),
    )


def _fields(value: object) -> tuple[dict[str, str], list[str]]:
    if not isinstance(value, dict):
        raise Unsound("this is not a question, but something else in the list")
    if _TWICE in value:
        raise Unsound("a field stands twice in this question")
    found: dict[str, str] = {}
    for name in _TEXTS:
        text = value.get(name)
        if isinstance(text, str):
            found[name] = text
        elif name in ("question", "correct_answer") or (name == "type" and name in value):
            raise Unsound(f"“{name}” is missing, or not a text")
    wrong = value.get("incorrect_answers")
    if not isinstance(wrong, list) or not all(isinstance(text, str) for text in wrong):
        raise Unsound("“incorrect_answers” is missing, or not a list of texts")
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
        raise Unsound(f"“{text[:40]}” is not base64, as the other texts of this question are") from error


def _from_percent(text: str) -> str:
    return _sound(unquote(text), text)


def _from_form(text: str) -> str:
    # The older encoding has spaces as + and character references within the percent signs.
    return entities(_sound(unquote_plus(text), text))


def _sound(text: str, source: str) -> str:
    if "\ufffd" in text and "\ufffd" not in source:
        raise Unsound(f"“{source[:40]}” is not percent-encoded UTF-8, as the other texts of this question are")
    return text
