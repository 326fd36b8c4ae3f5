"""What an export into a poorer format gives back: the file, and what the format cannot hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.domain.questions import Kind, Question, folded
from bot.formats.imported import Skipped


@dataclass(frozen=True, slots=True)
class Exported:
    """A file's *text*; the questions that are not in it, with the reason; and what those that are in it have lost.

    A left out question's line is its number in the export, from 1. *lost* are sentences, one for each kind of loss.
    """

    text: str
    left_out: tuple[Skipped, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(slots=True)
class Losses:
    """Counts what an export loses; *name* is the format's."""

    name: str
    counts: Counter[str] = field(default_factory=Counter)
    left_out: list[Skipped] = field(default_factory=list)

    def note(self, what: Iterable[str]) -> None:
        """One question loses these."""
        self.counts.update(set(what))

    def leave_out(self, number: int, stem: str, reason: str) -> None:
        self.left_out.append(Skipped(number, " ".join(stem.split())[:80], reason))

    def exported(self, text: str) -> Exported:
        """The file with all that was counted."""
        lost = tuple(
            f"{self.name} has no place for {what}: {count} {'question' if count == 1 else 'questions'}"
            for what, count in sorted(self.counts.items())
        )
        return Exported(text, tuple(self.left_out), lost)


def plain_truth(question: Question) -> bool:
    """Whether a question's options are True and False, in this order."""
    return [folded(option.text) for option in question.options] == ["true", "false"]


def lost_by_all(question: Question) -> Iterable[str]:
    """What no format but our own has a place for."""
    if question.source:
        yield "a source"
    if question.difficulty is not None:
        yield "a difficulty"
    if question.code_year is not None:
        yield "a code year"
    if question.case is not None:
        yield "a case that questions share (its text stands before each of them)"
    if not question.shuffle and question.kind is not Kind.TRUEFALSE:
        yield "an order of options that stays"
    if question.kind is Kind.TRUEFALSE and not plain_truth(question):
        yield "words other than True and False, in this order (it has two options)"
