"""What a file means for a bank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.domain import imports
from bot.domain.blueprint import Blueprint, Section
from bot.domain.imports import Choices, Comparison, Standing, Step
from bot.domain.questions import Option, Question

WORDS = ("femur", "stapes", "mandible", "clavicle", "patella", "sternum", "scapula", "humerus", "talus", "ulna")


def question(number: int, **changes: Any) -> Question:
    """A question of three options; the first of them is right."""
    word = WORDS[number]
    made = Question(
        key=f"q{number}",
        topic="Anatomy",
        stem=f"Where in the body of a grown human being does one find the {word * 3}?",
        options=(Option(f"in the {word} place", True), Option("elsewhere", False), Option("nowhere", False)),
        explanation="",
        source="",
        difficulty=None,
        tags=(),
        code_year=None,
        line=number + 1,
    )
    return replace(made, **changes)


def printed(one: Question, pictures: Mapping[str, str]) -> str:
    """A digest of all that can be compared."""
    return repr((replace(one, key="", line=0), sorted(pictures.items())))


def standing(number: int, live: bool = True, **changes: Any) -> Standing:
    """A kept question, just as its file last had it."""
    one = question(number, line=0, **changes)
    return Standing(100 + number, one, live, bank="Bones", file_print=printed(one, {}))


def rekeyed(one: Question) -> Question:
    """The same question with its second option right."""
    return replace(one, options=tuple(replace(option, correct=n == 1) for n, option in enumerate(one.options)))


def compared(fresh: list[Question], kept: list[Standing], others: list[Standing] | None = None) -> Comparison:
    return imports.compare(fresh, kept, others or [], printed)


def test_a_file_is_held_against_the_bank_that_it_made() -> None:
    """New, same, corrected and vanished ones; a corrected key is told from other changes."""
    fresh = [question(0), question(1, explanation="Now with one."), rekeyed(question(2)), question(5)]
    found = compared(fresh, [standing(n) for n in range(4)])
    assert (found.new, found.same, dict(found.pairs)) == ((3,), 1, {1: 101, 2: 102})
    assert [(one.verdict, one.place, one.line) for one in found.findings] == [
        ("changed", 1, 2),
        ("key", 2, 3),
        ("gone", -1, 0),
    ]
    assert imports.steps(found, Choices()) == [Step(1, 101), Step(2, 102), Step(3, None), Step(None, 103)]
    assert Step(None, 103) not in imports.steps(found, Choices(keep_gone=True))


def test_what_a_tutor_did_in_chat_stays_until_the_file_changes() -> None:
    """A corrected or retired question whose line is as before stays; one that no file ever had is not missing."""
    corrected = replace(standing(0), question=rekeyed(question(0)))
    suggested = replace(standing(4), file_print=None)
    kept = [corrected, standing(1, live=False), replace(standing(2, live=False), file_print=None), suggested]
    found = compared([question(0), question(1), question(2)], kept)
    assert found.same == 1
    assert [(one.verdict, one.place, one.back) for one in found.findings] == [("stays", 1, False), ("changed", 2, True)]
    assert compared([replace(question(0), source="Changed")], kept[:1]).of("key")


def test_a_voided_question_does_not_come_back() -> None:
    """Neither by its id nor under another one: it is listed."""
    voided = replace(standing(0, live=False), voided=True, file_print=None)
    assert [one.verdict for one in compared([question(0)], [voided]).findings] == ["voided"]
    assert [one.verdict for one in compared([question(0, key="other")], [voided]).findings] == ["duplicate"]


def test_what_another_bank_has_already_is_left_out() -> None:
    """Alike with the same answer is a duplicate, the same stem with another answer a conflict, whatever the ids."""
    other = [replace(standing(n), bank="Shared") for n in range(2)]
    fresh = [
        question(0, stem=question(0).stem + "!", key="q1"),
        rekeyed(question(1, key="q0")),
        question(2),
    ]
    found = compared(fresh, [], other)
    assert found.new == (2,)
    assert [(one.verdict, one.place, one.others[0].bank, one.others[0].question_id) for one in found.findings] == [
        ("duplicate", 0, "Shared", 100),
        ("conflict", 1, "Shared", 101),
    ]


def test_who_cannot_be_told_apart_is_asked_about() -> None:
    """A doubtful question is left out until somebody says; each counterpart can be chosen once."""
    kept = [standing(0, key="q-aa"), standing(1)]
    reworded = question(0, stem=question(0).stem + " Say it.", options=question(0).options[:2])
    fresh = [replace(reworded, key="q-bb"), replace(reworded, stem=reworded.stem + " Do.", key="q-cc"), question(1)]
    found = compared(fresh, kept)
    assert [one.place for one in imports.open_asks(found, Choices())] == [0, 1]
    assert imports.steps(found, Choices()) == []
    one = Choices(asks={0: 100})
    assert [(ask.place, ask.others) for ask in imports.open_asks(found, one)] == [(1, ())]
    assert imports.steps(found, Choices(asks={0: 100, 1: 0})) == [Step(0, 100), Step(1, None)]
    assert imports.steps(found, Choices(asks={0: 101})) == []  # nobody offered that one


def test_questions_without_a_topic_wait_for_one() -> None:
    """New ones stay out; one that the bank has keeps the topic that it has there."""
    found = compared([question(0, topic=""), question(1, topic=""), question(2)], [standing(0)])
    assert (found.same, found.homeless) == (1, frozenset({1}))
    assert imports.steps(found, Choices()) == [Step(2, None)]
    assert imports.homeless(found, Choices()) == {1}
    assert imports.steps(found, Choices(topic="Surgery")) == [Step(1, None), Step(2, None)]


def test_another_picture_under_the_same_name_is_a_change() -> None:
    """A picture that the file does not bring is the one that is kept."""
    kept = replace(standing(0), pictures={"a.png": "one"}, file_print=printed(question(0), {"a.png": "one"}))
    assert imports.compare([question(0)], [kept], [], printed, {}).same == 1
    assert imports.compare([question(0)], [kept], [], printed, {"a.png": "two"}).of("changed")


@pytest.mark.parametrize(
    ("wanted", "header", "file", "name"),
    [
        ("Bones", "Header", "a.csv", "Bones"),
        (None, "Header", "a.csv", "Header"),
        (None, "", "C:\\x\\week_3 quiz.v2.csv", "week 3 quiz.v2"),
        ("🦴", "", "??.txt", "Imported questions"),
        (None, "", "gift", "gift"),
    ],
)
def test_a_bank_gets_a_name(wanted: str | None, header: str, file: str, name: str) -> None:
    """The tutor's, else the header's, else the file's."""
    assert imports.bank_name(wanted, header, file) == name


