"""Aiken as real files have it: lettered options, a key line, and what people write instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import Kind
from bot.formats import aiken
from bot.formats.aiken import read, sniff
from bot.formats.imported import Imported
from bot.formats.lettered import key_of

TWO = "Which valve has two cusps?\nA. Mitral\nB. Aortic\nANSWER: A\n"


def given_text(text: str) -> Imported:
    return read(text.encode(), "f.txt")


def told(done: Imported) -> list[str]:
    return [f"{problem.line} {problem.level}: {problem.message}" for problem in done.problems]


def right(done: Imported) -> list[list[str]]:
    return [[option.text for option in question.options if option.correct] for question in done.questions]


def test_questions_with_both_forms_of_letters() -> None:
    """A full stop or a bracket behind the letter, capital or small; blank lines anywhere."""
    done = given_text(
        f"{TWO}\n\nWhich is\nlateral?\na) Radius\n(b) Ulna\n\nc) Tibia\n\nanswer: b\n\nIs it?\nA.Yes\nB.No\nANSWER:B"
    )
    assert told(done) == []
    assert [question.stem for question in done.questions] == [
        "Which valve has two cusps?",
        "Which is\nlateral?",
        "Is it?",
    ]
    assert right(done) == [["Mitral"], ["Ulna"], ["No"]]
    assert [question.line for question in done.questions] == [1, 7, 16]


def test_a_name_that_looks_like_an_option_stays_in_the_question() -> None:
    """“A. Smith …” begins a stem: the options begin at the next A; in the middle of a stem that is told."""
    done = given_text(
        "A. Smith described it. Where?\nA. Calf\nB. Neck\nANSWER: B\n\nE. coli is a\nA. rod\nB. coccus\nANSWER: A"
    )
    assert told(done) == []
    assert [question.stem for question in done.questions] == ["A. Smith described it. Where?", "E. coli is a"]
    assert right(done) == [["Neck"], ["rod"]]
    done = given_text("What did\nA. Smith describe?\nA. Calf\nB. E. coli\nC. Neck\nANSWER: C")
    assert done.questions[0].stem == "What did\nA. Smith describe?"
    assert told(done) == ["2 warning: this line looks like option A; it was read as part of the question"]


def test_a_line_of_an_option_that_looks_like_another_option() -> None:
    """Where the next letter follows later, it goes on with the option, and is told."""
    done = given_text("Which?\nA. It is mostly\nE. coli\nB. Not\nANSWER: B")
    assert [option.text for option in done.questions[0].options] == ["It is mostly\nE. coli", "Not"]
    assert told(done) == ["3 warning: this line looks like option E; it was read as part of option A"]


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("Answer: B. Aortic", "Aortic"),
        ("ANSWER:b)", "Aortic"),
        ("Correct answer: (B)", "Aortic"),
        ("ANSWER: aortic", "Aortic"),
        ("ANSWER: B aortic", "Aortic"),
        ("ANSWER B", "Aortic"),
        ("Answers: B", "Aortic"),
    ],
)
def test_forms_of_the_key(key: str, found: str) -> None:
    """The letter, with the option's text behind it, or the text alone; at the end of the file without a line end."""
    for end in ("", "\n", "\r\n"):
        done = given_text(f"Which?\nA. Mitral\nB. Aortic\n{key}{end}")
        assert (right(done), told(done)) == ([[found]], [])


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("Which?\nA. a\nB. b\nANSWER: D\n\n", 4, "the key “D” is none of the letters AB"),
        ("Which?\nA. a\nB. b\nANSWER: B. a\n\n", 4, "the key names option B with the text of option A"),
        ("Which?\nA. a\nB. b\nANSWER: c d\n\n", 4, "neither one of the letters AB nor an option's text"),
        ("Which?\nA. B\nB. C\nANSWER: B\n\n", 4, "a letter and also the text of another option"),
        ("Which?\nA. a\nB. b\nANSWER:\n\n", 4, "the key is empty"),
        ("Which?\nA. a\nB. b\n\n", 1, "has no line “ANSWER: …”"),
        ("Which?\nA. a\nB. b\nD. d\nANSWER: A\n\n", 4, "option C is missing before option D"),
        ("A. a\nB. b\nANSWER: A\n\n", 1, "have no question before them"),
        ("Which?\nANSWER: A\n\n", 1, "no lettered options"),
        ("Which?\nA. a\nB. a\nANSWER: A\n\n", 3, "this option is the same as option 1"),
        ("Which?\nA. a\nANSWER: A\n\n", 1, "at least 2 options"),
    ],
)
def test_what_makes_no_question_is_told_and_does_not_take_the_next_one_with_it(
    text: str, line: int, message: str
) -> None:
    """Each fault has its line; nothing is guessed."""
    done = given_text(text + TWO)
    assert right(done) == [["Mitral"]]
    assert [problem.line for problem in done.problems if problem.level == "error"] == [line]
    assert message in told(done)[0]


