"""QTI: Canvas's 1.2 and the choice items of 2.x, alone and in packages."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import Image, Kind, Option
from bot.formats import archive
from bot.formats.imported import Imported
from bot.formats.qti import read, sniff
from tests.formats.hostile import mutated


def said(found: Imported) -> list[str]:
    return [str(problem) for problem in found.problems]


def item(kind: str, presentation: str, scoring: str, more: str = "", ident: str = "i1") -> str:
    stem, _, response = presentation.partition("|")
    return f"""<item ident="{ident}" title="Question"><itemmetadata><qtimetadata><qtimetadatafield>
<fieldlabel>question_type</fieldlabel><fieldentry>{kind}</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>
<presentation><material><mattext texttype="text/html">{stem}</mattext></material>
{response}</presentation>
<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>
{scoring}</resprocessing>{more}</item>"""


def canvas(*items: str) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><assessment ident="q" title="Anatomy quiz">
<section ident="root_section">
{"".join(items)}</section></assessment></questestinterop>""".encode()


def choices(cardinality: str, *texts: str) -> str:
    labels = "".join(
        f'<response_label ident="{number}"><material><mattext texttype="text/plain">{text}</mattext></material>'
        "</response_label>\n"
        for number, text in enumerate(texts, 1)
    )
    return (
        f'<response_lid ident="r" rcardinality="{cardinality}"><render_choice>{labels}</render_choice></response_lid>'
    )


def equal(value: object) -> str:
    return f'<varequal respident="r">{value}</varequal>'


def when(test: str, points: float | None = 100, action: str = "Set", shows: str = "", go_on: str = "No") -> str:
    score = "" if points is None else f'<setvar action="{action}" varname="SCORE">{points}</setvar>'
    shown = f'<displayfeedback feedbacktype="Response" linkrefid="{shows}"/>' if shows else ""
    return f'<respcondition continue="{go_on}"><conditionvar>{test}</conditionvar>{score}{shown}</respcondition>'


def told(ident: str, text: str) -> str:
    return (
        f'<itemfeedback ident="{ident}"><flow_mat><material><mattext texttype="text/html">{text}</mattext></material>'
        "</flow_mat></itemfeedback>"
    )


BONE = item(
    "multiple_choice_question",
    "&lt;p&gt;Which is &lt;b&gt;longest&lt;/b&gt;?&lt;/p&gt;|" + choices("Single", "Ulna", "Femur &lt;60 cm&gt;"),
    when("<other/>", None, shows="general_fb", go_on="Yes")
    + when(equal(1), None, shows="1_fb", go_on="Yes")
    + when(equal(2)),
    told("general_fb", "&lt;p&gt;See the atlas.&lt;/p&gt;") + told("1_fb", "Shorter."),
)
SEVERAL = item(
    "multiple_answers_question",
    "Which are paired?|" + choices("Multiple", "Lung", "Liver", "Kidney"),
    when(f"<and>{equal(1)}<not>{equal(2)}</not>{equal(3)}</and>"),
    ident="i2",
)
PARTS = item(
    "multiple_answers_question",
    "Which are in the arm?|" + choices("Multiple", "Ulna", "Radius", "Tibia"),
    when(equal(1), 25, "Add") + when(equal(2), 25, "Add") + when(equal(3), -25, "Add"),
    ident="i3",
)
TYPED = (
    '<response_str ident="r" rcardinality="Single"><render_fib><response_label ident="a"/></render_fib></response_str>'
)
SHORT = item(
    "short_answer_question",
    "Suffix for repair?|" + TYPED,
    when(f"<or>{equal('-plasty')}{equal('plasty')}</or>") + when(equal("plast"), 50),
    ident="i4",
)
TRUTH = item(
    "true_false_question", "A sprain is a fracture.|" + choices("Single", "True", "False"), when(equal(2)), ident="i5"
)
ESSAY = item("essay_question", "Write on.|" + TYPED, "", ident="i6")


def test_canvas_choices_come_in_with_feedback_and_topic() -> None:
    """Right is what scores; feedback by option and for all; the quiz's title is the topic."""
    found = read(canvas(BONE, TRUTH), "c.xml")
    bone, truth = found.questions
    assert not found.problems
    assert (bone.key, bone.topic, bone.kind, bone.stem) == ("i1", "Anatomy quiz", Kind.SINGLE, "Which is longest?")
    assert bone.options == (Option("Ulna", False, "Shorter."), Option("Femur <60 cm>", True))
    assert (bone.explanation, bone.scoring, bone.shuffle) == ("See the atlas.", "all", True)
    assert (truth.kind, truth.shuffle, truth.options[1].correct) == (Kind.TRUEFALSE, False, True)
    assert sniff(canvas(BONE), "x") > 0.9


