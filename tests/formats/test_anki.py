"""Anki's packages, old and new: each card becomes a flashcard, and no dummy collection is ever read."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.questions import Image, Kind
from bot.formats import anki, anki_collection
from bot.formats.anki import read, sniff
from bot.formats.anki_cards import gaps, side, with_gap
from bot.formats.imported import Imported
from tests.formats.hostile import mutated

BASIC, CLOZE = 10, 20
BACK = "{{FrontSide}}<hr id=answer>{{Back}}"
KINDS = {
    BASIC: ("Basic", ["Front", "Back"], [("{{Front}}", BACK), ("{{Back}}", "{{FrontSide}}<hr id=answer>{{Front}}")], 0),
    CLOZE: ("Cloze", ["Text", "Extra"], [("{{cloze:Text}}", "{{cloze:Text}}<br>{{Extra}}")], 1),
}
Card = tuple[int, int, str, str, list[int]]
"""A note: its number, its type, its fields, its tags, and the numbers of its cards."""
NOTES: list[Card] = [
    (1, BASIC, "Suffix for <b>repair</b>\x1f-plasty[sound:a.mp3]", " greek leech ", [0, 1]),
    (2, CLOZE, "The {{c1::femur::bone}} is in the {{c2::thigh}}.\x1fSee the atlas.", "", [0, 1]),
    (3, BASIC, 'Which bone?<img src="leg.png">\x1fFemur', "", [0]),
]


def varint(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def message(*fields: tuple[int, int | bytes | str]) -> bytes:
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def collection(notes: list[Card], *, new: bool = False, more: str = "") -> bytes:
    base = sqlite3.connect(":memory:")
    base.create_collation("unicase", lambda one, two: (one > two) - (one < two))
    base.executescript(
        "CREATE TABLE col (id INTEGER, ver INTEGER, models TEXT, decks TEXT);"
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, guid TEXT, mid INTEGER, tags TEXT, flds TEXT, sfld INTEGER);"
        "CREATE TABLE cards (id INTEGER PRIMARY KEY, nid INTEGER, did INTEGER, ord INTEGER, odid INTEGER);"
    )
    models = {
        str(key): {
            "name": name,
            "type": kind,
            "flds": [{"name": field} for field in fields],
            "tmpls": [{"qfmt": front, "afmt": back} for front, back in templates],
        }
        for key, (name, fields, templates, kind) in KINDS.items()
    }
    decks = {"1": {"name": "Default"}, "5": {"name": "CPC::Terms"}}
    base.execute("INSERT INTO col VALUES (1, ?, ?, ?)", (18 if new else 11, *map(json.dumps, (models, decks))))
    if new:
        base.executescript(
            "CREATE TABLE notetypes (id INTEGER PRIMARY KEY, name TEXT COLLATE unicase, config BLOB);"
            "CREATE TABLE fields (ntid INTEGER, ord INTEGER, name TEXT COLLATE unicase, config BLOB,"
            " PRIMARY KEY (ntid, ord)) WITHOUT ROWID;"
            "CREATE TABLE templates (ntid INTEGER, ord INTEGER, name TEXT COLLATE unicase, config BLOB);"
            "CREATE TABLE decks (id INTEGER PRIMARY KEY, name TEXT COLLATE unicase);"
            "CREATE UNIQUE INDEX by_name ON notetypes (name); UPDATE col SET models = '', decks = '';"
            "INSERT INTO decks VALUES (1, 'Default'), (5, 'CPC' || char(31) || 'Terms');"
        )
        for key, (name, fields, templates, kind) in KINDS.items():
            base.execute("INSERT INTO notetypes VALUES (?, ?, ?)", (key, name, message((1, kind), (3, ".card {}"))))
            for place, field in enumerate(fields):
                base.execute("INSERT INTO fields VALUES (?, ?, ?, x'')", (key, place, field))
            for place, (front, back) in enumerate(templates):
                config = message((1, front), (2, back))
                base.execute("INSERT INTO templates VALUES (?, ?, ?, ?)", (key, place, f"Card {place}", config))
    for number, kind, fields_text, tags, cards in notes:
        base.execute("INSERT INTO notes VALUES (?, ?, ?, ?, ?, 0)", (number, f"g{number}", kind, tags, fields_text))
        for place in cards:
            base.execute("INSERT INTO cards (nid, did, ord, odid) VALUES (?, 5, ?, 0)", (number, place))
    base.executescript(more)
    base.commit()
    return base.serialize()


def package(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


DUMMY = collection([(1, BASIC, "Please update to the latest Anki version, then import again.\x1f", "", [0])])
OLD = package({"collection.anki2": collection(NOTES), "media": b'{"0": "leg.png"}', "0": b"png"})
MIDDLE = package({"collection.anki2": DUMMY, "collection.anki21": collection(NOTES), "media": b'{"0": "leg.png"}'})
NEW = package(
    {
        "meta": message((1, 3)),
        "collection.anki2": DUMMY,
        "collection.anki21b": zstd(collection(NOTES, new=True)),
        "media": zstd(message((1, message((1, "leg.png"), (2, 3), (3, b"x"))))),
    }
)


def said(found: Imported) -> list[str]:
    return [str(problem) for problem in found.problems]


@pytest.mark.parametrize("data", [OLD, MIDDLE, NEW], ids=["old", "middle", "new"])
def test_each_card_becomes_a_flashcard(data: bytes) -> None:
    """The same from every schema: both directions, gaps with hints, decks as topics, tags, pictures; sounds told."""
    found = read(data, "d.apkg")
    cards = [(question.key, question.stem, question.answers[0]) for question in found.questions]
    assert cards == [
        ("g1", "Suffix for repair", "-plasty"),
        ("g1-2", "-plasty", "Suffix for repair"),
        ("g2", "The [bone] is in the thigh.", "femur"),
        ("g2-2", "The femur is in the _____.", "thigh"),
        ("g3", "Which bone?", "Femur"),
    ]
    assert {(question.kind, question.topic) for question in found.questions} == {(Kind.FLASHCARD, "Terms")}
    assert found.questions[0].tags == ("greek",)
    assert found.questions[2].explanation == "See the atlas."
    assert found.questions[4].image == Image("leg.png")
    assert said(found) == ["d.apkg:1: 2 cards have sounds, which chat cannot play; they were left out"]
    assert sniff(data, "x") > 0.9


def test_pictures_that_cards_show_are_handed_over() -> None:
    """Of old and of new packages, in which each is packed by itself; a bomb is not unpacked, and told."""
    assert dict(read(OLD, "d").files) == {"leg.png": b"png"}
    parts = {
        "collection.anki21b": zstd(collection(NOTES, new=True)),
        "media": zstd(message((1, message((1, "other.png"))), (1, message((1, "leg.png"))))),
        "0": zstd(b"not shown"),
        "1": zstd(b"a leg"),
    }
    assert dict(read(package(parts), "d").files) == {"leg.png": b"a leg"}
    bomb = read(package(parts | {"1": zstd(bytes(anki.MAX_PICTURE + 1))}), "d")
    assert not bomb.files
    assert "unpacks to more than" in said(bomb)[-1]


def test_a_dummy_is_never_taken_for_the_deck() -> None:
    """Not where it stands alone, and not where the new collection is broken."""
    found = read(package({"collection.anki2": DUMMY, "media": b"{}"}), "d.apkg")
    assert not found.questions
    assert "asks to update Anki" in said(found)[0]
    for broken in (b"\x28\xb5\x2f\xfdjunk", b"", zstd(b"junk"), zstd(collection(NOTES, new=True))[:-40]):
        found = read(package({"collection.anki2": DUMMY, "collection.anki21b": broken}), "d.apkg")
        assert not found.questions
        assert said(found)


def test_what_chat_cannot_show_is_skipped() -> None:
    """LaTeX, sounds alone, pictures as answers, hidden parts of pictures, gaps that are gone."""
    notes: list[Card] = [
        (1, BASIC, "[latex]x[/latex]\x1fy", "", [0]),
        (2, BASIC, "[sound:a.mp3]\x1fy", "", [0]),
        (3, BASIC, "x\x1f<img src=a.png>", "", [0]),
        (4, CLOZE, "{{c1::image-occlusion:rect:left=1}}\x1f", "", [0]),
        (5, CLOZE, "{{c1::x}}\x1f", "", [4]),
        (6, CLOZE, "none\x1f", "", []),
        (7, BASIC, "x\x1f", "", [0]),
        (8, BASIC, "<img src='leg.png'>What?\x1fThat", "", [0]),
        (9, CLOZE, "".join(f"{{{{c{n}::x}}}}" for n in range(1, 102)) + "\x1f", "", list(range(101))),
    ]
    found = read(package({"collection.anki21": collection(notes)}), "d.apkg")
    assert [(one.line, one.reason.split(",")[0][:32]) for one in found.skipped] == [
        (1, "it holds LaTeX"),
        (2, "there is no text on its front"),
        (3, "there is a picture in an answer;"),
        (4, "a part of a picture is hidden"),
        (5, "gap 5 is no longer in its text"),
        (6, "there is no gap in its text"),
        (7, "there is no text on its back"),
        (9, "it has 101 cards in one note; 10"),
    ]
    assert said(found) == ["d.apkg:8: the picture “leg.png” is not in the package; the card needs it"]


def test_sides_and_gaps() -> None:
    """Conditions, filters, gaps within gaps, gaps that share a card, braces that are none."""
    fields = {"A": "a", "B": "", "C": "c"}
    assert side("{{#A}}x{{hint:A}}{{/A}}{{#B}}y{{/B}}{{^B}}z{{/B}}{{type:C}}{{Deck}}", fields, front=True) == "xaz"
    assert side("{{A}}<hr id='answer'>{{type:C}}{{tts en_US:C}}", fields, front=False) == "c"
    assert with_gap("{{c1::a {{c2::b}}}} {{c1::d}}", 1) == ("_____ _____", ["a b", "d"])
    assert with_gap("{{c1::a {{c2::b::h}}}}", 2) == ("a [h]", ["b"])
    assert with_gap("{{c1,2::a}} }} {{c3::", 2) == ("_____ }} ", ["a"])
    assert gaps("{{c1,2::a}} {{c3::b}}") == {1, 2, 3}


def test_a_hostile_collection_ends_at_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A view in the notes' place, huge values, no tables, a log file's mark, too many bytes, too many steps."""
    endless = (
        "DROP TABLE notes; CREATE VIEW notes AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)"
        " SELECT id, 'g' AS guid, 10 AS mid, '' AS tags, 'a' AS flds FROM n;"
    )
    assert "lacks Anki's tables" in said(read(package({"collection.anki2": collection([], more=endless)}), "d"))[0]
    swapped = "DROP TABLE cards; CREATE TABLE cards (nid, ord, did, odid AS (zeroblob(900000000)));"
    swapped += "INSERT INTO cards (nid, ord, did) VALUES (1, 0, 5);"
    assert "cannot be read" in said(read(package({"collection.anki2": collection(NOTES, more=swapped)}), "d"))[0]
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE x (y)")
    assert "lacks Anki's tables" in said(read(package({"collection.anki2": base.serialize()}), "d"))[0]
    logged = bytearray(collection(NOTES))
    logged[18:20] = b"\x02\x02"
    assert len(read(package({"collection.anki2": bytes(logged)}), "d").questions) == 5
    monkeypatch.setattr(anki_collection, "MAX_STEPS", -1)
    many: list[Card] = [(number, BASIC, "a\x1fb", "", [0]) for number in range(1, 9000)]
    assert "too many steps" in said(read(package({"collection.anki2": collection(many)}), "d"))[0]
    monkeypatch.setattr(anki, "MAX_COLLECTION", 2000)
    for data in (OLD, NEW):
        assert "2,000" in said(read(data, "d"))[0]


