"""Questions as a table: the first line names the columns, each further line is a question.

Commas, semicolons, tabs or bars part the cells; `studyhall bank template` prints the columns. The key is a letter, an
option's text or a number, and one that can be read in two ways is reported, never guessed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.domain.questions import CHOICES, Case, Image, Kind, Option, Question, Scoring, as_key, derived_case_key, folded
from bot.domain.questions import true_false as true_false_options
from bot.formats.csv_columns import Columns, columns, complain
from bot.formats.csv_write import unguarded
from bot.formats.imported import MAX_LINE, Gathering, Imported, Told, text_of
from bot.formats.keys import Base, base_of, right_ones
from bot.formats.markdown_text import read_tags
from bot.formats.tidy import tidy

DELIMITERS = ",;\t|"
MOST_RESTARTS = 1000
_LONE_BAR = re.compile(r"(?<!\|)\|(?!\|)")
_SEPARATOR_LINE = re.compile(r"sep=(.)\n", re.IGNORECASE)
_TYPES = {
    Kind.SINGLE: ("single", "singlechoice", "multiplechoice", "mc", "mcq", "mcsa", "singleanswer", "radio"),
    Kind.MULTI: (
        "multi", "multiple", "multipleanswer", "multipleanswers", "multipleresponse", "multipleselect", "multiselect",
        "checkbox", "checkboxes", "ma", "mcma", "selectall", "selectallthatapply",
    ),
    Kind.TRUEFALSE: ("truefalse", "tf", "trueorfalse", "boolean", "yesno"),
    Kind.SHORT: ("short", "shortanswer", "sa", "text", "fillin", "fillintheblank", "fib", "typed", "typein"),
    Kind.FLASHCARD: ("flashcard", "card", "basic", "frontback"),
}  # fmt: skip
_KINDS = {word: kind for kind, words in _TYPES.items() for word in words}
_CANNOT = {
    "essay": "an essay cannot be judged in chat",
    "matching": "pairs cannot be matched in chat",
    "ordering": "an order cannot be asked in chat",
    "numeric": "a number with a tolerance cannot be asked; a short answer can",
    "hotspot": "a place in a picture cannot be asked in chat",
    "draganddrop": "nothing can be dragged in chat",
}
_YES = {"true": True, "t": True, "yes": True, "y": True, "false": False, "f": False, "no": False, "n": False}


@dataclass(slots=True)
class _Row:
    line: int
    cells: list[str]
    columns: Columns

    def get(self, name: str) -> str:
        return self._cell(self.columns.plain.get(name))

    def at(self, places: dict[int, int]) -> dict[int, str]:
        return {place: self._cell(at) for place, at in sorted(places.items())}

    def _cell(self, at: int | None) -> str:
        text = (
            ""
            if at is None or at >= len(self.cells)
            else tidy(self.cells[at].replace("\r\n", "\n").replace("\r", "\n"))
        )
        return unguarded(text) if self.columns.ours else text

    def options(self) -> list[str]:
        """Texts by place; '' where there is none."""
        if self.columns.wrong and not self.columns.options:
            return [self.get("correct"), *self.at(self.columns.wrong).values()]
        found = self.at(self.columns.options)
        return [found.get(place, "") for place in range(max(found, default=-1) + 1)]


class _Unsound(Exception):
    """This row cannot become a question; the text says why."""


@dataclass(slots=True)
class _Table:
    into: Gathering
    base: Base
    cards: bool  # no column of options at all, and none for the type: fronts and backs
    cases: dict[str, Case] = field(default_factory=dict)

    def question(self, row: _Row) -> Question | None:
        """The row's question; None where it is skipped. Raises _Unsound."""
        texts = row.options()
        kind = self._kind(row, texts)
        if kind is None:
            return None
        options = self._options(row, texts, kind) if kind in CHOICES else ()
        if kind is Kind.SINGLE and sum(option.correct for option in options) > 1 and not row.get("type"):
            kind = Kind.MULTI
        return Question(
            key=as_key(row.get("id")),
            topic=row.get("topic"),
            stem=row.get("question"),
            options=options,
            explanation=row.get("explanation"),
            source=row.get("source"),
            difficulty=self._number(row, "difficulty", 1, 5),
            tags=read_tags(row.get("tags")),
            code_year=self._number(row, "code_year", 1990, 2100),
            shuffle=self._shuffle(row, kind, texts),
            kind=kind,
            answers=() if kind in CHOICES else self._answers(row, kind, texts),
            image=self._image(row, "image", "alt"),
            scoring=self._scoring(row),
            case=self._case(row),
            line=row.line,
        )

    def _kind(self, row: _Row, texts: Sequence[str]) -> Kind | None:
        given = row.get("type")
        word = re.sub(r"[^a-z]+", "", given.casefold())
        if word in _CANNOT:
            self.into.skip(row.line, row.get("question"), _CANNOT[word])
            return None
        if given:
            if word not in _KINDS:
                raise _Unsound(f"unknown type “{given[:40]}”; known are {', '.join(Kind)}")
            return _KINDS[word]
        there = [folded(text) for text in texts if text]
        if sorted(there) == ["false", "true"] or (not there and folded(row.get("correct")) in {"true", "false"}):
            return Kind.TRUEFALSE
        if there:
            return Kind.SINGLE
        if self.cards:
            return Kind.FLASHCARD
        raise _Unsound("there are no options: write “short” or “flashcard” into the column “type”")

    def _options(self, row: _Row, texts: Sequence[str], kind: Kind) -> tuple[Option, ...]:
        feedback, weights = row.at(row.columns.feedback), self._weights(row)
        key = row.get("correct")
        if kind is Kind.TRUEFALSE and not any(texts):
            if key.casefold() not in _YES:
                raise _Unsound(f"the key of a true/false question is “true” or “false”, not “{key[:40]}”")
            return true_false_options(_YES[key.casefold()], feedback.get(0, ""), feedback.get(1, ""))
        if row.columns.wrong and not row.columns.options:
            right = frozenset({0})
        elif not key and kind is Kind.MULTI and weights:
            right = frozenset(place for place, weight in weights.items() if weight > 0)
        else:
            right, fault = right_ones(key, texts, self.base, several=kind is Kind.MULTI)
            if fault:
                raise _Unsound(fault)
        return tuple(
            Option(text, place in right, feedback.get(place, ""), weights.get(place))
            for place, text in enumerate(texts)
            if text
        )

    def _weights(self, row: _Row) -> dict[int, float]:
        found = {}
        for place, text in row.at(row.columns.weight).items():
            if not text:
                continue
            if not re.fullmatch(r"[-+]?[0-9]{1,4}(?:[.,][0-9]{1,10})? ?%?", text):
                raise _Unsound(f"a weight is a percentage like 50 or -33.33, not “{text[:40]}”")
            found[place] = float(text.rstrip("% ").replace(",", "."))
        return found

    def _answers(self, row: _Row, kind: Kind, texts: Sequence[str]) -> tuple[str, ...]:
        key = row.get("correct")
        if any(texts):
            raise _Unsound(f"a question of the type “{kind}” has its answer in the column “correct”, and no options")
        if kind is Kind.FLASHCARD:
            return (key,) if key else ()
        parts = key.split("\n") if "\n" in key else _split_bars(key)
        return tuple(part.strip() for part in parts if part.strip())

    def _number(self, row: _Row, name: str, least: int, most: int) -> int | None:
        text = row.get(name)
        if not text:
            return None
        found = re.fullmatch(r"([0-9]{1,4})(?:\.0+)?", text)
        if found and least <= int(found[1]) <= most:
            return int(found[1])
        self.into.warning(row.line, f"“{name}” is a whole number from {least} to {most}, not “{text[:40]}”; left empty")
        return None

    def _shuffle(self, row: _Row, kind: Kind, texts: Sequence[str]) -> bool:
        text = row.get("shuffle").casefold()
        words = {"on": True, "1": True, "off": False, "0": False} | _YES
        if text and text not in words:
            raise _Unsound(f"“shuffle” is “on” or “off”, not “{text[:40]}”")
        return words[text] if text else not (kind is Kind.TRUEFALSE and not any(texts))

    def _scoring(self, row: _Row) -> Scoring:
        text = row.get("scoring").casefold()
        if text not in {"", "all", "partial"}:
            raise _Unsound(f"“scoring” is “all” or “partial”, not “{text[:40]}”")
        return "partial" if text == "partial" else "all"

    def _image(self, row: _Row, name: str, alt: str) -> Image | None:
        if not row.get(name) and row.get(alt):
            raise _Unsound(f"“{alt}” describes a picture, and there is none in “{name}”")
        return Image(row.get(name), row.get(alt)) if row.get(name) else None

    def _case(self, row: _Row) -> Case | None:
        """The row's case; one with only an id is that of an earlier row."""
        key, stem = as_key(row.get("case_id")), row.get("case")
        if not stem:
            if key and key not in self.cases:
                raise _Unsound(f"the case “{key}” has no text in this or an earlier line")
            return self.cases.get(key)
        case = Case(key or derived_case_key(stem), stem, self._image(row, "case_image", "case_alt"))
        if self.cases.setdefault(case.key, case) != case:
            raise _Unsound(f"the case “{case.key}” has another text or picture in an earlier line")
        return case


