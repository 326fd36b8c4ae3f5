"""Each group's review sessions as a file in the operator's folder, for any web server to publish."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path

from discord.ext import commands

from bot.domain.refusals import NotSetUp
from bot.services import calendars, groups, sessions
from bot.services.house import House
from cogs import texts_sessions as texts
from cogs.rsvps import place_name

log = logging.getLogger(__name__)


class Feeds:
    """Writes a file where something in it has changed, and never half of one."""

    def __init__(self, client: commands.Bot, house: House) -> None:
        self._client = client
        self._house = house
        self._one_at_a_time = asyncio.Lock()

    async def write_all(self) -> None:
        """After a start: the files of all groups with sessions ahead."""
        if self._house.calendars is not None:
            for group_id in await sessions.groups_ahead(self._house.database):
                await self.write(group_id)

    async def write(self, group_id: int) -> None:
        """Something about a group's sessions is otherwise than before."""
        folder = self._house.calendars
        if folder is None:
            return
        async with self._one_at_a_time:
            try:
                group = await groups.by_id(self._house.database, group_id)
            except NotSetUp:
                return
            guild = self._client.get_guild(group.guild_id)
            found = await sessions.calendar(self._house.database, group, self._house.clock.now())
            title = guild.name if guild is not None else texts.LIST_TITLE
            data = calendars.feed(found, group.guild_id, lambda one: place_name(guild, one), title)
            name = await calendars.file_name(self._house.database, group_id)
            try:
                await asyncio.to_thread(_write, folder / name, data)
                # Under this name anybody could read it who counts to ten.
                await asyncio.to_thread((folder / f"{group_id}.ics").unlink, missing_ok=True)
            except OSError as error:
                # The sessions go on; the next change tries again.
                log.warning("a calendar file could not be written", extra={"problem": str(error)})


def _write(path: Path, data: bytes) -> None:
    """Put the file in its place whole: who reads it meanwhile has the old one."""
    if path.exists() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_bytes(data)
    os.replace(new, path)
