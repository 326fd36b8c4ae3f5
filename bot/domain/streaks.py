"""Streaks: quiz days in a row with at least one answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Streak:
    """How many quiz days in a row, the best so far, and the last day that counted."""

    current: int
    longest: int
    last_day: date


def advance(streak: Streak | None, day: date, previous_day: Callable[[date], date]) -> Streak:
    """The streak after an answer on `day`; `previous_day` names the group's quiz day before a day.

    Days on which the group has no question break nothing. A second answer on a day, or one for an earlier
    day, changes nothing.
    """
    if streak is None:
        return Streak(1, 1, day)
    if day <= streak.last_day:
        return streak
    current = streak.current + 1 if streak.last_day >= previous_day(day) else 1
    return Streak(current, max(current, streak.longest), day)
