"""Asking for feedback, adding to a question, resolving it, and what waits for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import feedback as rules
from bot.domain.blueprint import Blueprint
from bot.domain.feedback import Ask, FollowUp, Review, Rubric, State, Visibility
from bot.domain.groups import Group
from bot.domain.instants import from_ms, to_ms
from bot.domain.refusals_feedback import AlreadyResolved, NotResolved, NotYourAsk
from bot.services import feedback_drafts, reviewers, threads, unanswered
from bot.services.feedback_drafts import Draft
from bot.storage import banks, endorsements, feedback, groups, promotions, reflections, reviews
from bot.storage import feedback_drafts as drafts
from bot.storage.database import Database, Transaction
from bot.storage.endorsements import NOBODY, Tutors
from bot.storage.reviews import Waiting

__all__ = ["Draft", "Waiting"]

PAGE = 5
ASK, ADD = "ask", "add"  # kinds of drafts


@dataclass(frozen=True, slots=True)
class Card:
    """An ask as its card shows it. `author` is a user's id, None for a former member's and a teach-back."""

    ask: Ask
    group: Group
    author: int | None
    reviews: int
    waits: bool  # its files are not posted yet, and go with it


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """A review as its card shows it."""

    ask: Ask
    group: Group
    review: Review
    author: int | None  # None for a former member's
    tutors: Tutors = NOBODY


@dataclass(frozen=True, slots=True)
class FollowUpCard:
    """An addition, a question or an answer as it is posted. `author` is None for a former member's."""

    ask: Ask
    group: Group
    follow_up: FollowUp
    author: int | None
    anonymous: bool
    about: int | None  # the message of the review that it is about


@dataclass(frozen=True, slots=True)
class Line:
    """One of a member's asks in their list."""

    ask: Ask
    reviews: int
    missing: bool  # something of it is not posted, and nothing is on its way


@dataclass(frozen=True, slots=True)
class Mine:
    """A page of a member's asks; `number` is how many there are."""

    lines: tuple[Line, ...]
    page: int
    number: int


@dataclass(frozen=True, slots=True)
class Own:
    """One of the member's own asks with what was said about it."""

    line: Line
    group: Group
    reviews: tuple[ReviewCard, ...]
    follow_ups: tuple[FollowUp, ...]


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits for a member."""

    unmarked: tuple[Waiting, ...]
    unanswered: tuple[Waiting, ...]
    invitations: tuple[Ask, ...]
    drafts: tuple[Draft, ...]
    consents: tuple[tuple[int, str], ...] = ()  # (review, question) of theirs that tutors want in an explanation

    @property
    def empty(self) -> bool:
        return not (self.unmarked or self.unanswered or self.invitations or self.drafts or self.consents)


async def member_of(tx: Transaction, group_id: int, user: int, now: datetime) -> int:
    """The user's member id, made where we meet them for the first time."""
    return (await groups.member_ids(tx, [(group_id, user)], to_ms(now)))[(group_id, user)]


def day_before(now: datetime) -> int:
    return to_ms(now - timedelta(days=1))


# Asking


async def open_ask(
    database: Database, group: Group, user: int, draft_id: int, channel_id: int, blueprint: Blueprint, now: datetime
) -> Ask:
    """Make a draft an ask that is posted in `channel_id`, once, also where its form is sent twice.

    Raises NoSuchDraft, EmptyText, TooLong, TooManyOpen and TooManyAsks; the draft is kept then.
    """
    async with database.write() as tx:
        draft = await feedback_drafts.mine(tx, draft_id, user, ASK)
        payload = draft.payload
        topics = {slug: topic_id for topic_id, slug, _, _ in await banks.topics(tx, blueprint.banks)}
        words = rules.words(
            payload["title"],
            payload["did"],
            payload["wants"],
            topics.get(payload["topic"]),
            Visibility(payload["visibility"]),
            anonymous=payload["anonymous"],
        )
        member = await member_of(tx, group.group_id, user, now)
        before = await feedback.from_form(tx, member, payload.get("form"), words)
        if before is not None:
            await drafts.delete(tx, draft_id)
            return await _ask(tx, before)
        opened, _ = await feedback.count(tx, member)
        rules.check_asks(opened, _instants(await feedback.made(tx, member, day_before(now))), now)
        ask_id = await feedback.insert(
            tx,
            group_id=group.group_id,
            words=words,
            files=[one.name for one in await drafts.files(tx, draft_id)],
            channel_id=channel_id,
            author=member,
            now_ms=to_ms(now),
            form=payload.get("form"),
        )
        await drafts.hand_on(tx, draft_id, ask_id)
        await drafts.delete(tx, draft_id)
        ask = await _ask(tx, ask_id)
        await threads.post_ask(tx, ask, to_ms(now))
        await unanswered.watch(tx, group.group_id)
    return ask


