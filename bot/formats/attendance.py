"""A member's record of attendance as a file: CSV for a spreadsheet, PDF to print."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.domain.attendance import Confirmed, Record, spaced
from bot.domain.instants import from_ms

if TYPE_CHECKING:
    from fpdf import FPDF

COLUMNS = (
    "Member", "Discord name", "Server", "Exam", "Session", "Topics", "Date", "Start", "Time zone", "Minutes",
    "Hours", "Confirmed by", "Confirmed at (UTC)", "Check code",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
NO_TUTOR = "a tutor whose data was deleted"
MISSING = "□"
_LINE = 5.0
_GREY = (90, 90, 90)
_WIDTHS = (30, 62, 17, 34, 26, 31)  # shares of the page's width


def hours(minutes: int) -> str:
    """Hours with two decimals, as training providers count them."""
    return f"{minutes / 60:.2f}"


def cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe goes before what could begin one."""
    flat = " ".join(text.split()) if not text.startswith(FORMULA) else text
    return f"'{text}" if flat.startswith(FORMULA) or unicodedata.normalize("NFKC", flat).startswith(FORMULA) else flat


def to_csv(record: Record) -> bytes:
    """UTF-8 with its mark, for spreadsheets that would take it for something else; a line a session."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for line in record.lines:
        starts = _local(line)
        values = (
            record.name, record.handle, record.place, record.exam, line.title, "; ".join(line.topics),
            f"{starts:%Y-%m-%d}", f"{starts:%H:%M}", line.zone, str(line.minutes), hours(line.minutes),
            line.tutor if line.tutor is not None else NO_TUTOR, f"{from_ms(line.confirmed_at):%Y-%m-%d %H:%M}",
            spaced(line.code),
        )  # fmt: skip
        rows.writerow([cell(value) for value in values])
    return out.getvalue().encode("utf-8-sig")


def _local(line: Confirmed) -> datetime:
    return from_ms(line.starts_at).astimezone(ZoneInfo(line.zone))


def printable(text: str, letters: Collection[int]) -> str:
    """A text in the letters that a font has: a sign that it lacks becomes its plain form, else □.

    Fancy letters have plain forms by Unicode's compatibility mapping (NFKC).
    """
    found = []
    for sign in " ".join(text.split()):
        plain = sign if ord(sign) in letters else unicodedata.normalize("NFKC", sign)
        if unicodedata.category(sign) in ("Cf", "Mn", "Me") and ord(sign) not in letters:
            continue  # joiners and selectors of signs that have gone
        found.append(plain if plain and all(ord(one) in letters for one in plain) else MISSING)
    return "".join(found)


def to_pdf(record: Record, paper: str, fonts: tuple[str, str]) -> bytes:
    """The record on "A4" or "Letter"; `fonts` are the files of a font, upright and bold."""
    from fpdf import FPDF  # slow to import, and needed by few
    from fpdf.fonts import TTFFont

    class Page(FPDF):
        def footer(self) -> None:
            self.set_y(-14)
            self.set_font("record", size=8)
            self.set_text_color(*_GREY)
            self.cell(0, 6, f"Page {self.page_no()} of {{nb}}", align="R")

    pdf = Page(format=paper)
    pdf.set_creation_date(from_ms(record.made_at))
    pdf.set_title("Record of attendance")
    pdf.set_creator("Studyhall")
    pdf.set_lang("en")
    pdf.set_auto_page_break(auto=True, margin=18)
    pdf.add_font("record", "", fonts[0])
    pdf.add_font("record", "B", fonts[1])
    font = pdf.fonts["record"]
    assert isinstance(font, TTFFont)
    letters = font.cmap.keys()
    pdf.add_page()
    shown = _Shown(letters)
    _head(pdf, record, shown)
    _table(pdf, record, shown)
    _foot(pdf, record, shown)
    return bytes(pdf.output())


class _Shown:
    """Makes texts printable, and remembers whether a sign was lost."""

    def __init__(self, letters: Collection[int]) -> None:
        self._letters = letters
        self.lost = False

    def __call__(self, text: str) -> str:
        found = printable(text, self._letters)
        self.lost = self.lost or (MISSING in found and MISSING not in text)
        return found


def _head(pdf: FPDF, record: Record, shown: _Shown) -> None:
    pdf.set_font("record", "B", 18)
    pdf.cell(0, 10, "Record of attendance", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(2)
    made = from_ms(record.made_at).astimezone(ZoneInfo(record.zone))
    facts = (
        ("Member", f"{shown(record.name)} (Discord: @{shown(record.handle)})"),
        ("Study group", shown(record.place)),
        ("Exam", shown(record.exam)),
        ("Sessions", str(len(record.lines))),
        ("Total", f"{hours(record.minutes)} hours ({record.minutes} minutes)"),
        ("Made on", f"{made:%Y-%m-%d %H:%M} ({record.zone})"),
    )
    for name, value in facts:
        pdf.set_font("record", "B", 10)
        pdf.cell(32, 6, name)
        pdf.set_font("record", size=10)
        pdf.multi_cell(0, 6, value, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(4)


def _table(pdf: FPDF, record: Record, shown: _Shown) -> None:
    from fpdf.fonts import FontFace

    pdf.set_font("record", size=8)
    pdf.set_draw_color(180, 180, 180)
    heads = FontFace(emphasis="BOLD", fill_color=(235, 238, 242))
    with pdf.table(
        col_widths=_WIDTHS,
        headings_style=heads,
        line_height=_LINE,
        padding=1.2,
        text_align=("LEFT", "LEFT", "RIGHT", "LEFT", "LEFT", "LEFT"),
        borders_layout="HORIZONTAL_LINES",
    ) as table:
        table.row(("Date", "Session", "Minutes", "Confirmed by", "Confirmed", "Check code"))
        for line in record.lines:
            starts = _local(line)
            topics = f"\n{shown(', '.join(line.topics))}" if line.topics else ""
            table.row(
                (
                    f"{starts:%Y-%m-%d %H:%M}\n{line.zone}",
                    f"{shown(line.title)}{topics}",
                    str(line.minutes),
                    NO_TUTOR if line.tutor is None else shown(line.tutor),
                    f"{from_ms(line.confirmed_at):%Y-%m-%d %H:%M} UTC",
                    spaced(line.code),
                )
            )


def _foot(pdf: FPDF, record: Record, shown: _Shown) -> None:
    pdf.ln(5)
    pdf.set_font("record", size=8)
    pdf.set_text_color(*_GREY)
    words = (
        "Each line was confirmed by the tutor named in it, at the time beside it. A tutor of "
        f"{shown(record.place)} can check a line there: /attendance check with its code says for which session, date "
        "and minutes it was made. A line that was changed has another code."
    )
    if shown.lost:
        words += f" {MISSING} stands for a sign that this file's letters lack; the CSV file has it."
    pdf.multi_cell(0, 4.5, words, align="L", new_x="LMARGIN", new_y="NEXT")
