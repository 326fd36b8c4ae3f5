"""Rows of the times that reminders came."""

from __future__ import annotations

from dataclasses import dataclass

from bot.storage.database import Row, Transaction


@dataclass(frozen=True, slots=True)
class Fire:
    """One time that a reminder came; instants in milliseconds.

    `missed` others came due before it while nobody was at work. `version` is the reminder's at that time.
    `handled` is 'snoozed' or 'done' once its owner pressed.
    """

    fire_id: int
    reminder_id: int
    due_at: int
    missed: int
    version: int
    handled: str | None
    snoozed_to: int | None


def _fire(row: Row) -> Fire:
    return Fire(*(row[name] for name in Fire.__slots__))


async def insert(tx: Transaction, reminder_id: int, due_at: int, version: int, missed: int = 0) -> int:
    """Keep that a reminder came; returns the id."""
    row = await tx.one(
        """INSERT INTO fires (reminder_id, due_at, missed, version) VALUES (:id, :due, :missed, :version)
           RETURNING fire_id""",
        {"id": reminder_id, "due": due_at, "missed": missed, "version": version},
    )
    assert row is not None
    return int(row["fire_id"])


async def by_id(tx: Transaction, fire_id: int) -> Fire | None:
    row = await tx.one("SELECT * FROM fires WHERE fire_id = :id", {"id": fire_id})
    return _fire(row) if row else None


async def unhandled(tx: Transaction, reminder_id: int) -> int | None:
    """The last time that a reminder came and its owner pressed nothing."""
    row = await tx.one(
        "SELECT MAX(fire_id) AS id FROM fires WHERE reminder_id = :id AND handled IS NULL", {"id": reminder_id}
    )
    return row["id"] if row else None


async def handle(tx: Transaction, fire_id: int, handled: str, snoozed_to: int | None = None) -> bool:
    """Note what its owner pressed; whether that was the first press."""
    changed = await tx.run(
        """UPDATE fires SET handled = :handled, snoozed_to = :until WHERE fire_id = :id AND handled IS NULL""",
        {"handled": handled, "until": snoozed_to, "id": fire_id},
    )
    return changed == 1


async def forget_before(tx: Transaction, due_at: int) -> None:
    """Delete the times that lie far back."""
    await tx.run("DELETE FROM fires WHERE due_at < :due", {"due": due_at})
