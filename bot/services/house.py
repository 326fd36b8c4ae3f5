"""What every feature is handed: the database, the time, and what the operator configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from bot.domain.blueprint import Blueprint
from bot.domain.groups import Group
from bot.domain.refusals import UnknownExam
from bot.domain.zones import Places
from bot.intake.worker import Reader
from bot.services.answers import Desk
from bot.services.plan import Plan
from bot.storage.database import Database


class Now(Protocol):
    """The time, as features see it."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""

    def now_ms(self) -> int:
        """The same in milliseconds since 1970."""


class Painter(Protocol):
    """Draws pictures, somewhere else than in the event loop."""

    async def draw(self, picture: Any, /) -> bytes:
        """A picture of `bot.pictures` as a PNG. Raises that package's NoPicture."""


class Meters(Protocol):
    """Counts what the bot does, for its operator. No label may name a person."""

    def interaction(self, what: str, outcome: str, seconds: float) -> None:
        """A command, press or form was dealt with: done, refused, failed or late."""

    def delivery(self, kind: str, outcome: str, late_seconds: float) -> None:
        """A message that was due was tried: sent, retried, refused or expired."""


@dataclass(frozen=True)
class House:
    """One running Studyhall. `count_every` is the pause between edits of a post's counter, in seconds.

    `calendars` is the folder for the groups' calendar files, None where none are wanted.
    """

    database: Database
    desk: Desk
    clock: Now
    plan: Plan
    places: Places
    count_every: float
    painter: Painter
    reader: Reader
    meters: Meters
    calendars: Path | None = None

    @property
    def blueprints(self) -> Mapping[str, Blueprint]:
        return self.plan.blueprints

    def blueprint(self, group: Group) -> Blueprint:
        """The exam of a group. Raises UnknownExam where its file has gone."""
        try:
            return self.blueprints[group.wishes.exam]
        except KeyError:
            raise UnknownExam(group.wishes.exam, tuple(sorted(self.blueprints))) from None
