"""The gateway: identify, intents, events, resume with replay, fresh sessions, close codes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import orjson
import pytest

from sandbox.server import Sandbox
from sandbox.shards import Shards
from sandbox.study_group import ANA_ID, BEN_ID, BOT_ID, GENERAL_ID, GUILD_ID, TOKEN
from sandbox.world import MESSAGE_CONTENT_INTENT
from tests.people import Member, Server
from tests.sandbox.conftest import Start, StudyClient

Socket = aiohttp.ClientWebSocketResponse


@pytest.fixture
async def socket(box: Sandbox, server: Server) -> AsyncIterator[Socket]:
    """A bare gateway connection, after its hello."""
    async with server.session.ws_connect(box.url + "/gateway?v=10&encoding=json") as made:
        hello = orjson.loads((await made.receive()).data)
        assert (hello["op"], hello["d"]["heartbeat_interval"]) == (10, 41250)
        yield made


async def _send(socket: Socket, op: int, data: Any) -> None:
    await socket.send_str(orjson.dumps({"op": op, "d": data}).decode())


async def _event(socket: Socket, name: str) -> Any:
    async with asyncio.timeout(5):
        while True:
            frame = orjson.loads((await socket.receive()).data)
            if frame["t"] == name:
                return frame


async def test_without_the_members_intent_only_the_bot_is_there(socket: Socket) -> None:
    """GUILD_CREATE withholds the other members (those in voice apart), yet says how many there are."""
    await _send(socket, 2, {"token": TOKEN, "intents": 1})
    guild = (await _event(socket, "GUILD_CREATE"))["d"]
    assert {member["user"]["id"] for member in guild["members"]} == {BOT_ID}
    assert guild["member_count"] == 6


async def test_the_client_knows_the_server(bot: StudyClient) -> None:
    """discord.py fills its own objects from GUILD_CREATE: channels, roles, its permissions."""
    guild = bot.get_guild(int(GUILD_ID))
    assert guild is not None
    assert bot.user is not None
    assert guild.member_count == 6
    assert [channel.name for channel in guild.text_channels] == ["general", "daily-quiz", "review-sessions"]
    assert [forum.name for forum in guild.forums] == ["case-clinic"]
    assert not guild.me.guild_permissions.manage_messages
    assert guild.me.guild_permissions.manage_threads


async def test_a_dropped_connection_resumes_and_replays(bot: StudyClient, ana: Member, server: Server) -> None:
    """What happened while the socket was down arrives once, in order, after a resume: no new READY."""
    await server.faults(offline=True)
    await server.bot_is(connected=False)
    for text in ("one", "two", "three"):
        await ana.says(text)
    await server.faults(offline=False)
    heard = [(await bot.hears("message"))[0] for _ in range(3)]
    await bot.hears("resumed")
    said = ana.messages("#general")
    assert [message.id for message in heard] == [int(message.id) for message in said]
    names = [bot.heard.get_nowait()[0] for _ in range(bot.heard.qsize())]
    assert "message" not in names
    assert "ready" not in names


async def test_a_void_session_starts_again(bot: StudyClient, ana: Member, server: Server) -> None:
    """When the session is gone the resume is refused and the client identifies anew."""
    await server.disconnect("fresh")
    await bot.hears("ready")
    await ana.says("after")
    assert (await bot.hears("message"))[0].author.id == int(ANA_ID)


async def test_a_close_code_is_passed_on(bot: StudyClient, server: Server) -> None:
    """4000 makes the client resume; 4014 ends it, as Discord's documentation says."""
    await server.disconnect(4000)
    await bot.hears("resumed")
    await server.disconnect(4014)
    assert bot.runner is not None
    with pytest.raises((discord.ConnectionClosed, discord.PrivilegedIntentsRequired)):
        await bot.runner


async def test_a_privileged_intent_must_be_granted(start: Start) -> None:
    """An application without the message content intent is closed with 4014 when it asks for it."""
    intents = discord.Intents.default()
    intents.message_content = True
    client = StudyClient(intents)
    await client.login(TOKEN)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await client.connect()
    await client.close()


async def test_content_is_blank_without_the_intent(bot: StudyClient, ana: Member) -> None:
    """Without the intent a member's text is withheld, in events and over REST, except where the bot is named."""
    assert bot.user is not None
    await ana.says("a secret")
    (message,) = await bot.hears("message")
    assert message.content == ""
    assert (await message.channel.fetch_message(message.id)).content == ""
    await ana.says(f"<@{bot.user.id}> hello")
    assert (await bot.hears("message"))[0].content.endswith("hello")


async def test_content_is_there_with_the_intent(box: Sandbox, start: Start, ana: Member) -> None:
    """With the granted intent the text arrives."""
    box.world.bots[TOKEN].privileged = MESSAGE_CONTENT_INTENT
    intents = discord.Intents.default()
    intents.message_content = True
    client = await start(StudyClient(intents))
    await ana.says("no secret")
    assert (await client.hears("message"))[0].content == "no secret"


