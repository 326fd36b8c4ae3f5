"""The life of an ask's thread: what is posted there and in what order, and what happens when it cannot be.

All of an ask goes through one lane of the outbox, so that its cards keep their order. Cards are drawn from the rows
as they are when they are posted.
"""

from __future__ import annotations

from datetime import datetime

from bot.domain.feedback import ARCHIVED_AFTER, Ask, FollowUp, Review, State, Trouble, Visibility
from bot.domain.groups import Group
from bot.domain.instants import from_ms, to_ms
from bot.domain.refusals_feedback import AskLocked, NoSuchAsk, NothingMissing, NotYourAsk
from bot.services.parcels import Parcel
from bot.services.plan import Plan
from bot.storage import agenda, deliveries, endorsements, feedback, groups, reviews
from bot.storage import feedback_drafts as drafts
from bot.storage.agenda import Entry
from bot.storage.database import Database, Transaction

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE = 10003, 10008
THREAD_ARCHIVED, THREAD_LOCKED = 50083, 160005
LOCKS = (THREAD_ARCHIVED, THREAD_LOCKED)
POSTS = ("ask", "review", "follow-up")


def lane(ask_id: int) -> str:
    """The lane of all that is posted about an ask."""
    return f"ask:{ask_id}"


# What is to be posted or shown anew; all of these belong into the transaction that changes the rows


async def _put(
    tx: Transaction, ask: Ask, kind: str, key: str, subject: int, now_ms: int, payload: dict[str, int] | None = None
) -> None:
    await deliveries.put(
        tx,
        key=key,
        lane=lane(ask.ask_id),
        kind=kind,
        group_id=ask.group_id,
        subject_id=subject,
        due_at=now_ms,
        now_ms=now_ms,
        payload=payload,
    )


async def post_ask(tx: Transaction, ask: Ask, now_ms: int) -> None:
    """Post an ask's card and open its thread."""
    await _put(tx, ask, "ask", f"ask:{ask.ask_id}:{ask.posting}", ask.ask_id, now_ms)


async def post_review(tx: Transaction, ask: Ask, review: Review, now_ms: int) -> None:
    """Post a review's card in the thread."""
    await _put(tx, ask, "review", f"review:{review.review_id}:{review.posting}", review.review_id, now_ms)
    await stir(tx, ask, now_ms)


async def post_follow_up(tx: Transaction, ask: Ask, found: FollowUp, now_ms: int) -> None:
    """Post an addition, a question or an answer in the thread."""
    await _put(tx, ask, "follow-up", f"follow-up:{found.follow_up_id}:{found.posting}", found.follow_up_id, now_ms)
    await stir(tx, ask, now_ms)


async def show_ask(tx: Transaction, ask: Ask, now_ms: int) -> None:
    """Let an ask's card show what the rows say now."""
    revision = await feedback.revise(tx, ask.ask_id)
    await _put(tx, ask, "ask-card", f"ask-card:{ask.ask_id}:{revision}", ask.ask_id, now_ms)
    await stir(tx, ask, now_ms)


async def show_review(tx: Transaction, ask: Ask, review_id: int, now_ms: int) -> None:
    """Let a review's card show what the rows say now; the card of a removed one says only that."""
    revision = await reviews.revise(tx, review_id)
    await _put(tx, ask, "review-card", f"review-card:{review_id}:{revision}", review_id, now_ms)
    await stir(tx, ask, now_ms)


async def show_follow_up(tx: Transaction, ask: Ask, follow_up_id: int, now_ms: int) -> None:
    """Let the card of an addition, a question or an answer show what the rows say now."""
    key = f"follow-up-card:{follow_up_id}:{now_ms}"
    await _put(tx, ask, "follow-up-card", key, follow_up_id, now_ms)
    await stir(tx, ask, now_ms)


async def stir(tx: Transaction, ask: Ask, now_ms: int) -> None:
    """Something happens in the thread: that of a resolved ask is archived a day later, an open one's not at all."""
    found = await feedback.by_id(tx, ask.ask_id)
    key = f"ask-archive:{ask.ask_id}"
    if found is None or found.state is not State.RESOLVED:
        await agenda.forget(tx, key)
        return
    due = to_ms(from_ms(now_ms) + ARCHIVED_AFTER)
    await agenda.put(tx, key=key, kind="ask-archive", group_id=ask.group_id, subject_id=ask.ask_id, due_at=due)