def _split_bars(text: str) -> list[str]:
    """Answers between bars; a doubled bar is one of the text."""
    return [part.replace("||", "|") for part in _LONE_BAR.split(text)]


def sniff(data: bytes, name: str) -> bool:
    """Whether a file is a table whose first line names a question's columns."""
    del name  # content decides, not the file's ending
    head = data[:20_000].decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    head = _SEPARATOR_LINE.sub("", head.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), count=1)
    return _layout(head)[1].usable


def _layout(text: str) -> tuple[str, Columns]:
    """The separator by which the first row names most columns, and these."""
    found = []
    for delimiter in DELIMITERS:
        _, row, _ = next(_records(text, delimiter, 0), (1, [], ""))
        names = columns(row) if len(row) < 1000 else Columns()
        found.append((names.usable, names.width - len(names.unknown), delimiter, names))
    best = max(found, key=lambda one: one[:2])
    return best[2], best[3]


def read(data: bytes, name: str, told: Told | None = None) -> Imported:
    """The questions of a table; *name* is named in the problems."""
    into = Gathering("csv", name, told)
    with into.guarded():
        text = text_of(data, into)
        if text is not None:
            _read(text, into)
    return into.done()


def _read(text: str, into: Gathering) -> None:
    offset = 0
    if found := _SEPARATOR_LINE.match(text):
        text, offset = text[found.end() :], 1
    delimiter, names = _layout(text[:MAX_LINE])
    rows: list[_Row] = []
    head = None
    for line, cells, fault in _records(text, delimiter, offset):
        if fault:
            into.error(line, fault)
        elif head is None:
            head = line
            if not complain(names, into, line):
                return
        elif len(cells) > names.width and any(cell.strip() for cell in cells[names.width :]):
            into.error(
                line, f"{len(cells)} cells under {names.width} names: put quotes round a text with “{delimiter}”"
            )
        elif any(cell.strip() for cell in cells):
            rows.append(_Row(line, cells, names))
    table = _Table(into, _base(rows, into), cards=not (names.options or names.wrong or "type" in names.plain))
    if table.cards and rows:
        into.warning(head or 1, "there are no columns for options or types: each line is read as a flashcard")
    for row in rows:
        try:
            question = table.question(row)
        except _Unsound as fault:
            into.error(row.line, str(fault))
            continue
        if question is not None:
            into.keep(question)


