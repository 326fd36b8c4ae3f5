"""Rows of who was at a session: windows that are open, stretches of presence, and when nobody watched."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.domain.attendance import Interval, Presence, Source
from bot.storage.database import Row, Transaction
from bot.storage.estimates import marks


@dataclass(frozen=True, slots=True)
class Window:
    """A session whose window was opened. Instants in milliseconds; `post_id` is the message with the buttons."""

    session_id: int
    opened_at: int
    watched_until: int
    watching: bool
    post_id: int | None
    closed_at: int | None


@dataclass(frozen=True, slots=True)
class Watch:
    """An open window of a session in a voice or stage channel, `place_id`, of a server."""

    session_id: int
    group_id: int
    guild_id: int
    place_id: int
    tutor_user: int | None
    watched_until: int
    watching: bool


def _window(row: Row) -> Window:
    return Window(
        row["session_id"],
        row["opened_at"],
        row["watched_until"],
        bool(row["watching"]),
        row["post_id"],
        row["closed_at"],
    )


async def window(tx: Transaction, session_id: int) -> Window | None:
    row = await tx.one("SELECT * FROM session_windows WHERE session_id = :id", {"id": session_id})
    return _window(row) if row else None


async def open_window(tx: Transaction, session_id: int, now_ms: int, watched_until: int) -> None:
    """Open it; one that is open stays as it is."""
    await tx.run(
        """INSERT INTO session_windows (session_id, opened_at, watched_until) VALUES (:id, :now, :until)
           ON CONFLICT (session_id) DO NOTHING""",
        {"id": session_id, "now": now_ms, "until": watched_until},
    )


async def drop_window(tx: Transaction, session_id: int) -> None:
    """The session was moved out of it: what was seen meanwhile was not the session."""
    for table in ("session_windows", "attendance_gaps", "presences"):
        await tx.run(f"DELETE FROM {table} WHERE session_id = :id", {"id": session_id})


async def close_window(tx: Transaction, session_id: int, at: int) -> None:
    """End whatever lasts in it."""
    await tx.run(
        """UPDATE presences SET ended_at = CASE WHEN began_at > :at THEN began_at ELSE :at END
           WHERE session_id = :id AND source = 'voice' AND ended_at IS NULL""",
        {"id": session_id, "at": at},
    )
    await tx.run(
        "UPDATE session_windows SET closed_at = :at, watching = 0 WHERE session_id = :id AND closed_at IS NULL",
        {"id": session_id, "at": at},
    )


async def posted(tx: Transaction, session_id: int, message_id: int | None) -> None:
    await tx.run(
        "UPDATE session_windows SET post_id = :message WHERE session_id = :id",
        {"message": message_id, "id": session_id},
    )


async def watches(tx: Transaction) -> list[Watch]:
    """Every open window of a voice or stage channel."""
    rows = await tx.all(
        """SELECT w.session_id, s.group_id, g.guild_id, s.place_id, m.user_id AS tutor_user, w.watched_until,
               w.watching
           FROM session_windows w JOIN sessions s ON s.session_id = w.session_id
           JOIN groups g ON g.group_id = s.group_id
           LEFT JOIN session_tutors t ON t.session_id = s.session_id LEFT JOIN members m ON m.member_id = t.member_id
           WHERE w.closed_at IS NULL AND s.place_id IS NOT NULL AND s.state <> 'cancelled'
           ORDER BY w.session_id"""
    )
    return [
        Watch(
            row["session_id"],
            row["group_id"],
            row["guild_id"],
            row["place_id"],
            row["tutor_user"],
            row["watched_until"],
            bool(row["watching"]),
        )
        for row in rows
    ]


async def watch(tx: Transaction, session_id: int, now_ms: int) -> None:
    """The channel is watched, and was seen now."""
    await tx.run(
        """UPDATE session_windows SET watching = 1, watched_until = :now
           WHERE session_id = :id AND closed_at IS NULL""",
        {"now": now_ms, "id": session_id},
    )


async def beat(tx: Transaction, session_id: int, now_ms: int) -> None:
    """It was watched up to now, if it is watched."""
    await tx.run(
        """UPDATE session_windows SET watched_until = :now
           WHERE session_id = :id AND watching = 1 AND watched_until < :now""",
        {"now": now_ms, "id": session_id},
    )


async def look_away(tx: Transaction, now_ms: int | None) -> int:
    """No channel is watched any more, from an instant on; None: since when is only known by the last beat."""
    if now_ms is not None:
        await tx.run(
            "UPDATE session_windows SET watched_until = :now WHERE watching = 1 AND watched_until < :now",
            {"now": now_ms},
        )
    return await tx.run("UPDATE session_windows SET watching = 0 WHERE watching = 1")


async def unwatch(tx: Transaction, session_id: int, now_ms: int) -> None:
    """One session's channel is to be looked at anew, from an instant on: it may be another one."""
    await tx.run(
        "UPDATE session_windows SET watching = 0, watched_until = :now WHERE session_id = :id AND watching = 1",
        {"now": now_ms, "id": session_id},
    )


