"""The sandbox owns the time: one clock for the people, the snowflakes and the bot that follows it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

DISCORD_EPOCH_MS = 1_420_070_400_000
"""Snowflakes count milliseconds from 2015-01-01T00:00:00Z."""

FROZEN_START_MS = 1_772_454_600_000
"""Where a frozen clock begins unless told otherwise: Monday 2026-03-02 12:30 UTC."""

SETTLE_TIMEOUT_S = 15.0
"""Real seconds that a follower has to finish what a move of the clock made due."""

DAY_MS = 24 * 3_600_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso(ms: int) -> str:
    """An instant in milliseconds since 1970 as Discord writes it."""
    return (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="microseconds")


def parse_iso(text: str) -> int | None:
    """Milliseconds since 1970 of an ISO 8601 instant; None when it is none (a zone is required)."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return round((moment - _EPOCH) / timedelta(milliseconds=1))


def real_ms() -> int:
    """The machine's own time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@dataclass(eq=False)
class Follower:
    """A bot on the clock socket: told of every change, it says when it has done what was due."""

    send: Callable[[dict[str, object]], Awaitable[None]]
    settled_seq: int = -1
    next_ms: int | None = None
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    gone: bool = False

    def says(self, seq: int, next_ms: int | None) -> None:
        """Record that everything due as of `seq` is done, and what is due next."""
        self.settled_seq = max(self.settled_seq, seq)
        self.next_ms = next_ms
        self.heard.set()


class Keeper(Protocol):
    """Something of the sandbox's own that happens by itself when its time comes."""

    def next_ms(self) -> int | None:
        """The next instant at which something happens, later than now."""

    def run(self) -> None:
        """Do everything that is due."""


class Clock:
    """Frozen (it moves only when it is moved) or running beside the real time at an offset."""

    def __init__(self, *, frozen: bool, start_ms: int | None = None) -> None:
        self.frozen = frozen
        self.seq = 0
        self.followers: list[Follower] = []
        self.keepers: list[Keeper] = []
        self.watchers: list[Callable[[], None]] = []
        self._ms = FROZEN_START_MS if start_ms is None else start_ms
        self._offset = 0 if start_ms is None else start_ms - real_ms()
        self._moving = asyncio.Lock()

    @property
    def now_ms(self) -> int:
        """Milliseconds since 1970, UTC."""
        return self._ms if self.frozen else real_ms() + self._offset

    @property
    def next_ms(self) -> int | None:
        """The earliest instant that a follower waits for."""
        return min((f.next_ms for f in self.followers if f.next_ms is not None), default=None)

    def state(self) -> dict[str, object]:
        """What a follower is told: {now_ms, frozen, seq}."""
        return {"now_ms": self.now_ms, "frozen": self.frozen, "seq": self.seq}

    def noticed(self) -> None:
        """Tell the watchers (the pages) that the time or the next due instant changed."""
        for watcher in self.watchers:
            watcher()

    async def move(self, *, to_ms: int | None = None, to_next: bool = False) -> bool:
        """Move to an instant, stopping at each one a follower or a keeper waits for on the way there.

        A follower's next instant can be older than what it is busy with, so it is asked first.
        Returns whether every follower settled in time.
        """
        async with self._moving:
            settled = await self._set(self.now_ms)
            target = self.next_ms if to_next else to_ms
            if target is None:
                return settled
            while settled and target >= self.now_ms:
                stop = self._next_stop()
                if stop is None or stop > target or stop <= self.now_ms:
                    break
                settled = await self._set(stop)
            if self.now_ms != target or not self.frozen:
                settled = await self._set(target) and settled
            return settled

    async def leap(self, to_ms: int) -> bool:
        """Be at an instant at once, past or before all that is due, as a machine's clock is when somebody sets it."""
        async with self._moving:
            return await self._set(to_ms)

    async def move_until(
        self, happened: Callable[[], bool], *, most_stops: int, most_ms: int, patience_s: float = float("inf")
    ) -> str:
        """Go from instant to instant, a follower's or a keeper's, until `happened()` says yes after one.

        Returns why it stopped: "done", "nothing" (nobody waits for anything), "far" (now `most_ms` later), "many"
        (after `most_stops` instants), "slow" (after `patience_s` real seconds) or "busy" (a follower did not settle in
        time).
        """
        async with self._moving:
            if not await self._set(self.now_ms):
                return "busy"
            limit = self.now_ms + most_ms
            patience = time.monotonic() + patience_s
            for _ in range(most_stops):
                stop = self._next_stop()
                if happened() or stop is None:
                    return "done" if happened() else "nothing"
                if time.monotonic() > patience:
                    return "slow"
                if stop > limit:
                    return "far" if await self._set(limit) else "busy"
                if not await self._set(max(stop, self.now_ms)):
                    return "busy"
            return "done" if happened() else "many"

    def _next_stop(self) -> int | None:
        stops = [self.next_ms, *(keeper.next_ms() for keeper in self.keepers)]
        return min((stop for stop in stops if stop is not None), default=None)

    async def _set(self, ms: int) -> bool:
        self._offset += ms - self.now_ms
        self._ms = ms
        self.seq += 1
        for keeper in self.keepers:
            keeper.run()
        state = self.state()
        followers = list(self.followers)
        for follower in followers:
            await follower.send(state)
        self.noticed()
        return all([await self._settles(follower, self.seq) for follower in followers])

    async def _settles(self, follower: Follower, seq: int) -> bool:
        try:
            async with asyncio.timeout(SETTLE_TIMEOUT_S):
                while follower.settled_seq < seq and not follower.gone:
                    follower.heard.clear()
                    await follower.heard.wait()
        except TimeoutError:
            return False
        return True


class Snowflakes:
    """Unique ids that carry the sandbox's time and grow while it does not run backwards."""

    _COUNTER_BITS = 22

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counter = 0

    def new(self) -> str:
        """A fresh id as Discord writes it: decimal digits in a string."""
        self._counter += 1
        carry, low = divmod(self._counter, 1 << self._COUNTER_BITS)
        ms = self._clock.now_ms - DISCORD_EPOCH_MS + carry
        return str((ms << self._COUNTER_BITS) | low)


def created_ms(snowflake: str) -> int:
    """When an id was made, in milliseconds since 1970."""
    return (int(snowflake) >> 22) + DISCORD_EPOCH_MS
