"""Moodle's GIFT: questions as plain text, answers between braces.

Read by its documentation (docs.moodle.org, “GIFT format”), and by what Moodle does with what that leaves open.
Single and multiple answers, shares, true/false, short answers, exact numbers and missing words become questions;
essays, pairs, tolerances and texts without answers are skipped.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.domain.questions import Kind, Option, Question, Scoring, as_key, true_false
from bot.formats.gift_answers import FULL, Answer, Answers, NotGift, answers
from bot.formats.gift_blocks import ESCAPED, LINE, Block, Braced, Sign, blocks, braced, written
from bot.formats.imported import MAX_QUESTIONS, Gathering, Imported, Told, TooLarge, text_of
from bot.formats.opening import opening
from bot.formats.rich_text import RichText

NAME = "gift"
BLANK = "_____"

_FORMAT = re.compile(r"\s*+\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_STAR = re.compile(r"(?<!\\)\*")
_NUMBER = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?(?:[eE][-+]?[0-9]+)?")
_SNIFFED = re.compile(
    r"(?<!\\)(?:\\\\)*+\{(?:\s*+[=~]|\s*+(?i:true|false|t|f)\s*+[#}]|#\s*+[-=0-9]|\s*+\}$)", re.MULTILINE
)
_NOT_GIFT = re.compile(r"\s*+(?:[\[{]\s*+[\[{\"]|<)")
_SNIFFED_TITLE = re.compile(r"^[ \t]*+::[^:\n]++::", re.MULTILINE)
_SNIFFED_CATEGORY = re.compile(r"^\$CATEGORY:", re.MULTILINE)
MAX_PARTS = 2 * MAX_QUESTIONS
MAX_LINES = 40 * MAX_QUESTIONS
_MARKED = 3
"""The rank of braces that hold marks of answers."""
SHARE_TOLD = 0.1
"""Percent by which shares may miss 100 without a word."""


def sniff(data: bytes, name: str) -> float:
    """How sure it is that a file is GIFT, 0 to 1: by categories, titles, and answers between braces."""
    del name  # content decides, not the file's ending
    text = opening(data)
    if _NOT_GIFT.match(text):
        return 0.0
    answered, titled = bool(_SNIFFED.search(text)), bool(_SNIFFED_TITLE.search(text))
    if _SNIFFED_CATEGORY.search(text):
        return 0.95 if answered else 0.8
    return (0.95 if titled else 0.85) if answered else (0.4 if titled else 0.0)


def read(data: bytes, name: str, told: Told | None = None) -> Imported:
    """The questions of a GIFT file; *name* is named in the problems."""
    into = Gathering(NAME, name, told)
    with into.guarded():
        text = text_of(data, into)
        if text is not None:
            if text.count("\n") > MAX_LINES:
                raise TooLarge(f"the file has more than {MAX_LINES:,} lines, the most that is read")
            parts = (part for block in blocks(text, into.warning) for part in _parts(block, into))
            for number, part in enumerate(parts):
                if number >= MAX_PARTS:
                    raise TooLarge(f"a file may hold {MAX_PARTS:,} questions and texts; the rest was not read")
                _Reading(part, into).take()
    return into.done()


def _parts(block: Block, into: Gathering) -> Iterator[Block]:
    """A block as its questions: braces with answers end one, where no blank line does."""
    begin = 0
    ends = _ends(block.signs)
    for number, end in enumerate(ends, 1):
        last = len(block.signs) if number == len(ends) else end
        found = block.signs[begin:last]
        first = next((sign.line for sign in found if sign.text.strip()), block.first)
        if begin:
            into.warning(first, "a blank line is missing before this question")
            yield Block(first, block.topic, signs=found, braces=True)
        else:
            yield block if last == len(block.signs) else replace(block, signs=found)
        begin = last


def _ends(found: Sequence[Sign]) -> list[int]:
    """Where questions end among signs; only at the last one's end where it cannot be told that there are several.

    Each line has its own answers, or answers end their lines.
    """
    pairs, lone = braced(found)
    ranks = {pair: _rank(found, pair) for pair in pairs}
    answering = [pair for pair in pairs if ranks[pair]]
    if lone is None and len(answering) > 1:
        lines = [sign.line for sign in found if sign.text.strip()]
        if (
            [found[pair.begin].line for pair in answering]
            == [found[pair.end].line for pair in answering]
            == list(dict.fromkeys(lines))
        ):
            return [bisect_right(found, found[pair.end].line, key=_line_of) for pair in answering]
        ending = [pair for pair in answering if _ends_line(found, pair.end)]
        if all(pair in ending for pair in answering if ranks[pair] == _MARKED):
            return [pair.end + 1 for pair in ending] or [len(found)]
    return [len(found)]


def _line_of(sign: Sign) -> int:
    return sign.line


def _ends_line(found: Sequence[Sign], end: int) -> bool:
    following = (found[at] for at in range(end + 1, len(found)))
    after = next((sign for sign in following if sign.mark == LINE or sign.text.strip()), None)
    return after is None or after.mark == LINE


def _answering(found: Sequence[Sign], pairs: Sequence[Braced]) -> list[Braced]:
    """Those pairs of braces that hold answers, judged by how they begin; marks count more than words and nothing."""
    ranks = [_rank(found, pair) for pair in pairs]
    best = max(ranks, default=0)
    return [pair for pair, rank in zip(pairs, ranks, strict=True) if rank == best > 0]


def _rank(found: Sequence[Sign], pair: Braced) -> int:
    first = next((at for at in range(pair.begin + 1, pair.end) if found[at].text.strip()), None)
    if first is None:
        return 1
    if found[first].mark in ("~", "=", "#"):
        return _MARKED
    end = next((at for at in range(first, pair.end) if found[at].mark == "#"), pair.end)
    word = written(found[first:end]).strip()
    return 2 if word in ("T", "F") or word.upper() in ("TRUE", "FALSE") else 0


@dataclass(slots=True)
class _Reading:
    """One block on its way to a question."""

    block: Block
    into: Gathering
    rich: RichText = field(default_factory=RichText)
    style: str = "moodle"

    def take(self) -> None:
        try:
            self._take()
        except NotGift as error:
            self.into.error(error.line, str(error))

    def _take(self) -> None:
        pair = self._braces()
        block = self.block
        if pair is None:
            self._skip("a text without answers (GIFT calls it a description); if it belongs to the next question, "
                       "delete the blank line between them")  # fmt: skip
            return
        found = answers(block.signs[pair.begin + 1 : pair.end], self.into.warning)
        stem = self._stem(block.signs[: pair.begin], block.signs[pair.end + 1 :])
        build = _SHAPES.get(found.shape)
        if build is None:
            self._skip(_CANNOT[found.shape])
            return
        kind, options, texts, scoring = build(self, found)
        explanation = "\n".join(dict.fromkeys(filter(None, [self._extra(found.feedback), *self._praise(found, kind)])))
        if kind is Kind.SHORT and not texts:
            self._skip("no answer can be judged exactly: a pattern, or a number that may be off")
            return
        if self.rich.reason:
            self._skip(self.rich.reason)
            return
        for warning in self.rich.warnings:
            self.into.warning(block.first, warning)
        question = Question(
            key=as_key(block.key),
            topic=block.topic,
            stem=stem,
            options=options,
            explanation=explanation,
            source="",
            difficulty=None,
            tags=tuple(block.tags),
            code_year=None,
            shuffle=kind is not Kind.TRUEFALSE,
            kind=kind,
            answers=texts,
            image=self.rich.image,
            scoring=scoring,
            line=block.first,
        )
        self.into.keep(question, [answer.line for answer in found.found] if options else ())

    def _skip(self, reason: str) -> None:
        self.into.skip(self.block.first, self.block.name, reason)

    def _braces(self) -> Braced | None:
        """Where the answers stand; braces that nobody escaped are text where only one pair can be the answers."""
        pairs, lone = braced(self.block.signs)
        if lone is not None:
            what = "begin with { and never end with }" if lone.mark == "{" else "end with } and never began"
            raise NotGift(lone.line, f"the answers here {what}; where a brace is part of a text, write “\\{lone.mark}”")
        if not pairs:
            return None
        found = pairs if len(pairs) == 1 else _answering(self.block.signs, pairs)
        if len(found) != 1:
            raise NotGift(
                self.block.signs[pairs[1].begin].line,
                "there are several pairs of braces, and it cannot be told which of them holds the answers; "
                "write “\\{” and “\\}” for those that are text",
            )
        if len(pairs) > 1 or found[0].nested:
            self.into.warning(self.block.first, "braces in this question were read as text; GIFT wants “\\{” and “\\}”")
        return found[0]

    def _stem(self, before: Sequence[Sign], after: Sequence[Sign]) -> str:
        blank = [Sign(ESCAPED, BLANK, 0)] if written(after).strip() else []
        text = written([*before, *blank, *after])
        if not self.block.titled and text.startswith("::"):
            self.into.warning(
                self.block.first, "the title that begins with :: does not end with ::; it was read as text"
            )
            text = text[2:]
        style = _FORMAT.match(text)
        if style:
            self.style, text = style[1].lower(), text[style.end() :]
        return self._plain(self.rich.stem, text, self.style)

    def _plain(self, read: Callable[..., str], text: str, style: str) -> str:
        if style in ("plain", "markdown"):
            return text
        return read(text, loose=style == "moodle")

    def _text(self, read: Callable[..., str], text: str) -> str:
        """A text with its own format, or else the question's."""
        found = _FORMAT.match(text)
        return self._plain(read, text[found.end() :] if found else text, found[1].lower() if found else self.style)

    def _extra(self, text: str) -> str:
        return self._text(self.rich.extra, text) if text else ""

    def _options(self, found: Sequence[Answer], right: Callable[[Answer], bool], shares: bool) -> tuple[Option, ...]:
        return tuple(
            Option(
                self._text(self.rich.needed, answer.text),
                right(answer),
                self._extra(answer.feedback),
                (answer.share if answer.share is not None or answer.mark == "~" else FULL) if shares else None,
            )
            for answer in found
        )

    def _praise(self, found: Answers, kind: Kind) -> list[str]:
        """The feedback of right short answers, which have no place of their own."""
        if kind is not Kind.SHORT:
            return []
        return [self._extra(answer.feedback) for answer in found.found if answer.share in (None, FULL)]

    def choice(self, found: Answers) -> _Built:
        for answer in found.found:
            if not answer.mark:
                raise NotGift(answer.line, "before this answer there is neither “=” for right nor “~” for wrong")
        full = [answer for answer in found.found if answer.mark == "=" and answer.share in (None, FULL)]
        if len(full) > 1:
            raise NotGift(
                full[1].line,
                f"{len(full)} answers are marked right with “=”, and one may be; where all of them are to be chosen, "
                "write each with its share, as ~%50%; where a “=” is part of a text, write “\\=”",
            )
        shares = any(answer.share is not None for answer in found.found)
        if full:
            partial = any(answer.share for answer in found.found if answer is not full[0])
            options = self._options(found.found, lambda answer: answer is full[0], shares)
            return Kind.SINGLE, options, (), "partial" if partial else "all"
        total = sum(answer.share for answer in found.found if answer.share and answer.share > 0)
        if total and SHARE_TOLD < abs(total - FULL) <= 1:
            self.into.warning(
                self.block.first, f"the shares of the right answers add up to {total:g} %; taken for 100 %"
            )
        options = self._options(found.found, lambda answer: (answer.share or 0) > 0, shares)
        return Kind.MULTI, options, (), "partial" if shares else "all"

    def truth(self, found: Answers) -> _Built:
        if_true, if_false = (self._extra(answer.feedback) for answer in found.found)
        return Kind.TRUEFALSE, true_false(found.right, if_true, if_false), (), "all"

    def short(self, found: Answers) -> _Built:
        texts: list[str] = []
        for answer in found.found:
            text = self._text(self.rich.needed, answer.text)
            if answer.share not in (None, FULL):
                if answer.share or answer.feedback:
                    self._left_out(answer, f"is worth {answer.share:g} %, and a short answer is right or wrong")
            elif _STAR.search(text):
                self._left_out(answer, "has a * for any text, and answers are compared as they are; \\* is a star")
            else:
                texts.append(text.replace("\\*", "*").strip())
        return Kind.SHORT, (), tuple(dict.fromkeys(texts)), "all"

    def numeric(self, found: Answers) -> _Built:
        texts: list[str] = []
        for answer in found.found:
            number, _, off = answer.text.partition(":")
            exact = _NUMBER.fullmatch(number.strip()) and (not off.strip() or re.fullmatch(r"[0.]+", off.strip()))
            if answer.mark == "~":
                self.into.warning(answer.line, "the feedback on wrong numbers was left out")
            elif answer.share not in (None, FULL):
                self._left_out(answer, f"is worth {answer.share:g} %, and a short answer is right or wrong")
            elif exact:
                texts.append(number.strip())
            else:
                return Kind.SHORT, (), (), "all"
        if texts:
            self.into.warning(
                self.block.first, "this asks for an exact number; it became a short answer, judged as text"
            )
        return Kind.SHORT, (), tuple(dict.fromkeys(texts)), "all"

    def _left_out(self, answer: Answer, why: str) -> None:
        self.into.warning(answer.line, f"the answer “{answer.text[:40]}” {why}; it was left out")


_Built = tuple[Kind, tuple[Option, ...], tuple[str, ...], Scoring]
_SHAPES: dict[str, Callable[[_Reading, Answers], _Built]] = {
    "choice": _Reading.choice,
    "truefalse": _Reading.truth,
    "short": _Reading.short,
    "numeric": _Reading.numeric,
}
_CANNOT = {
    "essay": "an essay cannot be judged in chat",
    "matching": "pairs cannot be matched in chat",
}
