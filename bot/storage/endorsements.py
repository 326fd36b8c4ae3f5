"""Rows of what tutors did to feedback: what everybody sees stands with it, and who did it beside it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.storage.database import Transaction

ENDORSED, CORRECTED, REMOVED = "endorsed", "corrected", "removed"


@dataclass(frozen=True, slots=True)
class Tutors:
    """The users who endorsed and corrected a review; None where nobody did, or they are gone."""

    endorsed_by: int | None
    corrected_by: int | None


NOBODY = Tutors(None, None)


async def endorse(tx: Transaction, review_id: int, member_id: int, now_ms: int) -> bool:
    """Note a tutor's endorsement; False where there is one already."""
    changed = await tx.run(
        "UPDATE reviews SET endorsed_at = :now WHERE review_id = :id AND endorsed_at IS NULL AND state = 'posted'",
        {"now": now_ms, "id": review_id},
    )
    if changed:
        await _did(tx, review_id, member_id, ENDORSED, now_ms)
    return changed > 0


async def withdraw(tx: Transaction, review_id: int) -> bool:
    """Take the endorsement back; whether there was one."""
    changed = await tx.run(
        "UPDATE reviews SET endorsed_at = NULL WHERE review_id = :id AND endorsed_at IS NOT NULL", {"id": review_id}
    )
    await _undo(tx, review_id, ENDORSED)
    return changed > 0


async def correct(tx: Transaction, review_id: int, member_id: int, text: str | None, now_ms: int) -> None:
    """Note a tutor's correction in the place of the one before; None takes it back."""
    await tx.run(
        "UPDATE reviews SET correction = :text, corrected_at = :at WHERE review_id = :id",
        {"text": text, "at": None if text is None else now_ms, "id": review_id},
    )
    await _undo(tx, review_id, CORRECTED)
    if text is not None:
        await _did(tx, review_id, member_id, CORRECTED, now_ms)


async def remove(tx: Transaction, review_id: int, member_id: int, now_ms: int) -> bool:
    """Take a review off its thread; False where it was. Its text stays its writer's."""
    changed = await tx.run(
        "UPDATE reviews SET state = 'removed' WHERE review_id = :id AND state = 'posted'", {"id": review_id}
    )
    if changed:
        await _did(tx, review_id, member_id, REMOVED, now_ms)
    return changed > 0


async def tutors(tx: Transaction, review_id: int) -> Tutors:
    """Who endorsed and who corrected a review."""
    rows = await tx.all(
        """SELECT t.what, m.user_id FROM review_tutors t JOIN members m ON m.member_id = t.member_id
           WHERE t.review_id = :id""",
        {"id": review_id},
    )
    found = {row["what"]: row["user_id"] for row in rows}
    return Tutors(found.get(ENDORSED), found.get(CORRECTED))


async def tutor_gone(tx: Transaction, review_id: int) -> bool:
    """Whether somebody judged a review who is no longer kept."""
    row = await tx.one("SELECT endorsed_at, correction FROM reviews WHERE review_id = :id", {"id": review_id})
    known = await tutors(tx, review_id)
    if row is None:
        return False
    endorsed = row["endorsed_at"] is not None and known.endorsed_by is None
    return endorsed or (row["correction"] is not None and known.corrected_by is None)


async def _did(tx: Transaction, review_id: int, member_id: int, what: str, now_ms: int) -> None:
    await tx.run(
        """INSERT INTO review_tutors (review_id, member_id, what, at) VALUES (:review, :member, :what, :now)
           ON CONFLICT (review_id, member_id, what) DO UPDATE SET at = excluded.at""",
        {"review": review_id, "member": member_id, "what": what, "now": now_ms},
    )


async def _undo(tx: Transaction, review_id: int, what: str) -> None:
    await tx.run(
        "DELETE FROM review_tutors WHERE review_id = :review AND what = :what", {"review": review_id, "what": what}
    )