async def add_gap(tx: Transaction, session_id: int, began: int, ended: int) -> None:
    await tx.run(
        """INSERT INTO attendance_gaps (session_id, began_at, ended_at) VALUES (:id, :began, :ended)
           ON CONFLICT (session_id, began_at) DO UPDATE SET ended_at = excluded.ended_at""",
        {"id": session_id, "began": began, "ended": ended},
    )


async def gaps(tx: Transaction, session_id: int) -> list[Interval]:
    rows = await tx.all(
        "SELECT began_at, ended_at FROM attendance_gaps WHERE session_id = :id ORDER BY began_at", {"id": session_id}
    )
    return [Interval(row["began_at"], row["ended_at"]) for row in rows]


async def begin(tx: Transaction, session_id: int, member_id: int, source: Source, at: int) -> bool:
    """Somebody is there from an instant on; whether that is new."""
    changed = await tx.run(
        """INSERT INTO presences (session_id, member_id, source, began_at)
           VALUES (:session, :member, :source, :at) ON CONFLICT DO NOTHING""",
        {"session": session_id, "member": member_id, "source": source.value, "at": at},
    )
    return changed > 0


async def end(tx: Transaction, session_id: int, member_id: int, source: Source, at: int) -> bool:
    """Somebody is there no longer; whether they were."""
    changed = await tx.run(
        """UPDATE presences SET ended_at = CASE WHEN began_at > :at THEN began_at ELSE :at END
           WHERE session_id = :session AND member_id = :member AND source = :source AND ended_at IS NULL""",
        {"session": session_id, "member": member_id, "source": source.value, "at": at},
    )
    return changed > 0


async def presences(tx: Transaction, session_id: int) -> list[Presence]:
    """Everything seen of a session, in its order."""
    rows = await tx.all(
        """SELECT member_id, source, began_at, ended_at FROM presences WHERE session_id = :id
           ORDER BY began_at, presence_id""",
        {"id": session_id},
    )
    return [Presence(row["member_id"], Source(row["source"]), row["began_at"], row["ended_at"]) for row in rows]


async def present(tx: Transaction, session_id: int) -> dict[int, int]:
    """Those who are in the channel by what was seen last: their members by users."""
    rows = await tx.all(
        """SELECT m.user_id, p.member_id FROM presences p JOIN members m ON m.member_id = p.member_id
           WHERE p.session_id = :id AND p.source = 'voice' AND p.ended_at IS NULL""",
        {"id": session_id},
    )
    return {row["user_id"]: row["member_id"] for row in rows}


async def of_member(tx: Transaction, member_id: int) -> dict[int, list[Presence]]:
    """A member's presence by session."""
    rows = await tx.all(
        """SELECT session_id, source, began_at, ended_at FROM presences WHERE member_id = :id
           ORDER BY began_at, presence_id""",
        {"id": member_id},
    )
    found: dict[int, list[Presence]] = {}
    for row in rows:
        one = Presence(member_id, Source(row["source"]), row["began_at"], row["ended_at"])
        found.setdefault(row["session_id"], []).append(one)
    return found


async def known(tx: Transaction, group_id: int, users: Collection[int]) -> set[int]:
    """Those of these users who are members of the group."""
    names, params = marks("u", users)
    rows = await tx.all(
        f"SELECT user_id FROM members WHERE group_id = :group_id AND user_id IN ({names})",
        {**params, "group_id": group_id},
    )
    return {row["user_id"] for row in rows}
