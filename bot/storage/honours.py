"""What is made anew from a group's answers."""

from __future__ import annotations

from bot.storage.database import Transaction


async def forget(tx: Transaction, group_id: int) -> None:
    """Empty a group's boards, to be made anew."""
    await tx.run("DELETE FROM standings WHERE group_id = :id", {"id": group_id})
