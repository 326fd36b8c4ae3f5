"""What is made anew from a group's answers."""

from __future__ import annotations

from bot.storage.database import Transaction


async def sizes(tx: Transaction, group_id: int) -> dict[int, int]:
    """How many answers are kept of each of a group's members who gave any."""
    rows = await tx.all(
        """SELECT a.member_id, COUNT(*) AS n FROM members m JOIN answers a ON a.member_id = m.member_id
           WHERE m.group_id = :id GROUP BY a.member_id ORDER BY a.member_id""",
        {"id": group_id},
    )
    return {row["member_id"]: row["n"] for row in rows}


async def forget_idle(tx: Transaction, group_id: int) -> None:
    """Take off a group's boards whoever has no answer; nobody is there without one but by a mistake of ours."""
    for table in ("standings", "tallies", "streaks"):
        await tx.run(
            f"""DELETE FROM {table} WHERE member_id IN (
                   SELECT m.member_id FROM members m WHERE m.group_id = :id
                   AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.member_id = m.member_id))""",
            {"id": group_id},
        )
