"""Anki's text files: notes as rows, with headers (`#separator:tab`) that say what stands where.

Read by Anki's manual (“Importing: Text Files”). A note becomes a flashcard, one for each gap of a cloze; only one whose
front ends with lettered options, and whose back begins with the letter of one, becomes a question with options.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count

from bot.domain.questions import Kind, Question, as_key
from bot.formats.anki_cards import MOST_GAPS, gaps, with_gap
from bot.formats.anki_options import with_options
from bot.formats.delimited import Row, rows
from bot.formats.html_text import plain
from bot.formats.imported import MAX_QUESTIONS, Gathering, Imported, Told, TooLarge, text_of
from bot.formats.opening import opening
from bot.formats.rich_text import RichText
from bot.formats.wording import nearest

NAME = "anki text"
EXPLANATION = "<hr id=explanation>"
"""What parts a back from the explanation in a file of ours; Anki draws a line."""

_HEADER = re.compile(r"#([a-z]+(?: column)?)\s*:\s*(.*)", re.IGNORECASE)
_HEADERS = ("separator", "html", "tags", "columns", "notetype", "deck", "if matches", "match scope")
_COLUMNS = ("notetype", "deck", "tags", "guid")
_SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " ", "pipe": "|", "colon": ":", "\\t": "\t"}
_SOUND = re.compile(r"\[sound:[^\[\]]{0,300}\]|\[anki:[^\[\]]{0,300}\]")
_LATEX = re.compile(r"\[latex\]|\[\$\$?\]", re.IGNORECASE)
_SNIFFED = re.compile(
    r"(?:tags:[^\n]*\n)?#(?:separator|html|notetype|deck|guid|tags|columns)(?: column)?:", re.IGNORECASE
)
_FRONT = ("front", "question", "term", "prompt", "text", "word")
_BACK = ("back", "answer", "definition", "meaning", "translation")
_SOURCE = ("source", "sources", "reference", "references")
_QUIET_TAGS = {"marked", "leech"}


def sniff(data: bytes, name: str) -> float:
    """How sure it is that a file is Anki's text, 0 to 1: by its headers."""
    del name  # content decides, not the file's ending
    return 0.97 if _SNIFFED.match(opening(data)) else 0.0


def read(data: bytes, name: str, told: Told | None = None) -> Imported:
    """The cards of one of Anki's text files; *name* is named in the problems."""
    into = Gathering(NAME, name, told)
    with into.guarded():
        text = text_of(data, into)
        if text is not None:
            head, begin = _head(text, into)
            cards = _Cards(head, into)
            for number, row in enumerate(rows(text[begin:], head.separator, head.lines + 1)):
                if number >= 2 * MAX_QUESTIONS:
                    raise TooLarge(f"a file may hold {MAX_QUESTIONS:,} notes; the rest was not read")
                cards.take(row)
            cards.told()
    return into.done()


@dataclass(slots=True)
class _Head:
    """What a file's headers say. *columns*: where what is no field of a note stands, from 0."""

    separator: str = ""
    html: bool | None = None
    tags: list[str] = field(default_factory=list)
    deck: str = ""
    notetype: str = ""
    names: list[str] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    lines: int = 0


def _head(text: str, into: Gathering) -> tuple[_Head, int]:
    """The headers, and where the rows begin."""
    head = _Head()
    begin = 0
    columns = ""
    for number in count(1):
        end = text.find("\n", begin)
        line = text[begin : end if end >= 0 else len(text)]
        if not line.startswith("#") and not (line.lower().startswith("tags:") and number == 1):
            break
        if found := _HEADER.fullmatch(line if line.startswith("#") else f"#{line}"):
            columns = found[2] if found[1].lower() == "columns" else columns
            _header(head, found[1].lower(), found[2], number, into)
        head.lines = number
        if end < 0:
            return head, len(text)
        begin = end + 1
    first = text[begin : end if end >= 0 else len(text)]
    head.separator = head.separator or next((sign for sign in "\t|;:, " if sign in first), "\t")
    head.names = [name.strip() for row in rows(columns, head.separator) for name in row.fields]
    return head, begin


def _header(head: _Head, name: str, value: str, line: int, into: Gathering) -> None:
    value = value if name == "separator" and value else value.strip()
    column = name.removesuffix(" column")
    if column != name and column in _COLUMNS:
        if value.isdecimal() and 1 <= int(value[:4]) <= 1000:
            head.columns[column] = int(value[:4]) - 1
        else:
            into.error(line, f"“#{name}” is the number of a column, not “{value[:40]}”")
    elif name == "separator":
        sign = _SEPARATORS.get(value.strip().lower(), value)
        if len(sign) == 1 and sign not in '"#':
            head.separator = sign
        else:
            into.error(line, f"the separator is Tab, Comma, Semicolon, Pipe, Colon or Space, not “{value[:40]}”")
    elif name == "html":
        head.html = value.lower() == "true"
    elif name == "tags":
        head.tags = value.split()
    elif name == "deck":
        head.deck = value
    elif name == "notetype":
        head.notetype = value
    elif name not in _HEADERS:
        into.warning(line, f"“#{name}” is not read; {nearest(name, _HEADERS)}")


class _CannotAsk(Exception):
    """A note cannot be asked here; the text says why."""


@dataclass(slots=True)
class _Note:
    """A row without its special columns. *base*: what all its cards share."""

    line: int
    fields: list[str]
    notetype: str
    base: Question


