"""Weekly leagues: small boards of people with similar habits, so that everybody has somebody to catch up with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from math import log2
from typing import TYPE_CHECKING

from bot.domain.standings import Span, period

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SMALLEST, LARGEST = 4, 10
COMFORTABLE = 7
HABIT_WEEKS = 4
"""Habits are the rated answers of this many whole weeks before the league's own."""
_ODD_SIZE = 0.02
"""What one place more or fewer than the comfortable size weighs, squared, against the spread of habits."""


@dataclass(frozen=True, slots=True)
class League:
    """One league of a week. *number* 1 has the busiest habits; *members* are in the order of their ids."""

    number: int
    members: tuple[int, ...]


def habit_window(week: date) -> tuple[date, date]:
    """First and last day of the four whole weeks before the one that *week* is in."""
    monday = week - timedelta(days=week.weekday())
    return monday - timedelta(weeks=HABIT_WEEKS), monday - timedelta(days=1)


def leagues(members: Sequence[int], activity: Mapping[int, int], week: date) -> list[League]:
    """The leagues of the week that *week* is in: four to ten people each, with habits as alike as can be.

    *members* are those who may be shown (no tutors, nobody who opted out, nobody who left); *activity* is how many
    rated answers each gave in `habit_window`. Who gave none is in no league; fewer than four people make none. The
    same arguments give the same leagues, in whatever order members come; people of equal habits are mixed anew each
    week. How well somebody answers plays no part.
    """
    name = period(Span.WEEK, week)
    active = [user for user in set(members) if activity.get(user, 0) > 0]
    if len(active) < SMALLEST:
        return []
    active.sort(key=lambda user: (-activity[user], sha256(f"{name} {user}".encode()).digest()))
    habits = [log2(1.0 + activity[user]) for user in active]
    return [
        League(number, tuple(sorted(active[first:last]))) for number, (first, last) in enumerate(_cuts(habits), start=1)
    ]


def _cuts(habits: Sequence[float]) -> list[tuple[int, int]]:
    """Where to cut sorted habits so that the squared spreads within the parts, and odd sizes, sum to the least.

    In steps of doubling: two answers a week against four are as far apart as ten against twenty.
    """
    n = len(habits)
    sums, squares = [0.0], [0.0]
    for habit in habits:
        sums.append(sums[-1] + habit)
        squares.append(squares[-1] + habit * habit)
    best = [0.0] + [float("inf")] * n
    start = [0] * (n + 1)
    for last in range(SMALLEST, n + 1):
        for size in range(SMALLEST, min(LARGEST, last) + 1):
            first = last - size
            total = sums[last] - sums[first]
            spread = squares[last] - squares[first] - total * total / size
            cost = best[first] + spread + _ODD_SIZE * (size - COMFORTABLE) ** 2
            if cost < best[last]:
                best[last], start[last] = cost, first
    cuts = []
    last = n
    while last:
        cuts.append((start[last], last))
        last = start[last]
    return cuts[::-1]
