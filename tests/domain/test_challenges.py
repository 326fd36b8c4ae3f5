"""What tutors can decide about a doubted question, and what members are told of a correction."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.challenges import (
    BODY,
    EXPLANATION,
    SOURCE,
    STEM,
    Answers,
    Effect,
    chosen,
    form,
    of_new_key,
    rekeyed,
    reworded,
)
from bot.domain.corrections import Change, Corrected, News, Standing, change, news
from bot.domain.questions import Kind, Option, Question
from bot.domain.refusals_challenges import NothingChanged, UnsoundQuestion

MADE = Question(
    "q1", "Anatomy", "Which bone?",
    (Option("Femur", True, "long"), Option("Tibia", False, "short"), Option("Ulna", False, "arm")),
    "Because.", "Gray", 2, (), None,
)  # fmt: skip
SEVERAL = replace(
    MADE, kind=Kind.MULTI, options=(Option("A", True, weight=50), Option("B", True, weight=50), Option("C", False))
)
SHORT = replace(MADE, kind=Kind.SHORT, options=(), answers=("femur", "thigh bone"))
CARD = replace(MADE, kind=Kind.FLASHCARD, options=(), answers=("The femur\nof the leg",))


def test_another_option_becomes_the_key() -> None:
    """Exactly the chosen options are right; what argued for the old key goes; the same key and none are refused."""
    made = rekeyed(MADE, [2])
    assert [(one.correct, one.feedback) for one in made.options] == [(False, ""), (False, "short"), (True, "")]
    assert (made.explanation, rekeyed(MADE, [2], " So. ").explanation) == ("Because.", "So.")
    made = rekeyed(SEVERAL, [0, 2])
    assert [(one.correct, one.weight) for one in made.options] == [(True, None), (False, None), (True, None)]
    with pytest.raises(NothingChanged):
        rekeyed(SEVERAL, [1, 0])
    for wrong in ([], [0, 1]):
        with pytest.raises(UnsoundQuestion):
            rekeyed(MADE, wrong)


@pytest.mark.parametrize("question", [MADE, SEVERAL, SHORT, CARD])
def test_a_form_that_comes_back_as_it_was_changes_nothing(question: Question) -> None:
    """What a form is filled in with is the question itself, of every kind."""
    with pytest.raises(NothingChanged):
        reworded(question, form(question))
    assert reworded(question, {**form(question), STEM: " Anew? "}).stem == "Anew?"


def test_words_are_changed_and_the_key_is_not() -> None:
    """Options keep their places; an option too few, an empty question or a double answer is refused with its reason."""
    made = reworded(MADE, {STEM: "Which?", BODY: "Thigh bone\n\nTibia\nUlna\n", EXPLANATION: "So.", SOURCE: ""})
    assert [(one.text, one.correct) for one in made.options] == [
        ("Thigh bone", True),
        ("Tibia", False),
        ("Ulna", False),
    ]
    assert (made.stem, made.explanation, made.source) == ("Which?", "So.", "")
    for body, said in (("Femur\nTibia", "3 options, and 2 lines"), ("Femur\nfemur\nUlna", "same as option 1")):
        with pytest.raises(UnsoundQuestion) as error:
            reworded(MADE, {**form(MADE), BODY: body})
        assert said in error.value.problem
    assert reworded(SHORT, {**form(SHORT), BODY: "femur"}).answers == ("femur",)
    lines = replace(MADE, options=(Option("two\nlines", True), Option("one", False)))
    assert BODY not in form(lines)
    assert reworded(lines, {**form(lines), STEM: "?"}).options == lines.options


def test_what_was_chosen_is_found_in_the_present_options() -> None:
    """By text, whatever the order and the kind; an option that is gone is nobody's."""
    assert chosen(["Ulna", "femur "], 1, Kind.SINGLE, ["Femur", "Tibia", "Ulna"]) == [0]
    assert chosen(["Ulna", "Gone", "Tibia"], 0b111, Kind.MULTI, ["Femur", "Tibia", "Ulna"]) == [2, 1]
    assert chosen([], 1, Kind.FLASHCARD, []) == []


def test_the_effect_of_another_key() -> None:
    """Who chose it becomes right, who chose the old one no longer is."""
    answers = Answers(17, 9, 10, {0: 10, 1: 3, 2: 4})
    assert of_new_key(MADE, answers, [2]) == Effect(17, 9, 4, 10)
    assert of_new_key(SEVERAL, answers, [2]) == Effect(17, 9)


RIGHT, WRONG = Standing(True, False, 10, 0), Standing(False, False, 0, 1)


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (WRONG, replace(RIGHT, key=1), Change.RIGHT),
        (RIGHT, WRONG, Change.WRONG),
        (WRONG, replace(WRONG, key=2), Change.KEY),
        (RIGHT, replace(RIGHT, voided=True, points=0), Change.WITHDRAWN),
        (replace(RIGHT, voided=True), RIGHT, Change.BACK),
        (replace(WRONG, voided=True), RIGHT, Change.RIGHT),
        (replace(RIGHT, voided=True), replace(WRONG, voided=True), None),
        (RIGHT, RIGHT, None),
    ],
)
def test_what_became_of_an_answer(before: Standing, now: Standing, said: Change | None) -> None:
    """A withdrawn one is only that; a key that went and came back is nothing to tell."""
    assert change(before, now) is said


def test_a_member_is_told_once_a_question() -> None:
    """Answered three times, it is said once, by the newest answer that changed; the points are those of all."""
    told = news(
        [
            Corrected(1, WRONG, RIGHT),
            Corrected(2, WRONG, WRONG),
            Corrected(3, RIGHT, WRONG),
            Corrected(1, RIGHT, WRONG),
            Corrected(1, WRONG, WRONG),
        ]
    )
    assert told == News(((3, Change.WRONG), (1, Change.WRONG)), -10)
    assert news([Corrected(2, WRONG, WRONG)]) is None
