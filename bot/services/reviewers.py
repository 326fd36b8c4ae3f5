"""Invitations to look at a question: who offered, whom it goes to, and what they answer.

All that has to happen about an ask's invitations is done when its agenda entry `invite` is claimed: what nobody
answered lapses, and what is missing is asked for. Whatever frees a place plans that entry in its own transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.estimates import PRIOR_ITEM, topic_estimate
from bot.domain.feedback import Ask, State, Visibility
from bot.domain.groups import Group
from bot.domain.instants import from_ms, to_ms
from bot.domain.reviewers import (
    AT_WORK,
    LAPSES_AFTER,
    LOOKED_FOR,
    PAIR_HALF_LIFE,
    TRIED_AGAIN,
    Candidate,
    chance,
    choose,
    next_awake,
    room,
)
from bot.services import threads
from bot.services.parcels import Parcel
from bot.services.plan import Plan
from bot.storage import agenda, estimates, feedback, groups, notes
from bot.storage import reviewers as kept
from bot.storage.agenda import Entry
from bot.storage.database import Database, Transaction
from bot.storage.reviewers import DONE

USUAL_MARK = 0.7  # where an exam's file has gone
_REMEMBERED = 8 * PAIR_HALF_LIFE  # what is older weighs less than a hundredth


# Offering


async def switch(database: Database, group: Group, user: int, now: datetime, *, on: bool) -> bool:
    """Offer to review, or no longer: what is not answered goes on to others. Returns whether anything changed."""
    now_ms = to_ms(now)
    async with database.write() as tx:
        member = (await groups.member_ids(tx, [(group.group_id, user)], now_ms))[(group.group_id, user)]
        changed = await kept.offers(tx, member) is not on
        await kept.offer(tx, member, now_ms, on=on)
        if not on:
            for invitation_id, ask_id in await kept.pass_all(tx, member, now_ms):
                await agenda.forget(tx, key_of(invitation_id))
                await invite(tx, ask_id, group.group_id, now_ms)
    return changed


async def offers(database: Database, group: Group, user: int) -> bool:
    """Whether a member would review."""
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        return member is not None and await kept.offers(tx, member)


# An ask's invitations; all of these belong into the transaction that changes its rows


async def invite(tx: Transaction, ask_id: int, group_id: int, now_ms: int) -> None:
    """Let the reviewers be invited whom an ask has room for, in the agenda's next turn. Harmless at any time."""
    await agenda.put(tx, key=f"invite:{ask_id}", kind="invite", group_id=group_id, subject_id=ask_id, due_at=now_ms)


async def ask_posted(tx: Transaction, parcel: Parcel, message_id: int | None, now_ms: int) -> None:
    """An ask's card stands: there is something to invite to."""
    await threads.posted(tx, parcel, message_id, now_ms)
    if parcel.delivery.subject_id is not None:
        await invite(tx, parcel.delivery.subject_id, parcel.group.group_id, now_ms)


async def reviewed(tx: Transaction, ask: Ask, member_id: int, now_ms: int) -> None:
    """A review of theirs is there: their invitation is done, and where there are enough the others are withdrawn."""
    invitation_id = await kept.to(tx, ask.ask_id, member_id)
    if invitation_id is not None:
        await kept.move(tx, invitation_id, DONE, now_ms)
        await agenda.forget(tx, key_of(invitation_id))
    tally = await kept.tally(tx, ask.ask_id, now_ms)
    if room(tally.reviews, 0, 0, 0) == 0:
        await closed(tx, ask.ask_id, now_ms)


async def closed(tx: Transaction, ask_id: int, now_ms: int) -> None:
    """An ask was resolved or removed, or has reviews enough: nobody waits for an answer to an invitation any more."""
    for invitation_id in await kept.lapse(tx, ask_id, to_ms(from_ms(now_ms) + timedelta(days=2)), now_ms):
        await agenda.forget(tx, key_of(invitation_id))
    await agenda.forget(tx, f"invite:{ask_id}")


