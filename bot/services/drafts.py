"""Making reminders and changing them: words become a time, and what they leave open is asked.

A draft keeps the words until its owner answers, and is deleted after a day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.groups import Group
from bot.domain.instants import from_ms, to_ms
from bot.domain.refusals import NotUnderstood, Refusal
from bot.domain.refusals_reminders import (
    AlreadySettled,
    CannotPostHere,
    MayNotPostHere,
    NoWords,
    ReminderOver,
    TooManyReminders,
    WordsTooLong,
)
from bot.domain.reminders import (
    DRAFTS_KEPT,
    LONGEST_TEXT,
    MOST_DRAFTS,
    State,
    Target,
    offset_at,
    wall,
)
from bot.domain.when import Ask, Context, Understood, ended, understand
from bot.services import reminders
from bot.storage import exams, groups, sessions
from bot.storage import reminders as kept
from bot.storage import streaks as members
from bot.storage.database import Database, Transaction
from bot.storage.reminders import Reminder, Timing

Zones = Callable[[str], str | None]
"""The IANA zone that a word names, as `Places.exact` knows it."""

_ELSEWHERE = ("Pacific/Kiritimati", "Pacific/Pago_Pago")
"""The two ends of the world: what means the same instant in both needs nobody's zone."""
ZONE, CHOICE, PLACE, WORDS = "zone", "choice", "place", "words"
"""What a draft waits for: its member's zone, one of its choices, another place, or other words."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a member typed. `channel_id` is the channel or, for direct messages, theirs with us where it is known."""

    words: str
    text: str
    target: Target
    channel_id: int | None


@dataclass(frozen=True, slots=True)
class Made:
    """The reminder is on; `understood` is None where only its text was changed."""

    reminder: Reminder
    understood: Understood | None
    changed: bool


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Whose clock is meant? `zone` is the group's."""

    reminder: Reminder
    zone: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """Which of the readings is meant?"""

    reminder: Reminder
    ask: Ask


@dataclass(frozen=True, slots=True)
class Refused:
    """It cannot be so; the draft keeps what was typed, to be changed."""

    reminder: Reminder
    refusal: NotUnderstood | TooManyReminders | CannotPostHere | MayNotPostHere


Outcome = Made | Unsaid | Unclear | Refused


# Making and changing


async def remind(database: Database, group: Group, user: int, wanted: Wanted, zones: Zones, now: datetime) -> Outcome:
    """Keep a reminder and switch it on, or ask what is open. Raises NoWords and WordsTooLong."""
    async with database.write() as tx:
        member = await reminders.member_of(tx, group, user, now)
        draft = await _draft(tx, member, wanted, now)
        return await _settle(tx, draft, group, zones, now)


async def hold(
    database: Database, group: Group, user: int, wanted: Wanted, refusal: CannotPostHere | MayNotPostHere, now: datetime
) -> Refused:
    """Keep what was typed for a channel that takes no reminder: `elsewhere` sends it by direct message."""
    async with database.write() as tx:
        member = await reminders.member_of(tx, group, user, now)
        draft = await _draft(tx, member, replace(wanted, target=Target.DM, channel_id=None), now)
        return Refused(await _wait(tx, draft, WORDS, now), refusal)


async def elsewhere(database: Database, reminder_id: int, user: int, zones: Zones, now: datetime) -> Outcome:
    """What was typed for such a channel comes by direct message. Raises AlreadySettled."""
    async with database.write() as tx:
        draft = await reminders.own(tx, reminder_id, user)
        if draft.state is not State.DRAFT or draft.waits_for != WORDS:
            raise AlreadySettled
        return await _settle(tx, draft, await reminders.group_of(tx, draft), zones, now)


async def change(
    database: Database, reminder_id: int, user: int, words: str, text: str, zones: Zones, now: datetime
) -> Outcome:
    """Other words for the time, or another text. Until the new time is clear the old one stays."""
    async with database.write() as tx:
        reminder = await reminders.own(tx, reminder_id, user)
        group = await reminders.group_of(tx, reminder)
        text = _checked(text)
        if reminder.state is State.DRAFT:
            await kept.wait(tx, reminder_id, reminder.waits_for or CHOICE, words)
            await kept.set_text(tx, reminder_id, text)
            return await _settle(tx, await reminders.again(tx, reminder_id), group, zones, now)
        if words.split() == reminder.words.split() and reminder.state in (State.ON, State.PAUSED):
            await kept.set_text(tx, reminder_id, text)
            return Made(await reminders.again(tx, reminder_id), None, changed=True)
        wanted = Wanted(words, text, reminder.target, reminder.channel_id)
        draft = await _draft(tx, reminder.member_id, wanted, now, replaces=reminder_id)
        return await _settle(tx, draft, group, zones, now)


