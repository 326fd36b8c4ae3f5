"""Continuing education: a member's units, their cycle, and four reminders of its end.

The reminders go by the wall clock of the member's zone. One that comes late says how many days are left then; of those
that were missed while nobody was at work, only the last goes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.blueprint import Blueprint, Upkeep
from bot.domain.dates import parse_day, parse_day_gone
from bot.domain.groups import Group
from bot.domain.instants import from_ms, to_ms
from bot.domain.refusals import (
    BadCycle,
    BadUnits,
    LooksLikeAnswers,
    LooksLikeIndex,
    NoSuchUnits,
    NotYourRound,
    NoUpkeep,
    NoWords,
    OutsideCycle,
    TooManyUnits,
    UnitsKept,
    UnknownKind,
)
from bot.domain.sharing import Shared, looks_shared
from bot.domain.units import (
    MOST_ENTRIES,
    TITLE_LIMIT,
    Cycle,
    Earned,
    Tally,
    cycle_on,
    ends_at,
    halves_of,
    next_turn,
    rung_at,
    rungs_due,
    tally,
)
from bot.services import streaks
from bot.services.parcels import TOO_LATE, Parcel
from bot.services.plan import Plan
from bot.storage import agenda, deliveries, exams, groups, notes
from bot.storage import streaks as streaks_kept
from bot.storage import units as kept
from bot.storage.agenda import Entry
from bot.storage.database import Database, Transaction
from bot.storage.deliveries import Delivery

SOME = 20  # members that are looked at in one transaction
_SLACK = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Shown:
    """A member's units as things stand. `cycle` is None until they said when it ends: then all entries are shown."""

    upkeep: Upkeep
    cycle: Cycle | None
    tally: Tally
    entries: Sequence[Earned]
    remind: bool
    today: date


def _upkeep(blueprint: Blueprint) -> Upkeep:
    if blueprint.upkeep is None:
        raise NoUpkeep(blueprint.name)
    return blueprint.upkeep


async def _zone(tx: Transaction, group: Group, member: int | None) -> ZoneInfo:
    own = None if member is None else await streaks_kept.own_zone(tx, member)
    return ZoneInfo(own or group.wishes.zone)


async def _shown(tx: Transaction, group: Group, upkeep: Upkeep, member: int | None, now: datetime) -> Shown:
    today = now.astimezone(await _zone(tx, group, member)).date()
    if member is None:
        return Shown(upkeep, None, tally([], upkeep), [], remind=False, today=today)
    said = await kept.cycle(tx, member)
    cycle = cycle_on(said.last, upkeep.months, today) if said else None
    entries = await kept.in_cycle(tx, member, cycle)
    required = said.halves if said else None
    return Shown(upkeep, cycle, tally(entries, upkeep, required), entries, said is not None and said.remind, today)


async def show(database: Database, group: Group, blueprint: Blueprint, user: int, now: datetime) -> Shown:
    """How a member's units stand. Raises NoUpkeep where the exam file says nothing of them."""
    upkeep = _upkeep(blueprint)
    async with database.read() as tx:
        return await _shown(tx, group, upkeep, await groups.member(tx, group.group_id, user), now)


async def add(
    database: Database,
    group: Group,
    blueprint: Blueprint,
    user: int,
    now: datetime,
    *,
    title: str,
    units: float,
    on: str | None = None,
    kind: str | None = None,
) -> tuple[Earned, Shown]:
    """Keep what a member attended: its title, its units and the day of completion in words (else today).

    Returns it and how things stand then. Raises NoUpkeep, LooksLikeIndex, LooksLikeAnswers, NoWords, BadUnits,
    OutsideCycle, UnknownKind, UnitsKept and TooManyUnits; nothing is kept then, and nothing is written anywhere.
    """
    upkeep = _upkeep(blueprint)
    title = " ".join(title.split())[:TITLE_LIMIT]
    match looks_shared(title):
        case Shared.INDEX:
            raise LooksLikeIndex
        case Shared.ANSWERS:
            raise LooksLikeAnswers
    if not title:
        raise NoWords
    halves = halves_of(units)
    if halves is None:
        raise BadUnits(f"{units:g}")
    if kind is not None and kind not in {one.name for one in upkeep.kinds}:
        raise UnknownKind(kind, tuple(one.name for one in upkeep.kinds))
    async with database.write() as tx:
        member = await streaks.member_of(tx, group, user, now)
        before = await _shown(tx, group, upkeep, member, now)
        day = _day(on, before)
        if len(before.entries) >= MOST_ENTRIES:
            raise TooManyUnits(MOST_ENTRIES)
        entry = Earned(0, day, title, halves, kind)
        if not await kept.insert(tx, member, entry, to_ms(now)):
            raise UnitsKept(day.isoformat())
        return entry, await _shown(tx, group, upkeep, member, now)


def _day(words: str | None, shown: Shown) -> date:
    try:
        day = shown.today if words is None else parse_day_gone(words, shown.today)
    except ValueError:
        day = None
    first = shown.cycle.first if shown.cycle else shown.today.replace(year=shown.today.year - 10, day=1)
    if day is None or day < first:
        raise OutsideCycle(words or "", first.isoformat(), shown.today.isoformat())
    return day


async def remove(database: Database, group: Group, user: int, unit_id: int) -> Earned:
    """Take an entry out again. Raises NoSuchUnits for what is not (or no longer) the member's."""
    async with database.write() as tx:
        member = await groups.member(tx, group.group_id, user)
        gone = None if member is None else await kept.remove(tx, member, unit_id)
    if gone is None:
        raise NoSuchUnits
    return gone


