"""After a question was corrected or withdrawn: its posts are edited, and each member concerned is told once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.corrections import MOST_SHOWN, News, news
from bot.domain.groups import Group
from bot.domain.instants import DAY_MS, MINUTE_MS
from bot.domain.questions import excerpt
from bot.services.parcels import Parcel
from bot.services.plan import Plan
from bot.storage import agenda, banks, corrections, deliveries, feedback, notes, questions, rescore
from bot.storage.agenda import Entry
from bot.storage.database import Database, Transaction
from bot.storage.deliveries import Delivery

NOTE = "correction"
POST = "correction-post"
KIND = "corrections"
GATHERED_MS = 10 * MINUTE_MS  # a tutor who corrects one question often corrects the next
NOT_YET_MS = MINUTE_MS
STEM, RIGHT = 200, 120  # characters of a question and of its right answer: five of them fit a message


async def plan(database: Database, now_ms: int) -> bool:
    """Plan what is to be told and to be edited; whether anything was.

    Whoever changed the questions, the command line or a file included, has left rows behind; nothing else is needed.
    """
    async with database.read() as tx:
        waiting = await corrections.groups_waiting(tx)
        posts = await corrections.outdated_posts(tx)
    if not waiting and not posts:
        return False
    async with database.write() as tx:
        for group_id in await corrections.groups_waiting(tx):
            await agenda.put(tx, key=f"{KIND}:{group_id}", kind=KIND, group_id=group_id, due_at=now_ms + GATHERED_MS)
        posts = await corrections.outdated_posts(tx)
        for round_id, group_id in posts:
            # In a lane of its own: an old post that cannot be edited keeps no question waiting.
            key = f"{POST}:{round_id}:{now_ms}"
            await deliveries.put(
                tx,
                key=key,
                lane=key,
                kind=POST,
                group_id=group_id,
                round_id=round_id,
                due_at=now_ms,
                now_ms=now_ms,
                expires_at=now_ms + DAY_MS,
            )
        await corrections.planned(tx, [round_id for round_id, _ in posts])
    return True


async def claim(tx: Transaction, entry: Entry, group: Group, plan_: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """Tell each member of a group once, however many questions were changed, when their points are right."""
    if await rescore.outdated(tx):
        await agenda.move(tx, entry.agenda_id, now_ms + NOT_YET_MS)
        return
    await agenda.remove(tx, entry.agenda_id)
    known: dict[int, dict[str, str]] = {}
    for waiting in await corrections.take(tx, group.group_id):
        member = waiting.member_id
        found = news(waiting.answers, waiting.streak)
        if found is None:
            continue
        payload = await _payload(tx, found, known)
        if waiting.gone:
            await notes.put(tx, member, NOTE, payload, now_ms)
            continue
        key = f"{NOTE}:{member}:{now_ms}"
        await deliveries.put(
            tx,
            key=key,
            lane=key,
            kind=NOTE,
            group_id=group.group_id,
            member_id=member,
            due_at=now_ms,
            now_ms=now_ms,
            payload=payload,
        )


async def _payload(tx: Transaction, found: News, known: dict[int, dict[str, str]]) -> dict[str, Any]:
    items = []
    for question_id, change in found.changes[-MOST_SHOWN:]:
        if question_id not in known:
            known[question_id] = await _in_words(tx, question_id)
        items.append({"change": change.value, **known[question_id]})
    streak = None if found.streak is None else [found.streak.before, found.streak.now]
    return {"items": items, "of": len(found.changes), "points": found.points, "streak": streak}


async def _in_words(tx: Transaction, question_id: int) -> dict[str, str]:
    question = await questions.whole(tx, question_id)
    assert question is not None, "questions are never deleted"
    right = banks.right_text(question.options, question.answers)
    return {"stem": excerpt(question.stem, STEM), "right": excerpt(right, RIGHT)}


async def untold(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """Direct messages are closed: it is told at the next contact."""
    if parcel.delivery.member_id is not None:
        await notes.put(tx, parcel.delivery.member_id, NOTE, parcel.delivery.payload, now_ms)


async def addressee(database: Database, delivery: Delivery) -> int | None:
    """The user to tell; None where they are gone."""
    async with database.read() as tx:
        return None if delivery.member_id is None else await feedback.user_of(tx, delivery.member_id)


def items(payload: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(change, stem, right answer) of what a note says."""
    return [(one["change"], one["stem"], one["right"]) for one in payload["items"]]
