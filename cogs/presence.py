"""Who is still in the server: without the list of members, those about to be named are looked up one by one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from functools import partial

import discord

from bot.domain.groups import Group
from bot.domain.instants import MINUTE_MS
from bot.services import standings
from bot.services.house import House

log = logging.getLogger(__name__)

UNKNOWN_MEMBER, UNKNOWN_USER = 10007, 10013
REMEMBERED_MS = 10 * MINUTE_MS
AT_ONCE = 5
PATIENCE_S = 1.5  # Discord wants a first answer within three seconds
FORGET_ABOVE = 20_000


class Presence:
    """Looks members up, remembers for a while, and keeps what it learnt for the boards."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._known: dict[tuple[int, int], int] = {}
        self._absent: set[tuple[int, int]] = set()
        self._looking: dict[tuple[int, int], asyncio.Task[bool]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def close(self) -> None:
        """Give up what is under way."""
        tasks = list(self._looking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def changes(
        self, guild: discord.Guild | None, group: Group, users: Iterable[int], patience: float = PATIENCE_S
    ) -> bool:
        """Whether one of these users turned out, within `patience` seconds, not to belong on the boards.

        What takes longer goes on and is known the next time.
        """
        if guild is None:
            return False
        now_ms = self._house.clock.now_ms()
        if len(self._known) > FORGET_ABOVE:
            self._known.clear()
        tasks = []
        for user in users:
            key = (group.group_id, user)
            if now_ms - self._known.get(key, -REMEMBERED_MS) < REMEMBERED_MS:
                continue
            if key not in self._looking:
                task = asyncio.create_task(self._look(guild, group, user))
                self._looking[key] = task
                task.add_done_callback(partial(self._looked, key))
            tasks.append(self._looking[key])
        if not tasks:
            return False
        done, _ = await asyncio.wait(tasks, timeout=max(0.0, patience))
        return any(not task.cancelled() and task.result() for task in done)

    async def has_left(self, guild: discord.Guild | None, group: Group, user: int) -> bool:
        """Whether a user is no longer in the server; False where that cannot be found out in time."""
        await self.changes(guild, group, (user,))
        return (group.group_id, user) in self._absent

    def _looked(self, key: tuple[int, int], _: asyncio.Task[bool]) -> None:
        self._looking.pop(key, None)

    async def _look(self, guild: discord.Guild, group: Group, user: int) -> bool:
        database, clock = self._house.database, self._house.clock
        try:
            async with self._slots:
                member = await guild.fetch_member(user)
        except discord.NotFound as error:
            if error.code not in (UNKNOWN_MEMBER, UNKNOWN_USER):
                return False
            self._absent.add((group.group_id, user))
            await standings.gone(database, group, user, clock.now())
            return True
        except (discord.HTTPException, OSError) as error:
            # They stay on the board, as they were; the next drawing asks again.
            log.info("a member could not be looked up", extra={"problem": type(error).__name__})
            return False
        self._known[group.group_id, user] = clock.now_ms()
        self._absent.discard((group.group_id, user))
        role = group.wishes.tutor_role_id
        if role is None or member.get_role(role) is None:
            return False
        return await standings.here(database, group, user, tutor=True)
