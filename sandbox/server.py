"""The sandbox's server: everything put together behind one port on the loopback address."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING, Self

from aiohttp import web

from sandbox import (
    guard,
    people_http,
    rest_channels,
    rest_commands,
    rest_events,
    rest_guilds,
    rest_interactions,
    rest_messages,
    rest_reactions,
    rest_threads,
    rest_users,
    rest_voice,
)
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.gateway import Gateway
from sandbox.guide import Guide
from sandbox.happenings import Happenings
from sandbox.inspector import Inspector
from sandbox.interactions import Interactions
from sandbox.live import Live
from sandbox.month import Month
from sandbox.openapi import described
from sandbox.people import People
from sandbox.ratelimits import RateLimits
from sandbox.rest import MAX_BODY, PREFIX, Rest, Router
from sandbox.shards import Shards
from sandbox.study_group import study_group
from sandbox.upkeep import Upkeep

if TYPE_CHECKING:
    from types import TracebackType

    from sandbox.launcher import BotProcess
    from sandbox.world import World

_REST = (
    rest_users,
    rest_guilds,
    rest_channels,
    rest_messages,
    rest_reactions,
    rest_threads,
    rest_events,
    rest_voice,
    rest_commands,
    rest_interactions,
)


class Sandbox:
    """One Discord on localhost. `async with Sandbox(port=0, frozen=True) as box: box.url, box.world, box.clock`.

    `rate_limit_scale` shortens the windows of rate limits (0.02: a second becomes 20 ms). The official API
    description to check requests against is named by `openapi` or the environment's DISCORD_OPENAPI. With `leaps` no
    limit holds while the page moves the clock. `shards` and `at_once`: how many connections the bot must
    have, and how many it may begin at a time.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        frozen: bool = True,
        rate_limit_scale: float = 0.02,
        rate_limits: bool = True,
        start_ms: int | None = None,
        openapi: str | None = None,
        world: World | None = None,
        leaps: bool = False,
        shards: int = 1,
        at_once: int = 1,
    ) -> None:
        self.leaps = leaps
        self.clock = world.clock if world is not None else Clock(frozen=frozen, start_ms=start_ms)
        self.world = world if world is not None else study_group(self.clock)
        self.interactions = Interactions(self.world)
        self.world.shards = Shards(shards, at_once)
        self.gateway = Gateway(self.world)
        self.faults = Faults()
        description = openapi if openapi is not None else os.environ.get("DISCORD_OPENAPI")
        checker = described(description) if description else None
        limiter = RateLimits(rate_limit_scale, rate_limits)
        router = Router()
        for module in _REST:
            module.add_routes(router)
        self.rest = Rest(self.world, self.interactions, router, self.faults, limiter, checker)
        self.upkeep = Upkeep(self.world)
        self.live = Live(self.world, self.clock)
        self.happenings = Happenings(self.world)
        self.inspector = Inspector(self.world, self.interactions)
        self.people = People(self.world, self.interactions, self.live)
        self.month = Month(self)
        self.guide = Guide(self)
        self.bot_process: BotProcess | None = None
        self.port = port
        self._runner: web.AppRunner | None = None
        self._ticking: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        app = web.Application(client_max_size=MAX_BODY)
        guard.install(app)
        app.router.add_route("*", PREFIX + "/{tail:.*}", self.rest.serve)
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/gateway/", self.gateway.serve)
        people_http.add_routes(app, self)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=2048)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.world.base_url = self.url
        if not self.clock.frozen:
            self._ticking = asyncio.create_task(self._tick())

    async def _tick(self) -> None:
        """A running clock moves on its own, so somebody has to look at it."""
        while True:
            await asyncio.sleep(1)
            self.upkeep.run()

    async def stop(self) -> None:
        """Close every connection and stop listening."""
        if self._ticking is not None:
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking
        await self.month.stop()
        await self.live.close()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
