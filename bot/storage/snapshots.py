"""Rows of what was believed of members when a period began."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.domain.estimates import PRIOR_LEARNER, Gaussian
from bot.storage.answers import last_seq
from bot.storage.database import Transaction
from bot.storage.estimates import marks


@dataclass(slots=True)
class Own:
    """A member's own beliefs at one time, by topic id, and how many answers had been counted until then."""

    learner: Gaussian = PRIOR_LEARNER
    topics: dict[int, Gaussian] = field(default_factory=dict)
    counted: int = 0


@dataclass(frozen=True, slots=True)
class Boundary:
    """A day on which a period of a group began: the last event before it, and who is a member of the group now."""

    group_id: int
    day: str
    seq: int
    members: tuple[int, ...]


async def boundaries(tx: Transaction, after: int, upto: int) -> list[Boundary]:
    """Those whose last event lies in [after, upto], in the order of these."""
    rows = await tx.all(
        """SELECT group_id, day, seq FROM boundaries WHERE seq BETWEEN :after AND :upto ORDER BY seq, group_id, day""",
        {"after": after, "upto": upto},
    )
    members = {group: await _members(tx, group) for group in {row["group_id"] for row in rows}}
    return [Boundary(row["group_id"], row["day"], row["seq"], members[row["group_id"]]) for row in rows]


async def _members(tx: Transaction, group_id: int) -> tuple[int, ...]:
    rows = await tx.all("SELECT member_id FROM members WHERE group_id = :id", {"id": group_id})
    return tuple(row["member_id"] for row in rows)


async def replace(tx: Transaction, boundary: Boundary, known: Mapping[int, Own]) -> None:
    """Put what should have been believed in the place of what was kept of that day; nothing where it is pruned."""
    there = await tx.one(
        "SELECT 1 FROM boundaries WHERE group_id = :id AND day = :day", {"id": boundary.group_id, "day": boundary.day}
    )
    if there is None:
        return
    for table in ("snapshots", "topic_snapshots"):
        await tx.run(
            f"""DELETE FROM {table} WHERE day = :day
                AND member_id IN (SELECT member_id FROM members WHERE group_id = :id)""",
            {"id": boundary.group_id, "day": boundary.day},
        )
    await tx.many(
        """INSERT INTO snapshots (member_id, day, mean, variance, counted)
           VALUES (:member, :day, :mean, :variance, :counted)""",
        [
            {
                "member": member,
                "day": boundary.day,
                "mean": own.learner.mean,
                "variance": own.learner.variance,
                "counted": own.counted,
            }
            for member, own in known.items()
        ],
    )
    await tx.many(
        """INSERT INTO topic_snapshots (member_id, day, topic_id, mean, variance)
           VALUES (:member, :day, :topic, :mean, :variance)""",
        [
            {"member": member, "day": boundary.day, "topic": topic, "mean": one.mean, "variance": one.variance}
            for member, own in known.items()
            for topic, one in own.topics.items()
        ],
    )


async def take(tx: Transaction, group_id: int, day: str) -> None:
    """Keep what is believed now of each member of a group, as of the beginning of `day`; once for each day."""
    row = await tx.one(
        """INSERT INTO boundaries (group_id, day, seq) VALUES (:id, :day, :seq)
           ON CONFLICT (group_id, day) DO NOTHING RETURNING seq""",
        {"id": group_id, "day": day, "seq": await last_seq(tx)},
    )
    if row is None:
        return
    await tx.run(
        """INSERT INTO snapshots (member_id, day, mean, variance, counted)
           SELECT e.member_id, :day, e.mean, e.variance, t.counted FROM members m
           JOIN learner_estimates e ON e.member_id = m.member_id JOIN tallies t ON t.member_id = m.member_id
           WHERE m.group_id = :id ON CONFLICT (member_id, day) DO NOTHING""",
        {"id": group_id, "day": day},
    )
    await tx.run(
        """INSERT INTO topic_snapshots (member_id, day, topic_id, mean, variance)
           SELECT e.member_id, :day, e.topic_id, e.mean, e.variance FROM members m
           JOIN learner_topic_estimates e ON e.member_id = m.member_id
           WHERE m.group_id = :id ON CONFLICT (member_id, day, topic_id) DO NOTHING""",
        {"id": group_id, "day": day},
    )


async def prune(tx: Transaction, group_id: int, before: str) -> None:
    """Forget a group's snapshots of days before `before`."""
    for table in ("snapshots", "topic_snapshots"):
        await tx.run(
            f"""DELETE FROM {table} WHERE day < :before
                AND member_id IN (SELECT member_id FROM members WHERE group_id = :id)""",
            {"id": group_id, "before": before},
        )
    await tx.run("DELETE FROM boundaries WHERE group_id = :id AND day < :before", {"id": group_id, "before": before})


async def first_from(tx: Transaction, group_id: int, day: date) -> str | None:
    """The first day from `day` on that has snapshots."""
    row = await tx.one(
        "SELECT MIN(day) AS day FROM boundaries WHERE group_id = :id AND day >= :day",
        {"id": group_id, "day": day.isoformat()},
    )
    return row["day"] if row else None


async def last(tx: Transaction, group_ids: Collection[int]) -> dict[int, str]:
    """The newest day of each group that has snapshots."""
    group_marks, params = marks("g", group_ids)
    rows = await tx.all(
        f"SELECT group_id, MAX(day) AS day FROM boundaries WHERE group_id IN ({group_marks}) GROUP BY group_id", params
    )
    return {row["group_id"]: row["day"] for row in rows}


async def ids(tx: Transaction, group_id: int, users: Collection[int]) -> dict[int, int]:
    """The user of each member id of these users."""
    user_marks, params = marks("u", users)
    rows = await tx.all(
        f"SELECT member_id, user_id FROM members WHERE group_id = :id AND user_id IN ({user_marks})",
        {"id": group_id, **params},
    )
    return {row["member_id"]: row["user_id"] for row in rows}


async def at(tx: Transaction, members: Collection[int], day: str | None) -> dict[int, Own]:
    """What was believed of each member when `day` began (None: now); who was unknown then is left out."""
    member_marks, params = marks("m", members)
    if day is None:
        learners = await tx.all(
            f"""SELECT e.member_id, e.mean, e.variance, t.counted FROM learner_estimates e
                JOIN tallies t ON t.member_id = e.member_id WHERE e.member_id IN ({member_marks})""",
            params,
        )
        topics = await tx.all(
            f"""SELECT member_id, topic_id, mean, variance FROM learner_topic_estimates
                WHERE member_id IN ({member_marks})""",
            params,
        )
    else:
        params_then = {**params, "day": day}
        learners = await tx.all(
            f"""SELECT member_id, mean, variance, counted FROM snapshots
                WHERE day = :day AND member_id IN ({member_marks})""",
            params_then,
        )
        topics = await tx.all(
            f"""SELECT member_id, topic_id, mean, variance FROM topic_snapshots
                WHERE day = :day AND member_id IN ({member_marks})""",
            params_then,
        )
    found = {row["member_id"]: Own(Gaussian(row["mean"], row["variance"]), {}, row["counted"]) for row in learners}
    for row in topics:
        if row["member_id"] in found:
            found[row["member_id"]].topics[row["topic_id"]] = Gaussian(row["mean"], row["variance"])
    return found
