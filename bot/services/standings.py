"""The boards, and a member's own move on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.groups import Group
from bot.domain.standings import Span, Standing, period, ranked
from bot.domain.streaks import Streak
from bot.storage import groups, standings
from bot.storage.database import Database


@dataclass(frozen=True, slots=True)
class Move:
    """What a day did to a member's place on the week's board; None where they are not on it."""

    earned: int
    now: Standing | None
    rank_before: int | None
    people: int
    streak: Streak | None


async def board(database: Database, group: Group, span: Span, day: date) -> list[Standing]:
    """The board of the period that `day` is in: everybody who has points on it, best first."""
    async with database.read() as tx:
        return ranked(_with_points(await standings.board(tx, group.group_id, period(span, day))))


def _with_points(rows: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    return [row for row in rows if row[1] > 0]


async def my_move(database: Database, group: Group, user: int, day: date) -> Move:
    """How the rounds of `day` moved a member on the board of its week."""
    async with database.read() as tx:
        rows = await standings.board(tx, group.group_id, period(Span.WEEK, day))
        earned = await standings.earned_on(tx, group.group_id, day.isoformat())
        member = await groups.member(tx, group.group_id, user)
        streaks = {} if member is None else await standings.streaks(tx, [member])
    after = ranked(_with_points(rows))
    before = ranked(_with_points([(who, points - earned.get(who, 0), n) for who, points, n in rows]))
    return Move(
        earned.get(user, 0),
        next((one for one in after if one.user_id == user), None),
        next((one.rank for one in before if one.user_id == user), None),
        len(after),
        streaks.get(member) if member is not None else None,
    )
