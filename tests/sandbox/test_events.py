"""Scheduled events: their life by the bot's hand and by the clock's, who may make them, who sees and wants them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import discord
import pytest

from sandbox.permissions import bits
from sandbox.server import Sandbox
from sandbox.study_group import ANA_ID, BEN_ID, BOT_ROLE_ID, GUILD_ID, STAGE_ID, VOICE_ID
from tests.people import Member, Server
from tests.sandbox.conftest import Start, StudyClient

HOUR = timedelta(hours=1)
GUILD_ONLY = discord.PrivacyLevel.guild_only


def the_guild(client: StudyClient) -> discord.Guild:
    """The study group as the client knows it."""
    guild = client.get_guild(int(GUILD_ID))
    assert guild is not None
    return guild


async def in_library(client: StudyClient, server: Server) -> discord.ScheduledEvent:
    """An event outside of Discord, in an hour, an hour long."""
    begins = server.now + HOUR
    return await the_guild(client).create_scheduled_event(
        name="Review",
        start_time=begins,
        end_time=begins + HOUR,
        location="Library",
        entity_type=discord.EntityType.external,
        privacy_level=GUILD_ONLY,
    )


async def in_channel(client: StudyClient, server: Server, channel_id: str = VOICE_ID) -> discord.ScheduledEvent:
    """An event in a voice or stage channel, in an hour."""
    channel = the_guild(client).get_channel(int(channel_id))
    assert isinstance(channel, (discord.VoiceChannel, discord.StageChannel))
    return await the_guild(client).create_scheduled_event(
        name="Review", start_time=server.now + HOUR, channel=channel, privacy_level=GUILD_ONLY
    )


def raw(server: Server, **more: Any) -> dict[str, Any]:
    """The form of an external event, for what discord.py has no words for."""
    begins = server.now + HOUR
    return {
        "name": "Review",
        "privacy_level": 2,
        "entity_type": 3,
        "entity_metadata": {"location": "Library"},
        "scheduled_start_time": begins.isoformat(),
        "scheduled_end_time": (begins + HOUR).isoformat(),
        **more,
    }


async def post(client: StudyClient, form: dict[str, Any]) -> dict[str, Any]:
    """Make an event by its raw form."""
    route = discord.http.Route("POST", "/guilds/{guild_id}/scheduled-events", guild_id=GUILD_ID)
    made: dict[str, Any] = await client.http.request(route, json=form)
    return made


async def test_an_event_lives_by_the_bot_s_hand(bot: StudyClient, server: Server) -> None:
    """It is made, changed, started and ended; a wrong step is refused, and what has ended is no longer listed."""
    event = await in_library(bot, server)
    await bot.hears("scheduled_event_create")
    event = await event.edit(name="Review 2")
    before, after = await bot.hears("scheduled_event_update")
    assert (before.name, after.name) == ("Review", "Review 2")
    with pytest.raises(discord.HTTPException) as refused:
        await bot.http.edit_scheduled_event(int(GUILD_ID), event.id, status=3)
    assert "Invalid Guild Scheduled Event Status Transition" in str(refused.value)
    event = await event.start()
    event = await event.end()
    assert event.status is discord.EventStatus.completed
    with pytest.raises(discord.HTTPException) as refused:
        await bot.http.edit_scheduled_event(int(GUILD_ID), event.id, name="Late")
    assert refused.value.code == 180000
    assert await the_guild(bot).fetch_scheduled_events() == []
    await event.delete()
    await bot.hears("scheduled_event_delete")
    with pytest.raises(discord.NotFound) as gone:
        await the_guild(bot).fetch_scheduled_event(event.id)
    assert gone.value.code == 10070


async def test_an_event_elsewhere_begins_and_ends_by_itself(bot: StudyClient, server: Server, ana: Member) -> None:
    """An external event becomes active at its start and is completed at its end, whoever moves the clock how far."""
    await in_library(bot, server)
    (listed,) = await ana.events()
    assert (listed.name, listed.place, listed.status, listed.starts) == (
        "Review",
        "Library",
        "scheduled",
        server.now + HOUR,
    )
    await server.advance(HOUR)
    assert [one.status for one in await ana.events()] == ["active"]
    await server.advance(3 * HOUR)
    assert await ana.events() == []
    before = [(await bot.hears("scheduled_event_update"))[0].status.name for _ in range(2)]
    assert before == ["scheduled", "active"]


async def test_a_voice_event_waits_for_its_bot_and_its_people(bot: StudyClient, server: Server, ana: Member) -> None:
    """It does not begin by itself; active, it ends minutes after the last one left; unbegun it lapses after hours."""
    event = await in_channel(bot, server)
    await server.advance(2 * HOUR)
    assert [one.status for one in await ana.events()] == ["scheduled"]
    await event.start()
    await ana.joins_voice("Study room")
    await server.advance(HOUR)
    assert [one.status for one in await ana.events()] == ["active"]
    await ana.leaves_voice()
    await server.advance(timedelta(minutes=4))
    assert [one.status for one in await ana.events()] == ["active"]
    await server.advance(timedelta(minutes=1))
    assert await ana.events() == []
    late = await in_channel(bot, server)
    await server.advance(5 * HOUR)
    fetched = await the_guild(bot).fetch_scheduled_event(late.id)
    assert fetched.status is discord.EventStatus.canceled


async def test_a_recurring_event_is_scheduled_anew(bot: StudyClient, server: Server, ana: Member) -> None:
    """At its end it is SCHEDULED again for the next occurrence, as Discord does; it is never COMPLETED."""
    begins = server.now + HOUR
    await post(bot, raw(server, recurrence_rule={"start": begins.isoformat(), "frequency": 2, "interval": 1}))
    await server.advance(2 * HOUR)
    (listed,) = await ana.events()
    assert (listed.status, listed.starts) == ("scheduled", begins + timedelta(days=7))
    assert listed.ends == listed.starts + HOUR


async def test_each_kind_needs_its_rights(start: Start, box: Sandbox, server: Server) -> None:
    """External: Create Events. Voice: and Connect. Stage: and Manage Channels, Mute and Move Members."""
    role = box.world.guilds[GUILD_ID].roles[BOT_ROLE_ID]
    role["permissions"] = str(bits("VIEW_CHANNEL", "MANAGE_EVENTS"))
    bot = await start()
    with pytest.raises(discord.Forbidden) as refused:
        await in_library(bot, server)
    assert refused.value.code == 50013
    await server.act("set_permission", target="bot", allow=["CREATE_EVENTS"], deny=["MANAGE_EVENTS"])
    await (await in_library(bot, server)).edit(name="Mine")
    await in_channel(bot, server)
    with pytest.raises(discord.Forbidden):
        await in_channel(bot, server, STAGE_ID)
    await server.act("set_permission", target="bot", allow=["MANAGE_CHANNELS", "MUTE_MEMBERS", "MOVE_MEMBERS"])
    event = await in_channel(bot, server, STAGE_ID)
    await server.act("set_permission", target=GUILD_ID, channel_id=VOICE_ID, deny=["CONNECT"])
    with pytest.raises(discord.Forbidden) as shut:
        await in_channel(bot, server)
    assert shut.value.code == 50013
    await server.act("set_permission", target="bot", deny=["CREATE_EVENTS"])
    with pytest.raises(discord.Forbidden):
        await event.delete()
    with pytest.raises(discord.HTTPException) as wrong:
        await post(bot, {**raw(server), "entity_type": 2, "entity_metadata": None, "channel_id": STAGE_ID})
    assert wrong.value.status in (400, 403)


async def test_interest_is_shown_and_counted(bot: StudyClient, server: Server, ana: Member, ben: Member) -> None:
    """Who presses "Interested" is listed to everybody, and over REST, page by page."""
    event = await in_library(bot, server)
    await ana.interested("Review")
    await ben.interested("Review")
    assert [one.interested for one in await ana.events()] == [["Ana", "Ben"]]
    assert [user.id async for user in event.users()] == [int(ANA_ID), int(BEN_ID)]
    page = await bot.http.get_scheduled_event_users(
        int(GUILD_ID), event.id, limit=1, with_member=True, after=int(ANA_ID)
    )
    assert [(one["user"]["id"], "member" in one) for one in page] == [(BEN_ID, True)]
    fetched = await the_guild(bot).fetch_scheduled_event(event.id)
    assert fetched.user_count == 2
    await ben.interested("Review", interested=False)
    assert [one.interested for one in await ana.events()] == [["Ana"]]


async def test_interest_is_silent_without_a_member_cache(start: Start, server: Server, ana: Member) -> None:
    """discord.py passes over an interest of somebody that it has not cached: the bot has to ask for the list."""
    intents = discord.Intents(guilds=True, guild_scheduled_events=True)
    bot = await start(StudyClient(intents, member_cache_flags=discord.MemberCacheFlags.none()))
    event = await in_library(bot, server)
    await ana.interested("Review")
    await event.edit(name="Review 2")
    names: list[str] = []
    while "scheduled_event_update" not in names:
        names.append((await bot.heard.get())[0])
    assert "scheduled_event_user_add" not in names
    assert [user.id async for user in event.users()] == [int(ANA_ID)]


async def test_an_event_in_a_hidden_channel_is_not_seen(bot: StudyClient, server: Server, ana: Member) -> None:
    """Who does not see the channel does not see its event; a deleted channel takes its events along."""
    await in_channel(bot, server)
    assert len(await ana.events()) == 1
    await server.act("set_permission", target=ANA_ID, channel_id=VOICE_ID, deny=["VIEW_CHANNEL"])
    assert await ana.events() == []
    await server.act("delete_channel", channel_id=VOICE_ID)
    await bot.hears("scheduled_event_delete")
    assert await the_guild(bot).fetch_scheduled_events() == []


async def test_a_server_holds_a_hundred_events(bot: StudyClient, box: Sandbox, server: Server) -> None:
    """The hundred-and-first event to come or under way is 30038; one that was called off makes room."""
    box.faults.rate_limits = False
    for _ in range(99):
        await post(bot, raw(server))
    last = await in_library(bot, server)
    with pytest.raises(discord.HTTPException) as refused:
        await post(bot, raw(server))
    assert refused.value.code == 30038
    await last.cancel()
    await post(bot, raw(server))


async def test_events_are_known_at_the_start_with_their_intent(start: Start, server: Server) -> None:
    """GUILD_CREATE has them for a bot with the intent; another bot has to fetch them."""
    first = await start()
    event = await in_library(first, server)
    with_intent = await start(StudyClient(discord.Intents(guilds=True, guild_scheduled_events=True)))
    assert [one.id for one in the_guild(with_intent).scheduled_events] == [event.id]
    without = await start(StudyClient(discord.Intents(guilds=True)))
    assert list(the_guild(without).scheduled_events) == []
    assert [one.id for one in await the_guild(without).fetch_scheduled_events()] == [event.id]
