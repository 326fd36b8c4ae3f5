"""Fair recognition: whose feedback others found helpful, counted so that two friends cannot lift each other.

A mark counts when its asker gave it to named feedback that was not removed. Feedback without a name counts for nobody:
a board that grew with it would tell who wrote it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.standings import Standing, Window, ranked

MOST_A_WEEK = 2
"""Marks that count within a week between the same two members, whichever of them helped the other."""


@dataclass(frozen=True, slots=True)
class Helped:
    """*marker* found feedback by *helper* helpful; both are users' ids."""

    helper: int
    marker: int
    at: datetime


def counting(marks: Iterable[Helped], zone: ZoneInfo) -> list[Helped]:
    """The marks that count, oldest first: the first two of each week (from Monday, in *zone*) between the same two.

    One's own marks never count. Which marks count depends on the marks of the same week alone, so that a board of any
    period is part of the board of all time.
    """
    seen: Counter[tuple[str, int, int]] = Counter()
    found = []
    for one in sorted(marks, key=lambda mark: (mark.at, mark.helper, mark.marker)):
        if one.helper == one.marker:
            continue
        day = one.at.astimezone(zone).date()
        monday = day - timedelta(days=day.weekday())
        pair = (monday.isoformat(), min(one.helper, one.marker), max(one.helper, one.marker))
        seen[pair] += 1
        if seen[pair] <= MOST_A_WEEK:
            found.append(one)
    return found


def board(marks: Sequence[Helped], over: Window, zone: ZoneInfo, shown: Iterable[int]) -> list[Standing]:
    """The board of a window: members who may be *shown*, by how often their feedback helped; equals share a rank.

    How many askers they helped is not said: of questions without a name it would tell which are by the same member.
    """
    allowed = set(shown)
    points: Counter[int] = Counter()
    for one in counting(marks, zone):
        day = one.at.astimezone(zone).date()
        if over.first is not None and over.last is not None and not over.first <= day <= over.last:
            continue
        points[one.helper] += 1
    return ranked([(user, score, 0) for user, score in points.items() if user in allowed])
