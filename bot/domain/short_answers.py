"""Whether a typed answer is one of the accepted ones, and by which rule it is let pass.

Case, accents, hyphens and a listed alias never matter. A slip of the fingers is forgiven in long words only, and never
where it may be another word: nothing with a digit (a code, a dose), no other first letter, no other beginning or ending
that has a meaning of its own (hypo- and hyper-, -otomy and -ostomy), and no word that the bank knows as its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

ONE_SLIP, TWO_SLIPS = 8, 12
"""Letters of a word from which on one slip, and two, are forgiven."""
MOST_SLIPS = 2
"""Slips in a whole answer."""
LONGEST = 400
"""Characters of an answer that are looked at; no accepted one is longer."""


class Rule(StrEnum):
    """Why an answer that differs from an accepted one is right all the same."""

    CASE = "case"
    ACCENTS = "accents"
    HYPHENS = "hyphens"
    ALIAS = "alias"
    SPELLING = "spelling"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A right answer: the accepted text that it stands for, the rules that were needed, and slips of the fingers."""

    answer: str
    rules: tuple[Rule, ...] = ()
    slips: int = 0


_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_SIGNS = str.maketrans(dict.fromkeys("‘’‛`´ʼ", "'") | dict.fromkeys("“”„«»", '"') | dict.fromkeys("‐‑‒–—―−", "-"))
# A hyphen or point is no sign of its own, except before a digit that no letter precedes: −5, 3-4, 1.5.
_JOINT = re.compile(r"(?:[-./]+(?![0-9])|(?<=[^\W\d_])[-.]+(?=[0-9])|['\"()])")
_GAP = re.compile(r"(?<![0-9])\s+|\s+(?![0-9])")
_DIGIT = re.compile(r"\d")
_BEGINNINGS = (
    "ab", "ad", "aden", "adren", "ante", "anti", "arter", "arthr", "chol", "col", "cyst", "cyt", "ecto", "endo", "epi",
    "eu", "exo", "hemi", "hemo", "hydr", "hidr", "hyper", "hypo", "ile", "ili", "infra", "inter", "intra", "intro",
    "macro", "mal", "micro", "mono", "multi", "myc", "myel", "myo", "myx", "neph", "neur", "oligo", "onc", "orth",
    "oste", "ot", "para", "per", "peri", "perine", "perone", "pneum", "poly", "post", "pre", "pro", "pyel", "pylo",
    "pyo", "retro", "sub", "super", "supra", "tachy", "brady", "thora", "thyr", "trachel", "tracheo", "trans", "ureter",
    "urethr", "vas", "ven",
)  # fmt: skip
_ENDINGS = (
    "ectomy", "otomy", "ostomy", "tomy", "stomy", "pexy", "plasty", "plasia", "rrhaphy", "rrhagia", "rrhea", "rrhexis",
    "itis", "osis", "oma", "omas", "emia", "uria", "algia", "lysis", "stasis", "scopy", "scope", "gram", "graph",
    "graphy", "phagia", "phasia", "phonia", "plegia", "paresis", "pnea", "genic", "genesis", "centesis", "desis",
    "clasis", "tripsy", "trophy", "pathy", "tension", "flexion", "version",
)  # fmt: skip
_LOOK_ALIKE = frozenset(
    frozenset(pair)
    for pair in (
        ("complement", "compliment"), ("dilation", "dilution"), ("discreet", "discrete"), ("dysphagia", "dysphasia"),
        ("immunity", "impunity"), ("infarction", "infraction"), ("infection", "inflection"), ("perineal", "peroneal"),
        ("prostate", "prostrate"),
    )
)  # fmt: skip


def judge(given: str, answers: Sequence[str], known: Collection[str] = ()) -> Accepted | None:
    """The accepted answer that a typed one stands for; None where it is none of them.

    *answers*: the first is the one that is taught, the others its listed aliases. *known*: words, in small letters,
    that are words of their own in this bank, and so no slip for another. The fewest rules win, then the first answer.
    """
    if len(given) > LONGEST:
        return None
    for rules, form in _FORMS:
        wanted = form(given)
        for number, answer in enumerate(answers):
            if wanted and form(answer) == wanted:
                return Accepted(answer, (*rules, *_alias(number)))
    found = [
        Accepted(answer, (*_alias(number), Rule.SPELLING), slips)
        for number, answer in enumerate(answers)
        if (slips := _slips(given, answer, known))
    ]
    return min(found, key=lambda one: one.slips, default=None)


def _alias(number: int) -> tuple[Rule, ...]:
    return (Rule.ALIAS,) if number else ()


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).translate(_SIGNS).split())


def _no_case(text: str) -> str:
    return _plain(text).casefold()


def _no_accents(text: str) -> str:
    parts = unicodedata.normalize("NFKD", _no_case(text).translate(_LETTERS))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _no_hyphens(text: str) -> str:
    """Without hyphens, apostrophes, points and spaces; those that part numbers stay."""
    return _GAP.sub("", _JOINT.sub("", _no_accents(text).replace("&", " and ")))


_FORMS = (
    ((), _plain),
    ((Rule.CASE,), _no_case),
    ((Rule.ACCENTS,), _no_accents),
    ((Rule.HYPHENS,), _no_hyphens),
)


def _slips(given: str, answer: str, known: Collection[str]) -> int:
    """How many slips part a typed answer from an accepted one; 0 where it cannot be one at all."""
    typed, wanted = _words(given), _words(answer)
    if len(typed) != len(wanted):
        return 0
    total = 0
    for word, right in zip(typed, wanted, strict=True):
        if word == right:
            continue
        most = _forgiven(word, right)
        slips = distance(word, right, most) if most and word not in known else most + 1
        if slips > most:
            return 0
        total += slips
    return total if total <= MOST_SLIPS else 0


def words(text: str) -> set[str]:
    """The words of a text that are long enough to be taken for a slip for another, as `judge` knows them."""
    return {word for word in _words(text) if len(word) >= ONE_SLIP}


def _words(text: str) -> list[str]:
    found = (_no_hyphens(word) for word in _no_accents(text).replace("-", " ").split())
    return [word for word in found if word]


def _forgiven(word: str, right: str) -> int:
    """How many slips may part two words."""
    length = min(len(word), len(right))
    if length < ONE_SLIP or word[0] != right[0] or not (word.isalpha() and right.isalpha()):
        return 0
    if frozenset((word, right)) in _LOOK_ALIKE or _differ(word, right):
        return 0
    return 2 if length >= TWO_SLIPS else 1


def _differ(word: str, right: str) -> bool:
    """Whether two words begin or end in parts that mean different things."""
    for parts, begins in ((_BEGINNINGS, True), (_ENDINGS, False)):
        of = [
            max(
                (part for part in parts if (one.startswith(part) if begins else one.endswith(part))),
                key=len,
                default="",
            )
            for one in (word, right)
        ]
        if of[0] != of[1] and all(of):
            return True
    return False


def distance(one: str, other: str, most: int) -> int:
    """Letters to put in, leave out, change or swap with their neighbour, to make *other* of *one*; most + 1 if more.

    The restricted Damerau–Levenshtein distance: no part is changed twice.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        last, before, row = before, row, [at]
        for to, wanted in enumerate(other, 1):
            steps = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                steps = min(steps, last[to - 2] + 1)
            row.append(steps)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
