"""A file's format is told by what stands in it, whatever it is called."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formats.imported import MAX_BYTES, Imported
from bot.formats.sniff import read
from tests.formats.test_anki import NEW, OLD
from tests.formats.test_kahoot import SAMPLE as KAHOOT

HEADER = "---\nbank: b\ntitle: T\nlicence: CC0\nrights: own work\nexam: cpc\n---\n# Anatomy\n"
MARKDOWN = "## Which bone?\n- [x] Femur\n- [ ] Ulna\n@image: leg.png\n@alt: A leg\n"
FILES: dict[str, tuple[str, ...]] = {
    "markdown": (MARKDOWN, HEADER + MARKDOWN, "## What is it?\n= a bone\n"),
    "csv": (
        "question,option_a,option_b,answer\nWhich bone?,Femur,Ulna,A\n",
        "Question;A;B;Correct\nWhich?;Femur;Ulna;B\n",
    ),
    "json": ('{"format": "studyhall", "version": 1, "questions": []}', '[{"stem": "Which?"}]'),
    "gift": (
        "Which bone? {=Femur ~Ulna}\n",
        "::T:: The sky is blue.{T}",
        "$CATEGORY: a/b\n\nTwo {#2}\n",
        "Write. {}\n",
    ),
    "aiken": ("Which bone?\nA. Femur\nB. Ulna\nANSWER: A", "Which bone?\nA) Femur\nB) Ulna\nAnswer: B. Ulna\n"),
    "moodle-xml": ('<?xml version="1.0"?><quiz><question type="truefalse"/></quiz>',),
    "qti": ("<questestinterop/>", '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i"/>'),
    "anki text": ("#separator:tab\n#html:true\nFemur\tA bone\n",),
    "terms": ("femur\tbone of the thigh\nulna\tbone of the forearm\n",),
    "open trivia": ('{"response_code":0,"results":[{"question":"q","correct_answer":"a","incorrect_answers":["b"]}]}',),
    "red trivia": ("AUTHOR: Ann\nWhich bone?:\n- femur\n- thigh bone\n",),
    "blackboard": ("MC\tWhich bone?\tFemur\tcorrect\tUlna\tincorrect\n",),
}


def zipped(*parts: tuple[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts:
            archive.writestr(name, data)
    return out.getvalue()


def said(found: Imported) -> str:
    return "; ".join(problem.message for problem in found.problems)


CASES = [(name, text.encode()) for name, texts in FILES.items() for text in texts]
CASES += [("anki", OLD), ("anki", NEW), ("kahoot", KAHOOT)]


@pytest.mark.parametrize(("name", "data"), CASES, ids=[name for name, _ in CASES])
@pytest.mark.parametrize("called", ["x", "x.md", "x.csv", "x.apkg", "x.xml", "x.json"])
def test_the_content_decides_and_not_the_name(name: str, data: bytes, called: str) -> None:
    """Each format is known under any name, with other line ends, and with a mark before the text."""
    assert read(data, called).format == name
    if not data.startswith(b"PK"):
        assert read(b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"), called).format == name


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf \r\n", "the file is empty"),
        (
            b"Dear all,\nsee you on Monday.\n",
            "none of the formats that are read here: our Markdown, CSV and JSON; Mood",
        ),
        (b"%PDF-1.7\n", "this is a PDF"),
        (b"<!DOCTYPE html><html><body>Which?</body></html>", "a page of HTML"),
        (b'<!DOCTYPE quiz [<!ENTITY a "aa">]><quiz>&a;</quiz>', "has a DOCTYPE"),
        (b"<rss/>", "none of the formats"),
        (b"PK\x03\x04 no archive", "not a zip archive that can be read"),
        (zipped(("word/document.xml", "<a/>")), "a Word document"),
        (zipped(("notes/readme.txt", "none")), "no question file in this archive"),
        (zipped(("a.md", MARKDOWN), ("b.md", MARKDOWN)), "there are 2 files in this archive (“a.md”, “b.md” …)"),
        (zipped(("a.zip", zipped(("a.md", MARKDOWN)))), "an archive within an archive"),
        (bytes(MAX_BYTES + 1), "more than 25,000,000 bytes"),
    ],
)
def test_what_is_in_no_format_is_told_what_could_be(data: bytes, sentence: str) -> None:
    """One problem that names what the file is, or what is read here."""
    found = read(data, "x.md.bak")
    assert not found.questions
    assert sentence in said(found)


def test_the_ending_decides_between_formats_that_fit_equally() -> None:
    """Where nothing of any format is to be seen, the one that the ending names says what is wrong."""
    assert read(b"Which bone\n", "x.txt").format == "unknown"
    assert read(b"a: &a [x]\nb: *a\n", "x.yaml").format == "red trivia"
    assert read(b"Which bone\n", "x.md").format == "markdown"
    assert read(b"Which bone\n", "x.gift").format == "gift"


def test_an_archive_of_ours_brings_its_pictures() -> None:
    """The one question file is read, whatever else a computer put there; its own picture goes before one elsewhere."""
    found = read(
        zipped(
            ("quiz/leg.png", b"the leg"),
            ("quiz/old/leg.png", b"another"),
            ("quiz/arm.png", b"nobody asks for it"),
            ("quiz/Anatomy.md", MARKDOWN),
            ("quiz/notes.txt", "to do"),
            ("__MACOSX/quiz/._Anatomy.md", "x"),
            ("quiz/.DS_Store", "x"),
        ),
        "x",
    )
    assert (found.format, len(found.questions), dict(found.files)) == ("markdown", 1, {"leg.png": b"the leg"})
    assert [one.what for one in found.skipped] == ["quiz/notes.txt"]
    assert not found.problems
    twice = read(zipped(("a/leg.png", b"1"), ("b/leg.png", b"2"), ("x.md", MARKDOWN)), "x")
    assert "several pictures “leg.png”" in said(twice)
    assert not twice.files


def test_a_hostile_archive_ends_at_a_bound() -> None:
    """Names that lead out of it, a bomb in place of a picture or of the questions, and too many parts."""
    out = read(zipped(("../x.md", MARKDOWN), ("/etc/x.md", MARKDOWN), ("x.md", MARKDOWN)), "x")
    assert said(out).count("has a name that leads out of it") == 2
    assert len(out.questions) == 1
    bomb = read(zipped(("x.md", MARKDOWN), ("leg.png", bytes(30_000_000))), "x")
    assert "unpacks to more than 200 times its size" in said(bomb)
    assert not bomb.files
    assert "unpacks to more than 200 times its size" in said(read(zipped(("x.md", bytes(30_000_000))), "x"))
    assert "holds more than 10,000 files" in said(read(zipped(*((f"{n}.md", "") for n in range(10_001))), "x"))


MIXED = st.lists(st.sampled_from([data for _, data in CASES]) | st.binary(max_size=20), min_size=1, max_size=4)


@given(MIXED.map(b"\n".join), st.sampled_from(("x", "x.md", "x.apkg", "x.yaml", "x.csv")))
def test_no_bytes_make_it_raise(data: bytes, name: str) -> None:
    """Files glued together, and any bytes: whatever format they are taken for, something is reported or read."""
    found = read(data, name)
    assert found.questions or found.problems or found.skipped


@given(st.lists(st.tuples(st.sampled_from(("a.md", "b.csv", "../c.json", "leg.png")), st.binary(max_size=30))))
def test_no_archive_makes_it_raise(parts: list[tuple[str, bytes]]) -> None:
    """Whatever is packed together."""
    unique = dict(parts)
    found = read(zipped(*unique.items()), "x")
    assert found.questions or found.problems or found.skipped
