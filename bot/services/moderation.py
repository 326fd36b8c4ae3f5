"""What tutors take off a thread, and threads that they lock. Texts stay their writers'."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.feedback import Ask, Review, State, clean
from bot.domain.groups import Group
from bot.domain.instants import to_ms
from bot.domain.refusals_feedback import NoSuchReview
from bot.domain.refusals_tutors import AlreadyLocked, NothingToReport, NotLocked
from bot.domain.reports import REASON, Decision, What
from bot.services import teachback, threads, verdicts
from bot.storage import deliveries, endorsements, feedback, groups, promotions, reviews
from bot.storage.database import Database, Transaction


async def remove(
    database: Database, what: What, subject_id: int, user: int, guild: int | None, reason: str, now: datetime
) -> Ask:
    """Take a question, a review or a follow-up off; its writer is told why, and who reported it that it is gone.

    Raises NoSuchAsk, NoSuchReview and NothingToReport for what is gone already.
    """
    async with database.write() as tx:
        return await take_off(tx, what, subject_id, user, guild, reason, now)


async def take_off(
    tx: Transaction, what: What, subject_id: int, user: int, guild: int | None, reason: str, now: datetime
) -> Ask:
    """The same inside a transaction."""
    now_ms = to_ms(now)
    ask_id = await ask_of(tx, what, subject_id)
    ask, _ = await threads.reached(tx, ask_id or 0, guild)
    key = (ask.group_id, user)
    member = (await groups.member_ids(tx, [key], now_ms))[key]
    writer = await writer_of(tx, what, subject_id)
    if what is What.ASK:
        await feedback.move(tx, ask.ask_id, State.REMOVED, now_ms)
        await threads.show_ask(tx, ask, now_ms)
        await _lock(tx, ask, now_ms, locked=True, removed=True)
    elif what is What.REVIEW:
        if not await endorsements.remove(tx, subject_id, member, now_ms):
            raise NoSuchReview
        await promotions.forget(tx, subject_id)
        await teachback.refused(tx, ask.ask_id, subject_id, now_ms)
        await threads.show_review(tx, ask, subject_id, now_ms)
        await threads.show_ask(tx, ask, now_ms)
    else:
        found = await reviews.follow_up(tx, subject_id)
        if found is None or not await reviews.remove_follow_up(tx, subject_id, now_ms):
            raise NothingToReport
        await threads.take_down(tx, ask, [found.message_id] if found.message_id else [], now_ms)
    if writer is not None and writer[1] != user:
        await verdicts.tell(
            tx,
            ask.group_id,
            writer[0],
            f"removed-{what.value}",
            str(subject_id),
            now_ms,
            title=ask.words.title,
            reason=clean(reason)[:REASON],
        )
    await verdicts.settle(tx, ask.group_id, what, subject_id, Decision.REMOVED, ask.words.title, now_ms)
    return ask


async def ask_of(tx: Transaction, what: What, subject_id: int) -> int | None:
    """The question that something belongs to."""
    if what is What.ASK:
        return subject_id
    found = await (reviews.by_id(tx, subject_id) if what is What.REVIEW else reviews.follow_up(tx, subject_id))
    return None if found is None else found.ask_id


async def writer_of(tx: Transaction, what: What, subject_id: int) -> tuple[int, int] | None:
    """(member id, user id) of who wrote something; None for a former member."""
    if what is What.ASK:
        return await feedback.author(tx, subject_id)
    if what is What.REVIEW:
        return await reviews.author(tx, subject_id)
    return await reviews.follow_up_author(tx, subject_id)


async def lock(database: Database, ask_id: int, user: int, guild: int | None, reason: str, now: datetime) -> Ask:
    """Close a thread to new cards, and lock it in Discord where we may.

    A thread with an open question is never locked: it is resolved with it. Raises NoSuchAsk, AlreadyLocked.
    """
    async with database.write() as tx:
        ask, _ = await threads.reached(tx, ask_id, guild)
        await lock_thread(tx, ask, user, reason, to_ms(now))
    return ask


async def lock_thread(tx: Transaction, ask: Ask, user: int, reason: str, now_ms: int) -> None:
    """The same inside a transaction. Raises AlreadyLocked."""
    if ask.locked_at is not None:
        raise AlreadyLocked
    if await feedback.move(tx, ask.ask_id, State.RESOLVED, now_ms):
        await threads.show_ask(tx, ask, now_ms)
    await _lock(tx, ask, now_ms, locked=True, removed=False)
    author = await feedback.author(tx, ask.ask_id)
    if author is not None and author[1] != user:
        await verdicts.tell(
            tx,
            ask.group_id,
            author[0],
            "locked",
            f"{ask.ask_id}:{now_ms}",
            now_ms,
            title=ask.words.title,
            reason=clean(reason)[:REASON],
        )


async def unlock(database: Database, ask_id: int, guild: int | None, now: datetime) -> Ask:
    """Open a thread to cards again; what waited for that is posted. Raises NoSuchAsk, NotLocked."""
    now_ms = to_ms(now)
    async with database.write() as tx:
        ask, _ = await threads.reached(tx, ask_id, guild)
        if ask.locked_at is None:
            raise NotLocked
        await _lock(tx, ask, now_ms, locked=False, removed=False)
        await threads.post_missing(tx, ask, now_ms)
    return ask


async def _lock(tx: Transaction, ask: Ask, now_ms: int, *, locked: bool, removed: bool) -> None:
    await feedback.set_locked(tx, ask.ask_id, now_ms if locked else None)
    await deliveries.put(
        tx,
        key=f"ask-lock:{ask.ask_id}:{now_ms}",
        lane=threads.lane(ask.ask_id),
        kind="ask-lock",
        group_id=ask.group_id,
        subject_id=ask.ask_id,
        due_at=now_ms,
        now_ms=now_ms,
        payload={"locked": locked, "removed": removed},
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What a tutor's or a reporter's press named. `author` is the user who wrote it, for tutors only."""

    ask: Ask
    group: Group
    author: int | None  # None for a former member's, and for a teach-back's question
    review: Review | None


async def find(database: Database, what: What, subject_id: int, guild: int | None) -> Found:
    """Something that still stands in a thread of this server. Raises NoSuchAsk, NoSuchReview, NothingToReport."""
    async with database.read() as tx:
        ask, group = await threads.reached(tx, await ask_of(tx, what, subject_id) or 0, guild)
        review = await reviews.by_id(tx, subject_id) if what is What.REVIEW else None
        follow_up = await reviews.follow_up(tx, subject_id) if what is What.FOLLOW_UP else None
        if review is not None and review.removed:
            raise NoSuchReview
        if follow_up is not None and follow_up.removed:
            raise NothingToReport
        writer = await writer_of(tx, what, subject_id)
    return Found(ask, group, None if writer is None else writer[1], review)
