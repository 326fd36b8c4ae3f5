"""The people's live stream: each open page or test hears what its person may see, as it happens."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import WSMsgType, web

from sandbox import messages, people_threads, permissions, voice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.clock import Clock
    from sandbox.errors import Json
    from sandbox.world import Channel, Event, World


def seen_message(channel: Channel, message: Json, person_id: str) -> Json:
    """A message as one person sees it; their own ephemeral ones name them in "ephemeral_for"."""
    shown = messages.in_event(channel, messages.shown(channel, message, person_id))
    target = channel.ephemeral.get(message["id"])
    return shown if target is None else {**shown, "ephemeral_for": target}


class Listener:
    """One websocket of one person."""

    def __init__(self, person_id: str, ws: web.WebSocketResponse, *, page: bool = False) -> None:
        self.person_id = person_id
        self.ws = ws
        self.page = page
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()

    def push(self, name: str, data: Any) -> None:
        """Queue one event."""
        self._queue.put_nowait(orjson.dumps({"t": name, "d": data}).decode())

    def end(self) -> None:
        """Stop the pump."""
        self._queue.put_nowait(None)

    async def pump(self) -> None:
        """Send what is queued until the socket closes."""
        with contextlib.suppress(ConnectionError, RuntimeError):
            while (text := await self._queue.get()) is not None:
                await self.ws.send_str(text)


class Live:
    """All listeners, and what each of them may hear."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world = world
        self.clock = clock
        self.listeners: set[Listener] = set()
        self.greeting: Callable[[], Json] = dict
        self._hushed = 0
        world.listeners.append(self._heard)
        clock.watchers.append(self._clock_moved)

    def clock_json(self) -> Json:
        """{now_ms, frozen, next_ms}."""
        return {"now_ms": self.clock.now_ms, "frozen": self.clock.frozen, "next_ms": self.clock.next_ms}

    @contextlib.contextmanager
    def hush(self) -> Iterator[None]:
        """Inside the block pages hear of nothing but their own answers and the sandbox's own news; then REFRESH.

        Thousands of events a minute are too many to draw. The streams of tests and benchmarks hear everything.
        """
        self._hushed += 1
        try:
            yield
        finally:
            self._hushed -= 1
            for listener in self.listeners:
                if listener.page:
                    listener.push("REFRESH", {})

    def _clock_moved(self) -> None:
        for listener in self.listeners:
            if not (listener.page and self._hushed):
                listener.push("CLOCK", self.clock_json())

    def online(self) -> list[str]:
        """Who has the page open; the streams of tests and benchmarks do not count."""
        return sorted({listener.person_id for listener in self.listeners if listener.page})

    def _tell_presence(self) -> None:
        """Pages alone hear who comes and goes: of a thousand streams each would hear a thousand."""
        for listener in self.listeners:
            if listener.page:
                listener.push("PRESENCE", {"online": self.online()})

    def tell_all(self, name: str, data: Json) -> None:
        """Push to every page."""
        for listener in self.listeners:
            listener.push(name, data)

    def tell(self, person_id: str, name: str, data: Json) -> None:
        """Push to every page of one person."""
        for listener in self.listeners:
            if listener.person_id == person_id:
                listener.push(name, data)

    def _heard(self, event: Event) -> None:
        if not self.listeners or event.only:
            return
        for listener in self.listeners:
            if self._hushed and listener.page and event.ephemeral_for is None:
                continue
            data = self._for_person(event, listener.person_id)
            if data is not None:
                listener.push(event.name, data)

    def _for_person(self, event: Event, person_id: str) -> Json | None:
        channel, guild = event.channel, event.guild
        if event.only == "":
            return event.data
        if event.ephemeral_for is not None and event.ephemeral_for != person_id:
            return None
        if guild is not None and person_id not in guild.members and event.name != "GUILD_MEMBER_REMOVE":
            return None
        if event.name == "VOICE_STATE_UPDATE":
            return voice.as_seen(event.data, channel, person_id)
        if channel is not None:
            gone = event.name in ("CHANNEL_DELETE", "THREAD_DELETE", "CHANNEL_UPDATE")
            gone = gone or person_id in event.data.get("removed_member_ids", ())
            if not gone and not permissions.sees(channel, person_id):
                return None
            if event.name in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
                return seen_message(channel, event.data, person_id)
            if event.name in ("THREAD_CREATE", "THREAD_UPDATE"):
                return {**people_threads.shown(channel, person_id), "newly_created": event.name == "THREAD_CREATE"}
        return event.data

    async def serve(self, request: web.Request, person_id: str) -> web.StreamResponse:
        """One page's stream; it begins with READY {clock, bot}."""
        ws = web.WebSocketResponse(compress=False)
        await ws.prepare(request)
        listener = Listener(person_id, ws, page="page" in request.query)
        listener.push("READY", self.greeting())
        self.listeners.add(listener)
        if listener.page:
            self._tell_presence()
        pump = asyncio.create_task(listener.pump())
        try:
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    # An echo in the queue: who gets it back has heard all that happened before.
                    listener.push("SYNC", orjson.loads(message.data))
        finally:
            self.listeners.discard(listener)
            if listener.page:
                self._tell_presence()
            listener.end()
            await pump
        return ws

    async def close(self) -> None:
        """End every stream (the sandbox stops)."""
        for listener in list(self.listeners):
            await listener.ws.close(code=1001)
