"""Kahoot's spreadsheet: a question a row, four answers, and the numbers of the right ones.

The table is found by its headings; rows that hold nothing but a number, as the template has a hundred of, are blank.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from bot.domain.questions import Kind, Option
from bot.formats.archive import Archive, is_zip, names_in, opened
from bot.formats.imported import MAX_LINE, MAX_QUESTIONS, Gathering, Imported, Told, TooLarge, bare_question

NAME = "kahoot"
MAX_SHEETS = 50_000_000
"""Bytes of a workbook, unpacked: the library keeps its texts in memory."""
MAX_MARKS = 2_000_000
"""“<” in a workbook: each element costs memory, however short it is."""
_MOST_ROWS = MAX_QUESTIONS + 1000
_MOST_COLUMNS = 30
_HEAD_ROWS = 40
"""Rows in which the headings are looked for; the template has them in the eighth."""
_BROKEN = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, struct.error, SyntaxError, KeyError, ValueError, TypeError,
    AttributeError, IndexError, AssertionError, OverflowError, OSError, EOFError, NotImplementedError, RecursionError,
)  # fmt: skip
"""What the library raises for workbooks that are none; a broken one shows in many ways."""
_WORKBOOK = "xl/workbook.xml"
_NUMBERS = re.compile(r"\s*+[1-9][0-9]?(?:\s*+[,;]\s*+[1-9][0-9]?)*+\s*+")
_ANSWER = re.compile(r"answer\s*+([1-9])\b")


def sniff(data: bytes, name: str) -> float:
    """How sure it is that a file is Kahoot's spreadsheet, 0 to 1: it is a workbook; its headings tell the rest."""
    del name  # content decides, not the file's ending
    if not is_zip(data) or _WORKBOOK not in names_in(data):
        return 0.0
    into = Gathering(NAME, "")
    found = False
    with into.guarded():
        found = any(_columns(row) is not None for row in _rows(data, into, _HEAD_ROWS))
    return 0.97 if found else 0.3


def read(data: bytes, name: str, told: Told | None = None) -> Imported:
    """The questions of a spreadsheet; *name* is named in the problems, with the row in place of a line."""
    into = Gathering(NAME, name, told)
    with into.guarded():
        columns = None
        rows = _rows(data, into, _MOST_ROWS + 1)
        into.lines = len(rows)
        for line, row in enumerate(rows, 1):
            if line > _MOST_ROWS:
                raise TooLarge(f"a sheet may have {_MOST_ROWS:,} rows; the rest was not read")
            if columns is None and line <= _HEAD_ROWS:
                columns = _columns(row)
            elif columns is None:
                break
            elif _blank(row, columns):
                continue
            else:
                _take(line, row, columns, into)
        if columns is None:
            into.error(1, "no row names the columns “Question”, “Answer 1”, “Answer 2” and “Correct answer(s)”")
    return into.done()


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell's text; *number* where it holds one, *formula* where it is worked out."""

    text: str = ""
    number: float | None = None
    formula: bool = False
    date: bool = False


@dataclass(frozen=True, slots=True)
class _Columns:
    question: int
    answers: tuple[int, ...]
    correct: int
    image: int | None


_EMPTY = _Cell()


def _rows(data: bytes, into: Gathering, most: int) -> list[list[_Cell]]:
    """The cells of the first sheet's rows, *most* at most, however large the sheet says that it is."""
    found: list[list[_Cell]] = []
    archive = opened(data, into, MAX_SHEETS)
    if archive is None or not _harmless(archive, into):
        return found
    if not openpyxl.DEFUSEDXML:  # without it the library would expand entities
        into.error(1, "workbooks are not read here: the library “defusedxml” is not installed")
        return found
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a sheet's drop-down lists and colours, say, which nobody needs
        try:
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # a sheet may say anything
            rows = sheet.iter_rows(max_row=most, max_col=_MOST_COLUMNS)
            found.extend([_cell(cell) for cell in row] for row in rows)
        except _BROKEN as error:
            into.error(1, f"the workbook cannot be read: {type(error).__name__} {str(error)[:80]}")
    return found


