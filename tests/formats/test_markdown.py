"""The canonical format: what is sound is kept, what is not is reported by line, and writing round-trips."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.questions import Bank, Option, Question, faults, fingerprint
from bot.formats.markdown import read, write

HEAD = """\
---
bank: cpc-rules
title: CPC coding rules
licence: CC-BY-4.0
rights: own work
exam: cpc
---
# ICD-10-CM conventions
"""
ONE = """\
## What does an Excludes1 note mean? {#excl1}
- [ ] Both codes may be reported together
  > That is Excludes2.
- [x] The two are never reported together, barring the stated exception
> General explanation.
@difficulty: 2
@source: ICD-10-CM Official Guidelines I.A.12.a
"""
TWO = """\
## Second? {#second}
- [x] Yes
- [ ] No
"""


def parsed(text: str) -> Bank:
    bank, problems = read(text, "bank.md")
    assert problems == []
    assert bank is not None
    return bank


def complaints(text: str) -> list[str]:
    return [str(problem) for problem in read(text, "bank.md")[1]]


def test_the_documented_example_is_read_field_by_field() -> None:
    """Header, topic, stem, key, options, feedback, explanation, difficulty and source."""
    assert parsed(HEAD + ONE) == Bank(
        slug="cpc-rules",
        title="CPC coding rules",
        licence="CC-BY-4.0",
        rights="own work",
        exam="cpc",
        questions=(
            Question(
                key="excl1",
                topic="ICD-10-CM conventions",
                stem="What does an Excludes1 note mean?",
                options=(
                    Option("Both codes may be reported together", False, "That is Excludes2."),
                    Option("The two are never reported together, barring the stated exception", True),
                ),
                explanation="General explanation.",
                source="ICD-10-CM Official Guidelines I.A.12.a",
                difficulty=2,
                tags=(),
                code_year=None,
            ),
        ),
    )


def test_every_field_of_a_single_choice_question_is_read() -> None:
    """Tags, code year, shuffle, several lines and paragraphs, blank lines and other line ends."""
    text = HEAD + (
        "## A case {#case-1}\n\nFirst paragraph,\nsecond line.\n\nSecond paragraph.\n\\# Not a heading\n\\alpha\n"
        "- [ ] One\n  further line\n  \\- [x] no option\n  > Wrong,\n  > very.\n\n- [X] Two\n"
        "> Because.\n>\n> Really.\n@Tags: a, b ,a\n@code-year: 2025\n@shuffle: off\n@type: single\n"
    )
    (question,) = parsed(text).questions
    assert question.stem == "A case\n\nFirst paragraph,\nsecond line.\n\nSecond paragraph.\n# Not a heading\n\\alpha"
    assert question.options[0] == Option("One\nfurther line\n- [x] no option", False, "Wrong,\nvery.")
    assert question.explanation == "Because.\n\nReally."
    assert (question.tags, question.code_year, question.shuffle) == (("a", "b"), 2025, False)
    assert parsed("\ufeff" + text.replace("\n", "\r\n")) == parsed(text)


def test_text_needs_no_escaping() -> None:
    """Brackets, quotes, stars, colons, percent, hash and angle signs inside a line are text."""
    odd = "a: b # c [x] *d* _e_ `f` \\g {h} \"i\" 'j' <k> 50% ~l~ |m| @n > o - p"
    (question,) = parsed(
        f"{HEAD}## {odd} {{#odd}}\n- [x] {odd}\n  > {odd}\n- [ ] no\n> {odd}\n@source: {odd}\n"
    ).questions
    assert question.stem == question.explanation == question.source == odd
    assert question.options[0] == Option(odd, True, odd)


def test_a_question_without_an_id_is_known_by_its_fingerprint() -> None:
    """The derived key survives a corrected answer and is written out."""
    plain = ONE.replace(" {#excl1}", "")
    (question,) = parsed(HEAD + plain).questions
    assert question.key == f"q-{fingerprint(question)[:12]}"
    corrected = plain.replace("[x]", "[y]").replace("[ ]", "[x]").replace("[y]", "[ ]")
    assert parsed(HEAD + corrected).questions[0].key == question.key
    assert f"{{#{question.key}}}" in write(parsed(HEAD + plain))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "bank.md:1: the file is empty"),
        ("# Topic\n" + ONE, "bank.md:1: there is no header"),
        (HEAD.replace("---\n#", "#") + ONE, "bank.md:1: the header has no end"),
        (HEAD.replace("licence: CC-BY-4.0\n", "") + ONE, "bank.md:6: the header lacks “licence:”"),
        (
            HEAD.replace("licence:", "license:") + ONE,
            "bank.md:4: unknown header key “license”; did you mean “licence”?",
        ),
        (HEAD.replace("exam: cpc", "exam:") + ONE, "bank.md:6: “exam:” has no value"),
        (HEAD.replace("exam: cpc", "exam: C P C") + ONE, "bank.md:6: “exam:” may hold small letters"),
        (HEAD.replace("title:", "bank:") + ONE, "bank.md:3: the header has “bank:” twice"),
        (HEAD.replace("title:", "title") + ONE, "bank.md:3: a header line is “key: value”"),
    ],
)
def test_a_faulty_header_gives_no_bank_and_says_why(text: str, complaint: str) -> None:
    """Without licence, rights and exam nothing is taken; the sentence stands at its line."""
    bank, problems = read(text, "bank.md")
    assert bank is None
    assert any(str(problem).startswith(complaint) for problem in problems), problems


def test_a_faulty_header_does_not_hide_the_faults_below() -> None:
    """All that is wrong is reported at once."""
    found = complaints(HEAD.replace("licence:", "license:") + ONE.replace("[x]", "[ ]"))
    assert [line.split(":")[1] for line in found] == ["4", "7", "9"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("[x]", "[ ]", "9: no option is marked right"),
        ("[ ]", "[x]", "12: 2 options are marked right; exactly one may be"),
        ("- [ ] Both codes may be reported together\n  > That is Excludes2.\n", "", "9: a question needs at least 2"),
        (
            "- [ ] Both",
            "".join(f"- [ ] {n}\n" for n in range(9)) + "- [ ] Both",
            "21: a question has 10 options at most",
        ),
        ("Both codes may be reported together", "B" * 901, "10: this option has 901 characters; 900 is the most"),
        ("What does", "W" * 12_000 + " What does", "9: stem and options together have"),
        ("Both codes may be reported together", "", "10: this option has no text"),
        ("@difficulty: 2", "@difficulty: 6", "14: “@difficulty” is a whole number from 1 to 5, not “6”"),
        ("@difficulty: 2", "@difficulty: hard", "14: “@difficulty” is a whole number from 1 to 5"),
        ("@difficulty: 2", "@difficulty: ٣", "14: “@difficulty” is a whole number from 1 to 5"),
        ("@difficulty: 2", "@dificulty: 2", "14: unknown field “@dificulty”; did you mean “@difficulty”?"),
        ("@difficulty: 2", "@zzz: 2", "14: unknown field “@zzz”; known are @type, @difficulty"),
        ("@difficulty: 2", "@difficulty 2", "14: a field is written “@name: value”"),
        ("@difficulty: 2", "@difficulty:", "14: “@difficulty:” has no value"),
        ("@difficulty: 2", "@source: x", "15: “@source” stands twice"),
        ("@difficulty: 2", "@code_year: 25", "14: “@code_year” is a whole number from 1990 to 2100"),
        ("@difficulty: 2", "@shuffle: maybe", "14: “@shuffle” is “on” or “off”"),
        ("@difficulty: 2", "@type: short", "10: a question with a short answer has no options"),
        ("@difficulty: 2", "= text", "9: a question of the type “single” has options, not answers"),
        ("@difficulty: 2", "@answers: a, b", "14: there is no field “@answers”: write each accepted answer on a line"),
        ("@difficulty: 2", "@alt: A bone", "14: “@alt” describes a picture, and there is no “@image” here"),
        ("@difficulty: 2", "@scoring: half", "14: “@scoring” is “all” or “partial”, not “half”"),
        ("@difficulty: 2", "@scorng: all", "14: unknown field “@scorng”; did you mean “@scoring”?"),
        ("@difficulty: 2", "@type: singel", "14: unknown type “singel”; did you mean “single”?"),
        ("@difficulty: 2", "@image: ../a.png", "9: “../a.png” is not the bare name of a picture's file"),
        ("- [ ] Both", "-[ ] Both", "10: an option is written “- [ ] text”"),
        ("- [ ] Both", "* [ ] Both", "10: an option is written “- [ ] text”"),
        ("- [ ] Both", "- [] Both", "10: an option is written “- [ ] text”"),
        ("- [ ] Both", "- [101%] Both", "10: a weight is a percentage from -100 to 100"),
        ("- [ ] Both", "- [100%] Both", "12: 2 options are marked right"),
        ("- [ ] Both", "-[50%] Both", "10: an option is written “- [ ] text”"),
        ("- [ ] Both", "  - [ ] Both", "10: an option starts at the very left"),
        ("  > That", "\t> That", "11: this line is indented with a tab; use two spaces"),
        ("- [x] The", "stray\n- [x] The", "12: “stray” belongs to nothing"),
        ("- [x] The", "  stray\n- [x] The", "12: a further line of feedback starts with “  > ” too"),
        ("@difficulty: 2", "  > late", "14: “> late” is indented, but there is no option above it"),
        ("{#excl1}", "{#ex cl}", "9: the id “ex cl” may hold"),
        ("{#excl1}", "{#}", "9: the id “” may hold"),
        ("What does an Excludes1 note mean? ", "", "9: the question has no text"),
        ("## What", "##What", "9: write a space after ##"),
        ("## What", "### What", "9: only # (a topic) and ## (a question) are headings"),
        ("General", "Gen\u202eeral", "13: there is an invisible control character (U+202E)"),
        ("General", "Gen\x00eral", "13: there is an invisible control character (U+0000)"),
    ],
)
def test_a_faulty_question_is_left_out_and_reported_by_line(old: str, new: str, complaint: str) -> None:
    """The sentence names the line and the remedy; the sound question beside it is kept."""
    assert old in ONE
    bank, problems = read(HEAD + ONE.replace(old, new, 1) + TWO, "b")
    found = [f"{problem.line}: {problem.message}" for problem in problems]
    assert any(line.startswith(complaint) for line in found), found
    assert bank is not None
    assert [question.key for question in bank.questions] == ["second"]
    assert all(problem.level == "error" for problem in problems)


def test_a_question_needs_a_topic() -> None:
    """A question above the first topic, or under one without a name, is reported and left out."""
    head = HEAD.removesuffix("# ICD-10-CM conventions\n")
    assert complaints(head + ONE) == ["bank.md:8: this question has no topic: write “# Topic” above it"]
    bank, problems = read(head + "# ?\n" + ONE + "# Anatomy\n" + TWO, "b")
    assert [problem.line for problem in problems] == [8]
    assert bank is not None
    assert [question.topic for question in bank.questions] == ["Anatomy"]


def test_a_second_question_of_the_same_id_or_the_same_words_is_left_out() -> None:
    """The first is kept; the second names the line of the first."""
    bank, problems = read(HEAD + ONE + ONE.replace("Both", "All"), "b")
    assert [str(problem) for problem in problems] == ["b:16: the id “excl1” stands in line 9 already"]
    assert bank is not None
    assert len(bank.questions) == 1
    plain = ONE.replace(" {#excl1}", "")
    assert complaints(HEAD + plain + plain) == ["bank.md:16: stem and options are the same as in line 9"]


def test_stray_lines_and_a_file_without_questions_are_reported() -> None:
    """Text that belongs to nothing is never dropped in silence."""
    assert complaints(HEAD) == ["bank.md:9: there is no question in this file: a question starts with “## ”"]
    assert complaints(HEAD + "stray\n" + ONE) == [
        "bank.md:9: “stray” stands before the topic's first question (“## …”)"
    ]


LINES = st.sampled_from(
    (
        *HEAD.splitlines(),
        *ONE.splitlines(),
        *TWO.splitlines(),
        "",
        "---",
        "- [x]",
        "  - [ ] a",
        "  > b",
        "> ",
        "\\> c",
        "@tags: a,b",
        "@shuffle: off",
        "## {#a}",
        "#",
        "{#b}",
    )
)


@given(st.text() | st.lists(LINES | st.text(max_size=12)).map("\n".join))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    """Any text at all gives questions that can be asked and problems at lines of the file."""
    bank, problems = read(text, "x.md")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(1 <= problem.line <= lines for problem in problems)
    if bank is not None:
        assert [faults(question) for question in bank.questions if faults(question)] == []
        assert len({question.key for question in bank.questions}) == len(bank.questions)


@settings(max_examples=300)
@given(st.lists(LINES | st.text(max_size=12), max_size=40))
def test_what_was_read_is_written_once_and_for_all(body: list[str]) -> None:
    """For whatever could be read: reading its written form gives an equal bank, and writing that the same text."""
    bank, _ = read("\n".join((HEAD + ONE + TWO, *body, "## Last? {#last}", "- [x] Yes", "- [ ] No")), "x.md")
    assert bank is not None
    text = write(bank)
    again, problems = read(text, "x.md")
    assert problems == []
    assert again == bank
    assert write(again) == text


LETTERS = "aÄß解😀e\u0301\u00a0 #>-[]xX\\@:{}.*_`|~%&<\"'"
"""Letters of several kinds, every character that marks something here or in Discord, and spaces."""

LINE = (
    (
        st.text(LETTERS, min_size=1, max_size=15)
        | st.sampled_from(("- [x] a", "# b", "## c {#d}", "> e", "@f: g", "\\", "---", "\\- h", "[ ]"))
    )
    .map(lambda line: line.strip())
    .filter(bool)
)
PARAGRAPHS = st.lists(LINE | st.just(""), min_size=1, max_size=4).map("\n".join).map(str.strip).filter(bool)
WORDS = st.text(LETTERS, max_size=15).map(lambda text: " ".join(text.split()))


@st.composite
def banks(draw: st.DrawFn) -> Bank:
    questions = []
    for number in range(draw(st.integers(1, 4))):
        texts = draw(st.lists(PARAGRAPHS, min_size=2, max_size=5, unique_by=lambda text: text.casefold()))
        right = draw(st.integers(0, len(texts) - 1))
        question = Question(
            key=f"k{number}",
            topic=draw(st.sampled_from(("Anatomy", "Surgery & Modifiers", "Ö: #1"))),
            stem=draw(PARAGRAPHS),
            options=tuple(
                Option(text, index == right, draw(PARAGRAPHS | st.just(""))) for index, text in enumerate(texts)
            ),
            explanation=draw(PARAGRAPHS | st.just("")),
            source=draw(WORDS),
            difficulty=draw(st.none() | st.integers(1, 5)),
            tags=tuple(dict.fromkeys(draw(st.lists(st.sampled_from(("a", "b c", "#d")))))),
            code_year=draw(st.none() | st.integers(1990, 2100)),
            shuffle=draw(st.booleans()),
        )
        if not faults(question):
            questions.append(question)
    return Bank("slug", "Title: a # b", "CC", "own", "cpc", tuple(questions))


@settings(max_examples=60)
@given(banks().filter(lambda bank: bool(bank.questions)))
def test_any_bank_survives_writing_and_reading(bank: Bank) -> None:
    """Texts that look like markers, several lines, paragraphs and any letters come back as they were."""
    again, problems = read(write(bank), "x.md")
    assert problems == []
    assert again == bank


def test_a_written_bank_is_pleasant_to_read() -> None:
    """The documented example is already canonical, but for the blank lines between blocks."""
    text = write(parsed(HEAD + ONE + TWO))
    assert text == HEAD.replace("# ICD", "\n# ICD") + "\n" + ONE + "\n" + TWO
    assert write(replace(parsed(text), questions=())) == HEAD.split("# ICD", maxsplit=1)[0]


def test_every_shipped_bank_is_sound_and_written_back_the_same() -> None:
    """Each bank in config/banks is read without a problem, and its written form reads equal."""
    shipped = sorted((Path(__file__).parents[2] / "config" / "banks").glob("*.md"))
    shipped = [path for path in shipped if path.name != "README.md"]
    assert shipped
    keys: set[str] = set()
    for path in shipped:
        bank = parsed(path.read_text("utf-8"))
        assert parsed(write(bank)) == bank
        assert keys.isdisjoint(question.key for question in bank.questions)
        keys |= {question.key for question in bank.questions}
