"""The one place that reads the time. Everything else is handed an instant or a Clock."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import aiohttp

log = logging.getLogger(__name__)


class Clock(Protocol):
    """What the time is, and word when it jumps."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""

    def now_ms(self) -> int:
        """The same in milliseconds since 1970, as the database keeps instants."""

    def on_jump(self, callback: Callable[[], None]) -> None:
        """Have `callback` called, in the event loop, whenever the clock was set."""

    def settled(self, next_due_ms: int | None) -> None:
        """Say that all that was due is done, and when the next thing is (None: nothing is planned)."""


class SystemClock:
    """The machine's own clock. It never says that it jumped; the minute's heartbeat finds out."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  the one place

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def on_jump(self, callback: Callable[[], None]) -> None:  # noqa: ARG002  it never jumps
        return

    def settled(self, next_due_ms: int | None) -> None:  # noqa: ARG002  nobody listens
        return


class SandboxClock:
    """The sandbox's clock, followed over a websocket, so that moving it there moves everything here."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._base_ms = 0
        self._base_real = time.monotonic_ns()
        self._frozen = True
        self._seq = 0
        self._callbacks: list[Callable[[], None]] = []
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._reports: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Connect, and return once the sandbox's time is known."""
        self._task = asyncio.create_task(self._follow(), name="sandbox-clock")
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait({ready, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            self._task.result()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def now_ms(self) -> int:
        if self._frozen:
            return self._base_ms
        return self._base_ms + (time.monotonic_ns() - self._base_real) // 1_000_000

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.now_ms() / 1000, UTC)

    def on_jump(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)

    def settled(self, next_due_ms: int | None) -> None:
        if self._socket is None or self._socket.closed:
            return
        task = asyncio.create_task(self._report(self._socket, {"seq": self._seq, "next_ms": next_due_ms}))
        self._reports.add(task)
        task.add_done_callback(self._reports.discard)

    @staticmethod
    async def _report(socket: aiohttp.ClientWebSocketResponse, word: dict[str, int | None]) -> None:
        try:
            await socket.send_json(word)
        except ConnectionError:
            # The sandbox went away; _follow notices and comes back to it.
            return

    async def _follow(self) -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.ws_connect(self._url) as socket:
                        self._socket = socket
                        async for message in socket:
                            self._set(message.json())
                except aiohttp.ClientError:
                    if not self._ready.is_set():
                        raise
                log.info("the sandbox's clock went away; trying again")
                await asyncio.sleep(0.2)

    def _set(self, word: dict[str, int]) -> None:
        self._base_ms, self._frozen, self._seq = word["now_ms"], bool(word["frozen"]), word["seq"]
        self._base_real = time.monotonic_ns()
        first = not self._ready.is_set()
        self._ready.set()
        if not first:
            for callback in self._callbacks:
                callback()
