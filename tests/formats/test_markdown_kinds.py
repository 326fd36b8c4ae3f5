"""The canonical format with every kind of question: read field by field, and written back the same for any content."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings

from bot.domain.questions import Bank, Case, Image, Kind, Option, Question, derived_case_key
from bot.formats.markdown import read, read_questions, write, write_questions
from bot.formats.markdown_text import FIELDS
from tests.formats.any_questions import sets

HEAD = "---\nbank: b\ntitle: T\nlicence: CC0\nrights: own work\nexam: cpc\n---\n"
EVERY_KIND = """\

# Anatomy

## Which belong to the hand? {#hand}
- [50%] The lunate
- [50%] The scaphoid
  > A carpal bone.
- [-50%] The talus
> Eight carpal bones.
@type: multi
@difficulty: 2
@source: Anatomy text: the hand
@tags: bones, wrist\\, hand
@code_year: 2026
@image: hand.png
@alt: A hand, seen from the palm
@scoring: partial
@shuffle: off

## The fibula bears most of the weight. {#fibula}
- [ ] True
- [x] False
@type: truefalse

## What is the collar bone called? {#clavicle}
= clavicle
= clavicula
@type: short

## Lateral {#lateral}
= Away from the midline
  and towards the side
@type: flashcard

## A patient of 70 years falls.

She cannot rise. {#not-a-key}
@type: case
@image: hip.png

### What is broken? {#fall-1}
- [x] The femur
- [ ] The humerus

### Where is its neck? {#fall-2}
= proximal
@type: short

## Which is a bone of the ear? {#ear}
- [x] The stapes
- [ ] The vomer
"""


def bank(body: str) -> Bank:
    found, problems = read(HEAD + body, "b.md")
    assert problems == []
    assert found is not None
    return found


def messages(body: str) -> list[str]:
    return [f"{problem.line}: {problem.message}" for problem in read_questions(body, "b.md")[2]]


def test_every_kind_and_field_is_read() -> None:
    """Weights, several answers, a back of two lines, a picture, a case whose two questions share it."""
    multi, truefalse, short, card, first, second, last = bank(EVERY_KIND).questions
    assert multi == Question(
        key="hand",
        topic="Anatomy",
        stem="Which belong to the hand?",
        options=(
            Option("The lunate", True, "", 50.0),
            Option("The scaphoid", True, "A carpal bone.", 50.0),
            Option("The talus", False, "", -50.0),
        ),
        explanation="Eight carpal bones.",
        source="Anatomy text: the hand",
        difficulty=2,
        tags=("bones", "wrist, hand"),
        code_year=2026,
        shuffle=False,
        kind=Kind.MULTI,
        image=Image("hand.png", "A hand, seen from the palm"),
        scoring="partial",
    )
    assert [one.kind for one in (truefalse, short, card)] == [Kind.TRUEFALSE, Kind.SHORT, Kind.FLASHCARD]
    assert short.answers == ("clavicle", "clavicula")
    assert card.answers == ("Away from the midline\nand towards the side",)
    stem = "A patient of 70 years falls.\n\nShe cannot rise. {#not-a-key}"
    assert first.case == second.case == Case(derived_case_key(stem), stem, Image("hip.png"))
    assert (first.kind, second.kind, last.case) == (Kind.SINGLE, Kind.SHORT, None)


def test_the_written_form_of_every_kind_is_the_documented_one() -> None:
    """Only the case's key is put in."""
    found = bank(EVERY_KIND)
    case = found.questions[4].case
    assert case is not None
    assert write(found) == HEAD + EVERY_KIND.replace("falls.\n", f"falls. {{#{case.key}}}\n")


def test_a_picture_as_markdown_elsewhere_has_it() -> None:
    """Alone in its line it is the two fields, and is written as them; a second one is refused, and text stays text."""
    one = "## Which bone?\n![A hand](hand.png)\n- [x] a\n- [ ] b\n"
    _, (question,), problems = read_questions(one, "x")
    assert (question.stem, question.image, problems) == ("Which bone?", Image("hand.png", "A hand"), [])
    assert "@image: hand.png\n@alt: A hand\n" in write_questions([question])
    _, found, problems = read_questions(one.replace("- [x]", "@image: foot.png\n- [x]"), "x")
    assert (found, [problem.line for problem in problems]) == ((), [3])
    _, found, problems = read_questions(one + "![B](b.png)\n", "x")
    assert (found, [(problem.line, problem.message) for problem in problems]) == (
        (),
        [(5, "a question has one picture, and this is a second one")],
    )
    _, (question,), _ = read_questions(one.replace("\n![", "\nSee ![").replace("- [ ] b", "- [ ] b\n  \\![c](d)"), "x")
    assert (question.image, question.options[1].text) == (None, "b\n![c](d)")


@settings(max_examples=80, deadline=None)
@given(sets())
def test_any_content_survives_writing_and_reading(questions: tuple[Question, ...]) -> None:
    """Texts that look like marks, backslashes, indented and blank lines, in any kind, come back as they were."""
    made = Bank("b", "T", "CC0", "own work", "cpc", questions)
    text = write(made)
    again, problems = read(text, "b.md")
    assert problems == []
    assert again == made
    assert write(again) == text


@settings(max_examples=25, deadline=None)
@given(sets())
def test_questions_need_no_header(questions: tuple[Question, ...]) -> None:
    """For an import, the same questions come out of a file that has only them."""
    assert read_questions(write_questions(questions), "b.md") == (None, questions, [])


def test_an_import_needs_neither_header_nor_topic() -> None:
    """What a tutor typed in a hurry has no topic; where there is a header it is given back."""
    text = "## One?\n- [x] a\n- [ ] b\n"
    header, (question,), problems = read_questions(text, "b.md")
    assert (header, question.topic, problems) == (None, "", [])
    header, (question,), problems = read_questions(HEAD + text, "b.md")
    assert header is not None
    assert (header.slug, question.topic, problems) == ("b", "", [])
    assert messages("") == ["1: there is no question in this file: a question starts with “## ”"]
    assert messages(HEAD.replace("title: T\n", "") + text) == ["6: the header lacks “title:”"]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("## A case\n@type: case\n", "1: this case has no question: write “### …” below it"),
        ("## A case\n- [x] a\n@type: case\n### Q\n- [x] a\n- [ ] b\n", "1: a case has a text and perhaps a picture"),
        ("##\n@type: case\n### Q\n- [x] a\n- [ ] b\n", "1: the case has no text"),
        ("## A case\n@type: case\n### Q\n- [x] a\n- [ ] b\n@type: case\n", "6: a case cannot stand in a case"),
        ("### Q\n- [x] a\n- [ ] b\n", "1: only # (a topic) and ## (a question) are headings here; ###"),
        ("## Q\n- [x] a\n- [ ] b\n#### c\n", "4: #, ## and ### are headings"),
        (
            "## A {#k}\n@type: case\n### Q\n= a\n@type: short\n## B {#k}\n@type: case\n### R\n= b\n@type: short\n",
            "6: the case “k” stands in line 1 already, with another text",
        ),
        ("## Q\n= a\n  > b\n@type: short\n", "3: an answer has no feedback of its own"),
        ("## Q\n= a\n  b\n@type: short\n", "1: answer 1 has several lines"),
        ("## Q\n= a\n= A\n@type: short\n", "1: the same answer stands there twice"),
        ("## Q\n@type: short\n", "1: a question with a short answer needs its answer"),
        ("## Q\n= a\n= b\n@type: flashcard\n", "1: a flashcard has 1 answers at most"),
        ("## Q\n- [x] a\n- [ ] b\n- [ ] c\n@type: truefalse\n", "1: a true/false question has two options"),
        ("## Q\n- [60%] a\n- [60%] b\n- [0%] c\n@type: multi\n", "1: the weights of the right options add up to 120 %"),
        ("## Q\n- [50%] a\n- [x] b\n@type: multi\n", "1: either all right options have a weight or none has"),
        ("## Q\n= a\n@type: short\n@scoring: partial\n", "1: partial scoring is for questions with options"),
    ],
)
def test_what_is_wrong_with_a_kind_is_said_at_its_line(body: str, complaint: str) -> None:
    """Each fault once, and nothing of it is kept."""
    header, questions, problems = read_questions(body, "b.md")
    found = [f"{problem.line}: {problem.message}" for problem in problems]
    assert len(found) == 1, found
    assert found[0].startswith(complaint)
    assert (header, [one for one in questions if one.stem != "Q"]) == (None, [])


