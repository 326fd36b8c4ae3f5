"""Questions, the banks that hold them, and the problems found while reading them."""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

MIN_OPTIONS = 2
MAX_OPTIONS = 10
"""Options are lettered A–J, two rows of five buttons."""
OPTION_LIMIT = 900
FEEDBACK_LIMIT = 2000
EXPLANATION_LIMIT = 10_000
SOURCE_LIMIT = 400
TOPIC_LIMIT = 100
POST_LIMIT = 12_000
"""Stem and options of a post. What is too long for a message's embeds is attached to it as a file."""
CASE_LIMIT = 20_000
OPTION_OVERHEAD = 10
"""Characters that the post adds to an option: its letter, its percentage, a mark and a line break."""
MAX_ANSWERS = 50
ANSWER_LIMIT = 200
"""A short answer's accepted text."""
BACK_LIMIT = 8000
"""A flashcard's back."""
IMAGE_NAME_LIMIT = 100
ALT_LIMIT = 1000
"""Discord takes 1024 characters of description with a file."""
WEIGHT_PLACES = 5
"""Decimals of a weight; other systems write a third as 33.33333."""
WEIGHT_SLACK = 1.0
"""Percent by which right options' weights may miss 100: three times 33 is meant to be all."""

KEY_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What a question's key may be."""

_NOT_WORD = re.compile(r"[\W_]+")
_NOT_KEY = re.compile(r"[^A-Za-z0-9]+")
_SPACE = re.compile(r"\s+")
_NOT_FILE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')

Scoring = Literal["all", "partial"]


class Kind(StrEnum):
    """How a question is answered; the values are those of the format's `@type`."""

    SINGLE = "single"
    MULTI = "multi"
    TRUEFALSE = "truefalse"
    SHORT = "short"
    FLASHCARD = "flashcard"


CHOICES = frozenset({Kind.SINGLE, Kind.MULTI, Kind.TRUEFALSE})
"""The kinds that have options; the others have answers."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; *feedback* says why it is right or wrong, shown to who chose it.

    *weight* is what choosing it earns where the scoring is partial, in percent of the question's point, −100 to
    100; None leaves it to the scoring.
    """

    text: str
    correct: bool
    feedback: str = ""
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that belongs to a question: a bare file name, and what it shows for who cannot see it."""

    name: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A text that several questions share; each of them carries it, and equal ones are one case."""

    key: str
    stem: str
    image: Image | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question of any kind.

    *key* is unique in its bank and survives edits. *topic* is the heading as written; `slug(topic)` is its
    identity. *difficulty* is the author's guess, 1 to 5. *code_year* is the code set's year that the answer
    holds for. *shuffle* is off where an option refers to the others by place. *answers* are the texts that a short
    answer accepts, or a flashcard's one back. *scoring* says what a multiple answer earns: all or nothing, or a part.
    *line* is where it stood in its file; two questions that differ only in that are equal.
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
    kind: Kind = Kind.SINGLE
    answers: tuple[str, ...] = ()
    image: Image | None = None
    scoring: Scoring = "all"
    case: Case | None = None
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


def excerpt(text: str, limit: int) -> str:
    """A text on one line, and of so many characters at most: what is left out is seen to be."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def folded(text: str) -> str:
    """A text without regard to case, spacing and forms of the same letter: equal ones are one option."""
    if text.isascii():  # the same, sooner: most texts are
        return " ".join(text.split()).lower()
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


def fingerprint(question: Question) -> str:
    """20 hex digits of stem and sorted options, without case and spacing; and of case and picture where there are.

    Which option is right is not in it, nor an answer, so that a corrected key keeps the question's history.
    """
    parts = [folded(question.stem), *sorted(folded(option.text) for option in question.options)]
    if question.case is not None:
        parts += ["case", folded(question.case.stem)]
    if question.image is not None:
        parts += ["image", folded(question.image.name)]
    return _digest("\x1f".join(parts))[:20]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def derived_key(question: Question) -> str:
    """The key of a question whose file names none: made of its fingerprint."""
    return f"q-{fingerprint(question)[:12]}"


def derived_case_key(stem: str) -> str:
    """The key of a case whose file names none."""
    return f"c-{_digest(folded(stem))[:12]}"


def as_key(text: str) -> str:
    """Another system's id as a key: itself where it is one, else its letters and digits with a digest; '' for ''."""
    bare = text.strip()
    if not bare or KEY_FORM.fullmatch(bare):
        return bare
    words = _NOT_KEY.sub("-", unicodedata.normalize("NFKD", bare).encode("ascii", "ignore").decode()).strip("-")
    return f"{words[:40].rstrip('-') or 'id'}-{_digest(bare)[:8]}"


def true_false(right: bool, if_true: str = "", if_false: str = "") -> tuple[Option, Option]:
    """The options of a true/false question of another format, with their feedback; shuffle goes off with them."""
    return Option("True", right, if_true), Option("False", not right, if_false)


