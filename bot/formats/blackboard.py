"""Blackboard's upload file: one question a line, fields between tabs, the first field says the kind.

Read by its help pages (“Upload Questions”). Files that a spreadsheet saved have quotes around some fields, by a rule
that is recognized as one or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.domain.questions import Kind, Option, true_false
from bot.formats.delimited import by_spreadsheet, unquoted
from bot.formats.imported import MAX_QUESTIONS, Gathering, Imported, Told, TooLarge, bare_question, text_of
from bot.formats.opening import opening
from bot.formats.rich_text import RichText
from bot.formats.wording import nearest

NAME = "blackboard"
MAX_LINES = 2 * MAX_QUESTIONS

_CANNOT = {
    "ESS": "an essay cannot be judged in chat",
    "SR": "a free answer, which somebody has to judge",
    "SHORT_RESP": "a free answer, which somebody has to judge",
    "ORD": "an order cannot be asked in chat",
    "MAT": "pairs cannot be matched in chat",
    "FIB_PLUS": "a text with several gaps cannot be asked in chat",
    "JUMBLED_SENTENCE": "a text with several gaps cannot be asked in chat",
    "FIL": "a file as an answer cannot be judged in chat",
    "OP": "an opinion has no right answer",
    "QUIZ_BOWL": "an answer in the form of a question cannot be judged in chat",
    "HOTSPOT": "a place in a picture cannot be asked in chat",
    "CALC": "a number that is computed anew each time cannot be asked in chat",
}
_MARKS = {"correct": True, "incorrect": False}
_TRUTH = {"true": True, "false": False}
_SNIFFED = re.compile(r"^\"?(MC|MA|TF|ESS|ORD|MAT|FIB|FIB_PLUS|NUM|SR|OP|FIL|JUMBLED_SENTENCE|QUIZ_BOWL)\"?\t\s*+\S")
_NUMBER = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?")


def sniff(data: bytes, name: str) -> float:
    """How sure it is that a file is for Blackboard, 0 to 1: by the lines that begin with a kind and a tab."""
    del name  # content decides, not the file's ending
    lines = [line for line in opening(data).split("\n") if line.strip()]
    fitting = sum(bool(_SNIFFED.match(line)) for line in lines)
    return 0.0 if not fitting else 0.95 if fitting * 10 >= len(lines) * 8 else 0.3


def read(data: bytes, name: str, told: Told | None = None) -> Imported:
    """The questions of a file for Blackboard; *name* is named in the problems."""
    into = Gathering(NAME, name, told)
    with into.guarded():
        text = text_of(data, into)
        if text is not None:
            lines = text.split("\n")
            quoted = by_spreadsheet(lines, "\t")
            for number, line in enumerate(lines, 1):
                if number > MAX_LINES:
                    raise TooLarge(f"a file may have {MAX_LINES:,} lines, each with a question; the rest was not read")
                if line.strip():
                    fields = [(unquoted(one) if quoted else one).strip() for one in line.split("\t")]
                    _Row(number, fields, into).take()
    return into.done()


class _Unsound(Exception):
    """A line makes no question; the text says why."""


_Built = tuple[Kind, tuple[Option, ...], tuple[str, ...]]


@dataclass(slots=True)
class _Row:
    """One line on its way to a question."""

    line: int
    fields: list[str]
    into: Gathering
    rich: RichText = field(default_factory=RichText)

    def take(self) -> None:
        code = self.fields[0].upper()
        while len(self.fields) > 1 and not self.fields[-1]:
            self.fields.pop()  # a spreadsheet fills short lines up with empty fields
        what = self.fields[1] if len(self.fields) > 1 else ""
        if code in _CANNOT:
            self.into.skip(self.line, what, _CANNOT[code])
            return
        if code not in _SHAPES:
            known = nearest(code[:20], (*_SHAPES, *_CANNOT))
            self.into.error(self.line, f"a line begins with the kind of its question, not with “{code[:20]}”; {known}")
            return
        try:
            stem = self.rich.stem(what, loose=True)
            kind, options, answers = _SHAPES[code](self, self.fields[2:])
        except _Unsound as fault:
            self.into.error(self.line, str(fault))
            return
        if kind is Kind.SHORT and not answers:
            self.into.skip(self.line, what, "a number that may be off by something cannot be judged in chat")
        elif self.rich.reason:
            self.into.skip(self.line, what, self.rich.reason)
        else:
            self._keep(stem, kind, options, answers)

    def _keep(self, stem: str, kind: Kind, options: tuple[Option, ...], answers: tuple[str, ...]) -> None:
        for warning in self.rich.warnings:
            self.into.warning(self.line, warning)
        self.into.keep(bare_question(stem, options, line=self.line, kind=kind, answers=answers, image=self.rich.image))

    def single(self, rest: list[str]) -> _Built:
        options = self._options(rest)
        if sum(option.correct for option in options) > 1:
            raise _Unsound("several answers are correct, and MC has one; where all are to be chosen, the kind is MA")
        return Kind.SINGLE, options, ()

    def several(self, rest: list[str]) -> _Built:
        return Kind.MULTI, self._options(rest), ()

    def _options(self, rest: list[str]) -> tuple[Option, ...]:
        options = []
        for at in range(0, len(rest), 2):
            mark = rest[at + 1].casefold() if at + 1 < len(rest) else ""
            if mark not in _MARKS:
                answer = f"answer {at // 2 + 1} (“{rest[at][:40]}”)"
                raise _Unsound(f"behind {answer} stands “correct” or “incorrect”, not “{mark[:40]}”")
            options.append(Option(self.rich.needed(rest[at], loose=True), _MARKS[mark]))
        return tuple(options)

    def truth(self, rest: list[str]) -> _Built:
        word = rest[0].casefold() if rest else ""
        if len(rest) != 1 or word not in _TRUTH:
            raise _Unsound(f"behind a true/false question stands “true” or “false”, not “{' '.join(rest)[:40]}”")
        return Kind.TRUEFALSE, true_false(_TRUTH[word]), ()

    def short(self, rest: list[str]) -> _Built:
        answers = [self.rich.needed(one, loose=True).strip() for one in rest if one]
        if not answers:
            raise _Unsound("there is no answer behind this question")
        return Kind.SHORT, (), tuple(dict.fromkeys(answers))

    def number(self, rest: list[str]) -> _Built:
        if not rest or not _NUMBER.fullmatch(rest[0]):
            raise _Unsound(f"the answer of a question for a number is one, not “{rest[0][:40] if rest else ''}”")
        if len(rest) > 1 and rest[1].strip("0.,"):
            return Kind.SHORT, (), ()
        self.into.warning(self.line, "this asks for an exact number; it became a short answer, judged as text")
        return Kind.SHORT, (), (rest[0],)


_SHAPES: dict[str, Callable[[_Row, list[str]], _Built]] = {
    "MC": _Row.single,
    "MA": _Row.several,
    "TF": _Row.truth,
    "FIB": _Row.short,
    "NUM": _Row.number,
}
