"""Kahoot's spreadsheet: keys as numbers, blank numbered rows, and cells that are not what they seem."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.questions import Kind, Option
from bot.formats import kahoot
from bot.formats.imported import Imported
from bot.formats.kahoot import read, sniff
from tests.formats.hostile import mutated

TIME = "Time limit (sec) – 5, 10, 20, 30, 60, 90, 120, or 240 secs"
ANSWERS = [f"Answer {number} - max 75 characters" for number in range(1, 5)]
HEAD = [None, "Question - max 120 characters", *ANSWERS, TIME, "Correct answer(s) - choose at least one"]
SHEET = "xl/worksheets/sheet1.xml"
BONE = ["Which is longest?", "Ulna", "Femur", "Tibia", None, 20, 2.0]


def sheet(*rows: Sequence[object], before: int = 7, blank: int = 100) -> bytes:
    book = openpyxl.Workbook()
    table = book.active
    assert table is not None
    for _ in range(before):
        table.append(["Quiz template"])
    table.append(HEAD)
    for number, row in enumerate([*rows, *([] for _ in range(blank))], 1):
        table.append([number, *row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(data: bytes, part: str, change: tuple[str, str]) -> bytes:
    """The workbook with a piece of one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == part:
                assert re.search(change[0].encode(), content)
                content = re.sub(change[0].encode(), change[1].encode(), content, count=1)
            new.writestr(name, content)
    return out.getvalue()


def said(found: Imported) -> list[str]:
    return [str(problem) for problem in found.problems]


def test_rows_become_questions() -> None:
    """The key as the float 1.0, as text, several; true/false; numbers as answers; a hundred numbered blank rows."""
    data = sheet(
        BONE,
        ["Which are paired?", "Lung", "Liver", "Kidney", "Eye", 20, "1, 3;4"],
        ["A sprain is a fracture.", "True", "False", None, None, None, "2"],
        ["How many lobes?", 3, 2.5, None, None, 20, 1],
    )
    found = read(data, "k.xlsx")
    bone, several, truth, lobes = found.questions
    assert (bone.kind, bone.line) == (Kind.SINGLE, 9)
    assert bone.options == (Option("Ulna", False), Option("Femur", True), Option("Tibia", False))
    assert (several.kind, [option.correct for option in several.options]) == (Kind.MULTI, [True, False, True, True])
    assert (truth.kind, truth.options[1].correct, truth.shuffle) == (Kind.TRUEFALSE, True, False)
    assert lobes.options == (Option("3", True), Option("2.5", False))
    assert said(found) == ["k.xlsx:10: Kahoot takes any one of the right answers; here all of them must be chosen"]
    assert sniff(data, "x") > 0.9
    assert sniff(b"PK", "x") == 0


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([*BONE[:6], None], "no right answer is named"),
        ([*BONE[:6], 4], "the key names answer 4, and there is none"),
        ([*BONE[:6], 12], "the key names answer 12"),
        ([*BONE[:6], 1.2], "the key 1.2 is no answer's number; if it is “1,2”"),
        ([*BONE[:6], "B"], "not “B”"),
        ([*BONE[:6], "0"], "not “0”"),
        ([*BONE[:6], "=1+1"], "the formula “=1+1”"),
        (['=HYPERLINK("x")', *BONE[1:]], "holds the formula"),
        ([BONE[0], date(2026, 2, 1), *BONE[2:]], "a cell holds a date"),
        ([None, *BONE[1:]], "no text"),
        ([BONE[0], "Femur", *BONE[2:]], "same as option 1"),
    ],
)
def test_a_row_that_is_not_sound_is_reported(row: Sequence[object], message: str) -> None:
    """Under the row's number, and the sound one below still comes in."""
    found = read(sheet(row, ["A different one?", *BONE[1:]]), "k.xlsx")
    assert len(found.questions) == 1
    assert said(found)[0].startswith("k.xlsx:9: ")
    assert message in said(found)[0]


def test_other_workbooks_and_broken_ones_are_told() -> None:
    """No headings; not a workbook; a workbook cut off; a text that begins with “=” is no formula."""
    book = sheet(BONE, before=50)
    assert (read(book, "k").questions, sniff(book, "k")) == ((), 0.3)
    assert "no row names the columns" in said(read(book, "k"))[0]
    assert said(read(b"text", "k"))
    assert said(read(sheet(BONE)[:-300], "k"))
    quoted = changed(sheet(BONE), SHEET, ("Which is longest[?]", "= 2?"))
    assert [question.stem for question in read(quoted, "k").questions] == ["= 2?"]


def test_a_hostile_workbook_ends_at_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes that lie, rows and columns far out, entities, very many elements, very many rows."""
    assert openpyxl.DEFUSEDXML
    data = sheet(BONE)
    assert len(read(changed(data, SHEET, ('<dimension ref="[^"]*"', '<dimension ref="A1:B2"')), "k").questions) == 1
    assert (
        len(read(changed(data, SHEET, ('<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"')), "k").questions)
        == 1
    )
    far = changed(data, SHEET, ("</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'))
    assert "rows; the rest was not read" in said(read(far, "k"))[-1]
    bomb = changed(data, SHEET, ("<worksheet", '<!DOCTYPE a [<!ENTITY a "b">]><worksheet'))
    assert "DOCTYPE" in said(read(bomb, "k"))[0]
    assert sniff(bomb, "k") == 0.3
    monkeypatch.setattr(kahoot, "MAX_MARKS", 100)
    assert "more than 100 elements" in said(read(data, "k"))[0]


SAMPLE = sheet(BONE, blank=3)


def unpacked() -> bytes:
    """The sample without compression, so that changed bytes reach the parsers."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SAMPLE)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return out.getvalue()


@settings(max_examples=60)
@given(mutated([SAMPLE, unpacked()]) | st.binary())
def test_no_bytes_make_it_raise(data: bytes) -> None:
    """Whatever stands in the file, an import comes back, and says something."""
    found = read(data, "k.xlsx")
    assert found.questions or found.problems or found.skipped
    assert 0 <= sniff(data, "k.xlsx") <= 1


PARTS = ("xl/workbook.xml", SHEET, "[Content_Types].xml", "xl/styles.xml",
         "xl/_rels/workbook.xml.rels")  # fmt: skip


@settings(max_examples=100)
@given(st.data(), st.sampled_from(PARTS))
def test_no_part_makes_it_raise(data: st.DataObject, part: str) -> None:
    """The same for the parts of a workbook, packed soundly."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SAMPLE)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(
                name, data.draw(mutated([content], [b"<", b'"', b"/>", b"-1", b"1e9"])) if name == part else content
            )
    found = read(out.getvalue(), "k.xlsx")
    assert found.questions or found.problems or found.skipped
