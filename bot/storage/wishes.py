"""Rows of the topics that members want a session about."""

from __future__ import annotations

from collections.abc import Collection

from bot.storage.database import Transaction


async def put(tx: Transaction, member_id: int, topic: str, now_ms: int) -> bool:
    """Keep a wish, or make it as young as now; whether it is new."""
    before = await tx.one(
        "SELECT 1 FROM session_wishes WHERE member_id = :member AND topic = :topic",
        {"member": member_id, "topic": topic},
    )
    await tx.run(
        """INSERT INTO session_wishes (member_id, topic, wished_at) VALUES (:member, :topic, :now)
           ON CONFLICT (member_id, topic) DO UPDATE SET wished_at = excluded.wished_at""",
        {"member": member_id, "topic": topic, "now": now_ms},
    )
    return before is None


async def remove(tx: Transaction, member_id: int, topic: str) -> bool:
    changed = await tx.run(
        "DELETE FROM session_wishes WHERE member_id = :member AND topic = :topic",
        {"member": member_id, "topic": topic},
    )
    return changed > 0


async def of_member(tx: Transaction, member_id: int) -> list[tuple[str, int]]:
    """(topic, instant in ms) of a member's wishes, the oldest first."""
    rows = await tx.all(
        "SELECT topic, wished_at FROM session_wishes WHERE member_id = :member ORDER BY wished_at, topic",
        {"member": member_id},
    )
    return [(row["topic"], row["wished_at"]) for row in rows]


async def of_group(tx: Transaction, group_id: int) -> list[tuple[str, int]]:
    """(topic, instant in ms) of a group's wishes."""
    rows = await tx.all(
        """SELECT w.topic, w.wished_at FROM session_wishes w JOIN members m ON m.member_id = w.member_id
           WHERE m.group_id = :group_id""",
        {"group_id": group_id},
    )
    return [(row["topic"], row["wished_at"]) for row in rows]


async def granted(tx: Transaction, group_id: int, topics: Collection[str], before: int) -> None:
    """A session on these topics was held: what was wished before it (ms) has come true."""
    await tx.many(
        """DELETE FROM session_wishes WHERE topic = :topic AND wished_at <= :before AND member_id IN (
               SELECT member_id FROM members WHERE group_id = :group_id)""",
        [{"topic": topic, "before": before, "group_id": group_id} for topic in topics],
    )


async def drop(tx: Transaction, before: int) -> None:
    """Forget what was wished before an instant (ms)."""
    await tx.run("DELETE FROM session_wishes WHERE wished_at < :before", {"before": before})
