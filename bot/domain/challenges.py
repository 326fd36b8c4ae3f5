"""What tutors can decide about a question that members doubt, and what each decision would change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bot.domain.questions import CHOICES, Kind, Question, faults, folded, units
from bot.domain.quiz import places
from bot.domain.refusals_challenges import NothingChanged, UnsoundQuestion

STEM, BODY, EXPLANATION, SOURCE = "stem", "body", "explanation", "source"
FIELD = 4000  # characters that a form's field takes; what is longer is changed in its file
WORDS = 500  # characters that a tutor writes to those who reported a question


class Decision(StrEnum):
    """What became of a challenge."""

    KEY = "key"  # other options are right
    TEXT = "text"  # it is worded anew
    RETIRE = "retire"  # it is never asked again, and its answers stay
    VOID = "void"  # neither it nor its answers count
    RIGHT = "right"  # it is right as it is


@dataclass(frozen=True, slots=True)
class Answers:
    """How a question was answered: *chosen* how often each of its present options, *right* how often rightly.

    *members* are how many people that were. Options that it no longer has are in *answers* alone.
    """

    answers: int
    members: int
    right: int
    chosen: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision would do to answers: how many it touches, of how many members, and which verdicts it turns."""

    answers: int
    members: int
    becomes_right: int = 0
    becomes_wrong: int = 0


def has_key(question: Question) -> bool:
    """Whether other options of it could be right."""
    return question.kind in CHOICES


def rekeyed(question: Question, right: Collection[int], explanation: str | None = None) -> Question:
    """The question with exactly these options right, by their index, and with another explanation where one is given.

    The author's weights hold for the old key and go with it, and so do the reasons of each option whose verdict turns:
    they argue for what was wrong. Raises NothingChanged and UnsoundQuestion.
    """
    if {place for place, one in enumerate(question.options) if one.correct} == set(right):
        raise NothingChanged
    options = tuple(
        replace(
            one, correct=place in right, weight=None, feedback=one.feedback if one.correct is (place in right) else ""
        )
        for place, one in enumerate(question.options)
    )
    said = question.explanation if explanation is None else explanation.strip()
    return _sound(replace(question, options=options, explanation=said))


def reworded(question: Question, words: Mapping[str, str]) -> Question:
    """The question with other words: those of the fields that `form` gives, by name.

    Raises NothingChanged and UnsoundQuestion.
    """
    made = replace(
        question,
        stem=words.get(STEM, question.stem).strip(),
        explanation=words.get(EXPLANATION, question.explanation).strip(),
        source=words.get(SOURCE, question.source).strip(),
        **_body(question, words.get(BODY)),
    )
    if made == question:
        raise NothingChanged
    return _sound(made)


def _body(question: Question, text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    if question.kind is Kind.FLASHCARD:
        return {"answers": (text.strip(),)}
    lines = tuple(one.strip() for one in text.splitlines() if one.strip())
    if question.kind is Kind.SHORT:
        return {"answers": lines}
    if len(lines) != len(question.options):
        raise UnsoundQuestion(f"it has {len(question.options)} options, and {len(lines)} lines were written")
    return {"options": tuple(replace(one, text=text) for one, text in zip(question.options, lines, strict=True))}


def _sound(question: Question) -> Question:
    found = faults(question)
    if found:
        raise UnsoundQuestion(found[0].message)
    return question


def form(question: Question) -> dict[str, str]:
    """What a tutor can word anew, by field; options and answers, one a line, unless one has several lines itself.

    What no form has room for is left out.
    """
    found = {STEM: question.stem}
    if question.kind is Kind.FLASHCARD:
        found[BODY] = question.answers[0]
    else:
        texts = [one.text for one in question.options] or list(question.answers)
        if all(len(text.splitlines()) == 1 for text in texts):
            found[BODY] = "\n".join(texts)
    found |= {EXPLANATION: question.explanation, SOURCE: question.source}
    return {name: text for name, text in found.items() if units(text) <= FIELD}


def chosen(shown: Sequence[str], choice: int, kind: Kind, present: Sequence[str]) -> list[int]:
    """Which present options an answer had chosen; *choice* as it is kept, *shown* the texts in the round's order."""
    known = {folded(text): place for place, text in enumerate(present)}
    placed = places(choice) if kind is Kind.MULTI else (choice,)
    found = (known.get(folded(shown[n])) for n in placed if n < len(shown))
    return [place for place in found if place is not None]


def of_new_key(question: Question, answers: Answers, right: Collection[int]) -> Effect:
    """What another key would change; of questions with several right options only how many are judged anew is said."""
    if question.kind is Kind.MULTI:
        return Effect(answers.answers, answers.members)
    old = {place for place, one in enumerate(question.options) if one.correct}
    return Effect(
        answers.answers,
        answers.members,
        sum(answers.chosen.get(place, 0) for place in set(right) - old),
        sum(answers.chosen.get(place, 0) for place in old - set(right)),
    )
