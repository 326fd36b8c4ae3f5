"""What importers share: sound questions only, each with a key; every bound is named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import KEY_FORM, Case, Option, Question, as_key, derived_case_key, derived_key
from bot.formats import imported, markdown_import
from bot.formats.imported import Gathering, text_of

ONE = Question("", "", "Which?", (Option("a", True), Option("b", False)), "", "", None, (), None, line=3)


def test_a_sound_question_is_kept_with_a_key_and_a_faulty_one_is_reported() -> None:
    """A derived key where the file names none; a fault at its option's line; the same question or id only once."""
    into = Gathering("test", "f.csv")
    assert into.keep(replace(ONE, stem=" Which? \n"))
    assert not into.keep(replace(ONE, line=9))
    assert not into.keep(replace(ONE, stem="Other?", options=(Option("a", True), Option("", False))), (4, 5))
    assert into.keep(replace(ONE, key="k", stem="Third?"))
    assert not into.keep(replace(ONE, key="k", stem="Fourth?", line=12))
    assert not into.keep(replace(ONE, key="not a key", stem="Fifth?", line=13))
    assert not into.keep(replace(ONE, stem="Si\u202exth?", line=14))
    into.skip(20, "  Essay\n one ", "an essay cannot be judged")
    done = into.done()
    assert [question.key for question in done.questions] == [derived_key(ONE), "k"]
    assert [str(problem) for problem in done.problems] == [
        "f.csv:5: this option has no text",
        "f.csv:9: a question with the same stem and options stands in line 3 already",
        "f.csv:12: the id “k” stands in line 3 already",
        "f.csv:13: the id “not a key” may hold 64 letters, digits, dots, hyphens and underscores",
        "f.csv:14: there is an invisible control character (U+202E) in this question; delete it",
    ]
    assert [(one.line, one.what) for one in done.skipped] == [(20, "Essay one")]
    assert [problem.message for problem in Gathering("test", "x").done().problems] == [
        "there is no question in this file"
    ]


def test_a_case_has_one_text() -> None:
    """Its key is made of its text where the file names none; the same key with another text is reported."""
    into = Gathering("test", "f")
    assert into.keep(replace(ONE, case=Case("", "A fall.")))
    assert into.keep(replace(ONE, stem="Second?", case=Case("c", "A cut.")))
    assert not into.keep(replace(ONE, stem="Third?", case=Case("c", "Another.")))
    assert not into.keep(replace(ONE, stem="Fourth?", case=Case("c c", "A cut.")))
    assert [one.case.key for one in into.done().questions if one.case] == [derived_case_key("A fall."), "c"]


def test_every_bound_is_a_sentence_and_keeps_what_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many questions, too many problems, a file or a line that is too long."""
    monkeypatch.setattr(imported, "MAX_QUESTIONS", 2)
    monkeypatch.setattr(imported, "MAX_PROBLEMS", 3)
    into = Gathering("test", "f")
    with into.guarded():
        for number in range(9):
            into.keep(replace(ONE, stem=f"Number {number}?"))
    for number in range(7):
        into.error(number, "odd")
    done = into.done()
    assert len(done.questions) == 2
    assert done.problems[0].message == "a file may hold 2 questions; the rest was not read"
    assert (len(done.problems), done.uncounted) == (3, 5)

    monkeypatch.setattr(imported, "MAX_BYTES", 10)
    into = Gathering("test", "f")
    assert text_of(b"a" * 11, into) is None
    assert into.done().problems[0].message == "the file has 11 bytes; 10 is the most"
    monkeypatch.setattr(imported, "MAX_LINE", 5)
    into = Gathering("test", "f")
    assert text_of(b"ab\nabcdef\n", into) is None
    assert str(into.done().problems[0]).startswith("f:2: this line has more than 5 characters")


@pytest.mark.parametrize(
    ("data", "text", "complaint"),
    [
        (b"\xef\xbb\xbfa\r\nb\rc", "a\nb\nc", ""),
        ("é\n".encode("utf-16"), "é\n", ""),
        ("a\ncafé\n".encode("cp1252"), "a\ncafé\n", "f:2: the file is not UTF-8; it was read as Windows-1252"),
        (b"a\n\x81\xff\x00", None, "f:1: this is not a text file"),
        (b"a\n\xe9\n\x81", None, "f:3: this line is neither UTF-8 nor Windows-1252"),
        (b"\xff\xfea", None, "f:1: the file begins like UTF-16 text, but is not"),
    ],
)
def test_text_is_read_in_the_encodings_that_real_files_have(data: bytes, text: str | None, complaint: str) -> None:
    """UTF-8 and UTF-16 by their marks; Windows-1252 with a warning; other bytes with an error."""
    into = Gathering("test", "f")
    assert text_of(data, into) == text
    found = [str(problem) for problem in into.done().problems if "no question" not in problem.message]
    assert [one[: len(complaint)] for one in found] == ([complaint] if complaint else [])


@pytest.mark.parametrize("text", ["", "excl1", "a.b-c_d"])
def test_an_id_that_is_a_key_stays(text: str) -> None:
    """As does none at all."""
    assert as_key(f" {text} ") == text


def test_another_system_s_id_becomes_a_key_of_its_own() -> None:
    """The same one always, different ones for different ids, readable where it can be."""
    ids = ("Question 1", "Question  1", "q:1/2", "é", "?", "x" * 65, "{guid}", "-a")
    keys = [as_key(one) for one in ids]
    assert len(set(keys)) == len(ids)
    assert keys[0].startswith("Question-1-")
    assert all(KEY_FORM.fullmatch(key) for key in keys)


def test_our_markdown_is_known_by_its_content() -> None:
    """By its header or by headings with options; other texts are not ours."""
    assert markdown_import.sniff(b"\xef\xbb\xbf---\r\nbank: b\r\ntitle: T\r\n---\r\n", "b.txt")
    assert markdown_import.sniff(b"## Which?\n- [x] a\n- [ ] b\n", "b")
    assert markdown_import.sniff(b"## Lateral\n= outwards\n@type: flashcard\n", "b")
    for other in (
        b"",
        b"Q,A\n",
        b"::t:: Which? {=a ~b}",
        b"Which?\nA. a\nB. b\nANSWER: A\n",
        b"# Title\n\n## Text\nmore\n",
    ):
        assert not markdown_import.sniff(other, "b.md")


def test_our_markdown_is_imported_with_its_header_and_its_problems() -> None:
    """The sound questions, and the rest by line."""
    header = "---\nbank: b\ntitle: T\nlicence: CC0\nrights: own\nexam: cpc\n---\n"
    text = header + "# A\n## Q {#q}\n- [x] a\n- [ ] b\n## R\n- [ ] a\n"
    done = markdown_import.read(text.encode(), "b.md")
    assert done.header is not None
    assert (done.format, done.header.slug, [one.key for one in done.questions]) == ("markdown", "b", ["q"])
    assert [problem.line for problem in done.problems] == [12, 12]


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_make_the_markdown_import_raise(data: bytes) -> None:
    """Any bytes at all give questions or problems."""
    markdown_import.sniff(data, "x")
    done = markdown_import.read(data, "x")
    assert done.questions or done.problems
