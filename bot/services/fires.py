"""The times that reminders come: claimed, sent, snoozed, done, copied by others, and what happens where it fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.groups import Group
from bot.domain.instants import from_ms, to_ms
from bot.domain.refusals_reminders import (
    AlreadyDone,
    AlreadyFollowing,
    AlreadySnoozed,
    NoSuchReminder,
    NotYourReminder,
    OwnReminder,
    ReminderOver,
    SnoozedOnce,
    TooFarAway,
    TooManyCopies,
    TooManyFollowers,
)
from bot.domain.reminders import (
    FOLLOWED_AN_HOUR,
    FURTHEST,
    MOST_FOLLOWERS,
    OVER_KEPT,
    Missed,
    State,
    Target,
    is_late,
    last_due,
    offset_at,
    tomorrow,
)
from bot.domain.when import Ask, understand
from bot.services import drafts, reminders
from bot.services.drafts import Zones
from bot.services.parcels import TOO_LATE, Parcel
from bot.services.plan import Plan
from bot.storage import agenda, deliveries, notes
from bot.storage import fires as kept
from bot.storage import reminders as rows
from bot.storage import streaks as members
from bot.storage.agenda import Entry
from bot.storage.database import Database, Transaction
from bot.storage.deliveries import Delivery
from bot.storage.fires import Fire
from bot.storage.reminders import Reminder, Timing

FIRES_KEPT = timedelta(days=90)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder as it is sent now. `channel_id` is None where the owner's direct messages were not opened yet.

    *late* is since when, None where it is in time; `missed` came due before it; *instead_of* is a channel that refused.
    """

    fire_id: int
    reminder_id: int
    user_id: int
    text: str
    target: Target
    channel_id: int | None
    recurs: bool
    late: datetime | None
    missed: int
    instead_of: int | None


# What is due