async def claim_invite(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:
    """Let lapse what was not answered in time, and invite whom there is room for."""
    await agenda.remove(tx, entry.agenda_id)
    ask = None if entry.subject_id is None else await feedback.by_id(tx, entry.subject_id)
    if ask is None or ask.state is not State.OPEN or ask.kind != "ask" or ask.thread_id is None:
        return
    now = from_ms(now_ms)
    for invitation_id in await kept.lapse(tx, ask.ask_id, to_ms(now - LAPSES_AFTER), now_ms):
        await agenda.forget(tx, key_of(invitation_id))
    tally = await kept.tally(tx, ask.ask_id, to_ms(now - AT_WORK))
    for place in range(room(tally.reviews, tally.waiting, tally.at_work, tally.invited)):
        if not await _ask_one(tx, ask, group, plan, now):
            await _none_left(tx, ask, now, alone=not (place or tally.waiting or tally.at_work or tally.reviews))
            return


async def _ask_one(tx: Transaction, ask: Ask, group: Group, plan: Plan, now: datetime) -> bool:
    """Invite the next, at once or when they wake; whether there was anybody."""
    chosen = choose(await _candidates(tx, ask, group, _mark(group, plan), now), plan.rng)
    if chosen is None:
        return False
    at = to_ms(now + chosen.wait)
    invitation_id = await kept.invite(tx, ask.ask_id, chosen.member_id, at)
    await plan_invitation(tx, ask, invitation_id, chosen.member_id, at)
    return True


async def plan_invitation(tx: Transaction, ask: Ask, invitation_id: int, member_id: int, at: int) -> None:
    await kept.set_asked(tx, invitation_id, at)
    await agenda.put(
        tx,
        key=key_of(invitation_id),
        kind="invitation",
        group_id=ask.group_id,
        member_id=member_id,
        subject_id=invitation_id,
        due_at=at,
    )
    # It names nobody, so that the next is asked even where this member is deleted meanwhile.
    await look_again(tx, ask, f"{invitation_id}", from_ms(at) + LAPSES_AFTER)


async def look_again(tx: Transaction, ask: Ask, why: str, at: datetime) -> None:
    key = f"invite:{ask.ask_id}:{why}"
    await agenda.put(tx, key=key, kind="invite", group_id=ask.group_id, subject_id=ask.ask_id, due_at=to_ms(at))


async def _none_left(tx: Transaction, ask: Ask, now: datetime, *, alone: bool) -> None:
    """Nobody may be asked: try again for some days. The asker is told where nobody else can see what they asked."""
    if now + TRIED_AGAIN < from_ms(ask.made_at) + LOOKED_FOR:
        await look_again(tx, ask, "again", now + TRIED_AGAIN)
    author = await feedback.author(tx, ask.ask_id)
    if alone and author is not None and ask.words.visibility is Visibility.PRIVATE:
        await note(tx, author[0], "no-reviewer", to_ms(now))


async def note(tx: Transaction, member_id: int, kind: str, now_ms: int) -> None:
    """Tell a member at the next contact, once."""
    if not await kept.has_note(tx, member_id, kind):
        await notes.put(tx, member_id, kind, {}, now_ms)


async def _candidates(tx: Transaction, ask: Ask, group: Group, mark: float, now: datetime) -> list[Candidate]:
    now_ms = to_ms(now)
    found = await kept.of_group(tx, group.group_id, ask.ask_id, to_ms(now - AT_WORK), now_ms)
    ids = [one.member_id for one in found]
    author = await feedback.author(tx, ask.ask_id)
    since = to_ms(now - _REMEMBERED)
    made = await kept.made(tx, ids, since)
    met = {} if author is None else await kept.met(tx, ids, author[0], since)
    topic = ask.words.topic_id
    strengths = {} if topic is None else await chances(tx, ids, [topic], mark)
    return [
        Candidate(
            one.member_id,
            None if topic is None else strengths.get((one.member_id, topic)),
            one.open,
            tuple(now - from_ms(at) for at in made.get(one.member_id, ())),
            tuple(now - from_ms(at) for at in met.get(one.member_id, ())),
            next_awake(now, ZoneInfo(one.zone or group.wishes.zone)) - now,
            is_asker=author is not None and author[0] == one.member_id,
            has_left=one.has_left,
            rests=one.rests,
            was_asked=one.was_asked,
        )
        for one in found
    ]


async def chances(
    tx: Transaction, ids: Collection[int], topics: Collection[int], mark: float
) -> dict[tuple[int, int], float]:
    """The chance that each member reaches `mark` in each topic, where they have answered in it. For no one's eyes."""
    rows = await estimates.load(tx, ids, topics, [])
    pools = await estimates.pools(tx, topics)
    return {
        (member, topic): chance(
            topic_estimate(
                rows.learner(member), rows.learner_topic(member, topic), rows.topic(topic), pools.get(topic, PRIOR_ITEM)
            ),
            mark,
        )
        for member, topic in await kept.answered(tx, ids, topics)
    }


def _mark(group: Group, plan: Plan) -> float:
    blueprint = plan.blueprints.get(group.wishes.exam)
    return blueprint.pass_mark if blueprint is not None else USUAL_MARK


def key_of(invitation_id: int) -> str:
    return f"invitation:{invitation_id}"


def refused(problem: str) -> bool:
    """Whether Discord does not let us: closed direct messages, or a right that is missing."""
    return problem.startswith("403")
