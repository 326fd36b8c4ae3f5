"""Anki's text files: headers, rows, HTML, and what of it becomes which question."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import Kind, Option, Question, folded
from bot.formats.anki_text import read, sniff
from bot.formats.anki_write import write
from bot.formats.imported import Imported
from bot.formats.tidy import one_line, tidied
from tests.formats.any_questions import sets

HEAD = "#separator:tab\n#html:true\n"


def given_text(text: str) -> Imported:
    return read(text.encode(), "f.txt")


def told(done: Imported) -> list[str]:
    return [f"{problem.line} {problem.level}: {problem.message}" for problem in done.problems]


def pairs(done: Imported) -> list[tuple[str, ...]]:
    return [(question.stem, *question.answers) for question in done.questions]


def test_headers_say_what_stands_where() -> None:
    """Separator, GUID, note type, deck and tags, as columns and for all; comments and a tags line of old."""
    done = given_text(
        "tags:old\n#separator:Semicolon\n#html:false\n#guid column:1\n#notetype column:2\n"
        "#deck column:3\n#tags column:6\n# a comment\n#tags:more leech\n"
        'x!1;Basic;CPC::Heart;Which <b>valve?;"Mi;tral ""x""";a::b marked\ny2;Basic;Default;Next;two\n'
    )
    assert told(done) == []
    first, second = done.questions
    assert (first.stem, first.answers, first.topic, first.line) == ("Which <b>valve?", ('Mi;tral "x"',), "Heart", 10)
    assert (first.tags, first.kind, second.key, second.topic) == (("more", "a::b"), Kind.FLASHCARD, "y2", "")
    assert first.key.startswith("x-1-")


def test_html_becomes_text_and_further_fields_the_explanation() -> None:
    """Named columns say which field is which; sources go to theirs; lines within quotes stay in one field."""
    done = given_text(f'{HEAD}H<sub>2</sub>O&nbsp;is<br>what?\t"<div>water</div>\nvery"\tnot gas\n')
    assert pairs(done) == [("H₂O is\nwhat?", "water\nvery")]
    assert done.questions[0].explanation == "not gas"
    assert told(done) == ["3 warning: notes with more than two fields, of which the others became the explanation: 1"]
    done = given_text("#separator:tab\n#columns:Source\tBack\tNotes\tFront\nbook\tb\tn\tf\n")
    assert pairs(done) == [("f", "b")]
    assert (done.questions[0].source, done.questions[0].explanation) == ("book", "n")
    assert pairs(given_text("#deck:X\na | b\n")) == [("a", "b")]


def test_gaps_become_a_card_each() -> None:
    """The gaps of one number are open at once, the others filled; a hint stands in its gap."""
    done = given_text(
        f"#guid column:1\n{HEAD}g1\tThe {{{{c1::<b>ulna</b>}}}} is {{{{c2::medial::where}}}}, {{{{c1::not}}}}.\tarm\n"
    )
    assert pairs(done) == [
        ("The _____ is medial, _____.", "ulna; not"),
        ("The ulna is [where], not.", "medial"),
    ]
    assert [(question.key, question.explanation) for question in done.questions] == [("g1", "arm"), ("g1-2", "arm")]
    done = given_text(f"#notetype:Cloze\n{HEAD}no gap\tx\n")
    assert [(skipped.line, skipped.reason) for skipped in done.skipped] == [(4, "there is no gap in its text")]
    many = "".join(f"{{{{c{number}::x}}}}" for number in range(500))
    assert "500 cards in one text" in given_text(HEAD + many).skipped[0].reason


