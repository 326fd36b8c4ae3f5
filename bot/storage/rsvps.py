"""Rows of who comes to a session."""

from __future__ import annotations

from collections.abc import Collection

from bot.domain.rsvps import Answer, Counts, Rsvp
from bot.domain.sessions import DEFAULT_LEADS
from bot.storage.database import Transaction


async def of_session(tx: Transaction, session_id: int) -> list[Rsvp]:
    """Every answer, in the order of asking."""
    rows = await tx.all(
        """SELECT member_id, answer, turn, seated FROM session_rsvps WHERE session_id = :id
           ORDER BY turn, member_id""",
        {"id": session_id},
    )
    return [Rsvp(row["member_id"], Answer(row["answer"]), row["turn"], bool(row["seated"])) for row in rows]


async def write(tx: Transaction, session_id: int, rsvps: Collection[Rsvp], now_ms: int) -> None:
    """Keep these answers; wishes for reminders stay as they are."""
    await tx.many(
        """INSERT INTO session_rsvps (session_id, member_id, answer, turn, seated, notices, answered_at)
           VALUES (:session, :member, :answer, :turn, :seated, :notices, :now)
           ON CONFLICT (session_id, member_id) DO UPDATE SET answer = excluded.answer, turn = excluded.turn,
               seated = excluded.seated,
               answered_at = CASE WHEN session_rsvps.answer = excluded.answer THEN session_rsvps.answered_at
                   ELSE excluded.answered_at END""",
        [
            {
                "session": session_id,
                "member": one.member,
                "answer": one.answer.value,
                "turn": one.turn,
                "seated": int(one.seated),
                "notices": DEFAULT_LEADS,
                "now": now_ms,
            }
            for one in rsvps
        ],
    )


async def drop(tx: Transaction, session_id: int, member_id: int) -> bool:
    """Take a member's answer away; whether there was one."""
    changed = await tx.run(
        "DELETE FROM session_rsvps WHERE session_id = :session AND member_id = :member",
        {"session": session_id, "member": member_id},
    )
    return changed > 0


async def counts(tx: Transaction, session_ids: Collection[int]) -> dict[int, Counts]:
    """The figures of sessions; one without answers is left out."""
    names = {f"s{n}": one for n, one in enumerate(sorted(session_ids))}
    if not names:
        return {}
    rows = await tx.all(
        f"""SELECT session_id, SUM(seated) AS going,
               SUM(CASE WHEN answer = 'going' AND seated = 0 THEN 1 ELSE 0 END) AS waiting,
               SUM(CASE WHEN answer = 'maybe' THEN 1 ELSE 0 END) AS maybe,
               SUM(CASE WHEN answer = 'no' THEN 1 ELSE 0 END) AS no
            FROM session_rsvps WHERE session_id IN ({", ".join(f":{name}" for name in names)})
            GROUP BY session_id""",
        names,
    )
    return {row["session_id"]: Counts(row["going"], row["waiting"], row["maybe"], row["no"]) for row in rows}


async def has_answered(tx: Transaction, session_id: int, member_id: int) -> bool:
    row = await tx.one(
        "SELECT 1 FROM session_rsvps WHERE session_id = :session AND member_id = :member",
        {"session": session_id, "member": member_id},
    )
    return row is not None


async def notices(tx: Transaction, session_id: int, member_id: int) -> int:
    """The member's wishes for reminders, as bits of `domain.sessions.Lead`."""
    row = await tx.one(
        "SELECT notices FROM session_rsvps WHERE session_id = :session AND member_id = :member",
        {"session": session_id, "member": member_id},
    )
    return row["notices"] if row else DEFAULT_LEADS


async def set_notices(tx: Transaction, session_id: int, member_id: int, mask: int) -> bool:
    """Keep the member's wishes; whether there is an answer that they belong to."""
    changed = await tx.run(
        "UPDATE session_rsvps SET notices = :mask WHERE session_id = :session AND member_id = :member",
        {"mask": mask, "session": session_id, "member": member_id},
    )
    return changed > 0


async def to_remind(tx: Transaction, session_id: int, bit: int) -> list[tuple[int, int]]:
    """(member, wishes) of those with a seat who chose this reminder."""
    rows = await tx.all(
        """SELECT member_id, notices FROM session_rsvps
           WHERE session_id = :session AND seated = 1 AND notices & :bit <> 0 ORDER BY turn""",
        {"session": session_id, "bit": bit},
    )
    return [(row["member_id"], row["notices"]) for row in rows]


async def coming_of(tx: Transaction, member_id: int) -> list[int]:
    """The sessions ahead that the member answered or tutors."""
    rows = await tx.all(
        """SELECT s.session_id FROM sessions s
           LEFT JOIN session_rsvps r ON r.session_id = s.session_id AND r.member_id = :member
           LEFT JOIN session_tutors t ON t.session_id = s.session_id AND t.member_id = :member
           WHERE s.state IN ('planned', 'live') AND (r.member_id IS NOT NULL OR t.member_id IS NOT NULL)
           ORDER BY s.session_id""",
        {"member": member_id},
    )
    return [row["session_id"] for row in rows]


async def user(tx: Transaction, member_id: int) -> int | None:
    row = await tx.one("SELECT user_id FROM members WHERE member_id = :member", {"member": member_id})
    return row["user_id"] if row else None
