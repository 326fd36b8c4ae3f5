"""Rows of what answers were before their questions were corrected, and of posts that show what is no longer so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.corrections import Corrected, Mended, Standing
from bot.storage.database import Transaction
from bot.storage.estimates import marks
from bot.storage.standings import POINTS

# Through the groups, since the index on a question's rounds begins with them.
_ASKED = "FROM groups g JOIN rounds r ON r.group_id = g.group_id AND r.question_id = :id"
_EARNED = f"CASE WHEN a.rated = 1 THEN {POINTS} ELSE 0 END"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a member has to be told of: answers, oldest first, and their streak."""

    member_id: int
    gone: bool  # from the server
    answers: Sequence[Corrected]
    streak: Mended | None


async def remember(tx: Transaction, question_id: int) -> None:
    """Before a question's answers come to mean something else: keep how each stands, unless that waits to be told.

    Where results come at closing, answers in open rounds are left out: nobody was told what becomes another.
    """
    await tx.run(
        f"""INSERT INTO corrections (member_id, round_id, correct, voided, points, key_position)
            SELECT a.member_id, a.round_id, a.correct, CASE WHEN a.would_count IS NULL THEN 0 ELSE 1 END, {_EARNED},
                r.key_position
            {_ASKED} JOIN answers a ON a.round_id = r.round_id
            WHERE g.feedback <> 'at-close' OR r.kind <> 'daily' OR r.closed_at IS NOT NULL
            ON CONFLICT (member_id, round_id) DO NOTHING""",
        {"id": question_id},
    )


async def remember_streaks(tx: Transaction, days: Mapping[int, int]) -> None:
    """How long these members' streaks were, by member, unless that waits to be told."""
    await tx.many(
        """INSERT INTO streak_corrections (member_id, days) VALUES (:member, :days)
           ON CONFLICT (member_id) DO NOTHING""",
        [{"member": member, "days": number} for member, number in days.items()],
    )


async def groups_waiting(tx: Transaction) -> list[int]:
    """The groups with members who have something to be told, and nothing planned for that yet."""
    rows = await tx.all(
        """SELECT DISTINCT m.group_id FROM members m
           WHERE m.member_id IN (SELECT member_id FROM corrections UNION SELECT member_id FROM streak_corrections)
               AND NOT EXISTS (SELECT 1 FROM agenda e WHERE e.kind = 'corrections' AND e.group_id = m.group_id)
           ORDER BY m.group_id"""
    )
    return [row["group_id"] for row in rows]


async def take(tx: Transaction, group_id: int) -> list[Waiting]:
    """What a group's members have to be told; it is not kept any longer."""
    rows = await tx.all(
        f"""SELECT c.member_id, r.question_id, c.correct AS was_correct, c.voided AS was_voided,
                c.points AS had, c.key_position AS old_key, a.correct, a.would_count, {_EARNED} AS has, r.key_position
            FROM members m JOIN corrections c ON c.member_id = m.member_id
            JOIN answers a ON a.round_id = c.round_id AND a.member_id = c.member_id
            JOIN rounds r ON r.round_id = c.round_id
            WHERE m.group_id = :group_id ORDER BY c.member_id, c.round_id""",
        {"group_id": group_id},
    )
    answers: defaultdict[int, list[Corrected]] = defaultdict(list)
    for row in rows:
        answers[row["member_id"]].append(
            Corrected(
                row["question_id"],
                Standing(bool(row["was_correct"]), bool(row["was_voided"]), row["had"], row["old_key"]),
                Standing(bool(row["correct"]), row["would_count"] is not None, row["has"], row["key_position"]),
            )
        )
    streaks = await tx.all(
        """SELECT c.member_id, c.days, s.current FROM members m
           JOIN streak_corrections c ON c.member_id = m.member_id JOIN streaks s ON s.member_id = m.member_id
           WHERE m.group_id = :group_id""",
        {"group_id": group_id},
    )
    mended = {row["member_id"]: Mended(row["days"], row["current"]) for row in streaks}
    members = await tx.all(
        "SELECT member_id, left_at FROM members WHERE group_id = :group_id ORDER BY member_id", {"group_id": group_id}
    )
    for table in ("corrections", "streak_corrections"):
        await tx.run(
            f"DELETE FROM {table} WHERE member_id IN (SELECT member_id FROM members WHERE group_id = :group_id)",
            {"group_id": group_id},
        )
    return [
        Waiting(member, row["left_at"] is not None, answers.get(member, ()), mended.get(member))
        for row in members
        if (member := row["member_id"]) in answers or member in mended
    ]


async def show_again(tx: Transaction, question_id: int, state: str = "closed") -> None:
    """Note that the posts of a question's closed rounds, or of those in another state, show what is no longer so."""
    await tx.run(
        f"""UPDATE rounds SET post_outdated = 1 WHERE kind = 'daily' AND state = :state AND message_id IS NOT NULL
            AND round_id IN (SELECT r.round_id {_ASKED})""",
        {"id": question_id, "state": state},
    )


async def outdated_posts(tx: Transaction) -> list[tuple[int, int]]:
    """(round, group) of each post that has to be edited."""
    rows = await tx.all("SELECT round_id, group_id FROM rounds WHERE post_outdated = 1 ORDER BY round_id")
    return [(row["round_id"], row["group_id"]) for row in rows]


async def planned(tx: Transaction, rounds: Collection[int]) -> None:
    """The edits of these posts are in the outbox."""
    round_marks, params = marks("r", rounds)
    await tx.run(f"UPDATE rounds SET post_outdated = 0 WHERE round_id IN ({round_marks})", params)