async def tell(tx: Transaction, ask: Ask, member_id: int, what: str, subject: int, key: str, now_ms: int) -> None:
    """Say by direct message that something waits. Where that is closed, `/feedback inbox` says it."""
    await deliveries.put(
        tx,
        key=f"feedback-word:{what}:{key}",
        lane=f"feedback-word:{what}:{key}",
        kind="feedback-word",
        group_id=ask.group_id,
        member_id=member_id,
        subject_id=ask.ask_id,
        due_at=now_ms,
        now_ms=now_ms,
        payload={"what": what, "subject": subject},
    )


async def tell_asker(tx: Transaction, ask: Ask, what: str, subject: int, key: str, now_ms: int) -> None:
    """The same to the asker, if they are still a member."""
    author = await feedback.author(tx, ask.ask_id)
    if author is not None:
        await tell(tx, ask, author[0], what, subject, key, now_ms)


async def reached(tx: Transaction, ask_id: int, guild: int | None) -> tuple[Ask, Group]:
    """An ask that a press named, with its group; `guild` is where it was pressed, None in a direct message.

    Raises NoSuchAsk: for one that is gone, was removed, or belongs to another server.
    """
    ask = await feedback.by_id(tx, ask_id)
    group = None if ask is None else await groups.by_id(tx, ask.group_id)
    if ask is None or group is None or ask.state is State.REMOVED or guild not in (None, group.guild_id):
        raise NoSuchAsk
    return ask, group


def require_open(ask: Ask) -> None:
    """Raises AskLocked."""
    if ask.locked_at is not None:
        raise AskLocked


# How posting went


async def placed(database: Database, ask: Ask, *, thread_id: int | None, message_id: int | None, now_ms: int) -> None:
    """The card stands there, or its thread does, as far as it is made."""
    async with database.write() as tx:
        await feedback.placed(
            tx, ask.ask_id, channel_id=ask.channel_id, thread_id=thread_id, message_id=message_id, now_ms=now_ms
        )


async def opened(database: Database, ask_id: int) -> None:
    """Its archived thread is open again."""
    async with database.write() as tx:
        await feedback.archived(tx, ask_id, None)


async def knows(database: Database, thread_id: int) -> bool:
    """Whether a thread is an ask's."""
    async with database.read() as tx:
        return await feedback.by_thread(tx, thread_id) is not None


async def posted(tx: Transaction, parcel: Parcel, message_id: int | None, now_ms: int) -> None:
    """A card arrived (`placed` has noted where, of an ask's own)."""
    subject, kind = parcel.delivery.subject_id, parcel.delivery.kind
    assert subject is not None, "cards name their rows"
    if kind == "ask":
        await drafts.delete_files_of_ask(tx, subject)
    elif kind == "review":
        await reviews.placed(tx, subject, message_id)
    elif kind == "follow-up":
        await reviews.follow_up_placed(tx, subject, message_id)
    elif kind == "ask-archive":
        await feedback.archived(tx, subject, now_ms)


