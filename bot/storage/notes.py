"""Rows of what members have to be told at the next contact."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from bot.storage.database import Transaction
from bot.storage.estimates import marks


@dataclass(frozen=True, slots=True)
class Note:
    """What could not be said by a message. `kind` is a word that the cogs have a sentence for, with its values."""

    note_id: int
    kind: str
    payload: dict[str, Any]
    made_at: int


async def put(tx: Transaction, member_id: int, kind: str, payload: dict[str, Any], now_ms: int) -> None:
    """Tell a member at the next contact."""
    await tx.run(
        "INSERT INTO notes (member_id, kind, payload, made_at) VALUES (:member, :kind, :payload, :now)",
        {"member": member_id, "kind": kind, "payload": json.dumps(payload), "now": now_ms},
    )


async def of_user(tx: Transaction, user_id: int, limit: int) -> list[Note]:
    """What waits for a user, in all groups, oldest first."""
    rows = await tx.all(
        """SELECT n.note_id, n.kind, n.payload, n.made_at FROM notes n JOIN members m ON m.member_id = n.member_id
           WHERE m.user_id = :user ORDER BY n.note_id LIMIT :limit""",
        {"user": user_id, "limit": limit},
    )
    return [Note(row["note_id"], row["kind"], json.loads(row["payload"]), row["made_at"]) for row in rows]


async def users(tx: Transaction) -> set[int]:
    """Everybody who has something to be told."""
    rows = await tx.all("SELECT DISTINCT m.user_id FROM notes n JOIN members m ON m.member_id = n.member_id")
    return {row["user_id"] for row in rows}


async def remove(tx: Transaction, note_ids: Collection[int]) -> None:
    """They were told."""
    names, params = marks("n", note_ids)
    await tx.run(f"DELETE FROM notes WHERE note_id IN ({names})", params)
