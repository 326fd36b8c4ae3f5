"""What a corrected or withdrawn question has changed for a member who had answered it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MOST_SHOWN = 5


class Change(StrEnum):
    """What became of an answer."""

    RIGHT = "right"  # it is right after all
    WRONG = "wrong"
    KEY = "key"  # another answer is right, and theirs still is not
    WITHDRAWN = "withdrawn"
    BACK = "back"  # a withdrawn question counts again


@dataclass(frozen=True, slots=True)
class Standing:
    """How an answer stands; *key* is what is kept as the right one of its round."""

    correct: bool
    voided: bool
    points: int
    key: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """An answer whose question was changed: how it stood when its member was last told, and how it stands."""

    question_id: int
    before: Standing
    now: Standing


@dataclass(frozen=True, slots=True)
class Mended:
    """How long a streak was, and is, since a question that its member had missed does not count any more, or again."""

    before: int
    now: int


@dataclass(frozen=True, slots=True)
class News:
    """All that a member is told at once: (question, change), the newest answer last, and the points that it made.

    *streak* is None where it is as long as it was.
    """

    changes: tuple[tuple[int, Change], ...]
    points: int
    streak: Mended | None = None


def change(before: Standing, now: Standing) -> Change | None:
    """What there is to say of one answer; None where it stands as it did."""
    if now.voided:
        return None if before.voided else Change.WITHDRAWN
    if before.correct != now.correct:
        return Change.RIGHT if now.correct else Change.WRONG
    if before.voided:
        return Change.BACK
    return Change.KEY if before.key != now.key else None


def news(answers: Iterable[Corrected], streak: Mended | None = None) -> News | None:
    """What a member is told of these answers, oldest first: once a question, however often they had answered it."""
    changes: dict[int, Change] = {}
    points = 0
    for one in answers:
        found = change(one.before, one.now)
        points += one.now.points - one.before.points
        if found is not None:
            changes.pop(one.question_id, None)
            changes[one.question_id] = found
    if streak is not None and streak.before == streak.now:
        streak = None
    return News(tuple(changes.items()), points, streak) if changes or streak else None
