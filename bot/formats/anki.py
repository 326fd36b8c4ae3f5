"""Anki's packages (.apkg, .colpkg), of old and new versions: each card becomes a flashcard.

A new package also holds an old collection with one note that asks to update Anki; it is never read in place of the new.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import zstandard

from bot.domain.questions import Image, Kind, Question, as_key
from bot.formats.anki_cards import MOST_GAPS, cloze_field, gaps, side, with_gap
from bot.formats.anki_collection import NotAnki, Note, notes, wire
from bot.formats.archive import Archive, names_in, opened
from bot.formats.html_text import plain
from bot.formats.imported import MAX_QUESTIONS, Gathering, Imported, Told, TooLarge
from bot.formats.rich_text import RichText

NAME = "anki"
MAX_COLLECTION = 100_000_000
"""Bytes of a collection, unpacked."""
_COLLECTIONS = ("collection.anki21b", "collection.anki21", "collection.anki2")
"""The newest first; where it is there, the others are older forms of it or a dummy."""
MAX_PICTURE = 20_000_000
"""Bytes of a picture, unpacked; what is too large to be kept is told later."""
_DUMMY = "please update to the latest anki version"
_ZSTD = b"\x28\xb5\x2f\xfd"
_WINDOW = 1 << 27
_SOUND = re.compile(r"\[sound:[^\[\]]{0,300}\]|\[anki:[^\[\]]{0,300}\]")
_LATEX = re.compile(r"\[latex\]|\[\$\$?\]", re.IGNORECASE)


def sniff(data: bytes, name: str) -> float:
    """How sure it is that a file is a package of Anki, 0 to 1: by what the archive holds."""
    del name  # content decides, not the file's ending
    return 0.98 if set(names_in(data)) & set(_COLLECTIONS) else 0.0


def read(data: bytes, name: str, told: Told | None = None) -> Imported:
    """The cards of a package; *name* is named in the problems, with the note's number in place of a line."""
    into = Gathering(NAME, name, told)
    with into.guarded():
        archive = opened(data, into)
        collection = None if archive is None else _collection(archive, into)
        if archive is not None and collection is not None:
            _take(collection, _Media(archive, _media(archive, into)), into)
    return into.done()


def _collection(archive: Archive, into: Gathering) -> bytes | None:
    part = next((one for one in _COLLECTIONS if one in archive.names), None)
    if part is None:
        into.error(1, "there is no collection of Anki in this archive")
        return None
    data = archive.read(part, into)
    if data is None:
        return None
    if len(data) > MAX_COLLECTION:
        raise TooLarge(f"the collection has {len(data):,} bytes; {MAX_COLLECTION:,} is the most")
    return _unpacked(data, into, MAX_COLLECTION) if data.startswith(_ZSTD) else data


def _unpacked(data: bytes, into: Gathering, most: int) -> bytes | None:
    try:
        with zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(io.BytesIO(data)) as stream:
            found = stream.read(most + 1)
    except (zstandard.ZstdError, ValueError, EOFError) as error:
        into.error(1, f"a part of the package is broken: {str(error)[:100]}")
        return None
    if len(found) > most:
        raise TooLarge(f"a part of the package unpacks to more than {most:,} bytes; it was not read")
    return found


def _media(archive: Archive, into: Gathering) -> dict[str, str]:
    """By the names of the pictures and sounds of the package the archive's parts that they are."""
    data = archive.read("media", into) if "media" in archive.names else None
    if data and data.startswith(_ZSTD):
        data = _unpacked(data, into, MAX_COLLECTION)
    if not data:
        return {}
    if data.lstrip().startswith(b"{"):
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            into.warning(1, "the package's list of pictures is not readable")
            return {}
        return {str(value): str(part) for part, value in found.items()} if isinstance(found, dict) else {}
    entries = [value for number, value in wire(data) if number == 1 and isinstance(value, bytes)]
    names = [dict(wire(entry)).get(1) for entry in entries]
    return {name.decode("utf-8", "replace"): str(n) for n, name in enumerate(names) if isinstance(name, bytes)}


@dataclass(frozen=True, slots=True)
class _Media:
    """The package's pictures, each unpacked only when a card shows it."""

    archive: Archive
    parts: Mapping[str, str]

    def attach(self, image: Image, line: int, into: Gathering) -> None:
        part = self.parts.get(image.name)
        if part is None or part not in self.archive.names or image.name in into.files:
            return
        try:
            data = self.archive.read(part, into)
            if data is not None and data.startswith(_ZSTD):
                data = _unpacked(data, into, MAX_PICTURE)
        except TooLarge as error:
            into.error(line, str(error))
        else:
            if data is not None:
                into.attach(image, data)


