"""Rows of why members missed questions."""

from __future__ import annotations

from bot.domain.misses import Reason
from bot.storage.database import Transaction


async def put(tx: Transaction, round_id: int, member_id: int, reason: Reason) -> None:
    """Keep why a member missed a round's question; another reason replaces the first."""
    await tx.run(
        "UPDATE answers SET miss = :reason WHERE round_id = :round AND member_id = :member",
        {"reason": reason.value, "round": round_id, "member": member_id},
    )


async def counts(tx: Transaction, member_id: int) -> dict[str, dict[Reason, int]]:
    """A member's misses by topic (its slug) and reason; answers that are right by now, or voided, are none."""
    rows = await tx.all(
        """SELECT t.slug, a.miss, COUNT(*) AS n FROM answers a
           JOIN questions q ON q.question_id = a.question_id JOIN topics t ON t.topic_id = q.topic_id
           WHERE a.member_id = :member AND a.miss IS NOT NULL AND a.correct = 0 AND q.voided_at IS NULL
           GROUP BY t.slug, a.miss""",
        {"member": member_id},
    )
    found: dict[str, dict[Reason, int]] = {}
    for row in rows:
        found.setdefault(row["slug"], {})[Reason(row["miss"])] = row["n"]
    return found
