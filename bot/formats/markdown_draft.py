"""A question of the canonical format while its lines come in, and what is made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from bot.domain.questions import Case, Image, Kind, Option, Question, Scoring, faults
from bot.formats.markdown_text import CASE, read_tags
from bot.formats.tidy import one_line, tidy
from bot.formats.wording import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    Report = Callable[[int, str], None]

_TYPES = (*Kind, CASE)
_CASE_FIELDS = {"type", "image", "alt"}

Place = Literal["stem", "option", "feedback", "answer", "after"]


@dataclass(slots=True)
class OptionDraft:
    line: int
    box: str
    text: list[str]
    feedback: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """A question, or a case, while its lines come in; *sound* falls with its first error."""

    line: int
    topic: str
    level: int
    stem: list[str]
    key: str = ""
    options: list[OptionDraft] = field(default_factory=list)
    answers: list[list[str]] = field(default_factory=list)
    explanation: list[str] = field(default_factory=list)
    fields: dict[str, tuple[str, int]] = field(default_factory=dict)
    place: Place = "stem"
    sound: bool = True

    @property
    def is_case(self) -> bool:
        return self.level == 2 and self.fields.get("type", ("", 0))[0].lower() == CASE

    @property
    def asks(self) -> bool:
        """Whether anything in it belongs to a question and not to a case."""
        return bool(self.options or self.answers or self.explanation or self.fields.keys() - _CASE_FIELDS)


def question_of(draft: Draft, case: Case | None, report: Report) -> Question:
    """The question of a draft whose lines have all come in; *case* is the open one. Every fault is reported."""
    kind = _kind(draft, report)
    question = Question(
        key=draft.key,
        topic=draft.topic,
        stem=tidy("\n".join(draft.stem)),
        options=tuple(_option(option, kind) for option in draft.options),
        explanation=tidy("\n".join(draft.explanation)),
        source=one_line(draft.fields.get("source", ("", 0))[0]),
        difficulty=_number(draft, "difficulty", (1, 5), report),
        tags=read_tags(draft.fields.get("tags", ("", 0))[0]),
        code_year=_number(draft, "code_year", (1990, 2100), report),
        shuffle=_word(draft, "shuffle", ("on", "off"), report) == "on",
        kind=kind,
        answers=tuple(tidy("\n".join(lines)) for lines in draft.answers),
        image=image_of(draft, report),
        scoring=_scoring(draft, report),
        case=case if draft.level == 3 else None,
        line=draft.line,
    )
    for fault in faults(question):
        at = fault.option
        report(draft.line if at is None or at >= len(draft.options) else draft.options[at].line, fault.message)
    return question


def image_of(draft: Draft, report: Report) -> Image | None:
    name, _ = draft.fields.get("image", ("", 0))
    alt, line = draft.fields.get("alt", ("", 0))
    if alt and not name:
        report(line, "“@alt” describes a picture, and there is no “@image” here")
    return Image(name, one_line(alt)) if name else None


def _kind(draft: Draft, report: Report) -> Kind:
    value, line = draft.fields.get("type", ("single", 0))
    try:
        return Kind(value.lower())
    except ValueError:
        if value.lower() == CASE:
            report(line, "a case cannot stand in a case")
        else:
            report(line, f"unknown type “{value[:40]}”; {nearest(value[:40].lower(), _TYPES)}")
        return Kind.SINGLE


def _number(draft: Draft, name: str, bounds: tuple[int, int], report: Report) -> int | None:
    if name not in draft.fields:
        return None
    value, line = draft.fields[name]
    least, most = bounds
    if re.fullmatch(r"[0-9]{1,4}", value) and least <= int(value) <= most:
        return int(value)
    report(line, f"“@{name}” is a whole number from {least} to {most}, not “{value[:40]}”")
    return None


def _word(draft: Draft, name: str, words: tuple[str, str], report: Report) -> str:
    """One of the field's two words; the first is what holds without it."""
    value, line = draft.fields.get(name, (words[0], 0))
    found = {"yes": "on", "true": "on", "no": "off", "false": "off"}.get(value.lower(), value.lower())
    if found not in words:
        report(line, f"“@{name}” is “{words[0]}” or “{words[1]}”, not “{value[:40]}”")
    return found


def _scoring(draft: Draft, report: Report) -> Scoring:
    return "partial" if _word(draft, "scoring", ("all", "partial"), report) == "partial" else "all"


def _option(draft: OptionDraft, kind: Kind) -> Option:
    text, feedback = tidy("\n".join(draft.text)), tidy("\n".join(draft.feedback))
    if not draft.box.endswith("%"):
        return Option(text, draft.box in "xX", feedback)
    weight = float(draft.box[:-1])
    return Option(text, weight > 0 if kind is Kind.MULTI else weight == 100, feedback, weight)