def test_a_varequal_within_not_is_wrong() -> None:
    """All at once, or each for a part; in a question with one answer, too."""
    several, parts = read(canvas(SEVERAL, PARTS), "c.xml").questions
    assert [option.correct for option in several.options] == [True, False, True]
    assert (several.kind, several.scoring) == (Kind.MULTI, "all")
    assert [option.weight for option in parts.options] == [50.0, 50.0, -50.0]
    assert (parts.scoring, [option.correct for option in parts.options]) == ("partial", [True, True, False])
    turned = BONE.replace(when(equal(2)), when(f"<not>{equal(1)}</not>"))
    assert [option.correct for option in read(canvas(turned), "c.xml").questions[0].options] == [False, True]
    some = BONE.replace(when(equal(2)), when(equal(2)) + when(equal(1), 40))
    assert [option.weight for option in read(canvas(some), "c.xml").questions[0].options] == [40.0, 100.0]


def test_short_answers_numbers_and_what_cannot_be_asked() -> None:
    """Answers under an or; a part's worth told; essays, several responses, pairs skipped; numbers only if exact."""
    bounds = "<and><vargte respident='r'>3.0</vargte><varlte respident='r'>3</varlte></and>"
    scoring = when(f"<or>{equal('3')}{bounds}</or>")
    number = item("numerical_question", "How many lobes?|" + TYPED, scoring, ident="i7")
    near = number.replace(">3.0<", ">2.5<").replace("i7", "i8")
    twice = item("fill_in_multiple_blanks_question", "[a] [b]|" + TYPED + TYPED, "", ident="i9")
    pairs = item("x", "Pair.|" + TYPED + TYPED, "", ident="i10")
    found = read(canvas(SHORT, number, near, ESSAY, twice, pairs), "c.xml")
    short, exact = found.questions
    assert (short.kind, short.answers, exact.answers) == (Kind.SHORT, ("-plasty", "plasty"), ("3",))
    assert ["plast" in said(found)[0], "exact number" in said(found)[1]] == [True, True]
    assert [one.reason.split(",")[0][:25] for one in found.skipped] == [
        "it takes numbers that are",
        "an essay cannot be judged",
        "several gaps in one text ",
        "several answers in one qu",
    ]


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (BONE.replace(equal(2), equal(9)), "the key names “9”, which is none of the options"),
        (BONE.replace(">100<", ">0<"), "no option earns a point"),
        (BONE.replace(">100<", ">many<"), "no number: “many”"),
        (BONE.replace(when(equal(2)), when(f"<or>{equal(1)}{equal(2)}</or>")), "2 options earn all the points"),
        (BONE.replace(equal(2), "<vargt respident='r'>1</vargt>"), "it is scored by “vargt 1”"),
        (BONE.replace('ident="2"', 'ident="1"'), "same ident"),
        (SEVERAL.replace("and>", "or>"), "any one of several choices is enough"),
        (SEVERAL.replace(f"<not>{equal(2)}</not>", ""), "says nothing of 1 options"),
        (PARTS.replace(">-25<", "><"), "no number"),
    ],
)
def test_what_its_scoring_does_not_tell_is_reported(one: str, message: str) -> None:
    """Never guessed, and the sound question below still comes in."""
    found = read(canvas(one, TRUTH), "c.xml")
    assert found.questions[-1].key == "i5"
    assert message in said(found)[0]


NEW = """<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="n1" title="Bone" adaptive="false">
<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier">
<correctResponse><value>B</value></correctResponse></responseDeclaration>
<itemBody><p>Look: <img src="images/leg.png" alt="a leg"/></p><choiceInteraction responseIdentifier="RESPONSE"
 shuffle="true" maxChoices="1"><prompt>Which is <b>longest</b>?</prompt>
<simpleChoice identifier="A">Ulna<feedbackInline identifier="A" outcomeIdentifier="F" showHide="show">Shorter.
</feedbackInline></simpleChoice>
<simpleChoice identifier="B">Femur &lt; 60 cm</simpleChoice></choiceInteraction></itemBody>
<modalFeedback identifier="correct" outcomeIdentifier="F" showHide="show">See the atlas.</modalFeedback>
</assessmentItem>"""
MAPPED = NEW.replace("n1", "n2").replace('cardinality="single"', 'cardinality="multiple"').replace(
    "<correctResponse><value>B</value></correctResponse>",
    '<mapping><mapEntry mapKey="A" mappedValue="1"/><mapEntry mapKey="B" mappedValue="-0.5"/></mapping>',
)  # fmt: skip
ENTRY = """<qti-assessment-item identifier="n3" title="Suffix"><qti-response-declaration identifier="R"
 cardinality="single" base-type="string"><qti-correct-response><qti-value>plasty</qti-value></qti-correct-response>
</qti-response-declaration><qti-item-body><p>Repair: -<qti-text-entry-interaction response-identifier="R"/>, or</p>
</qti-item-body></qti-assessment-item>"""