def _harmless(archive: Archive, into: Gathering) -> bool:
    """Whether the workbook's XML is small enough, and defines nothing."""
    marks = 0
    for name in archive.names:
        if not name.lower().endswith((".xml", ".rels")):
            continue
        part = archive.read(name, into)
        if part is None:
            return False
        if b"<!DOCTYPE" in part.replace(b"\x00", b""):
            into.error(1, "the workbook's XML has a DOCTYPE, which could make it grow without end; it was not read")
            return False
        marks += part.count(b"<")
        if marks > MAX_MARKS:
            raise TooLarge(f"the workbook has more than {MAX_MARKS:,} elements; it was not read")
    return True


def _cell(cell: object) -> _Cell:
    value = getattr(cell, "value", None)
    kind = getattr(cell, "data_type", "")
    if value is None:
        return _EMPTY
    if kind == "f":
        return _Cell(str(value)[:100], formula=True)
    if isinstance(value, bool):
        return _Cell("TRUE" if value else "FALSE")
    if isinstance(value, (int, float)):
        whole = value == value and abs(value) < 1e15 and value == int(value)
        return _Cell(str(int(value)) if whole else str(value), float(value))
    return _Cell(str(value)[: MAX_LINE + 1].strip(), date=kind == "d")


def _columns(row: Sequence[_Cell]) -> _Columns | None:
    """Where the columns stand, by a row that names them; None for a row that does not."""
    question = correct = image = None
    answers: dict[int, int] = {}
    for place, cell in enumerate(row):
        name = " ".join(cell.text.casefold().split())
        if name.startswith("question") and question is None:
            question = place
        elif name.startswith("correct"):
            correct = place
        elif found := _ANSWER.match(name):
            answers.setdefault(int(found[1]), place)
        elif name.startswith("image"):
            image = place
    if question is None or correct is None or sorted(answers)[:2] != [1, 2]:
        return None
    if sorted(answers) != list(range(1, len(answers) + 1)):
        return None
    return _Columns(question, tuple(answers[number] for number in sorted(answers)), correct, image)


def _blank(row: Sequence[_Cell], columns: _Columns) -> bool:
    """Whether a row holds nothing, or nothing but its number and a time limit."""
    return not any(row[at].text for at in (columns.question, *columns.answers) if at < len(row))


def _take(line: int, row: Sequence[_Cell], columns: _Columns, into: Gathering) -> None:
    def at(place: int) -> _Cell:
        return row[place] if place < len(row) else _EMPTY

    cells = [at(place) for place in columns.answers]
    stem, key = at(columns.question), at(columns.correct)
    for cell in (stem, key, *cells):
        if cell.formula:
            into.error(line, f"a cell holds the formula “{cell.text[:40]}”; put its value there")
            return
        if cell.date:
            into.error(line, f"a cell holds a date, “{cell.text[:40]}”; write it as text")
            return
        if len(cell.text) > MAX_LINE:
            into.error(line, f"a cell has more than {MAX_LINE:,} characters, the most that one may have")
            return
    right, fault = _right(key, [cell.text for cell in cells])
    if fault:
        into.error(line, fault)
        return
    if columns.image is not None and at(columns.image).text:
        into.warning(line, "the picture's address was left out; look whether the question can do without it")
    options = tuple(Option(cell.text, number in right) for number, cell in enumerate(cells, 1) if cell.text)
    kind = Kind.SINGLE
    if len(right) > 1:
        kind = Kind.MULTI
        into.warning(line, "Kahoot takes any one of the right answers; here all of them must be chosen")
    elif {option.text.casefold() for option in options} == {"true", "false"}:
        kind = Kind.TRUEFALSE
    into.keep(
        bare_question(stem.text, options, line=line, kind=kind),
        [line] * len(options),
    )


def _right(key: _Cell, texts: Sequence[str]) -> tuple[frozenset[int], str]:
    """The numbers of the right answers, or a sentence why they cannot be told."""
    if not key.text:
        return frozenset(), "no right answer is named"
    if key.number is not None and not key.text.isdigit():
        whole = key.text.replace(".", ",")
        return frozenset(), f"the key {key.text} is no answer's number; if it is “{whole}”, write it as text"
    if not _NUMBERS.fullmatch(key.text):
        return frozenset(), f"the key is the number of an answer, or several like “1,3”, not “{key.text[:40]}”"
    numbers = [int(part) for part in re.split(r"[,;]", key.text)]
    wrong = next((number for number in numbers if number > len(texts) or not texts[number - 1]), None)
    if wrong is not None:
        return frozenset(), f"the key names answer {wrong}, and there is none"
    return frozenset(numbers), ""
