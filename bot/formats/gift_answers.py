"""What stands between GIFT's braces: which kind of question it makes, its answers, shares and feedback.

Moodle takes every unescaped “=” for another answer. Where that reading makes no question and the other one, in which
a “=” within a text is text, makes one, the other one is taken, and told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from bot.formats.gift_blocks import LINE, RAW, Sign, Warn, written

_SHARE = re.compile(r"\s*+%\s*+(-?[0-9]{1,4}(?:[.,][0-9]*+)?)\s*+%")
_TRUE, _FALSE = {"T", "TRUE"}, {"F", "FALSE"}
FULL = 100.0

Shape = Literal["essay", "numeric", "choice", "matching", "truefalse", "short"]


class NotGift(Exception):
    """The answers make no question; the text says why, *line* where."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(slots=True)
class Answer:
    """One answer: its mark (“=”, “~”, or '' before the first mark), its share in percent if it names one."""

    mark: str
    line: int
    share: float | None
    text: str
    feedback: str


@dataclass(slots=True)
class Answers:
    """Everything between the braces. *feedback*: the general one; *right*: of a true/false question."""

    shape: Shape
    found: list[Answer] = field(default_factory=list)
    feedback: str = ""
    right: bool = False


class _Mark(NamedTuple):
    at: int
    mark: str
    doubtful: bool


def answers(inner: Sequence[Sign], warn: Warn) -> Answers:
    """Read what stands between the braces. Raises NotGift."""
    inner, feedback = _general(inner)
    shape = _shape(inner)
    if shape == "truefalse":
        return _true_false(inner, feedback)
    if shape == "numeric":
        start = next(at for at, sign in enumerate(inner) if sign.mark == "#")
        inner = inner[start + 1 :]
    found: list[Answer] = []
    if shape != "essay":
        found = _split(inner, shape, warn)
    if shape == "short" and found and all("->" in answer.text for answer in found):
        shape = "matching"
    return Answers(shape, found, feedback)


def _general(inner: Sequence[Sign]) -> tuple[Sequence[Sign], str]:
    """The answers without the general feedback, which stands behind the last ####."""
    run = 0
    for at in range(len(inner) - 1, -1, -1):
        run = run + 1 if inner[at].mark == "#" else 0
        if run == 4:
            return inner[:at], written(inner[at + 4 :])
    return inner, ""


def _shape(inner: Sequence[Sign]) -> Shape:
    first = next((sign for sign in inner if sign.text.strip()), None)
    if first is None:
        return "essay"
    if first.mark == "#":
        return "numeric"
    if any(sign.mark == "~" for sign in inner):
        return "choice"
    if first.mark != "=" and _truth(inner) is not None:
        return "truefalse"
    return "short"


def _truth(inner: Sequence[Sign]) -> bool | None:
    """Whether a true/false answer says true, or None where it is none. A letter alone is a capital: “f” is a word."""
    before = next((at for at, sign in enumerate(inner) if sign.mark == "#"), len(inner))
    word = written(inner[:before]).strip()
    if len(word) > 1:
        word = word.upper()
    return True if word in _TRUE else False if word in _FALSE else None


def _true_false(inner: Sequence[Sign], general: str) -> Answers:
    parts: list[list[Sign]] = [[]]
    for sign in inner:
        if sign.mark == "#" and len(parts) < 3:
            parts.append([])
        else:
            parts[-1].append(sign)
    texts = [written(part) for part in parts] + ["", ""]
    right = bool(_truth(inner))
    # The first feedback is for who answers wrongly, the second for who answers rightly.
    if_true, if_false = (texts[2], texts[1]) if right else (texts[1], texts[2])
    found = [Answer("", parts[0][0].line, None, "True", if_true), Answer("", parts[0][0].line, None, "False", if_false)]
    return Answers("truefalse", found, general, right)


def _split(inner: Sequence[Sign], shape: Shape, warn: Warn) -> list[Answer]:
    marks = _marks(inner, shape)
    sure = [mark for mark in marks if not mark.doubtful]
    found, told = _pieces(inner, marks)
    if len(sure) < len(marks):
        plainer, others = _pieces(inner, sure)
        doubtful = [inner[mark.at].line for mark in marks if mark.doubtful]
        if shape != "choice" or (_decided(plainer) and not _decided(found)):
            told = others + [
                (at, "the “=” within this answer was read as text; GIFT wants “\\=” there") for at in doubtful
            ]
            found = plainer
        elif _decided(plainer):
            raise NotGift(
                doubtful[0],
                "the “=” in the middle of this line can be an answer's mark or a part of its text; "
                "write “\\=” for text, or begin a line with the mark",
            )
    for at, message in told:
        warn(at, message)
    return found


