"""What a writer says to their review in an explanation: yes with a name, yes without one, no, or no longer."""

from __future__ import annotations

from datetime import datetime

from bot.domain import promotions as rules
from bot.domain.feedback import Ask, Review
from bot.domain.instants import to_ms
from bot.domain.refusals_tutors import NoSuchPromotion, PromotionAnswered, Unnamed
from bot.services import teachback
from bot.storage import banks, feedback, promotions, reviews
from bot.storage.database import Database, Transaction
from bot.storage.promotions import Promotion


async def _own(tx: Transaction, review_id: int, user: int) -> tuple[Promotion, Review, Ask, int]:
    """What a user was asked about their own review, and their member id. Raises NoSuchPromotion."""
    found = await promotions.by_id(tx, review_id)
    review = await reviews.by_id(tx, review_id)
    writer = await reviews.author(tx, review_id)
    ask = None if review is None else await feedback.by_id(tx, review.ask_id)
    if found is None or review is None or review.removed or ask is None or writer is None or writer[1] != user:
        raise NoSuchPromotion
    return found, review, ask, writer[0]


async def give(database: Database, review_id: int, user: int, name: str | None, now: datetime) -> str | None:
    """The writer agrees, credited with a name or with none; returns the name as it is shown.

    Raises NoSuchPromotion, for somebody else's too, PromotionAnswered, BadCredit, and Unnamed for a review without one.
    """
    credit = None if name is None else rules.credit(name)
    now_ms = to_ms(now)
    async with database.write() as tx:
        found, review, ask, member = await _own(tx, review_id, user)
        if credit is not None and review.opinion.anonymous:
            raise Unnamed
        question = await banks.content(tx, found.question_id)
        if question is None:
            raise NoSuchPromotion
        if not await promotions.answer(tx, review_id, promotions.ASKED, promotions.GIVEN, now_ms):
            raise PromotionAnswered
        right = question.right
        named = None if credit is None else (member, credit)
        await promotions.add(tx, ask.group_id, found, right, now_ms, named)
    return credit


async def check(database: Database, review_id: int, user: int) -> None:
    """Before the form for a name is opened. Raises NoSuchPromotion, PromotionAnswered, Unnamed."""
    async with database.read() as tx:
        found, review, _, _ = await _own(tx, review_id, user)
    if review.opinion.anonymous:
        raise Unnamed
    if found.consent != promotions.ASKED:
        raise PromotionAnswered


async def refuse(database: Database, review_id: int, user: int, now: datetime) -> None:
    """The writer does not want it, now or any more: it is in no explanation.

    Raises NoSuchPromotion and PromotionAnswered.
    """
    now_ms = to_ms(now)
    async with database.write() as tx:
        found, _, ask, _ = await _own(tx, review_id, user)
        if found.consent == promotions.REFUSED:
            raise PromotionAnswered
        await promotions.answer(tx, review_id, found.consent, promotions.REFUSED, now_ms)
        await promotions.take_out(tx, review_id)
        await teachback.refused(tx, ask.ask_id, review_id, now_ms)


async def check_own(database: Database, review_id: int, user: int) -> None:
    """Whether a user is asked about their own review. Raises NoSuchPromotion."""
    async with database.read() as tx:
        await _own(tx, review_id, user)
