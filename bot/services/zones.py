"""The zone that a member lives by."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.groups import Group
from bot.domain.instants import to_ms
from bot.services import pings, streaks, units
from bot.storage import groups
from bot.storage import streaks as kept
from bot.storage.database import Database


async def zone(database: Database, group: Group, user: int) -> tuple[ZoneInfo, bool]:
    """The member's zone, and whether it is their own choice."""
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        own = None if member is None else await kept.own_zone(tx, member)
    return ZoneInfo(own or group.wishes.zone), own is not None


async def move(database: Database, group: Group, user: int, name: str | None, now: datetime) -> ZoneInfo:
    """From now on the member's days are those of the IANA zone `name`; None is the group's.

    Days gone by stay as they were, and the day that is cut short by it asks nothing.
    """
    async with database.write() as tx:
        member = await streaks.member_of(tx, group, user, now)
        if await kept.own_zone(tx, member) != name:
            await kept.set_zone(tx, member, name, to_ms(now))
            await pings.plan(tx, group, member, now)
            await units.plan(tx, group, member, now)
    return ZoneInfo(name or group.wishes.zone)
