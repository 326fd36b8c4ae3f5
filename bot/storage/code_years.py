"""Rows of questions that were looked at for a new code year."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bot.domain.instants import from_ms
from bot.storage.database import Transaction


async def confirm(
    tx: Transaction, group_id: int, question_ids: Collection[int], year: int, tutor_id: int, now_ms: int
) -> int:
    """A tutor has looked: these questions still hold in that year for the group. How many were not said to before."""
    done = 0
    for question_id in sorted(question_ids):
        row = await tx.one(
            """INSERT INTO code_year_checks (group_id, question_id, year, checked_at)
               VALUES (:group_id, :question, :year, :now)
               ON CONFLICT (group_id, question_id, year) DO NOTHING RETURNING check_id""",
            {"group_id": group_id, "question": question_id, "year": year, "now": now_ms},
        )
        if row is not None:
            done += 1
            await tx.run(
                "INSERT INTO code_year_checkers (check_id, member_id) VALUES (:id, :tutor)",
                {"id": row["check_id"], "tutor": tutor_id},
            )
    return done


async def last_check(tx: Transaction, group_id: int, question_id: int) -> tuple[int, datetime, int | None] | None:
    """The latest year for which a question was looked at, when, and by which user (None for a former member)."""
    row = await tx.one(
        """SELECT c.year, c.checked_at, m.user_id FROM code_year_checks c
           LEFT JOIN code_year_checkers w ON w.check_id = c.check_id LEFT JOIN members m ON m.member_id = w.member_id
           WHERE c.group_id = :group_id AND c.question_id = :question ORDER BY c.year DESC LIMIT 1""",
        {"group_id": group_id, "question": question_id},
    )
    return None if row is None else (row["year"], from_ms(row["checked_at"]), row["user_id"])
