"""Reminders that a streak is about to end: only for those who asked, once a day, and never at night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.groups import Group
from bot.domain.instants import from_ms, to_ms
from bot.domain.pings import Slot, ends_by, next_ping
from bot.domain.refusals import NotYourRound
from bot.domain.streaks import may_ping
from bot.services import streaks
from bot.services.parcels import TOO_LATE, Parcel
from bot.services.plan import Plan
from bot.services.streaks import State
from bot.storage import agenda, deliveries, exams, groups, notes
from bot.storage import streaks as kept
from bot.storage.agenda import Entry
from bot.storage.database import Database, Transaction
from bot.storage.deliveries import Delivery
from bot.storage.streaks import Posted

NOTE = "streak"
"""The note that tells a member of a reminder that was refused."""
SOME = 20  # members that are looked at in one transaction
_SLOTS_AHEAD = 3  # not every question has a decent hour; one of a week that has none is looked for at the next posting


@dataclass(frozen=True, slots=True)
class Ping:
    """What a reminder says. `freezes` would cover the day; `channel_id` and `message_id` lead to the question."""

    days: int
    freezes: int
    ends_at: datetime | None
    channel_id: int
    message_id: int | None


async def switch(database: Database, group: Group, user: int, now: datetime, *, on: bool) -> None:
    """Ask to be told, or no longer."""
    async with database.write() as tx:
        member = await streaks.member_of(tx, group, user, now)
        await kept.set_ping(tx, member, on=on)
        await plan(tx, group, member, now)


async def stop(database: Database, member: int, user: int) -> None:
    """Switch the reminders off, from their own button. Raises NotYourRound for somebody else's."""
    async with database.write() as tx:
        owner = await kept.owner(tx, member)
        if owner is not None and owner[1] != user:
            raise NotYourRound
        await kept.set_ping(tx, member, on=False)
        await agenda.forget(tx, _key(member))


async def plan(tx: Transaction, group: Group, member: int, now: datetime) -> None:
    """Put the member's next reminder into the agenda, or take it out."""
    if not await kept.ping(tx, member):
        await agenda.forget(tx, _key(member))
        return
    found = await streaks.state(tx, group, member, now)
    slots: list[Slot] = [(from_ms(one.posted_at), from_ms(one.closes_at)) for one in found.open]
    after = now
    for _ in range(_SLOTS_AHEAD):
        after = group.schedule.next_after(after)
        slots.append((after, after + timedelta(minutes=group.wishes.open_minutes)))
    following = next_ping(slots, found.stays, now)
    # Without a decent hour for any of them, look again after the last: the group, or the member, may have moved.
    due = slots[-1][0] if following is None else following[0]
    await agenda.put(tx, key=_key(member), kind="streak", group_id=group.group_id, member_id=member, due_at=to_ms(due))


async def replan_group(tx: Transaction, group: Group, now: datetime) -> None:
    """Compute the reminders of a group anew that are ahead: its schedule changed."""
    for member in await kept.pinged(tx, group.group_id):
        await _replan(tx, group, member, now)


async def replan(tx: Transaction, *, now_ms: int, after: int) -> int | None:
    """The same in all groups: a zone's rules changed."""
    found = await kept.all_pinged(tx, after, SOME)
    known = await groups.by_ids(tx, {group_id for _, group_id in found})
    for member, group_id in found:
        await _replan(tx, known[group_id], member, from_ms(now_ms))
    return found[-1][0] if len(found) == SOME else None


async def _replan(tx: Transaction, group: Group, member: int, now: datetime) -> None:
    if not await agenda.is_due(tx, _key(member), to_ms(now)):
        await plan(tx, group, member, now)


async def claim(tx: Transaction, entry: Entry, group: Group, plan_: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """A member's hour has come: remind them if there is something to lose, and plan the next."""
    now, member = from_ms(now_ms), entry.member_id
    assert member is not None, "a streak's entry names its member"
    found = await streaks.state(tx, group, member, now)
    asked = _at_stake(found)
    rests = await exams.at_rest(tx, member, now_ms)
    if await kept.ping(tx, member) and asked is not None and may_ping(now, found.zone) and not rests:
        key = f"{_key(member)}:{found.day_of(asked).isoformat()}"
        await deliveries.put(
            tx,
            key=key,
            lane=key,
            kind="streak",
            group_id=group.group_id,
            member_id=member,
            due_at=entry.due_at,
            now_ms=now_ms,
            expires_at=min(asked.closes_at, to_ms(ends_by(now, found.zone))),
        )
    await agenda.remove(tx, entry.agenda_id)
    await plan(tx, group, member, now)


def _at_stake(found: State) -> Posted | None:
    """The open question whose day would be missed; None where the streak loses nothing."""
    streak = found.streak
    if streak is None or not streak.current or found.pause(found.today) is not None:
        return None
    for one in found.open:
        day = found.day_of(one)
        if not one.mine and day > streak.last_day and found.pause(day) is None and not found.off(day):
            return one
    return None


async def due(database: Database, group: Group, delivery: Delivery, now: datetime) -> tuple[int, Ping] | None:
    """The user to remind and what to say, as things stand now; None where there is nothing to say any more."""
    member = delivery.member_id
    if member is None:
        return None
    async with database.read() as tx:
        owner = await kept.owner(tx, member)
        if owner is None or not await kept.ping(tx, member) or await exams.at_rest(tx, member, to_ms(now)):
            return None
        found = await streaks.state(tx, group, member, now)
        asked = _at_stake(found)
        if asked is None or found.streak is None or not may_ping(now, found.zone):
            return None
        place = await kept.place(tx, asked.round_id)
    strict = found.strict
    freezes = strict.freezes if strict is not None else 0
    return owner[1], Ping(found.streak.current, freezes, streaks.end_of(group, found, now), *place)


async def given_up(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:
    """The member's direct messages are closed: no more reminders, and they are told at the next contact."""
    member = parcel.delivery.member_id
    if member is None or problem == TOO_LATE:
        return
    if await kept.ping(tx, member):
        await kept.set_ping(tx, member, on=False)
        await notes.put(tx, member, NOTE, {}, now_ms)
    await agenda.forget(tx, _key(member))


def _key(member: int) -> str:
    return f"streak:{member}"
