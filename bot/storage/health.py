"""What the database tells of how the bot is doing."""

from __future__ import annotations

from bot.storage.database import Row, Transaction


async def numbers(tx: Transaction, now_ms: int) -> Row:
    """groups; planned, overdue and oldest_due of the agenda; waiting and oldest_waiting of the outbox (ms or NULL)."""
    row = await tx.one(
        """SELECT (SELECT COUNT(*) FROM groups) AS groups,
               (SELECT COUNT(*) FROM agenda) AS planned,
               (SELECT COUNT(*) FROM agenda WHERE due_at <= :now) AS overdue,
               (SELECT MIN(due_at) FROM agenda) AS oldest_due,
               (SELECT COUNT(*) FROM deliveries WHERE state IN ('pending', 'sending')) AS waiting,
               (SELECT MIN(not_before) FROM deliveries WHERE state IN ('pending', 'sending')) AS oldest_waiting""",
        {"now": now_ms},
    )
    assert row is not None
    return row
