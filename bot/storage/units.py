"""Rows of continuing education units, and of the cycles that they count in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.units import Cycle, Earned
from bot.storage.database import Row, Transaction


@dataclass(frozen=True, slots=True)
class Kept:
    """When a member's cycle ends, and whether to remind.

    `halves` is their own requirement, None for the exam's; `told` the days before the end that they were last told of.
    """

    last: date
    halves: int | None = None
    told: int | None = None
    remind: bool = True


def _earned(row: Row) -> Earned:
    return Earned(row["unit_id"], date.fromisoformat(row["day"]), row["title"], row["halves"], row["kind"])


async def insert(tx: Transaction, member: int, entry: Earned, now_ms: int) -> bool:
    """Keep an entry (its id is given here); False where the same title stands on that day already."""
    changed = await tx.run(
        """INSERT INTO units (member_id, day, title, halves, kind, added_at)
           VALUES (:member, :day, :title, :halves, :kind, :now) ON CONFLICT (member_id, day, title) DO NOTHING""",
        {
            "member": member,
            "day": entry.day.isoformat(),
            "title": entry.title,
            "halves": entry.halves,
            "kind": entry.kind,
            "now": now_ms,
        },
    )
    return changed == 1


async def in_cycle(tx: Transaction, member: int, cycle: Cycle | None) -> list[Earned]:
    """A member's entries of a cycle, or all of them, newest first."""
    rows = await tx.all(
        """SELECT unit_id, day, title, halves, kind FROM units
           WHERE member_id = :member AND day >= :first AND day <= :last ORDER BY day DESC, unit_id DESC""",
        {
            "member": member,
            "first": cycle.first.isoformat() if cycle else "",
            "last": cycle.last.isoformat() if cycle else "9999",
        },
    )
    return [_earned(row) for row in rows]


async def remove(tx: Transaction, member: int, unit_id: int) -> Earned | None:
    """Take a member's own entry out; None where there is none with that id."""
    row = await tx.one(
        """DELETE FROM units WHERE unit_id = :id AND member_id = :member
           RETURNING unit_id, day, title, halves, kind""",
        {"id": unit_id, "member": member},
    )
    return _earned(row) if row else None


async def cycle(tx: Transaction, member: int) -> Kept | None:
    row = await tx.one("SELECT last_day, halves, told, remind FROM unit_cycles WHERE member_id = :id", {"id": member})
    return Kept(date.fromisoformat(row["last_day"]), row["halves"], row["told"], bool(row["remind"])) if row else None


async def set_cycle(tx: Transaction, member: int, kept: Kept) -> None:
    await tx.run(
        """INSERT INTO unit_cycles (member_id, last_day, halves, told, remind)
           VALUES (:member, :last, :halves, :told, :remind)
           ON CONFLICT (member_id) DO UPDATE
           SET last_day = excluded.last_day, halves = excluded.halves, told = excluded.told,
               remind = excluded.remind""",
        {
            "member": member,
            "last": kept.last.isoformat(),
            "halves": kept.halves,
            "told": kept.told,
            "remind": int(kept.remind),
        },
    )


async def mind(tx: Transaction, member: int, *, on: bool) -> None:
    """Whether the member is to be reminded."""
    await tx.run("UPDATE unit_cycles SET remind = :on WHERE member_id = :member", {"on": int(on), "member": member})


async def reminded(tx: Transaction, after: int, limit: int) -> list[tuple[int, int]]:
    """(member, group) of the first above the member *after* who are to be reminded."""
    rows = await tx.all(
        """SELECT c.member_id, m.group_id FROM unit_cycles c JOIN members m ON m.member_id = c.member_id
           WHERE c.remind = 1 AND c.member_id > :after ORDER BY c.member_id LIMIT :limit""",
        {"after": after, "limit": limit},
    )
    return [(row["member_id"], row["group_id"]) for row in rows]
