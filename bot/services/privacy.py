"""A member's own data: all of it out, all of it gone, and whether the board shows them."""

from __future__ import annotations

import json
from datetime import datetime

from bot.domain.groups import Group
from bot.domain.instants import to_ms
from bot.services import rsvps, threads
from bot.storage import deliveries, groups, privacy
from bot.storage.database import Database


async def export(database: Database, group: Group, user: int) -> str | None:
    """Everything kept about a member, as JSON text; None where nothing is."""
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        if member is None:
            return None
        return json.dumps(await privacy.export(tx, member), ensure_ascii=False, indent=1)


async def delete(database: Database, group: Group, user: int) -> bool:
    """Delete all that is kept about a member; whether there was anything."""
    async with database.write() as tx:
        await deliveries.forget(tx, group.group_id, user)
        await rsvps.forget(tx, group, user)
        member = await groups.member(tx, group.group_id, user)
        if member is not None:
            await threads.forget(tx, member)
        return await privacy.delete(tx, group.group_id, user)


async def show_on_board(database: Database, group: Group, user: int, now: datetime, *, on: bool) -> None:
    """Put a member on the boards or take them off, at once and for the past too."""
    async with database.write() as tx:
        key = (group.group_id, user)
        member = (await groups.member_ids(tx, [key], to_ms(now)))[key]
        await privacy.show_on_board(tx, member, on)
        if not on:
            await deliveries.forget(tx, group.group_id, user)
