"""What can go wrong around a bot, each a small act over a scene; `Plagues` lets them strike a week by seeded dice.

    plagues = Plagues(scene, seed=7, chance=0.1)
    record = await live(scene, 7, 7, pause=plagues.pause)
    await plagues.end()

A plague begins at one pause of the week and ends at the next one, or after what it waits for.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

from sandbox.close_codes import CLOSE_CODES
from sandbox.gateway_sessions import Connection
from sandbox.rest import Record
from tests.faults.scene import PLAIN, Scene

PATIENCE_S = 30.0
GUILD = "1001"
CHANGING = (
    ("POST", r"^/channels/\d+/messages$"),
    ("PATCH", r"^/channels/\d+/messages/"),
    ("POST", r"/threads$"),
    ("PATCH", r"^/channels/\d+$"),
    ("POST", r"/callback$"),
    ("POST", r"^/webhooks/"),
    ("PATCH", r"^/webhooks/"),
    ("POST", r"/scheduled-events$"),
    ("PATCH", r"/scheduled-events/"),
    ("POST", r"^/users/@me/channels$"),
)
"""Requests that change something, by kind."""
RESUMABLE = tuple(code for code, one in CLOSE_CODES.items() if one.resumable)
ANEW = tuple(code for code, one in CLOSE_CODES.items() if one.again and not one.resumable)
ENDING = tuple(code for code, one in CLOSE_CODES.items() if not one.again)
LATE_MS = 3300.0
HEARTBEAT_MS = 400
A_BURST = 60
"""Clicks, at most, that people make between two pauses."""

End = Callable[[], Awaitable[None]]
Strike = Callable[[Scene, Random], Awaitable[End | None]]


@dataclass(frozen=True, slots=True)
class Plague:
    """One way in which things go wrong. A `slow` one takes real seconds; it is chosen more seldom."""

    name: str
    strike: Strike
    slow: bool = False


def _failing(name: str, **how: object) -> Plague:
    """One kind of request meets a fault once."""

    async def strike(scene: Scene, rng: Random) -> End:
        method, path = rng.choice(CHANGING)
        await scene.server.faults(fail=[{"method": method, "path": path, **how}])

        async def end() -> None:
            await scene.server.faults(fail=[])

        return end

    return Plague(name, strike)


async def _limited_everywhere(scene: Scene, _: Random) -> End:
    fault = {"method": "*", "path": r"^(?!/interactions)", "status": 429, "scope": "global", "times": 3}
    await scene.server.faults(fail=[fault])

    async def end() -> None:
        await scene.server.faults(fail=[])

    return end


async def _late_answers(scene: Scene, _: Random) -> End:
    """The answer to a press comes after Discord has given up on it."""
    await scene.server.faults(fail=[{"method": "POST", "path": "/callback$", "status": 200, "delay_ms": LATE_MS}])

    async def end() -> None:
        await scene.server.faults(fail=[])

    return end


async def _late_posts(scene: Scene, _: Random) -> End:
    await scene.server.faults(fail=[{"method": "*", "path": "^/channels/", "status": 200, "delay_ms": 150, "times": 4}])

    async def end() -> None:
        await scene.server.faults(fail=[])

    return end


def _closed(name: str, codes: tuple[int | str, ...], repeats: int = 0) -> Plague:
    """The gateway's connection ends in one of these ways; people go on when there is another."""

    async def strike(scene: Scene, rng: Random) -> End | None:
        if not scene.box.gateway.connected():
            return None
        async with _another_connection(scene):
            await scene.server.faults(disconnect=rng.choice(codes), repeats=repeats)
        return None

    return Plague(name, strike)


@contextlib.asynccontextmanager
async def _another_connection(scene: Scene) -> AsyncIterator[None]:
    """At the end wait until the bot has other connections than at the beginning, or has ended."""
    before = {one.connection for one in scene.box.gateway.sessions.values()}
    yield
    await _connected(scene, before)


async def _connected(scene: Scene, before: set[Connection | None]) -> None:
    """Wait until the bot has a connection that is none of these, or has ended."""
    gateway, news = scene.box.gateway, asyncio.Event()
    if scene.bot is None:
        return
    ended = asyncio.create_task(scene.bot.wait())
    ended.add_done_callback(lambda _: news.set())
    gateway.watchers.append(news.set)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not ended.done():
                there = {one.connection for one in gateway.sessions.values()} - {None}
                if gateway.connected() and not before & there:
                    return
                news.clear()
                await news.wait()
    finally:
        gateway.watchers.remove(news.set)
        ended.cancel()


async def _refused(scene: Scene, rng: Random) -> None:
    """Discord closes the connection for good: the bot ends, and whoever runs it starts it again."""
    if not scene.box.gateway.connected():
        return
    assert scene.bot is not None
    await scene.server.disconnect(rng.choice(ENDING))
    code = await asyncio.wait_for(scene.bot.wait(), PATIENCE_S)
    assert code in (2, -9), f"the bot ended with {code}"


async def _zombie(scene: Scene, _: Random) -> None:
    """The connection stands and nothing comes any more, until the bot notices by its heartbeats."""
    if not scene.box.gateway.connected():
        return
    async with _another_connection(scene):
        await scene.server.faults(mute=True)


async def _slow_start(scene: Scene, _: Random) -> None:
    """READY late, and the servers later than the bot waits for them."""
    if not scene.box.gateway.connected():
        return
    await scene.server.faults(ready_ms=300, guilds_ms=400)
    async with _another_connection(scene):
        await scene.server.disconnect("fresh")
    await scene.server.faults(ready_ms=0, guilds_ms=0)


