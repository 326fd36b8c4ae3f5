"""Rows of setbacks: who rests from boards and streak reminders, and the score reports that they entered."""

from __future__ import annotations

from collections.abc import Mapping

from bot.storage.database import Transaction


async def begin(tx: Transaction, member_id: int, now_ms: int) -> bool:
    """Take the member off the boards and remember their wishes; False where they rest already."""
    begun = await tx.run(
        """INSERT INTO setbacks (member_id, since, on_board, opted_in)
           SELECT member_id, :now, on_board, opted_in FROM members WHERE member_id = :member
           ON CONFLICT (member_id) DO NOTHING""",
        {"member": member_id, "now": now_ms},
    )
    if begun:
        await tx.run("UPDATE members SET on_board = 0 WHERE member_id = :member", {"member": member_id})
    return begun > 0


async def since(tx: Transaction, member_id: int) -> int | None:
    """From when on (ms) the member rests; None where they do not."""
    row = await tx.one("SELECT since FROM setbacks WHERE member_id = :member", {"member": member_id})
    return row["since"] if row else None


async def end(tx: Transaction, member_id: int) -> bool:
    """Put the boards back as the member had them; False where nothing rests."""
    row = await tx.one(
        "DELETE FROM setbacks WHERE member_id = :member RETURNING on_board, opted_in", {"member": member_id}
    )
    if row is None:
        return False
    await tx.run(
        "UPDATE members SET on_board = :on_board, opted_in = :opted_in WHERE member_id = :member",
        {"member": member_id, "on_board": row["on_board"], "opted_in": row["opted_in"]},
    )
    return True


async def put_report(tx: Transaction, exam_id: int, member_id: int, report: Mapping[str, float]) -> None:
    """Write a report, percent by section, in the place of the one that was there."""
    await tx.run("DELETE FROM score_reports WHERE exam_id = :exam", {"exam": exam_id})
    await tx.many(
        """INSERT INTO score_reports (exam_id, member_id, section, percent)
           VALUES (:exam, :member, :section, :percent)""",
        [
            {"exam": exam_id, "member": member_id, "section": section, "percent": percent}
            for section, percent in report.items()
        ],
    )


async def report(tx: Transaction, exam_id: int) -> dict[str, float]:
    """The report's percent by section; empty where none was entered."""
    rows = await tx.all(
        "SELECT section, percent FROM score_reports WHERE exam_id = :exam ORDER BY section", {"exam": exam_id}
    )
    return {row["section"]: row["percent"] for row in rows}