async def choose(database: Database, reminder_id: int, user: int, choice: int, zones: Zones, now: datetime) -> Outcome:
    """One of a draft's readings was chosen. Raises AlreadySettled."""
    async with database.write() as tx:
        draft = await reminders.own(tx, reminder_id, user)
        if draft.state is not State.DRAFT or draft.waits_for != CHOICE or choice >= len(draft.choices):
            raise AlreadySettled
        await kept.wait(tx, reminder_id, CHOICE, draft.choices[choice])
        return await _settle(
            tx, await reminders.again(tx, reminder_id), await reminders.group_of(tx, draft), zones, now
        )


async def use_group_clock(database: Database, group: Group, user: int, now: datetime) -> None:
    """The member goes by the group's clock, and is not asked again."""
    async with database.write() as tx:
        await kept.say_zone(tx, await reminders.member_of(tx, group, user, now))


async def complete(database: Database, group: Group, user: int, zones: Zones, now: datetime) -> list[Outcome]:
    """Settle the drafts that waited for their member's zone."""
    found: list[Outcome] = []
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        waiting = [] if member is None else await kept.waiting(tx, member, ZONE)
    for draft in waiting:
        async with database.write() as tx:
            still = await kept.by_id(tx, draft.reminder_id)
            if still is not None and still.state is State.DRAFT:  # else another press was faster
                found.append(await _settle(tx, still, group, zones, now))
    return found


async def closed(database: Database, reminder: Reminder, now: datetime) -> None:
    """Its direct message was refused when it was made: it waits for another place."""
    async with database.write() as tx:
        await kept.wait(tx, reminder.reminder_id, PLACE, reminder.words)
        await reminders.plan(tx, reminder, to_ms(now + DRAFTS_KEPT))


async def place_here(database: Database, reminder_id: int, user: int, channel_id: int, now: datetime) -> Made:
    """Send it to a channel after all. Raises ReminderOver where its time went by meanwhile."""
    async with database.write() as tx:
        draft = await reminders.own(tx, reminder_id, user)
        if draft.state is not State.DRAFT or draft.waits_for != PLACE:
            raise AlreadySettled
        if draft.next_at is None or draft.next_at <= to_ms(now):
            raise ReminderOver
        await reminders.check_room(tx, draft.member_id)
        await kept.set_place(tx, reminder_id, Target.HERE, channel_id)
        await kept.set_next(tx, reminder_id, draft.next_at, offset_at(draft.zone, from_ms(draft.next_at)))
        await reminders.plan(tx, draft, draft.next_at)
        return Made(await reminders.again(tx, reminder_id), None, changed=False)


async def _draft(
    tx: Transaction, member: int, wanted: Wanted, now: datetime, *, replaces: int | None = None
) -> Reminder:
    for old in (await _drafts(tx, member))[: -MOST_DRAFTS + 1]:
        await reminders.forget(tx, old)
    reminder_id = await kept.insert(
        tx,
        member,
        _checked(wanted.text),
        Timing(wanted.words, "UTC", None),
        to_ms(now),
        state=State.DRAFT,
        target=wanted.target,
        channel_id=wanted.channel_id,
        replaces=replaces,
    )
    return await reminders.again(tx, reminder_id)


async def _drafts(tx: Transaction, member: int) -> list[Reminder]:
    found = [one for what in (ZONE, CHOICE, PLACE, WORDS) for one in await kept.waiting(tx, member, what)]
    return sorted(found, key=lambda one: one.reminder_id)


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise NoWords
    if len(text) > LONGEST_TEXT:
        raise WordsTooLong(LONGEST_TEXT)
    return text


async def _settle(tx: Transaction, draft: Reminder, group: Group, zones: Zones, now: datetime) -> Outcome:
    """Switch a draft on, or keep what it waits for."""
    try:
        return await _settled(tx, draft, group, zones, now)
    except (NotUnderstood, TooManyReminders) as refusal:
        # Nothing was written before; what was typed is not lost by it.
        return Refused(await _wait(tx, draft, WORDS, now), refusal)


