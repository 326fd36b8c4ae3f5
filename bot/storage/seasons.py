"""Rows of seasons, and of the periods that are over."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from bot.domain.standings import Season, Window
from bot.storage.database import Transaction
from bot.storage.estimates import marks


async def of_group(tx: Transaction, group_id: int) -> list[Season]:
    """A group's seasons, oldest first."""
    return (await of_groups(tx, [group_id])).get(group_id, [])


async def of_groups(tx: Transaction, group_ids: Collection[int]) -> dict[int, list[Season]]:
    """The seasons of each group that has any, oldest first."""
    group_marks, params = marks("g", group_ids)
    rows = await tx.all(
        f"""SELECT group_id, name, first_day, last_day FROM seasons WHERE group_id IN ({group_marks})
            ORDER BY group_id, first_day""",
        params,
    )
    found: dict[int, list[Season]] = {}
    for row in rows:
        season = Season(row["name"], date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"]))
        found.setdefault(row["group_id"], []).append(season)
    return found


async def put(tx: Transaction, group_id: int, season: Season) -> None:
    """Keep a new season."""
    await tx.run(
        """INSERT INTO seasons (group_id, first_day, last_day, name) VALUES (:id, :first, :last, :name)
           ON CONFLICT (group_id, first_day) DO UPDATE SET last_day = excluded.last_day, name = excluded.name""",
        {"id": group_id, "first": season.first.isoformat(), "last": season.last.isoformat(), "name": season.name},
    )


async def drop(tx: Transaction, group_id: int, season: Season) -> None:
    """Forget a season; it is no past one either."""
    await tx.run(
        "DELETE FROM seasons WHERE group_id = :id AND first_day = :first",
        {"id": group_id, "first": season.first.isoformat()},
    )
    await tx.run(
        "DELETE FROM past_boards WHERE group_id = :id AND period = :period", {"id": group_id, "period": season.key}
    )


async def archive(tx: Transaction, group_id: int, window: Window) -> None:
    """Remember that a period is over."""
    assert window.first is not None
    assert window.last is not None
    await tx.run(
        """INSERT INTO past_boards (group_id, period, first_day, last_day) VALUES (:id, :period, :first, :last)
           ON CONFLICT (group_id, period) DO NOTHING""",
        {
            "id": group_id,
            "period": window.key,
            "first": window.first.isoformat(),
            "last": window.last.isoformat(),
        },
    )


async def past(tx: Transaction, group_id: int, limit: int) -> list[Window]:
    """The periods that are over and have a board, newest first."""
    rows = await tx.all(
        """SELECT p.period, p.first_day, p.last_day FROM past_boards p WHERE p.group_id = :id
             AND EXISTS (SELECT 1 FROM standings s WHERE s.group_id = p.group_id AND s.period = p.period)
           ORDER BY p.last_day DESC, p.first_day DESC LIMIT :limit""",
        {"id": group_id, "limit": limit},
    )
    return [
        Window(row["period"], date.fromisoformat(row["first_day"]), date.fromisoformat(row["last_day"])) for row in rows
    ]
