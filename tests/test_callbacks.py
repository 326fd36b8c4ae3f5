"""Our short way to answer an interaction does what the library's long one does, whatever comes back."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import json
from collections.abc import Callable
from typing import Any

import aiohttp
import discord
import pytest
from discord.client import Client
from discord.http import Route
from discord.shard import AutoShardedClient
from discord.state import ConnectionState
from discord.webhook.async_ import AsyncWebhookAdapter, interaction_message_response_params

from bot.callbacks import Callbacks

AS_READ = {
    AsyncWebhookAdapter.create_interaction_response: "4dd13a0eae06",
    AsyncWebhookAdapter.request: "b449e300f41f",
    discord.InteractionResponse.send_message: "d3d11270d838",
    discord.InteractionCallbackResponse._update: "5c7e486cbfa2",
    discord.Interaction._from_data: "34807e2ab60a",
    ConnectionState.parse_interaction_create: "acb40a14fd01",
    Client._get_state: "e021c660dbeb",
    AutoShardedClient._get_state: "570083b1bd99",
}
"""The library's functions that bot/callbacks.py and bot/presses.py go around or rely on, as they were when read."""


def _http(status: str, body: str = "", *headers: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers)
    return ("\r\n".join(lines) + f"\r\n\r\n{body}").encode()


def _trouble(status: str, code: int) -> bytes:
    return _http(status, json.dumps({"code": code, "message": "as Discord says"}), "Content-Type: application/json")


DONE = b"HTTP/1.1 204 No Content\r\n\r\n"
PARTS = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"
    b'1f\r\n{"interaction": {"id": "7", "ty\r\n8\r\npe": 3}}\r\n0\r\n\r\n'
)
LIMIT = json.dumps({"message": "slow down", "retry_after": 0.01, "global": False})
NO_HTTP = aiohttp.ClientConnectionError  # the library has one of its own for it
AS_JSON = "Content-Type: application/json"
ANSWERS: dict[str, list[bytes]] = {
    "nothing back": [DONE],
    "a message back": [_http("200 OK", json.dumps({"interaction": {"id": "7", "type": 3}}), AS_JSON)],
    "in parts": [PARTS],
    "still at it": [b"HTTP/1.1 102 Processing\r\n\r\n" + DONE],
    "answered before": [_trouble("400 Bad Request", 40060)],
    "unknown": [_trouble("404 Not Found", 10062)],
    "forbidden": [_trouble("403 Forbidden", 50013)],
    "refused by what stands before it": [_http("429 Too Many Requests", "error code: 1015")],
    "slow down": [_http("429 Too Many Requests", LIMIT, AS_JSON, "Via: 1.1 google"), DONE],
    "in trouble": [_http("502 Bad Gateway", "<h1>502</h1>"), DONE],
    "gone": [b""],
    "gone in the middle": [_http("400 Bad Request", "x" * 50)[:-20]],
    "something else": [b"SSH-2.0-OpenSSH_9.6\r\n\r\n"],
}  # fmt: skip


class Scripted:
    """A server that answers each request with the next of its answers, and hangs up after one that is not whole."""

    def __init__(self, answers: list[bytes]) -> None:
        self._answers = iter(answers)
        self.requests: list[tuple[str, dict[str, str], bytes]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
                self.requests.append((head[0], headers, await reader.readexactly(int(headers["content-length"]))))
                answer = next(self._answers)
                writer.write(answer)
                if not answer or answer.endswith(b"x") or answer.startswith(b"SSH"):
                    break
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


async def _outcome(answers: list[bytes], adapter: Callable[[], AsyncWebhookAdapter]) -> tuple[Any, Scripted]:
    """What comes of a callback, and what the server saw: the id that is returned, or the exception's own words."""
    script = Scripted(answers)
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    params = interaction_message_response_params(type=4, content="Kept: “C”")
    try:
        async with aiohttp.ClientSession() as session:
            with params:
                # Read before anything is waited for; several outcomes may be looked for at once.
                Route.BASE = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/v10"
                made = adapter().create_interaction_response(7, "token", session=session, params=params)
                found: Any = await made
                # The library has nothing where nothing comes back, since it always asks for something.
                return int((found or {"interaction": {"id": 7}})["interaction"]["id"]), script
    except discord.HTTPException as error:
        return (type(error), error.status, error.code, error.text), script
    except aiohttp.ClientError as error:
        kind = type(error)
        return (NO_HTTP if kind is aiohttp.ClientResponseError else kind), script
    finally:
        server.close()
        await server.wait_closed()


@pytest.fixture(autouse=True)
def _same_discord(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", Route.BASE)


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)
async def test_each_answer_ends_as_the_librarys_own_way_ends(answers: list[bytes]) -> None:
    """Success, refusals with their codes, limits and broken connections come out alike, with as many tries."""
    (theirs, expected), (ours, seen) = await asyncio.gather(
        _outcome(answers, AsyncWebhookAdapter), _outcome(answers, lambda: Callbacks("DiscordBot (test)"))
    )
    assert ours == theirs
    assert len(seen.requests) == len(expected.requests) == len(answers)
    assert [body for _, _, body in seen.requests] == [body for _, _, body in expected.requests]


async def test_the_request_is_one_that_discord_takes() -> None:
    """It is a POST to the callback's address in JSON, names the library, and asks for no message back."""
    _, seen = await _outcome([DONE], lambda: Callbacks("DiscordBot (test)"))
    line, headers, body = seen.requests[0]
    assert line == "POST /api/v10/interactions/7/token/callback HTTP/1.1"
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"] == "discordbot (test)"
    assert json.loads(body)["data"]["content"] == "Kept: “C”"


@pytest.mark.parametrize("function", AS_READ, ids=lambda one: one.__qualname__)
def test_the_library_is_still_the_one_that_was_read(function: Callable[..., Any]) -> None:
    """After an upgrade: read what changed, bring our two modules in line with it, and only then change the digest."""
    assert hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:12] == AS_READ[function]
