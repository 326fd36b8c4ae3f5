"""GIFT's layers below the answers: escapes, comments, categories, and which lines are one question.

The format says that a blank line ends a question. Real files have blank lines inside questions and none between
them, and braces that nobody escaped; where only one reading makes sense it is taken, and told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.formats.categories import topic_of
from bot.formats.imported import TooLarge

Warn = Callable[[int, str], None]

MAX_SIGNS = 4_000_000
"""Marks and pieces of text in a file: 20,000 questions have a million."""

RAW, ESCAPED, LINE = "", "\\", "\n"
"""What a sign may be besides one of the marks ~ = # { }: text as it is, a character after a backslash, a line end."""

_SIGN = re.compile(r"\\[\\~=#{}:n]|[~=#{}]|[^\\~=#{}]++|\\")
_TITLE = re.compile(r"\s*+::((?:\\.|[^\\:]|:(?!:))*+)::")
_CATEGORY = re.compile(r"\s*+\$CATEGORY\s*+:(.*)", re.IGNORECASE)
_ID = re.compile(r"\[id:((?:\\.|[^\]\\])*+)\]", re.IGNORECASE)
_TAG = re.compile(r"\[tag:((?:\\.|[^\]\\])*+)\]", re.IGNORECASE)


class Sign(NamedTuple):
    """A piece of text, or one of GIFT's marks; *text* is what it stands for."""

    mark: str
    text: str
    line: int


@dataclass(slots=True)
class Block:
    """The lines of one question, read into signs. *first*: the line it begins in.

    *topic* and *section*: the last category's, and how many there were before. *gap*: a blank line in it. *joined*:
    there is none before it.
    """

    first: int
    topic: str
    section: int = 0
    title: str = ""
    titled: bool = False
    key: str = ""
    tags: list[str] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)
    depth: int = 0
    braces: bool = False
    gap: int = 0
    joined: bool = False

    @property
    def empty(self) -> bool:
        return not self.signs and not self.titled

    @property
    def fresh(self) -> bool:
        """Whether nothing at all stood in its lines, not even a comment."""
        return self.empty and not self.key and not self.tags

    @property
    def name(self) -> str:
        """What to call it in a report."""
        return self.title or written(self.signs)

    def starts_with(self) -> str:
        """Its first sign's mark, or '' where it begins with text."""
        return next((sign.mark for sign in self.signs if sign.text.strip()), "")


def signs(text: str, line: int) -> list[Sign]:
    """The signs of one line."""
    found = []
    for match in _SIGN.finditer(text):
        piece = match[0]
        if len(piece) == 2 and piece[0] == "\\" and piece[1] in "\\~=#{}:n":
            found.append(Sign(ESCAPED, "\n" if piece[1] == "n" else piece[1], line))
        else:
            found.append(Sign(piece if piece in "~=#{}" else RAW, piece, line))
    return found


def written(found: Sequence[Sign]) -> str:
    """The text that signs stand for; lines keep no indentation, which only lays the file out."""
    parts: list[str] = []
    begins = True
    for sign in found:
        text = sign.text
        if begins and sign.mark == RAW:
            text = text.lstrip(" \t")
        if text:
            parts.append(text)
            begins = sign.mark == LINE
    return "".join(parts).strip(" \t")


def blocks(text: str, warn: Warn) -> Iterator[Block]:
    """The questions of a file, each with its category, id and tags; blank lines inside questions are bridged."""
    current: Block | None = None
    for block in _paragraphs(text):
        if block.empty:
            continue
        if current is None:
            current = block
        elif _belongs(current, block):
            current.signs.append(Sign(LINE, "\n", block.first - 1))
            current.signs.append(Sign(LINE, "\n", block.first - 1))
            current.signs += block.signs
            current.depth += block.depth
            current.braces |= block.braces
            current.gap = current.gap or block.first - 1
            current.key = current.key or block.key
            current.tags += block.tags
        else:
            yield from _told(current, warn)
            current = block
    if current is not None:
        yield from _told(current, warn)


def _told(block: Block, warn: Warn) -> Iterator[Block]:
    if block.gap and block.braces:
        warn(block.gap, "a blank line ends a question in GIFT; this one stands inside a question, and was read over")
    if block.joined:
        warn(block.first, "a blank line is missing before this question")
    yield block


def _belongs(current: Block, block: Block) -> bool:
    """Whether what stands behind a blank line goes on with the question before it."""
    if block.titled or block.section != current.section:
        return False
    start = block.starts_with()
    if current.depth > 0:
        first = next((sign.mark for sign in block.signs if sign.mark in ("{", "}")), "")
        return start in ("=", "~", "#", "}") or first != "{"
    return not current.braces and not current.empty and (current.titled or start == "{")


def _paragraphs(text: str) -> Iterator[Block]:
    """What stands between blank lines, and between the beginnings of titled questions."""
    topic, section, count = "", 0, 0
    block = Block(1, topic)
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip()
        category = _CATEGORY.match(line)
        title = _title(line) if bare.startswith("::") else None
        closed = block.braces and block.depth <= 0
        # An id or tags in a comment are those of the question below it.
        named = closed and bare.startswith("//") and (_ID.search(bare) or _TAG.search(bare))
        if (not bare and not block.fresh) or category or named or (title and not block.empty):
            yield block
            if category:
                topic, section = topic_of(category[1]), section + 1
            block = Block(number, topic, section, joined=bool((title or named) and closed))
        if bare.startswith("//"):
            _comment(block, bare)
        elif bare and not category:
            count += _line(block, number, line, title)
            if count > MAX_SIGNS:
                raise TooLarge(f"the file has more than {MAX_SIGNS:,} marks and pieces of text; the rest was not read")
    yield block


def _line(block: Block, number: int, line: str, title: re.Match[str] | None) -> int:
    """Add a line to its block; how many signs it has."""
    if block.empty:
        block.first = number
    if title:
        block.titled, block.title = True, written(signs(title[1], number))
        line = line[title.end() :]
    elif block.signs:
        block.signs.append(Sign(LINE, "\n", number - 1))
    found = signs(line, number)
    for sign in found:
        if sign.mark == "{":
            block.depth += 1
            block.braces = True
        elif sign.mark == "}":
            block.depth -= 1
            block.braces = True
    block.signs += found
    return len(found) + 1


def _title(line: str) -> re.Match[str] | None:
    """The title at the beginning of a line; one that has all the braces of the line is none."""
    found = _TITLE.match(line)
    if found and "{" in found[1] and "{" not in line[found.end() :]:
        return None
    return found


def _comment(block: Block, comment: str) -> None:
    if (found := _ID.search(comment)) and not block.key:
        block.key = _unescaped(found[1])
    block.tags += [_unescaped(tag) for tag in _TAG.findall(comment)]


def _unescaped(text: str) -> str:
    return re.sub(r"\\([\]\[\\])", r"\1", text).strip()


class Braced(NamedTuple):
    """Where a pair of braces stands among signs, and whether there are more within."""

    begin: int
    end: int
    nested: bool


def braced(found: Sequence[Sign]) -> tuple[list[Braced], Sign | None]:
    """The outermost pairs of braces, and the first brace that has no partner."""
    pairs: list[Braced] = []
    opened: list[int] = []
    for at, sign in enumerate(found):
        if sign.mark == "{":
            opened.append(at)
        elif sign.mark == "}":
            if not opened:
                return pairs, sign
            begin = opened.pop()
            if not opened:
                pairs.append(Braced(begin, at, any(one.mark == "{" for one in found[begin + 1 : at])))
    return pairs, found[opened[0]] if opened else None
