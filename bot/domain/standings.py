"""The board: periods, points and ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

POINTS_RIGHT = 1


class Span(StrEnum):
    """Over what time a board counts."""

    WEEK = "week"
    MONTH = "month"
    ALL = "all"


def period(span: Span, day: date) -> str:
    """The name of the period that `day` is in, such as week:2026-W47, month:2026-11 or all."""
    if span is Span.WEEK:
        year, week, _ = day.isocalendar()
        return f"week:{year}-W{week:02}"
    if span is Span.MONTH:
        return f"month:{day:%Y-%m}"
    return "all"


def bounds(span: Span, day: date) -> tuple[date, date] | None:
    """First and last day of that period; None where it has none."""
    if span is Span.WEEK:
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=6)
    if span is Span.MONTH:
        first = day.replace(day=1)
        following = (first + timedelta(days=31)).replace(day=1)
        return first, following - timedelta(days=1)
    return None


def points(*, correct: bool, counted: bool) -> int:
    """What a rated answer earns: the same for a quick one and a slow one, nothing for a repeated question."""
    return POINTS_RIGHT if correct and counted else 0


@dataclass(frozen=True, slots=True)
class Standing:
    """One member's line on a board."""

    rank: int
    user_id: int
    points: int
    answered: int


def ranked(rows: Sequence[tuple[int, int, int]]) -> list[Standing]:
    """Ranks for (user, points, answered) rows: equal points share a rank and the next one is skipped (1, 1, 3)."""
    board: list[Standing] = []
    for place, (user, score, answered) in enumerate(sorted(rows, key=lambda row: (-row[1], row[0])), start=1):
        tied = board and board[-1].points == score
        board.append(Standing(board[-1].rank if tied else place, user, score, answered))
    return board