def _take(collection: bytes, media: _Media, into: Gathering) -> None:
    try:
        found = notes(collection)
    except NotAnki as error:
        into.error(1, str(error))
        return
    if len(found) == 1 and any(_DUMMY in one.casefold() for one in found[0].fields):
        into.error(
            1, "this package holds nothing but a note that asks to update Anki: export the deck again with a new Anki"
        )
        return
    sounds = 0
    into.lines = len(found)
    for number, note in enumerate(found, 1):
        if number > MAX_QUESTIONS:
            raise TooLarge(f"a file may hold {MAX_QUESTIONS:,} notes; the rest was not read")
        reading = _Reading(number, note, media, into)
        reading.take()
        sounds += reading.sounds
    if sounds:
        into.warning(1, f"{sounds} cards have sounds, which chat cannot play; they were left out")


class _CannotAsk(Exception):
    """A card cannot be asked here; the text says why."""


@dataclass(slots=True)
class _Reading:
    """One note on its way to flashcards."""

    line: int
    note: Note
    media: _Media
    into: Gathering
    sounds: int = 0
    silent: bool = False
    rich: RichText = field(default_factory=RichText)

    def take(self) -> None:
        kind, note = self.note.kind, self.note
        fields = dict(zip(kind.fields, note.fields, strict=False))
        if kind.cloze:
            text = fields.get(cloze_field(kind.templates[0][0]) if kind.templates else "", note.fields[0])
            numbers = [number - 1 for number in sorted(gaps(text))]
        else:
            text, numbers = "", list(range(max(1, len(kind.templates))))
        cards = note.cards or tuple((number, "") for number in numbers)
        if not cards:
            self.into.skip(self.line, plain(text).text, "there is no gap in its text")
        if len(cards) > MOST_GAPS:
            reason = f"it has {len(cards)} cards in one note; {MOST_GAPS} is the most"
            self.into.skip(self.line, plain((text or note.fields[0])[:2000]).text, reason)
            return
        for number, deck in cards:
            self.rich, self.silent = RichText(pictures_here=True), False
            try:
                if kind.cloze:
                    self._cloze(text, number, deck, fields)
                else:
                    self._card(number, deck, fields)
            except _CannotAsk as reason:
                self.into.skip(self.line, plain(" ".join(note.fields)[:2000]).text, str(reason))

    def _card(self, number: int, deck: str, fields: dict[str, str]) -> None:
        templates = self.note.kind.templates
        if number < len(templates) and templates[number][0].strip():
            front = side(templates[number][0], fields, front=True)
            back = side(templates[number][1], fields, front=False)
        elif number == 0:
            front, back = self.note.fields[0], "<br>".join(filter(None, self.note.fields[1:]))
        else:
            raise _CannotAsk("its note type has no such card")
        self._keep(number, deck, front, back, "")

    def _cloze(self, text: str, number: int, deck: str, fields: dict[str, str]) -> None:
        front, hidden = with_gap(text, number + 1)
        if any("image-occlusion:" in one for one in hidden):
            raise _CannotAsk("a part of a picture is hidden, which chat cannot do")
        if not hidden:
            raise _CannotAsk(f"gap {number + 1} is no longer in its text")
        templates = self.note.kind.templates
        extra = side(templates[0][1], fields, front=False) if templates else ""
        self._keep(number, deck, front, "; ".join(dict.fromkeys(hidden)), extra)

    def _keep(self, number: int, deck: str, front: str, back: str, extra: str) -> None:
        if _LATEX.search(front) or _LATEX.search(back):
            raise _CannotAsk("it holds LaTeX, which chat cannot show")
        stem, answer = self.rich.stem(self._quiet(front)), self.rich.needed(self._quiet(back))
        explanation = self.rich.extra(self._quiet(extra)) if extra else ""  # noqa: S610 - no query
        if self.rich.reason:
            raise _CannotAsk(self.rich.reason)
        if not stem.strip():
            only = ", only a picture" if self.rich.image is not None else ", only a sound" if self.silent else ""
            raise _CannotAsk(f"there is no text on its front{only}")
        if not answer.strip():
            raise _CannotAsk("there is no text on its back" + (", only a sound" if self.silent else ""))
        self.sounds += self.silent
        for warning in self.rich.warnings:
            self.into.warning(self.line, warning)
        image = self.rich.image
        if image is not None:
            if image.name not in self.media.parts:
                self.into.warning(
                    self.line, f"the picture “{image.name[:60]}” is not in the package; the card needs it"
                )
            self.media.attach(image, self.line, self.into)
        key = as_key(self.note.guid)
        topic = deck.rpartition("::")[2].strip()
        self.into.keep(
            Question(
                key=f"{key[:58]}-{number + 1}" if key and number else key,
                topic="" if topic == "Default" else topic,
                stem=stem,
                options=(),
                explanation=explanation,
                source="",
                difficulty=None,
                tags=self.note.tags,
                code_year=None,
                shuffle=True,
                kind=Kind.FLASHCARD,
                answers=(answer,),
                image=image,
                line=self.line,
            )
        )

    def _quiet(self, html: str) -> str:
        found = _SOUND.sub("", html)
        self.silent = self.silent or found != html
        return found
