"""Blackboard's upload files: fields between tabs, as people and spreadsheets write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import Kind
from bot.formats.blackboard import read, sniff
from bot.formats.imported import Imported

TWO = "MC\tWhich valve has two cusps?\tMitral\tcorrect\tAortic\tincorrect\nTF\tThe ulna is lateral.\tfalse\n"


def given_text(text: str) -> Imported:
    return read(text.encode(), "f.txt")


def told(done: Imported) -> list[str]:
    return [f"{problem.line} {problem.level}: {problem.message}" for problem in done.problems]


def test_the_kinds_that_can_be_asked() -> None:
    """One right answer, several, true or false, a gap, an exact number; words in any case, tabs at the end."""
    done = given_text(
        f"{TWO}\nma\tCarpal?\tLunate\tCorrect\tTalus\tIncorrect\tScaphoid\tCORRECT\t\t\n"
        "FIB\tThe collar bone is the ____.\tclavicle\tclavicula\nNUM\tHow many cusps?\t2\t0\n"
    )
    kinds = [question.kind for question in done.questions]
    assert kinds == [Kind.SINGLE, Kind.TRUEFALSE, Kind.MULTI, Kind.SHORT, Kind.SHORT]
    single, truth, several, gap, number = done.questions
    assert [(option.text, option.correct) for option in single.options] == [("Mitral", True), ("Aortic", False)]
    assert ([option.correct for option in truth.options], truth.shuffle) == ([False, True], False)
    assert ([option.correct for option in several.options], several.scoring) == ([True, False, True], "all")
    assert (gap.answers, number.answers, number.line) == (("clavicle", "clavicula"), ("2",), 6)
    assert told(done) == ["6 warning: this asks for an exact number; it became a short answer, judged as text"]


def test_what_cannot_be_asked_in_chat_is_skipped_with_its_reason() -> None:
    """Essays, free answers, orders, pairs, several gaps, opinions, files, tolerances: each line is told."""
    kinds = ["ESS", "SR", "SHORT_RESP", "ORD", "MAT", "FIB_PLUS", "JUMBLED_SENTENCE", "FIL", "OP", "QUIZ_BOWL"]
    done = given_text("".join(f"{kind}\tText {kind}\ta\tb\n" for kind in kinds) + "NUM\tAbout?\t3.5\t0.1\n")
    assert done.problems == ()
    assert [skipped.line for skipped in done.skipped] == list(range(1, 12))
    assert [skipped.what for skipped in done.skipped[:2]] == ["Text ESS", "Text SR"]
    assert all(skipped.reason for skipped in done.skipped)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("MC\tWhich?\ta\tcorrect\tb", "behind answer 2 (“b”) stands “correct” or “incorrect”, not “”"),
        ("MC\tWhich?\ta\tcorrect\tb\tcorrect", "several answers are correct, and MC has one"),
        ("MC\tWhich?\ta\tincorrect\tb\tincorrect", "no option is marked right"),
        ("MC\tWhich?", "at least 2 options"),
        ("MC", "the question has no text"),
        ("TF\tIt is.\tyes", "stands “true” or “false”, not “yes”"),
        ("FIB\tIt is ____.", "there is no answer"),
        ("NUM\tHow many?\ttwo", "is one, not “two”"),
        ("MCQ\tWhich?\ta\tcorrect", "did you mean “MC”?"),
        ("Which?\ta\tb", "begins with the kind of its question"),
    ],
)
def test_what_makes_no_question_is_told_by_its_line(line: str, message: str) -> None:
    """And does not take the next one with it."""
    done = given_text(f"{line}\n{TWO}")
    assert len(done.questions) == 2
    assert told(done)[0].startswith("1 error: ")
    assert message in " ".join(told(done))


def test_quotes_of_a_spreadsheet_go_and_those_of_a_text_stay() -> None:
    """A spreadsheet quotes each field with a comma or quote, and doubles those within; one that differs is text."""
    done = given_text('MC\t"Which, then, is ""it""?"\ta\tcorrect\t"b, c"\tincorrect\n')
    assert done.questions[0].stem == 'Which, then, is "it"?'
    assert done.questions[0].options[1].text == "b, c"
    done = given_text('MC\t"Which, then?"\ta, b\tcorrect\tsay "c"\tincorrect\n')
    assert done.questions[0].stem == '"Which, then?"'
    assert done.questions[0].options[1].text == 'say "c"'


def test_html_becomes_text_and_pictures_are_told() -> None:
    """As Blackboard shows it."""
    done = given_text(
        'TF\t<b>H<sub>2</sub>O</b> &amp; a < b <img src="w.png" alt="water">\ttrue\nFIB\tSee\t<img src="x.png">'
    )
    assert done.questions[0].stem == "H₂O & a < b"
    assert done.questions[0].image is not None
    assert [(skipped.line, skipped.reason[:18]) for skipped in done.skipped] == [(2, "there is a picture")]


def test_encodings_of_real_files() -> None:
    """“Unicode text” of a spreadsheet is UTF-16; Windows-1252 comes with a warning."""
    text = "TF\tCafé?\ttrue\r\n"
    for data, warned in ((text.encode("cp1252"), 1), (text.encode("utf-16"), 0), (b"\xef\xbb\xbf" + text.encode(), 0)):
        done = read(data, "f")
        assert ([question.stem for question in done.questions], len(done.problems)) == (["Café?"], warned)
        assert sniff(data, "f") > 0.9


def test_blackboard_is_known_by_its_content() -> None:
    """By lines that begin with a kind and a tab."""
    assert sniff(b"MC\tx\ta\tcorrect\nterm\tmeaning\nother\tmore\n", "x") == 0.3
    for text in ("", "\x00", "term\tdefinition\n", "MC,Which?\n", "A. a\nANSWER: A\n"):
        assert sniff(text.encode(), "x.txt") == 0.0


PIECES = st.sampled_from(
    ["MC", "MA", "TF", "FIB", "NUM", "ESS", "\t", "\n", "correct", "incorrect", "true", "a", '"', "", "2"]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_fields_in_any_order_make_it_raise(text: str) -> None:
    """Whatever stands where, there are questions, problems, or skipped lines."""
    done = given_text(text)
    assert done.questions or done.problems or done.skipped


@given(st.binary(max_size=80), st.integers(0, len(TWO)), st.integers(0, 8))
def test_no_bytes_and_no_change_to_a_sound_file_make_it_raise(data: bytes, at: int, cut: int) -> None:
    """Any bytes alone, and put into a sound file for some of its own."""
    whole = TWO.encode()
    for found in (data, whole[:at] + data + whole[at + cut :]):
        sniff(found, "x")
        done = read(found, "x")
        assert done.questions or done.problems or done.skipped
