"""Finds out by its content in which format a question file is, and reads it in that.

What a file is called decides only between formats that fit equally well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from bot.formats.archive import is_zip, names_in
from bot.formats.doctype import DOCTYPE, has_doctype
from bot.formats.imported import MAX_BYTES, Gathering, Imported, Told

UNKNOWN = "unknown"
"""The name of what is in none of the formats."""
READ_HERE = (
    "our Markdown, CSV and JSON; Moodle GIFT, Aiken and Moodle XML; QTI 1.2 and 2.x; Anki packages and Anki text; "
    "two columns of terms, as Quizlet exports them; Kahoot spreadsheets; Open Trivia Database JSON; trivia lists in "
    "YAML; Blackboard's tab-separated text; or a zip of a Markdown, CSV or JSON file with its pictures"
)
TOO_LARGE = f"the file has more than {MAX_BYTES:,} bytes, the most that a file may have"
LEAST = 0.2
"""How sure a format has to be of a file."""
WEAK = 0.4
"""Below this, formats fit equally badly."""


class Reader(Protocol):
    """A module that reads one format."""

    def sniff(self, data: bytes, name: str) -> float: ...

    def read(self, data: bytes, name: str, told: Told | None = None) -> Imported: ...


@dataclass(frozen=True, slots=True)
class _Format:
    module: str
    endings: tuple[str, ...]

    def load(self) -> Reader:
        return cast(Reader, import_module(f"bot.formats.{self.module}"))


# The libraries behind some of them take longer to import than a small file takes to read: only a family is tried.
_ARCHIVES = (
    _Format("anki", ("apkg", "colpkg")),
    _Format("kahoot", ("xlsx",)),
    _Format("qti", ("imscc", "qti")),
    _Format("zipped", ("zip",)),
)
_XML = (_Format("moodle_xml", ("xml",)), _Format("qti", ("qti",)))
_TEXTS = (
    _Format("markdown_import", ("md", "markdown")),
    _Format("json_bank", ("json",)),
    _Format("open_trivia", ("json",)),
    _Format("anki_text", ()),
    _Format("gift", ("gift",)),
    _Format("aiken", ("aiken",)),
    _Format("csv_table", ("csv", "tsv")),
    _Format("blackboard", ()),
    _Format("red_trivia", ("yaml", "yml")),
    _Format("separated", ("tsv", "csv")),
)
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF, whose text has no order that a program can rely on"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file; save a workbook as .xlsx, a text as plain text"),
    (b"{\\rtf", "a rich text file; save it as plain text"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; use zip"),
    (b"Rar!\x1a\x07", "a RAR archive; use zip"),
    (b"\x1f\x8b", "a file packed with gzip; unpack it first"),
    (b"BZh", "a file packed with bzip2; unpack it first"),
    (b"\xfd7zXZ\x00", "a file packed with xz; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a file packed with zstd; unpack it first"),
    (b"SQLite format 3\x00", "a database; export the deck from Anki as .apkg"),
)
_PARTS = (
    ("word/document.xml", "a Word document; save it as plain text, in the Aiken format say"),
    ("ppt/presentation.xml", "a presentation"),
    ("content.xml", "an OpenDocument file; save a table as CSV or .xlsx, a text as plain text"),
    ("moodle_backup.xml", "a backup of a Moodle course; export its question bank as Moodle XML"),
)


def read(data: bytes, name: str, told: Told | None = None) -> Imported:
    """The questions of a file in whatever format; never raises for what is in it. *name* is named in the problems."""
    if len(data) > MAX_BYTES:
        return _refused(name, TOO_LARGE)
    if not data.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        return _refused(name, "the file is empty")
    if (what := _other(data)) is not None:
        return _refused(name, f"this is {what}. What is read here: {READ_HERE}")
    if _begins(data, b"<") and has_doctype(data):
        return _refused(name, f"{DOCTYPE}; delete it if the rest of the file is harmless")
    chosen = reader_of(data, name)
    if chosen is None:
        return _refused(name, f"this is in none of the formats that are read here: {READ_HERE}")
    return chosen.read(data, name, told)


def reader_of(data: bytes, name: str) -> Reader | None:
    """The reader for a file's content; None where none knows it."""
    ending = name.rpartition(".")[2].casefold()
    return best(((one.load(), ending in one.endings) for one in _family(data)), data, name)


def best(readers: Iterable[tuple[Reader, bool]], data: bytes, name: str) -> Reader | None:
    """The reader that is surest; among equally sure ones the one that the ending speaks for (True), else the first.

    Where none sees anything of its own, only one that the ending speaks for is taken: it can say what is wrong.
    """
    found = [(float(reader.sniff(data, name)), hinted, reader) for reader, hinted in readers]
    sure, hinted, reader = max(found, key=lambda one: (one[0] if one[0] >= WEAK else 0.0, *one[1::-1]))
    return reader if sure >= LEAST or hinted else None


def _family(data: bytes) -> Sequence[_Format]:
    if is_zip(data):
        return _ARCHIVES
    return (*_XML, *_TEXTS) if _begins(data, b"<") else _TEXTS


def _begins(data: bytes, sign: bytes) -> bool:
    return data[:1000].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(sign)


def _other(data: bytes) -> str | None:
    """What a file is that nobody can read here, where its first bytes say so."""
    for first, what in _OTHERS:
        if data.startswith(first):
            return what
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "a picture"
    if is_zip(data):
        names = set(names_in(data))
        return next((what for part, what in _PARTS if part in names), None)
    if _page(data):
        return "a page of HTML; export the questions instead of saving the page"
    return None


def _page(data: bytes) -> bool:
    head = data[:400].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html"))


def _refused(name: str, sentence: str) -> Imported:
    into = Gathering(UNKNOWN, name)
    into.error(1, sentence)
    return into.done()