def _base(rows: Sequence[_Row], into: Gathering) -> Base:
    if not rows or not rows[0].columns.options:
        return Base()
    base = base_of((row.get("correct"), row.options()) for row in rows)
    if base.conflict:
        into.error(1, "some keys are 0, so they count from 0, and some then lie behind the last option; write letters")
    elif not base.sure:
        into.warning(1, f"the keys are numbers, read as counted from {base.first}; nothing in the file proves it")
    elif base.first == 0:
        into.warning(1, "the keys are numbers, read as counted from 0, since some are 0")
    return base


def _records(text: str, delimiter: str, offset: int) -> Iterator[tuple[int, list[str], str]]:
    """(line, cells, fault) of each record. After a fault, reading goes on with the line below the record's first."""
    lines = text.split("\n")
    at = 0
    for _ in range(MOST_RESTARTS):
        further = (lines[n] + "\n" for n in range(at, len(lines)))
        reader = csv.reader(further, delimiter=delimiter, strict=True, skipinitialspace=True)
        before, fault = 0, ""
        try:
            for cells in reader:
                yield at + before + 1 + offset, cells, ""
                before = reader.line_num
        except csv.Error as error:
            fault = _csv_fault(error)
        if not fault:
            return
        yield at + before + 1 + offset, [], fault
        at += before + 1
    yield at + offset, [], f"more than {MOST_RESTARTS} lines are not readable as a table; the rest was not read"


def _csv_fault(error: csv.Error) -> str:
    said = str(error)
    if "unexpected end" in said:
        return "a quote is opened in this line and never closed"
    if "expected after" in said:
        return 'a quote stands inside a quoted text: double it (""), or take the quotes round the text away'
    return f"not readable as a table: {said}"
