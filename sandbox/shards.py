"""Shards: how many connections a bot must have, which of them serves what, and how fast they may begin."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sandbox.close_codes import GatewayCloseError

if TYPE_CHECKING:
    from sandbox.errors import Json
    from sandbox.world import Bot

IDENTIFY_EVERY_S = 0.1
"""Real seconds between two beginnings in one bucket: Discord's five, shortened as tests shorten other limits."""


class Shards:
    """What Discord asks of a bot: `count` connections, of which one in each of `at_once` buckets may begin at a time.

    Source: Discord's gateway documentation, "Sharding" and "Session start limit object".
    """

    def __init__(self, count: int = 1, at_once: int = 1, every_s: float = IDENTIFY_EVERY_S) -> None:
        if count < 1 or at_once < 1:
            raise ValueError("A bot has at least one shard, and at least one may begin at a time.")
        self.count = count
        self.at_once = at_once
        self._every_s = every_s
        self._begun: dict[tuple[str, int], float] = {}

    def limit(self) -> Json:
        """Discord's session start limit."""
        return {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": self.at_once}

    def chosen(self, asked: Any) -> tuple[int, int]:
        """(shard, count) of an IDENTIFY. Raises GatewayCloseError: 4010 for nonsense, 4011 for too few."""
        pair = [0, 1] if asked is None else asked
        if not isinstance(pair, list) or len(pair) != 2 or not all(type(one) is int for one in pair):
            raise GatewayCloseError(4010, "Invalid shard.")
        shard, count = pair
        if not 0 <= shard < count:
            raise GatewayCloseError(4010, "Invalid shard.")
        if count < self.count:
            # Discord looks at the servers of each connection; here what it recommends is what it demands.
            raise GatewayCloseError(4011, "Sharding required.")
        return shard, count

    def may_begin(self, bot: Bot, shard: int) -> bool:
        """Whether this shard's bucket is free by now; it is taken then."""
        now, bucket = time.monotonic(), (bot.id, shard % self.at_once)
        if now - self._begun.get(bucket, -self._every_s) < self._every_s:
            return False
        self._begun[bucket] = now
        return True


def serves(shard: tuple[int, int], guild_id: str | None) -> bool:
    """Whether a (shard, count) hears of a server. What is in no server is the first one's."""
    number, count = shard
    return (0 if guild_id is None else (int(guild_id) >> 22) % count) == number
