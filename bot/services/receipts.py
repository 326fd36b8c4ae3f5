"""What is said of an answer: the receipt when it is kept, and the result when it may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain import short_answers
from bot.domain.instants import from_ms
from bot.domain.misses import Reason
from bot.domain.questions import Kind as Type
from bot.domain.quiz import Asked, Confidence, Kind
from bot.domain.short_answers import Accepted
from bot.services.streaks import Note
from bot.storage.database import Row


@dataclass(frozen=True, slots=True)
class Press:
    """A member's answer, its `choice` as `domain.quiz.judge` takes it.

    `at` in milliseconds is the click's own time, `roles` are the member's at the click. `message_id` is where the
    button stood, None where that is not known.
    """

    round_id: int
    user: int
    guild_id: int | None
    choice: int
    at: int
    roles: frozenset[int] = frozenset()
    text: str | None = None  # what was typed, where a short answer is
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was kept of a press. `again` says that this is an earlier answer, which stays."""

    round_id: int
    choice: int
    kind: Kind
    again: bool
    confidence: Confidence | None
    hidden_until: datetime | None  # the result is shown then; None means now
    after_close: bool  # it was in time, but the closing post was already written, and is edited once more
    note: Note | None = None  # what it did to the streak, where that has to be told
    type: Type = Type.SINGLE
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """How an answer went, with the question; chances from 0 to 1 for a random item of the topic."""

    asked: Asked
    choice: int
    correct: bool
    counted: bool
    rated: bool
    p_before: float
    p_after: float
    confidence: Confidence | None
    miss: Reason | None
    voided: bool  # the question was withdrawn after this answer
    rejudged: bool  # the key was changed after this answer, and the verdict with it
    text: str | None = None  # what was typed
    accepted: Accepted | None = None  # the answer that the text stands for


@dataclass(frozen=True, slots=True)
class Sureness:
    """A member's tap on *Sure* or *Guess*."""

    round_id: int
    user: int
    guild_id: int | None
    confidence: Confidence
    at: int


def hidden_until(row: Row, at: int) -> datetime | None:
    """Until when a round's results are hidden from who asks at `at` (ms); None where they may be shown."""
    waits = row["kind"] == "daily" and row["feedback"] == "at-close" and row["closed_at"] is None
    return from_ms(row["closes_at"]) if waits and at <= row["closes_at"] else None


def in_place(row: Row, guild_id: int | None) -> bool:
    """Whether a round can be answered there: in its server, and a member's own practice in direct messages too."""
    return guild_id == row["guild_id"] or (guild_id is None and row["owner"] is not None)


def kept_receipt(row: Row, answer: Row, confidence: Confidence | None, hidden: datetime | None) -> Receipt:
    """The receipt of an answer that was kept before, from the rows of its round's rules and of itself."""
    return Receipt(
        row["round_id"],
        answer["choice"],
        Kind(row["kind"]),
        True,
        confidence,
        hidden,
        False,
        type=Type(row["type"]),
        text=answer["text"],
    )


def result_of(asked: Asked, whole: Row, answer: Row) -> Result:
    """An answer's row with its question and its round's row, as `quiz.round_row` gives it."""
    text = answer["text"]
    return Result(
        asked,
        answer["choice"],
        bool(answer["correct"]),
        bool(answer["counted"]),
        bool(answer["rated"]),
        answer["p_before"],
        answer["p_after"],
        Confidence(answer["confidence"]) if answer["confidence"] else None,
        Reason(answer["miss"]) if answer["miss"] else None,
        whole["voided_at"] is not None,
        bool(answer["rejudged"]),
        text,
        # The bank's own words can only have taken a verdict away, and this one is right.
        short_answers.judge(text, asked.answers) if text is not None and answer["correct"] else None,
    )
