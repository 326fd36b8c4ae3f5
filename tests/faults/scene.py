"""A sandbox, a database with a group that is set up, and real bot processes that come and go."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Self

from bot.domain.groups import Feedback, Wishes
from bot.domain.instants import to_ms
from bot.services import groups
from bot.storage.database import Database
from sandbox.server import Sandbox
from tests import warm
from tests.blank import OTHER_KINDS, short, stocked
from tests.people import Member, Reply, Server

ROOT = Path(__file__).parents[2]
CHANNEL, BOT = "1202", "3001"
ASKED = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
CLOSED = datetime(2026, 3, 3, 19, 0, tzinfo=UTC)
SUMMED_UP = datetime(2026, 3, 3, 19, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLAIN = ("-m", "bot", "run")
Json = dict[str, Any]


async def prepare(path: Path) -> None:
    """A database in which Tova's group is set up: a question of one letter a day at 09:00 UTC, open for ten hours."""
    wishes = Wishes(int(CHANNEL), "UTC", time(9), frozenset(range(7)), 1, 600, Feedback.INSTANT, None, "cpc")
    await stocked(path)
    with contextlib.closing(sqlite3.connect(path)) as kept, kept:
        mine = "bank_id = (SELECT bank_id FROM banks WHERE slug = ?)"
        kept.execute(f"UPDATE questions SET state = 'retired' WHERE {mine}", (OTHER_KINDS,))
    database = await Database.open(path)
    await groups.set_up(database, 1001, wishes, 2003, datetime(2026, 3, 2, 12, tzinfo=UTC))
    await database.close()


