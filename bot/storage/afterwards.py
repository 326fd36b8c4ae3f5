"""Rows of polls and notes after a session, and of what was taught lately."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.storage.database import Transaction


@dataclass(frozen=True, slots=True)
class Notes:
    """Where a session's notes stand."""

    channel_id: int
    message_id: int


async def answer(tx: Transaction, session_id: int, member_id: int, topic: str, *, clearer: bool) -> None:
    """Keep what a member says of a topic; who changes their mind keeps their place in the order."""
    await tx.run(
        """INSERT INTO poll_answers (session_id, member_id, topic, clearer, turn)
           VALUES (:session, :member, :topic, :clearer,
               (SELECT COALESCE(MAX(turn), 0) + 1 FROM poll_answers WHERE session_id = :session))
           ON CONFLICT (session_id, member_id, topic) DO UPDATE SET clearer = excluded.clearer""",
        {"session": session_id, "member": member_id, "topic": topic, "clearer": int(clearer)},
    )


async def skip(tx: Transaction, session_id: int, member_id: int, topic: str) -> None:
    """The member says nothing of a topic."""
    await tx.run(
        "DELETE FROM poll_answers WHERE session_id = :session AND member_id = :member AND topic = :topic",
        {"session": session_id, "member": member_id, "topic": topic},
    )


async def answers(tx: Transaction, session_id: int) -> dict[str, list[bool]]:
    """The answers by topic (True: clearer), in the order in which they came."""
    rows = await tx.all(
        "SELECT topic, clearer FROM poll_answers WHERE session_id = :id ORDER BY turn", {"id": session_id}
    )
    found: dict[str, list[bool]] = {}
    for row in rows:
        found.setdefault(row["topic"], []).append(bool(row["clearer"]))
    return found


async def notes(tx: Transaction, session_id: int) -> Notes | None:
    row = await tx.one("SELECT channel_id, message_id FROM session_notes WHERE session_id = :id", {"id": session_id})
    return Notes(row["channel_id"], row["message_id"]) if row else None


async def keep_notes(tx: Transaction, session_id: int, where: Notes, now_ms: int) -> None:
    await tx.run(
        """INSERT INTO session_notes (session_id, channel_id, message_id, posted_at)
           VALUES (:session, :channel, :message, :now)
           ON CONFLICT (session_id) DO UPDATE SET channel_id = excluded.channel_id,
               message_id = excluded.message_id, posted_at = excluded.posted_at""",
        {"session": session_id, "channel": where.channel_id, "message": where.message_id, "now": now_ms},
    )


async def held(tx: Transaction, group_id: int, since: int, until: int) -> list[tuple[tuple[str, ...], int]]:
    """(topics, end in ms) of the group's sessions that ended after `since` and by `until`, and were not called off."""
    rows = await tx.all(
        """SELECT topics, ends_at FROM sessions
           WHERE group_id = :group_id AND state <> 'cancelled' AND ends_at > :since AND ends_at <= :until
           ORDER BY ends_at, session_id""",
        {"group_id": group_id, "since": since, "until": until},
    )
    return [(tuple(json.loads(row["topics"])), row["ends_at"]) for row in rows]


async def begun(tx: Transaction, group_id: int, now_ms: int, limit: int) -> list[int]:
    """The group's sessions that have begun and were not called off, the latest first."""
    rows = await tx.all(
        """SELECT session_id FROM sessions
           WHERE group_id = :group_id AND state <> 'cancelled' AND starts_at <= :now
           ORDER BY starts_at DESC, session_id DESC LIMIT :limit""",
        {"group_id": group_id, "now": now_ms, "limit": limit},
    )
    return [row["session_id"] for row in rows]
