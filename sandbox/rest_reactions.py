"""Reactions on messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox import threads
from sandbox.errors import DiscordError, Json, unknown
from sandbox.permissions import BITS, require
from sandbox.rest import NO_CONTENT, Reply
from sandbox.rest_messages import channel_of, message_of
from sandbox.world import Channel, Event, World

if TYPE_CHECKING:
    from sandbox.rest import Call, Router

_ALL = "/channels/{channel}/messages/{message}/reactions"
_CUSTOM = re.compile(r"\w{2,32}:\d+")


def add_routes(router: Router) -> None:
    """Register this module's routes."""
    router.add("PUT", _ALL + "/{emoji}/@me", _add)
    router.add("DELETE", _ALL + "/{emoji}/@me", _remove)
    router.add("DELETE", _ALL + "/{emoji}/{user}", _remove)
    router.add("GET", _ALL + "/{emoji}", _who)
    router.add("DELETE", _ALL + "/{emoji}", _clear_one)
    router.add("DELETE", _ALL, _clear)


def _emoji(text: str) -> Json:
    if _CUSTOM.fullmatch(text):
        raise unknown(10014)
    if not text or text.isascii():
        raise unknown(10014)
    return {"id": None, "name": text}


def react(world: World, channel: Channel, message: Json, emoji: str, user_id: str) -> None:
    """Add somebody's reaction; 30010 above twenty kinds, 10014 when it is no emoji."""
    made = _emoji(emoji)
    here = channel.reactions.setdefault(message["id"], {})
    if emoji not in here and len(here) >= 20:
        raise DiscordError(400, 30010)
    users: list[str] = here.setdefault(emoji, {"emoji": made, "users": []})["users"]
    if user_id in users:
        return
    users.append(user_id)
    data = _event(channel, message, made, user_id)
    data |= {"message_author_id": message["author"]["id"], "burst": False, "type": 0}
    if channel.guild is not None and user_id in channel.guild.members:
        data["member"] = channel.guild.members[user_id]
    world.emit(Event("MESSAGE_REACTION_ADD", data, channel.guild, channel, actor=user_id))


def unreact(world: World, channel: Channel, message: Json, emoji: str, user_id: str) -> None:
    """Take somebody's reaction away; 10014 when it is not there."""
    here = channel.reactions.get(message["id"], {})
    entry = here.get(emoji)
    if entry is None or user_id not in entry["users"]:
        raise unknown(10014)
    entry["users"].remove(user_id)
    if not entry["users"]:
        del here[emoji]
    data = _event(channel, message, entry["emoji"], user_id) | {"burst": False, "type": 0}
    world.emit(Event("MESSAGE_REACTION_REMOVE", data, channel.guild, channel, actor=user_id))


def _event(channel: Channel, message: Json, emoji: Json, user_id: str) -> Json:
    data: Json = {
        "user_id": user_id,
        "channel_id": channel.id,
        "message_id": message["id"],
        "emoji": emoji,
    }
    if channel.guild is not None:
        data["guild_id"] = channel.guild.id
    return data


def _add(call: Call) -> Reply:
    channel = channel_of(call)
    emoji = call.params["emoji"]
    wanted = ["READ_MESSAGE_HISTORY"]
    message = message_of(call, channel)
    if emoji not in channel.reactions.get(message["id"], {}):
        wanted.append("ADD_REACTIONS")
    require(channel, call.bot.id, *wanted)
    threads.require_open(channel, bot_id=call.bot.id)
    react(call.world, channel, message, emoji, call.bot.id)
    return NO_CONTENT


def _remove(call: Call) -> Reply:
    channel = channel_of(call)
    message = message_of(call, channel)
    user_id = call.params.get("user", call.bot.id)
    if user_id != call.bot.id:
        require(channel, call.bot.id, "MANAGE_MESSAGES")
    unreact(call.world, channel, message, call.params["emoji"], user_id)
    return NO_CONTENT


def _who(call: Call) -> list[Json]:
    channel = channel_of(call)
    require(channel, call.bot.id, "READ_MESSAGE_HISTORY")
    entry = channel.reactions.get(message_of(call, channel)["id"], {}).get(call.params["emoji"])
    if entry is None:
        return []
    after = int(call.query.get("after", "0"))
    limit = int(call.query.get("limit", "25"))
    ids = sorted((one for one in entry["users"] if int(one) > after), key=int)
    return [call.world.users[one] for one in ids[:limit]]


def _clear_one(call: Call) -> Reply:
    channel = channel_of(call)
    message = message_of(call, channel)
    require(channel, call.bot.id, "MANAGE_MESSAGES")
    entry = channel.reactions.get(message["id"], {}).pop(call.params["emoji"], None)
    if entry is None:
        raise unknown(10014)
    data = _event(channel, message, entry["emoji"], "0")
    del data["user_id"]
    call.world.emit(Event("MESSAGE_REACTION_REMOVE_EMOJI", data, channel.guild, channel))
    return NO_CONTENT


def _clear(call: Call) -> Reply:
    channel = channel_of(call)
    message = message_of(call, channel)
    if not require(channel, call.bot.id) & BITS["MANAGE_MESSAGES"]:
        raise DiscordError(403, 50013)
    channel.reactions.pop(message["id"], None)
    data = _event(channel, message, {}, "0")
    del data["user_id"], data["emoji"]
    call.world.emit(Event("MESSAGE_REACTION_REMOVE_ALL", data, channel.guild, channel))
    return NO_CONTENT
