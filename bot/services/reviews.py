"""Giving feedback, and what the asker makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain import feedback as rules
from bot.domain.feedback import Ask, Mark, Opinion, Review, Rubric, Visibility
from bot.domain.instants import MINUTE_MS, from_ms, to_ms
from bot.domain.refusals_feedback import (
    AlreadyMarked,
    NoSuchReview,
    NotInvited,
    NotYourAsk,
    NotYourReview,
    OwnAsk,
    OwnReview,
    ReviewRemoved,
)
from bot.services import endorsements, feedback_drafts, reviewers, teachback, threads
from bot.services.feedback import FollowUpCard, ReviewCard, day_before, follow_up, member_of
from bot.services.feedback_drafts import Draft
from bot.storage import endorsements as judged
from bot.storage import feedback, groups, reviews
from bot.storage import feedback_drafts as drafts
from bot.storage.database import Database, Transaction

REVIEW, UNCLEAR, ANSWER = "review", "unclear", "answer"  # kinds of drafts


@dataclass(frozen=True, slots=True)
class Form:
    """What the form for a review begins with: the group's rubric, and what its member wrote before."""

    ask: Ask
    rubric: Rubric | None
    review: Review | None
    draft: Draft | None


@dataclass(frozen=True, slots=True)
class Given:
    """A review that was given, or changed."""

    ask: Ask
    review_id: int
    changed: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a review. `gone` says that its writer is no longer here to answer."""

    ask: Ask
    gone: bool
    anonymous: bool


async def form(database: Database, ask_id: int, user: int, guild: int | None, *, tutor: bool) -> Form:
    """Before the form is opened. Raises NoSuchAsk, AskLocked, OwnAsk, NotInvited, ReviewRemoved."""
    async with database.read() as tx:
        ask, group = await threads.reached(tx, ask_id, guild)
        member = await groups.member(tx, group.group_id, user)
        review = await _may_review(tx, ask, member, user, tutor=tutor)
        _, rubric = await feedback.settings(tx, group.group_id)
        mine = [] if member is None else await drafts.of_member(tx, member)
    draft = next((one for one in mine if one.kind == REVIEW and one.ask_id == ask_id), None)
    return Form(ask, rubric, review, draft)


async def _may_review(tx: Transaction, ask: Ask, member: int | None, user: int, *, tutor: bool) -> Review | None:
    """What the member said before. Raises what `form` raises."""
    threads.require_open(ask)
    author = await feedback.author(tx, ask.ask_id)
    if author is not None and author[1] == user:
        raise OwnAsk
    review = None if member is None else await reviews.of_member(tx, ask.ask_id, member)
    if review is not None and review.removed:
        raise ReviewRemoved
    open_to_all = ask.words.visibility is Visibility.GROUP or tutor or review is not None
    if not open_to_all and user not in await feedback.invited(tx, ask.ask_id):
        raise NotInvited
    return review


async def give(database: Database, user: int, guild: int | None, draft_id: int, now: datetime, *, tutor: bool) -> Given:
    """Make a draft the member's review, or put it in the place of the one that they gave before.

    Raises NoSuchDraft, what `form` raises, EmptyText, TooLong, BadScores and TooManyReviews; the draft is kept then.
    """
    now_ms = to_ms(now)
    async with database.write() as tx:
        draft = await feedback_drafts.mine(tx, draft_id, user, REVIEW)
        ask, group = await threads.reached(tx, draft.ask_id or 0, guild)
        member = await member_of(tx, group.group_id, user, now)
        before = await _may_review(tx, ask, member, user, tutor=tutor)
        payload = draft.payload
        opinion = _opinion(ask, payload)
        _, rubric = await feedback.settings(tx, group.group_id)
        if before is None:
            made = await reviews.made(tx, member, day_before(now))
            rules.check_reviews([from_ms(one) for one in made], now)
            review_id = await reviews.insert(tx, ask.ask_id, member, opinion, rubric, now_ms)
            review = await reviews.by_id(tx, review_id)
            assert review is not None
            await threads.post_review(tx, ask, review, now_ms)
            await threads.tell_asker(tx, ask, "review", review_id, str(review_id), now_ms)
            await reviewers.reviewed(tx, ask, member, now_ms)
            await threads.show_ask(tx, ask, now_ms)
        else:
            review_id = before.review_id
            await reviews.change(tx, review_id, opinion, rubric, now_ms)
            await reviews.settle(tx, review_id, now_ms)
            await endorsements.rewritten(tx, ask.ask_id, review_id, now_ms)
            await threads.show_review(tx, ask, review_id, now_ms)
            # Once an hour at most: who changes a word again and again writes nobody a message each time.
            await threads.tell_asker(tx, ask, "changed", review_id, f"{review_id}:{now_ms // (60 * MINUTE_MS)}", now_ms)
        await drafts.delete(tx, draft_id)
    return Given(ask, review_id, before is not None)


def _opinion(ask: Ask, payload: Mapping[str, Any]) -> Opinion:
    anonymous = bool(payload["anonymous"])
    if ask.kind != "ask":
        return rules.explanation(payload["right_why"], payload["reading"], anonymous=anonymous)
    return rules.opinion(
        payload["right_why"], payload["change"], payload["reading"], payload["scores"], anonymous=anonymous
    )


async def _review(tx: Transaction, review_id: int, guild: int | None) -> tuple[Review, Ask]:
    review = await reviews.by_id(tx, review_id)
    if review is None or review.removed:
        raise NoSuchReview
    ask, _ = await threads.reached(tx, review.ask_id, guild)
    return review, ask


async def helpful(database: Database, review_id: int, user: int, guild: int | None, now: datetime) -> Ask:
    """The asker found it helpful; of a teach-back, anybody but its writer may.

    Raises NoSuchReview, NoSuchAsk, NotYourAsk, OwnReview, AlreadyMarked.
    """
    async with database.write() as tx:
        review, ask = await _review(tx, review_id, guild)
        member = await _marker(tx, ask, review_id, user, now)
        if await reviews.mark(tx, review_id, member) is Mark.HELPFUL:
            raise AlreadyMarked
        await reviews.set_mark(tx, review_id, member, Mark.HELPFUL, to_ms(now))
        await reviews.settle(tx, review.review_id, to_ms(now))
        await threads.show_review(tx, ask, review_id, to_ms(now))
        await teachback.settle(tx, ask.ask_id, to_ms(now))
    return ask


async def _marker(tx: Transaction, ask: Ask, review_id: int, user: int, now: datetime) -> int:
    if ask.kind == "ask":
        author = await feedback.author(tx, ask.ask_id)
        if author is None or author[1] != user:
            raise NotYourAsk
        return author[0]
    writer = await reviews.author(tx, review_id)
    if writer is not None and writer[1] == user:
        raise OwnReview
    return await member_of(tx, ask.group_id, user, now)


async def check_asker(database: Database, review_id: int, user: int, guild: int | None) -> Review:
    """Before the form for a question about a review is opened. Raises NoSuchReview, NoSuchAsk, NotYourAsk."""
    async with database.read() as tx:
        review, ask = await _review(tx, review_id, guild)
        author = await feedback.author(tx, ask.ask_id)
        if author is None or author[1] != user:
            raise NotYourAsk
    return review


async def check_reviewer(database: Database, review_id: int, user: int, guild: int | None) -> Review:
    """Before the form for an answer is opened. Raises NoSuchReview, NoSuchAsk, NotYourReview."""
    async with database.read() as tx:
        review, _ = await _review(tx, review_id, guild)
        writer = await reviews.author(tx, review_id)
        if writer is None or writer[1] != user:
            raise NotYourReview
    return review


async def unclear(database: Database, user: int, guild: int | None, draft_id: int, now: datetime) -> Asked:
    """The asker does not understand something yet: post their question about it, and tell the reviewer.

    Raises NoSuchDraft, NoSuchReview, NoSuchAsk, NotYourAsk, AskLocked, EmptyText, TooLong, TooManyFollowUps.
    """
    now_ms = to_ms(now)
    async with database.write() as tx:
        draft = await feedback_drafts.mine(tx, draft_id, user, UNCLEAR)
        review, ask = await _review(tx, draft.review_id or 0, guild)
        author = await feedback.author(tx, ask.ask_id)
        if author is None or author[1] != user:
            raise NotYourAsk
        found = await follow_up(tx, ask, review.review_id, "asker", draft, author[0], now)
        await reviews.set_mark(tx, review.review_id, author[0], Mark.UNCLEAR, now_ms)
        await threads.show_review(tx, ask, review.review_id, now_ms)
        writer = await reviews.author(tx, review.review_id)
        if writer is not None:
            await threads.tell(tx, ask, writer[0], "question", review.review_id, str(found), now_ms)
        gone = writer is None or await feedback.left(tx, writer[0])
    return Asked(ask, gone, review.opinion.anonymous)


async def answer(database: Database, user: int, guild: int | None, draft_id: int, now: datetime) -> Ask:
    """The reviewer answers the question about their review, under the name that the review has.

    Raises NoSuchDraft, NoSuchReview, NoSuchAsk, NotYourReview, AskLocked, EmptyText, TooLong, TooManyFollowUps.
    """
    async with database.write() as tx:
        draft = await feedback_drafts.mine(tx, draft_id, user, ANSWER)
        review, ask = await _review(tx, draft.review_id or 0, guild)
        writer = await reviews.author(tx, review.review_id)
        if writer is None or writer[1] != user:
            raise NotYourReview
        found = await follow_up(tx, ask, review.review_id, "reviewer", draft, writer[0], now)
        await reviews.settle(tx, review.review_id, to_ms(now))
        await threads.tell_asker(tx, ask, "answer", review.review_id, str(found), to_ms(now))
    return ask


# What there is to see


async def card(database: Database, review_id: int) -> ReviewCard | None:
    """A review as its card shows it; None where it is gone."""
    async with database.read() as tx:
        review = await reviews.by_id(tx, review_id)
        ask = None if review is None else await feedback.by_id(tx, review.ask_id)
        if review is None or ask is None:
            return None
        group = await groups.by_id(tx, ask.group_id)
        assert group is not None, "asks go with their group"
        writer = await reviews.author(tx, review_id)
        tutors = await judged.tutors(tx, review_id)
    return ReviewCard(ask, group, review, writer[1] if writer else None, tutors)


async def follow_up_card(database: Database, follow_up_id: int) -> FollowUpCard | None:
    """An addition, a question or an answer as it is posted; None where it is gone."""
    async with database.read() as tx:
        found = await reviews.follow_up(tx, follow_up_id)
        ask = None if found is None else await feedback.by_id(tx, found.ask_id)
        if found is None or found.removed or ask is None:
            return None
        group = await groups.by_id(tx, ask.group_id)
        assert group is not None, "asks go with their group"
        asker = await feedback.author(tx, ask.ask_id)
        review = None if found.review_id is None else await reviews.by_id(tx, found.review_id)
        writer = None if review is None else await reviews.author(tx, review.review_id)
    hidden = review is not None and review.opinion.anonymous
    author, anonymous = (asker, ask.words.anonymous) if found.side == "asker" else (writer, hidden)
    return FollowUpCard(
        ask,
        group,
        found,
        author[1] if author else None,
        anonymous,
        None if review is None else review.message_id,
    )


async def reviewer(database: Database, review_id: int) -> int | None:
    """Whose a review is, anonymous or not: a user's id, to be shown to tutors only. None for a former member's."""
    async with database.read() as tx:
        writer = await reviews.author(tx, review_id)
    return writer[1] if writer else None