def _decided(found: Sequence[Answer]) -> bool:
    """Whether exactly one answer is marked right, or none is and shares say which are."""
    right = sum(answer.mark == "=" and answer.share in (None, FULL) for answer in found)
    return right == 1 or (right == 0 and any((answer.share or 0) > 0 for answer in found))


def _marks(inner: Sequence[Sign], shape: Shape) -> list[_Mark]:
    """Where answers begin. A “=” is in doubt if it neither begins a line nor stands like the other marks do."""
    places = [at for at, sign in enumerate(inner) if sign.mark in ("~", "=")]
    begins = {at for at in places if _begins(inner, at)}
    apart = {at for at in places if at not in begins and inner[at - 1].text[-1:].isspace()}
    first_spaced = bool(places) and _spaced(inner, places[0])
    found = []
    for at in places:
        doubtful = False
        if inner[at].mark == "=" and at not in begins and shape != "numeric":
            if at not in apart:
                doubtful = len(begins) > 1 or bool(apart)
            elif _spaced(inner, at):
                doubtful = len(begins) > 1 or not first_spaced
        found.append(_Mark(at, inner[at].mark, doubtful))
    return found


def _begins(inner: Sequence[Sign], at: int) -> bool:
    """Whether a mark is the first sign of its line, or of the answers, or stands right behind one that is."""
    while at > 0 and inner[at - 1].mark == RAW and not inner[at - 1].text.strip():
        at -= 1
    return at == 0 or inner[at - 1].mark == LINE


def _spaced(inner: Sequence[Sign], at: int) -> bool:
    return at + 1 < len(inner) and inner[at + 1].text[:1].isspace()


def _pieces(inner: Sequence[Sign], marks: Sequence[_Mark]) -> tuple[list[Answer], list[tuple[int, str]]]:
    """The answers that begin at these marks, and what is to be told of them if they are taken."""
    found: list[Answer] = []
    told: list[tuple[int, str]] = []
    begin = marks[0].at if marks else len(inner)
    if lead := _bare(inner[:begin]):
        found.append(replace(_answer("", inner[:begin], inner[0].line), text=lead))
    pending = ""
    for number, mark in enumerate(marks):
        end = marks[number + 1].at if number + 1 < len(marks) else len(inner)
        where = inner[mark.at].line
        answer = _answer(mark.mark, inner[mark.at + 1 : end], where)
        if pending:
            if answer.share is None:
                raise NotGift(where, f"“{pending}{mark.mark}” says right and wrong of one answer; keep one of the two")
            told.append((where, f"“{pending}{mark.mark}%” was read as “~%”: the answer's share decides"))
            answer.mark, pending = "~", ""
        elif number + 1 < len(marks) and _follows(inner, mark.at, end):
            pending = mark.mark
            continue
        found.append(answer)
    return found, told


def _follows(inner: Sequence[Sign], at: int, end: int) -> bool:
    """Whether the mark at *end* is the other one and stands right behind the one at *at*, as in “=~%50%”."""
    between = inner[at + 1 : end]
    return inner[at].mark != inner[end].mark and all(not sign.text.strip(" ") for sign in between)


def _answer(mark: str, piece: Sequence[Sign], line: int) -> Answer:
    share = None
    if piece and piece[0].mark == RAW and (found := _SHARE.match(piece[0].text)):
        share = float(found[1].replace(",", "."))
        piece = [Sign(RAW, piece[0].text[found.end() :], line), *piece[1:]]
    cut = next((at for at, sign in enumerate(piece) if sign.mark == "#"), len(piece))
    return Answer(mark, line, share, _bare(piece[:cut]), _bare(piece[cut + 1 :]))


def _bare(piece: Sequence[Sign]) -> str:
    """The text without the line ends around it that only lay the file out."""
    begin, end = 0, len(piece)
    while begin < end and piece[begin].mark in (RAW, LINE) and not piece[begin].text.strip():
        begin += 1
    while end > begin and piece[end - 1].mark in (RAW, LINE) and not piece[end - 1].text.strip():
        end -= 1
    return written(piece[begin:end])
