"""The columns of a table of questions: their names in the template, and what others call them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.formats.imported import Gathering
from bot.formats.keys import LETTERS
from bot.formats.wording import nearest

PLAIN = (
    "id", "type", "topic", "question", "correct", "explanation", "difficulty", "tags", "source", "code_year", "image",
    "alt", "scoring", "shuffle", "case_id", "case", "case_image", "case_alt",
)  # fmt: skip
OURS = "studyhall_id"
"""The first column's name in a table that Studyhall wrote: an apostrophe before what could be a formula is not text."""
_OTHER_NAMES = {
    "type": ("kind", "question type", "qtype"),
    "topic": ("category", "subject", "chapter", "section"),
    "question": ("stem", "prompt", "question text", "front", "term"),
    "correct": (
        "answer", "answers", "correct answer", "correct answers", "right answer", "correct option", "key", "answer key",
        "solution", "back", "definition", "correct choice", "correct index", "answer index",
    ),
    "explanation": ("rationale", "general feedback", "feedback", "justification"),
    "difficulty": ("level",),
    "tags": ("tag", "labels", "keywords"),
    "source": ("reference", "references", "citation"),
    "code_year": ("year",),
    "image": ("picture", "image file"),
    "alt": ("alt text", "image alt", "image description"),
    "case": ("vignette", "scenario", "case text"),
    "id": ("studyhall id",),
}  # fmt: skip
_NAMES = {name.replace("_", " "): name for name in PLAIN} | {
    other: name for name, others in _OTHER_NAMES.items() for other in others
}
_PLACE = r"([a-j]|10|[1-9])"
_OPTION = re.compile(rf"(?:(?:answer )?option|choice|answer|answer choice|possible answer)? ?{_PLACE}")
_WRONG = re.compile(r"(?:incorrect|wrong)(?: answer| option| choice)? ?(10|[1-9])|distractor ?(10|[1-9])")
_FEEDBACK = re.compile(rf"(?:feedback|rationale|explanation)(?: option| answer)? ?{_PLACE}")
_WEIGHT = re.compile(rf"weight(?: option| answer)? ?{_PLACE}")


@dataclass(slots=True)
class Columns:
    """Where a table's columns stand: plain ones by name, those of an option by its place (0 for A)."""

    plain: dict[str, int] = field(default_factory=dict)
    options: dict[int, int] = field(default_factory=dict)
    wrong: dict[int, int] = field(default_factory=dict)
    feedback: dict[int, int] = field(default_factory=dict)
    weight: dict[int, int] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    width: int = 0
    ours: bool = False

    @property
    def usable(self) -> bool:
        """Whether questions can be made of the table at all."""
        return "question" in self.plain and ("correct" in self.plain or bool(self.weight))


def columns(names: Sequence[str]) -> Columns:
    """The columns by the cells of a table's first row, whatever their case, underscores and hyphens."""
    found = Columns(width=len(names), ours=OURS in names)
    for at, raw in enumerate(names):
        name = " ".join(re.sub(r"[_\-:.()\[\]]+", " ", raw.removeprefix("\ufeff").casefold()).split())
        if name and len(name) < 60:
            _put(found, name, at, raw)
        elif name:
            found.unknown.append(raw)
    return found


def _put(found: Columns, name: str, at: int, raw: str) -> None:
    if plain := _NAMES.get(name):
        _once(found.plain, plain, at, found, raw)
        return
    for pattern, places in ((_OPTION, found.options), (_FEEDBACK, found.feedback), (_WEIGHT, found.weight)):
        if match := pattern.fullmatch(name):
            _once(places, _place(match[1]), at, found, raw)
            return
    if match := _WRONG.fullmatch(name):
        _once(found.wrong, int(match[1] or match[2]), at, found, raw)
    else:
        found.unknown.append(raw)


def _once(places: dict[str, int] | dict[int, int], name: str | int, at: int, found: Columns, raw: str) -> None:
    if name in places:
        found.twice.append(raw)
    else:
        places[name] = at  # type: ignore[index]  # names and places do not mix: the caller pairs them


def _place(text: str) -> int:
    return int(text) - 1 if text.isdecimal() else LETTERS.index(text.upper())


def complain(found: Columns, into: Gathering, line: int) -> bool:
    """Report what is wrong with a table's first row; whether it can be read on."""
    known = [*PLAIN, "option_a", "feedback_a", "weight_a"]
    for name in found.twice:
        into.error(line, f"the column “{name[:40]}” stands twice, or under two of its names")
    if not found.usable:
        missing = _list(name for name in ("question", "correct") if name not in found.plain)
        odd = next(iter(found.unknown), None)
        hint = f" (“{odd[:40]}”: {nearest(odd[:40], known)})" if odd else ""
        into.error(
            line,
            f"the first line must name the columns, and it lacks {missing}{hint}; "
            "“studyhall bank template” prints a table to start from",
        )
    elif not found.twice:
        for name in found.unknown:
            into.warning(line, f"the column “{name[:40]}” is not read; {nearest(name[:40], known)}")
        return True
    return False


def _list(names: Iterable[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
