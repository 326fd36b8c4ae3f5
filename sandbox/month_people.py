"""Who takes part in a month of the group: how well they know what, when they answer, and what they write."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sandbox.errors import Json

LETTERS = "ABCDEFGHIJ"
DAYS = 30


@dataclass(frozen=True, slots=True)
class Student:
    """A member: chance to know an answer on the first day and on the last, to take part on a day, usual hour.

    `away` are days without any answer; `exam_in` is the day of the month on which they sit their exam.
    """

    name: str
    begins: float
    ends: float
    diligence: float
    hour: float
    away: tuple[int, int] | None = None
    exam_in: int | None = None


STUDENTS = (
    Student("Ana", 0.70, 0.86, 0.97, 0.3, exam_in=44),
    Student("Ben", 0.48, 0.66, 0.86, 8.0, exam_in=72),
    Student("Mia", 0.58, 0.72, 0.92, 3.5, exam_in=37),
    Student("Nora", 0.82, 0.90, 0.95, 0.5, exam_in=33),
    Student("Omar", 0.40, 0.52, 0.80, 8.5),
    Student("Pia", 0.62, 0.70, 0.93, 3.0, away=(9, 19)),
    Student("Raj", 0.55, 0.78, 0.74, 7.5, exam_in=58),
    Student("Sven", 0.52, 0.58, 0.90, 4.0),
)

HOPS_MS = tuple(round(hours * 3_600_000) for hours in (0.4, 3.0, 5.5))
"""How the clock goes on within a day, from the question to the evening: those of each part answer after it."""

ASKED = (
    {
        "title": "Is E11.65 right here?",
        "did": "Type 2 diabetes, the record says hyperglycemia. I chose E11.65: the guideline assumes the link.",
        "wants": "Would you add a code for long-term insulin?",
    },
    {
        "title": "Which modifier for two visits on one day?",
        "did": "A check-up in the morning, an injury in the afternoon, one physician. I chose modifier 25 for both.",
        "wants": "Does the second visit need another one?",
    },
    {
        "title": "First-listed diagnosis of a rule-out",
        "did": "The physician writes “rule out pneumonia”. I coded the cough and the fever, not the pneumonia.",
        "wants": "Is that so for inpatients too?",
    },
)
GIVEN = (
    {
        "right_why": "E11.65 is right: the record names hyperglycemia, and “with” in the index assumes the link.",
        "change": "Add the insulin code only where the record says that it is long-term.",
        "reading": "Guideline I.C.4.a.3",
        "scores": "4 3 3",
    },
    {
        "right_why": "You saw that the injury is a separate service.",
        "change": "The check-up itself needs no modifier; the visit for the injury does.",
        "reading": "Modifier chapter, evaluation and management",
        "scores": "3 3 2",
    },
)


class Knowledge:
    """What stands in the question files: the right option of a question, known by the words of its options."""

    def __init__(self, folder: Path | None = None) -> None:
        self._right: dict[frozenset[str], frozenset[str]] = {}
        folder = folder or Path(os.environ.get("STUDYHALL_BANKS") or "config/banks")
        for path in sorted(folder.glob("*.md")):
            self._read(path.read_text(encoding="utf-8"))

    def _read(self, text: str) -> None:
        for question in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
            found = re.findall(r"^- \[(.*?)\] (.+(?:\n {2}(?! *>).+)*)", question, flags=re.MULTILINE)
            options = {_words(option): mark for mark, option in found}
            right = frozenset(option for option, mark in options.items() if mark == "x")
            if right:
                self._right[frozenset(options)] = right

    def right(self, options: Sequence[str]) -> int | None:
        """The place of the right one of these options; None where no file has the question."""
        words = [_words(option) for option in options]
        right = self._right.get(frozenset(words), frozenset())
        return next((place for place, one in enumerate(words) if one in right), None)


def _words(text: str) -> str:
    return "".join(one for one in text.casefold() if one.isalnum())


def options_of(message: Json) -> list[str]:
    """The options of a posted question, in the order of their letters."""
    text = "\n".join(str(embed.get("description") or "") for embed in message["embeds"])
    found = re.findall(r"^\*\*([A-J])\*\*\s+(.+?)(?=\n+\*\*[A-J]\*\*\s|\n\n|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    return [option for _, option in found]


def topic_of(message: Json) -> str:
    """The topic in a question's title."""
    return next((str(embed.get("title") or "").rpartition(" · ")[2] for embed in message["embeds"]), "")


def takes_part(student: Student, day: int, rng: Random) -> bool:
    """Whether somebody answers on this day at all."""
    absent = student.away is not None and student.away[0] <= day < student.away[1]
    return not absent and rng.random() < student.diligence


def hop_of(student: Student, rng: Random) -> int:
    """In which part of the day somebody answers."""
    hour = rng.gauss(student.hour, 1.5)
    return 0 if hour < 2 else 1 if hour < 6 else 2


def knows(student: Student, topic: str, day: int, seed: int, rng: Random) -> bool:
    """Whether somebody knows the answer: by their own way through the month, and by their strengths and gaps."""
    bent = Random(f"{seed}/{student.name}/{topic}").gauss(0.0, 0.16)  # noqa: S311  dice, not secrets
    chance = student.begins + (student.ends - student.begins) * day / DAYS + bent
    return rng.random() < min(0.97, max(0.12, chance))


def letter(student: Student, message: Json, right: int | None, day: int, seed: int, rng: Random) -> tuple[str, bool]:
    """The letter that somebody presses, and whether they are sure of it."""
    places = len(options_of(message))
    if right is None:
        return LETTERS[rng.randrange(max(places, 2))], False
    if knows(student, topic_of(message), day, seed, rng):
        return LETTERS[right], rng.random() < 0.85
    others = [place for place in range(places) if place != right]
    # Wrong answers flock: of the others the first is the tempting one.
    return LETTERS[others[0] if rng.random() < 0.5 else rng.choice(others)], rng.random() < 0.3


def buttons_of(components: Iterable[Json]) -> list[Json]:
    """Every button that can be pressed, however deep."""
    found: list[Json] = []
    for one in components:
        if one["type"] == 2 and one.get("custom_id") and not one.get("disabled"):
            found.append(one)
        found += buttons_of(one.get("components") or ())
        if one.get("accessory"):
            found += buttons_of([one["accessory"]])
    return found
