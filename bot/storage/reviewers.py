"""Rows of those who offered to review, and of what they were invited to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from bot.storage.database import Row, Transaction
from bot.storage.estimates import marks

LAPSED, PASSED, ASKED, ACCEPTED, DONE = "lapsed", "passed", "asked", "accepted", "done"


@dataclass(frozen=True, slots=True)
class Offer:
    """Somebody who offered to review, as an ask meets them; `zone` is the one that they chose."""

    member_id: int
    zone: str | None
    has_left: bool
    rests: bool
    was_asked: bool
    open: int  # invitations without an answer, or at work


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation with whose it is. Instants in milliseconds; `asked_at` may lie ahead, while the member sleeps."""

    invitation_id: int
    ask_id: int
    member_id: int
    user_id: int
    state: str
    asked_at: int
    answered_at: int | None


@dataclass(frozen=True, slots=True)
class Tally:
    """What an ask has: reviews, invitations without an answer, accepted ones, and all that were ever made."""

    reviews: int
    waiting: int
    at_work: int
    invited: int


async def offer(tx: Transaction, member_id: int, now_ms: int, *, on: bool) -> None:
    """Keep that a member would review, or no longer."""
    if on:
        await tx.run(
            """INSERT INTO reviewers (member_id, since) VALUES (:member, :now)
               ON CONFLICT (member_id) DO NOTHING""",
            {"member": member_id, "now": now_ms},
        )
    else:
        await tx.run("DELETE FROM reviewers WHERE member_id = :member", {"member": member_id})


async def offers(tx: Transaction, member_id: int) -> bool:
    """Whether a member would review."""
    return await tx.one("SELECT 1 FROM reviewers WHERE member_id = :member", {"member": member_id}) is not None


async def of_group(tx: Transaction, group_id: int, ask_id: int, at_work_since: int, now_ms: int) -> list[Offer]:
    """Everybody of a group who offered, as this ask meets them."""
    rows = await tx.all(
        """SELECT m.member_id, m.zone, m.left_at,
               EXISTS (SELECT 1 FROM setbacks s WHERE s.member_id = m.member_id)
                   OR EXISTS (SELECT 1 FROM exams e WHERE e.member_id = m.member_id
                              AND e.starts <= :now AND e.ends > :now) AS rests,
               EXISTS (SELECT 1 FROM invitations i WHERE i.member_id = m.member_id AND i.ask_id = :ask)
                   OR EXISTS (SELECT 1 FROM review_authors w WHERE w.member_id = m.member_id
                              AND w.ask_id = :ask) AS was_asked,
               (SELECT COUNT(*) FROM invitations i JOIN asks k ON k.ask_id = i.ask_id
                WHERE i.member_id = m.member_id AND k.state = 'open' AND (i.state = 'asked'
                    OR (i.state = 'accepted' AND i.answered_at > :since))) AS open
           FROM reviewers r JOIN members m ON m.member_id = r.member_id
           WHERE m.group_id = :group_id ORDER BY m.member_id""",
        {"group_id": group_id, "ask": ask_id, "since": at_work_since, "now": now_ms},
    )
    return [
        Offer(
            row["member_id"],
            row["zone"],
            row["left_at"] is not None,
            bool(row["rests"]),
            bool(row["was_asked"]),
            row["open"],
        )
        for row in rows
    ]


async def answered(tx: Transaction, members: Collection[int], topics: Collection[int]) -> set[tuple[int, int]]:
    """Each (member, topic) in which there is an answer that counts."""
    member_marks, member_params = marks("m", members)
    topic_marks, topic_params = marks("t", topics)
    rows = await tx.all(
        f"""SELECT DISTINCT a.member_id, q.topic_id FROM answers a JOIN questions q ON q.question_id = a.question_id
            WHERE a.member_id IN ({member_marks}) AND q.topic_id IN ({topic_marks}) AND a.counted = 1""",
        {**member_params, **topic_params},
    )
    return {(row["member_id"], row["topic_id"]) for row in rows}


async def made(tx: Transaction, members: Collection[int], since_ms: int) -> dict[int, list[int]]:
    """When each member's invitations since then were made."""
    names, params = marks("m", members)
    rows = await tx.all(
        f"""SELECT member_id, asked_at FROM invitations
            WHERE member_id IN ({names}) AND asked_at > :since ORDER BY invitation_id""",
        {**params, "since": since_ms},
    )
    return _by_member(rows)


async def met(tx: Transaction, members: Collection[int], asker: int, since_ms: int) -> dict[int, list[int]]:
    """When each member took on a question of this asker's."""
    names, params = marks("m", members)
    rows = await tx.all(
        f"""SELECT i.member_id, i.asked_at FROM invitations i JOIN ask_authors w ON w.ask_id = i.ask_id
            WHERE i.member_id IN ({names}) AND w.member_id = :asker AND i.state IN ('accepted', 'done')
              AND i.asked_at > :since ORDER BY i.invitation_id""",
        {**params, "asker": asker, "since": since_ms},
    )
    return _by_member(rows)


