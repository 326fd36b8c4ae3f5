"""Rows of groups and their members."""

from __future__ import annotations

from collections.abc import Collection
from datetime import time

from bot.domain.groups import Feedback, Group, Trouble, Wishes
from bot.storage.database import Row, Transaction

_COLUMNS = """group_id, guild_id, channel_id, zone, daily_minute, weekdays, per_day, open_minutes, feedback,
    tutor_role_id, exam, set_up_by, trouble"""


def _mask(weekdays: Collection[int]) -> int:
    return sum(1 << day for day in weekdays)


def _group(row: Row) -> Group:
    wishes = Wishes(
        channel_id=row["channel_id"],
        zone=row["zone"],
        daily_at=time(*divmod(row["daily_minute"], 60)),
        weekdays=frozenset(day for day in range(7) if row["weekdays"] >> day & 1),
        per_day=row["per_day"],
        open_minutes=row["open_minutes"],
        feedback=Feedback(row["feedback"]),
        tutor_role_id=row["tutor_role_id"],
        exam=row["exam"],
    )
    trouble = Trouble(row["trouble"]) if row["trouble"] else None
    return Group(row["group_id"], row["guild_id"], wishes, row["set_up_by"], trouble)


async def by_id(tx: Transaction, group_id: int) -> Group | None:
    row = await tx.one(f"SELECT {_COLUMNS} FROM groups WHERE group_id = :id", {"id": group_id})
    return _group(row) if row else None


async def of_guild(tx: Transaction, guild_id: int) -> list[Group]:
    """The groups of a server, oldest first."""
    rows = await tx.all(f"SELECT {_COLUMNS} FROM groups WHERE guild_id = :guild ORDER BY group_id", {"guild": guild_id})
    return [_group(row) for row in rows]


async def everyone(tx: Transaction) -> list[Group]:
    return [_group(row) for row in await tx.all(f"SELECT {_COLUMNS} FROM groups ORDER BY group_id")]


async def exams_elsewhere(tx: Transaction, guild_id: int) -> list[str]:
    """The exams that groups of other servers prepare for."""
    rows = await tx.all("SELECT DISTINCT exam FROM groups WHERE guild_id <> :guild ORDER BY exam", {"guild": guild_id})
    return [row["exam"] for row in rows]


async def by_ids(tx: Transaction, group_ids: Collection[int]) -> dict[int, Group]:
    """The groups of these ids."""
    params = {f"g{n}": group_id for n, group_id in enumerate(sorted(group_ids))}
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM groups WHERE group_id IN ({', '.join(f':{name}' for name in params)})", params
    )
    return {row["group_id"]: _group(row) for row in rows}


async def following(tx: Transaction, after: int, limit: int) -> list[Group]:
    """The first groups above the id *after*."""
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM groups WHERE group_id > :after ORDER BY group_id LIMIT :limit",
        {"after": after, "limit": limit},
    )
    return [_group(row) for row in rows]


def _columns(wishes: Wishes) -> dict[str, object]:
    return {
        "channel": wishes.channel_id,
        "zone": wishes.zone,
        "minute": wishes.daily_at.hour * 60 + wishes.daily_at.minute,
        "weekdays": _mask(wishes.weekdays),
        "per_day": wishes.per_day,
        "open_minutes": wishes.open_minutes,
        "feedback": wishes.feedback.value,
        "tutor": wishes.tutor_role_id,
        "exam": wishes.exam,
    }


async def insert(tx: Transaction, guild_id: int, wishes: Wishes, by: int, now_ms: int) -> Group:
    row = await tx.one(
        f"""INSERT INTO groups (guild_id, channel_id, zone, daily_minute, weekdays, per_day, open_minutes,
                feedback, tutor_role_id, exam, set_up_by, created_at)
            VALUES (:guild, :channel, :zone, :minute, :weekdays, :per_day, :open_minutes,
                :feedback, :tutor, :exam, :by, :now)
            RETURNING {_COLUMNS}""",
        {**_columns(wishes), "guild": guild_id, "by": by, "now": now_ms},
    )
    assert row is not None
    return _group(row)


async def update(tx: Transaction, group_id: int, wishes: Wishes, by: int) -> Group:
    """Write new wishes; whatever kept the posts from arriving is taken for mended."""
    row = await tx.one(
        f"""UPDATE groups SET channel_id = :channel, zone = :zone, daily_minute = :minute, weekdays = :weekdays,
                per_day = :per_day, open_minutes = :open_minutes, feedback = :feedback, tutor_role_id = :tutor,
                exam = :exam, set_up_by = :by, trouble = NULL
            WHERE group_id = :id RETURNING {_COLUMNS}""",
        {**_columns(wishes), "by": by, "id": group_id},
    )
    assert row is not None
    return _group(row)


async def set_trouble(tx: Transaction, group_id: int, trouble: Trouble | None) -> None:
    await tx.run(
        "UPDATE groups SET trouble = :trouble WHERE group_id = :id",
        {"trouble": trouble.value if trouble else None, "id": group_id},
    )


async def member_ids(tx: Transaction, pairs: Collection[tuple[int, int]], now_ms: int) -> dict[tuple[int, int], int]:
    """The member id of each (group, user), made where it is the first time that we meet them."""
    distinct = sorted(set(pairs))
    await tx.many(
        """INSERT INTO members (group_id, user_id, joined_at) VALUES (:group_id, :user, :now)
           ON CONFLICT (group_id, user_id) DO NOTHING""",
        [{"group_id": group_id, "user": user, "now": now_ms} for group_id, user in distinct],
    )
    groups = {f"g{n}": group_id for n, group_id in enumerate(sorted({group_id for group_id, _ in distinct}))}
    users = {f"u{n}": user for n, user in enumerate(sorted({user for _, user in distinct}))}
    rows = await tx.all(
        f"""SELECT member_id, group_id, user_id FROM members
            WHERE group_id IN ({", ".join(f":{name}" for name in groups)})
              AND user_id IN ({", ".join(f":{name}" for name in users)})""",
        {**groups, **users},
    )
    return {(row["group_id"], row["user_id"]): row["member_id"] for row in rows}


async def member(tx: Transaction, group_id: int, user_id: int) -> int | None:
    row = await tx.one(
        "SELECT member_id FROM members WHERE group_id = :group_id AND user_id = :user",
        {"group_id": group_id, "user": user_id},
    )
    return row["member_id"] if row else None
