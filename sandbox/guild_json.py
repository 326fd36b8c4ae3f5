"""How a server and its threads look to a bot in GUILD_CREATE and over REST."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import permissions, scheduled, voice
from sandbox.world import GUILD_MEMBERS_INTENT, SCHEDULED_EVENTS_INTENT, VOICE_STATES_INTENT

if TYPE_CHECKING:
    from sandbox.errors import Json
    from sandbox.world import Bot, Channel, Guild


def guild_json(guild: Guild) -> Json:
    """The server as `GET /guilds/{id}` gives it."""
    return {**guild.data, "roles": list(guild.roles.values())}


def guild_create(guild: Guild, bot: Bot, intents: int) -> Json:
    """The server as the gateway gives it; what an intent is missing for is not there.

    Without the members intent only the bot and those in voice channels are there. Voice states and scheduled events
    wait for their own intents: for these Discord's documentation says nothing, so the sandbox is strict.
    """
    states = voice.shown(guild, bot.id) if intents & VOICE_STATES_INTENT else []
    members = list(guild.members.values())
    if not intents & GUILD_MEMBERS_INTENT:
        known = {bot.id, *(state["user_id"] for state in states)}
        members = [member for member in members if member["user"]["id"] in known]
    return {
        **guild_json(guild),
        "joined_at": guild.members[bot.id]["joined_at"],
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "voice_states": states,
        "members": members,
        "channels": [channel.data for channel in guild.channels.values() if channel.parent is None],
        "threads": [thread_json(thread, bot.id) for thread in active_threads(guild, bot.id)],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": scheduled.seen(guild, bot.id) if intents & SCHEDULED_EVENTS_INTENT else [],
        "soundboard_sounds": [],
        "embedded_activities": [],
    }


def active_threads(guild: Guild, viewer_id: str) -> list[Channel]:
    """Threads that are not archived and that the viewer may see."""
    return [
        thread
        for thread in guild.threads()
        if not thread.data["thread_metadata"]["archived"] and permissions.sees(thread, viewer_id)
    ]


def thread_json(thread: Channel, viewer_id: str) -> Json:
    """A thread with the viewer's own membership, if any."""
    member = thread.thread_members.get(viewer_id)
    data = {**thread.data, "member_count": min(len(thread.thread_members), 50)}
    return data if member is None else {**data, "member": member}


def channel_json(channel: Channel, viewer_id: str) -> Json:
    """A channel or thread as one viewer gets it (not a DM)."""
    return thread_json(channel, viewer_id) if channel.is_thread else channel.data
