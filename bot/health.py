"""A port of the loopback address where an operator's tools ask how the bot is: `/healthz` and `/metrics`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import sqlite3
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Protocol

from aiohttp import web

from bot.clock import Clock
from bot.domain.instants import MINUTE_MS
from bot.meters import Meters
from bot.services import health
from bot.storage.database import Database

log = logging.getLogger(__name__)

LATE_MS = 5 * MINUTE_MS
"""What has been due for longer means that the clockwork stands still."""
AWAY_S = 300.0
"""A connection is lost and found again many times a day; one that stays away so long is a failure."""
ASKED_WITHIN_S = 2.0
BEAT_S = 0.5


class Connection(Protocol):
    """What of the client tells whether Discord is there."""

    def connections(self) -> Mapping[int, float | None]:
        """The shards with the latency of each; None where it is away."""


class Health:
    """Answers whether the bot does its work: Discord is there, the database answers, nothing due is left lying.

    Only the loopback address is served, without any secret or anybody's id in an answer.
    """

    def __init__(
        self,
        client: Connection,
        database: Database,
        file: Path,
        clock: Clock,
        meters: Meters,
        away_s: float = AWAY_S,
    ) -> None:
        self._client = client
        self._database = database
        self._file = file
        self._clock = clock
        self._meters = meters
        self._may_be_away_s = away_s
        self._away_since: float | None = None
        self._lag = 0.0
        self._told = _Told(meters)

    @contextlib.asynccontextmanager
    async def served(self, port: int) -> AsyncIterator[int]:
        """Listen on *port* (0: any that is free) for as long as the block runs; gives the port. Raises OSError."""
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/metrics", self._metrics)
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.2)
        await runner.setup()
        beating = asyncio.create_task(self._beat(), name="health")
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            found = int(runner.addresses[0][1])
            logging.getLogger().addHandler(self._told)
            log.info("health is told", extra={"port": found})
            yield found
        finally:
            logging.getLogger().removeHandler(self._told)
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            await runner.cleanup()

    async def _beat(self) -> None:
        """See how late the event loop is, and since when Discord is away."""
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(BEAT_S)
            now = loop.time()
            self._lag = max(0.0, now - before - BEAT_S)
            if None not in self._client.connections().values():
                self._away_since = None
            elif self._away_since is None:
                self._away_since = before

    async def _work(self) -> health.Work | None:
        try:
            async with asyncio.timeout(ASKED_WITHIN_S):
                return await health.look(self._database, self._clock.now_ms())
        except (sqlite3.Error, TimeoutError):
            return None

    async def _writes(self) -> bool:
        try:
            async with asyncio.timeout(ASKED_WITHIN_S):
                await health.can_write(self._database, self._clock.now_ms())
        except (sqlite3.Error, TimeoutError):
            return False
        return True

    def _away(self) -> float:
        """Seconds since Discord was there with every shard."""
        return 0.0 if self._away_since is None else asyncio.get_running_loop().time() - self._away_since

    async def _healthz(self, _: web.Request) -> web.Response:
        """200 where all is well, else 503; either way a JSON object that says what of it is."""
        work = await self._work()
        found = {
            "discord": self._away() < self._may_be_away_s,
            "database": work is not None and await self._writes(),
            "agenda": work is not None and work.agenda_late_ms < LATE_MS,
        }
        well = all(found.values())
        return web.json_response({"well": well, **found}, status=200 if well else 503)

    async def _metrics(self, _: web.Request) -> web.Response:
        work = await self._work()
        show = self._meters.show
        shards = self._client.connections()
        there = [latency for latency in shards.values() if latency is not None]
        show(
            "discord_ready",
            "1 while the connection to Discord stands, with every shard",
            float(len(there) == len(shards)),
        )
        show("discord_shards", "The connections that Discord asks for", len(shards))
        show("discord_shards_ready", "How many of them stand", len(there))
        show(
            "discord_latency_seconds",
            "The last heartbeat's way to Discord and back, of the slowest shard; -1 without one",
            max(map(_finite, there), default=-1.0),
        )
        show("event_loop_lag_seconds", "How late the event loop came back from its last pause", self._lag)
        show("database_up", "1 while the database answers", float(work is not None))
        if work is not None:
            show("groups", "Groups that are set up", work.groups)
            show("agenda_entries", "What is planned", work.planned)
            show("agenda_overdue", "What is due and not yet claimed", work.overdue)
            show("agenda_late_seconds", "How long the oldest of these has been due", work.agenda_late_ms / 1000)
            show("deliveries_waiting", "Messages that are not sent yet", work.waiting)
            show("deliveries_late_seconds", "How long the oldest of these has been due", work.outbox_late_ms / 1000)
        show("database_bytes", "Size of the database's files", await asyncio.to_thread(self._bytes))
        show("disk_free_bytes", "Room on the database's disk", await asyncio.to_thread(self._free))
        return web.Response(body=self._meters.text(), headers={"Content-Type": "text/plain; version=0.0.4"})

    def _bytes(self) -> int:
        beside = (self._file, Path(f"{self._file}-wal"))
        return sum(path.stat().st_size for path in beside if path.exists())

    def _free(self) -> int:
        return shutil.disk_usage(self._file.absolute().parent).free


class _Told(logging.Handler):
    """Counts what is logged: that something went wrong behind everybody's back is seen by this alone."""

    def __init__(self, meters: Meters) -> None:
        super().__init__(logging.WARNING)
        self._meters = meters

    def emit(self, record: logging.LogRecord) -> None:
        self._meters.logged(record.levelname.lower())


def _finite(seconds: float) -> float:
    # Not a number before the first heartbeat, and infinite while there is no connection.
    return seconds if 0 <= seconds < float("inf") else -1.0
