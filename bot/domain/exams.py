"""Exam dates: when a member is told of one, when nobody disturbs them, and how a date is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.domain.dates import parse_day
from bot.domain.instants import from_ms
from bot.domain.schedule import instant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain.schedule import Weekly

LADDER = (30, 14, 7, 1)
"""Days before an exam on which its member is told."""
RUNG_AT = time(18)
ASK_AT = time(10)
DAY_ONLY = time(9)
"""What is counted down to where only the day is known."""
WISH_AT = time(8)
WISH_BEFORE = timedelta(hours=2)
FURTHEST = timedelta(days=730)
WISH, ASK = "wish", "ask"
_ONE_DAY = timedelta(days=1)
_NUMERIC = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]?(\d{4}|\d{2})?", re.ASCII)
_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}", re.ASCII)


class Outcome(StrEnum):
    """What a member said the day after."""

    PASSED = "passed"
    FAILED = "failed"
    UNSAID = "unsaid"


@dataclass(frozen=True, slots=True)
class Exam:
    """One sitting. `start` is the wall time in `zone` (IANA), None where only the day is known.

    Instants in milliseconds: `at_ms` is what is counted down to (09:00 where there is no time), the exam's day lasts
    from `starts_ms` until before `ends_ms`. `wish` is when to wish well (None: the usual), `told` says that the group
    knows of the pass.
    """

    exam_id: int
    member_id: int
    blueprint: str
    day: date
    start: time | None
    zone: str
    at_ms: int
    starts_ms: int
    ends_ms: int
    wish: time | None = None
    outcome: Outcome | None = None
    told: bool = False

    @property
    def at(self) -> datetime:
        """What is counted down to, in UTC."""
        return from_ms(self.at_ms)


def day_of(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when until when (UTC) it is *day* in the zone."""
    return instant(day, time(0), zone), instant(day + _ONE_DAY, time(0), zone)
