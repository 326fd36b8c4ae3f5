"""Trivia lists in YAML: texts stay texts, nothing is dropped, nothing that YAML could do is done."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import Kind
from bot.formats import red_trivia
from bot.formats.imported import Imported
from bot.formats.red_trivia import read, sniff

SOUND = (
    "AUTHOR: Tutor\nDESCRIPTION: >-\n  Some\n  questions.\n"
    'Which bone is longest?:\n- femur\n- thigh bone\n"Is #1: so?":\n  - Yes\n'
)


def given_text(text: str) -> Imported:
    return read(text.encode(), "f.yaml")


def told(done: Imported) -> list[str]:
    return [f"{problem.line} {problem.level}: {problem.message}" for problem in done.problems]


def test_questions_are_typed_and_their_answers_stay_texts() -> None:
    """What YAML would turn into booleans, numbers, times or nothing is the text that was written."""
    done = given_text(f"{SOUND}Config?:\n- No\n- 0x10\n- 12:30\n- 1_000\n- null\n- 2020-01-01\n- 1.0\n")
    assert told(done) == []
    assert [(question.stem, question.line) for question in done.questions] == [
        ("Which bone is longest?", 5),
        ("Is #1: so?", 8),
        ("Config?", 10),
    ]
    assert [question.answers for question in done.questions] == [
        ("femur", "thigh bone"),
        ("Yes",),
        ("No", "0x10", "12:30", "1_000", "null", "2020-01-01", "1.0"),
    ]
    assert all(question.kind is Kind.SHORT for question in done.questions)


def test_a_question_that_stands_twice_is_told() -> None:
    """YAML would keep the last one silently; the first is taken."""
    done = given_text("One?:\n- a\nTwo?:\n- b\nOne?:\n- c\none?:\n- A\n")
    assert [question.answers for question in done.questions] == [("a",), ("b",)]
    assert [line[:66] for line in told(done)] == [
        "5 error: this question stands in line 1 already, with other answer",
        "7 error: this question stands in line 1 already, with the same ans",
    ]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("One?: &a\n- x\n", "an anchor (“&a”) is not followed"),
        ("One?:\n- &b x\n", "an anchor (“&b”)"),
        ("One?:\n- *c\n", "an alias (“*c”)"),
        ("One?:\n- !!python/object/apply:os.system [ls]\n", "a tag (“tag:yaml.org,2002:python"),
        ("!!str One?:\n- x\n", "a tag"),
        ("<<: *c\n", "an alias"),
        ("One?:\n- a: b\n", "an answer is a text"),
        ("One?:\n  x: y\n", "are a list, with a hyphen"),
        ("One?:\n", "needs its answer"),
        ("One?:\n- a\n-\n", "answer 2 has no text"),
        ("? [a, b]\n: - c\n", "a question is a text"),
        ("Who is: this?:\n- a\n", "not readable as YAML"),
        ("Who is the #1 of all?:\n- a\n", "not readable as YAML"),
        ("One?:\n- 'a\n", "not readable as YAML"),
    ],
)
def test_what_makes_no_question_is_told_and_does_not_take_the_others_with_it(entry: str, message: str) -> None:
    """Anchors, aliases and tags are never followed; what is no YAML costs its own question only."""
    done = given_text(f"First?:\n- a\n{entry}Next?:\n- b\nLast?:\n- c\n")
    assert [question.stem for question in done.questions] == ["First?", "Next?", "Last?"]
    assert [message in one for one in told(done)] == [True]
    assert done.problems[0].line in (3, 4)


def test_a_single_answer_without_a_hyphen_is_told() -> None:
    """And taken; answers that differ in case only are one."""
    done = given_text("One?: x\nTwo?:\n- Y\n- y\n")
    assert [question.answers for question in done.questions] == [("x",), ("Y",)]
    assert told(done) == ["1 warning: this question has one answer without a hyphen before it"]


def test_bounds_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Depth, number of texts, characters."""
    assert "nested more than" in told(given_text("a: " + "[" * 100_000))[0]
    assert "nested more than" in told(given_text("- " * 100_000))[0]
    assert "control characters are not allowed" in told(given_text("a:\n- \x07\n"))[0]
    monkeypatch.setattr(red_trivia, "MAX_EVENTS", 15)
    done = given_text(SOUND)
    assert [question.stem for question in done.questions] == ["Which bone is longest?"]
    assert told(done) == ["1 error: the file has more than 15 texts and lists; the rest was not read"]


def test_trivia_lists_are_known_by_their_content() -> None:
    """By an author and keys with lists under them."""
    assert sniff(SOUND.encode(), "x.txt") == 0.95
    assert sniff("Why?:\n- x\n".encode("utf-16"), "x") == 0.65
    for text in ("", "\x00", "a: b\n", "{a: [b]}", "## Q\n- [x] a\n", "term\tmeaning\n", "::Q:: x{\n- a}"):
        assert sniff(text.encode(), "x.yaml") == 0.0, text


@given(st.binary(max_size=60), st.integers(0, len(SOUND)), st.integers(0, 8))
def test_no_bytes_and_no_change_to_a_sound_file_make_it_raise(data: bytes, at: int, cut: int) -> None:
    """Any bytes alone, and put into a sound file for some of its own."""
    whole = SOUND.encode()
    for found in (data, whole[:at] + data + whole[at + cut :]):
        sniff(found, "x")
        done = read(found, "x")
        assert done.questions or done.problems


PIECES = st.sampled_from(
    [
        "a",
        ":",
        ": ",
        "\n",
        "- ",
        "  ",
        "?",
        "? ",
        "[",
        "]",
        "{",
        "}",
        "&a ",
        "*a",
        "!!x ",
        "'",
        '"',
        "#",
        "|",
        "---\n",
        "<<",
        ",",
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_marks_in_any_order_make_it_raise(text: str) -> None:
    """Whatever stands where, there are questions or problems."""
    done = given_text(text)
    assert done.questions or done.problems


@pytest.mark.parametrize("piece", ["a: b: c\nx:\n", "a:\n- b\n", "- ", "? ", "{", "&a ", "'", "\n", "#\n", "a,"])
def test_hostile_files_take_time_by_their_length_only(piece: str) -> None:
    """Twenty thousand pieces of a kind are read at once (a quadratic reader would not come back)."""
    data = (piece * 20_000).encode()
    read(data, "x")
    sniff(data, "x")