async def _settled(tx: Transaction, draft: Reminder, group: Group, zones: Zones, now: datetime) -> Outcome:
    ground = await context(tx, draft.member_id, group, now)
    read = understand(draft.words, ground.read_in, zones)
    local = _goes_by_zone(draft.words, read, ground.read_in, zones)
    if local and not await kept.zone_said(tx, draft.member_id):
        return Unsaid(await _wait(tx, draft, ZONE, now), group.wishes.zone)
    if isinstance(read, Ask):
        phrases = tuple(choice.phrase for choice in read.choices)
        return Unclear(await _wait(tx, draft, CHOICE, now, phrases), read)
    timing = _timing(draft.words, read, ground, local=local)
    target = draft.replaces or draft.reminder_id
    before = await reminders.again(tx, target)
    if before.state not in (State.ON, State.PAUSED):
        await reminders.check_room(tx, draft.member_id)
    await kept.forget_planned(tx, draft.member_id, target)
    await kept.set_text(tx, target, draft.text)
    await kept.set_timing(tx, target, timing)
    assert timing.next_at is not None
    await reminders.plan(tx, before, timing.next_at)
    if draft.replaces is not None:
        await reminders.forget(tx, draft)
    return Made(await reminders.again(tx, target), read, changed=draft.replaces is not None)


async def _wait(
    tx: Transaction, draft: Reminder, waits_for: str, now: datetime, phrases: tuple[str, ...] = ()
) -> Reminder:
    await kept.wait(tx, draft.reminder_id, waits_for, draft.words, phrases)
    await reminders.plan(tx, draft, to_ms(now + DRAFTS_KEPT))
    return await reminders.again(tx, draft.reminder_id)


def _goes_by_zone(words: str, read: Understood | Ask, read_in: Context, zones: Zones) -> bool:
    """Whether the words mean other instants elsewhere: “noon” does, “in 20 minutes” and “noon in Berlin” do not."""
    if isinstance(read, Understood) and read.zone != read_in.zone:
        return False
    for zone in _ELSEWHERE:
        try:
            other = understand(words, replace(read_in, zone=zone), zones)
        except Refusal:
            return True
        if not isinstance(read, Understood) or not isinstance(other, Understood):
            return True
        if (other.at, other.rule) != (read.at, read.rule):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Ground:
    """What words are read against, with the ids of its exams and its session."""

    read_in: Context
    exam_ids: tuple[int, ...]
    session_id: int | None


async def context(tx: Transaction, member: int, group: Group, now: datetime) -> Ground:
    """What a member's words are read against."""
    zone = await members.own_zone(tx, member) or group.wishes.zone
    coming = [one for one in await exams.coming(tx, member, to_ms(now)) if from_ms(one.at_ms) > now]
    session = await sessions.next_of_group(tx, group.group_id, to_ms(now))
    starts = None if session is None else from_ms(session.starts_at)
    read_in = Context(now, zone, tuple(from_ms(one.at_ms) for one in coming), starts)
    return Ground(read_in, tuple(one.exam_id for one in coming), None if session is None else session.session_id)


def _timing(words: str, read: Understood, ground: Ground, *, local: bool) -> Timing:
    fixed = read.anchor is not None and read.rule is None
    return Timing(
        words=words,
        zone=read.zone,
        next_at=to_ms(read.at),
        follows=local and not fixed,
        rule=None if read.rule is None else read.rule.to_text(),
        wall=None if fixed or not local or read.rule is not None else wall(read.at, read.zone),
        anchor=None if read.anchor is None else read.anchor.what,
        anchor_id=_anchored_to(read, ground),
        beside=None if read.anchor is None else read.anchor.to_text(),
        utc_offset=offset_at(read.zone, read.at) if read.rule is not None or (local and not fixed) else None,
    )


def _anchored_to(read: Understood, ground: Ground) -> int | None:
    """Which exam or session it hangs on."""
    if read.anchor is None:
        return None
    if read.anchor.what == "session":
        return ground.session_id
    for exam_id, moment in zip(ground.exam_ids, ground.read_in.exams, strict=True):
        there = read.anchor.instant(moment, read.zone)
        if there == read.at if read.rule is None else ended(read.rule, there) == read.rule:
            return exam_id
    return ground.exam_ids[0] if ground.exam_ids else None


async def resume(database: Database, reminder_id: int, user: int, zones: Zones, now: datetime) -> Outcome:
    """Let it come again. Raises ReminderOver."""
    async with database.write() as tx:
        reminder = await reminders.own(tx, reminder_id, user)
        if reminder.state is not State.PAUSED:
            return Made(reminder, None, changed=False)
        if reminder.anchor is not None and reminder.anchor_id is None:
            wanted = Wanted(reminder.words, reminder.text, reminder.target, reminder.channel_id)
            draft = await _draft(tx, reminder.member_id, wanted, now, replaces=reminder_id)
            return await _settle(tx, draft, await reminders.group_of(tx, reminder), zones, now)
        next_at = reminders.next_of(reminder, now)
        if next_at is None:
            raise ReminderOver
        await reminders.go_on(tx, reminder, next_at)
        return Made(await reminders.again(tx, reminder_id), None, changed=False)