@dataclass(slots=True)
class _Cards:
    """Makes cards of rows, and counts what is told once for all of them."""

    head: _Head
    into: Gathering
    rich: RichText = field(default_factory=RichText)
    sounds: int = 0
    extras: int = 0
    reversed: int = 0
    first: dict[str, int] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        if row.fields[0].startswith("#"):
            if len(row.fields) > 1:
                self.into.warning(row.line, "a line that begins with # is a comment in Anki; it was left out")
            return
        note = self._note(row)
        try:
            if gaps(note.fields[0]) or "cloze" in note.notetype.casefold():
                self._cloze(note)
            else:
                self._card(note)
        except _CannotAsk as reason:
            self.into.skip(row.line, plain(" ".join(note.fields)[:2000]).text, str(reason))

    def told(self) -> None:
        for number, what, line in (
            (self.sounds, "notes with sounds, which chat cannot play and which were left out", "sound"),
            (self.extras, "notes with more than two fields, of which the others became the explanation", "extra"),
            (self.reversed, "notes that Anki also asks the other way round, and that are asked one way here", "back"),
        ):
            if number:
                self.into.warning(self.first[line], f"{what}: {number}")

    def _note(self, row: Row) -> _Note:
        special = {name: row.fields[at].strip() for name, at in self.head.columns.items() if at < len(row.fields)}
        places = set(self.head.columns.values())
        fields = [one for at, one in enumerate(row.fields) if at not in places]
        topic = special.get("deck", self.head.deck).rpartition("::")[2].strip()
        tags = [*self.head.tags, *special.get("tags", "").split()]
        base = Question(
            key=as_key(special.get("guid", "")),
            topic="" if topic == "Default" else topic,
            stem="",
            options=(),
            explanation="",
            source="",
            difficulty=None,
            tags=tuple(tag for tag in tags if tag.casefold() not in _QUIET_TAGS),
            code_year=None,
            kind=Kind.FLASHCARD,
            line=row.line,
        )
        return _Note(row.line, fields or [""], special.get("notetype", self.head.notetype), base)

    def _cloze(self, note: _Note) -> None:
        extra = "<br>".join(filter(None, note.fields[1:]))
        numbers = gaps(note.fields[0])
        if not numbers:
            raise _CannotAsk("there is no gap in its text")
        if len(numbers) > MOST_GAPS:
            raise _CannotAsk(f"it has {len(numbers)} cards in one text; {MOST_GAPS} is the most")
        for number in sorted(numbers):
            front, hidden = with_gap(note.fields[0], number)
            key = note.base.key
            base = replace(note.base, key=f"{key[:58]}-{number}" if key and number > 1 else key)
            self.rich = RichText()
            if any("image-occlusion:" in one for one in hidden):
                raise _CannotAsk("a part of a picture is hidden, which chat cannot do")
            self._keep(base, front, "; ".join(dict.fromkeys(hidden)), extra, "")

    def _card(self, note: _Note) -> None:
        front, back, extra, source = self._sides(note)
        self.rich = RichText()
        if "reversed" in note.notetype.casefold():
            self.reversed += 1
            self.first.setdefault("back", note.line)
        back, _, explanation = back.partition(EXPLANATION)
        self._keep(note.base, front, back, "<br><br>".join(filter(None, [explanation, extra])), source)

    def _sides(self, note: _Note) -> tuple[str, str, str, str]:
        """Front, back, what else there is, and the source, by the columns' names if there are any."""
        fields = note.fields
        names = [name.casefold() for at, name in enumerate(self.head.names) if at not in self.head.columns.values()]
        front = next((names.index(name) for name in _FRONT if name in names), 0)
        back = next((names.index(name) for name in _BACK if name in names), 1)
        if front == back or max(front, back) >= len(fields):
            front, back = 0, 1
        sources = [
            at for at, name in enumerate(names) if name in _SOURCE and at < len(fields) and at not in (front, back)
        ]
        rest = [one for at, one in enumerate(fields) if at not in (front, back, *sources) and one.strip()]
        if "optional" in note.notetype.casefold():
            rest = rest[:-1]  # the field that only says whether to ask the other way round as well
        if rest:
            self.extras += 1
            self.first.setdefault("extra", note.line)
        source = fields[sources[0]] if sources else ""
        return fields[front], fields[back] if len(fields) > 1 else "", "<br>".join(rest), source

    def _keep(self, base: Question, front: str, back: str, extra: str, source: str) -> None:
        if _LATEX.search(front) or _LATEX.search(back):
            raise _CannotAsk("it holds LaTeX, which chat cannot show")
        silent = bool(_SOUND.search(front) or _SOUND.search(back))
        question = with_options(base, front, back, self._text, self.rich) or self._flashcard(base, front, back)
        if self.rich.reason:
            raise _CannotAsk(self.rich.reason)
        sound = ", only a sound" if silent else ""
        if not question.stem.strip():
            raise _CannotAsk("there is no text on its front" + (", only a picture" if self.rich.image else sound))
        if question.kind is Kind.FLASHCARD and not question.answers[0].strip():
            raise _CannotAsk(f"there is no text on its back{sound}")
        if silent:
            self.sounds += 1
            self.first.setdefault("sound", base.line)
        more = self._text(self.rich.extra, extra) if extra else ""
        explanation = "\n\n".join(filter(None, [question.explanation, more]))
        source = self._text(self.rich.extra, source) if source else ""
        for warning in self.rich.warnings:
            self.into.warning(base.line, warning)
        self.into.keep(replace(question, explanation=explanation, source=source, image=self.rich.image))

    def _text(self, reader: Callable[..., str], text: str) -> str:
        text = _SOUND.sub("", text)
        return text if self.head.html is False else reader(text, loose=self.head.html is None)

    def _flashcard(self, base: Question, front: str, back: str) -> Question:
        return replace(base, stem=self._text(self.rich.stem, front), answers=(self._text(self.rich.needed, back),))
