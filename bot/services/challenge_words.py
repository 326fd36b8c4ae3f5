"""What is said of challenges: to tutors that there is one, and to those who reported what was decided."""

from __future__ import annotations

from typing import Any

from bot.domain.challenges import Decision
from bot.domain.questions import excerpt
from bot.services.parcels import Parcel
from bot.storage import challenges, deliveries, feedback, notes, questions, reports
from bot.storage.challenges import Challenge
from bot.storage.database import Database, Transaction
from bot.storage.deliveries import Delivery

WORD = "challenge"
OPENED = "opened"
PASSED = "passed"
STEM = 300  # characters of a question in a direct message


async def tell_tutors(
    tx: Transaction, group_id: int, challenge_id: int, question_id: int, but: int, now_ms: int
) -> None:
    """Tell the tutors who want to hear of reports; not the one who reported it."""
    for member in await reports.watchers(tx, group_id):
        if member != but:
            await _tell(tx, group_id, member, challenge_id, question_id, OPENED, "", now_ms)


async def tell_decision(
    tx: Transaction, one: Challenge, decision: Decision, words: str, now_ms: int, *, passed: bool
) -> bool:
    """Tell everybody who had reported the question, once; whether anybody had.

    What a tutor wrote goes along where it was for them.
    """
    what = PASSED if passed else decision.value
    said = words if decision in (Decision.KEY, Decision.RIGHT) else ""
    flags = await challenges.flags(tx, one)
    for flag in flags:
        await _tell(tx, one.group_id, flag.member_id, one.challenge_id, one.question_id, what, said, now_ms)
    return bool(flags)


async def _tell(
    tx: Transaction,
    group_id: int,
    member: int,
    challenge_id: int,
    question_id: int,
    what: str,
    words: str,
    now_ms: int,
) -> None:
    question = await questions.whole(tx, question_id)
    assert question is not None, "questions are never deleted"
    key = f"{WORD}:{challenge_id}:{what}:{member}"
    payload: dict[str, Any] = {"what": what, "stem": excerpt(question.stem, STEM), "words": words}
    await deliveries.put(
        tx,
        key=key,
        lane=key,
        kind=WORD,
        group_id=group_id,
        member_id=member,
        due_at=now_ms,
        now_ms=now_ms,
        payload=payload,
    )


async def untold(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """Direct messages are closed: it is told at the next contact."""
    if parcel.delivery.member_id is not None:
        await notes.put(tx, parcel.delivery.member_id, WORD, parcel.delivery.payload, now_ms)


async def addressee(database: Database, delivery: Delivery) -> int | None:
    """The user to tell; None where they are gone."""
    async with database.read() as tx:
        return None if delivery.member_id is None else await feedback.user_of(tx, delivery.member_id)
