"""Setting up a group, finding it, and letting it go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.groups import Group, Wishes
from bot.domain.instants import from_ms, to_ms
from bot.domain.refusals import NotSetUp
from bot.domain.refusals_reminders import NoGroupOfYours
from bot.services import daily, ladder, periods, pings
from bot.storage import groups, reminders, streaks
from bot.storage.database import Database


@dataclass(frozen=True, slots=True)
class SetUp:
    """What /setup did: the group, whether it is new, and when its next question comes."""

    group: Group
    new: bool
    first_at: datetime


def _nearest(found: Sequence[Group], channel_id: int | None) -> Group | None:
    return next((one for one in found if one.wishes.channel_id == channel_id), found[0] if found else None)


async def set_up(database: Database, guild_id: int, wishes: Wishes, by: int, now: datetime) -> SetUp:
    """Make the server's group, or give it new wishes. Its next question is planned in the same transaction."""
    async with database.write() as tx:
        before = _nearest(await groups.of_guild(tx, guild_id), wishes.channel_id)
        now_ms = to_ms(now)
        if before is None:
            group = await groups.insert(tx, guild_id, wishes, by, now_ms)
        else:
            group = await groups.update(tx, before.group_id, wishes, by)
        await streaks.group_zone(tx, group.group_id, wishes.zone, now_ms)
        first = await daily.plan_next(tx, group, now_ms)
        await periods.plan_next(tx, group, now_ms)
        await pings.replan_group(tx, group, now)
        await ladder.replan_group(tx, group, now)
    return SetUp(group, before is None, from_ms(first))


async def find(database: Database, guild_id: int, channel_id: int | None = None) -> Group:
    """The server's group: the one of this channel, else the oldest. Raises NotSetUp."""
    async with database.read() as tx:
        group = _nearest(await groups.of_guild(tx, guild_id), channel_id)
    if group is None:
        raise NotSetUp
    return group


async def home(database: Database, user: int) -> Group:
    """The group that a user used last, for what is asked in direct messages. Raises NoGroupOfYours."""
    async with database.read() as tx:
        group_id = await reminders.home(tx, user)
        group = None if group_id is None else await groups.by_id(tx, group_id)
    if group is None:
        raise NoGroupOfYours
    return group


async def by_id(database: Database, group_id: int) -> Group:
    """The group with this id. Raises NotSetUp."""
    async with database.read() as tx:
        group = await groups.by_id(tx, group_id)
    if group is None:
        raise NotSetUp
    return group