def test_a_case_with_a_fault_keeps_its_questions_out_and_says_so_once() -> None:
    """The sound question behind it is kept."""
    part = "{} {}\n= a\n@type: short\n"
    body = "## Case\n@type: case\n@image: a/b.png\n" + "".join(
        part.format(*one.split()) for one in ("### Q", "### R", "## S")
    )
    _, questions, problems = read_questions(body, "b.md")
    assert [one.stem for one in questions] == ["S"]
    assert len(problems) == 1


def test_a_long_file_of_odd_lines_is_read_in_one_pass() -> None:
    """Lines of 100,000 spaces, brackets or colons take no time that grows with their square."""
    odd = [
        "@a" + " " * 100_000 + "!",
        " " * 100_000 + "-",
        "- [" + " " * 100_000,
        "## a" + " " * 100_000 + "{#",
        "{#" * 50_000,
    ]
    _, questions, problems = read_questions("\n".join(["## Q", *odd, *odd]), "b.md")
    assert questions == ()
    assert problems


def test_the_examples_of_the_writing_guide_are_read_and_canonical() -> None:
    """What the guide shows is what is read, and what fmt would write; each of its marks and fields is known."""
    guide = (Path(__file__).parents[2] / "config" / "banks" / "README.md").read_text("utf-8")
    first, second = re.findall(r"```\n(.*?)```", guide, re.DOTALL)
    for text in (first, HEAD + "\n" + second):
        found, problems = read(text, "README.md")
        assert problems == []
        assert found is not None
        assert write(found) == text
    assert {question.kind for question in bank(second).questions} == set(Kind)
    assert all(f"`@{name}`" in guide for name in FIELDS)