@pytest.mark.parametrize(
    ("front", "back", "right"),
    [
        ("Which?<br>A. Mitral<br>B. Aortic", "B", ["Aortic"]),
        ("Which?<br>a) Mitral<br>b) Aortic<br>c) Other", "b) Aortic<br><br>Because.", ["Aortic"]),
        ("Which?<br>A. Mitral<br>B. Aortic", "mitral", ["Mitral"]),
        ("Which?<br>A. Mitral<br>B. Aortic<br>C. Other", "A. Mitral<br>C. Other<br>Because.", ["Mitral", "Other"]),
        ('Which?<ol type="A"><li>Mitral</li><li>Aortic</li></ol>', "B. Aortic", ["Aortic"]),
        ("It is.<br>A. True<br>B. False", "B", ["False"]),
    ],
)
def test_a_note_with_lettered_options_and_a_key_is_a_question(front: str, back: str, right: list[str]) -> None:
    """By rule: options at the end of the front, a letter or text of one at the beginning of the back."""
    quoted = [side.replace('"', '""') for side in (front, back)]
    (found,) = given_text(f'{HEAD}"{quoted[0]}"\t"{quoted[1]}"\n').questions
    assert [option.text for option in found.options if option.correct] == right
    assert found.kind is (Kind.MULTI if len(right) > 1 else Kind.TRUEFALSE if "True" in front else Kind.SINGLE)
    assert (found.stem, found.explanation) in (("Which?", ""), ("Which?", "Because."), ("It is.", ""))


@pytest.mark.parametrize(
    ("front", "back"),
    [
        ("Which?<br>A. Mitral<br>B. Aortic", "Neither"),
        ("Which?<br>A. Mitral<br>B. Aortic", "C"),
        ("Which?<br>A. Mitral", "A"),
        ("A. Mitral<br>B. Aortic", "A"),
        ("Which?<br>A. x<br>C. z", "A"),
        ("Grade A. Which?", "A"),
    ],
)
def test_any_other_note_is_a_flashcard(front: str, back: str) -> None:
    """Nothing is guessed."""
    (found,) = given_text(f"{HEAD}{front}\t{back}\n").questions
    assert (found.kind, found.answers) == (Kind.FLASHCARD, (back,))


def test_sounds_pictures_and_formulas_are_told() -> None:
    """A sound is left out, a picture in front is named; a back that is only a picture, and LaTeX, cannot be asked."""
    done = given_text(
        f'{HEAD}a[sound:a.mp3]\tb\nc <img src="x.png">\td\ne\t<img src="y.png">\n'
        "[latex]x[/latex]\tf\n[sound:b.mp3]\tg\nh\n#comment\tx\n"
    )
    assert pairs(done) == [("a", "b"), ("c", "d")]
    assert done.questions[1].image is not None
    assert [(skipped.line, skipped.reason) for skipped in done.skipped] == [
        (5, "there is a picture in an answer; only a question can have one"),
        (6, "it holds LaTeX, which chat cannot show"),
        (7, "there is no text on its front, only a sound"),
        (8, "there is no text on its back"),
    ]
    assert told(done) == [
        "3 warning: notes with sounds, which chat cannot play and which were left out: 1",
        "4 warning: the picture “x.png” is not in this file; the question needs it",
        "9 warning: a line that begins with # is a comment in Anki; it was left out",
    ]


def test_headers_that_make_no_sense_are_told() -> None:
    """And notes that Anki asks both ways are asked one way here, which is told once."""
    done = given_text("#separator:xx\n#guid column:a\n#notetype:Basic (and reversed card)\n#wrong:1\na\tb\nc\td\n")
    assert pairs(done) == [("a", "b"), ("c", "d")]
    assert [one[:40] for one in told(done)] == [
        "1 error: the separator is Tab, Comma, Se",
        "2 error: “#guid column” is the number of",
        "4 warning: “#wrong” is not read; known a",
        "5 warning: notes that Anki also asks the",
    ]
    done = given_text(f"#notetype:Basic (optional reversed card)\n{HEAD}a\tb\ty\n")
    assert (pairs(done), done.questions[0].explanation) == ([("a", "b")], "")


def test_anki_s_text_is_known_by_its_headers() -> None:
    """Without any it could be whatever has columns."""
    assert sniff(b"\xef\xbb\xbf#separator:tab\r\na\tb\r\n", "x") == 0.97
    assert sniff(b"tags:x\n#deck column:2\n", "x") == 0.97
    for text in ("", "\x00", "a\tb\n", "# Title\n", "#comment: x\n"):
        assert sniff(text.encode(), "x.txt") == 0.0


