"""The socket on which a bot follows the sandbox's clock, and the door to move it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import WSMsgType, web

from sandbox.clock import Clock, Follower

if TYPE_CHECKING:
    from collections.abc import Mapping


def add_routes(app: web.Application, clock: Clock) -> None:
    """Register the clock's routes."""

    async def follow(request: web.Request) -> web.StreamResponse:
        ws = web.WebSocketResponse(compress=False)
        await ws.prepare(request)

        async def send(state: Mapping[str, object]) -> None:
            try:
                await ws.send_str(orjson.dumps(state).decode())
            except (ConnectionError, RuntimeError):
                follower.gone = True

        follower = Follower(send)
        clock.followers.append(follower)
        await send(clock.state())
        try:
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    said = orjson.loads(message.data)
                    follower.says(int(said["seq"]), said.get("next_ms"))
                    clock.noticed()
        finally:
            follower.gone = True
            follower.heard.set()
            clock.followers.remove(follower)
            clock.noticed()
        return ws

    async def move(request: web.Request) -> web.Response:
        form = orjson.loads(await request.read())
        settled = await moved(clock, form)
        if settled is None:
            return web.json_response({"error": "One of to_ms, advance_ms or to: next is needed."}, status=400)
        body = {"now_ms": clock.now_ms, "next_ms": clock.next_ms, "settled": settled}
        return web.json_response(body)

    app.router.add_get("/sandbox/clock/ws", follow)
    app.router.add_post("/sandbox/clock", move)


async def moved(clock: Clock, form: Mapping[str, Any]) -> bool | None:
    """Do what a move's form asks; None when it asks nothing that is known."""
    if form.get("to") == "next":
        return await clock.move(to_next=True)
    if isinstance(form.get("to_ms"), int):
        return await clock.move(to_ms=form["to_ms"])
    if isinstance(form.get("advance_ms"), int):
        return await clock.move(to_ms=clock.now_ms + form["advance_ms"])
    return None