async def set_cycle(
    database: Database,
    group: Group,
    blueprint: Blueprint,
    user: int,
    now: datetime,
    *,
    ends: str,
    units: float | None = None,
) -> Shown:
    """Say when the cycle ends, and how many units it takes where that is not the exam file's number.

    Switches the reminders on. Raises NoUpkeep, BadCycle and BadUnits.
    """
    upkeep = _upkeep(blueprint)
    halves = None if units is None else halves_of(units)
    if units is not None and halves is None:
        raise BadUnits(f"{units:g}")
    async with database.write() as tx:
        member = await streaks.member_of(tx, group, user, now)
        zone = await _zone(tx, group, member)
        today = now.astimezone(zone).date()
        try:
            last = parse_day(ends, today, upkeep.months * _SLACK)
        except ValueError:
            raise BadCycle(ends, upkeep.months) from None
        if today < cycle_on(last, upkeep.months, last).first:
            raise BadCycle(ends, upkeep.months)
        gone = rungs_due(last, None, zone, now)
        await kept.set_cycle(tx, member, kept.Kept(last, halves, min(gone, default=None)))
        await plan(tx, group, member, now)
        return await _shown(tx, group, upkeep, member, now)


async def stop(database: Database, member: int, user: int) -> None:
    """Switch the reminders off, from their own button. Raises NotYourRound for somebody else's."""
    async with database.write() as tx:
        owner = await streaks_kept.owner(tx, member)
        if owner is not None and owner[1] != user:
            raise NotYourRound
        await kept.mind(tx, member, on=False)
        await agenda.forget(tx, _key(member))


# Reminders


async def plan(tx: Transaction, group: Group, member: int, now: datetime) -> None:
    """Put the next reminder into the agenda; after the last one, the turn of the cycle; or take it out."""
    said = await kept.cycle(tx, member)
    if said is None or not said.remind:
        await agenda.forget(tx, _key(member))
        return
    at = next_turn(said.last, said.told, await _zone(tx, group, member), now)
    await agenda.put(tx, key=_key(member), kind="units", group_id=group.group_id, member_id=member, due_at=to_ms(at))


async def replan(tx: Transaction, *, now_ms: int, after: int) -> int | None:
    """Compute anew the reminders that are ahead: a zone, or its rules, changed."""
    now = from_ms(now_ms)
    found = await kept.reminded(tx, after, SOME)
    known = await groups.by_ids(tx, {group_id for _, group_id in found})
    for member, group_id in found:
        if not await agenda.is_due(tx, _key(member), now_ms):
            await plan(tx, known[group_id], member, now)
    return found[-1][0] if len(found) == SOME else None


async def claim(tx: Transaction, entry: Entry, group: Group, plan_: Plan, now_ms: int) -> None:
    """A member's day has come: remind them of the cycle's end, or begin the next cycle."""
    now, member = from_ms(now_ms), entry.member_id
    assert member is not None, "an entry about units names its member"
    await agenda.remove(tx, entry.agenda_id)
    said = await kept.cycle(tx, member)
    blueprint = plan_.blueprints.get(group.wishes.exam)
    if said is None or not said.remind or blueprint is None or blueprint.upkeep is None:
        return
    zone = await _zone(tx, group, member)
    over = ends_at(said.last, zone)
    # Empty where the zone has changed since this was planned, and the hour has not come there.
    due = rungs_due(said.last, said.told, zone, now)
    # The day of an exam is quiet: it comes on the next morning.
    if now < over and due and not await exams.quiet(tx, member, now_ms):
        key = f"{_key(member)}:{said.last.isoformat()}:{due[-1]}"
        await deliveries.put(
            tx,
            key=key,
            lane=key,
            kind="units",
            group_id=group.group_id,
            member_id=member,
            due_at=max(entry.due_at, to_ms(rung_at(said.last, due[-1], zone))),
            now_ms=now_ms,
            expires_at=to_ms(over),
            payload={"last": said.last.isoformat()},
        )
        await kept.set_cycle(tx, member, replace(said, told=due[-1]))
    elif now >= over:
        if due:
            await notes.put(tx, member, "units", {"last": said.last.isoformat()}, now_ms)
        following = cycle_on(said.last, blueprint.upkeep.months, now.astimezone(zone).date())
        await kept.set_cycle(tx, member, replace(said, last=following.last, told=None))
    await plan(tx, group, member, now)


async def due(
    database: Database, group: Group, blueprint: Blueprint, delivery: Delivery, now: datetime
) -> tuple[int, Shown] | None:
    """The user to remind and how their units stand now; None where there is nothing to say any more."""
    member, last = delivery.member_id, delivery.payload.get("last")
    if member is None or blueprint.upkeep is None:
        return None
    async with database.read() as tx:
        owner = await streaks_kept.owner(tx, member)
        shown = await _shown(tx, group, blueprint.upkeep, member, now)
        quiet = await exams.quiet(tx, member, to_ms(now))
    if quiet or owner is None or not shown.remind or shown.cycle is None or shown.cycle.last.isoformat() != last:
        return None
    return owner[1], shown


async def given_up(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:
    """It did not reach the member: they are told at the next contact. The later ones are tried all the same."""
    member, last = parcel.delivery.member_id, parcel.delivery.payload.get("last")
    said = None if member is None else await kept.cycle(tx, member)
    if member is None or said is None or not said.remind:
        return
    needless = parcel.delivery.expires_at is not None and now_ms < parcel.delivery.expires_at
    if problem == TOO_LATE and needless and not await exams.quiet(tx, member, now_ms):
        return  # another day was said meanwhile
    await notes.put(tx, member, "units", {"last": last}, now_ms)


def _key(member: int) -> str:
    return f"units:{member}"
