"""People of the sandbox for tests: a walk reads like a story. Waits are on the live stream, never on a clock.

async with Server.open(box.url) as server:
    ana = await server.member("Ana")
    reply = await ana.run("/quiz practice", topic="anatomy")
    await ana.press("B")
    await ana.sees("Locked: B")
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import aiohttp
import orjson

from tests.member import Member
from tests.page import PATIENCE_S, Door, File
from tests.sights import Button, Choice, Gathering, Json, Menu, Message, Modal, Reply

__all__ = ["Button", "Choice", "File", "Gathering", "Member", "Menu", "Message", "Modal", "Reply", "Server"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Server(Door):
    """The sandbox from outside: its clock, its faults, its world. Made by `Server.open(url)`."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        super().__init__(url, session)
        self.settled = True
        self._now_ms = 0
        self._members: dict[str, Member] = {}

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Self]:
        """Connect; everybody's stream ends with the block."""
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            server = cls(url, session)
            server._now_ms = (await server.get("/sandbox/state"))["clock"]["now_ms"]
            try:
                yield server
            finally:
                for member in server._members.values():
                    await member.leave()

    async def member(self, name: str) -> Member:
        """A person of the sandbox by name or id, with their page open."""
        people = (await self.get("/sandbox/state"))["people"]
        found = next((one for one in people if name in (one["name"], one["id"])), None)
        assert found is not None, f"There is no {name}; there are {[one['name'] for one in people]}."
        person_id: str = found["id"]
        if person_id not in self._members:
            member = Member(self, person_id, found["name"])
            self._members[person_id] = member
            await member.arrive()
        return self._members[person_id]

    # The clock

    @property
    def now(self) -> datetime:
        """The sandbox's time as of the last move (exact while it is frozen)."""
        return _EPOCH + timedelta(milliseconds=self._now_ms)

    async def _move(self, form: Json) -> datetime:
        answer = await self.post("/sandbox/clock", form)
        self._now_ms, self.settled = answer["now_ms"], answer["settled"]
        assert self.settled, "The bot did not finish in time what the clock made due."
        for member in self._members.values():
            await member.catch_up()
        return self.now

    async def clock_to(self, moment: datetime) -> datetime:
        """Move to an instant (aware), stopping at everything due on the way."""
        return await self._move({"to_ms": (moment - _EPOCH) // timedelta(milliseconds=1)})

    async def advance(self, by: timedelta) -> datetime:
        """Move on."""
        return await self._move({"advance_ms": by // timedelta(milliseconds=1)})

    async def next_event(self) -> datetime:
        """Move to the next instant that the bot waits for."""
        return await self._move({"to": "next"})

    # The world and its faults

    async def act(self, action: str, **form: Any) -> Json:
        """Do something to the world, e.g. act("set_permission", target="bot", channel_id=…, deny=[…])."""
        answer: Json = await self.post(f"/sandbox/world/{action}", form)
        assert "error" not in answer, answer["error"]
        for member in self._members.values():
            await member.catch_up()
        return answer

    async def faults(self, **form: Any) -> Json:
        """Turn fault switches: disconnect, latency_ms, rate_limits, fail."""
        answer: Json = await self.post("/sandbox/faults", form)
        assert "error" not in answer, answer["error"]
        return answer

    async def fail(self, method: str, path: str, status: int = 500, *, times: int = 1, **more: Any) -> None:
        """Let the bot's next requests that match fail (or, with lose_reply=True, act and lose their answer)."""
        await self.faults(fail=[{"method": method, "path": path, "status": status, "times": times, **more}])

    async def disconnect(self, how: str | int = "resume") -> None:
        """Drop the bot's gateway connection."""
        await self.faults(disconnect=how)

    async def requests(self, since: int = 0) -> list[Json]:
        """The bot's requests so far."""
        return list((await self.get(f"/sandbox/requests?since={since}"))["requests"])

    async def broken_rules(self) -> list[Json]:
        """The bot's requests that broke one of Discord's rules."""
        return list((await self.get("/sandbox/requests"))["broken"])

    async def bot_is(self, *, connected: bool) -> None:
        """Wait until the bot is connected, or is not."""
        async with self.session.ws_connect(self.url + "/sandbox/live") as live, asyncio.timeout(PATIENCE_S * 4):
            async for message in live:
                event = orjson.loads(message.data)
                data = event["d"].get("bot") if event["t"] == "READY" else event["d"]
                if event["t"] in ("READY", "BOT") and data["connected"] is connected:
                    return
