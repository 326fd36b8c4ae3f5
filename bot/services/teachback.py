"""Teach-back: last week's most-missed question, explained by those who solved it, the best one kept."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain import teachback as rules
from bot.domain.feedback import TITLE, Ask, State, Visibility, Words
from bot.domain.groups import Group
from bot.domain.instants import DAY_MS, from_ms, to_ms
from bot.domain.promotions import MOST_ADDITIONS, proposal
from bot.domain.reviewers import AT_WORK, LAPSES_AFTER, next_awake
from bot.domain.standings import Span, period
from bot.domain.unanswered import waking
from bot.services import promotions, reviewers, threads
from bot.services.plan import Plan
from bot.storage import agenda, banks, feedback, quiz, reviews, streaks
from bot.storage import promotions as additions
from bot.storage import reviewers as invitations
from bot.storage import teachback as kept
from bot.storage.agenda import Entry
from bot.storage.banks import Content
from bot.storage.database import Database, Transaction

LATEST_MS = 2 * DAY_MS  # a teach-back that could not open by Wednesday is none of that week's


async def plan_week(tx: Transaction, group: Group, monday: date) -> None:
    """A week began: plan the teach-back of the one before."""
    if await kept.is_on(tx, group.group_id):
        due = to_ms(rules.opens_at(monday, ZoneInfo(group.wishes.zone)))
        key = f"teachback:{group.group_id}"
        await agenda.put(tx, key=key, kind="teachback", group_id=group.group_id, day=monday.isoformat(), due_at=due)


def _text(content: Content) -> str:
    """A question as a thread asks it: its case, its stem and its options."""
    options = "\n".join(f"- {one.text}" for one in content.options)
    return "\n\n".join(part for part in (content.case, content.stem, options) if part)


async def begin(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """Open the week's thread, once: not at night, not while its question is asked anywhere, and not days too late."""
    opens = to_ms(waking(from_ms(now_ms), ZoneInfo(group.wishes.zone)))
    if opens > now_ms:
        await agenda.move(tx, entry.agenda_id, opens)
        return
    await agenda.remove(tx, entry.agenda_id)
    assert entry.day is not None
    first, last = rules.week_before(date.fromisoformat(entry.day))
    week = period(Span.WEEK, first).removeprefix("week:")
    if now_ms - entry.due_at > LATEST_MS or not await kept.is_on(tx, group.group_id):
        return
    if await kept.has(tx, group.group_id, week):
        return
    barred = set(await kept.taught(tx, group.group_id, rules.NOT_AGAIN_WEEKS))
    barred |= set(await quiz.open_questions(tx, group.group_id, now_ms))
    missed = await kept.missed(tx, group.group_id, first.isoformat(), last.isoformat())
    while True:
        found = rules.most_missed(missed, barred)
        content = None if found is None else await banks.content(tx, found)
        if found is None or content is None:
            return
        text = _text(content)
        if len(text) <= rules.LONGEST:
            break
        # A card shows all of its question or is not made.
        barred.add(found)
    channel, _ = await feedback.settings(tx, group.group_id)
    words = Words(
        content.topic[:TITLE],
        text,
        content.right,
        content.topic_id,
        Visibility.GROUP,
        anonymous=False,
    )
    ask_id = await feedback.insert(
        tx,
        group_id=group.group_id,
        words=words,
        files=(),
        channel_id=channel or group.wishes.channel_id,
        author=None,
        now_ms=now_ms,
        kind="teach-back",
    )
    ends = to_ms(from_ms(now_ms) + rules.LASTS)
    await kept.insert(tx, ask_id, group.group_id, week, found, ends)
    ask = await feedback.by_id(tx, ask_id)
    assert ask is not None
    await threads.post_ask(tx, ask, now_ms)
    await agenda.put(
        tx,
        key=f"teachback-end:{ask_id}",
        kind="teachback-end",
        group_id=group.group_id,
        subject_id=ask_id,
        due_at=ends,
    )


# Who is asked to explain


