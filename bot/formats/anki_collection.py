"""Anki's collection: a SQLite database, read from bytes in memory, as somebody else may have built it.

Nothing in it is trusted: only some tables may be read, no view or trigger runs, and the steps that reading takes and
the length of what is read are bounded. Both schemas are known: note types as JSON in one row, or in their own tables.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from bot.formats.imported import MAX_QUESTIONS, TooLarge

MAX_STEPS = 30_000
"""Times ten thousand instructions of SQLite's machine: a deck of 20,000 notes takes some hundred."""
MAX_VALUE = 20_000_000
"""Bytes of one value; the longest holds all note types as JSON."""
_HEADER = b"SQLite format 3\x00"
_TABLES = frozenset(("col", "notes", "cards", "notetypes", "fields", "templates", "decks", "sqlite_master"))
_MOST_CARDS = 10 * MAX_QUESTIONS


class NotAnki(Exception):
    """These bytes are no collection that can be read; the text says why."""


@dataclass(frozen=True, slots=True)
class NoteType:
    """*templates*: (front, back) of each of its cards."""

    name: str
    fields: tuple[str, ...]
    templates: tuple[tuple[str, str], ...]
    cloze: bool


@dataclass(frozen=True, slots=True)
class Note:
    """One note: its field texts (HTML), and (number from 0, name of the deck) of each of its cards."""

    guid: str
    kind: NoteType
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    cards: tuple[tuple[int, str], ...]


def notes(data: bytes) -> list[Note]:
    """All notes by age. Raises NotAnki, or TooLarge at a bound."""
    if not data.startswith(_HEADER) or len(data) < 100:
        raise NotAnki("the collection is no SQLite database")
    rollback = data[:18] + b"\x01\x01" + data[20:]  # a log beside the database does not exist in memory
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(rollback)
            _fence(connection)
            return _notes(connection)
    except (sqlite3.Error, OverflowError) as error:
        if "interrupted" in str(error):
            raise TooLarge("the collection takes too many steps to read; it was not read") from error
        raise NotAnki(f"the collection cannot be read: {str(error)[:120]}") from error


def _fence(connection: sqlite3.Connection) -> None:
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return int(steps > MAX_STEPS)

    def may(action: int, what: str | None, *_: str | None) -> int:
        fine = action == sqlite3.SQLITE_SELECT or (action == sqlite3.SQLITE_READ and what in _TABLES)
        return sqlite3.SQLITE_OK if fine else sqlite3.SQLITE_DENY

    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA query_only = ON")
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    connection.create_collation("unicase", lambda one, two: (one.casefold() > two.casefold()) - (one < two))
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
    connection.set_progress_handler(step, 10_000)
    connection.set_authorizer(may)


def _notes(connection: sqlite3.Connection) -> list[Note]:
    tables = {
        _text(name) for name, kind in connection.execute("SELECT name, type FROM sqlite_master") if kind == "table"
    }
    if not {"col", "notes", "cards"} <= tables:
        raise NotAnki("the collection lacks Anki's tables")
    new = "notetypes" in tables
    kinds = _new_kinds(connection) if new else _old_kinds(connection)
    decks = _new_decks(connection) if new else _old_decks(connection)
    cards: dict[int, list[tuple[int, str]]] = {}
    rows = connection.execute("SELECT nid, ord, did, odid FROM cards LIMIT ?", (_MOST_CARDS + 1,))
    for count, (note, number, deck, home) in enumerate(rows):
        if count >= _MOST_CARDS:
            raise TooLarge(f"the collection has more than {_MOST_CARDS:,} cards; it was not read")
        if isinstance(note, int) and isinstance(number, int):
            cards.setdefault(note, []).append((number, decks.get(_text(home or deck), "")))
    found = []
    for row in connection.execute("SELECT id, guid, mid, tags, flds FROM notes ORDER BY id LIMIT ?", (_MOST_CARDS,)):
        fields = tuple(_text(row[4]).split("\x1f"))
        kind = kinds.get(_text(row[2])) or NoteType("", tuple(str(n) for n in range(len(fields))), (), cloze=False)
        tags = tuple(tag for tag in _text(row[3]).split() if tag not in ("leech", "marked"))
        found.append(Note(_text(row[1]), kind, fields, tags, tuple(sorted(cards.get(row[0], ())))))
    return found


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def _column(connection: sqlite3.Connection, statement: str) -> dict[str, object]:
    """A JSON object out of the collection's one row."""
    row = connection.execute(statement).fetchone()
    try:
        found = json.loads(_text(row[0]) if row else "")
    except (ValueError, RecursionError) as error:
        raise NotAnki("the collection's own description is not readable") from error
    return found if isinstance(found, dict) else {}


def _old_kinds(connection: sqlite3.Connection) -> dict[str, NoteType]:
    found = {}
    for key, model in _column(connection, "SELECT models FROM col").items():
        if isinstance(model, dict):
            fields = tuple(_text(one.get("name")) for one in _objects(model.get("flds")))
            templates = tuple((_text(one.get("qfmt")), _text(one.get("afmt"))) for one in _objects(model.get("tmpls")))
            found[key] = NoteType(_text(model.get("name")), fields, templates, cloze=model.get("type") == 1)
    return found


def _objects(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _old_decks(connection: sqlite3.Connection) -> dict[str, str]:
    decks = _column(connection, "SELECT decks FROM col")
    return {key: _text(deck.get("name")) for key, deck in decks.items() if isinstance(deck, dict)}


def _new_decks(connection: sqlite3.Connection) -> dict[str, str]:
    return {
        _text(key): _text(name).replace("\x1f", "::") for key, name in connection.execute("SELECT id, name FROM decks")
    }


def _new_kinds(connection: sqlite3.Connection) -> dict[str, NoteType]:
    fields: dict[str, list[str]] = {}
    templates: dict[str, list[tuple[str, str]]] = {}
    for kind, _, name in sorted(connection.execute("SELECT ntid, ord, name FROM fields"), key=_order):
        fields.setdefault(_text(kind), []).append(_text(name))
    for kind, _, config in sorted(connection.execute("SELECT ntid, ord, config FROM templates"), key=_order):
        parts = dict(wire(config)) if isinstance(config, bytes) else {}
        templates.setdefault(_text(kind), []).append((_text(parts.get(1)), _text(parts.get(2))))
    found = {}
    for key, name, config in connection.execute("SELECT id, name, config FROM notetypes"):
        cloze = isinstance(config, bytes) and dict(wire(config)).get(1) == 1
        kind = _text(key)
        found[kind] = NoteType(_text(name), tuple(fields.get(kind, ())), tuple(templates.get(kind, ())), cloze=cloze)
    return found


def _order(row: tuple[object, object, object]) -> tuple[str, int]:
    return _text(row[0]), row[1] if isinstance(row[1], int) else 0


def wire(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(number, value) of each field of a protobuf message; ends where it is none."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        value: int | bytes
        if tag & 7 == 0:
            value, at = _varint(data, at)
        elif tag & 7 == 2:
            length, at = _varint(data, at)
            value, at = data[at : at + length], at + length
        elif tag & 7 in (1, 5):
            length = 8 if tag & 7 == 1 else 4
            value, at = data[at : at + length], at + length
        else:
            return
        if at > len(data):
            return
        yield tag >> 3, value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number and where it ends; behind the data's end where it is cut off."""
    value = 0
    for place in range(10):
        if at + place >= len(data):
            break
        byte = data[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    return 0, len(data) + 1
