"""The bot itself: a client with our cogs, its commands kept in step with Discord, and the clockwork."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib
import json
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.callbacks import Callbacks
from bot.clock import Clock
from bot.jobs import Hourly, Jobs
from bot.presses import ShardedState, State
from bot.services import meta
from bot.services.deliveries import Parcel
from bot.services.house import House
from bot.services.requests import REQUEST, Once
from bot.shards import Shards, Starts

log = logging.getLogger(__name__)

COGS = (
    "cogs.replies",
    "cogs.setup",
    "cogs.quiz",
    "cogs.sheets",
    "cogs.deliveries",
    "cogs.estimates",
    "cogs.groups",
    "cogs.standings",
    "cogs.seasons",
    "cogs.streaks",
    "cogs.units",
    "cogs.reminders",
    "cogs.fires",
    "cogs.notes",
    "cogs.exams",
    "cogs.ladder",
    "cogs.setbacks",
    "cogs.sessions",
    "cogs.session_forms",
    "cogs.session_posts",
    "cogs.rsvps",
    "cogs.attendance",
    "cogs.attendance_lists",
    "cogs.afterwards",
    "cogs.wishes",
    "cogs.feedback",
    "cogs.feedback_drafts",
    "cogs.endorsements",
    "cogs.promotions",
    "cogs.challenges",
    "cogs.corrections",
    "cogs.reports",
    "cogs.teachback",
    "cogs.reviews",
    "cogs.threads",
    "cogs.reflections",
    "cogs.reviewers",
    "cogs.buddies",
    "cogs.imports",
    "cogs.suggestions",
    "cogs.bank_status",
    "cogs.privacy",
)
PATIENCE_S = 6.0  # for deliveries (five at most) and then replies under way when we are told to stop
PATIENCE_EVENTS_S = 1.0  # for what else is under way; all in all it stays below Docker's ten
AFTER_AN_ERROR_S = 5.0
CONNECTIONS = 200  # a fresh socket for each reply is the largest waste there is


class Tree(app_commands.CommandTree["Studyhall"]):
    """The commands, each of which leaves its number in the logs and the time of its arrival, and counts once."""

    def __init__(self, client: Studyhall) -> None:
        super().__init__(client)
        self._once = Once()

    async def interaction_check(self, interaction: discord.Interaction[Studyhall]) -> bool:
        REQUEST.set(interaction.id)
        if not self._once.first(interaction.id):
            log.info("Discord sent a command again")
            return False
        interaction.extras["began"] = asyncio.get_running_loop().time()
        task = asyncio.current_task()
        assert task is not None
        self.client.keep(task)
        return True

    async def _call(self, interaction: discord.Interaction[Studyhall]) -> None:
        await super()._call(interaction)
        if interaction.type is discord.InteractionType.autocomplete and not interaction.response.is_done():
            # Whoever may not, or nothing is set up: the library answers nothing, which looks broken to who types.
            with contextlib.suppress(discord.HTTPException, aiohttp.ClientError):
                await interaction.response.autocomplete([])


class Studyhall(commands.Bot):
    """One bot for any number of servers. It needs no privileged intent; make it inside a running event loop."""

    def __init__(
        self,
        house: House,
        clock: Clock,
        *,
        guild_ready_timeout: float = 2.0,
        hourly: Sequence[Hourly] = (),
        shards: Shards | None = None,
    ) -> None:
        wanted = shards if shards is not None else Shards()
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True, voice_states=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            connector=aiohttp.TCPConnector(limit=CONNECTIONS),
            guild_ready_timeout=guild_ready_timeout,
            tree_cls=Tree,
            shard_count=wanted.count,
        )
        self.house = house
        self._clock = clock
        self._hourly = hourly
        self.jobs: Jobs | None = None
        self._idles: list[Callable[[], Awaitable[None]]] = []
        self._starts = Starts(wanted)
        self._events: set[asyncio.Task[None]] = set()
        self._commands: set[asyncio.Task[Any]] = set()

    def _get_state(self, **options: Any) -> State:
        return State(dispatch=self.dispatch, handlers=self._handlers, hooks=self._hooks, http=self.http, **options)

    async def setup_hook(self) -> None:
        Callbacks(self.http.user_agent).use()
        deliver: Callable[[Parcel], Awaitable[None]] | None = None
        for name in COGS:
            cog = importlib.import_module(name).make(self, self.house)
            await self.add_cog(cog)
            deliver = getattr(cog, "deliver", deliver)
            if hasattr(cog, "idle"):
                self._idles.append(cog.idle)
        await self._sync()
        assert deliver is not None
        self.jobs = Jobs(self.house.database, self._clock, self.house.plan, deliver, self._hourly)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:  # noqa: ARG002  it is asked for
        """Keep to what Discord allows, and wait no longer than that."""
        await asyncio.sleep(self._starts.wait(shard_id or 0, asyncio.get_running_loop().time()))

    async def connect(self, *, reconnect: bool = True) -> None:
        while True:
            try:
                return await super().connect(reconnect=reconnect)
            except AttributeError as error:
                # The library waits after a first connection that failed, and then looks for that one's session.
                if error.obj is not None or error.name != "sequence" or self.is_closed():
                    raise

    def connections(self) -> dict[int, float | None]:
        """The shards with the latency of each in seconds (it can be nan or infinite); None where it is away."""
        there = self.is_ready() and not self.is_closed() and self.ws.open
        return {0: self.ws.latency if there else None}

    async def on_disconnect(self) -> None:
        """What happens from now on is not heard, or heard late."""
        self.dispatch("shard_away", 0)

    async def on_resumed(self) -> None:
        """What was missed has been heard by now."""
        self._back(0)

    def _back(self, shard: int) -> None:
        self.dispatch("shard_back", shard)
        if self.jobs is not None and self.jobs.started:
            self.jobs.wake()

    async def on_ready(self) -> None:
        """The connection stands: begin with the agenda. After a reconnect, look at it again."""
        self._back(0)
        await self._begin()

    async def _begin(self) -> None:
        assert self.jobs is not None
        if self.jobs.started:
            self.jobs.wake()
        else:
            log.info("ready", extra={"guilds": len(self.guilds)})
            while True:
                try:
                    await self.jobs.start()
                except sqlite3.Error:
                    # Nobody else would try again until the next start.
                    log.exception("the agenda could not be begun; it is tried again in a moment")
                    await asyncio.sleep(AFTER_AN_ERROR_S)
                else:
                    return

    async def on_agenda_changed(self) -> None:
        """A feature planned something: the armed job may be too late for it."""
        if self.jobs is not None:
            self.jobs.wake()

    async def on_evidence_changed(self) -> None:
        """A feature changed what answers mean: what follows from them is made anew, beside everything else."""
        if self.jobs is not None:
            await self.jobs.follow_soon()

    async def close(self) -> None:
        """Stop in order: the agenda, then the presses that wait for their reply, then the connection."""
        until = asyncio.get_running_loop().time() + PATIENCE_S
        if self.jobs is not None:
            await self.jobs.close()
        try:
            async with asyncio.timeout_at(until):
                for idle in self._idles:
                    await idle()
                while begun := self._commands - {asyncio.current_task()}:
                    await asyncio.wait(begun)
        except TimeoutError:
            log.warning("some presses got no reply before the end; their answers are kept")
        await self.house.desk.idle()
        await self._end_events()
        await super().close()

    def keep(self, task: asyncio.Task[Any]) -> None:
        """Wait for a command's work at the end."""
        self._commands.add(task)
        task.add_done_callback(self._commands.discard)

    def _schedule_event(
        self, coro: Callable[..., Coroutine[Any, Any, Any]], event_name: str, *args: Any, **kwargs: Any
    ) -> asyncio.Task[None]:
        # The library keeps no reference to these tasks: one that waits could be collected half done.
        task = super()._schedule_event(coro, event_name, *args, **kwargs)
        self._events.add(task)
        task.add_done_callback(self._events.discard)
        return task

    async def _end_events(self) -> None:
        """Let what events and commands began end while the database is open; what takes too long is broken off."""
        begun = (self._events | self._commands) - {asyncio.current_task()}
        if begun:
            _, late = await asyncio.wait(begun, timeout=PATIENCE_EVENTS_S)
            for task in late:
                log.warning("an event's work was broken off", extra={"event": task.get_name()})
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _sync(self) -> None:
        """Tell Discord our commands, only when they are not those that it knows from us."""
        commands_now = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        text = json.dumps([self.application_id, commands_now], sort_keys=True, default=str)
        fingerprint = hashlib.sha256(text.encode()).hexdigest()
        if await meta.read(self.house.database, "commands") == fingerprint:
            return
        await self.tree.sync()
        await meta.write(self.house.database, "commands", fingerprint)
        log.info("commands synchronised", extra={"count": len(commands_now)})


class ShardedStudyhall(Studyhall, commands.AutoShardedBot):
    """The same with several connections, each of which hears of its own servers.

    It would work with one, too; but after an outage the library's single client resumes, and its sharded one does not.
    """

    def _get_state(self, **options: Any) -> ShardedState:
        handlers, hooks = self._handlers, self._hooks
        return ShardedState(dispatch=self.dispatch, handlers=handlers, hooks=hooks, http=self.http, **options)

    def connections(self) -> dict[int, float | None]:
        found: dict[int, float | None] = dict.fromkeys(range(self.shard_count or 1))
        if self.is_ready() and not self.is_closed():
            found |= {number: one.latency for number, one in self.shards.items() if not one.is_closed()}
        return found

    async def on_disconnect(self) -> None:
        """Which one it was is told by another event."""

    async def on_resumed(self) -> None:
        """Which one it was is told by another event."""

    async def on_ready(self) -> None:
        await self._begin()

    async def on_shard_disconnect(self, shard: int) -> None:
        self.dispatch("shard_away", shard)

    async def on_shard_ready(self, shard: int) -> None:
        """It has begun, or has begun anew."""
        self._back(shard)

    async def on_shard_resumed(self, shard: int) -> None:
        self._back(shard)
