"""What tutors decided, and how members hear of it: by direct message, or at their next contact."""

from __future__ import annotations

from typing import Any

from bot.domain.feedback import Ask, Review
from bot.domain.refusals_feedback import NoSuchReview
from bot.domain.reports import Decision, What
from bot.services import threads
from bot.services.parcels import Parcel
from bot.storage import deliveries, feedback, notes, reports, reviews
from bot.storage.database import Database, Transaction
from bot.storage.deliveries import Delivery

WORD = "tutor-word"


async def judged(tx: Transaction, review_id: int, guild: int | None) -> tuple[Review, Ask]:
    """A review that a tutor's press named. Raises NoSuchReview, NoSuchAsk."""
    review = await reviews.by_id(tx, review_id)
    if review is None or review.removed:
        raise NoSuchReview
    ask, _ = await threads.reached(tx, review.ask_id, guild)
    return review, ask


async def tell(tx: Transaction, group_id: int, member_id: int, what: str, key: str, now_ms: int, **values: Any) -> None:
    """Tell a member something once; `what` is a word that the cogs have a sentence for."""
    await deliveries.put(
        tx,
        key=f"{WORD}:{what}:{key}",
        lane=f"{WORD}:{what}:{key}",
        kind=WORD,
        group_id=group_id,
        member_id=member_id,
        due_at=now_ms,
        now_ms=now_ms,
        payload={"what": what, **values},
    )


async def untold(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """Direct messages are closed: it is told at the next contact."""
    delivery = parcel.delivery
    if delivery.member_id is not None:
        await notes.put(tx, delivery.member_id, WORD, delivery.payload, now_ms)


async def addressee(database: Database, delivery: Delivery) -> int | None:
    """The user whom a word is for; None where they are gone."""
    if delivery.member_id is None:
        return None
    async with database.read() as tx:
        return await feedback.user_of(tx, delivery.member_id)


async def settle(
    tx: Transaction, group_id: int, what: What, subject_id: int, decision: Decision, title: str, now_ms: int
) -> int:
    """Close all open reports about something, and tell each reporter once; returns how many there were."""
    found = await reports.open_of(tx, group_id, what, subject_id)
    for report in found:
        await reports.settle(tx, report.report_id, decision, now_ms)
        reporter = await reports.reporter(tx, report.report_id)
        if reporter is not None:
            await tell(tx, group_id, reporter, f"report-{decision.value}", str(report.report_id), now_ms, title=title)
    return len(found)
