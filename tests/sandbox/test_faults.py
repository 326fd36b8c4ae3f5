"""The faults that a network and Discord's own front have: half answers, limits of each scope, servers that are away."""

from __future__ import annotations

import aiohttp
import discord
import pytest

from sandbox.server import Sandbox
from sandbox.study_group import GENERAL_ID, GUILD_ID
from tests.people import Member, Server
from tests.sandbox.conftest import StudyClient


async def test_what_comes_between_discord_and_its_client(bot: StudyClient, server: Server, ana: Member) -> None:
    """Half an answer has acted; Cloudflare's page is no answer of Discord's; limits are obeyed whoever they are for."""
    channel = bot.text_channel(GENERAL_ID)
    await server.fail("POST", r"/messages$", half_reply=True)
    with pytest.raises(aiohttp.ClientError):
        await channel.send("half", nonce="n1")
    seen = await ana.sees("half")
    assert (await channel.send("half", nonce="n1")).id == int(seen.id)
    for status in (429, 503, 520):
        await server.fail("POST", r"/messages$", status, plain=True)
        with pytest.raises(discord.HTTPException) as raised:
            await channel.send("never")
        assert (raised.value.status, "cloudflare" in raised.value.text) == (status, True)
    for scope in ("user", "shared", "global"):
        await server.fail("POST", r"/messages$", 429, scope=scope, retry_after=0.01)
        await channel.send(f"after {scope}")
        await ana.sees(f"after {scope}")
    await server.fail("POST", r"/messages$", 200, delay_ms=20)
    await channel.send("late")
    await ana.sees("late")
    await ana.sees_not("never")
    answer = await server.post("/sandbox/faults", {"fail": [{"scope": "everybody"}]})
    assert "a limit's scope is one of" in answer["error"]


async def test_a_server_that_is_away_comes_back(bot: StudyClient, box: Sandbox, server: Server, ana: Member) -> None:
    """In an outage nothing is heard of a server, and all that it is by then comes at the end."""
    await server.faults(outage=[GUILD_ID])
    (gone,) = await bot.hears("guild_unavailable")
    assert gone.id == int(GUILD_ID)
    await ana.says("into the void")
    await server.faults(outage=[])
    (back,) = await bot.hears("guild_available")
    assert back.id == int(GUILD_ID)
    said = await ana.says("heard")
    (message,) = await bot.hears("message")
    assert message.id == int(said.id)
    assert box.gateway.outages == set()
