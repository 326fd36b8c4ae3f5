"""Summary rows of the boards, and streaks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from bot.domain.standings import Span, period
from bot.domain.streaks import Streak
from bot.storage.database import Params, Transaction
from bot.storage.estimates import marks


async def add(tx: Transaction, rows: Iterable[Params]) -> None:
    """Add points and an answer to each row's (group_id, period, member_id)."""
    await tx.many(
        """INSERT INTO standings (group_id, period, member_id, points, answered)
           VALUES (:group_id, :period, :member_id, :points, 1)
           ON CONFLICT (group_id, period, member_id)
           DO UPDATE SET points = standings.points + excluded.points, answered = standings.answered + 1""",
        rows,
    )


async def board(tx: Transaction, group_id: int, period_name: str) -> list[tuple[int, int, int]]:
    """(user, points, answered) of everybody who is on the board.

    A group that shows results at closing has none of its open rounds on it: points would tell who was right.
    """
    rows = await tx.all(
        """SELECT m.user_id, s.points, s.answered FROM standings s JOIN members m ON m.member_id = s.member_id
           WHERE s.group_id = :group_id AND s.period = :period AND m.on_board = 1""",
        {"group_id": group_id, "period": period_name},
    )
    hidden = await tx.all(
        """SELECT m.user_id, r.day, SUM(a.correct * a.counted) AS points, COUNT(*) AS answered FROM rounds r
           JOIN groups g ON g.group_id = r.group_id
           JOIN answers a ON a.round_id = r.round_id
           JOIN members m ON m.member_id = a.member_id
           WHERE r.group_id = :group_id AND r.kind = 'daily' AND r.closed_at IS NULL AND g.feedback = 'at-close'
           GROUP BY m.user_id, r.day""",
        {"group_id": group_id},
    )
    less: dict[int, tuple[int, int]] = {}
    for row in hidden:
        if period_name in {period(span, date.fromisoformat(row["day"])) for span in Span}:
            points, answered = less.get(row["user_id"], (0, 0))
            less[row["user_id"]] = (points + row["points"], answered + row["answered"])
    shown = []
    for row in rows:
        points, answered = less.get(row["user_id"], (0, 0))
        if row["answered"] > answered:
            shown.append((row["user_id"], row["points"] - points, row["answered"] - answered))
    return shown


async def earned_on(tx: Transaction, group_id: int, day: str) -> dict[int, int]:
    """The points that each user earned with the rounds of a day, as far as the board shows them."""
    rows = await tx.all(
        """SELECT m.user_id, SUM(a.correct * a.counted) AS points FROM answers a
           JOIN rounds r ON r.round_id = a.round_id
           JOIN groups g ON g.group_id = r.group_id
           JOIN members m ON m.member_id = a.member_id
           WHERE r.group_id = :group_id AND r.day = :day AND r.kind = 'daily' AND a.rated = 1
             AND (g.feedback <> 'at-close' OR r.closed_at IS NOT NULL)
           GROUP BY m.user_id""",
        {"group_id": group_id, "day": day},
    )
    return {row["user_id"]: row["points"] for row in rows}


async def streaks(tx: Transaction, members: Collection[int]) -> dict[int, Streak]:
    member_marks, params = marks("m", members)
    rows = await tx.all(
        f"SELECT member_id, current, longest, last_day FROM streaks WHERE member_id IN ({member_marks})",
        params,
    )
    return {
        row["member_id"]: Streak(row["current"], row["longest"], date.fromisoformat(row["last_day"])) for row in rows
    }


async def save_streaks(tx: Transaction, streaks: dict[int, Streak]) -> None:
    await tx.many(
        """INSERT INTO streaks (member_id, current, longest, last_day)
           VALUES (:id, :current, :longest, :last_day)
           ON CONFLICT (member_id) DO UPDATE
           SET current = excluded.current, longest = excluded.longest, last_day = excluded.last_day""",
        [
            {"id": key, "current": one.current, "longest": one.longest, "last_day": one.last_day.isoformat()}
            for key, one in streaks.items()
        ],
    )
