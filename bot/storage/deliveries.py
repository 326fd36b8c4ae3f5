"""Rows of the outbox: what must reach Discord exactly once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from bot.storage.database import Row, Transaction

# Asked row by row, in the order in which they are taken, until there are enough: a full outbox costs no more.
FIRST_IN_LINE = """NOT EXISTS (SELECT 1 FROM deliveries b
    WHERE b.lane = d.lane AND b.state IN ('pending', 'sending') AND b.delivery_id < d.delivery_id)"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message or edit on its way. Instants in milliseconds.

    `uncertain` says that an earlier process, or an earlier try, may have sent it: look before sending again.
    """

    delivery_id: int
    key: str
    group_id: int
    kind: str
    round_id: int | None
    payload: dict[str, Any]
    nonce: str
    uncertain: bool
    attempts: int
    due_at: int
    expires_at: int | None
    lane: str = ""
    member_id: int | None = None  # whose it is; None for what is the group's
    subject_id: int | None = None  # the reminder, exam or session that it is about

    @property
    def of_group(self) -> bool:
        """Whether it is one of the ordered posts in the group's own channel."""
        return self.lane == group_lane(self.group_id)


def group_lane(group_id: int) -> str:
    """The lane of a group's posts: they keep their order even when one of them has to wait."""
    return f"group:{group_id}"


def nonce(key: str) -> str:
    """Discord's de-duplication takes 25 characters at most. Four are left for the era of a copy that was put back."""
    return hashlib.blake2b(key.encode(), digest_size=10).hexdigest()


def _delivery(row: Row) -> Delivery:
    return Delivery(
        row["delivery_id"],
        row["key"],
        row["group_id"],
        row["kind"],
        row["round_id"],
        json.loads(row["payload"]),
        row["nonce"],
        bool(row["uncertain"]),
        row["attempts"],
        row["due_at"],
        row["expires_at"],
        row["lane"],
        row["member_id"],
        row["subject_id"],
    )


async def put(
    tx: Transaction,
    *,
    key: str,
    kind: str,
    group_id: int,
    due_at: int,
    now_ms: int,
    round_id: int | None = None,
    expires_at: int | None = None,
    payload: dict[str, Any] | None = None,
    member_id: int | None = None,
    subject_id: int | None = None,
    lane: str | None = None,
) -> None:
    """Put something into the outbox. The same `key` a second time changes nothing.

    What shares a `lane` goes one after the other; without one it is the lane of the group's posts.
    """
    await tx.run(
        """INSERT INTO deliveries (key, lane, group_id, kind, round_id, payload, nonce, state, due_at, not_before,
               expires_at, member_id, subject_id)
           VALUES (:key, :lane, :group_id, :kind, :round_id, :payload,
               :nonce || COALESCE((SELECT value FROM meta WHERE meta.key = 'era'), ''), 'pending', :due, :now, :expires,
               :member, :subject)
           ON CONFLICT (key) DO NOTHING""",
        {
            "key": key,
            "lane": lane or group_lane(group_id),
            "group_id": group_id,
            "kind": kind,
            "round_id": round_id,
            "payload": json.dumps(payload or {}),
            "nonce": nonce(key),
            "due": due_at,
            "now": now_ms,
            "expires": expires_at,
            "member": member_id,
            "subject": subject_id,
        },
    )


async def recover(tx: Transaction) -> int:
    """After a start: what was being sent when the last process ended is uncertain, and waits again."""
    # Said twice, so that it is found by the index of what waits and not among all that was ever sent.
    return await tx.run(
        """UPDATE deliveries SET state = 'pending', uncertain = 1
           WHERE state IN ('pending', 'sending') AND state = 'sending'"""
    )


async def take(tx: Transaction, now_ms: int, limit: int) -> list[Delivery]:
    """The first waiting delivery of each lane that may go now, at most `limit`, marked as being sent.

    One a lane at a time, so that a group's posts keep their order. What goes to a member has a lane of its own:
    closed direct messages hold up nothing. What is the group's goes first: a question waits for no minute of reminders.
    """
    rows = await tx.all(
        f"""UPDATE deliveries SET state = 'sending', attempts = attempts + 1
           WHERE delivery_id IN (
               SELECT d.delivery_id FROM deliveries d
               WHERE d.state = 'pending' AND +d.not_before <= :now AND {FIRST_IN_LINE}
               ORDER BY CASE WHEN d.member_id IS NULL THEN 0 ELSE 1 END, d.delivery_id LIMIT :limit)
           RETURNING *""",
        {"now": now_ms, "limit": limit},
    )
    return sorted((_delivery(row) for row in rows), key=lambda one: one.delivery_id)


async def sent(tx: Transaction, delivery_id: int, message_id: int | None) -> None:
    """It arrived. What it said of members is not kept any longer than it is needed."""
    await tx.run(
        """UPDATE deliveries SET state = 'sent', message_id = :message, problem = NULL, payload = '{}'
           WHERE delivery_id = :id""",
        {"message": message_id, "id": delivery_id},
    )


async def failed(tx: Transaction, delivery_id: int, problem: str) -> None:
    await tx.run(
        "UPDATE deliveries SET state = 'failed', problem = :problem, payload = '{}' WHERE delivery_id = :id",
        {"problem": problem, "id": delivery_id},
    )


async def retry(tx: Transaction, delivery_id: int, not_before: int, problem: str) -> None:
    await tx.run(
        """UPDATE deliveries SET state = 'pending', uncertain = 1, not_before = :not_before, problem = :problem
           WHERE delivery_id = :id""",
        {"not_before": not_before, "problem": problem, "id": delivery_id},
    )


async def next_due(tx: Transaction) -> int | None:
    """When the next waiting delivery may be tried, in milliseconds."""
    row = await tx.one(
        f"""SELECT d.not_before AS due FROM deliveries d WHERE d.state = 'pending' AND {FIRST_IN_LINE}
            ORDER BY d.not_before LIMIT 1"""
    )
    return row["due"] if row else None


async def forget(tx: Transaction, group_id: int, user_id: int) -> None:
    """Take a member out of the boards that still wait to be posted."""
    rows = await tx.all(
        """SELECT delivery_id, payload FROM deliveries
           WHERE group_id = :group_id AND kind IN ('digest', 'winners') AND state IN ('pending', 'sending')""",
        {"group_id": group_id},
    )
    for row in rows:
        payload = json.loads(row["payload"])
        for board in ("top", "improved", "consistent"):
            if board in payload:
                payload[board] = [line for line in payload[board] if line[1] != user_id]
        await tx.run(
            "UPDATE deliveries SET payload = :payload WHERE delivery_id = :id",
            {"payload": json.dumps(payload), "id": row["delivery_id"]},
        )


async def again(tx: Transaction, key: str, now_ms: int) -> None:
    """Let an edit that was made be made once more, since what it shows has changed."""
    await tx.run(
        """UPDATE deliveries SET state = 'pending', attempts = 0, not_before = :now
           WHERE key = :key AND state = 'sent'""",
        {"key": key, "now": now_ms},
    )
