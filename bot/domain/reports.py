"""Reports to tutors: how often a member can make them, and what the tutors can decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.refusals_tutors import TooManyReports

REASON = 500  # characters
MOST_A_DAY = 5
DAY = timedelta(days=1)
KEPT = timedelta(days=90)
"""So long a copy is kept after tutors decided."""


class What(StrEnum):
    """What can be reported."""

    ASK = "ask"
    REVIEW = "review"
    FOLLOW_UP = "follow-up"


class Decision(StrEnum):
    """Where a report stands."""

    OPEN = "open"
    KEPT = "kept"
    LOCKED = "locked"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Report:
    """A report as tutors see it: it does not say who made it. Instants in milliseconds."""

    report_id: int
    group_id: int
    what: What
    subject_id: int
    copy: str
    reason: str
    state: Decision
    made_at: int


def check(made: Sequence[datetime], now: datetime) -> None:
    """Whether a member who made these reports may make one more. Raises TooManyReports."""
    lately = sorted(one for one in made if one > now - DAY)
    if len(lately) >= MOST_A_DAY:
        raise TooManyReports(MOST_A_DAY, lately[-MOST_A_DAY] + DAY)
