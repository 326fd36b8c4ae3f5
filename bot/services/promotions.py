"""Reviews that become part of a question's explanation: what tutors propose, and what members then read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain import promotions as rules
from bot.domain.blueprint import Blueprint
from bot.domain.feedback import Ask, Review, Visibility, text_of
from bot.domain.groups import Group
from bot.domain.instants import to_ms
from bot.domain.refusals_tutors import (
    AlreadyPromoted,
    NoSuchQuestion,
    PrivateFeedback,
    PromotionRefused,
    TooManyAdditions,
    WriterGone,
)
from bot.services import verdicts
from bot.storage import banks, deliveries, feedback, groups, promotions, reviews, teachback
from bot.storage.database import Database, Transaction
from bot.storage.promotions import Choice

__all__ = ["Choice"]

LISTED = 25


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a tutor's form begins with; `question_id` is None where the tutor has to choose one."""

    review_id: int
    question_id: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Consent:
    """What a writer is asked: whether this text may stand with the explanation of this question."""

    review_id: int
    user: int
    group: Group
    stem: str
    text: str
    anonymous: bool  # the review was given without a name, and so is the addition
    consent: str


async def _promotable(tx: Transaction, review_id: int, guild: int | None) -> tuple[Review, Ask]:
    review, ask = await verdicts.judged(tx, review_id, guild)
    if ask.words.visibility is Visibility.PRIVATE:
        raise PrivateFeedback
    before = await promotions.by_id(tx, review_id)
    if before is not None:
        raise PromotionRefused if before.consent == promotions.REFUSED else AlreadyPromoted
    if await reviews.author(tx, review_id) is None:
        raise WriterGone
    return review, ask


async def propose(database: Database, review_id: int, guild: int | None) -> Proposal:
    """Before a tutor's form is opened.

    Raises NoSuchReview, NoSuchAsk, PrivateFeedback, AlreadyPromoted, PromotionRefused, WriterGone.
    """
    async with database.read() as tx:
        review, ask = await _promotable(tx, review_id, guild)
        linked = await teachback.by_ask(tx, ask.ask_id)
    said = review.opinion
    text = rules.proposal(said.right_why, said.change, said.reading)
    return Proposal(review_id, None if linked is None else linked.question_id, text)


async def promote(
    database: Database,
    review_id: int,
    question_id: int,
    text: str,
    guild: int | None,
    blueprint: Blueprint,
    now: datetime,
) -> Ask:
    """A tutor wants a review in an explanation: its writer is asked first.

    Raises what `propose` raises, NoSuchQuestion, TooManyAdditions, EmptyText and TooLong.
    """
    words = text_of(text, rules.ADDITION)
    async with database.write() as tx:
        _, ask = await _promotable(tx, review_id, guild)
        if await promotions.question(tx, ask.group_id, blueprint.banks, question_id) is None:
            raise NoSuchQuestion(str(question_id))
        if await promotions.count(tx, ask.group_id, question_id) >= rules.MOST_ADDITIONS:
            raise TooManyAdditions(rules.MOST_ADDITIONS)
        await ask_writer(tx, ask, review_id, question_id, words, to_ms(now))
    return ask


async def ask_writer(tx: Transaction, ask: Ask, review_id: int, question_id: int, text: str, now_ms: int) -> None:
    """Ask a review's writer, once, whether this may stand with the explanation. Raises AlreadyPromoted, WriterGone."""
    writer = await reviews.author(tx, review_id)
    if writer is None:
        raise WriterGone
    if not await promotions.ask(tx, review_id, question_id, text, now_ms):
        raise AlreadyPromoted
    await deliveries.put(
        tx,
        key=f"promotion:{review_id}:{now_ms}",
        lane=f"promotion:{review_id}",
        kind="promotion",
        group_id=ask.group_id,
        member_id=writer[0],
        subject_id=review_id,
        due_at=now_ms,
        now_ms=now_ms,
    )


async def consent(database: Database, review_id: int) -> Consent | None:
    """What a review's writer is asked; None where nobody is, or the review is gone."""
    async with database.read() as tx:
        found = await promotions.by_id(tx, review_id)
        review = await reviews.by_id(tx, review_id)
        writer = await reviews.author(tx, review_id)
        if found is None or review is None or review.removed or writer is None:
            return None
        ask = await feedback.by_id(tx, review.ask_id)
        question = await banks.content(tx, found.question_id)
        group = None if ask is None else await groups.by_id(tx, ask.group_id)
        if question is None or group is None:
            return None
    return Consent(review_id, writer[1], group, question.stem, found.text, review.opinion.anonymous, found.consent)


async def questions(database: Database, group: Group, blueprint: Blueprint, words: str) -> list[Choice]:
    """Questions that a group is asked, with these words in their key or stem."""
    async with database.read() as tx:
        return await promotions.questions(tx, group.group_id, blueprint.banks, words.strip(), LISTED)


async def candidates(database: Database, group: Group) -> list[tuple[int, str, str]]:
    """(review id, the question's title, the review's beginning) of what could be promoted."""
    async with database.read() as tx:
        return await promotions.candidates(tx, group.group_id, LISTED)
