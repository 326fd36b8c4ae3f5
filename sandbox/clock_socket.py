"""The socket on which a bot follows the sandbox's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

    app.router.add_get("/sandbox/clock/ws", follow)
