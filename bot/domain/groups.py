"""A study group and how it wants its daily question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.schedule import Weekly


class Feedback(StrEnum):
    """When a member learns whether the answer was right."""

    INSTANT = "instant"
    AT_CLOSE = "at-close"


class Trouble(StrEnum):
    """Why a group's posts do not arrive."""

    CHANNEL_GONE = "channel-gone"
    NO_ACCESS = "no-access"
    NO_QUESTIONS = "no-questions"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an admin chose in /setup."""

    channel_id: int
    zone: str
    daily_at: time
    weekdays: frozenset[int]  # 0 is Monday
    per_day: int
    open_minutes: int
    feedback: Feedback
    tutor_role_id: int | None
    exam: str


@dataclass(frozen=True, slots=True)
class Group:
    """A group as it is kept: its own id, its server, its wishes, and what keeps its posts from arriving."""

    group_id: int
    guild_id: int
    wishes: Wishes
    set_up_by: int
    trouble: Trouble | None

    @property
    def schedule(self) -> Weekly:
        return Weekly(self.wishes.daily_at, self.wishes.zone, self.wishes.weekdays)

    def local_day(self, instant: datetime) -> date:
        """The date that the group's clocks show at `instant`."""
        return instant.astimezone(ZoneInfo(self.wishes.zone)).date()
