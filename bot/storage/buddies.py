"""Rows of study buddies: who looks for one, who was proposed to whom, and the pairs."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.storage.database import Row, Transaction
from bot.storage.estimates import marks

ASKED, ACCEPTED, PASSED, ENDED = "asked", "accepted", "passed", "ended"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two."""

    member_id: int
    user_id: int
    state: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A proposal, or a pair, from one side of it. Instants in milliseconds; `other` is None once they were deleted."""

    buddy_id: int
    group_id: int
    made_at: int
    matched_at: int | None
    ended_at: int | None
    topics: tuple[str, ...]
    mine: Side
    other: Side | None


async def seek(tx: Transaction, member_id: int, now_ms: int) -> bool:
    """Keep that a member looks for a buddy; False where they do already."""
    changed = await tx.run(
        "INSERT INTO buddy_seekers (member_id, since) VALUES (:member, :now) ON CONFLICT (member_id) DO NOTHING",
        {"member": member_id, "now": now_ms},
    )
    return changed > 0


async def stop_seeking(tx: Transaction, members: Collection[int]) -> bool:
    """They look no longer; whether one of them did."""
    names, params = marks("m", members)
    return await tx.run(f"DELETE FROM buddy_seekers WHERE member_id IN ({names})", params) > 0


async def since(tx: Transaction, member_id: int) -> int | None:
    """Since when (ms) a member looks for a buddy; None where they do not."""
    row = await tx.one("SELECT since FROM buddy_seekers WHERE member_id = :member", {"member": member_id})
    return row["since"] if row else None


async def seekers(tx: Transaction, group_id: int) -> list[tuple[int, str | None]]:
    """(member, the zone that they chose) of those in a group who look and are still here."""
    rows = await tx.all(
        """SELECT m.member_id, m.zone FROM buddy_seekers s JOIN members m ON m.member_id = s.member_id
           WHERE m.group_id = :group_id AND m.left_at IS NULL ORDER BY m.member_id""",
        {"group_id": group_id},
    )
    return [(row["member_id"], row["zone"]) for row in rows]


async def before(tx: Transaction, member_id: int) -> frozenset[int]:
    """With whom there was a pair, or a proposal that one of the two declined."""
    rows = await tx.all(
        """SELECT o.member_id FROM buddy_members w JOIN buddies b ON b.buddy_id = w.buddy_id
           JOIN buddy_members o ON o.buddy_id = w.buddy_id AND o.member_id <> w.member_id
           WHERE w.member_id = :member AND (b.matched_at IS NOT NULL OR w.state = 'passed' OR o.state = 'passed')""",
        {"member": member_id},
    )
    return frozenset(row["member_id"] for row in rows)


async def proposals(tx: Transaction, member_id: int, since_ms: int) -> list[int]:
    """When a member's proposals since then were made, oldest first."""
    rows = await tx.all(
        """SELECT b.made_at FROM buddy_members w JOIN buddies b ON b.buddy_id = w.buddy_id
           WHERE w.member_id = :member AND b.made_at > :since ORDER BY b.made_at""",
        {"member": member_id, "since": since_ms},
    )
    return [row["made_at"] for row in rows]


async def propose(tx: Transaction, group_id: int, members: tuple[int, int], now_ms: int) -> int:
    """Write a proposal to two members down; returns its id."""
    row = await tx.one(
        "INSERT INTO buddies (group_id, made_at) VALUES (:group_id, :now) RETURNING buddy_id",
        {"group_id": group_id, "now": now_ms},
    )
    assert row is not None
    buddy_id: int = row["buddy_id"]
    await tx.many(
        "INSERT INTO buddy_members (buddy_id, member_id, state) VALUES (:buddy, :member, 'asked')",
        [{"buddy": buddy_id, "member": member} for member in members],
    )
    return buddy_id


def _pair(rows: Sequence[Row], member_id: int) -> Pair | None:
    sides = {row["member_id"]: Side(row["member_id"], row["user_id"], row["state"]) for row in rows}
    if member_id not in sides:
        return None
    first = rows[0]
    return Pair(
        first["buddy_id"],
        first["group_id"],
        first["made_at"],
        first["matched_at"],
        first["ended_at"],
        tuple(json.loads(first["topics"])),
        sides.pop(member_id),
        next(iter(sides.values()), None),
    )


async def pair(tx: Transaction, buddy_id: int, member_id: int) -> Pair | None:
    """A pair from the side of one of the two; None for anybody else."""
    rows = await tx.all(
        """SELECT b.*, w.member_id, m.user_id, w.state FROM buddies b JOIN buddy_members w ON w.buddy_id = b.buddy_id
           JOIN members m ON m.member_id = w.member_id WHERE b.buddy_id = :id ORDER BY w.member_id""",
        {"id": buddy_id},
    )
    return _pair(rows, member_id)


async def member_of(tx: Transaction, buddy_id: int, user_id: int) -> int | None:
    """The member id of a user who is one of the two."""
    row = await tx.one(
        """SELECT m.member_id FROM buddy_members w JOIN members m ON m.member_id = w.member_id
           WHERE w.buddy_id = :id AND m.user_id = :user""",
        {"id": buddy_id, "user": user_id},
    )
    return row["member_id"] if row else None


async def current(tx: Transaction, member_id: int) -> Pair | None:
    """The proposal or pair that a member is in and has not declined."""
    row = await tx.one(
        """SELECT b.buddy_id FROM buddy_members w JOIN buddies b ON b.buddy_id = w.buddy_id
           WHERE w.member_id = :member AND w.state IN ('asked', 'accepted') AND b.ended_at IS NULL
           ORDER BY b.buddy_id DESC LIMIT 1""",
        {"member": member_id},
    )
    return None if row is None else await pair(tx, row["buddy_id"], member_id)


async def sides(tx: Transaction, buddy_id: int) -> list[Side]:
    """The two of a proposal or pair, as far as they are still members."""
    rows = await tx.all(
        """SELECT w.member_id, m.user_id, w.state FROM buddy_members w JOIN members m ON m.member_id = w.member_id
           WHERE w.buddy_id = :id ORDER BY w.member_id""",
        {"id": buddy_id},
    )
    return [Side(*row) for row in rows]


async def is_open(tx: Transaction, buddy_id: int) -> bool:
    """Whether a proposal waits: neither matched nor ended."""
    row = await tx.one(
        "SELECT 1 FROM buddies WHERE buddy_id = :id AND matched_at IS NULL AND ended_at IS NULL", {"id": buddy_id}
    )
    return row is not None


async def set_state(tx: Transaction, buddy_id: int, member_id: int, state: str) -> None:
    await tx.run(
        "UPDATE buddy_members SET state = :state WHERE buddy_id = :buddy AND member_id = :member",
        {"state": state, "buddy": buddy_id, "member": member_id},
    )


async def match(tx: Transaction, buddy_id: int, topics: Collection[str], now_ms: int) -> None:
    """Both have accepted."""
    await tx.run(
        "UPDATE buddies SET matched_at = :now, topics = :topics WHERE buddy_id = :id",
        {"now": now_ms, "topics": json.dumps(list(topics), ensure_ascii=False), "id": buddy_id},
    )


async def end(tx: Transaction, buddy_id: int, now_ms: int) -> None:
    await tx.run("UPDATE buddies SET ended_at = :now WHERE buddy_id = :id", {"now": now_ms, "id": buddy_id})
