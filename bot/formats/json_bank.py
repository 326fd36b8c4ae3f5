"""Banks as JSON, lossless: `{"format": "studyhall", "version": 1, "bank": {…}, "questions": [{…}, …]}`.

A question has the fields of the model, those that hold their default are left out; a bare list of questions is read,
too. Each question is read by itself, so that a fault has its line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.questions import Bank, Case, Image, Kind, Option, Question, Scoring
from bot.formats.header import KEYS as HEADER
from bot.formats.header import SLUG_FORM
from bot.formats.imported import Gathering, Imported, Told, TooLarge, text_of
from bot.formats.json_steps import Steps, Unsound
from bot.formats.tidy import tidied
from bot.formats.wording import nearest

FORMAT, VERSION = "studyhall", 1
MAX_VALUES = 3_000_000
"""Commas and brackets in a file, by which the memory that it takes is known before it is read."""

_TOP = ("format", "version", "bank", "questions")
_QUESTION = (
    "key", "type", "topic", "stem", "options", "answers", "explanation", "difficulty", "source", "tags", "code_year",
    "image", "scoring", "shuffle", "case",
)  # fmt: skip
_OPTION = ("text", "correct", "feedback", "weight")
_IMAGE = ("name", "alt")
_CASE = ("key", "stem", "image")


def write(bank: Bank) -> str:
    """A bank as JSON; `read` gives back equal questions."""
    header = {"bank": bank.slug} | {name: getattr(bank, name) for name in HEADER[1:]}
    return _file(header, bank.questions)


def write_questions(questions: tuple[Question, ...]) -> str:
    """Questions without a bank."""
    return _file(None, questions)


def _file(header: Mapping[str, str] | None, questions: tuple[Question, ...]) -> str:
    lines = [json.dumps(_packed(tidied(question)), ensure_ascii=False) for question in questions]
    parts = [f'"format": "{FORMAT}"', f'"version": {VERSION}']
    if header is not None:
        parts.append(f'"bank": {json.dumps(header, ensure_ascii=False)}')
    parts.append('"questions": [\n' + ",\n".join(lines) + "\n]")
    return "{" + ",\n".join(parts) + "}\n"


def _packed(question: Question) -> dict[str, Any]:
    found: dict[str, Any] = {
        "key": question.key,
        "type": question.kind.value,
        "topic": question.topic,
        "stem": question.stem,
        "options": [_packed_option(option) for option in question.options],
        "answers": list(question.answers),
        "explanation": question.explanation,
        "difficulty": question.difficulty,
        "source": question.source,
        "tags": list(question.tags),
        "code_year": question.code_year,
        "image": _packed_image(question.image),
        "case": None,
    }
    if question.case is not None:
        case = {"key": question.case.key, "stem": question.case.stem, "image": _packed_image(question.case.image)}
        found["case"] = _without_defaults(case)
    if question.scoring != "all":
        found["scoring"] = question.scoring
    if not question.shuffle:
        found["shuffle"] = False
    return _without_defaults(found)


def _packed_option(option: Option) -> dict[str, Any]:
    found = {"text": option.text, "correct": option.correct, "feedback": option.feedback, "weight": option.weight}
    return {name: value for name, value in found.items() if value != "" and value is not None}


def _packed_image(image: Image | None) -> dict[str, str] | None:
    return None if image is None else {"name": image.name, "alt": image.alt}


def _without_defaults(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def sniff(data: bytes, name: str) -> bool:
    """Whether a file is JSON with our mark or with a list of questions that have stems."""
    del name  # content decides, not the file's ending
    head = data[:4000].decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    head = head.removeprefix("\ufeff").lstrip()
    if head.startswith("{") and re.search(r'"format"\s*:\s*"studyhall"', head):
        return True
    return head.startswith(("{", "[")) and bool(re.search(r'"stem"\s*:', head))


def read(data: bytes, name: str, told: Told | None = None) -> Imported:
    """The questions of a JSON file; *name* is named in the problems."""
    into = Gathering("json", name, told)
    with into.guarded():
        text = text_of(data, into, one_line=True)
        if text is not None:
            if sum(text.count(sign) for sign in ",[{") > MAX_VALUES:
                raise TooLarge(f"the file has more than {MAX_VALUES:,} values, the most that is read")
            _Reader(Steps(text, _DECODER), into).read()
    return into.done()


@dataclass(slots=True)
class _Reader:
    steps: Steps
    into: Gathering

    def read(self) -> None:
        try:
            self._top()
        except (ValueError, RecursionError, Unsound) as error:
            said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
            self.into.error(self.steps.line(), f"not readable as our JSON from here on: {_short(said)}")

    def _top(self) -> None:
        sign = self.steps.sign()
        if sign == "[":
            self._questions()
        elif sign == "{":
            self._members()
        else:
            raise Unsound("a file begins with { or [")
        self.steps.end()

    def _members(self) -> None:
        seen: set[str] = set()
        for name in self.steps.names():
            if name in seen:
                raise Unsound(f"“{name[:40]}” stands twice")
            seen.add(name)
            if name not in _TOP:
                self.into.warning(self.steps.line(), f"“{name[:40]}” is not read; {nearest(name[:40], _TOP)}")
            if name == "questions":
                if self.steps.sign() != "[":
                    raise Unsound("“questions” is a list")
                self._questions()
                continue
            line, value = self.steps.line(), self.steps.value()
            if name == "version" and value != VERSION:
                raise Unsound(f"this is version {_short(repr(value))} of the format; version {VERSION} can be read")
            if name == "format" and value != FORMAT:
                raise Unsound(f"the format is “{FORMAT}”, not {_short(repr(value))}")
            if name == "bank" and value is not None:
                self._header(value, line)

    def _header(self, value: object, line: int) -> None:
        try:
            self.into.header = _bank(value)
        except Unsound as fault:
            self.into.error(line, str(fault))

    def _questions(self) -> None:
        for _ in self.steps.elements():
            line, value = self.steps.line(), self.steps.value()
            try:
                question = _question(value, line)
            except Unsound as fault:
                self.into.error(line, str(fault))
                continue
            self.into.keep(question)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        found[_TWICE] = twice
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not a number in JSON")


_TWICE = "\0twice"
_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_no_number)


def _short(said: str) -> str:
    return " ".join(said.split())[:120]


def _object(value: object, names: tuple[str, ...], where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unsound(f"“{where}” is an object, {{…}}, not {_short(repr(value))[:40]}")
    if _TWICE in value:
        raise Unsound(f"“{str(value[_TWICE])[:40]}” stands twice in one object")
    for name in value:
        if name not in names:
            raise Unsound(f"unknown field “{name[:40]}”; {nearest(name[:40], names)}")
    return value


def _string(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unsound(f"“{name}” is a text in quotes, not {_short(repr(value))[:40]}")
    return value.replace("\r\n", "\n").replace("\r", "\n")


def _list(found: Mapping[str, Any], name: str, of: Callable[[object], Any]) -> tuple[Any, ...]:
    value = found.get(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Unsound(f"“{name}” is a list, […], not {_short(repr(value))[:40]}")
    return tuple(of(one) for one in value)


def _truth(found: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = found.get(name, default)
    if not isinstance(value, bool):
        raise Unsound(f"“{name}” is true or false, not {_short(repr(value))[:40]}")
    return value


def _number(found: Mapping[str, Any], name: str, least: int, most: int) -> int | None:
    value = found.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Unsound(f"“{name}” is a whole number from {least} to {most}, not {_short(repr(value))[:40]}")
    return value


def _bank(value: object) -> Bank:
    found = _object(value, HEADER, "bank")
    slug, title, licence, rights, exam = (_string(found, name) for name in HEADER)
    if not all((slug, title, licence, rights, exam)):
        raise Unsound(f"“bank” needs {', '.join(HEADER)}")
    if not (SLUG_FORM.fullmatch(slug) and SLUG_FORM.fullmatch(exam)):
        raise Unsound("“bank” and “exam” may hold small letters, digits and hyphens only")
    return Bank(slug, title, licence, rights, exam, ())


def _option(value: object) -> Option:
    found = _object(value, _OPTION, "options")
    weight = found.get("weight")
    if weight is not None and (isinstance(weight, bool) or not isinstance(weight, int | float) or abs(weight) > 1000):
        raise Unsound(f"“weight” is a number, not {_short(repr(weight))[:40]}")
    return Option(
        _string(found, "text"),
        _truth(found, "correct", default=False),
        _string(found, "feedback"),
        None if weight is None else float(weight),
    )


def _image(value: object) -> Image | None:
    if value is None:
        return None
    found = _object(value, _IMAGE, "image")
    return Image(_string(found, "name"), _string(found, "alt"))


def _case(value: object) -> Case | None:
    if value is None:
        return None
    found = _object(value, _CASE, "case")
    return Case(_string(found, "key"), _string(found, "stem"), _image(found.get("image")))


def _question(value: object, line: int) -> Question:
    found = _object(value, _QUESTION, "questions")
    kind = _string(found, "type") or Kind.SINGLE.value
    if kind not in set(Kind):
        raise Unsound(f"unknown type “{kind[:40]}”; {nearest(kind[:40], tuple(Kind))}")
    scoring: Scoring = "partial" if found.get("scoring") == "partial" else "all"
    if found.get("scoring", "all") not in ("all", "partial"):
        raise Unsound(f"“scoring” is “all” or “partial”, not {_short(repr(found['scoring']))[:40]}")
    return Question(
        key=_string(found, "key"),
        topic=_string(found, "topic"),
        stem=_string(found, "stem"),
        options=_list(found, "options", _option),
        explanation=_string(found, "explanation"),
        source=_string(found, "source"),
        difficulty=_number(found, "difficulty", 1, 5),
        tags=_list(found, "tags", lambda one: _string({"tags": one}, "tags")),
        code_year=_number(found, "code_year", 1990, 2100),
        shuffle=_truth(found, "shuffle", default=True),
        kind=Kind(kind),
        answers=_list(found, "answers", lambda one: _string({"answers": one}, "answers")),
        image=_image(found.get("image")),
        scoring=scoring,
        case=_case(found.get("case")),
        line=line,
    )
