"""Reminders as they are kept: a member's list, pausing and deleting, what they hang on, and whose clock they go by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.domain.groups import Group
from bot.domain.instants import from_ms, to_ms
from bot.domain.recurrence import Recurrence
from bot.domain.refusals_reminders import NoSuchReminder, NotYourReminder, TooManyReminders
from bot.domain.reminders import MOST_ACTIVE, State, Target, at_wall, offset_at
from bot.domain.when import Anchor, ended
from bot.storage import agenda, groups, notes
from bot.storage import reminders as kept
from bot.storage import streaks as members
from bot.storage.database import Database, Transaction
from bot.storage.reminders import Reminder, Timing

__all__ = ["Reminder", "State", "Target"]

SOME = 1000  # reminders that are looked at in one transaction; few of them change


def key(reminder_id: int) -> str:
    """A reminder's place in the agenda: its next time, or when it is deleted."""
    return f"reminder:{reminder_id}"


# What a member has


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of reminders with their snoozes, its number from 0, how many pages and how many reminders there are."""

    entries: tuple[tuple[Reminder, datetime | None], ...]
    page: int
    pages: int
    total: int


async def page(database: Database, user: int, group_id: int | None, number: int, size: int) -> Listed:
    """A page of a user's active reminders, of one group or of all; the last one where there are fewer pages."""
    async with database.read() as tx:
        entries, total = await kept.listed(tx, user, group_id, size, number * size)
        pages = max(1, -(-total // size))
        if number >= pages:
            number = pages - 1
            entries, total = await kept.listed(tx, user, group_id, size, number * size)
    found = tuple((one, None if until is None else from_ms(until)) for one, until in entries)
    return Listed(found, number, pages, total)


async def show(database: Database, reminder_id: int, user: int) -> Reminder:
    """One reminder of one's own. Raises NoSuchReminder, NotYourReminder."""
    async with database.read() as tx:
        return await own(tx, reminder_id, user)


async def pause(database: Database, reminder_id: int, user: int) -> Reminder:
    """Let it not come until it is resumed; a snooze of it is off too."""
    async with database.write() as tx:
        reminder = await own(tx, reminder_id, user)
        if reminder.state is State.ON:
            await kept.forget_planned(tx, reminder.member_id, reminder_id)
            await kept.set_state(tx, reminder_id, State.PAUSED)
        return await again(tx, reminder_id)


async def reached(database: Database, reminder_id: int, channel_id: int) -> None:
    """Direct messages arrive in this channel: the next one costs a single request."""
    async with database.write() as tx:
        await kept.set_place(tx, reminder_id, Target.DM, channel_id)


async def delete(database: Database, reminder_id: int, user: int) -> Reminder:
    """Delete a reminder or a draft; returns what it was."""
    async with database.write() as tx:
        reminder = await own(tx, reminder_id, user)
        await forget(tx, reminder)
    return reminder


async def delete_all(database: Database, user: int, group_id: int | None) -> int:
    """Delete everything, of one group or of all; returns how many were active."""
    async with database.write() as tx:
        _, active = await kept.listed(tx, user, group_id, 0, 0)
        for reminder in await kept.all_of(tx, user, group_id):
            await forget(tx, reminder)
    return active


def next_of(reminder: Reminder, now: datetime, zone: str | None = None) -> datetime | None:
    """When it comes next after an instant, with its wall times in a zone; None where that is over."""
    zone = zone or reminder.zone
    if reminder.rule is not None:
        return rule_of(reminder, zone).next_after(now)
    if reminder.wall is not None:
        at = at_wall(reminder.wall, zone)
    elif reminder.next_at is not None:
        at = from_ms(reminder.next_at)
    else:
        return None
    return at if at > now else None


def rule_of(reminder: Reminder, zone: str) -> Recurrence:
    assert reminder.rule is not None
    rule = Recurrence.from_text(reminder.rule)
    return rule.in_zone(zone) if reminder.follows else rule


async def go_on(tx: Transaction, reminder: Reminder, at: datetime, zone: str | None = None) -> None:
    offset = None
    if reminder.rule is not None or reminder.wall is not None:
        offset = offset_at(zone or reminder.zone, at)
    await kept.set_next(tx, reminder.reminder_id, to_ms(at), offset)
    await plan(tx, reminder, to_ms(at))


async def plan(tx: Transaction, reminder: Reminder, due_at: int) -> None:
    await agenda.put(
        tx,
        key=key(reminder.reminder_id),
        kind="reminder",
        group_id=reminder.group_id,
        member_id=reminder.member_id,
        subject_id=reminder.reminder_id,
        due_at=due_at,
    )


async def forget(tx: Transaction, reminder: Reminder) -> None:
    await kept.forget_planned(tx, reminder.member_id, reminder.reminder_id)
    await kept.remove(tx, reminder.reminder_id)


async def own(tx: Transaction, reminder_id: int, user: int) -> Reminder:
    reminder = await again(tx, reminder_id)
    if reminder.user_id != user:
        raise NotYourReminder
    return reminder


async def again(tx: Transaction, reminder_id: int) -> Reminder:
    reminder = await kept.by_id(tx, reminder_id)
    if reminder is None:
        raise NoSuchReminder
    return reminder


async def member_of(tx: Transaction, group: Group, user: int, now: datetime) -> int:
    pair = (group.group_id, user)
    return (await groups.member_ids(tx, [pair], to_ms(now)))[pair]


async def group_of(tx: Transaction, reminder: Reminder) -> Group:
    group = await groups.by_id(tx, reminder.group_id)
    assert group is not None, "reminders go with their group"
    return group


async def check_room(tx: Transaction, member: int) -> None:
    active, _ = await kept.count(tx, member)
    if active >= MOST_ACTIVE:
        raise TooManyReminders(MOST_ACTIVE)


# Whose clock they go by


@dataclass(frozen=True, slots=True)
class Moved:
    """What a change of zone did: rules that keep their clock times, and single times that keep their moment."""

    rules: int
    singles: int


async def zone_of(database: Database, group: Group, user: int) -> str:
    """The zone that a user goes by in a group."""
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        own = None if member is None else await members.own_zone(tx, member)
    return own or group.wishes.zone


async def rezone(tx: Transaction, member: int, zone: str, now: datetime) -> Moved:
    """The member goes by another zone: rules keep their wall times there, single times their instants, until asked."""
    rules = singles = 0
    for one in await kept.following(tx, member):
        if one.rule is not None:
            await _move(tx, one, zone, one.zone, now)
            rules += one.zone != zone
        else:
            await kept.set_zone(tx, one.reminder_id, one.zone, one.zone, None)
            singles += one.zone != zone
    return Moved(rules, singles)


async def keep(database: Database, group: Group, user: int, what: Literal["wall", "instant"], now: datetime) -> int:
    """After a change of zone: keep the wall times, or the instants, of all that went by it; returns how many moved.

    What would be over by another reading of its wall time keeps its instant.
    """
    async with database.write() as tx:
        member = await groups.member(tx, group.group_id, user)
        if member is None:
            return 0
        zone = await members.own_zone(tx, member) or group.wishes.zone
        changed = 0
        for one in await kept.following(tx, member):
            wanted = zone if what == "wall" else one.zone_before
            if wanted is not None and wanted != one.zone:
                changed += await _move(tx, one, wanted, one.zone_before, now)
        return changed


async def _move(tx: Transaction, one: Reminder, zone: str, before: str | None, now: datetime) -> bool:
    next_at = next_of(one, now, zone)
    if next_at is None and one.rule is None:
        return False
    rule = None if one.rule is None else rule_of(one, zone).to_text()
    await kept.set_zone(tx, one.reminder_id, zone, before, rule)
    if one.state is State.ON and next_at is not None and not await agenda.is_due(tx, key(one.reminder_id), to_ms(now)):
        await go_on(tx, one, next_at, zone)
    return True


async def replan(tx: Transaction, *, now_ms: int, after: int) -> int | None:
    """Compute anew what is ahead where a zone's rules have changed since it was planned; what is overdue stays."""
    now = from_ms(now_ms)
    planned = await kept.planned(tx, now_ms, after, SOME)
    for reminder_id, zone, next_at, offset in planned:
        if offset_at(zone, from_ms(next_at)) != offset:
            one = await again(tx, reminder_id)
            found = next_of(one, now)
            if found is not None:
                await go_on(tx, one, found)
    return planned[-1][0] if len(planned) == SOME else None


# What they hang on


async def anchor_moved(
    tx: Transaction, what: Literal["exam", "session"], subject_id: int, at_ms: int | None, now_ms: int
) -> None:
    """An exam or session is at another instant (milliseconds), or gone (None): what hangs on it moves along.

    Where that leaves no time to come, the reminder is paused and its owner is told at the next contact.
    """
    now = from_ms(now_ms)
    for one in await kept.anchored(tx, what, subject_id):
        timing = None if at_ms is None else _beside(one, from_ms(at_ms), now)
        if timing is not None:
            await kept.set_timing(tx, one.reminder_id, timing)
            assert timing.next_at is not None
            if one.state is State.PAUSED:
                await kept.set_state(tx, one.reminder_id, State.PAUSED)
            else:
                await plan(tx, one, timing.next_at)
            continue
        if at_ms is None:
            await kept.unanchor(tx, one.reminder_id)
        if one.state is State.ON:
            await kept.forget_planned(tx, one.member_id, one.reminder_id)
            await kept.set_state(tx, one.reminder_id, State.PAUSED)
            word = "anchor-gone" if at_ms is None else "anchor-past"
            await notes.put(tx, one.member_id, word, {"what": what, "text": one.text}, now_ms)


def _beside(one: Reminder, moment: datetime, now: datetime) -> Timing | None:
    assert one.beside is not None
    there = Anchor.from_text(one.beside).instant(moment, one.zone)
    rule = None if one.rule is None else ended(replace(Recurrence.from_text(one.rule), until=None), there)
    next_at = there if rule is None else rule.next_after(now)
    if next_at is None or next_at <= now:
        return None
    return Timing(
        words=one.words,
        zone=one.zone,
        next_at=to_ms(next_at),
        follows=one.follows,
        rule=None if rule is None else rule.to_text(),
        anchor=one.anchor,
        anchor_id=one.anchor_id,
        beside=one.beside,
        utc_offset=None if rule is None else offset_at(one.zone, next_at),
    )
