"""Cases: a text that several questions share, which are asked one after another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A question of a case, and how many days ago it was last asked; None for never."""

    question_id: int
    days_since_asked: float | None


def following(parts: Iterable[Part], repeat_days: float) -> list[int]:
    """Which questions of one case come next, in the case's own order: those that were not asked within so many days."""
    due = [one.question_id for one in parts if one.days_since_asked is None or one.days_since_asked >= repeat_days]
    return sorted(due)
