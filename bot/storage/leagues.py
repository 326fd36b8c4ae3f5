"""Rows of the weekly leagues: who is in which one."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.leagues import League
from bot.storage.database import Transaction
from bot.storage.standings import SHOWN


async def save(tx: Transaction, group_id: int, week: str, leagues: Sequence[League]) -> None:
    """Keep the leagues of the week that begins on the day `week`, unless they are there."""
    await tx.many(
        """INSERT INTO leagues (member_id, week, group_id, number)
           SELECT member_id, :week, group_id, :number FROM members WHERE group_id = :group_id AND user_id = :user
           ON CONFLICT (member_id, week) DO NOTHING""",
        [
            {"week": week, "number": league.number, "group_id": group_id, "user": user}
            for league in leagues
            for user in league.members
        ],
    )


async def mates(tx: Transaction, group_id: int, week: str, user_id: int) -> tuple[int, frozenset[int]] | None:
    """The number of a user's league in that week and the users in it that may be shown; None where they are in none."""
    rows = await tx.all(
        f"""SELECT l.number, m.user_id FROM leagues mine
           JOIN members me ON me.member_id = mine.member_id AND me.user_id = :user
           JOIN leagues l ON l.group_id = mine.group_id AND l.week = mine.week AND l.number = mine.number
           JOIN members m ON m.member_id = l.member_id AND {SHOWN}
           WHERE mine.group_id = :group_id AND mine.week = :week""",
        {"group_id": group_id, "week": week, "user": user_id},
    )
    return (rows[0]["number"], frozenset(row["user_id"] for row in rows)) if rows else None