def test_items_of_the_second_version_come_in() -> None:
    """Choices with picture and feedback, a mapping's shares, a text entry in the names of the third version."""
    (one,) = read(NEW.encode(), "n.xml").questions
    assert (one.key, one.stem, one.image) == ("n1", "Look:\n\nWhich is longest?", Image("leg.png", "a leg"))
    assert one.options == (Option("Ulna", False, "Shorter."), Option("Femur < 60 cm", True))
    assert (one.explanation, one.kind, one.shuffle) == ("See the atlas.", Kind.SINGLE, True)
    assert not read(NEW.replace('shuffle="true"', "").encode(), "n.xml").questions[0].shuffle  # the standard's default
    (mapped,) = read(MAPPED.encode(), "n.xml").questions
    assert [(option.correct, option.weight) for option in mapped.options] == [(True, 100.0), (False, -50.0)]
    (entry,) = read(ENTRY.encode(), "n.xml").questions
    assert (entry.kind, entry.stem, entry.answers) == (Kind.SHORT, "Repair: -_____, or", ("plasty",))
    other = read(NEW.replace("choiceInteraction", "orderInteraction").encode(), "n.xml")
    assert [one.reason for one in other.skipped] == ["nothing can be dragged, put in order or pointed at in chat"]
    assert "“C”, which is none" in said(read(NEW.replace(">B</v", ">C</v").encode(), "n.xml"))[0]
    assert "no right choice" in said(read(NEW.replace("<value>B</value>", "").encode(), "n.xml"))[0]


def zipped(parts: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def test_a_package_is_read_part_by_part() -> None:
    """Canvas's second copy of a quiz is passed over; pictures are known; problems name the part."""
    data = zipped(
        {
            "imsmanifest.xml": "<manifest/>",
            "g1/assessment_qti.xml": canvas(BONE),
            "non_cc_assessments/g1.xml.qti": canvas(BONE, SHORT),
            "g1/assessment_meta.xml": "<quiz/>",
            "items/new.xml": NEW,
            "images/leg.png": b"png",
        }
    )
    found = read(data, "p.zip")
    assert [question.key for question in found.questions] == ["i1", "i4", "n1"]
    assert dict(found.files) == {"leg.png": b"png"}
    assert len(said(found)) == 1
    assert said(found)[0].startswith("p.zip/non_cc_assessments/g1.xml.qti:")
    assert sniff(data, "p.zip") > 0.9
    assert sniff(zipped({"a.txt": b""}), "p.zip") == 0


def test_a_hostile_package_ends_at_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that lead out, archives within, a bomb, too many parts, broken bytes."""
    found = read(zipped({"../evil.xml": canvas(BONE), "in.zip": b"", "ok.xml": canvas(TRUTH)}), "p.zip")
    assert [question.key for question in found.questions] == ["i5"]
    assert "leads out of it" in said(found)[0]
    assert found.skipped[0].reason == "an archive within an archive is not opened"
    bomb = zipped({"a.xml": canvas(TRUTH), "b.xml": b"<a>" + b" " * 5_000_000})
    found = read(bomb, "p.zip")
    assert len(found.questions) == 1
    assert "200 times its size" in said(found)[0]
    assert said(read(bomb[:200], "p.zip"))
    monkeypatch.setattr(archive, "MAX_PARTS", 1)
    assert "more than 1 files" in said(read(bomb, "p.zip"))[0]


PIECES = (b"<", b">", b"<not>", b"</item>", b"<!DOCTYPE", b"&amp;", b"\x00", b"PK\x01\x02", b"1e999", b"nan", b"-")
SAMPLES = [
    canvas(BONE, SEVERAL, TRUTH),
    canvas(PARTS, SHORT, ESSAY),
    NEW.encode(),
    MAPPED.encode(),
    ENTRY.encode(),
    zipped({"imsmanifest.xml": "<manifest/>", "a.xml": canvas(BONE), "b.xml": NEW}),
]


@given(mutated(SAMPLES, PIECES) | st.binary())
def test_no_bytes_make_it_raise(data: bytes) -> None:
    """Whatever stands in the file, an import comes back, and says something."""
    found = read(data, "q.xml")
    assert found.questions or found.problems or found.skipped
    assert 0 <= sniff(data, "q.xml") <= 1
