"""A study group on a sandbox: the real bot, a real database, real sockets, and a clock that we move."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot import running
from bot.client import Studyhall
from config.settings import Settings
from sandbox.server import Sandbox
from tests.blank import blank, content, stocked
from tests.people import Member, Message, Server

BERLIN = ZoneInfo("Europe/Berlin")
DAILY = "#daily-quiz"


class Study:
    """A running bot and the people around it."""

    def __init__(self, server: Server, settings: Settings) -> None:
        self.server = server
        self.settings = settings
        self.bot: Studyhall
        self.ana: Member
        self.ben: Member
        self.tova: Member
        self._stack = AsyncExitStack()
        self.expects_refusals = False

    async def start(self) -> None:
        """Start the bot and wait until it has taken up its agenda."""
        bot = running.client(self.settings, Random(7), read=content(self.settings))
        self.bot = await self._stack.enter_async_context(bot)
        task = asyncio.create_task(self.bot.start("sandbox-token"))
        ready = asyncio.create_task(self.bot.wait_for("ready"))
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            ready.cancel()
            task.result()
        self._stack.push_async_callback(self._end, task)

    async def _end(self, task: asyncio.Task[None]) -> None:
        await self.bot.close()
        await asyncio.gather(task, return_exceptions=True)

    async def stop(self) -> None:
        await self._stack.aclose()
        self._stack = AsyncExitStack()

    async def restart(self) -> None:
        """Stop the bot and start it anew on the same database; the sandbox's world goes on."""
        await self.stop()
        await self.start()

    async def set_up(self, **options: Any) -> None:
        """Tova sets the group up in #daily-quiz, Berlin time, unless told otherwise."""
        reply = await self.tova.run("/setup", **{"channel": "#daily-quiz", "zone": "Europe/Berlin", **options})
        assert "is set up" in reply.text or "are changed" in reply.text, reply.text

    async def question(self) -> Message:
        """Move the clock to the next event and return the newest question in #daily-quiz."""
        await self.server.next_event()
        return await self.ana.sees("Closes", where=DAILY)

    def posts(self, text: str, where: str = DAILY) -> list[Message]:
        """The messages in a channel, as Ana sees them, that hold `text`."""
        return [message for message in self.ana.messages(where) if text in message.text]

    async def key(self, message: Message) -> str:
        """The right letter of a posted question; only the bot knows it."""
        return "ABCDEFGHIJ"[(await self._round(message))["key_position"]]

    async def worth(self, message: Message) -> int:
        """What a right answer to a posted question is worth."""
        return int((await self._round(message))["worth"])

    async def _round(self, message: Message) -> dict[str, Any]:
        button = next(one for one in message.buttons if one.label == "A")
        rows = await self.rows("SELECT * FROM rounds WHERE round_id = :id", id=int(button.custom_id.split(":")[1]))
        return rows[0]

    async def newcomer(self, name: str, **more: Any) -> Member:
        """Somebody new joins the server."""
        person = await self.server.act("add_person", name=name, guild_id="1001", **more)
        return await self.server.member(person["user_id"])

    async def rows(self, sql: str, **params: Any) -> list[dict[str, Any]]:
        """What the database holds."""
        async with self.bot.house.database.read() as tx:
            return [dict(row) for row in await tx.all(sql, params)]

    def berlin(self, text: str) -> datetime:
        """An instant from local words such as 2026-03-03 09:00."""
        return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def wrong(letter: str) -> str:
    """Another letter."""
    return "B" if letter == "A" else "A"


Begin = Callable[..., Awaitable[Study]]


@contextlib.asynccontextmanager
async def beginning(folder: Path) -> AsyncIterator[Begin]:
    """A sandbox, and what starts a study on it; the databases lie in `folder`.

    At the end no request may have broken a rule of Discord's.
    """
    async with AsyncExitStack() as stack:
        box = await stack.enter_async_context(Sandbox(port=0, frozen=True, rate_limit_scale=0.02))
        server = await stack.enter_async_context(Server.open(box.url))
        begun: list[Study] = []

        async def start(**settings: Any) -> Study:
            chosen: dict[str, Any] = {
                "discord_token": "sandbox-token",
                "endpoint": box.url,
                "database": folder / "studyhall.db",
                "count_every_seconds": 0.02,
            }
            study = Study(server, Settings(**{**chosen, **settings}))
            if "banks" in settings:
                blank(study.settings.database)
            else:
                await stocked(study.settings.database)
            study.ana, study.ben, study.tova = [await server.member(name) for name in ("Ana", "Ben", "Tova")]
            await study.start()
            begun.append(study)
            return study

        yield start
        for study in begun:
            await study.stop()
            broken = await server.broken_rules()
            assert study.expects_refusals or not broken, broken


@pytest.fixture
async def begin(tmp_path: Path) -> AsyncIterator[Begin]:
    """Starts a study with settings of one's own; at the end no request may have broken a rule of Discord's."""
    async with beginning(tmp_path) as start:
        yield start


@pytest.fixture
async def study(begin: Begin) -> Study:
    """A group that is set up: one question a day at 09:00 in Berlin, open for twelve hours."""
    study = await begin()
    await study.set_up()
    return study
