"""Banks as JSON: nothing is lost, and every fault has the line of its question."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.questions import Bank, Question
from bot.formats import imported, json_bank
from bot.formats.json_bank import read, sniff, write, write_questions
from tests.formats.any_questions import sets

ONE = '{"key": "k", "topic": "A", "stem": "Q?", "options": [{"text": "a", "correct": true}, {"text": "b"}]}'
FILE = f'{{"format": "studyhall", "version": 1,\n"questions": [\n{ONE}\n]}}\n'


def messages(text: str) -> list[str]:
    return [f"{problem.line}: {problem.message}" for problem in read(text.encode(), "b.json").problems]


@settings(max_examples=80, deadline=None)
@given(sets())
def test_any_questions_survive(questions: tuple[Question, ...]) -> None:
    """Every kind and field, with and without a bank; written again, it is the same text."""
    bank = Bank("b", "T: “x”", "CC0", "own work", "cpc", questions)
    text = write(bank)
    done = read(text.encode(), "b.json")
    assert (done.problems, done.questions, done.header) == (
        (),
        questions,
        Bank("b", "T: “x”", "CC0", "own work", "cpc", ()),
    )
    assert read(write_questions(questions).encode("utf-16"), "b.json").questions == questions
    assert write(Bank("b", "T: “x”", "CC0", "own work", "cpc", done.questions)) == text


def test_the_documented_form_and_a_bare_list_are_read() -> None:
    """Fields that hold their default may be left out, also `format`."""
    (question,) = read(FILE.encode(), "b.json").questions
    assert (question.key, question.line, [option.correct for option in question.options]) == ("k", 3, [True, False])
    assert read(f"[{ONE}]".encode(), "b.json").questions == (question,)
    assert write_questions((question,)).count("\n") == 5


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"stem"', '"stm"', "3: unknown field “stm”; did you mean “stem”?"),
        ('"stem": "Q?"', '"stem": 5', "3: “stem” is a text in quotes, not 5"),
        ('"stem": "Q?"', '"stem": "Q?", "stem": "R?"', "3: “stem” stands twice in one object"),
        ('"text": "b"', '"text": "b", "correct": "no"', "3: “correct” is true or false, not 'no'"),
        ('"text": "b"', '"text": "b", "weight": "5"', "3: “weight” is a number, not '5'"),
        ('"text": "b"', '"text": "b", "weight": 1e400', "3: “weight” is a number, not inf"),
        ('"text": "b"', '"text": "b", "weight": NaN', "3: not readable as our JSON from here on: NaN is not a number"),
        ('"text": "b"', '"text": "a"', "3: this option is the same as option 1"),
        ('[{"text"', '[5, {"text"', "3: “options” is an object, {…}, not 5"),
        ('"topic"', '"difficulty": true, "topic"', "3: “difficulty” is a whole number from 1 to 5, not True"),
        ('"topic"', '"tags": "a", "topic"', "3: “tags” is a list, […], not 'a'"),
        ('"topic"', '"type": "singel", "topic"', "3: unknown type “singel”; did you mean “single”?"),
        ('"topic"', '"scoring": ["all"], "topic"', "3: “scoring” is “all” or “partial”, not ['all']"),
        ('"topic"', '"image": "a.png", "topic"', "3: “image” is an object, {…}, not 'a.png'"),
        ('"topic"', '"case": {"stem": " "}, "topic"', "3: the case has no text"),
        ('"version": 1', '"version": 2', "1: not readable as our JSON from here on: this is version 2 of the format"),
        ('"studyhall"', '"other"', "1: not readable as our JSON from here on: the format is “studyhall”, not 'other'"),
        ('"version"', '"versoin"', "1: “versoin” is not read; did you mean “version”?"),
        ('"version": 1', '"bank": {"bank": "B b"}, "version": 1', "1: “bank” needs bank, title"),
        ('"questions": [', '"questions": 5, "x": [', "2: not readable as our JSON from here on: “questions” is a list"),
        ("\n]}\n", "\n]}\nx", "5: not readable as our JSON from here on: something stands behind the end"),
    ],
)  # fmt: skip
def test_each_fault_is_told_at_its_question(old: str, new: str, complaint: str) -> None:
    """What is wrong, where, and the nearest name that is known."""
    assert old in FILE
    found = messages(FILE.replace(old, new, 1))
    assert found[0][: len(complaint)] == complaint


def test_what_stands_before_a_break_is_kept() -> None:
    """A file that was cut off gives the questions before the cut."""
    other = ONE.replace('"k"', '"l"').replace("Q?", "R?")
    done = read((FILE.replace("\n]", f",\n{other},\n{other[:30]}")).encode(), "b.json")
    assert [question.key for question in done.questions] == ["k", "l"]
    assert [problem.line for problem in done.problems] == [5]


def test_deep_and_long_files_end_at_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred thousand brackets, a number of a million digits, too many values: a sentence each."""
    assert messages("[" * 100_000)[0].endswith("it is nested too deeply")
    assert "not readable" in messages('{"version": ' + "9" * 1_000_000 + "}")[0]
    monkeypatch.setattr(json_bank, "MAX_VALUES", 10)
    assert messages("[" + "1," * 20 + "1]") == ["1: the file has more than 10 values, the most that is read"]
    monkeypatch.setattr(imported, "MAX_BYTES", 10)
    assert messages(FILE) == [f"1: the file has {len(FILE)} bytes; 10 is the most"]


def test_our_json_is_known_by_its_content() -> None:
    """Other JSON, an Open Trivia file say, is not ours."""
    assert sniff(FILE.encode("utf-8-sig"), "x.txt")
    assert sniff(f"[{ONE}]".encode(), "x")
    for other in (b"", b"[]", b'{"results": [{"question": "Q"}]}', b'stem: "format"', b'"stem": 1'):
        assert not sniff(other, "x.json")


PIECES = st.sampled_from(
    (FILE, ONE, "{", "}", "[", "]", ",", ":", '"stem"', "1e999", "null", " ", '"questions"', "\\ud800")
)


@given(st.text(max_size=60) | st.lists(PIECES, max_size=12).map("".join))
@example('{"questions": [{"stem": "\\ud800", "options": []}]}')
@example("[{}, [], null, 1]")
def test_no_text_makes_the_reader_raise(text: str) -> None:
    """Any text at all gives questions or problems."""
    data = text.encode("utf-8", "surrogatepass")
    sniff(data, "x")
    done = read(data, "x")
    assert done.questions or done.problems