def held(question: Question) -> Question:
    """What a note of ours holds of a question."""
    options, kind, answers = question.options, question.kind, question.answers
    if kind is Kind.TRUEFALSE and [folded(one.text) for one in options] != ["true", "false"]:
        kind = Kind.SINGLE
    if kind is Kind.MULTI and sum(one.correct for one in options) == 1:
        kind = Kind.SINGLE
    if kind is Kind.SINGLE and [folded(one.text) for one in options] == ["true", "false"]:
        kind = Kind.TRUEFALSE
        options = tuple(replace(one, text=text) for one, text in zip(options, ("True", "False"), strict=True))
    if kind is Kind.SHORT:
        kind, answers = Kind.FLASHCARD, ("\n".join(answers),)
    feedback = [f"{letter}: {one.feedback}" for letter, one in zip("ABCDEFGHIJ", options, strict=False) if one.feedback]
    tags = [one_line(tag).replace(" ", "_") for tag in question.tags]
    return tidied(
        replace(
            question,
            kind=kind,
            answers=answers,
            options=tuple(Option(one.text, one.correct) for one in options),
            stem=question.stem if question.case is None else f"{question.case.stem}\n\n{question.stem}",
            explanation="\n".join([*filter(None, [question.explanation]), *feedback]),
            source="",
            difficulty=None,
            code_year=None,
            tags=tuple(tags),
            shuffle=kind is not Kind.TRUEFALSE,
            scoring="all",
            case=None,
        )
    )


def plain_case(question: Question) -> Question:
    """A card has room for one picture, the question's."""
    return question if question.case is None else replace(question, case=replace(question.case, image=None))


@given(sets().map(lambda found: tuple(map(plain_case, found))))
def test_what_anki_can_hold_is_read_back(questions: tuple[Question, ...]) -> None:
    """Any sound questions: each note is read back as what it holds, with its key, deck and tags."""
    done = write(questions)
    data = done.text.encode()
    found = read(data, "f")
    assert found.questions == tuple(map(held, questions))
    assert [problem.message for problem in found.problems if "picture" not in problem.message] == []
    assert sniff(data, "f") > 0.9


def test_what_a_card_loses_is_said() -> None:
    """Counted, in sentences."""
    one = Question("k", "A::B", "Q", (), "", "book", 2, ("a b",), 2026, kind=Kind.SHORT, answers=("x", "y"))
    assert write([one, replace(one, key="l", source="")]).lost == (
        "Anki has no place for a code year: 2 questions",
        "Anki has no place for a difficulty: 2 questions",
        "Anki has no place for a source: 1 question",
        "Anki has no place for a space in a tag (it became _): 2 questions",
        "Anki has no place for an answer that is typed (the card shows it): 2 questions",
    )
    assert "\tA:B\ta_b\tQ\tx<br>y\n" in write([one]).text


SOUND = HEAD + '#guid column:1\ng\tWhich?<br>A. x<br>B. y\t"B. y\n<hr id=explanation>z"\nh\t{{c1::a}} b\n'


@given(st.binary(max_size=60), st.integers(0, len(SOUND)), st.integers(0, 8))
def test_no_bytes_and_no_change_to_a_sound_file_make_it_raise(data: bytes, at: int, cut: int) -> None:
    """Any bytes alone, and put into a sound file for some of its own."""
    whole = SOUND.encode()
    for found in (data, whole[:at] + data + whole[at + cut :], HEAD.encode() + data):
        sniff(found, "x")
        done = read(found, "x")
        assert done.questions or done.problems or done.skipped


SIGNS = [
    "#",
    "separator:",
    "#guid column:1\n",
    "#columns:a,b\n",
    "\t",
    ",",
    "\n",
    '"',
    "{{c1::",
    "}}",
    "A. ",
    "B. ",
    "a",
    "<br>",
]


@given(st.lists(st.sampled_from(SIGNS), max_size=40).map("".join))
def test_no_signs_in_any_order_make_it_raise(text: str) -> None:
    """Whatever stands where, there are questions, problems, or skipped notes."""
    done = given_text(text)
    assert done.questions or done.problems or done.skipped
