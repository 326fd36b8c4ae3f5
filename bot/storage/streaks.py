"""Rows of streaks, and what they can be told again from: members' days, zones, pauses and the group's questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.days import Stay
from bot.domain.instants import from_ms
from bot.domain.streaks import Pauses, Streak
from bot.storage.database import Transaction
from bot.storage.estimates import marks


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to a daily question: the member's day, and when (ms) it was posted, or clicked if that was before."""

    day: date
    posted: int


@dataclass(frozen=True, slots=True)
class Posted:
    """A daily question that reached its channel; instants in milliseconds, `mine` where the member answered it."""

    round_id: int
    posted_at: int
    closes_at: int
    mine: bool


async def load(tx: Transaction, members: Collection[int]) -> dict[int, Streak]:
    """Each member's streak as it was on the day of their last answer."""
    member_marks, params = marks("m", members)
    rows = await tx.all(
        f"""SELECT member_id, current, longest, last_day, freezes, frozen_days FROM streaks
            WHERE member_id IN ({member_marks})""",
        params,
    )
    return {
        row["member_id"]: Streak(
            row["current"],
            row["longest"],
            date.fromisoformat(row["last_day"]),
            row["freezes"],
            tuple(date.fromisoformat(day) for day in row["frozen_days"].split()),
        )
        for row in rows
    }


async def save(tx: Transaction, streaks: Mapping[int, Streak]) -> None:
    await tx.many(
        """INSERT INTO streaks (member_id, current, longest, last_day, freezes, frozen_days)
           VALUES (:id, :current, :longest, :last_day, :freezes, :frozen_days)
           ON CONFLICT (member_id) DO UPDATE
           SET current = excluded.current, longest = excluded.longest, last_day = excluded.last_day,
               freezes = excluded.freezes, frozen_days = excluded.frozen_days""",
        [
            {
                "id": member,
                "current": one.current,
                "longest": one.longest,
                "last_day": one.last_day.isoformat(),
                "freezes": one.freezes,
                "frozen_days": " ".join(day.isoformat() for day in one.frozen_days),
            }
            for member, one in streaks.items()
        ],
    )


async def answered(tx: Transaction, members: Collection[int]) -> dict[int, list[Answered]]:
    """Every answer to a daily question that these members ever gave, whatever became of the question."""
    member_marks, params = marks("m", members)
    rows = await tx.all(
        f"""SELECT a.member_id, a.own_day, a.answered_at, r.posted_at FROM answers a
            JOIN rounds r ON r.round_id = a.round_id
            WHERE a.member_id IN ({member_marks}) AND a.own_day IS NOT NULL""",
        params,
    )
    found: defaultdict[int, list[Answered]] = defaultdict(list)
    for row in rows:
        clicked = row["answered_at"]
        posted = clicked if row["posted_at"] is None else min(clicked, row["posted_at"])
        found[row["member_id"]].append(Answered(date.fromisoformat(row["own_day"]), posted))
    return found


async def posted(tx: Transaction, groups: Collection[int], since: date) -> dict[int, list[int]]:
    """When each group's daily questions of the day `since` or later reached their channel, in milliseconds.

    A question that was voided asked nothing.
    """
    group_marks, params = marks("g", groups)
    rows = await tx.all(
        f"""SELECT r.group_id, r.posted_at FROM rounds r JOIN questions q ON q.question_id = r.question_id
            WHERE r.group_id IN ({group_marks}) AND r.kind = 'daily' AND r.day >= :since
              AND r.posted_at IS NOT NULL AND r.state <> 'unposted' AND q.voided_at IS NULL ORDER BY r.posted_at""",
        {**params, "since": since.isoformat()},
    )
    found: defaultdict[int, list[int]] = defaultdict(list)
    for row in rows:
        found[row["group_id"]].append(row["posted_at"])
    return found


async def open_for(tx: Transaction, group_id: int, member: int, now_ms: int) -> list[Posted]:
    """The group's daily questions that take answers at `now_ms`, oldest first."""
    rows = await tx.all(
        """SELECT r.round_id, r.posted_at, r.closes_at,
               EXISTS (SELECT 1 FROM answers a WHERE a.round_id = r.round_id AND a.member_id = :member) AS mine
           FROM rounds r JOIN questions q ON q.question_id = r.question_id
           WHERE r.group_id = :group_id AND r.kind = 'daily' AND r.state = 'open' AND r.posted_at IS NOT NULL
             AND r.closes_at > :now AND q.voided_at IS NULL ORDER BY r.posted_at""",
        {"group_id": group_id, "member": member, "now": now_ms},
    )
    return [Posted(row["round_id"], row["posted_at"], row["closes_at"], bool(row["mine"])) for row in rows]


# Zones and pauses


async def stays(tx: Transaction, members: Mapping[int, int]) -> dict[int, list[Stay]]:
    """The zones that each member lived by; `members` maps them to their groups."""
    group_marks, group_params = marks("g", set(members.values()))
    member_marks, member_params = marks("m", members)
    of_groups: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for row in await tx.all(
        f"""SELECT g.group_id, COALESCE(z.since, g.created_at) AS since, COALESCE(z.zone, g.zone) AS zone
            FROM groups g LEFT JOIN group_zones z ON z.group_id = g.group_id
            WHERE g.group_id IN ({group_marks}) ORDER BY since""",
        group_params,
    ):
        of_groups[row["group_id"]].append((row["since"], row["zone"]))
    own: defaultdict[int, list[tuple[int, str | None]]] = defaultdict(list)
    for row in await tx.all(
        f"SELECT member_id, since, zone FROM member_zones WHERE member_id IN ({member_marks}) ORDER BY since",
        member_params,
    ):
        own[row["member_id"]].append((row["since"], row["zone"]))
    home = {group: [Stay(from_ms(since), zone) for since, zone in zones] for group, zones in of_groups.items()}
    return {
        member: _merged(of_groups[group], own[member]) if member in own else home[group]
        for member, group in members.items()
    }


