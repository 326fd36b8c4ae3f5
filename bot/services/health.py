"""How the bot's work stands: what is planned, what is overdue, what waits to be sent."""

from __future__ import annotations

from dataclasses import dataclass

from bot.services import meta
from bot.storage import health
from bot.storage.database import Database


@dataclass(frozen=True, slots=True)
class Work:
    """Counts of rows, and by how much the longest overdue of them is late, in milliseconds (0: nothing is)."""

    groups: int
    planned: int
    overdue: int
    waiting: int
    agenda_late_ms: int
    outbox_late_ms: int


async def look(database: Database, now_ms: int) -> Work:
    """The work as it stands at an instant (ms). Raises sqlite3.Error where the database cannot be read."""
    async with database.read() as tx:
        row = await health.numbers(tx, now_ms)
    return Work(
        row["groups"],
        row["planned"],
        row["overdue"],
        row["waiting"],
        _late(row["oldest_due"], now_ms),
        _late(row["oldest_waiting"], now_ms),
    )


async def can_write(database: Database, now_ms: int) -> None:
    """Keep a word, as an answer would be kept. Raises sqlite3.Error: a disk may be full although all can be read."""
    await meta.write(database, "health", str(now_ms))


def _late(due_ms: int | None, now_ms: int) -> int:
    return 0 if due_ms is None else max(0, now_ms - due_ms)
