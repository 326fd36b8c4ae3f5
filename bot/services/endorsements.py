"""Tutors judge feedback: they endorse it, or correct it so that both texts can be read."""

from __future__ import annotations

from datetime import datetime

from bot.domain.feedback import RIGHT, Ask, Review, clean, text_of
from bot.domain.instants import to_ms
from bot.domain.refusals_tutors import AlreadyEndorsed, NotEndorsed, OwnWork
from bot.services import teachback, threads, verdicts
from bot.storage import endorsements, groups, promotions, reviews
from bot.storage.database import Database, Transaction
from bot.storage.endorsements import Tutors

__all__ = ["Tutors"]


async def _of_others(
    tx: Transaction, review_id: int, user: int, guild: int | None, now_ms: int
) -> tuple[Review, Ask, int]:
    review, ask = await verdicts.judged(tx, review_id, guild)
    writer = await reviews.author(tx, review_id)
    if writer is not None and writer[1] == user:
        raise OwnWork
    key = (ask.group_id, user)
    return review, ask, (await groups.member_ids(tx, [key], now_ms))[key]


async def check(database: Database, review_id: int, user: int, guild: int | None) -> Review:
    """Before a form is opened. Raises NoSuchReview, NoSuchAsk, OwnWork."""
    async with database.read() as tx:
        review, _ = await verdicts.judged(tx, review_id, guild)
        writer = await reviews.author(tx, review_id)
        if writer is not None and writer[1] == user:
            raise OwnWork
    return review


async def endorse(database: Database, review_id: int, user: int, guild: int | None, now: datetime) -> Ask:
    """A tutor says that it is right. Raises NoSuchReview, NoSuchAsk, OwnWork, AlreadyEndorsed."""
    now_ms = to_ms(now)
    async with database.write() as tx:
        _, ask, member = await _of_others(tx, review_id, user, guild, now_ms)
        if not await endorsements.endorse(tx, review_id, member, now_ms):
            raise AlreadyEndorsed
        await threads.show_review(tx, ask, review_id, now_ms)
        await teachback.settle(tx, ask.ask_id, now_ms)
    return ask


async def withdraw(database: Database, review_id: int, user: int, guild: int | None, now: datetime) -> Ask:
    """A tutor takes an endorsement back. Raises NoSuchReview, NoSuchAsk, OwnWork, NotEndorsed."""
    now_ms = to_ms(now)
    async with database.write() as tx:
        _, ask, _ = await _of_others(tx, review_id, user, guild, now_ms)
        if not await endorsements.withdraw(tx, review_id):
            raise NotEndorsed
        await threads.show_review(tx, ask, review_id, now_ms)
    return ask


async def correct(
    database: Database, review_id: int, user: int, guild: int | None, text: str, now: datetime
) -> tuple[Ask, bool]:
    """A tutor writes what is wrong under it, or takes that back with an empty text; whether there is a correction.

    Its writer and the asker are not told by message: the card stands in their thread. Raises NoSuchReview, NoSuchAsk,
    OwnWork and TooLong.
    """
    now_ms = to_ms(now)
    found = text_of(text, RIGHT) if clean(text) else None
    async with database.write() as tx:
        _, ask, member = await _of_others(tx, review_id, user, guild, now_ms)
        await endorsements.correct(tx, review_id, member, found, now_ms)
        await threads.show_review(tx, ask, review_id, now_ms)
    return ask, found is not None


async def rewritten(tx: Transaction, ask_id: int, review_id: int, now_ms: int) -> None:
    """Its writer changed it: nobody has endorsed what it says now, and nothing that it said is promoted unasked."""
    await endorsements.withdraw(tx, review_id)
    found = await promotions.by_id(tx, review_id)
    if found is not None and found.consent == promotions.ASKED:
        await promotions.forget(tx, review_id)
        await teachback.refused(tx, ask_id, review_id, now_ms)
