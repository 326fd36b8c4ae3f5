"""Terms and definitions as Quizlet and its like give them out: a pair a line, parted by a tab or by another sign.

What parts them is not said in the file. A sign counts if every line has it exactly once, or else if most lines have;
where several signs do, or none, that is reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bot.domain.questions import Kind, folded
from bot.formats.delimited import Row, by_spreadsheet, rows
from bot.formats.imported import MAX_QUESTIONS, Gathering, Imported, Told, TooLarge, bare_question, text_of
from bot.formats.opening import OPENING, opening

NAME = "terms"
SIGNS = ("\t", " - ", " – ", " — ", " = ", "::", ";", "|", ":", ",")
"""What may part a term from its definition; a tab first, for nobody types one within a text."""
MOST = 0.9
"""The share of lines that must fit where a tab surely parts them; the others are reported."""
HALF = 0.5
"""The same where no other way of parting fits: nobody types a tab within a text."""
SIGN_MOST = 0.75
"""The share of lines, LEAST of them, that must have any other sign once; the others are reported."""
LEAST = 3
MAX_LINES = 20 * MAX_QUESTIONS
_HEADERS = (
    {"term", "front", "question", "word", "begriff", "terms"},
    {"definition", "back", "answer", "meaning", "translation", "definitions"},
)
_NAMES = {"\t": "a tab", ";": "a semicolon", "|": "a bar", ":": "a colon", ",": "a comma"}


class _Way(NamedTuple):
    """A way to part a file: what stands between cards, and what within one."""

    between: str
    within: str


def sniff(data: bytes, name: str) -> float:
    """How sure it is that a file is pairs of terms and definitions, 0 to 0.5: many files could be."""
    del name  # content decides, not the file's ending
    text = opening(data)
    whole = text.split("\n")
    # The opening of a long file ends within a line.
    lines = [line for line in (whole[:-1] or whole if len(data) > OPENING else whole) if line.strip()]
    if not lines or text.lstrip().startswith(("{", "[", "<", "#separator")):
        return 0.0
    if sum(line.count("\t") == 1 for line in lines) >= len(lines) * MOST:
        return 0.5
    if "\t" in text:
        return 0.35 if _tabbed(text, len(lines)) else 0.0
    return 0.25 if len(_fitting(lines)) == 1 and len(lines) > 1 else 0.0


def read(data: bytes, name: str, told: Told | None = None) -> Imported:
    """The pairs of a file as flashcards; *name* is named in the problems."""
    into = Gathering(NAME, name, told)
    with into.guarded():
        text = text_of(data, into)
        if text is not None and text.strip():
            if text.count("\n") > MAX_LINES:
                raise TooLarge(f"the file has more than {MAX_LINES:,} lines, the most that is read")
            way = _way(text, into)
            if way is not None:
                _take(_cards(text, way), way, into)
    return into.done()


def _way(text: str, into: Gathering) -> _Way | None:
    lines = [line for line in text.split("\n") if line.strip()]
    if "\t" in text:
        way = _tabbed(text, len(lines))
        if way is None:
            into.error(
                1,
                "the lines have no tab, or several; a card has one, between its term and its definition. A table with "
                "more columns needs their names in its first line (question, correct, …)",
            )
        return way
    fitting = _fitting(lines)
    if len(fitting) == 1:
        into.warning(1, f"terms and definitions are taken to be parted by {_named(fitting[0])}; a tab says it surely")
        return _Way("\n", fitting[0])
    if fitting:
        signs = ", ".join(_named(sign) for sign in fitting)
        into.error(1, f"it cannot be told what parts a term from its definition here ({signs}); put a tab between them")
    else:
        into.error(1, "no sign parts each line into a term and a definition; put a tab between them")
    return None


def _fitting(lines: list[str]) -> list[str]:
    """The signs, but for a tab, that every line has once; where there is none, those that most lines have once."""
    counts = {sign: sum(line.count(sign) == 1 for line in lines) for sign in SIGNS[1:]}
    whole = [sign for sign, count in counts.items() if count == len(lines)]
    return whole or [sign for sign, count in counts.items() if count >= max(LEAST, len(lines) * SIGN_MOST)]


def _tabbed(text: str, lines: int) -> _Way | None:
    """How a text with tabs is parted: by lines; else by blank lines or semicolons, if all cards fit then.

    Where neither fits, by lines if at least half of them do.
    """
    by_line = [len(row.fields) == 2 for row in _cards(text, _Way("\n", "\t"))]
    if by_line and sum(by_line) >= len(by_line) * MOST:
        return _Way("\n", "\t")
    for between in ("\n\n", ";"):
        found = [len(row.fields) == 2 for row in _cards(text, _Way(between, "\t"))]
        if found and all(found) and (len(found) > 1 or lines > 1):
            return _Way(between, "\t")
    enough = by_line and any(by_line) and sum(by_line) >= len(by_line) * HALF
    return _Way("\n", "\t") if enough else None


def _cards(text: str, way: _Way) -> Iterator[Row]:
    if way == _Way("\n", "\t"):
        lines = text.split("\n")
        simple = all(line.count("\t") == 1 for line in lines if line.strip())
        if not simple or by_spreadsheet(lines, "\t"):
            yield from rows(text, "\t")
            return
    line = 1
    for part in text.split(way.between):
        bare = part.strip("\n ")
        if bare:
            begins = line + part[: len(part) - len(part.lstrip(" \n"))].count("\n")
            yield Row(begins, bare.split(way.within))
        line += part.count("\n") + way.between.count("\n")


def _take(cards: Iterable[Row], way: _Way, into: Gathering) -> None:
    for number, card in enumerate(cards):
        if number >= 2 * MAX_QUESTIONS:
            raise TooLarge(f"a file may hold {MAX_QUESTIONS:,} cards; the rest was not read")
        if len(card.fields) != 2:
            what = f"“{card.fields[0][:40]}”"
            parts = len(card.fields)
            said = f"no {_bare(way.within)} is in {what}" if parts == 1 else f"{what} has {parts} sides"
            into.error(card.line, f"{said}; a card has a term, {_named(way.within)} and a definition")
            continue
        term, definition = (side.strip() for side in card.fields)
        if number == 0 and folded(term) in _HEADERS[0] and folded(definition) in _HEADERS[1]:
            continue
        into.keep(bare_question(term, line=card.line, kind=Kind.FLASHCARD, answers=(definition,)))


def _bare(sign: str) -> str:
    return _named(sign).removeprefix("a ")


def _named(sign: str) -> str:
    return _NAMES.get(sign, f"“{sign.strip()}”")
