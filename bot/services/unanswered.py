"""Questions that nobody has answered for a day: tutors are told once, in the group's waking hours."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.domain.groups import Group
from bot.domain.instants import from_ms, to_ms
from bot.domain.unanswered import evening, told_at, waking
from bot.services.parcels import Parcel
from bot.services.plan import Plan
from bot.storage import agenda, deliveries, groups, unanswered
from bot.storage.agenda import Entry
from bot.storage.database import Database, Transaction
from bot.storage.unanswered import Unanswered

__all__ = ["Unanswered"]

LISTED = 10


async def watch(tx: Transaction, group_id: int) -> None:
    """Plan when tutors are told of the group's oldest question that waits and that they were not told of."""
    group = await groups.by_id(tx, group_id)
    assert group is not None, "asks go with their group"
    waiting = await unanswered.untold(tx, group_id)
    key = f"unanswered:{group_id}"
    if not waiting:
        await agenda.forget(tx, key)
        return
    due = told_at(from_ms(waiting[0][1]), ZoneInfo(group.wishes.zone))
    await agenda.put(tx, key=key, kind="unanswered", group_id=group_id, due_at=to_ms(due))


async def claim(tx: Transaction, entry: Entry, group: Group, plan: Plan, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """Tell tutors of all that has waited for a day, in one post; at night it waits for the morning."""
    zone, now = ZoneInfo(group.wishes.zone), from_ms(now_ms)
    morning = waking(now, zone)
    if morning > now:
        await agenda.move(tx, entry.agenda_id, to_ms(morning))
        return
    await agenda.remove(tx, entry.agenda_id)
    due = [
        ask_id
        for ask_id, made_at in await unanswered.untold(tx, group.group_id)
        if told_at(from_ms(made_at), zone) <= now
    ]
    if due:
        for ask_id in due:
            await unanswered.told(tx, ask_id, now_ms)
        await deliveries.put(
            tx,
            key=f"unanswered:{group.group_id}:{now_ms}",
            kind="unanswered",
            group_id=group.group_id,
            due_at=entry.due_at,
            now_ms=now_ms,
            expires_at=to_ms(evening(now, zone)),
            payload={"asks": due},
        )
    await watch(tx, group.group_id)


async def untold(tx: Transaction, parcel: Parcel, problem: str, now_ms: int) -> None:  # noqa: ARG001  a table's row
    """The day was over before it could be posted: what still waits is told of tomorrow.

    Where we may not post at all the admin is told so, and `/feedback queue` shows what waits.
    """
    if not problem.startswith(("403", "404")):
        for ask_id in parcel.delivery.payload["asks"]:
            await unanswered.forget(tx, ask_id)
        await watch(tx, parcel.group.group_id)


async def queue(database: Database, group: Group) -> list[Unanswered]:
    """The questions without feedback, oldest first."""
    async with database.read() as tx:
        return await unanswered.of_group(tx, group.group_id, LISTED)


async def told(database: Database, parcel: Parcel) -> list[Unanswered]:
    """Those of a post's questions that still wait."""
    asks = set(parcel.delivery.payload["asks"])
    async with database.read() as tx:
        found = await unanswered.of_group(tx, parcel.group.group_id, 10_000)
    return [one for one in found if one.ask_id in asks]
