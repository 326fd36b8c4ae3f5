"""A record as CSV and PDF: nothing lost, nothing that a spreadsheet would execute, and readable text."""

from __future__ import annotations

import csv
import io
import re
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.attendance import Confirmed, Record
from bot.formats.attendance import COLUMNS, FORMULA, MISSING, cell, printable, to_csv, to_pdf
from bot.services.attendance_records import _letters

LINE = Confirmed(
    title="Modifiers & more",
    topics=("Modifiers", "Surgery"),
    starts_at=1_772_730_000_000,  # 2026-03-05 17:00 UTC
    zone="Europe/Berlin",
    minutes=90,
    tutor="Tova Łukasz",
    confirmed_at=1_772_736_000_000,
    code="0123456789AB",
)
RECORD = Record("Ana Müller", "ana.m", "CPC study group", "CPC", 1_772_800_000_000, "Europe/Berlin", (LINE,))


def _rows(record: Record) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(record).decode("utf-8-sig"), newline="")))


def test_a_csv_has_every_part_of_a_line() -> None:
    """Local date and time with their zone, minutes and hours, who confirmed when, and the code as it is printed."""
    (row,) = _rows(RECORD)
    assert tuple(row) == COLUMNS
    assert list(row.values()) == [
        "Ana Müller", "ana.m", "CPC study group", "CPC", "Modifiers & more", "Modifiers; Surgery", "2026-03-05",
        "18:00", "Europe/Berlin", "90", "1.50", "Tova Łukasz", "2026-03-05 18:40", "0123-4567-89AB",
    ]  # fmt: skip


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_no_cell_is_a_formula_whatever_people_write(name: str, title: str, tutor: str) -> None:
    """No cell of the file begins with a sign that a spreadsheet executes; it has as many cells as columns."""
    line = replace(LINE, title=title, tutor=tutor)
    text = to_csv(replace(RECORD, name=name, lines=(line, line))).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert [len(row) for row in rows] == [len(COLUMNS)] * 3
    assert not [one for row in rows for one in row if one.startswith(FORMULA)]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1"])
def test_what_could_begin_a_formula_gets_an_apostrophe(text: str) -> None:
    """Also behind blanks, and as the wide form of the sign; the text itself stays."""
    assert cell(text).startswith("'")
    assert cell(text).lstrip("'").strip() == text.strip()


def test_a_font_s_missing_letters_become_their_plain_form_or_a_box() -> None:
    """Fancy letters are read as plain ones; what has no plain form is a box; joiners vanish."""
    letters = {ord(sign) for sign in "Ana Ł"}
    assert printable("𝓐𝓷𝓪  Ł", letters) == "Ana Ł"
    assert printable("王 Ana\u200d", letters) == f"{MISSING} Ana"


_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _streams(pdf: bytes) -> list[bytes]:
    found = []
    for raw in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(raw))
        except zlib.error:
            found.append(raw)
    return found


def _pages(pdf: bytes) -> list[str]:
    """The text of each page, read back by the tables from glyphs to letters that the file carries."""
    streams = _streams(pdf)
    tables = []
    for one in streams:
        if b"beginbfchar" in one:
            pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]{4})>", one)
            tables.append({bytes.fromhex(a.decode()): bytes.fromhex(b.decode()).decode("utf-16-be") for a, b in pairs})
    pages = []
    for one in (each for each in streams if b" Tf" in each and b"BT" in each):
        words, table = [], tables[0]
        for font, raw in re.findall(rb"/F(\d+) [\d.]+ Tf|\(((?:[^()\\]|\\.)*)\) Tj", one, re.DOTALL):
            if font:
                table = tables[int(font) - 1]
                continue
            glyphs = re.sub(rb"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), raw, flags=re.DOTALL)
            words.append("".join(table[glyphs[n : n + 2]] for n in range(0, len(glyphs), 2)))
        pages.append(" ".join(" ".join(words).split()))
    return pages


@pytest.mark.parametrize(("paper", "size"), [("A4", (595, 842)), ("Letter", (612, 792))])
def test_a_pdf_can_be_read(paper: str, size: tuple[int, int]) -> None:
    """On paper of either size: whose it is, every part of its lines, the sum, and how to check it."""
    pdf = to_pdf(RECORD, paper, _letters())
    (width, height) = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)[0]
    assert (round(float(width)), round(float(height))) == size
    (text,) = _pages(pdf)
    for words in (
        "Record of attendance", "Ana Müller (Discord: @ana.m)", "CPC study group", "1.50 hours (90 minutes)",
        "2026-03-05 18:00", "Europe/Berlin", "Modifiers & more", "Modifiers, Surgery", "Tova Łukasz",
        "0123-4567-89AB", "/attendance check", "Page 1 of 1",
    ):  # fmt: skip
        assert words in text, (words, text)
    assert MISSING not in text


def test_a_long_record_repeats_its_head_and_loses_no_line() -> None:
    """Sixty lines take several pages; each page has the table's head, and each code is there once."""
    lines = tuple(
        replace(LINE, code=f"{n + 5000:012}", title=f"Session {n} " + "of many words " * (n % 5)) for n in range(60)
    )
    pages = _pages(to_pdf(replace(RECORD, lines=lines), "A4", _letters()))
    assert len(pages) > 2
    assert all("Confirmed by" in page for page in pages[:-1])
    text = " ".join(pages)
    assert [text.count(f"-{n + 5000}") for n in range(60)] == [1] * 60
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]


def test_what_the_letters_lack_is_said() -> None:
    """A name that the font lacks has boxes, the Discord name beside it, and a note; so has a tutor who is gone."""
    strange = replace(RECORD, name="王小明", lines=(replace(LINE, tutor=None, topics=()),))
    (text,) = _pages(to_pdf(strange, "A4", _letters()))
    assert f"{MISSING * 3} (Discord: @ana.m)" in text
    assert "stands for a sign" in text
    assert "a tutor whose data was" in text
