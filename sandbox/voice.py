"""Who is in which voice or stage channel. A voice state is Discord's own JSON, kept at the server by user id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import permissions
from sandbox.errors import DiscordError
from sandbox.permissions import BITS
from sandbox.world import SPOKEN, STAGE, Event, new_token

if TYPE_CHECKING:
    from sandbox.errors import Json
    from sandbox.world import Channel, Guild, World


def connect(world: World, channel: Channel, user_id: str) -> Json:
    """Put somebody into a voice or stage channel, out of any other; refuses as the gateway would (50024, 50013)."""
    guild = channel.guild
    if guild is None or channel.type not in SPOKEN:
        raise DiscordError(400, 50024)
    mine = permissions.require(channel, user_id, "CONNECT")
    limit = channel.data["user_limit"]
    known = guild.voice.get(user_id)
    if known is not None and known["channel_id"] == channel.id:
        return known
    if limit and len(people_in(channel)) >= limit and not mine & BITS["MOVE_MEMBERS"]:
        raise DiscordError(403, 50013, "The channel is full.")
    for other in world.guilds.values():
        if other is not guild:
            disconnect(world, other, user_id)
    state: Json = {
        "guild_id": guild.id,
        "channel_id": channel.id,
        "user_id": user_id,
        "session_id": known["session_id"] if known is not None else new_token(16),
        "deaf": False,
        "mute": False,
        "self_deaf": False,
        "self_mute": False,
        "self_video": False,
        "suppress": channel.type == STAGE,
        "request_to_speak_timestamp": None,
    }
    guild.voice[user_id] = state
    _tell(world, guild, state, channel)
    return state


def disconnect(world: World, guild: Guild, user_id: str) -> None:
    """Take somebody out of the server's voice channels."""
    state = guild.voice.pop(user_id, None)
    if state is not None:
        _tell(world, guild, {**state, "channel_id": None, "suppress": False}, None)


def empty(world: World, channel: Channel) -> None:
    """Take everybody out of a channel (it is being deleted)."""
    for user_id in people_in(channel):
        if channel.guild is not None:
            disconnect(world, channel.guild, user_id)


def people_in(channel: Channel) -> list[str]:
    """The ids of those who are in a channel."""
    states = channel.guild.voice if channel.guild is not None else {}
    return [user_id for user_id, state in states.items() if state["channel_id"] == channel.id]


def _tell(world: World, guild: Guild, state: Json, channel: Channel | None) -> None:
    member = guild.members.get(state["user_id"])
    data = state if member is None else {**state, "member": member}
    world.emit(Event("VOICE_STATE_UPDATE", data, guild, channel))


def shown(guild: Guild, viewer_id: str) -> list[Json]:
    """The voice states of the channels that a viewer sees, as GUILD_CREATE has them (without the server's id)."""
    return [
        {key: value for key, value in state.items() if key != "guild_id"}
        for state in guild.voice.values()
        if permissions.sees(guild.channels[state["channel_id"]], viewer_id)
    ]


def as_seen(data: Json, channel: Channel | None, viewer_id: str) -> Json:
    """An update for one viewer: into a channel that they do not see, it looks like leaving."""
    if channel is None or permissions.sees(channel, viewer_id):
        return data
    return {**data, "channel_id": None}
