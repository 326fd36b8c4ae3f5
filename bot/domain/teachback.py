"""Teach-back: the question that most members missed last week is explained by one who solved it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.schedule import instant

OPENS_AT = time(10)
LASTS = timedelta(days=6)
"""From Monday to Sunday morning: then the best explanation is chosen, before the next one begins."""
LONGEST = 3000
"""Characters of a question that its card still shows whole."""
FEWEST_ANSWERS, FEWEST_MISSES = 3, 2
"""So that the choice of a question says nothing about one member."""
NOT_AGAIN_WEEKS = 12
MOST_INVITED = 3


@dataclass(frozen=True, slots=True)
class Missed:
    """How a question went in a week: the answers to it, and how many of them were wrong."""

    question_id: int
    answers: int
    misses: int


@dataclass(frozen=True, slots=True)
class Teachback:
    """A group's teach-back of a week. `chosen_id` is the explanation that was chosen; instants in milliseconds."""

    ask_id: int
    group_id: int
    week: str
    question_id: int
    ends_at: int
    ended_at: int | None
    chosen_id: int | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a choice knows of an explanation: how many found it helpful, and whether a tutor approves of it."""

    review_id: int
    helpful: int
    endorsed: bool


def week_before(day: date) -> tuple[date, date]:
    """Monday and Sunday of the week before the one that *day* is in."""
    monday = day - timedelta(days=day.weekday() + 7)
    return monday, monday + timedelta(days=6)


def opens_at(monday: date, zone: ZoneInfo) -> datetime:
    """When the teach-back of a week opens, on its Monday; UTC."""
    return instant(monday, OPENS_AT, zone)


def most_missed(found: Sequence[Missed], barred: Collection[int] = ()) -> int | None:
    """The question with the largest share of misses; None where no question had answers enough.

    Shares are drawn towards a half as if there were two answers more, one of them wrong: three misses of three say
    less than nine of ten. Equal shares go by the number of misses. *barred* are open somewhere or were taught lately.
    """
    able = [
        one
        for one in found
        if one.answers >= FEWEST_ANSWERS and one.misses >= FEWEST_MISSES and one.question_id not in barred
    ]
    best = max(able, key=lambda one: ((one.misses + 1) / (one.answers + 2), one.misses, -one.question_id), default=None)
    return None if best is None else best.question_id


def best(found: Sequence[Explanation]) -> Explanation | None:
    """The explanation that becomes part of the rationale: of those that a tutor approves of, the one that most found
    helpful, the earliest of equals. One that helped nobody is not chosen."""
    able = [one for one in found if one.endorsed and one.helpful > 0]
    return max(able, key=lambda one: (one.helpful, -one.review_id), default=None)