@functools.lru_cache(maxsize=4096)  # a bank names few topics, and each of them at every question
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
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a question cannot be asked; *option* is the index of the option that is at fault, if one is."""

    message: str
    option: int | None = None


def faults(question: Question) -> list[Fault]:
    """Everything that keeps a question from being asked in Discord; empty for a sound one."""
    found = []
    if not question.stem.strip():
        found.append(Fault("the question has no text"))
    if question.kind in CHOICES:
        found += _option_faults(question.options, question.kind)
        found += _weight_faults(question.options, question.kind)
        if question.answers:
            found.append(Fault(f"a question of the type “{question.kind}” has options, not answers"))
    else:
        found += _answer_faults(question)
    if question.scoring == "partial" and question.kind not in CHOICES:
        found.append(Fault("partial scoring is for questions with options"))
    length = post_length(question)
    if length > POST_LIMIT:
        found.append(Fault(f"stem and options together have {length} characters; {POST_LIMIT} is the most"))
    for name, text, most in (
        ("explanation", question.explanation, EXPLANATION_LIMIT),
        ("source", question.source, SOURCE_LIMIT),
    ):
        if units(text) > most:
            found.append(Fault(f"the {name} has {units(text)} characters; {most} is the most"))
    found += [] if question.image is None else _image_faults(question.image)
    found += [] if question.case is None else case_faults(question.case)
    return found


def case_faults(case: Case) -> list[Fault]:
    """Everything that keeps a case's questions from being asked, by its own text and picture."""
    found = [] if case.image is None else _image_faults(case.image)
    if not case.stem.strip():
        found.append(Fault("the case has no text"))
    elif units(case.stem) > CASE_LIMIT:
        found.append(Fault(f"the case has {units(case.stem)} characters; {CASE_LIMIT} is the most"))
    return found


def _option_faults(options: tuple[Option, ...], kind: Kind) -> list[Fault]:
    found = []
    if kind is Kind.TRUEFALSE and len(options) != 2:
        found.append(Fault(f"a true/false question has two options; this one has {len(options)}"))
    elif len(options) < MIN_OPTIONS:
        found.append(Fault(f"a question needs at least {MIN_OPTIONS} options; this one has {len(options)}"))
    elif len(options) > MAX_OPTIONS:
        found.append(Fault(f"a question has {MAX_OPTIONS} options at most; this one has {len(options)}", MAX_OPTIONS))
    right = [index for index, option in enumerate(options) if option.correct]
    if options and not right:
        found.append(Fault("no option is marked right"))
    elif len(right) > 1 and kind is not Kind.MULTI:
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


def _weight_faults(options: tuple[Option, ...], kind: Kind) -> list[Fault]:
    found = []
    for index, option in enumerate(options):
        weight = option.weight
        if weight is None:
            continue
        if not -100 <= weight <= 100 or round(weight, WEIGHT_PLACES) != weight:
            found.append(
                Fault(f"a weight is a percentage from -100 to 100 with {WEIGHT_PLACES} decimals at most", index)
            )
        elif option.correct and weight <= 0:
            found.append(Fault(f"a right option's weight is above 0 %, not {weight:g} %", index))
        elif not option.correct and weight > 0 and kind is Kind.MULTI:
            found.append(Fault(f"a wrong option's weight is 0 % or less, not {weight:g} %", index))
        elif kind is not Kind.MULTI and (weight == 100) is not option.correct:
            found.append(Fault("the right option of a question with one weighs 100 %, and no other does", index))
    right = [option.weight for option in options if option.correct]
    known = [weight for weight in right if weight is not None]
    if known and len(known) < len(right):
        found.append(Fault("either all right options have a weight or none has"))
    elif known and not found and abs(sum(known) - 100) > WEIGHT_SLACK:
        found.append(Fault(f"the weights of the right options add up to {sum(known):g} %, not to 100 %"))
    return found


def _answer_faults(question: Question) -> list[Fault]:
    found = []
    name = "a flashcard" if question.kind is Kind.FLASHCARD else "a question with a short answer"
    most, limit = (1, BACK_LIMIT) if question.kind is Kind.FLASHCARD else (MAX_ANSWERS, ANSWER_LIMIT)
    if question.options:
        found.append(Fault(f"{name} has no options", 0))
    if not question.answers:
        found.append(Fault(f"{name} needs its answer"))
    elif len(question.answers) > most:
        found.append(Fault(f"{name} has {most} answers at most; this one has {len(question.answers)}"))
    for number, answer in enumerate(question.answers, 1):
        if not answer.strip():
            found.append(Fault(f"answer {number} has no text"))
        elif units(answer) > limit:
            found.append(Fault(f"answer {number} has {units(answer)} characters; {limit} is the most"))
        elif question.kind is Kind.SHORT and len(answer.splitlines()) > 1:
            found.append(Fault(f"answer {number} has several lines; a member types one"))
    if len({folded(answer) for answer in question.answers}) < len(question.answers):
        found.append(Fault("the same answer stands there twice"))
    return found


def _image_faults(image: Image) -> list[Fault]:
    found = []
    name = image.name
    if not name.strip(" .") or _NOT_FILE.search(name) or name != name.strip():
        found.append(Fault(f"“{name[:40]}” is not the bare name of a picture's file"))
    if len(name) > IMAGE_NAME_LIMIT:
        found.append(Fault(f"the picture's file name has {len(name)} characters; {IMAGE_NAME_LIMIT} is the most"))
    if units(image.alt) > ALT_LIMIT:
        found.append(Fault(f"the picture's description has {units(image.alt)} characters; {ALT_LIMIT} is the most"))
    return found