def test_what_is_shown_of_a_file() -> None:
    """Counts by type and topic, topics that the exam does not have, and three samples from all over the file."""
    questions = [question(n, topic=("Anatomy", "anatomy ", "", "Bones")[n % 4]) for n in range(9)]
    kinds, topics = imports.counts(questions)
    assert (dict(kinds), dict(topics)) == ({"single": 9}, {"Anatomy": 5, "": 2, "Bones": 2})
    exam = Blueprint("x", "X", "1", 0.7, 10, 10, ("x",), (Section("A", 1.0, ("Anatomy",)),))
    assert imports.unknown_topics(topics, exam) == ["Bones"]
    found = compared(questions, [])
    assert [one.key for one in imports.samples(questions, found)] == ["q0", "q4", "q8"]
    assert imports.bank_slug(3, "Bones & more: " + "x" * 90).startswith("g3-bones-and-more-xxx")
    assert len(imports.bank_slug(3, "x" * 90)) == 3 + imports.SLUG_LIMIT


def test_questions_that_a_file_has_twice_come_in_and_are_told() -> None:
    """In other words with the same answer, and with the same stem and another answer; each pair once."""
    stem = question(0).stem
    other = replace(rekeyed(question(0, key="q2")), options=rekeyed(question(0)).options[:2], line=9)
    # What comes later in the file hides nothing that stands before it.
    fresh = [question(0), question(1), replace(question(0, key="q3"), stem=f"{stem} Say.", line=7), other]
    fresh.append(replace(fresh[2], key="q4", options=fresh[2].options[:2], line=11))
    found = compared(fresh, [])
    assert found.new == (0, 1, 2, 3, 4)
    told = [(one.verdict, one.place, one.others[0].key) for one in found.findings]
    assert told == [("twin", 2, "line 1"), ("clash", 3, "line 1"), ("twin", 4, "line 7")]
    assert not compared(fresh, [standing(0)]).of("twin", "clash")  # they are told beside the bank's