async def test_events_need_their_intent_and_sight(start: Start, server: Server, ana: Member) -> None:
    """Without the messages intent, or without sight of the channel, a message is not heard; joins need members."""
    client = await start(StudyClient(discord.Intents(guilds=True, guild_messages=True)))
    await server.act("set_permission", target="bot", channel_id=GENERAL_ID, deny=["VIEW_CHANNEL"])
    await client.hears("guild_channel_update")
    await ana.says("unseen")
    await server.act("add_person", name="Cleo")
    await server.act("set_permission", target="bot", channel_id=GENERAL_ID)
    await client.hears("guild_channel_update")
    await ana.says("seen")
    await client.hears("message")
    names = [client.heard.get_nowait()[0] for _ in range(client.heard.qsize())]
    assert "member_join" not in names


async def test_members_are_found_by_request(bot: StudyClient) -> None:
    """Members can be asked for by id or by the start of a name, without the intent."""
    guild = bot.get_guild(int(GUILD_ID))
    assert guild is not None
    found = await guild.query_members(user_ids=[int(ANA_ID), int(BEN_ID)])
    assert {member.display_name for member in found} == {"Ana", "Ben"}
    assert [member.display_name for member in await guild.query_members("tov")] == ["Tova"]


async def test_a_new_server_is_joined(bot: StudyClient, server: Server) -> None:
    """A server that adds the bot arrives as a join, and leaves as a removal."""
    made = await server.act("add_guild", name="Second", owner_id=BEN_ID, channels=["quiz"])
    (guild,) = await bot.hears("guild_join")
    assert (guild.name, [channel.name for channel in guild.text_channels]) == ("Second", ["quiz"])
    assert bot.user is not None
    await server.act("leave", user_id=str(bot.user.id), guild_id=made["guild_id"])
    assert (await bot.hears("guild_remove"))[0].id == guild.id


@pytest.mark.parametrize(
    ("op", "data", "code"),
    [
        (2, {"token": "wrong", "intents": 1}, 4004),
        (2, {"token": TOKEN, "intents": 1 << 40}, 4013),
        (2, {"token": TOKEN, "intents": 1 << 15}, 4014),
        (2, {"token": TOKEN, "intents": 1, "shard": [3, 2]}, 4010),
        (3, {"status": "online"}, 4003),
        (99, None, 4001),
    ],
)
async def test_bad_frames_close_with_their_code(socket: Socket, op: int, data: Any, code: int) -> None:
    """Each mistake has Discord's close code."""
    await _send(socket, op, data)
    async with asyncio.timeout(5):
        while (await socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
            pass
    assert socket.close_code == code


async def test_shards_share_the_servers(box: Sandbox, server: Server) -> None:
    """A server's events go to its shard, direct messages to the first; too few shards, or too fast, are refused."""
    box.world.shards = Shards(count=2, at_once=2, every_s=60)
    made = await server.act("add_guild", name="Second", owner_id=BEN_ID, members=[ANA_ID], channels=["quiz"])
    answer = await server.session.get(box.url + "/api/v10/gateway/bot", headers={"Authorization": f"Bot {TOKEN}"})
    asked = await answer.json()
    assert (asked["shards"], asked["session_start_limit"]["max_concurrency"]) == (2, 2)

    async def shard(*pair: int) -> Socket:
        opened = await server.session.ws_connect(box.url + "/gateway?v=10&encoding=json")
        await _send(opened, 2, {"token": TOKEN, "intents": 1 | 1 << 9 | 1 << 12, "shard": pair})
        return opened

    first, second = await shard(0, 2), await shard(1, 2)
    assert [one["id"] for one in (await _event(first, "READY"))["d"]["guilds"]] == [GUILD_ID]
    assert [one["id"] for one in (await _event(second, "READY"))["d"]["guilds"]] == [made["guild_id"]]
    ana = await server.member("Ana")
    await ana.opens_dm(BOT_ID)
    for where in (made["channels"]["quiz"], "dm", GENERAL_ID):
        await ana.says("hello", where)
    assert [(await _event(first, "MESSAGE_CREATE"))["d"].get("guild_id") for _ in range(2)] == [None, GUILD_ID]
    assert (await _event(second, "MESSAGE_CREATE"))["d"]["guild_id"] == made["guild_id"]
    hasty = await shard(1, 2)
    while (frame := orjson.loads((await hasty.receive()).data))["op"] in (10, 11):
        pass
    assert (frame["op"], frame["d"]) == (9, False)
    await server.faults(disconnect="resume", shard=1)
    assert (await second.receive()).type is not aiohttp.WSMsgType.TEXT
    assert not first.closed
    alone = await shard(0, 1)
    while (await alone.receive()).type is not aiohttp.WSMsgType.CLOSE:
        pass
    assert alone.close_code == 4011


async def test_an_unknown_session_is_invalid(socket: Socket) -> None:
    """A resume of nothing is answered with opcode 9, not resumable; the connection may identify then."""
    await _send(socket, 6, {"token": TOKEN, "session_id": "none", "seq": 3})
    frame = orjson.loads((await socket.receive()).data)
    assert (frame["op"], frame["d"]) == (9, False)
    await _send(socket, 2, {"token": TOKEN, "intents": 1})
    ready = await _event(socket, "READY")
    assert ready["d"]["resume_gateway_url"].startswith("ws://127.0.0.1:")
    assert (await _event(socket, "GUILD_CREATE"))["d"]["id"] == GUILD_ID


async def test_heartbeats_are_acknowledged(socket: Socket) -> None:
    """Opcode 1 gets opcode 11."""
    await _send(socket, 1, None)
    assert orjson.loads((await socket.receive()).data)["op"] == 11
