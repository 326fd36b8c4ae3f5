"""Questions, the banks that hold them, and the problems found while reading them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Literal

MIN_OPTIONS = 2
MAX_OPTIONS = 10
"""Options are lettered A–J, two rows of five buttons."""
OPTION_LIMIT = 900
FEEDBACK_LIMIT = 900
EXPLANATION_LIMIT = 2000
SOURCE_LIMIT = 400
TOPIC_LIMIT = 100
POST_LIMIT = 3800
"""Stem and options of a post, out of the 4096 of an embed's description; the post adds lines of its own."""
OPTION_OVERHEAD = 10
"""Characters that the post adds to an option: its letter, its percentage, a mark and a line break."""

_NOT_WORD = re.compile(r"[\W_]+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; *feedback* says why it is right or wrong, shown to who chose it."""

    text: str
    correct: bool
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A single-answer question.

    *key* is unique in its bank and survives edits. *topic* is the heading as written; `slug(topic)` is its
    identity. *difficulty* is the author's guess, 1 to 5. *code_year* is the code set's year that the answer
    holds for. *shuffle* is off where an option refers to the others by place. *line* is where it stood in its
    file; two questions that differ only in that are equal.
    """

    key: str
    topic: str
    stem: str
    options: tuple[Option, ...]
    explanation: str
    source: str
    difficulty: int | None
    tags: tuple[str, ...]
    code_year: int | None
    shuffle: bool = True
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Bank:
    """A named set of questions with one licence; *exam* is what blueprints name in their `banks`."""

    slug: str
    title: str
    licence: str
    rights: str
    exam: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault in a file; an *error* keeps its question (or the file) out, a *warning* does not."""

    file: str
    line: int
    level: Literal["error", "warning"]
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def folded(text: str) -> str:
    """A text without regard to case, spacing and forms of the same letter: equal ones are one option."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


def fingerprint(question: Question) -> str:
    """20 hex digits of stem and sorted options, without case and spacing.

    Which option is right is not in it, so that a corrected key keeps the question's history.
    """
    parts = [folded(question.stem), *sorted(folded(option.text) for option in question.options)]
    data = "\x1f".join(parts).encode("utf-8", "backslashreplace")
    return hashlib.sha256(data).hexdigest()[:20]


def slug(text: str) -> str:
    """A topic's identity: its letters and digits in lower case, no accents, joined by hyphens; or ''."""
    folded = unicodedata.normalize("NFKD", text.replace("&", " and "))
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    return _NOT_WORD.sub("-", bare.casefold()).strip("-")


def post_length(question: Question) -> int:
    """Length of stem and options in a post, as Discord counts at its strictest (UTF-16 units)."""
    options = sum(units(option.text) + OPTION_OVERHEAD for option in question.options)
    return units(question.stem) + 2 + options


def units(text: str) -> int:
    """Length of a text in UTF-16 units: an emoji counts two."""
    return len(text) + sum(1 for c in text if c > "\uffff")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a question cannot be asked; *option* is the index of the option that is at fault, if one is."""

    message: str
    option: int | None = None


def faults(question: Question) -> list[Fault]:
    """Everything that keeps a single-answer question from being asked in Discord; empty for a sound one."""
    found = []
    if not question.stem.strip():
        found.append(Fault("the question has no text"))
    found += _option_faults(question.options)
    length = post_length(question)
    if length > POST_LIMIT:
        found.append(Fault(f"stem and options together have {length} characters; {POST_LIMIT} fit into one message"))
    for name, text, most in (
        ("explanation", question.explanation, EXPLANATION_LIMIT),
        ("source", question.source, SOURCE_LIMIT),
    ):
        if units(text) > most:
            found.append(Fault(f"the {name} has {units(text)} characters; {most} is the most"))
    return found


def _option_faults(options: tuple[Option, ...]) -> list[Fault]:
    found = []
    if len(options) < MIN_OPTIONS:
        found.append(Fault(f"a question needs at least {MIN_OPTIONS} options; this one has {len(options)}"))
    elif len(options) > MAX_OPTIONS:
        found.append(Fault(f"a question has {MAX_OPTIONS} options at most; this one has {len(options)}", MAX_OPTIONS))
    right = [index for index, option in enumerate(options) if option.correct]
    if options and not right:
        found.append(Fault("no option is marked right"))
    elif len(right) > 1:
        found.append(Fault(f"{len(right)} options are marked right; exactly one may be", right[1]))
    seen: dict[str, int] = {}
    for index, option in enumerate(options):
        same = seen.setdefault(folded(option.text), index)
        if not option.text.strip():
            found.append(Fault("this option has no text", index))
        elif same != index:
            found.append(Fault(f"this option is the same as option {same + 1}", index))
        for name, text, most in (
            ("option", option.text, OPTION_LIMIT),
            ("feedback", option.feedback, FEEDBACK_LIMIT),
        ):
            if units(text) > most:
                found.append(Fault(f"this {name} has {units(text)} characters; {most} is the most", index))
    return found
