"""Rows of what tutors confirmed: minutes, who signed, and the codes that prove a line."""

from __future__ import annotations

from dataclasses import dataclass

from bot.storage.database import Row, Transaction


@dataclass(frozen=True, slots=True)
class Attendance:
    """What a tutor says of one member at one session. `confirmed_at` in milliseconds, None before it is."""

    session_id: int
    member_id: int
    user_id: int
    corrected: int | None
    minutes: int | None
    confirmed_at: int | None
    code: str | None


_ATTENDANCE = """SELECT a.session_id, a.member_id, m.user_id, a.corrected, a.minutes, a.confirmed_at, a.code
    FROM attendances a JOIN members m ON m.member_id = a.member_id"""


def _attendance(row: Row) -> Attendance:
    return Attendance(
        row["session_id"],
        row["member_id"],
        row["user_id"],
        row["corrected"],
        row["minutes"],
        row["confirmed_at"],
        row["code"],
    )


async def of_session(tx: Transaction, session_id: int) -> dict[int, Attendance]:
    """What is said of each member."""
    rows = await tx.all(f"{_ATTENDANCE} WHERE a.session_id = :id", {"id": session_id})
    return {row["member_id"]: _attendance(row) for row in rows}


async def of_member(tx: Transaction, member_id: int) -> dict[int, Attendance]:
    """What is said of a member, by session."""
    rows = await tx.all(f"{_ATTENDANCE} WHERE a.member_id = :id", {"id": member_id})
    return {row["session_id"]: _attendance(row) for row in rows}


async def by_code(tx: Transaction, group_id: int, code: str) -> Attendance | None:
    row = await tx.one(
        f"{_ATTENDANCE} WHERE a.code = :code AND m.group_id = :group_id", {"code": code, "group_id": group_id}
    )
    return _attendance(row) if row else None


async def users(tx: Transaction, session_id: int) -> dict[int, int]:
    """The users of all who were seen at a session, or of whom a tutor said something, by member."""
    rows = await tx.all(
        """SELECT member_id, user_id FROM members WHERE member_id IN (
               SELECT member_id FROM presences WHERE session_id = :id
               UNION SELECT member_id FROM attendances WHERE session_id = :id)""",
        {"id": session_id},
    )
    return {row["member_id"]: row["user_id"] for row in rows}


async def correct(tx: Transaction, session_id: int, member_id: int, minutes: int) -> None:
    await tx.run(
        """INSERT INTO attendances (session_id, member_id, corrected) VALUES (:session, :member, :minutes)
           ON CONFLICT (session_id, member_id) DO UPDATE SET corrected = excluded.corrected""",
        {"session": session_id, "member": member_id, "minutes": minutes},
    )


async def confirm(tx: Transaction, session_id: int, member_id: int, minutes: int, code: str, now_ms: int) -> None:
    """Write a line down as the tutor signs it, with its code."""
    await tx.run(
        """INSERT INTO attendances (session_id, member_id, minutes, confirmed_at, code)
           VALUES (:session, :member, :minutes, :now, :code)
           ON CONFLICT (session_id, member_id) DO UPDATE SET minutes = excluded.minutes,
               confirmed_at = excluded.confirmed_at, code = excluded.code, corrected = NULL""",
        {"session": session_id, "member": member_id, "minutes": minutes, "now": now_ms, "code": code},
    )


async def sign(tx: Transaction, session_id: int, member_id: int, name: str, now_ms: int) -> None:
    """A tutor confirms what is written down at this instant. That somebody did is kept, whoever is forgotten."""
    await tx.run(
        """INSERT INTO session_windows (session_id, opened_at, watched_until, closed_at, signed_at)
           VALUES (:session, :now, :now, :now, :now)
           ON CONFLICT (session_id) DO UPDATE SET signed_at = excluded.signed_at""",
        {"session": session_id, "now": now_ms},
    )
    await tx.run(
        """INSERT INTO session_signers (session_id, signed_at, member_id, name) VALUES (:session, :now, :member, :name)
           ON CONFLICT (session_id, signed_at) DO UPDATE SET member_id = excluded.member_id, name = excluded.name""",
        {"session": session_id, "member": member_id, "name": name, "now": now_ms},
    )


async def signers(tx: Transaction, session_id: int) -> dict[int, str]:
    """The names under which it was confirmed, by instant; without those of tutors who had their data deleted."""
    rows = await tx.all("SELECT signed_at, name FROM session_signers WHERE session_id = :id", {"id": session_id})
    return {row["signed_at"]: row["name"] for row in rows}


async def signed_at(tx: Transaction, session_id: int) -> int | None:
    """When a tutor confirmed last who was there; None where nobody has."""
    row = await tx.one("SELECT signed_at FROM session_windows WHERE session_id = :id", {"id": session_id})
    return row["signed_at"] if row is not None else None


async def seated(tx: Transaction, session_id: int) -> list[int]:
    """The members with a seat."""
    rows = await tx.all(
        """SELECT member_id FROM session_rsvps
           WHERE session_id = :id AND answer = 'going' AND seated = 1 ORDER BY member_id""",
        {"id": session_id},
    )
    return [row["member_id"] for row in rows]


async def seats_of(tx: Transaction, member_id: int, now_ms: int) -> list[int]:
    """The sessions that are over, were held, and that the member had a seat in."""
    rows = await tx.all(
        """SELECT r.session_id FROM session_rsvps r JOIN sessions s ON s.session_id = r.session_id
           WHERE r.member_id = :id AND r.answer = 'going' AND r.seated = 1 AND s.state <> 'cancelled'
             AND s.ends_at <= :now""",
        {"id": member_id, "now": now_ms},
    )
    return [row["session_id"] for row in rows]