def _by_member(rows: Collection[Row]) -> dict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for row in rows:
        found[row["member_id"]].append(row["asked_at"])
    return found


async def tally(tx: Transaction, ask_id: int, at_work_since: int) -> Tally:
    """What an ask has; who accepted before `at_work_since` (ms) is no longer counted on."""
    row = await tx.one(
        """SELECT (SELECT COUNT(*) FROM reviews r WHERE r.ask_id = :ask AND r.state = 'posted') AS reviews,
               COUNT(CASE WHEN i.state = 'asked' THEN 1 END) AS waiting,
               COUNT(CASE WHEN i.state = 'accepted' AND i.answered_at > :since THEN 1 END) AS at_work,
               COUNT(*) AS invited
           FROM invitations i WHERE i.ask_id = :ask""",
        {"ask": ask_id, "since": at_work_since},
    )
    assert row is not None
    return Tally(row["reviews"], row["waiting"], row["at_work"], row["invited"])


async def invite(tx: Transaction, ask_id: int, member_id: int, asked_at: int) -> int:
    """Write an invitation down; returns its id."""
    row = await tx.one(
        """INSERT INTO invitations (ask_id, member_id, state, asked_at) VALUES (:ask, :member, 'asked', :at)
           RETURNING invitation_id""",
        {"ask": ask_id, "member": member_id, "at": asked_at},
    )
    assert row is not None
    invitation_id: int = row["invitation_id"]
    return invitation_id


async def invitation(tx: Transaction, invitation_id: int) -> Invitation | None:
    row = await tx.one(
        """SELECT i.invitation_id, i.ask_id, i.member_id, m.user_id, i.state, i.asked_at, i.answered_at
           FROM invitations i JOIN members m ON m.member_id = i.member_id WHERE i.invitation_id = :id""",
        {"id": invitation_id},
    )
    return Invitation(*row) if row else None


async def to(tx: Transaction, ask_id: int, member_id: int) -> int | None:
    """The id of a member's invitation to an ask."""
    row = await tx.one(
        "SELECT invitation_id FROM invitations WHERE ask_id = :ask AND member_id = :member",
        {"ask": ask_id, "member": member_id},
    )
    return row["invitation_id"] if row else None


async def of_user(tx: Transaction, ask_id: int, user_id: int) -> int | None:
    """The id of a user's invitation to an ask."""
    row = await tx.one(
        """SELECT i.invitation_id FROM invitations i JOIN members m ON m.member_id = i.member_id
           WHERE i.ask_id = :ask AND m.user_id = :user""",
        {"ask": ask_id, "user": user_id},
    )
    return row["invitation_id"] if row else None


async def move(tx: Transaction, invitation_id: int, state: str, now_ms: int) -> None:
    await tx.run(
        "UPDATE invitations SET state = :state, answered_at = :now WHERE invitation_id = :id",
        {"state": state, "now": now_ms, "id": invitation_id},
    )


async def set_asked(tx: Transaction, invitation_id: int, asked_at: int) -> None:
    """It goes out at this instant (ms)."""
    await tx.run(
        "UPDATE invitations SET asked_at = :at WHERE invitation_id = :id", {"at": asked_at, "id": invitation_id}
    )


async def lapse(tx: Transaction, ask_id: int, before_ms: int, now_ms: int) -> list[int]:
    """Let the unanswered invitations to an ask lapse that were made until then; returns their ids."""
    rows = await tx.all(
        """UPDATE invitations SET state = 'lapsed', answered_at = :now
           WHERE ask_id = :ask AND state = 'asked' AND asked_at <= :before RETURNING invitation_id""",
        {"ask": ask_id, "before": before_ms, "now": now_ms},
    )
    return [row["invitation_id"] for row in rows]


async def pass_all(tx: Transaction, member_id: int, now_ms: int) -> list[tuple[int, int]]:
    """Pass a member's unanswered invitations on; returns (invitation, ask) of each."""
    rows = await tx.all(
        """UPDATE invitations SET state = 'passed', answered_at = :now
           WHERE member_id = :member AND state = 'asked' RETURNING invitation_id, ask_id""",
        {"member": member_id, "now": now_ms},
    )
    return [(row["invitation_id"], row["ask_id"]) for row in rows]


async def has_note(tx: Transaction, member_id: int, kind: str) -> bool:
    """Whether the member is to be told of such a thing already."""
    row = await tx.one(
        "SELECT 1 FROM notes WHERE member_id = :member AND kind = :kind", {"member": member_id, "kind": kind}
    )
    return row is not None
