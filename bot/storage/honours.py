"""The answers that a group's boards and streaks are made from."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.quiz import Kind
from bot.storage.database import Row, Transaction


async def given(tx: Transaction, group_id: int) -> Sequence[Row]:
    """A group's answers to daily questions in their order: member_id, day, correct, counted, rated."""
    return await tx.all(
        """SELECT a.member_id, a.day, a.correct, a.counted, a.rated FROM answers a
           JOIN rounds r ON r.round_id = a.round_id
           WHERE r.group_id = :group_id AND r.kind = :daily ORDER BY a.seq""",
        {"group_id": group_id, "daily": Kind.DAILY.value},
    )


async def days(tx: Transaction, group_id: int) -> list[str]:
    """The days on which a group had a question that counts, in their order."""
    rows = await tx.all(
        """SELECT DISTINCT r.day FROM rounds r JOIN questions q ON q.question_id = r.question_id
           WHERE r.group_id = :group_id AND r.kind = :daily AND r.state <> 'unposted' AND q.voided_at IS NULL
           ORDER BY r.day""",
        {"group_id": group_id, "daily": Kind.DAILY.value},
    )
    return [row["day"] for row in rows]


async def forget(tx: Transaction, group_id: int) -> None:
    """Empty a group's boards and streaks, to be made anew."""
    await tx.run("DELETE FROM standings WHERE group_id = :id", {"id": group_id})
    await tx.run(
        "DELETE FROM streaks WHERE member_id IN (SELECT member_id FROM members WHERE group_id = :id)",
        {"id": group_id},
    )
