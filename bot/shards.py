"""The way to Discord's gateway: how many connections, how fast they may begin, and why one may end for good."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.instants import MINUTE_MS

EVERY_S = 5.0
"""Between two beginnings in one bucket. Source: Discord's documentation, "Session start limit object"."""


@dataclass(frozen=True, slots=True)
class Shards:
    """What Discord asks for: `count` connections, of which one in each of `at_once` buckets may begin at a time."""

    count: int = 1
    at_once: int = 1
    every_s: float = EVERY_S


class Starts:
    """Says how long a shard has to wait before it may identify. Times are seconds of any steady clock."""

    def __init__(self, shards: Shards) -> None:
        self._shards = shards
        self._free_at: dict[int, float] = {}

    def wait(self, shard: int, now: float) -> float:
        """The seconds until this shard's turn, which is taken by asking."""
        bucket = shard % self._shards.at_once
        turn = max(now, self._free_at.get(bucket, now))
        self._free_at[bucket] = turn + self._shards.every_s
        return turn - now


def too_few_left(count: int, remaining: int, reset_after_ms: int) -> str | None:
    """Why the bot must not connect today, if so: with more starts than allowed Discord voids the token."""
    if remaining >= count:
        return None
    hours = -(-reset_after_ms // (60 * MINUTE_MS))
    return (
        f"Discord allows this bot {remaining} more starts, and it takes {count}. Find in the log why it started so "
        f"often, and try again in {hours} h; nothing was started."
    )


_KEPT = "Every answer is kept."
_ENDS = {
    4004: "Discord no longer accepts the token in DISCORD_TOKEN. Copy it anew from the developer portal "
    f"(Bot → Reset Token), and start the bot again. {_KEPT}",
    4010: "Discord refuses the shard that the bot connected as. Start it again: it asks anew how many there must be. "
    f"{_KEPT}",
    4011: "Discord asks for more shards by now than the bot has. Start it again: it asks anew how many there must be. "
    f"{_KEPT}",
    4012: "Discord no longer speaks the gateway's version that this program speaks. Update Studyhall, and start it "
    f"again. {_KEPT}",
    4013: f"Discord does not know what this program asks to hear. Update Studyhall, and start it again. {_KEPT}",
    4014: "Discord does not let the bot hear what it asks for, though none of it is privileged. Update Studyhall, and "
    f"start it again. {_KEPT}",
}


def ended(code: int) -> str:
    """Why a connection that Discord closed with this code cannot be made again, and what to do."""
    return _ENDS.get(code, f"Discord closed the connection for good (code {code}). Start the bot again. {_KEPT}")