def _merged(group: Sequence[tuple[int, str]], own: Sequence[tuple[int, str | None]]) -> list[Stay]:
    """A member's own zones where they chose one, the group's where they did not."""
    found: list[Stay] = []
    for since in sorted({since for since, _ in (*group, *own)}):
        chosen = next((zone for start, zone in reversed(own) if start <= since), None)
        of_group = next((zone for start, zone in reversed(group) if start <= since), group[0][1])
        zone = chosen or of_group
        if not found or found[-1].zone != zone:
            found.append(Stay(from_ms(since), zone))
    return found


async def group_zone(tx: Transaction, group_id: int, zone: str, now_ms: int) -> None:
    """From now on this is the group's zone; the same zone again changes nothing."""
    await tx.run(
        """INSERT INTO group_zones (group_id, since, zone) SELECT :group_id, :now, :zone
           WHERE NOT EXISTS (SELECT 1 FROM group_zones z WHERE z.group_id = :group_id AND z.zone = :zone
               AND z.since = (SELECT MAX(y.since) FROM group_zones y WHERE y.group_id = :group_id))
           ON CONFLICT (group_id, since) DO UPDATE SET zone = excluded.zone""",
        {"group_id": group_id, "zone": zone, "now": now_ms},
    )


async def set_zone(tx: Transaction, member: int, zone: str | None, now_ms: int) -> None:
    """From now on the member lives by this zone; None is the group's."""
    await tx.run("UPDATE members SET zone = :zone WHERE member_id = :member", {"zone": zone, "member": member})
    await tx.run(
        """INSERT INTO member_zones (member_id, since, zone) VALUES (:member, :now, :zone)
           ON CONFLICT (member_id, since) DO UPDATE SET zone = excluded.zone""",
        {"member": member, "now": now_ms, "zone": zone},
    )


async def own_zone(tx: Transaction, member: int) -> str | None:
    """The zone that the member chose; None is the group's."""
    row = await tx.one("SELECT zone FROM members WHERE member_id = :member", {"member": member})
    return row["zone"] if row else None


async def pauses(tx: Transaction, members: Collection[int]) -> dict[int, list[tuple[date, date | None]]]:
    """Each member's pauses, in their order."""
    member_marks, params = marks("m", members)
    rows = await tx.all(
        f"""SELECT member_id, first_day, last_day FROM pauses WHERE member_id IN ({member_marks})
            ORDER BY first_day""",
        params,
    )
    found: defaultdict[int, list[tuple[date, date | None]]] = defaultdict(list)
    for row in rows:
        last = row["last_day"]
        found[row["member_id"]].append((date.fromisoformat(row["first_day"]), last and date.fromisoformat(last)))
    return found


async def put_pauses(tx: Transaction, member: int, kept: Pauses) -> None:
    """Write the member's pauses in the place of those that were there."""
    await tx.run("DELETE FROM pauses WHERE member_id = :member", {"member": member})
    await tx.many(
        "INSERT INTO pauses (member_id, first_day, last_day) VALUES (:member, :first, :last)",
        [
            {"member": member, "first": first.isoformat(), "last": last.isoformat() if last else None}
            for first, last in kept
        ],
    )


# Pings


async def ping(tx: Transaction, member: int) -> bool:
    """Whether a member asked to be told."""
    row = await tx.one("SELECT 1 FROM streak_pings WHERE member_id = :member AND state = 'on'", {"member": member})
    return row is not None


async def set_ping(tx: Transaction, member: int, *, on: bool) -> None:
    """Whether a member wants to be told."""
    sql = "DELETE FROM streak_pings WHERE member_id = :member"
    if on:
        sql = """INSERT INTO streak_pings (member_id, state) VALUES (:member, 'on')
            ON CONFLICT (member_id) DO UPDATE SET state = 'on'"""
    await tx.run(sql, {"member": member})


async def pinged(tx: Transaction, group_id: int) -> list[int]:
    """The members of a group who asked to be told."""
    rows = await tx.all(
        """SELECT m.member_id FROM members m JOIN streak_pings p ON p.member_id = m.member_id
           WHERE p.state = 'on' AND m.group_id = :group_id ORDER BY m.member_id""",
        {"group_id": group_id},
    )
    return [row["member_id"] for row in rows]


async def all_pinged(tx: Transaction, after: int, limit: int) -> list[tuple[int, int]]:
    """(member, group) of the first above the member *after* who asked to be told."""
    rows = await tx.all(
        """SELECT p.member_id, m.group_id FROM streak_pings p JOIN members m ON m.member_id = p.member_id
           WHERE p.state = 'on' AND p.member_id > :after ORDER BY p.member_id LIMIT :limit""",
        {"after": after, "limit": limit},
    )
    return [(row["member_id"], row["group_id"]) for row in rows]


async def owner(tx: Transaction, member: int) -> tuple[int, int] | None:
    """(group, user) of a member."""
    row = await tx.one("SELECT group_id, user_id FROM members WHERE member_id = :member", {"member": member})
    return (row["group_id"], row["user_id"]) if row else None


async def place(tx: Transaction, round_id: int) -> tuple[int, int | None]:
    """(channel, message) of a round's post."""
    row = await tx.one("SELECT channel_id, message_id FROM rounds WHERE round_id = :id", {"id": round_id})
    assert row is not None
    return row["channel_id"], row["message_id"]
