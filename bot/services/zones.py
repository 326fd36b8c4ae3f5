"""The zone that a member lives by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.groups import Group
from bot.domain.instants import to_ms
from bot.services import ladder, pings, reminders, streaks, units
from bot.services.reminders import Moved
from bot.storage import groups
from bot.storage import reminders as rows
from bot.storage import streaks as kept
from bot.storage.database import Database


@dataclass(frozen=True, slots=True)
class Move:
    """The zone that a member goes by now, and what that did to their reminders."""

    zone: ZoneInfo
    reminders: Moved


async def zone(database: Database, group: Group, user: int) -> tuple[ZoneInfo, bool]:
    """The member's zone, and whether it is their own choice."""
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        own = None if member is None else await kept.own_zone(tx, member)
    return ZoneInfo(own or group.wishes.zone), own is not None


async def move(database: Database, group: Group, user: int, name: str | None, now: datetime) -> Move:
    """From now on the member's days are those of the IANA zone `name`; None is the group's.

    Days gone by stay as they were, and the day that is cut short by it asks nothing. Reminders that recur keep their
    clock times, single ones their moments; `reminders.keep` does it another way.
    """
    async with database.write() as tx:
        member = await streaks.member_of(tx, group, user, now)
        moved = Moved(0, 0)
        await rows.say_zone(tx, member)
        if await kept.own_zone(tx, member) != name:
            await kept.set_zone(tx, member, name, to_ms(now))
            await pings.plan(tx, group, member, now)
            moved = await reminders.rezone(tx, member, name or group.wishes.zone, now)
            await units.plan(tx, group, member, now)
            await ladder.replan_member(tx, group, member, now)
    return Move(ZoneInfo(name or group.wishes.zone), moved)
