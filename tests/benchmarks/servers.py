"""The sandbox of the groups' benchmark: as many servers as are asked for, each with both bots in it."""

from __future__ import annotations

import asyncio
from collections import Counter

from sandbox.server import Sandbox
from sandbox.study_group import BOT_ID, DAILY_QUIZ_ID, EVERYONE, TOVA_ID, join_bot
from sandbox.world import VOICE
from tests.benchmarks.group import BARE_TOKEN, Verb, Word, serve
from tests.benchmarks.storm import Storm

FIRST_ID = 9_000_000_000
STEP = 1_000
TEXTS, ROLES = 9, 6
AT_ONCE = 200


class Servers(Storm):
    """A crowd of servers of a usual size: ten channels and eight roles, some of them with words in them."""

    def __init__(self, box: Sandbox) -> None:
        super().__init__(box)
        self._channels: list[str] = []
        self._what = "posts"
        self._before = 0

    def verbs(self) -> dict[str, Verb]:
        return super().verbs() | {
            "servers": self.servers,
            "posts": self.posts,
            "watch": self.watch,
            "pass": self.pass_,
            "answer": self.answer,
        }

    async def servers(self, word: Word) -> Word:
        """Make so many servers: the (server, channel of its daily question) of each are told by rule.

        The nth server has the id FIRST_ID + n · STEP, and its first channel the next one.
        """
        world = self.box.world
        bots = [bot for bot in world.bots.values() if bot.id == BOT_ID or bot is world.bots[BARE_TOKEN]]
        for number in range(word["number"]):
            guild_id = FIRST_ID + number * STEP
            guild = world.add_guild(f"Study group {number}", TOVA_ID, guild_id=str(guild_id), everyone=EVERYONE)
            for n in range(ROLES):
                world.add_role(guild, f"Role {n}", role_id=str(guild_id + 100 + n))
            for n in range(TEXTS):
                channel = world.add_channel(guild, f"channel-{n}", channel_id=str(guild_id + 1 + n))
                channel.data["topic"] = "What belongs here, in a sentence of some length"
            world.add_channel(guild, "Study room", VOICE, channel_id=str(guild_id + 1 + TEXTS))
            for bot in bots:
                join_bot(world, guild, bot)
            self._channels.append(str(guild_id + 1))
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        return {}

    async def next(self, word: Word) -> Word:
        """The same, until the question is there that people press."""
        found = await super().next(word)
        while not self._asked(DAILY_QUIZ_ID):  # noqa: ASYNC110  on a busy machine that outlasts the clock's patience
            await asyncio.sleep(0.01)
        return found

    async def watch(self, word: Word) -> Word:
        """What is waited for while people press: `posts` or `threads`, counted anew from now on, or all that is due."""
        self._what = word["what"]
        self._before = self._made()
        return {}

    async def answer(self, _: Word) -> Word:
        """Return when a command was answered: it comes after all servers, in which the bot may be busy for seconds."""
        form = {"kind": "command", "name": "progress", "channel_id": DAILY_QUIZ_ID, "options": {}}
        tries = 1
        while (await self.box.people.interact(TOVA_ID, form))["status"] == "failed":
            tries += 1
        return {"tries": tries}

    async def pass_(self, word: Word) -> Word:
        """Move the clock to an instant, and wait for what is due on the way."""
        return {"settled": await self.box.clock.move(to_ms=word["to_ms"])}

    async def posts(self, _: Word) -> Word:
        """How many channels have how many messages of the bot with buttons, and how many threads."""
        channels = [self.box.world.channels[one] for one in self._channels]
        return {
            "posts": dict(Counter(str(self._asked(one)) for one in self._channels)),
            "threads": dict(
                Counter(
                    str(sum(thread.parent is one for thread in one.guild.threads())) for one in channels if one.guild
                )
            ),
        }

    def _asked(self, channel: str) -> int:
        return sum(bool(one["components"]) for one in self.box.world.channels[channel].messages.values())

    def _made(self) -> int:
        channels = self.box.world.channels
        if self._what == "settled":
            return int(all(one.settled_seq >= self.box.clock.seq for one in self.box.clock.followers))
        if self._what == "threads":
            return sum(bool(one.messages) for one in channels.values() if one.parent is not None)
        return sum(len(channels[one].messages) for one in self._channels)

    def _arrived(self) -> int:
        return self._made() - (0 if self._what == "settled" else self._before)


if __name__ == "__main__":
    asyncio.run(serve(Servers))
