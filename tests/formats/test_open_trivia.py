"""Questions of the Open Trivia Database in each of its encodings."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import Kind, Option
from bot.formats.imported import Imported
from bot.formats.open_trivia import read, sniff

PLAIN: dict[str, Any] = {
    "category": "Science & Nature",
    "type": "multiple",
    "difficulty": "hard",
    "question": "Which “valve” isn't on the left: 100% sure?",
    "correct_answer": "Tricuspid (1+1)",
    "incorrect_answers": ["Mitral", "Café"],
}


def given_items(*items: object, **more: object) -> Imported:
    return read(json.dumps({"response_code": 0, **more, "results": items}, indent=1).encode(), "f.json")


def coded(code: Any, item: dict[str, Any] = PLAIN) -> dict[str, Any]:
    return {
        key: [code(one) for one in value] if isinstance(value, list) else code(value) for key, value in item.items()
    }


def references(text: str) -> str:
    return text.replace("&", "&amp;").replace("'", "&#039;").replace("“", "&ldquo;").replace("é", "&eacute;")


@pytest.mark.parametrize(
    "code",
    [
        references,
        lambda text: quote(text, safe=""),
        lambda text: quote_plus(references(text)),
        lambda text: base64.b64encode(text.encode()).decode(),
    ],
    ids=["references", "percent", "form", "base64"],
)
def test_each_encoding_gives_the_same_question(code: Any) -> None:
    """Character references, percent signs with and without plus signs, base64: seen by the question itself."""
    done = given_items(coded(code))
    assert done.problems == ()
    (found,) = done.questions
    assert (found.stem, found.topic, found.difficulty) == (PLAIN["question"], "Science & Nature", 4)
    assert found.options == (Option("Tricuspid (1+1)", True), Option("Mitral", False), Option("Café", False))
    assert sniff(json.dumps([coded(code)]).encode(), "x") > 0.9


def test_true_and_false_and_a_bare_list() -> None:
    """A boolean is a true/false question; the list may stand alone, in one line."""
    item = {**PLAIN, "type": "boolean", "correct_answer": "False", "incorrect_answers": ["True"], "difficulty": "new"}
    (found,) = read(json.dumps([item]).encode(), "x").questions
    assert (found.kind, found.shuffle, found.difficulty) == (Kind.TRUEFALSE, False, None)
    assert found.options == (Option("True", False), Option("False", True))


def test_a_reference_is_resolved_once_and_a_sign_that_is_none_stays() -> None:
    """“&amp;lt;” is the text “&lt;”; a percent sign in a text with spaces is one."""
    (found,) = given_items({**PLAIN, "question": "What is &amp;lt; at 5%20 or AT&T?"}).questions
    assert found.stem == "What is &lt; at 5%20 or AT&T?"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type": "essay"}, "neither “multiple” nor “boolean”"),
        ({"type": "boolean"}, "has the answers True and False"),
        ({"question": 5}, "“question” is missing, or not a text"),
        ({"incorrect_answers": "Mitral"}, "“incorrect_answers” is missing, or not a list"),
        ({"incorrect_answers": ["Tricuspid (1+1)"]}, "the same as option 1"),
        ({"type": "bXVsdGlwbGU="}, "is not base64"),
        ({"question": "a%FF%3F"}, "is not percent-encoded UTF-8"),
    ],
)
def test_what_makes_no_question_is_told_by_its_line(change: dict[str, Any], message: str) -> None:
    """And does not take the next one with it."""
    done = given_items({**PLAIN, **change}, PLAIN)
    assert [question.stem for question in done.questions] == [PLAIN["question"]]
    assert [problem.line for problem in done.problems] == [4]
    assert message in done.problems[0].message


def test_what_is_broken_ends_the_reading_there() -> None:
    """What came before stays; too deep, twice the same field, no list at all: told."""
    text = json.dumps([PLAIN, {**PLAIN, "question": "Another?"}], indent=1)
    done = read(text[:-40].encode(), "x")
    assert len(done.questions) == 1
    assert "not readable as JSON from here on" in done.problems[0].message
    for broken, said in (
        ("[" * 100_000, "nested too deeply"),
        ('{"response_code": 5, "results": []}', "the code 5"),
        ('{"x": 1}', "no list “results”"),
        ("[] []", "behind the end"),
        ('[{"type": "a", "type": "b"}]', "stands twice"),
        ("9" * 5000, "neither { nor ["),
        ("[" + "9" * 5000 + "]", "something else in the list"),
        ('{"a" 1}', "a colon"),
        ("[[] 2]", "something else"),
        ("[", "Expecting value"),
    ):
        assert said in " ".join(problem.message for problem in read(broken.encode(), "x").problems)


def test_open_trivia_is_known_by_its_content() -> None:
    """By its fields' names; other JSON is not it."""
    assert sniff(b'{"response_code":1,"results":[]}', "x") == 0.8
    for text in ("", "{}", '{"format": "studyhall"}', "correct_answer,incorrect_answers\n", "\x00"):
        assert sniff(text.encode(), "x.json") == 0.0


SOUND = json.dumps({"response_code": 0, "results": [PLAIN, coded(quote)]}).encode()


@given(st.binary(max_size=60), st.integers(0, len(SOUND)), st.integers(0, 8))
def test_no_bytes_and_no_change_to_a_sound_file_make_it_raise(data: bytes, at: int, cut: int) -> None:
    """Any bytes alone, and put into a sound file for some of its own."""
    for found in (data, SOUND[:at] + data + SOUND[at + cut :]):
        sniff(found, "x")
        done = read(found, "x")
        assert done.questions or done.problems


@given(
    st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), lambda one: st.lists(one, max_size=3)),
    st.sampled_from([*PLAIN, "more"]),
)
def test_no_value_in_any_field_makes_it_raise(value: object, name: str) -> None:
    """Whatever JSON can hold in place of a field."""
    done = given_items({**PLAIN, name: value})
    assert done.questions or done.problems