async def claim_invite(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:
    """Invite to a teach-back, one at a time, by lot among those who solved it and offered to review.

    Where there is nobody, or three have passed, the thread's button invites everybody all along. Other asks' entries
    are their own feature's.
    """
    ask = None if entry.subject_id is None else await feedback.by_id(tx, entry.subject_id)
    teachback = None if ask is None else await kept.by_ask(tx, ask.ask_id)
    if ask is None or teachback is None:
        await reviewers.claim_invite(tx, entry, group, plan, now_ms)
        return
    await agenda.remove(tx, entry.agenda_id)
    if ask.state is not State.OPEN or ask.thread_id is None or ask.locked_at is not None:
        return
    now = from_ms(now_ms)
    await invitations.lapse(tx, ask.ask_id, to_ms(now - LAPSES_AFTER), now_ms)
    tally = await invitations.tally(tx, ask.ask_id, to_ms(now - AT_WORK))
    if tally.reviews or tally.waiting or tally.at_work or tally.invited >= rules.MOST_INVITED:
        return
    first, last = rules.week_before(group.local_day(from_ms(ask.made_at)))
    able = await kept.solvers(tx, teachback, first.isoformat(), last.isoformat(), now_ms)
    if not able:
        return
    member = plan.rng.choice(able)
    zone = await streaks.own_zone(tx, member) or group.wishes.zone
    awake = to_ms(next_awake(now, ZoneInfo(zone)))
    invitation = await invitations.invite(tx, ask.ask_id, member, awake)
    await reviewers.plan_invitation(tx, ask, invitation, member, awake)


# Its end


async def end(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """The week is over: choose, or leave the choice to the next approval of a tutor's."""
    await agenda.remove(tx, entry.agenda_id)
    ask = None if entry.subject_id is None else await feedback.by_id(tx, entry.subject_id)
    if ask is None or not await kept.end(tx, ask.ask_id, now_ms):
        return
    await reviewers.closed(tx, ask.ask_id, now_ms)
    if await feedback.move(tx, ask.ask_id, State.RESOLVED, now_ms):
        await threads.show_ask(tx, ask, now_ms)
    await settle(tx, ask.ask_id, now_ms)


async def settle(tx: Transaction, ask_id: int, now_ms: int) -> None:
    """Choose the explanation of a teach-back that is over, if one can be chosen: its writer is asked for consent."""
    teachback = await kept.by_ask(tx, ask_id)
    if teachback is None or teachback.ended_at is None or teachback.chosen_id is not None:
        return
    if await additions.count(tx, teachback.group_id, teachback.question_id) >= MOST_ADDITIONS:
        return
    chosen = rules.best(await kept.explanations(tx, ask_id))
    ask = await feedback.by_id(tx, ask_id)
    review = None if chosen is None else await reviews.by_id(tx, chosen.review_id)
    if chosen is None or ask is None or ask.state is State.REMOVED or review is None:
        return
    await kept.choose(tx, ask_id, chosen.review_id)
    said = review.opinion
    text = proposal(said.right_why, said.change, said.reading)
    await promotions.ask_writer(tx, ask, chosen.review_id, teachback.question_id, text, now_ms)


async def refused(tx: Transaction, ask_id: int, review_id: int, now_ms: int) -> None:
    """A chosen explanation's writer does not want it, or it is gone: the next best one is chosen."""
    teachback = await kept.by_ask(tx, ask_id)
    if teachback is not None and teachback.chosen_id == review_id:
        await kept.choose(tx, ask_id, None)
        await settle(tx, ask_id, now_ms)


async def anew(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:
    """Somebody who asked or explained was deleted: a choice that waited for their consent is made anew."""
    await threads.anew(tx, entry, group, plan, now_ms)
    teachback = None if entry.subject_id is None else await kept.by_ask(tx, entry.subject_id)
    if teachback is None or teachback.chosen_id is None:
        return
    asked = await additions.by_id(tx, teachback.chosen_id)
    waits = asked is not None and asked.consent == additions.ASKED
    if waits and await reviews.author(tx, teachback.chosen_id) is None:
        await refused(tx, teachback.ask_id, teachback.chosen_id, now_ms)


# The setting


async def switch(database: Database, group: Group, now: datetime, *, on: bool) -> None:
    """Have teach-backs from the next week on, or none."""
    async with database.write() as tx:
        await kept.switch(tx, group.group_id, to_ms(now), on=on)
        if not on:
            await agenda.forget(tx, f"teachback:{group.group_id}")


async def unchosen(database: Database, group: Group) -> list[Ask]:
    """The teach-backs that ended without a choice though somebody explained them, newest first, for the tutors."""
    async with database.read() as tx:
        found = []
        for one in await kept.unchosen(tx, group.group_id):
            ask = await feedback.by_id(tx, one.ask_id)
            if ask is not None and ask.state is not State.REMOVED and await kept.explanations(tx, one.ask_id):
                found.append(ask)
        return found
