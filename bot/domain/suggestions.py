"""Questions that members propose: what a form's texts mean, what keeps them from being asked, and how many may wait."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from bot.domain.feedback import clean
from bot.domain.questions import (
    EXPLANATION_LIMIT,
    MAX_OPTIONS,
    MIN_OPTIONS,
    SOURCE_LIMIT,
    Kind,
    Option,
    Question,
    derived_key,
    faults,
    folded,
    true_false,
)
from bot.domain.refusals_suggestions import Flaw, NotAskable, TooManySuggestions

STEM, OPTIONS = 1400, 2200
EXPLANATION, SOURCE = min(1500, EXPLANATION_LIMIT), min(300, SOURCE_LIMIT)
"""Characters of the form's fields: together they fit into a post and its closing."""
REASON = 500
MOST_WAITING = 5
"""Suggestions of one member that wait for tutors: more would bury the others'."""
MOST_DRAFTS = 5
DRAFTS_KEPT = timedelta(days=7)
DECIDED_KEPT = timedelta(days=90)
"""How long a declined or withdrawn suggestion stays on its author's list."""
ALERT_AGAIN = timedelta(days=1)
"""Tutors are told that something waits once in so long, not of each."""

_MARK = re.compile(r"\*\s*(?=\S)")
_LETTERED = re.compile(r"(?:\(?([A-Ja-j])[.)]|\(?(\d{1,2})[.)])\s+")
_ICD_CODE = re.compile(r"\b[A-TV-Z]\d[0-9A-Z]\.[0-9A-Z]{1,4}\b")
_HCPCS_CODE = re.compile(r"\b[A-CE-V]\d{4}\b")
_CODE_SET = re.compile(r"\b(?:ICD-10|HCPCS|CPT)\b", re.IGNORECASE)


class State(StrEnum):
    """Where a suggestion stands."""

    DRAFT = "draft"
    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed into the form. *topic* is a slug; *options* has one a line."""

    topic: str
    stem: str
    options: str
    explanation: str
    source: str


def cleaned(topic: str, stem: str, options: str, explanation: str, source: str) -> Words:
    """The form's texts without what shows nothing."""
    return Words(topic, clean(stem), clean(options), clean(explanation), " ".join(clean(source).split()))


def parse_options(text: str) -> tuple[Option, ...]:
    r"""One option a line, right ones marked by * in front; a line with > in front says why of the one above it.

    Letters or numbers in front are dropped where every line has the next one. Where no line is marked in front, a *
    at the end marks as well. `\*` begins an option with an asterisk.
    """
    lines: list[tuple[str, bool, list[str]]] = []
    for line in (one.strip() for one in text.splitlines()):
        if line.startswith(">") and lines:
            lines[-1][2].append(line[1:].strip())
        elif line:
            lines.append((*_marked(line), []))
    texts = _without_letters([text for text, _, _ in lines])
    found = [(words, *_marked(words)) for words in texts] if texts else []
    options = []
    for (_, right, why), (_, words, also) in zip(lines, found, strict=True):
        options.append(Option(words.removeprefix("\\"), right or also, " ".join(part for part in why if part)))
    if not any(option.correct for option in options):
        options = [
            Option(one.text.rstrip("* \t"), one.text.endswith("*") and len(one.text) > 1, one.feedback)
            for one in options
        ]
    return tuple(options)


def _marked(line: str) -> tuple[str, bool]:
    found = _MARK.match(line)
    return (line[found.end() :], True) if found else (line, False)


def _without_letters(lines: list[str]) -> list[str]:
    bare = []
    for number, line in enumerate(lines):
        found = _LETTERED.match(line)
        place = None if found is None else (ord(found[1].upper()) - ord("A") if found[1] else int(found[2]) - 1)
        if found is None or place != number or not line[found.end() :].strip():
            return lines
        bare.append(line[found.end() :])
    return bare


def question(words: Words, topic: str, code_year: int | None) -> Question:
    """The question that a form's texts make, in the topic of that name; several right options make it a multiple one.

    *code_year* is kept where the text depends on a code set. Raises NotAskable.
    """
    options = parse_options(words.options)
    flaws = list(_flaws(words, topic, options))
    if flaws:
        raise NotAskable(tuple(flaws))
    kind, shuffle = Kind.SINGLE, True
    if sum(option.correct for option in options) > 1:
        kind = Kind.MULTI
    elif [folded(option.text) for option in options] in (["true", "false"], ["false", "true"]):
        kind, shuffle = Kind.TRUEFALSE, False
        by_text = {folded(option.text): option for option in options}
        options = true_false(by_text["true"].correct, by_text["true"].feedback, by_text["false"].feedback)
    made = Question(
        key="",
        topic=topic,
        stem=words.stem,
        options=options,
        explanation=words.explanation,
        source=words.source,
        difficulty=None,
        tags=(),
        code_year=code_year if depends_on_codes(words) else None,
        shuffle=shuffle,
        kind=kind,
    )
    if faults(made):
        raise NotAskable((Flaw.TOO_LONG,))
    return replace(made, key=derived_key(made))


def _flaws(words: Words, topic: str, options: tuple[Option, ...]) -> list[Flaw]:
    texts = [folded(option.text) for option in options]
    right = sum(option.correct for option in options)
    checks = (
        (not topic, Flaw.NO_TOPIC),
        (not words.stem, Flaw.NO_STEM),
        (len(options) < MIN_OPTIONS, Flaw.FEW_OPTIONS),
        (len(options) > MAX_OPTIONS, Flaw.MANY_OPTIONS),
        (len(options) >= MIN_OPTIONS and not right, Flaw.NO_RIGHT),
        (len(options) >= MIN_OPTIONS and right == len(options), Flaw.ALL_RIGHT),
        (len(set(texts)) < len(texts), Flaw.SAME_OPTION),
        (not words.explanation, Flaw.NO_EXPLANATION),
    )
    return [flaw for wrong, flaw in checks if wrong]


def depends_on_codes(words: Words) -> bool:
    """Whether the text names a code, or a code set: its answer holds for a code year, and is looked at again after it.

    The shapes are those of ICD-10-CM codes with a point and of HCPCS Level II codes.
    """
    text = f"{words.stem}\n{words.options}\n{words.explanation}"
    return any(rule.search(text) is not None for rule in (_ICD_CODE, _HCPCS_CODE, _CODE_SET))


def check_waiting(number: int) -> None:
    """Raises TooManySuggestions where a member's suggestions that wait are as many as may."""
    if number >= MOST_WAITING:
        raise TooManySuggestions(MOST_WAITING)


def own_is_for_others(author: int, tutor: int, *, others: int) -> bool:
    """Whether a tutor must leave a suggestion to another: it is their own, and *others* tutors are known."""
    return author == tutor and others > 0
