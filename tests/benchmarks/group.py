"""The sandbox as a process of its own, with two bots in it, told what to do by lines of JSON on its input.

Clicks are made here, inside the server, so that no client's own work is measured. Each line
`{"do": NAME, …}` is answered by one line.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from sandbox.server import Sandbox
from sandbox.study_group import DAILY_QUIZ_ID, GUILD_ID, TOVA_ID, join_bot

BARE_TOKEN = "bare-token"  # noqa: S105  a sandbox's token is not a secret
BARE_ID = "3002"
BARE_CHANNEL_ID = "1299"
TOGETHER = 25  # clicks made before the socket may send: the bot starts while the rest are made

Word = dict[str, Any]
Verb = Callable[[Word], Awaitable[Word]]


class Ground:
    """One server, one channel a bot, and as many members as a burst needs."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        world = box.world
        self.guild = world.guilds[GUILD_ID]
        bare = world.add_bot(BARE_TOKEN, "Bare", owner=world.users[TOVA_ID], user_id=BARE_ID)
        join_bot(world, self.guild, bare)
        world.add_channel(self.guild, "bare", channel_id=BARE_CHANNEL_ID)
        self._members = 0

    def verbs(self) -> dict[str, Verb]:
        """What it can be told to do."""
        return {
            "address": self.address,
            "open_round": self.open_round,
            "burst": self.burst,
            "broken": self.broken,
        }

    async def address(self, _: Word) -> Word:
        return {"url": self.box.url, "bare_token": BARE_TOKEN, "bare_channel": BARE_CHANNEL_ID}

    async def open_round(self, _: Word) -> Word:
        """Set the group up as its owner does, and move the clock to the daily question."""
        # The sandbox has no event for commands that were synchronised.
        while not any(one["name"] == "setup" for one in self.box.people.commands(TOVA_ID)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        options = {"channel": DAILY_QUIZ_ID, "zone": "Europe/Berlin"}
        form = {"kind": "command", "name": "setup", "channel_id": DAILY_QUIZ_ID, "options": options}
        # Commands are synchronised before the bot listens: what it did not hear is said again.
        outcome = await self.box.people.interact(TOVA_ID, form)
        while outcome["status"] == "failed":
            outcome = await self.box.people.interact(TOVA_ID, form)
        await self.box.clock.move(to_next=True)
        return {"status": outcome["status"]}

    async def burst(self, word: Word) -> Word:
        """Clicks by members that are new to both bots; seconds from the first one to the last reply.

        `{"bot": "bare" | "ours", "clicks": n}` → `{"seconds", "ms": [each click's], "statuses"}`.
        """
        channel = BARE_CHANNEL_ID if word["bot"] == "bare" else DAILY_QUIZ_ID
        message = next(m for m in self.box.world.channels[channel].messages.values() if m["components"])
        letters = [
            button["custom_id"]
            for row in message["components"]
            for button in row["components"]
            if button["custom_id"].startswith(("a:", "bare:"))
        ]
        people = [self._newcomer() for _ in range(word["clicks"])]
        cpu, started = time.process_time(), time.monotonic()
        made = []
        for number, person in enumerate(people):
            form = {"kind": "component", "channel_id": channel, "message_id": message["id"]}
            made.append(self.box.people.begin(person, form | {"custom_id": letters[number % len(letters)]}))
            if number % TOGETHER == TOGETHER - 1:
                await asyncio.sleep(0)
        outcomes = [await self.box.interactions.outcome(one) for one in made]
        replied = [one.answered_at or time.monotonic() for one in made]
        statuses: dict[str, int] = {}
        for outcome in outcomes:
            content = (outcome.get("message") or {}).get("content", "")
            status = outcome["status"] if not content or "Locked" in content else "unexpected"
            statuses[status] = statuses.get(status, 0) + 1
        return {
            "seconds": max(replied) - started,
            "cpu": time.process_time() - cpu,
            "ms": [(stamp - one.made_at) * 1000 for one, stamp in zip(made, replied, strict=True)],
            "statuses": statuses,
        }

    def _newcomer(self) -> str:
        self._members += 1
        user = self.box.world.add_user(f"Member {self._members}")
        self.box.world.add_member(self.guild, user["id"])
        return str(user["id"])

    async def broken(self, _: Word) -> Word:
        return {"broken": len(self.box.world.broken_rules)}


async def serve(kind: type[Ground] = Ground) -> None:
    """Answer the words of the input until it ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with Sandbox(0, frozen=True, rate_limit_scale=1.0) as box:
        verbs = kind(box).verbs()
        while line := await reader.readline():
            word = orjson.loads(line)
            answer = await verbs[word["do"]](word)
            os.write(sys.stdout.fileno(), orjson.dumps(answer) + b"\n")


if __name__ == "__main__":
    asyncio.run(serve())
