"""Rows of teach-backs: the most-missed question of a week, who solved it, and which explanation was chosen."""

from __future__ import annotations

from bot.domain.teachback import Explanation, Missed, Teachback
from bot.storage.database import Transaction

_COLUMNS = "SELECT ask_id, group_id, week, question_id, ends_at, ended_at, chosen_id FROM teachbacks"


async def switch(tx: Transaction, group_id: int, now_ms: int, *, on: bool) -> None:
    """A group wants teach-backs, or none."""
    if on:
        await tx.run("DELETE FROM teachbacks_off WHERE group_id = :id", {"id": group_id})
    else:
        await tx.run(
            "INSERT INTO teachbacks_off (group_id, since) VALUES (:id, :now) ON CONFLICT (group_id) DO NOTHING",
            {"id": group_id, "now": now_ms},
        )


async def is_on(tx: Transaction, group_id: int) -> bool:
    return await tx.one("SELECT 1 FROM teachbacks_off WHERE group_id = :id", {"id": group_id}) is None


async def missed(tx: Transaction, group_id: int, first: str, last: str) -> list[Missed]:
    """How the questions of a group's closed daily rounds went, from day to day; withdrawn ones are left out."""
    rows = await tx.all(
        """SELECT r.question_id, COUNT(*) AS answers, SUM(1 - a.correct) AS misses
           FROM rounds r JOIN answers a ON a.round_id = r.round_id JOIN questions q ON q.question_id = r.question_id
           WHERE r.group_id = :group_id AND r.kind = 'daily' AND r.state = 'closed' AND r.day BETWEEN :first AND :last
             AND a.rated = 1 AND q.voided_at IS NULL AND q.state = 'live'
           GROUP BY r.question_id ORDER BY r.question_id""",
        {"group_id": group_id, "first": first, "last": last},
    )
    return [Missed(*row) for row in rows]


async def taught(tx: Transaction, group_id: int, limit: int) -> list[int]:
    """The questions of a group's latest teach-backs."""
    rows = await tx.all(
        "SELECT question_id FROM teachbacks WHERE group_id = :id ORDER BY week DESC LIMIT :limit",
        {"id": group_id, "limit": limit},
    )
    return [row["question_id"] for row in rows]


async def solvers(tx: Transaction, teachback: Teachback, first: str, last: str, now_ms: int) -> list[int]:
    """The members who solved its question in those days, offered to review, and were not invited yet.

    Without those who left, who rest after a setback, or who sit an exam.
    """
    rows = await tx.all(
        """SELECT DISTINCT a.member_id FROM answers a JOIN rounds r ON r.round_id = a.round_id
           JOIN members m ON m.member_id = a.member_id JOIN reviewers o ON o.member_id = a.member_id
           WHERE r.group_id = :group_id AND r.kind = 'daily' AND r.question_id = :question
             AND r.day BETWEEN :first AND :last AND a.rated = 1 AND a.correct = 1 AND m.left_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM setbacks s WHERE s.member_id = a.member_id)
             AND NOT EXISTS (SELECT 1 FROM exams e WHERE e.member_id = a.member_id
                             AND e.starts <= :now AND e.ends > :now)
             AND NOT EXISTS (SELECT 1 FROM invitations i WHERE i.ask_id = :ask AND i.member_id = a.member_id)
             AND NOT EXISTS (SELECT 1 FROM review_authors w WHERE w.ask_id = :ask AND w.member_id = a.member_id)
           ORDER BY a.member_id""",
        {
            "group_id": teachback.group_id,
            "question": teachback.question_id,
            "first": first,
            "last": last,
            "ask": teachback.ask_id,
            "now": now_ms,
        },
    )
    return [row["member_id"] for row in rows]


async def has(tx: Transaction, group_id: int, week: str) -> bool:
    """Whether the group had its teach-back of that week."""
    row = await tx.one("SELECT 1 FROM teachbacks WHERE group_id = :id AND week = :week", {"id": group_id, "week": week})
    return row is not None


async def insert(tx: Transaction, ask_id: int, group_id: int, week: str, question_id: int, ends_at: int) -> None:
    await tx.run(
        """INSERT INTO teachbacks (ask_id, group_id, week, question_id, ends_at)
           VALUES (:ask, :group_id, :week, :question, :ends)""",
        {"ask": ask_id, "group_id": group_id, "week": week, "question": question_id, "ends": ends_at},
    )


async def by_ask(tx: Transaction, ask_id: int) -> Teachback | None:
    row = await tx.one(f"{_COLUMNS} WHERE ask_id = :id", {"id": ask_id})
    return Teachback(*row) if row else None


async def unchosen(tx: Transaction, group_id: int) -> list[Teachback]:
    """The teach-backs that ended without a choice, newest first."""
    rows = await tx.all(
        f"{_COLUMNS} WHERE group_id = :id AND ended_at IS NOT NULL AND chosen_id IS NULL ORDER BY week DESC",
        {"id": group_id},
    )
    return [Teachback(*row) for row in rows]


async def end(tx: Transaction, ask_id: int, now_ms: int) -> bool:
    """Its week is over; False where it was."""
    return (
        await tx.run(
            "UPDATE teachbacks SET ended_at = :now WHERE ask_id = :id AND ended_at IS NULL",
            {"now": now_ms, "id": ask_id},
        )
        > 0
    )


async def choose(tx: Transaction, ask_id: int, review_id: int | None) -> None:
    await tx.run("UPDATE teachbacks SET chosen_id = :review WHERE ask_id = :id", {"review": review_id, "id": ask_id})


async def explanations(tx: Transaction, ask_id: int) -> list[Explanation]:
    """What could be chosen: the explanations whose writers are there and were not asked before."""
    rows = await tx.all(
        """SELECT r.review_id, r.endorsed_at,
               (SELECT COUNT(*) FROM marks k JOIN review_authors o ON o.review_id = k.review_id
                WHERE k.review_id = r.review_id AND k.kind = 'helpful' AND k.member_id <> o.member_id) AS helpful
           FROM reviews r JOIN review_authors w ON w.review_id = r.review_id
           WHERE r.ask_id = :id AND r.state = 'posted'
             AND NOT EXISTS (SELECT 1 FROM promotions p WHERE p.review_id = r.review_id)
           ORDER BY r.review_id""",
        {"id": ask_id},
    )
    return [Explanation(row["review_id"], row["helpful"], row["endorsed_at"] is not None) for row in rows]
