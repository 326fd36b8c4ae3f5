"""GIFT that is written reads back as what was written, as far as GIFT can hold it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from bot.domain.questions import Kind, Option, Question, folded
from bot.formats.exported import Exported
from bot.formats.gift import read, sniff
from bot.formats.gift_write import write
from tests.formats.any_questions import sets

ONE = Question(
    "k1",
    "A/B",
    "Is 1::2 {a}\n\n= <b>?",
    (Option("~a\n#b", True, "good"), Option("[html] x", False)),
    "Why: #4",
    "",
    None,
    ("t[1]",),
    None,
)


def held(question: Question) -> Question | None:
    """What GIFT can hold of a question."""
    case = question.case
    no_pairs = question.kind is not Kind.SHORT or not all("->" in answer for answer in question.answers)
    if question.kind is Kind.FLASHCARD or question.image or (case and case.image) or not no_pairs:
        return None
    options, kind = question.options, question.kind
    if kind is Kind.TRUEFALSE and [folded(option.text) for option in options] != ["true", "false"]:
        kind = Kind.SINGLE
    right = sum(option.correct for option in options)
    if kind is Kind.MULTI:
        wrong = -100.0 if question.scoring == "all" else None
        options = tuple(
            replace(one, weight=round(100 / right, 5) if one.correct else wrong) if one.weight is None else one
            for one in options
        )
    partial = kind is Kind.MULTI or any(one.weight for one in options if not one.correct)
    if kind is Kind.SINGLE:
        shares = any(one.weight is not None for one in options if not one.correct)
        options = tuple(replace(one, weight=100.0 if shares else None) if one.correct else one for one in options)
    return replace(
        question,
        stem=question.stem if case is None else f"{case.stem}\n\n{question.stem}",
        kind=kind,
        options=options,
        source="",
        difficulty=None,
        code_year=None,
        shuffle=kind is not Kind.TRUEFALSE,
        case=None,
        scoring="partial" if partial and kind in {Kind.MULTI, Kind.SINGLE} else "all",
    )


def test_marks_in_texts_are_escaped() -> None:
    """Whatever a text holds, it is read back as it was; HTML that is text stays text."""
    done = read(write([ONE]).text.encode(), "f")
    assert done.questions == (ONE,)
    assert done.problems == ()


def test_true_and_false_are_written_as_such() -> None:
    """With the feedback of both; what says otherwise has two options."""
    question = replace(
        ONE, kind=Kind.TRUEFALSE, options=(Option("True", False, "no"), Option("False", True)), shuffle=False
    )
    text = write([question]).text
    assert "{FALSE#no\n" in text
    assert read(text.encode(), "f").questions == (question,)
    other = replace(question, options=(Option("Yes", True), Option("No", False)))
    assert write([other]).lost == (
        "GIFT has no place for words other than True and False, in this order (it has two options): 1 question",
    )


def test_what_is_lost_is_said() -> None:
    """Left out questions with their reason, and what the others lose, counted."""
    card = replace(ONE, kind=Kind.FLASHCARD, options=(), answers=("back",))
    rich = replace(ONE, source="book", difficulty=2)
    done = write([card, rich, replace(rich, key="k2", source="")])
    assert [(one.line, one.reason) for one in done.left_out] == [(1, "GIFT has no flashcards")]
    assert done.lost == (
        "GIFT has no place for a difficulty: 2 questions",
        "GIFT has no place for a source: 1 question",
    )
    assert write([]) == Exported("")


@given(sets())
def test_what_gift_can_hold_is_read_back(questions: tuple[Question, ...]) -> None:
    """Any sound questions: those that are written are read back equal, each with its key, and nothing is told."""
    done = write(questions)
    wanted = tuple(one for one in map(held, questions) if one is not None)
    data = done.text.encode()
    found = read(data, "f")
    assert found.questions == wanted
    assert [problem for problem in found.problems if wanted] == []
    assert len(done.left_out) == len(questions) - len(wanted)
    assert not wanted or sniff(data, "f") >= 0.8