async def claim(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """A reminder's time has come: send it, and plan the next. Or a draft, or what is long over, is deleted."""
    reminder = None if entry.subject_id is None else await rows.by_id(tx, entry.subject_id)
    if reminder is None or reminder.state is State.PAUSED:
        await agenda.remove(tx, entry.agenda_id)
        return
    if reminder.state is not State.ON:
        await rows.forget_planned(tx, reminder.member_id, reminder.reminder_id)
        await rows.remove(tx, reminder.reminder_id)
        return
    now, due = from_ms(now_ms), from_ms(entry.due_at)
    found, following = Missed(due, 0), None
    if reminder.rule is not None:
        rule = reminders.rule_of(reminder, reminder.zone)
        found = last_due(rule, due, now)
        following = rule.next_after(max(found.slot, now))
    await _fire(tx, reminder, found, reminders.key(reminder.reminder_id) + f":{to_ms(found.slot)}", now_ms)
    if following is not None:
        await rows.set_next(tx, reminder.reminder_id, to_ms(following), offset_at(reminder.zone, following))
        await agenda.move(tx, entry.agenda_id, to_ms(following))
    else:
        await rows.set_next(tx, reminder.reminder_id, None, None, state=State.OVER)
        await agenda.move(tx, entry.agenda_id, to_ms(now + OVER_KEPT))


async def tidy(tx: Transaction, *, now_ms: int, after: int) -> int | None:  # noqa: ARG001  a table's row
    """Once after a start: forget the times that nobody presses a button of any more."""
    await kept.forget_before(tx, to_ms(from_ms(now_ms) - FIRES_KEPT))
    return None


async def claim_snooze(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """A snooze is over: send the reminder once more. Its rule knows nothing of it."""
    await agenda.remove(tx, entry.agenda_id)
    reminder = None if entry.subject_id is None else await rows.by_id(tx, entry.subject_id)
    if reminder is not None and reminder.state is not State.DRAFT:
        # Pausing takes its snoozes away; one that was asked for after that is meant.
        await _fire(tx, reminder, Missed(from_ms(entry.due_at), 0), entry.key, now_ms)


async def _fire(tx: Transaction, reminder: Reminder, found: Missed, key: str, now_ms: int) -> None:
    slot = to_ms(found.slot)
    fire_id = await kept.insert(tx, reminder.reminder_id, slot, reminder.version, found.earlier)
    await _deliver(tx, reminder, key, fire_id, slot, now_ms)


async def _deliver(
    tx: Transaction, reminder: Reminder, key: str, fire_id: int, due_at: int, now_ms: int, instead_of: int | None = None
) -> None:
    await deliveries.put(
        tx,
        key=key,
        lane=key,
        kind="reminder",
        group_id=reminder.group_id,
        member_id=reminder.member_id,
        subject_id=reminder.reminder_id,
        due_at=due_at,
        now_ms=now_ms,
        payload={"fire": fire_id, "instead_of": instead_of},
    )


async def due(database: Database, delivery: Delivery, now: datetime) -> Due | None:
    """What to send, as things stand now; None where it was changed, paused, deleted or confirmed meanwhile."""
    async with database.read() as tx:
        fire, reminder = await _found(tx, delivery)
    if fire is None or reminder is None or fire.handled is not None or fire.version != reminder.version:
        return None
    at = from_ms(fire.due_at)
    return Due(
        fire.fire_id,
        reminder.reminder_id,
        reminder.user_id,
        reminder.text,
        reminder.target,
        reminder.channel_id,
        reminder.rule is not None,
        at if is_late(at, now) else None,
        fire.missed,
        delivery.payload.get("instead_of"),
    )


async def _found(tx: Transaction, delivery: Delivery) -> tuple[Fire | None, Reminder | None]:
    fire = await kept.by_id(tx, delivery.payload["fire"])
    return fire, None if fire is None else await rows.by_id(tx, fire.reminder_id)


async def given_up(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:
    """Discord refused it for good: from a channel to direct messages, from those to a word at the next contact.

    What its owner wrote is never shown in another place. A rule that reaches nobody is paused.
    """
    delivery = parcel.delivery
    if problem == TOO_LATE:
        return
    fire, reminder = await _found(tx, delivery)
    if fire is None or reminder is None or fire.handled is not None or fire.version != reminder.version:
        return
    if reminder.channel_id is not None and (reminder.target is Target.HERE or problem.endswith(" 10003")):
        left = reminder.channel_id if reminder.target is Target.HERE else None
        await rows.set_place(tx, reminder.reminder_id, Target.DM, None)
        await _deliver(tx, reminder, f"{delivery.key}:dm", fire.fire_id, fire.due_at, now_ms, left)
        return
    paused = reminder.state is State.ON
    if paused:
        await rows.forget_planned(tx, reminder.member_id, reminder.reminder_id)
        await rows.set_state(tx, reminder.reminder_id, State.PAUSED)
    word = {"text": reminder.text, "due_at": fire.due_at, "paused": paused}
    await notes.put(tx, reminder.member_id, "reminder-closed", word, now_ms)


# What its owner does with it


@dataclass(frozen=True, slots=True)
class Pressed:
    """A fire after its owner's press. `until` is when it comes again."""

    fire: Fire
    reminder: Reminder
    until: datetime | None


async def show(database: Database, fire_id: int, user: int) -> Pressed:
    """A fire that its owner may still snooze. Raises what `snooze` raises."""
    async with database.read() as tx:
        fire, reminder = await _open(tx, fire_id, user)
    return Pressed(fire, reminder, None)


async def snooze(database: Database, fire_id: int, user: int, until: datetime, now: datetime) -> Pressed:
    """Let it come once more at an instant; its rule stays as it is.

    Raises NoSuchReminder, NotYourReminder, AlreadySnoozed, AlreadyDone, ReminderOver, TooFarAway.
    """
    if until <= now:
        raise ReminderOver
    if until - now > FURTHEST:
        raise TooFarAway(FURTHEST.days // 366)
    async with database.write() as tx:
        fire, reminder = await _open(tx, fire_id, user)
        await kept.handle(tx, fire_id, "snoozed", to_ms(until))
        await agenda.put(
            tx,
            key=f"snooze:{fire_id}",
            kind="snooze",
            group_id=reminder.group_id,
            member_id=reminder.member_id,
            subject_id=reminder.reminder_id,
            due_at=to_ms(until),
        )
        if reminder.state in (State.OVER, State.DONE):
            # It is deleted some time after its last coming, and that has just moved.
            await reminders.plan(tx, reminder, to_ms(until + OVER_KEPT))
    return Pressed(fire, reminder, until)


async def snooze_until_tomorrow(database: Database, fire_id: int, user: int, now: datetime) -> Pressed:
    """The same until nine the next morning by the owner's clock."""
    async with database.read() as tx:
        _, reminder = await _open(tx, fire_id, user)
        group = await reminders.group_of(tx, reminder)
        zone = await members.own_zone(tx, reminder.member_id) or group.wishes.zone
    return await snooze(database, fire_id, user, tomorrow(now, zone), now)


async def when(database: Database, fire_id: int, user: int, words: str, zones: Zones, now: datetime) -> datetime | Ask:
    """The single time that words name for a snooze, or its readings. Raises NotUnderstood, SnoozedOnce."""
    async with database.read() as tx:
        _, reminder = await _open(tx, fire_id, user)
        context = await drafts.context(tx, reminder.member_id, await reminders.group_of(tx, reminder), now)
    read = understand(words, context.read_in, zones)
    if isinstance(read, Ask):
        return read
    if read.rule is not None:
        raise SnoozedOnce
    return read.at


async def done(database: Database, fire_id: int, user: int) -> Pressed:
    """Its owner has done what it says. A rule goes on; a single one is done with. Raises as `snooze` does."""
    async with database.write() as tx:
        fire, reminder = await _open(tx, fire_id, user)
        await kept.handle(tx, fire_id, "done")
        if reminder.state is State.OVER:
            await rows.set_state(tx, reminder.reminder_id, State.DONE)
    return Pressed(fire, reminder, None)


async def _open(tx: Transaction, fire_id: int, user: int) -> tuple[Fire, Reminder]:
    fire = await kept.by_id(tx, fire_id)
    reminder = None if fire is None else await rows.by_id(tx, fire.reminder_id)
    if fire is None or reminder is None:
        raise NoSuchReminder
    if reminder.user_id != user:
        raise NotYourReminder
    if fire.handled == "snoozed" and fire.snoozed_to is not None:
        raise AlreadySnoozed(from_ms(fire.snoozed_to))
    if fire.handled is not None:
        raise AlreadyDone
    return fire, reminder


# What others do with it


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy by direct message. `fire_id` is a time to snooze it from where the original comes no more."""

    reminder: Reminder
    fire_id: int | None


async def follow(
    database: Database, fire_id: int, group: Group, channel_id: int | None, user: int, now: datetime
) -> Copied:
    """A copy of another's reminder in this channel, by direct message: of its rule, or once at a time to be chosen.

    Raises NoSuchReminder, OwnReminder, AlreadyFollowing, TooManyFollowers, TooManyCopies, TooManyReminders.
    """
    async with database.write() as tx:
        fire = await kept.by_id(tx, fire_id)
        original = None if fire is None else await rows.by_id(tx, fire.reminder_id)
        if original is None or original.target is not Target.HERE:
            raise NoSuchReminder
        # What somebody wrote for another channel, or for themselves, is nobody else's.
        if (original.group_id, original.channel_id) != (group.group_id, channel_id):
            raise NoSuchReminder
        if original.user_id == user:
            raise OwnReminder
        member = await reminders.member_of(tx, group, user, now)
        mine = await rows.copy_of(tx, original.reminder_id, member)
        if mine is not None:
            return await _once_more(tx, mine, now)
        if await rows.followers(tx, original.reminder_id) >= MOST_FOLLOWERS:
            raise TooManyFollowers(MOST_FOLLOWERS)
        if await rows.copied_since(tx, member, to_ms(now - _HOUR)) >= FOLLOWED_AN_HOUR:
            raise TooManyCopies(FOLLOWED_AN_HOUR)
        await reminders.check_room(tx, member)
        following = None
        if original.rule is not None:
            following = reminders.rule_of(original, original.zone).next_after(now)
        timing = Timing(
            original.words,
            original.zone,
            None if following is None else to_ms(following),
            rule=original.rule,
            utc_offset=None if following is None else offset_at(original.zone, following),
        )
        copy_id = await rows.insert(
            tx,
            member,
            original.text,
            timing,
            to_ms(now),
            state=State.OVER if following is None else State.ON,
            target=Target.DM,
            channel_id=None,
            parent_id=original.reminder_id,
        )
        copy = await reminders.again(tx, copy_id)
        await reminders.plan(tx, copy, to_ms(now + OVER_KEPT if following is None else following))
        first = await kept.insert(tx, copy_id, to_ms(now), copy.version) if following is None else None
    return Copied(copy, first)


async def _once_more(tx: Transaction, copy: Reminder, now: datetime) -> Copied:
    """A copy that comes no more can be given a time again: the choice may have been put off, or lost from sight."""
    if copy.state not in (State.OVER, State.DONE) or await rows.is_snoozed(tx, copy):
        raise AlreadyFollowing
    fire_id = await kept.unhandled(tx, copy.reminder_id)
    return Copied(copy, fire_id or await kept.insert(tx, copy.reminder_id, to_ms(now), copy.version))


async def gone(database: Database, reminder_id: int, now: datetime) -> None:
    """Its owner has left the server: in its channel it rests, and they are told should they come back."""
    async with database.write() as tx:
        reminder = await rows.by_id(tx, reminder_id)
        if reminder is None or reminder.state is not State.ON:
            return
        await rows.forget_planned(tx, reminder.member_id, reminder_id)
        await rows.set_state(tx, reminder_id, State.PAUSED)
        await notes.put(tx, reminder.member_id, "reminder-left", {"text": reminder.text}, to_ms(now))
