"""Terms and definitions, parted by whatever sign a file has: found out, or reported."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import Kind
from bot.formats import separated
from bot.formats.delimited import rows
from bot.formats.imported import Imported
from bot.formats.separated import read, sniff
from bot.formats.sniff import reader_of


def given_text(text: str) -> Imported:
    return read(text.encode(), "f.txt")


def pairs(done: Imported) -> list[tuple[str, str]]:
    return [(question.stem, question.answers[0]) for question in done.questions]


def told(done: Imported) -> list[str]:
    return [f"{problem.line} {problem.level}: {problem.message}" for problem in done.problems]


@pytest.mark.parametrize(
    "text",
    [
        "lateral\taway - from: the middle\nmedial\tnear, the middle\n",
        "Term\tDefinition\nlateral\taway - from: the middle\nmedial\tnear, the middle",
        "lateral\taway - from: the middle;medial\tnear, the middle",
        'lateral\taway - from: the middle\r\nmedial\t"near, the middle"\r\n',
    ],
)
def test_a_tab_parts_term_and_definition(text: str) -> None:
    """Whatever else stands in the texts; cards between lines or semicolons; a header and a spreadsheet's quotes go."""
    done = given_text(text)
    assert pairs(done) == [("lateral", "away - from: the middle"), ("medial", "near, the middle")]
    assert told(done) == []
    assert {question.kind for question in done.questions} == {Kind.FLASHCARD}


def test_definitions_of_several_lines() -> None:
    """Where blank lines part the cards, or quotes hold a definition together; a text's own quotes stay."""
    done = given_text("a\tone\ntwo\n\nb\tthree\n\n\nc\tfour\n")
    assert pairs(done) == [("a", "one\ntwo"), ("b", "three"), ("c", "four")]
    assert [question.line for question in done.questions] == [1, 4, 7]
    assert pairs(given_text('a\t"one\n""two"""\nb\tthree\n')) == [("a", 'one\n"two"'), ("b", "three")]
    assert pairs(given_text('"a"\tsay "x"\nb\tthree, four\n')) == [('"a"', 'say "x"'), ("b", "three, four")]


@pytest.mark.parametrize("sign", [" - ", " – ", " = ", "::", ";", "|", ":", ","])
def test_another_sign_counts_where_every_line_has_it_once(sign: str) -> None:
    """And is told, for the file does not say so."""
    done = given_text(f"lateral{sign}away\nmedial{sign}near\n")
    assert pairs(done) == [("lateral", "away"), ("medial", "near")]
    assert [one[:57] for one in told(done)] == ["1 warning: terms and definitions are taken to be parted b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a: one, two\nb: three, four\n",
            "it cannot be told what parts a term from its definition here (a colon, a comma)",
        ),
        ("one\ntwo\n", "no sign parts each line"),
        ("a - b\nc\n", "no sign parts each line"),
        ("a\tb\tc\nd\te\tf\n", "a card has one"),
    ],
)
def test_what_cannot_be_told_is_reported_and_not_guessed(text: str, message: str) -> None:
    """No sign, several, or more columns."""
    done = given_text(text)
    assert (done.questions, message in told(done)[0]) == ((), True)


def test_a_line_that_does_not_fit_is_reported_by_its_number() -> None:
    """The others are cards; so is a card without a side, or twice the same."""
    text = "".join(f"term {number}\tmeaning\n" for number in range(20)) + "no tab\nterm 3\tother\nlast\t\n"
    done = given_text(text)
    assert len(done.questions) == 20
    assert told(done) == [
        "21 error: no tab is in “no tab”; a card has a term, a tab and a definition",
        "22 error: a question with the same stem and options stands in line 4 already",
        "23 error: answer 1 has no text",
    ]


@pytest.mark.parametrize("sign", ["\t", " - ", ";", ",", ":"])
@pytest.mark.parametrize(("broken", "said"), [("nothing here", "no "), ("a{0}b{0}c", "“a” has 3 sides")])
def test_one_broken_line_costs_no_other(sign: str, broken: str, said: str) -> None:
    """A short list with a line too few or too many signs is known all the same, and that line is told."""
    lines = [f"lateral{sign}away", f"medial{sign}near", broken.format(sign), f"dorsal{sign}behind"]
    data = "\n".join(lines).encode()
    assert reader_of(data, "list.txt") is separated
    done = read(data, "list.txt")
    assert [term for term, _ in pairs(done)] == ["lateral", "medial", "dorsal"]
    assert told(done)[-1].startswith(f"3 error: {said}")


def test_a_letter_is_no_list_of_terms() -> None:
    """Some signs here and there say nothing."""
    text = "Dear all, this is no list.\nIt has lines: some with signs.\nAnd some without any.\nYours, me\n"
    assert sniff(text.encode(), "letter.txt") == 0.0


def test_pairs_are_known_by_their_content_but_never_surely() -> None:
    """Another format that is sure goes first."""
    assert sniff(b"a\tb\nc\td\n", "x") == 0.5
    assert sniff("ä\tb;c\td".encode("utf-16"), "x") == 0.35
    assert sniff(b"a - b\nc - d\n", "x") == 0.25
    for text in ("", "\x00", "a\nb\n", "a: b, c\nd: e, f\n", "{a\tb}", "#separator:tab\na\tb\n", "a\tb\tc\n"):
        assert sniff(text.encode(), "x.txt") == 0.0, text


def test_a_quote_that_never_ends_costs_one_row() -> None:
    """A field is quoted where a quote begins it and one before a delimiter ends it; any other quote is text."""
    text = '"a\tb\n"c" d\te\n"f\n""g"\th\n\ni\t"j'
    assert [(row.line, row.fields) for row in rows(text, "\t")] == [
        (1, ['"a', "b"]),
        (2, ['"c" d', "e"]),
        (3, ['f\n"g', "h"]),
        (6, ["i", '"j']),
    ]


def test_more_lines_than_any_deck_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is named."""
    monkeypatch.setattr(separated, "MAX_LINES", 3)
    assert told(given_text("a\tb\n" * 9)) == ["1 error: the file has more than 3 lines, the most that is read"]


@given(st.binary(max_size=80) | st.text('\t\n;,:-|="ab \r', max_size=60).map(str.encode))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    """Any bytes give cards or problems."""
    sniff(data, "x")
    done = read(data, "x")
    assert done.questions or done.problems


@pytest.mark.parametrize("piece", ["a\tb\n", '"', '"a\n', "\t", ";", "a;", '""\t\n', "\n"])
def test_hostile_files_take_time_by_their_length_only(piece: str) -> None:
    """Twenty thousand pieces of a kind are read at once (a quadratic reader would not come back)."""
    data = (piece * 20_000 + "a\tb").encode()
    read(data, "x")
    sniff(data, "x")
