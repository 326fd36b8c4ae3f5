"""Answers to interactions, sent with as little work as a burst of presses can afford.

discord.py sends a callback as it sends to any webhook: a lock for each token, a request built from its parts, and the
new message asked back and taken apart. Nobody here reads that message, and a token is answered once. So this adapter
asks for nothing back and writes the request itself, over the library's own connections. What can go wrong is treated
and raised as the library does; whatever is out of the ordinary (files, a proxy) is left to it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import aiohttp
import discord
from aiohttp.http_exceptions import HttpProcessingError
from discord.http import Route
from discord.utils import _to_json
from discord.webhook.async_ import AsyncWebhookAdapter, async_context
from yarl import URL

TRIES = 5
"""As many as the library makes where Discord itself is in trouble."""


class Answer(NamedTuple):
    """What Discord answered; the library's exceptions ask for the first two."""

    status: int
    reason: str | None
    headers: Mapping[str, str]
    body: bytes

    def data(self) -> dict[str, Any] | str:
        """The body as the library gives it to its exceptions."""
        text = self.body.decode("utf-8", "replace")
        if self.headers.get("content-type") != "application/json":
            return text
        found: dict[str, Any] = json.loads(text)
        return found

    def error(self) -> discord.HTTPException:
        """The library's exception for it."""
        kinds: dict[int, type[discord.HTTPException]] = {403: discord.Forbidden, 404: discord.NotFound}
        kind = discord.DiscordServerError if self.status >= 500 else kinds.get(self.status, discord.HTTPException)
        return kind(self, self.data())  # of a response it reads the status and the reason only


class Callbacks(AsyncWebhookAdapter):
    """discord.py's adapter for webhooks, with a shorter way for answers to interactions."""

    def __init__(self, user_agent: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library's has no annotations
        base = URL(Route.BASE)
        self._base = base
        self._path = base.raw_path
        self._head = (
            f"HTTP/1.1\r\nHost: {base.raw_authority}\r\nUser-Agent: {user_agent}\r\nAccept: */*\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        )
        self._like: aiohttp.ClientRequest | None = None

    def use(self) -> None:
        """Answer this task's interactions, and those of the tasks that it begins, with this adapter."""
        async_context.set(self)

    async def create_interaction_response(
        self,
        interaction_id: int,
        token: str,
        *,
        session: aiohttp.ClientSession,
        proxy: str | None = None,
        proxy_auth: aiohttp.BasicAuth | None = None,
        params: Any,
    ) -> Any:
        if params.files or proxy is not None:
            return await super().create_interaction_response(
                interaction_id, token, session=session, proxy=proxy, proxy_auth=proxy_auth, params=params
            )
        path = f"{self._path}/interactions/{interaction_id}/{token}/callback"
        body = _to_json(params.payload).encode()
        for attempt in range(TRIES):
            answer = await self.post(session, path, body)
            if answer.status < 300:
                # All that the library needs of what it would have asked for.
                return {"interaction": {"id": interaction_id}}
            if answer.status >= 500:
                await asyncio.sleep(1 + attempt * 2)
            elif answer.status == 429 and "Via" in answer.headers:
                await asyncio.sleep(json.loads(answer.body)["retry_after"])
            else:
                break
        raise answer.error()

    async def post(self, session: aiohttp.ClientSession, path: str, body: bytes) -> Answer:
        """One request over one of the session's connections. Raises what aiohttp raises."""
        connector = session.connector
        if connector is None:
            raise RuntimeError("Session is closed")
        if self._like is None:
            # It only tells the connector where to connect to.
            self._like = aiohttp.ClientRequest("POST", self._base, loop=asyncio.get_running_loop())
        connection = await connector.connect(self._like, [], session.timeout)
        try:
            protocol, transport = connection.protocol, connection.transport
            assert protocol is not None
            assert transport is not None
            protocol.set_response_params(read_until_eof=True, read_timeout=session.timeout.total)
            transport.write(f"POST {path} {self._head}{len(body)}\r\n\r\n".encode() + body)
            protocol.start_timeout()
            message, payload = await protocol.read()
            while message.code < 200:  # word that the answer is still to come
                message, payload = await protocol.read()
            answer = Answer(message.code, message.reason, message.headers, await payload.read())
        except HttpProcessingError as error:
            connection.close()
            raise aiohttp.ClientConnectionError(f"no answer in HTTP: {error.message}") from error
        except BaseException:
            connection.close()
            raise
        connection.release()
        return answer
