"""Rows of the agenda: what is due, for whom, and when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.storage.database import Transaction


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to do. `day` is the group's local date that it belongs to; `due_at` in milliseconds.

    `member_id` is whose it is; None for what is the group's. `subject_id` is the reminder, exam or session.
    """

    agenda_id: int
    key: str
    kind: str
    group_id: int
    day: str | None
    due_at: int
    member_id: int | None = None
    subject_id: int | None = None


async def put(
    tx: Transaction,
    *,
    key: str,
    kind: str,
    group_id: int,
    due_at: int,
    day: str | None = None,
    member_id: int | None = None,
    subject_id: int | None = None,
) -> None:
    """Plan something, or move it: `key` stands for the same thing for ever."""
    await tx.run(
        """INSERT INTO agenda (key, kind, group_id, day, due_at, member_id, subject_id)
           VALUES (:key, :kind, :group_id, :day, :due, :member, :subject)
           ON CONFLICT (key) DO UPDATE SET due_at = excluded.due_at, day = excluded.day""",
        {
            "key": key,
            "kind": kind,
            "group_id": group_id,
            "day": day,
            "due": due_at,
            "member": member_id,
            "subject": subject_id,
        },
    )


async def due(tx: Transaction, now_ms: int, limit: int) -> list[Entry]:
    """What is due, in the order in which it became so."""
    rows = await tx.all(
        """SELECT agenda_id, key, kind, group_id, day, due_at, member_id, subject_id FROM agenda
           WHERE due_at <= :now ORDER BY due_at, agenda_id LIMIT :limit""",
        {"now": now_ms, "limit": limit},
    )
    return [Entry(*row) for row in rows]


async def ahead(tx: Transaction, kind: str, now_ms: int, after: int, limit: int) -> list[Entry]:
    """The first entries of a kind above the id *after* that are not due yet."""
    rows = await tx.all(
        """SELECT agenda_id, key, kind, group_id, day, due_at, member_id, subject_id FROM agenda
           WHERE agenda_id > :after AND kind = :kind AND +due_at > :now ORDER BY agenda_id LIMIT :limit""",
        {"kind": kind, "now": now_ms, "after": after, "limit": limit},
    )
    return [Entry(*row) for row in rows]


async def of_keys(tx: Transaction, keys: Collection[str]) -> dict[str, Entry]:
    """The entries of these keys that are planned."""
    params = {f"k{n}": key for n, key in enumerate(keys)}
    rows = await tx.all(
        f"""SELECT agenda_id, key, kind, group_id, day, due_at, member_id, subject_id FROM agenda
            WHERE key IN ({", ".join(f":{name}" for name in params)})""",
        params,
    )
    return {row["key"]: Entry(*row) for row in rows}


async def move(tx: Transaction, agenda_id: int, due_at: int) -> None:
    await tx.run("UPDATE agenda SET due_at = :due WHERE agenda_id = :id", {"due": due_at, "id": agenda_id})


async def remove(tx: Transaction, agenda_id: int) -> None:
    await tx.run("DELETE FROM agenda WHERE agenda_id = :id", {"id": agenda_id})


async def forget(tx: Transaction, key: str) -> None:
    """Plan it no longer."""
    await tx.run("DELETE FROM agenda WHERE key = :key", {"key": key})


async def is_due(tx: Transaction, key: str, now_ms: int) -> bool:
    """Whether it is planned for an instant that is over: it waits to be claimed."""
    row = await tx.one("SELECT 1 FROM agenda WHERE key = :key AND due_at <= :now", {"key": key, "now": now_ms})
    return row is not None


async def next_due(tx: Transaction) -> int | None:
    row = await tx.one("SELECT MIN(due_at) AS due FROM agenda")
    return row["due"] if row else None


async def skip(tx: Transaction, group_id: int, day: str, reason: str, now_ms: int) -> None:
    """Record that a group had no question on `day`, and why."""
    await tx.run(
        """INSERT INTO skips (group_id, day, reason, at) VALUES (:group_id, :day, :reason, :now)
           ON CONFLICT (group_id, day) DO NOTHING""",
        {"group_id": group_id, "day": day, "reason": reason, "now": now_ms},
    )