def test_several_keys_make_a_question_with_several_right_answers() -> None:
    """Which Aiken does not know, so that it is told."""
    done = given_text("Which?\nA. a\nB. b\nC. c\nANSWER: A and C")
    assert (done.questions[0].kind, right(done)) == (Kind.MULTI, [["a", "c"]])
    assert told(done) == ["5 warning: Aiken has one right answer; this names several, and all are to be chosen"]


def test_true_and_false_are_a_question_of_that_kind() -> None:
    """In this order, in any case."""
    done = given_text("It is.\nA. TRUE\nB. false\nANSWER: B")
    assert (done.questions[0].kind, done.questions[0].shuffle, right(done)) == (Kind.TRUEFALSE, False, [["False"]])


def test_an_explanation_behind_the_key_and_a_title_before_a_question() -> None:
    """The explanation belongs to the question before it; a paragraph above a question is told."""
    done = given_text(
        f"Chapter 1\n\n{TWO}Explanation: It has two\nleaflets.\n\nNext?\nA. a\nB. b\nANSWER: A\n\nThe end"
    )
    assert [(question.stem, question.explanation) for question in done.questions] == [
        ("Chapter 1\n\nWhich valve has two cusps?", "It has two\nleaflets."),
        ("Next?", ""),
    ]
    assert told(done) == ["1 warning: there is a blank line in this question; look whether a title stands before it"]
    assert [(skipped.line, skipped.what) for skipped in done.skipped] == [(15, "The end")]


def test_numbers_before_all_questions_go() -> None:
    """They change with the order; a number before one question alone is part of it."""
    numbered = given_text("1. One?\nA. a\nB. b\nANSWER: A\n2) Two?\nA. a\nB. b\nANSWER: A")
    assert [question.stem for question in numbered.questions] == ["One?", "Two?"]
    single = given_text("1. One?\nA. a\nB. b\nANSWER: A\nTwo?\nA. a\nB. b\nANSWER: A")
    assert [question.stem for question in single.questions] == ["1. One?", "Two?"]


def test_encodings_of_real_files() -> None:
    """Windows-1252 with a warning, UTF-16, marks and line ends."""
    text = "Café?\r\nA. é\r\nB. b\r\nANSWER: A"
    for data, warned in ((text.encode("cp1252"), 1), (text.encode("utf-16"), 0), (b"\xef\xbb\xbf" + text.encode(), 0)):
        done = read(data, "f")
        assert ([question.stem for question in done.questions], len(done.problems)) == (["Café?"], warned)
        assert sniff(data, "f") > 0.9


def test_aiken_is_known_by_its_content() -> None:
    """Options with a key line behind them, and nothing less."""
    assert sniff(b"Which?\na) x\nb) y\nCorrect answer: a", "x.csv") == 0.8
    for text in ("", "\x00", "ANSWER: A\n", "A. a\nB. b\n", "::Q:: Which? {=a ~b}", "- [x] a\n", "Answer: yes\n"):
        assert sniff(text.encode(), "x.txt") == 0.0, text


def test_keys_that_can_be_read_in_two_ways_are_none() -> None:
    """A letter that is another option's text; a letter with text that is no option's is told."""
    assert key_of("C", ["C", "b"]).fault
    assert key_of("B; D", ["a", "b"]).fault
    assert key_of("B. because", ["a", "b"]).told.startswith("the text behind the key")
    assert key_of("A", ["A", "b"]).right == {0}


def test_more_lines_than_any_bank_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is named."""
    monkeypatch.setattr(aiken, "MAX_LINES", 3)
    assert told(given_text(TWO)) == ["1 error: the file has more than 3 lines, the most that is read"]


PIECES = st.sampled_from(
    [
        "A. ",
        "B. ",
        "C) ",
        "a) ",
        "ANSWER: ",
        "Answer: A",
        "\n",
        "\n\n",
        "Explanation: x",
        "1. ",
        "x",
        "True",
        " ",
        "\r",
        "É",
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_lines_in_any_order_make_it_raise(text: str) -> None:
    """Whatever stands where, there are questions, problems, or skipped texts."""
    done = given_text(text)
    assert done.questions or done.problems or done.skipped


@given(st.binary(max_size=80), st.integers(0, 80), st.integers(0, 8))
def test_no_bytes_and_no_change_to_a_sound_file_make_it_raise(data: bytes, at: int, cut: int) -> None:
    """Any bytes alone, and put into a sound file for some of its own."""
    whole = (TWO + TWO.replace("two", "three")).encode()
    for found in (data, whole[:at] + data + whole[at + cut :]):
        sniff(found, "x")
        done = read(found, "x")
        assert done.questions or done.problems or done.skipped


@pytest.mark.parametrize(
    "piece", ["A. a\n", "ANSWER: A\n", "A. a\nB. b\nx\n", "x\n", "A. a\nZ. z\n", "Explanation: x\n", "1"]
)
def test_hostile_files_take_time_by_their_length_only(piece: str) -> None:
    """Twenty thousand lines of a kind are read at once (a quadratic reader would not come back)."""
    data = (TWO + piece * 20_000).encode()
    read(data, "x")
    sniff(data, "x")