@given(
    st.booleans(),
    mutated([collection(NOTES), collection(NOTES, new=True)], [b"\x1f", b"{{c1::", b"}}", b"::", b"\xff"]),
)
def test_no_collection_makes_it_raise(new: bool, data: bytes) -> None:
    """A database with changed bytes, in an old or new package."""
    parts = {"collection.anki21b": zstd(data), "media": zstd(data[:50])} if new else {"collection.anki2": data}
    found = read(package(parts), "d.apkg")
    assert found.questions or found.problems or found.skipped


@given(mutated([OLD, NEW]) | st.binary())
def test_no_package_makes_it_raise(data: bytes) -> None:
    """An archive with changed bytes, or anything at all."""
    found = read(data, "d.apkg")
    assert found.questions or found.problems or found.skipped
    assert 0 <= sniff(data, "d.apkg") <= 1


@given(
    st.lists(st.sampled_from(["{{", "c1::", "{{c1::", "::", "}}", "a", "{{#A}}", "{{/A}}", "{{A}}", "{"]), max_size=40)
)
def test_no_text_makes_sides_raise(pieces: list[str]) -> None:
    """Any mixture of marks gives a text."""
    text = "".join(pieces)
    assert isinstance(with_gap(text, 1)[0], str)
    assert isinstance(side(text, {"A": "x"}, front=True), str)