async def unposted(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:
    """A card cannot be posted: its words are kept, and the asker and its writer are told what can be done."""
    delivery = parcel.delivery
    ask = await _about(tx, delivery.kind, delivery.subject_id)
    last = problem.rsplit(maxsplit=1)[-1]
    code = int(last) if last.isdecimal() else 0
    if ask is None or ask.state is State.REMOVED or not code:
        return
    if code == UNKNOWN_CHANNEL:
        await _gone(tx, ask, now_ms)
    elif delivery.kind in POSTS:
        trouble = Trouble.LOCKED if code in LOCKS else Trouble.NO_ACCESS
        await feedback.set_trouble(tx, ask.ask_id, trouble)
        await tell_asker(tx, ask, trouble.value, ask.ask_id, f"{ask.ask_id}:{ask.posting}:{delivery.key}", now_ms)
    if delivery.kind == "review" and delivery.subject_id is not None:
        writer = await reviews.author(tx, delivery.subject_id)
        if writer is not None:
            await tell(tx, ask, writer[0], "kept", delivery.subject_id, delivery.key, now_ms)


async def _about(tx: Transaction, kind: str, subject: int | None) -> Ask | None:
    """The ask that a delivery is about."""
    if subject is None:
        return None
    if kind in ("review", "review-card"):
        review = await reviews.by_id(tx, subject)
        return None if review is None else await feedback.by_id(tx, review.ask_id)
    if kind in ("follow-up", "follow-up-card"):
        found = await reviews.follow_up(tx, subject)
        return None if found is None else await feedback.by_id(tx, found.ask_id)
    return await feedback.by_id(tx, subject)


async def _gone(tx: Transaction, ask: Ask, now_ms: int) -> None:
    """The thread, or its whole channel, was deleted."""
    if ask.trouble is Trouble.GONE:
        return
    await feedback.lost(tx, ask.ask_id, thread=True)
    await feedback.set_trouble(tx, ask.ask_id, Trouble.GONE)
    await tell_asker(tx, ask, "gone", ask.ask_id, f"{ask.ask_id}:{ask.posting}", now_ms)


async def deleted(database: Database, thread_id: int, now_ms: int) -> bool:
    """Somebody deleted a thread; whether it was an ask's, whose asker is told."""
    async with database.write() as tx:
        ask = await feedback.by_thread(tx, thread_id)
        if ask is None or ask.state is State.REMOVED:
            return False
        await _gone(tx, ask, now_ms)
    return True


async def card_lost(
    database: Database, ask_id: int, review_id: int | None = None, follow_up_id: int | None = None
) -> None:
    """Somebody deleted the message of a card; the row stays and can be posted again."""
    async with database.write() as tx:
        if review_id is not None:
            await reviews.placed(tx, review_id, None)
        elif follow_up_id is not None:
            await reviews.follow_up_placed(tx, follow_up_id, None)
        else:
            await feedback.lost(tx, ask_id, thread=False)


async def turned(database: Database, thread_id: int, now_ms: int, *, locked: bool) -> bool:
    """Somebody locked or unlocked a thread; whether it was an ask's. What waited for an unlocking is posted."""
    async with database.write() as tx:
        ask = await feedback.by_thread(tx, thread_id)
        if ask is None or ask.state is State.REMOVED:
            return False
        # It may have been locked while we were away, and be known only by what could not be posted.
        waits = not locked and ask.trouble is Trouble.LOCKED
        if locked == (ask.locked_at is not None) and not waits:
            return False
        await feedback.set_locked(tx, ask.ask_id, now_ms if locked else None)
        if not locked:
            await post_missing(tx, ask, now_ms)
    return True


# Posting again


async def post_again(
    database: Database, ask_id: int, user: int, guild: int | None, channel_id: int, now: datetime, *, tutor: bool
) -> Ask:
    """Post what is missing of an ask once more: all of it where its thread is gone, into `channel_id`.

    For the asker and for tutors. Raises NoSuchAsk, NotYourAsk, AskLocked and NothingMissing.
    """
    async with database.write() as tx:
        ask, _ = await reached(tx, ask_id, guild)
        author = await feedback.author(tx, ask_id)
        if not tutor and (author is None or author[1] != user):
            raise NotYourAsk
        require_open(ask)
        if await feedback.under_way(tx, lane(ask_id)):
            raise NothingMissing
        if not await post_missing(tx, ask, to_ms(now), channel_id):
            raise NothingMissing
        found = await feedback.by_id(tx, ask_id)
        assert found is not None
        return found


async def post_missing(tx: Transaction, ask: Ask, now_ms: int, channel_id: int | None = None) -> bool:
    """Post those cards that have no message; whether there were any."""
    found = False
    if ask.message_id is None or ask.thread_id is None:
        await feedback.post_again(tx, ask.ask_id, ask.channel_id if ask.thread_id or not channel_id else channel_id)
        again = await feedback.by_id(tx, ask.ask_id)
        assert again is not None
        await post_ask(tx, again, now_ms)
        found = True
    await feedback.set_trouble(tx, ask.ask_id, None)
    cards: list[tuple[int, Review | FollowUp]] = [(one.made_at, one) for one in await reviews.of_ask(tx, ask.ask_id)]
    cards += [(one.made_at, one) for one in await reviews.follow_ups(tx, ask.ask_id)]
    for _, card in sorted(cards, key=lambda one: one[0]):
        if card.message_id is not None:
            continue
        found = True
        if isinstance(card, Review):
            await reviews.post_again(tx, card.review_id)
            review = await reviews.by_id(tx, card.review_id)
            assert review is not None
            await post_review(tx, ask, review, now_ms)
        else:
            await reviews.post_follow_up_again(tx, card.follow_up_id)
            follow_up = await reviews.follow_up(tx, card.follow_up_id)
            assert follow_up is not None
            await post_follow_up(tx, ask, follow_up, now_ms)
    return found


# What the agenda does by itself


async def archive(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """A day after it was resolved, and nothing was said since: the thread may be archived."""
    await agenda.remove(tx, entry.agenda_id)
    ask = None if entry.subject_id is None else await feedback.by_id(tx, entry.subject_id)
    if ask is not None and ask.state is State.RESOLVED and ask.thread_id is not None:
        await _put(tx, ask, "ask-archive", f"ask-archive:{ask.ask_id}:{entry.due_at}", ask.ask_id, now_ms)


async def forget(tx: Transaction, member_id: int) -> None:
    """A member is about to be deleted: let the cards that name them be made anew, in the agenda's next turn."""
    for ask_id, group_id in await feedback.touched_by(tx, member_id):
        key = f"ask-anew:{ask_id}"
        await agenda.put(tx, key=key, kind="ask-anew", group_id=group_id, subject_id=ask_id, due_at=0)


async def anew(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """Somebody who asked, reviewed, or judged as a tutor was deleted.

    A reviewer's text stays while the asker, who needs it, is there; an asker's while somebody's review is about it.
    What was anonymous keeps its card as it is: a change would tell who it was.
    """
    await agenda.remove(tx, entry.agenda_id)
    ask = None if entry.subject_id is None else await feedback.by_id(tx, entry.subject_id)
    if ask is None:
        return
    if ask.kind == "ask" and await feedback.author(tx, ask.ask_id) is None:
        messages = await reviews.delete_orphans(tx, ask.ask_id)
        if not await reviews.of_ask(tx, ask.ask_id):
            messages += [one.message_id for one in await reviews.follow_ups(tx, ask.ask_id) if one.message_id]
            await take_down(tx, ask, [*messages, *([ask.message_id] if ask.message_id else [])], now_ms, whole=True)
            await feedback.delete(tx, ask.ask_id)
            return
        await take_down(tx, ask, messages, now_ms, whole=False)
        if await feedback.move(tx, ask.ask_id, State.RESOLVED, now_ms) or not ask.words.anonymous:
            await show_ask(tx, ask, now_ms)
    for review in await reviews.of_ask(tx, ask.ask_id):
        gone = not review.opinion.anonymous and await reviews.author(tx, review.review_id) is None
        if gone or await endorsements.tutor_gone(tx, review.review_id):
            await show_review(tx, ask, review.review_id, now_ms)
    for follow_up in await reviews.nameless(tx, ask.ask_id):
        await show_follow_up(tx, ask, follow_up, now_ms)


async def take_down(tx: Transaction, ask: Ask, messages: list[int], now_ms: int, *, whole: bool = False) -> None:
    """Delete cards whose rows are gone; with the `whole` ask its thread loses the title too."""
    if not messages and not whole:
        return
    await deliveries.put(
        tx,
        key=f"ask-gone:{ask.ask_id}:{now_ms}",
        lane=lane(ask.ask_id),
        kind="ask-gone",
        group_id=ask.group_id,
        subject_id=ask.ask_id,
        due_at=now_ms,
        now_ms=now_ms,
        payload={
            "channel": ask.channel_id,
            "thread": ask.thread_id,
            "messages": messages,
            "whole": whole,
            "private": ask.words.visibility is Visibility.PRIVATE,
        },
    )