class Scene:
    """One sandbox with its people, and at most one bot process."""

    def __init__(self, box: Sandbox, server: Server, ana: Member, folder: Path) -> None:
        self.box = box
        self.server = server
        self.ana = ana
        self.database = folder / "study.db"
        self.log = folder / "bot.log"
        self.steps = folder / "steps"
        self.bot: warm.Process | None = None
        self.kills: list[str] = []
        self.deaths = ""
        """Words of the killer's ("new", "dice 0.01 7") for every plain start; "" for none."""
        self._kills_since = ASKED

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, prepared: Path, folder: Path) -> AsyncIterator[Self]:
        """A scene of its own in `folder`, beginning from the `prepared` database."""
        folder.mkdir(exist_ok=True)
        async with Sandbox(port=0, frozen=True) as box, Server.open(box.url) as server:
            scene = cls(box, server, await server.member("Ana"), folder)
            shutil.copy(prepared, scene.database)
            try:
                yield scene
            finally:
                if scene.bot is not None and scene.bot.returncode is None:
                    scene.bot.kill()
                    await scene.bot.wait()

    async def launch(self, command: Sequence[str] = PLAIN) -> warm.Process:
        """Start a process of the bot's and do not wait for it."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("STUDYHALL_")},
            "STUDYHALL_ENDPOINT": self.box.url,
            "STUDYHALL_DATABASE": str(self.database),
            "STUDYHALL_COUNT_EVERY_SECONDS": "600",
            "STUDYHALL_BANKS": str(short()),
            "DISCORD_TOKEN": "sandbox-token",
            "PYTHONPATH": str(ROOT),
        }
        with self.log.open("ab") as log:
            return await asyncio.to_thread(
                warm.Process.start, command, cwd=ROOT, env=environment, stdout=log, stderr=log
            )

    async def start(self, command: Sequence[str] = PLAIN) -> None:
        """Start the bot and wait until it has done what was due, or has ended."""
        if self.bot is not None:
            await self.bot.wait()
            await self.server.bot_is(connected=False)
        if self.kills and command is PLAIN:
            command = self._killed_at(self.kills.pop(0), self._kills_since)
        elif self.deaths and command is PLAIN:
            command = self._killed_at(self.deaths, EPOCH)
        self.bot = await self.launch(command)
        await self._there_or_ended()
        await self.settle()

    async def _there_or_ended(self) -> None:
        """Wait until the bot is connected, or was killed."""
        assert self.bot is not None
        there = asyncio.create_task(self.server.bot_is(connected=True))
        ended = asyncio.create_task(self.bot.wait())
        await asyncio.wait({there, ended}, return_when=asyncio.FIRST_COMPLETED)
        assert there.done() or self.bot.returncode == -signal.SIGKILL, f"the bot did not start:\n{self.output()}"
        there.cancel()
        ended.cancel()
        await asyncio.gather(there, ended, return_exceptions=True)

    async def alive(self) -> None:
        """Start the bot as often as it takes until one is connected; none where it is."""
        while not (self.box.clock.followers and self.box.gateway.connected()):
            if self.bot is not None and self.bot.returncode is None:
                await self._there_or_ended()
            if self.bot is None or self.bot.returncode is not None:
                await self.start()

    async def start_to_be_killed(self, step: int | str, since: datetime = ASKED) -> None:
        """Start a bot that ends (or halts) at this step (see `killer`), counted from an instant on."""
        await self.start(self._killed_at(step, since))

    async def start_to_be_killed_often(self, steps: Sequence[str], since: datetime) -> None:
        """Start a bot that ends at the first of these steps, the one that follows it at the second, and so on."""
        self.kills, self._kills_since = list(steps), since
        await self.start()

    def _killed_at(self, step: int | str, since: datetime) -> tuple[str, ...]:
        return str(Path(__file__).parent / "killer.py"), str(step), str(to_ms(since)), str(self.steps)

    def reached(self) -> list[str]:
        """The steps that bots to be killed have reached."""
        return self.steps.read_text("utf-8").splitlines() if self.steps.exists() else []

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What stands in the database file, beside the bot."""
        with contextlib.closing(sqlite3.connect(self.database)) as kept:
            return kept.execute(sql).fetchall()

    def write(self, sql: str) -> None:
        """Change the database file while no bot runs."""
        with contextlib.closing(sqlite3.connect(self.database)) as kept, kept:
            kept.execute(sql)

    async def kill(self) -> None:
        """End the bot as `kill -9` does."""
        assert self.bot is not None
        self.bot.kill()
        await self.bot.wait()

    async def settle(self) -> None:
        """Wait until the bot has done what is due now, or has ended."""
        await self.box.clock.move(to_ms=self.box.clock.now_ms)

    async def until(self, moment: datetime) -> None:
        """Move the clock there; a bot that ends on the way is followed by a plain one."""
        await self.box.clock.move(to_ms=to_ms(moment))
        while not self.box.clock.followers:
            await self.start()
            await self.box.clock.move(to_ms=to_ms(moment))
        await self.ana.catch_up()

    async def running(self) -> None:
        """Start the bot as often as it takes until one hears the clock; none where one does."""
        while not self.box.clock.followers:
            if self.bot is None or self.bot.returncode is not None:
                await self.start()
            else:
                ended = asyncio.create_task(self.bot.wait())
                await asyncio.wait({ended}, timeout=0.05)  # it is about to connect, or to end
                ended.cancel()

    async def through(self, moment: datetime) -> None:
        """Move the clock there from one thing due to the next; a bot that ends is followed by another at once."""
        target = to_ms(moment)
        while True:
            await self.running()
            due = self.box.clock.next_ms
            here = self.box.clock.now_ms
            await self.box.clock.move(to_ms=target if due is None else min(target, max(due, here)))
            if self.box.clock.now_ms >= target and self.box.clock.followers:
                return

    async def press(self, letter: str) -> Reply:
        """Ana presses a letter of the newest question; once more where the bot ends meanwhile."""
        reply = await self.ana.press(letter, where=CHANNEL)
        if reply.failed:
            await self.start()
            reply = await self.ana.press(letter, where=CHANNEL)
        return reply

    async def posts(self, channel: str = CHANNEL) -> list[Json]:
        """What the bot has written in a channel or thread, oldest first."""
        found = await self.server.get(f"/sandbox/channels/{channel}/messages?limit=100", "2003")
        return [one for one in found if one["author"]["id"] == BOT and one["type"] == 0 and not one["flags"] & 64]

    def output(self) -> str:
        """What the bots have logged, for a failed test's report."""
        return self.log.read_text("utf-8")[-3000:]


def buttons(message: Json) -> list[Json]:
    """The buttons of a message."""
    return [child for row in message.get("components", []) for child in row.get("components", [])]


async def check_once(scene: Scene) -> None:
    """One question, closed, with one thread and one opening in it; one digest; nothing else."""
    posts = await scene.posts()
    assert len(posts) == 2, [post["embeds"][0].get("title") for post in posts if post["embeds"]]
    question, digest = posts
    assert not [one for one in buttons(question) if one["custom_id"].startswith("a:") and not one.get("disabled")]
    assert [one["custom_id"] for one in buttons(digest)] == ["m:1:20260303"]
    threads = scene.box.world.guilds["1001"].threads()
    assert [one.id for one in threads] == [question["id"]]
    assert len(await scene.posts(question["id"])) == 1
    broken = [one for one in await scene.server.broken_rules() if one["status"] != 400]
    assert broken == []
