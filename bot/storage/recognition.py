"""Rows that the board of helpers is made of. There are no summaries: a mark that goes takes its point along."""

from __future__ import annotations

from bot.domain.instants import from_ms
from bot.domain.recognition import Helped
from bot.storage.database import Transaction
from bot.storage.standings import SHOWN


async def helpful(tx: Transaction, group_id: int) -> list[Helped]:
    """Each mark of an asker's for named feedback on their question that is still there."""
    rows = await tx.all(
        """SELECT h.user_id AS helper, a.user_id AS marker, k.at FROM marks k
           JOIN reviews r ON r.review_id = k.review_id
           JOIN asks q ON q.ask_id = r.ask_id
           JOIN ask_authors w ON w.ask_id = q.ask_id AND w.member_id = k.member_id
           JOIN review_authors v ON v.review_id = r.review_id
           JOIN members h ON h.member_id = v.member_id
           JOIN members a ON a.member_id = k.member_id
           WHERE q.group_id = :group_id AND q.kind = 'ask' AND q.state <> 'removed' AND k.kind = 'helpful'
             AND r.state = 'posted' AND r.anonymous = 0
           ORDER BY k.at, k.review_id""",
        {"group_id": group_id},
    )
    return [Helped(row["helper"], row["marker"], from_ms(row["at"])) for row in rows]


async def shown(tx: Transaction, group_id: int) -> set[int]:
    """The users of a group whom boards may show."""
    rows = await tx.all(f"SELECT m.user_id FROM members m WHERE m.group_id = :id AND {SHOWN}", {"id": group_id})
    return {row["user_id"] for row in rows}
