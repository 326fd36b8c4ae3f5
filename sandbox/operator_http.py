"""The doors of whoever runs the sandbox: clock, faults, world, inspector, the guide, a month at one click."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import WSMsgType, web

from sandbox import clock_http, clock_socket, world_actions
from sandbox.fault_panel import FaultPanel
from sandbox.guard import refusal
from sandbox.inspector import follow
from sandbox.month import SEED
from sandbox.month_people import DAYS
from sandbox.rest import record_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sandbox.errors import Json
    from sandbox.server import Sandbox

_ACTS = ("/sandbox/interactions", "/sandbox/channels/", "/sandbox/messages/", "/sandbox/dms", "/sandbox/voice")
"""What people do: the inspector shows these; what a page only reads would drown them."""


def _json(data: Any) -> web.Response:
    return web.Response(body=orjson.dumps(data), content_type="application/json")


class OperatorSide:
    """The handlers, over one sandbox."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self.panel = FaultPanel(box)
        box.rest.watchers.append(box.inspector.request)
        box.gateway.taps.append(box.inspector.frame)

    def bot(self) -> Json:
        """{connected, user, process}; `process` is null where the sandbox does not run the bot."""
        first = next(iter(self.box.world.bots.values()))
        process = self.box.bot_process
        return {
            "connected": self.box.gateway.connected(),
            "user": first.user,
            "process": None if process is None else process.running,
        }

    async def faults(self, request: web.Request) -> web.Response:
        """Read or turn the fault switches."""
        if request.method == "POST":
            form = orjson.loads(await request.read())
            try:
                await self.panel.set(form)
            except (ValueError, TypeError) as error:
                return refusal(str(error))
        return _json(self.panel.json())

    async def world(self, request: web.Request) -> web.Response:
        """Do something to the world."""
        raw = await request.read()
        form = orjson.loads(raw) if raw else {}
        return _json(world_actions.act(self.box.world, request.match_info["action"], form))

    async def requests(self, request: web.Request) -> web.Response:
        """The bot's last requests after number `since`, and those that broke a rule."""
        since = int(request.query.get("since", "0"))
        found = [record_json(record) for record in self.box.rest.records if record.number > since]
        return _json({"requests": found, "broken": list(self.box.world.broken_rules)})

    async def process(self, request: web.Request) -> web.Response:
        """Kill or restart the bot's process."""
        process = self.box.bot_process
        if process is None:
            return refusal("The sandbox does not run the bot here.", 409)
        if request.match_info["what"] == "kill":
            await process.kill()
        else:
            await process.restart()
        return _json(self.bot())

    async def wire(self, request: web.Request) -> web.Response:
        """What went over the wire after number `since`, or about a message or an interaction."""
        since = int(request.query.get("since", "0"))
        return _json(self.box.inspector.newest(since, request.query.get("about")))

    async def entry(self, request: web.Request) -> web.Response:
        """One entry with its bodies."""
        found = self.box.inspector.detail(int(request.match_info["number"]))
        return refusal("That is no longer kept: only the newest is.", 404) if found is None else _json(found)

    async def guide(self, _: web.Request) -> web.Response:
        """The first minutes, and how far they have come."""
        return _json(self.box.guide.json())

    async def month(self, request: web.Request) -> web.Response:
        """How far the month is; {start: true, seed?, days?} begins one, {stop: true} ends it."""
        if request.method == "POST":
            form = orjson.loads(await request.read())
            if form.get("stop"):
                await self.box.month.stop()
            elif form.get("start"):
                days = min(max(int(form.get("days", DAYS)), 1), DAYS)
                refused = self.box.month.start(int(form.get("seed", SEED)), days)
                if refused is not None:
                    return refusal(refused, 409)
        return _json(self.box.month.json())

    async def follow(self, request: web.Request) -> web.StreamResponse:
        """Entries as they come: frames of {entries: [...]}."""
        ws = web.WebSocketResponse(compress=False)
        await ws.prepare(request)

        async def send() -> None:
            async for batch in follow(self.box.inspector):
                await ws.send_str(orjson.dumps({"entries": batch}).decode())

        sending = asyncio.create_task(send())
        try:
            async for message in ws:
                if message.type is not WSMsgType.TEXT:
                    break
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await sending
        return ws


def add_routes(app: web.Application, box: Sandbox, person: Callable[[web.Request], str]) -> OperatorSide:
    """Register the doors; `person` tells who asks."""
    side = OperatorSide(box)
    app.middlewares.insert(0, _watching(box))
    clock_socket.add_routes(app, box.clock)
    clock_http.add_routes(app, box, person)
    add = app.router.add_route
    add("GET", "/sandbox/faults", side.faults)
    add("POST", "/sandbox/faults", side.faults)
    add("POST", "/sandbox/world/{action}", side.world)
    add("GET", "/sandbox/requests", side.requests)
    add("POST", "/sandbox/bot/{what:kill|restart}", side.process)
    add("GET", "/sandbox/guide", side.guide)
    add("GET", "/sandbox/month", side.month)
    add("POST", "/sandbox/month", side.month)
    add("GET", "/sandbox/inspector", side.wire)
    add("GET", "/sandbox/inspector/live", side.follow)
    add("GET", r"/sandbox/inspector/{number:\d+}", side.entry)
    return side


def _watching(box: Sandbox) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Shows the inspector what people do, with the answer they got, a refusal's sentence too."""

    @web.middleware
    async def watch(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.method != "POST" or not request.path.startswith(_ACTS):
            return await handler(request)
        began = time.perf_counter()
        answer = await handler(request)
        spent = (time.perf_counter() - began) * 1000
        body = answer.body if isinstance(answer, web.Response) and isinstance(answer.body, bytes) else b""
        if answer.status != 403:
            path = request.path.removeprefix("/sandbox")
            error = orjson.loads(body).get("error", "") if b'"error"' in body else ""
            raw = await request.read()
            who = request.headers.get("X-Person") or request.query.get("as", "")
            box.inspector.person(who, request.method, path, answer.status, spent, raw, body, str(error))
        return answer

    return watch
