"""A sandbox, a real discord.py client in it, and people: the fixtures of the sandbox's own tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import discord
import pytest
import yarl
from discord import app_commands

from sandbox.permissions import bits
from sandbox.server import Sandbox
from sandbox.study_group import BOT_ROLE_ID, GUILD_ID, TOKEN
from tests.people import Member, Server

# The invite link asks for less than the sandbox knows; its own tests try the rest too.
MORE_RIGHTS = bits("CREATE_PRIVATE_THREADS", "MANAGE_THREADS", "ADD_REACTIONS", "MANAGE_EVENTS")
Start = Callable[..., Awaitable["StudyClient"]]


class StudyClient(discord.Client):
    """An unmodified discord.py client that can be waited for and keeps what it hears."""

    def __init__(self, intents: discord.Intents | None = None, **options: Any) -> None:
        super().__init__(
            intents=intents or discord.Intents.default(),
            allowed_mentions=discord.AllowedMentions.none(),
            guild_ready_timeout=0.1,
            enable_debug_events=True,
            **options,
        )
        self.tree = app_commands.CommandTree(self)
        self.heard: asyncio.Queue[tuple[str, tuple[Any, ...]]] = asyncio.Queue()
        self.runner: asyncio.Task[None] | None = None

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify again at once: the five seconds between identifies are politeness to Discord."""

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Keep the event, then do as always."""
        self.heard.put_nowait((event, args))
        super().dispatch(event, *args, **kwargs)

    async def hears(self, event: str) -> tuple[Any, ...]:
        """Wait for the next event of a name, passing over others."""
        async with asyncio.timeout(10):
            while True:
                name, args = await self.heard.get()
                if name == event:
                    return args

    def text_channel(self, channel_id: str) -> discord.TextChannel:
        """A text channel that the client knows."""
        channel = self.get_channel(int(channel_id))
        assert isinstance(channel, discord.TextChannel)
        return channel


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    """A frozen sandbox on a free port."""
    async with Sandbox(port=0, frozen=True) as made:
        role = made.world.guilds[GUILD_ID].roles[BOT_ROLE_ID]
        role["permissions"] = str(int(role["permissions"]) | MORE_RIGHTS)
        yield made


@pytest.fixture
async def server(box: Sandbox) -> AsyncIterator[Server]:
    """The sandbox from the people's side."""
    async with Server.open(box.url) as made:
        yield made


@pytest.fixture
async def ana(server: Server) -> Member:
    """A member."""
    return await server.member("Ana")


@pytest.fixture
async def ben(server: Server) -> Member:
    """Another member."""
    return await server.member("Ben")


@pytest.fixture
async def tova(server: Server) -> Member:
    """The tutor, who owns the server."""
    return await server.member("Tova")


@pytest.fixture
async def start(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Start]:
    """Start a client (made before, with its commands) and wait until it is ready; commands are synced."""
    monkeypatch.setattr(discord.http.Route, "BASE", box.url + "/api/v10")
    gateway = yarl.URL(box.url.replace("http", "ws", 1) + "/gateway")
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
    async with AsyncExitStack() as stack:

        async def run(client: StudyClient | None = None, token: str = TOKEN) -> StudyClient:
            made = client or StudyClient()
            stack.push_async_callback(_end, made)
            await made.login(token)
            if made.tree.get_commands():
                await made.tree.sync()
            made.runner = asyncio.create_task(made.connect())
            await made.hears("ready")
            return made

        yield run


async def _end(client: StudyClient) -> None:
    await client.close()
    if client.runner is not None:
        await asyncio.wait([client.runner])
        if not client.runner.cancelled():
            client.runner.exception()


@pytest.fixture
async def bot(start: Start) -> StudyClient:
    """A client without commands, ready."""
    return await start()
