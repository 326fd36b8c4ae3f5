"""Voice and stage channels: who is in them, and what a bot without a member cache learns of it."""

from __future__ import annotations

import discord
import pytest

from sandbox.server import Sandbox
from sandbox.study_group import ANA_ID, BEN_ID, GUILD_ID, STAGE_ID, VOICE_ID
from tests.people import Member, Server
from tests.sandbox.conftest import Start, StudyClient


def bare(*, voice_states: bool = True) -> StudyClient:
    """A client as bare as the bot: servers, perhaps voice states, nobody cached."""
    intents = discord.Intents(guilds=True, voice_states=voice_states)
    return StudyClient(intents, member_cache_flags=discord.MemberCacheFlags.none(), chunk_guilds_at_startup=False)


def room(client: StudyClient, channel_id: str = VOICE_ID) -> discord.VoiceChannel | discord.StageChannel:
    """A voice or stage channel that the client knows."""
    channel = client.get_channel(int(channel_id))
    assert isinstance(channel, (discord.VoiceChannel, discord.StageChannel))
    return channel


async def test_joining_moving_and_leaving_are_heard_without_a_cache(start: Start, ana: Member, ben: Member) -> None:
    """With the intent alone each change fires with member, before and after; `voice_states` is kept, `members` not."""
    client = await start(bare())
    await ana.joins_voice("Study room")
    member, before, after = await client.hears("voice_state_update")
    assert (member.id, member.display_name) == (int(ANA_ID), "Ana")
    assert (before.channel, after.channel) == (None, room(client))
    assert list(room(client).voice_states) == [int(ANA_ID)]
    assert room(client).members == []
    await ana.joins_voice("Lecture hall")
    member, before, after = await client.hears("voice_state_update")
    assert (before.channel, after.channel) == (room(client), room(client, STAGE_ID))
    assert after.suppress
    assert await ben.in_voice("Lecture hall") == ["Ana"]
    await ana.leaves_voice()
    member, before, after = await client.hears("voice_state_update")
    assert (member.id, before.channel, after.channel) == (int(ANA_ID), room(client, STAGE_ID), None)
    assert room(client, STAGE_ID).voice_states == {}
    assert await ben.in_voice("Lecture hall") == []


async def test_who_is_there_already_is_known_at_the_start(start: Start, ana: Member, ben: Member) -> None:
    """GUILD_CREATE has the voice states: after a restart `voice_states` is right, and REST says the same."""
    await ana.joins_voice("Study room")
    await ben.joins_voice("Study room")
    client = await start(bare())
    assert list(room(client).voice_states) == [int(ANA_ID), int(BEN_ID)]
    guild = client.get_guild(int(GUILD_ID))
    assert guild is not None
    assert guild.get_member(int(ANA_ID)) is None
    state = await (await guild.fetch_member(int(ANA_ID))).fetch_voice()
    assert state.channel == room(client)
    await ana.leaves_voice()
    with pytest.raises(discord.NotFound) as refused:
        await client.http.get_voice_state(guild.id, int(ANA_ID))
    assert refused.value.code == 10065


async def test_without_the_intent_nothing_is_heard(start: Start, server: Server, ana: Member, ben: Member) -> None:
    """A bot without the voice states intent learns of nobody, neither at the start nor later."""
    await ana.joins_voice("Study room")
    client = await start(bare(voice_states=False))
    await ben.joins_voice("Study room")
    await server.act("add_role", name="Later")
    names: list[str] = []
    while "guild_role_create" not in names:
        names.append((await client.heard.get())[0])
    assert "voice_state_update" not in names
    assert room(client).voice_states == {}


async def test_a_room_keeps_its_rules(box: Sandbox, server: Server, ana: Member, ben: Member, tova: Member) -> None:
    """Who may not connect is refused; a full room takes only those who may move members; text is no voice."""
    await server.act("set_permission", target=ANA_ID, channel_id=VOICE_ID, deny=["CONNECT"])
    refused = await server.post("/sandbox/voice", {"channel_id": VOICE_ID}, ANA_ID)
    assert "permission" in refused["error"]
    assert "voice or stage" in (await server.post("/sandbox/voice", {"channel_id": "1201"}, ANA_ID))["error"]
    box.world.channels[VOICE_ID].data["user_limit"] = 1
    await ben.joins_voice("Study room")
    await server.act("set_permission", target=ANA_ID, channel_id=VOICE_ID)
    assert "full" in (await server.post("/sandbox/voice", {"channel_id": VOICE_ID}, ANA_ID))["error"]
    await tova.joins_voice("Study room")
    assert await ana.in_voice("Study room") == ["Ben", "Tova"]


async def test_a_hidden_room_looks_like_leaving(start: Start, server: Server, ana: Member) -> None:
    """Where the bot does not see the channel it learns that somebody left, not where to; a deleted room is empty."""
    await ana.joins_voice("Study room")
    client = await start(bare())
    await server.act("set_permission", target=GUILD_ID, channel_id=STAGE_ID, deny=["VIEW_CHANNEL"])
    await server.act("set_permission", target=ANA_ID, channel_id=STAGE_ID, allow=["VIEW_CHANNEL"])
    await ana.joins_voice("Lecture hall")
    _, before, after = await client.hears("voice_state_update")
    assert (before.channel, after.channel) == (room(client), None)
    await ana.joins_voice("Study room")
    await client.hears("voice_state_update")
    channel = room(client)
    await server.act("delete_channel", channel_id=VOICE_ID)
    _, before, after = await client.hears("voice_state_update")
    assert (before.channel, after.channel) == (channel, None)


async def test_a_person_in_two_servers_is_in_one_room(server: Server, ana: Member) -> None:
    """Joining a room of another server leaves the first; leaving the server hangs up."""
    made = await server.act("add_guild", name="Second", owner_id=ANA_ID, channels=["talk"])
    hall = await server.act("create_channel", name="Hall", type=2, guild_id=made["guild_id"])
    await ana.joins_voice("Study room")
    await ana.joins_voice(hall["channel_id"])
    assert await ana.in_voice("Study room") == []
    assert await ana.in_voice("Hall") == ["Ana"]
    await ana.joins_voice("Study room")
    await server.act("leave", user_id=ANA_ID, guild_id=GUILD_ID)
    assert (await server.get("/sandbox/state", "2003"))["guilds"][0]["voice_states"] == []