async def _outage(scene: Scene, _: Random) -> End:
    """The server is unavailable; it comes back at the next pause."""
    await scene.server.faults(outage=[GUILD])

    async def end() -> None:
        await scene.server.faults(outage=[])

    return end


async def _offline(scene: Scene, _: Random) -> End:
    await scene.server.faults(offline=True)

    async def end() -> None:
        await scene.server.faults(offline=False)
        await _connected(scene, set())

    return end


async def _full(scene: Scene, _: Random) -> End:
    """The database may not grow until the next pause."""
    marker = Path(f"{scene.steps}.full")
    marker.touch()

    async def end() -> None:
        marker.unlink()

    return end


async def _forward(scene: Scene, rng: Random) -> None:
    """The clock leaps over all that is due in some hours."""
    ahead = timedelta(minutes=rng.randrange(10, 90)) // timedelta(milliseconds=1)
    await scene.box.clock.leap(scene.box.clock.now_ms + ahead)


async def _stopped(scene: Scene, _: Random) -> None:
    """SIGTERM."""
    if scene.bot is None or scene.bot.returncode is not None:
        return
    scene.bot.terminate()
    code = await asyncio.wait_for(scene.bot.wait(), PATIENCE_S)
    assert code in (0, -9, -15), f"told to stop, the bot ended with {code}:\n{scene.output()}"


async def _killed(scene: Scene, rng: Random) -> None:
    """SIGKILL at one of the bot's next requests, or now."""
    bot, left = scene.bot, rng.randrange(6)
    if bot is None:
        return
    if left == 0:
        bot.kill()
        await bot.wait()
        return

    def heard(_: Record) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            bot.kill()
            scene.box.rest.watchers.remove(heard)

    scene.box.rest.watchers.append(heard)


async def _second_bot(scene: Scene, _: Random) -> None:
    """Somebody starts the bot once more by mistake."""
    if scene.bot is None or scene.bot.returncode is not None:
        return
    second = await scene.launch(PLAIN)
    code = await asyncio.wait_for(second.wait(), PATIENCE_S)
    assert code == 2 or scene.bot.returncode is not None, f"a second bot ended with {code}"
    if code != 2:
        await scene.server.bot_is(connected=False)


ALL: tuple[Plague, ...] = (
    _failing("reply lost", lose_reply=True),
    _failing("reply cut in its body", half_reply=True),
    *(_failing(f"error {status}", status=status) for status in (500, 502, 503, 504, 520)),
    *(_failing(f"page of {status}", status=status, plain=True) for status in (429, 503, 520)),
    *(_failing(f"limit of {scope}", status=429, scope=scope, times=2) for scope in ("user", "shared", "global")),
    Plague("limit on everything", _limited_everywhere),
    Plague("answer after three seconds", _late_answers, slow=True),
    Plague("slow posts", _late_posts),
    _closed("connection closed, resumable", (*RESUMABLE, "resume")),
    _closed("connection closed, session gone", (*ANEW, 1000, 1001, "fresh"), repeats=0),
    _closed("events repeated and in disorder", ("resume",), repeats=200),
    Plague("connection refused for good", _refused),
    Plague("connection dead but open", _zombie, slow=True),
    Plague("slow start", _slow_start),
    Plague("server unavailable", _outage),
    Plague("gateway away", _offline),
    Plague("disk full", _full),
    Plague("clock forward", _forward),
    Plague("SIGTERM", _stopped),
    Plague("SIGKILL", _killed),
    Plague("second bot", _second_bot),
)
_UNSTARTABLE = ("gateway away", "disk full", "second bot")
STARTABLE = tuple(one for one in ALL if one.name not in _UNSTARTABLE)
"""Those in which a bot that was killed can be started again at once."""


class Plagues:
    """Strikes at pauses with this chance; what struck is counted by name."""

    def __init__(self, scene: Scene, seed: int, chance: float, among: tuple[Plague, ...] = ALL) -> None:
        self.struck: Counter[str] = Counter()
        self._scene = scene
        self.story: list[str] = []
        self._dice = Random(f"plagues {seed}")
        self._chance = chance
        self._among = among
        self._left: list[Plague] = []
        self._end: End | None = None
        self.codes = 0
        """How often somebody may have been told an error's code: Discord refused an answer, or nothing was kept."""
        scene.box.gateway.heartbeat_ms = HEARTBEAT_MS
        scene.box.rest.watchers.append(self._heard)

    async def pause(self, label: str) -> None:
        """A moment of the week: what lasts ends, and something else may begin."""
        await self.end()
        if self._dice.random() < self._chance:
            plague = self._next()
            self.struck[plague.name] += 1
            self.story.append(f"{label}: {plague.name}")
            self.codes += A_BURST if plague.name == "disk full" else 0
            self._end = await plague.strike(self._scene, self._dice)

    def _heard(self, record: Record) -> None:
        self.codes += record.refused.startswith("A fault") and "lost" not in record.refused

    def _next(self) -> Plague:
        """Each once before any comes again; of the slow ones only every second."""
        if not self._left:
            self._left = [one for one in self._among if not one.slow or self._dice.random() < 0.5]
            self._dice.shuffle(self._left)
        return self._left.pop()

    async def end(self) -> None:
        """What lasts ends."""
        if self._end is not None:
            end, self._end = self._end, None
            await end()