async def _ask(tx: Transaction, ask_id: int) -> Ask:
    ask = await feedback.by_id(tx, ask_id)
    assert ask is not None
    return ask


def _instants(made: list[int]) -> list[datetime]:
    return [from_ms(one) for one in made]


async def add(database: Database, user: int, guild: int | None, draft_id: int, now: datetime) -> Ask:
    """Post a draft as the asker's addition. Raises NoSuchDraft, NoSuchAsk, NotYourAsk, AskLocked, TooLong, …"""
    async with database.write() as tx:
        draft = await feedback_drafts.mine(tx, draft_id, user, ADD)
        ask, member = await own(tx, draft.ask_id or 0, user, guild)
        await follow_up(tx, ask, None, "asker", draft, member, now)
    return ask


async def follow_up(
    tx: Transaction, ask: Ask, review_id: int | None, side: str, draft: Draft, member: int, now: datetime
) -> int:
    """Make a draft something that is said in the thread, once, also where its form is sent twice; returns its id.

    Raises AskLocked, EmptyText, TooLong, TooManyFollowUps.
    """
    threads.require_open(ask)
    text, form = rules.text_of(draft.payload["text"], rules.FOLLOW_UP), draft.payload.get("form")
    before = await reviews.from_form(tx, member, form, text)
    if before is not None:
        await drafts.delete(tx, draft.draft_id)
        return before
    rules.check_follow_ups(_instants(await reviews.follow_ups_made(tx, member, day_before(now))), now)
    found = await reviews.put_follow_up(tx, ask.ask_id, review_id, side, text, member, to_ms(now), form)
    made = await reviews.follow_up(tx, found)
    assert made is not None
    await threads.post_follow_up(tx, ask, made, to_ms(now))
    await drafts.delete(tx, draft.draft_id)
    return found


async def own(tx: Transaction, ask_id: int, user: int, guild: int | None) -> tuple[Ask, int]:
    """An ask of the user's, and their member id. Raises NoSuchAsk, NotYourAsk."""
    ask, _ = await threads.reached(tx, ask_id, guild)
    author = await feedback.author(tx, ask_id)
    if author is None or author[1] != user:
        raise NotYourAsk
    return ask, author[0]


async def check_own(database: Database, ask_id: int, user: int, guild: int | None) -> Ask:
    """The same before a form is opened."""
    async with database.read() as tx:
        return (await own(tx, ask_id, user, guild))[0]


async def group_of(database: Database, ask_id: int, guild: int | None) -> Group:
    """The group of an ask that a press named. Raises NoSuchAsk."""
    async with database.read() as tx:
        return (await threads.reached(tx, ask_id, guild))[1]


# Its end


async def resolve(database: Database, ask_id: int, user: int, guild: int | None, takeaway: str, now: datetime) -> Ask:
    """Resolve an ask, once, and keep what its asker takes away (which may be empty) in their log.

    Raises NoSuchAsk, NotYourAsk, TooLong, and AlreadyResolved, where the line is kept all the same.
    """
    text = rules.clean(" ".join(takeaway.split()))
    if text:
        rules.text_of(text, rules.TAKEAWAY)
    async with database.write() as tx:
        ask, member = await own(tx, ask_id, user, guild)
        noted = bool(text) and not await reflections.said(tx, member, ask.words.topic_id, text)
        if noted:
            await reflections.put(tx, member, text, to_ms(now), ask_id=ask_id, topic_id=ask.words.topic_id)
        first = await feedback.move(tx, ask_id, State.RESOLVED, to_ms(now))
        if first:
            await threads.show_ask(tx, ask, to_ms(now))
            await reviewers.closed(tx, ask_id, to_ms(now))
    if not first:
        raise AlreadyResolved(noted)
    return ask


async def reopen(database: Database, ask_id: int, user: int, guild: int | None, now: datetime) -> Ask:
    """There is more to ask. Raises NoSuchAsk, NotYourAsk, NotResolved, AskLocked, TooManyOpen."""
    async with database.write() as tx:
        ask, member = await own(tx, ask_id, user, guild)
        opened, _ = await feedback.count(tx, member)
        if ask.state is State.OPEN:
            raise NotResolved
        threads.require_open(ask)
        rules.check_asks(opened, [], now)
        await feedback.move(tx, ask_id, State.OPEN, to_ms(now))
        await unanswered.watch(tx, ask.group_id)
        await reviewers.invite(tx, ask_id, ask.group_id, to_ms(now))
        await threads.show_ask(tx, ask, to_ms(now))
    return ask


