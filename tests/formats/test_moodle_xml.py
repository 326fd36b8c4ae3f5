"""Moodle's XML: what can be asked comes in, the rest is told by its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import Image, Kind, Option
from bot.formats import xml_tree
from bot.formats.imported import Imported
from bot.formats.moodle_xml import read, sniff
from tests.formats.hostile import mutated

CATEGORY = "<question type='category'><category><text>$course$/top/CPC/Head//Neck</text></category></question>"
CHOICE = """<question type="multichoice">
<name><text>Bone</text></name>
<questiontext format="html"><text><![CDATA[<p>Which bone is <b>longest</b>?</p>
<p><img src="@@PLUGINFILE@@/leg.png" alt="a leg"></p>]]></text>
<file name="leg.png" path="/" encoding="base64">aGk=</file></questiontext>
<generalfeedback format="html"><text>See the atlas.</text></generalfeedback>
<correctfeedback><text>Your answer is correct.</text></correctfeedback>
<idnumber>bone-1</idnumber><single>true</single><shuffleanswers>false</shuffleanswers>
<answer fraction="100" format="html"><text>&lt;p&gt;Femur&lt;/p&gt;</text>
<feedback><text>Yes.</text></feedback></answer>
<answer fraction="0"><text>Ulna</text><feedback><text></text></feedback></answer>
<tags><tag><text>bones</text></tag></tags></question>"""
SEVERAL = """<question type="multichoice"><questiontext><text>Which are paired?</text></questiontext>
<single>false</single><answer fraction="33.33333"><text>Lung</text></answer>
<answer fraction="33.33333"><text>Kidney</text></answer><answer fraction="33.0"><text>Eye</text></answer>
<answer fraction="-50"><text>Liver</text></answer></question>"""
SHORT = """<question type="shortanswer"><questiontext><text>Surgical repair: suffix?</text></questiontext>
<answer fraction="100"><text>-plasty</text><feedback><text>Greek.</text></feedback></answer>
<answer fraction="100"><text>*plasty*</text></answer><answer fraction="50"><text>plast</text></answer></question>"""
TRUTH = """<question type="truefalse"><questiontext><text>A sprain is a fracture.</text></questiontext>
<answer fraction="0"><text>true</text><feedback><text>No.</text></feedback></answer>
<answer fraction="100"><text>false</text></answer></question>"""
NUMBER = """<question type="numerical"><questiontext><text>How many lobes?</text></questiontext>
<answer fraction="100"><text>3</text><tolerance>{}</tolerance></answer></question>"""
ESSAY = "<question type='essay'><name><text>Write on</text></name></question>"


def quiz(*questions: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return "\n".join([head, "<quiz>", *questions, "</quiz>"]).encode()


def said(found: Imported) -> list[str]:
    return [str(problem) for problem in found.problems]


def test_a_question_comes_in_with_all_that_it_has() -> None:
    """HTML in CDATA or escaped, category, picture, feedback, id, tags, shuffle."""
    data = quiz(CATEGORY, CHOICE)
    found = read(data, "m.xml")
    (question,) = found.questions
    assert not found.problems
    assert (question.key, question.topic, question.line) == ("bone-1", "Head/Neck", 4)
    assert question.stem == "Which bone is longest?"
    assert question.options == (Option("Femur", True, "Yes."), Option("Ulna", False))
    assert (question.explanation, question.tags) == ("See the atlas.", ("bones",))
    assert (question.image, question.shuffle) == (Image("leg.png", "a leg"), False)
    assert sniff(data, "x") > 0.9
    assert sniff(b"<quiz/>", "x") == 0.5
    assert sniff(b"plain", "x") == sniff(b"<html>", "x") == 0


def test_each_kind_is_read_by_its_own_rule() -> None:
    """Shares that sum to 99.67, patterns and half-right short answers, true/false, exact numbers."""
    found = read(quiz(SEVERAL, SHORT, TRUTH, NUMBER.format("0"), NUMBER.format("0.5"), ESSAY), "m.xml")
    several, short, truth, number = found.questions
    assert (several.kind, several.scoring) == (Kind.MULTI, "partial")
    assert [option.weight for option in several.options] == [33.33333, 33.33333, 33.0, -50.0]
    assert [option.correct for option in several.options] == [True, True, True, False]
    assert (short.kind, short.answers, short.explanation) == (Kind.SHORT, ("-plasty",), "Greek.")
    assert (truth.kind, truth.options) == (Kind.TRUEFALSE, (Option("True", False, "No."), Option("False", True)))
    assert (number.kind, number.answers) == (Kind.SHORT, ("3",))
    assert said(found) == [
        "m.xml:3: the fractions of the right answers add up to 99.6667 %; taken for 100 %",
        "m.xml:9: the answer “*plasty*” has a * for any text, and answers are compared as they are; it was left out",
        "m.xml:9: the answer “plast” is worth 50 %, and a short answer is right or wrong; it was left out",
        "m.xml:13: this asks for an exact number; it became a short answer, judged as text",
    ]
    assert [(one.line, one.what) for one in found.skipped] == [(15, "How many lobes?"), (17, "Write on")]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (CHOICE.replace('"0"', '"100"'), "2 answers of this question with one right answer have the fraction 100"),
        (CHOICE.replace('"100"', '"0"'), "0 answers of this question"),
        (CHOICE.replace('"100"', '"lots"'), "fraction is a percentage, not “lots”"),
        (TRUTH.replace(">false", ">no"), "has the answers true and false"),
        ("<question type='multichoice'/>", "the question has no text"),
        (CHOICE.replace("Ulna", "Femur"), "same as option 1"),
    ],
)
def test_what_cannot_be_sound_is_an_error_in_its_line(question: str, message: str) -> None:
    """Nothing is guessed, and the sound one below still comes in."""
    found = read(quiz(question, TRUTH), "m.xml")
    assert len(found.questions) == 1
    assert message in said(found)[0]


def test_a_broken_file_gives_what_is_whole_before_the_break() -> None:
    """An ampersand that nobody escaped; a file cut off; bytes of Windows-1252."""
    found = read(quiz(TRUTH, SHORT.replace("Surgical", "A & B"), CHOICE), "m.xml")
    assert len(found.questions) == 1
    assert said(found)[0].startswith("m.xml:6: the XML breaks here, and the rest was not read")
    assert len(read(quiz(TRUTH, SHORT)[:-60], "m.xml").questions) == 1
    found = read(quiz(TRUTH.replace("sprain", "sprain é"), head="").decode().encode("cp1252"), "m.xml")
    assert (found.questions[0].stem, "Windows-1252" in said(found)[0]) == ("A sprain é is a fracture.", True)
    assert read(quiz(TRUTH, head="").decode().encode("utf-16"), "m.xml").questions


def test_what_is_hidden_or_without_an_answer_to_judge_is_skipped() -> None:
    """Hidden in Moodle; sound in the stem; an unknown type; each with its reason."""
    found = read(
        quiz(
            TRUTH.replace("<answer", "<hidden>1</hidden><answer", 1),
            SHORT.replace("Surgical", "&lt;audio src='a.mp3'&gt;&lt;/audio&gt;"),
            "<question type='odd'/>",
            SHORT.replace("-plasty", "*"),
        ),
        "m.xml",
    )
    assert not found.questions
    assert [one.reason[:24] for one in found.skipped] == [
        "it is hidden in Moodle",
        "it needs a sound, film o",
        "questions of Moodle's ty",
        "no answer can be judged ",
    ]


def test_hostile_xml_ends_at_a_bound_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A DOCTYPE in whatever encoding, entities, deep nesting, very many elements."""
    bomb = '<!DOCTYPE quiz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    for data in (quiz(TRUTH, head=bomb), quiz(TRUTH, head="<!-- x -->\n" + bomb).decode().encode("utf-16")):
        found = read(data, "m.xml")
        assert not found.questions
        assert "DOCTYPE" in said(found)[0]
        assert sniff(data, "m.xml") == 0
    assert "levels of XML" in said(read(quiz(TRUTH, "<a>" * 100, TRUTH), "m.xml"))[-1]
    assert said(read(quiz("<a>" * 100_000), "m.xml"))
    monkeypatch.setattr(xml_tree, "MAX_ELEMENTS", 20)
    found = read(quiz(TRUTH, SHORT, SEVERAL), "m.xml")
    assert len(found.questions) == 1
    assert "more than 20 elements" in said(found)[-1]
    monkeypatch.setattr(xml_tree, "MAX_BYTES", 10)
    assert "10 is the most" in said(read(quiz(), "m.xml"))[0]


PIECES = (b"<", b">", b"&", b"]]>", b"<!DOCTYPE", b"</question>", b"<answer>", b"&amp;", b"\x00", b"'", b"-", b"<text>")


@given(mutated([quiz(CATEGORY, CHOICE, TRUTH), quiz(SEVERAL, SHORT), quiz(NUMBER.format(1))], PIECES) | st.binary())
def test_no_bytes_make_it_raise(data: bytes) -> None:
    """Whatever stands in the file, an import comes back, and says something."""
    found = read(data, "m.xml")
    assert found.questions or found.problems or found.skipped
    assert 0 <= sniff(data, "m.xml") <= 1