# What there is to see


async def card(database: Database, ask_id: int) -> Card | None:
    """An ask as its card shows it; None where it is gone or removed."""
    async with database.read() as tx:
        ask = await feedback.by_id(tx, ask_id)
        if ask is None:
            return None
        group = await groups.by_id(tx, ask.group_id)
        assert group is not None, "asks go with their group"
        author = await feedback.author(tx, ask_id)
        number = len(await reviews.of_ask(tx, ask_id))
        waits = bool(await drafts.files_of_ask(tx, ask_id))
    return Card(ask, group, author[1] if author else None, number, waits)


async def files(database: Database, ask_id: int) -> list[rules.File]:
    """The files that wait to be posted with an ask."""
    async with database.read() as tx:
        return await drafts.files_of_ask(tx, ask_id)


async def invited(database: Database, ask: Ask) -> list[int]:
    """The user ids of those who belong into a private ask's thread: a named asker, and who accepted to review."""
    async with database.read() as tx:
        author = await feedback.author(tx, ask.ask_id)
        asker = [author[1]] if author is not None and not ask.words.anonymous else []
        return [*asker, *await feedback.invited(tx, ask.ask_id)]


async def user_of(database: Database, member_id: int) -> int | None:
    """A member's user id; None for one who is gone."""
    async with database.read() as tx:
        return await feedback.user_of(tx, member_id)


async def _line(tx: Transaction, ask: Ask) -> Line:
    found = await reviews.of_ask(tx, ask.ask_id)
    missing = ask.message_id is None or ask.thread_id is None or any(one.message_id is None for one in found)
    missing = missing and not await feedback.under_way(tx, threads.lane(ask.ask_id))
    return Line(ask, len(found), missing or ask.trouble is not None)


async def mine(database: Database, group: Group, user: int, page: int) -> Mine:
    """A page of a member's asks, the open ones first; pages count from 0, and one too far is the last."""
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        if member is None:
            return Mine((), 0, 0)
        _, number = await feedback.count(tx, member)
        page = max(0, min(page, (number - 1) // PAGE))
        found = await feedback.of_author(tx, member, PAGE, page * PAGE)
        return Mine(tuple([await _line(tx, one) for one in found]), page, number)


async def show(database: Database, ask_id: int, user: int, guild: int | None) -> Own:
    """One of the member's own asks, with all that was said about it. Raises NoSuchAsk, NotYourAsk."""
    async with database.read() as tx:
        ask, _ = await own(tx, ask_id, user, guild)
        group = await groups.by_id(tx, ask.group_id)
        assert group is not None, "asks go with their group"
        cards = []
        for review in await reviews.of_ask(tx, ask_id):
            author = await reviews.author(tx, review.review_id)
            tutors = await endorsements.tutors(tx, review.review_id)
            cards.append(ReviewCard(ask, group, review, author[1] if author else None, tutors))
        return Own(await _line(tx, ask), group, tuple(cards), tuple(await reviews.follow_ups(tx, ask_id)))


async def inbox(database: Database, group: Group, user: int) -> Inbox:
    """What waits for a member."""
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        if member is None:
            return Inbox((), (), (), ())
        return Inbox(
            tuple(await reviews.unmarked(tx, member)),
            tuple(await reviews.unanswered(tx, member)),
            tuple(await feedback.invitations(tx, member)),
            tuple(await drafts.of_member(tx, member)),
            tuple(await promotions.waiting(tx, member)),
        )


# Settings


async def settings(database: Database, group: Group) -> tuple[int | None, Rubric | None]:
    """The group's own channel for feedback and its own rubric, None where it has none."""
    async with database.read() as tx:
        return await feedback.settings(tx, group.group_id)


async def set_channel(database: Database, group: Group, channel_id: int | None) -> None:
    async with database.write() as tx:
        await feedback.set_channel(tx, group.group_id, channel_id)


async def set_rubric(database: Database, group: Group, rubric: Rubric | None) -> None:
    """Reviews that were given before keep the labels that they were written for."""
    async with database.write() as tx:
        await feedback.set_rubric(tx, group.group_id, rubric)
