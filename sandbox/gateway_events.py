"""Which bot session hears which event, and in which form: intents, sight, blanked content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import permissions, voice
from sandbox.guild_json import guild_create, thread_json
from sandbox.messages import in_event, shown_to_bot
from sandbox.world import GUILD_MEMBERS_INTENT, MESSAGE_CONTENT_INTENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.errors import Json
    from sandbox.world import Bot, Event, World

# Event name → (intent in a server, intent in a DM). Source: Discord's gateway documentation, "List of intents".
_GUILDS = (1, 0)
_INTENTS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(
        (
            "GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE", "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE",
            "GUILD_ROLE_DELETE", "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "THREAD_CREATE",
            "THREAD_UPDATE", "THREAD_DELETE", "THREAD_LIST_SYNC", "THREAD_MEMBER_UPDATE", "THREAD_MEMBERS_UPDATE",
        ),
        _GUILDS,
    ),
    "CHANNEL_PINS_UPDATE": (1, 1 << 12),
    **dict.fromkeys(("GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE"), (1 << 1, 0)),
    **dict.fromkeys(("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"), (1 << 9, 1 << 12)),
    "VOICE_STATE_UPDATE": (1 << 7, 0),
    "MESSAGE_DELETE_BULK": (1 << 9, 0),
    **dict.fromkeys(
        (
            "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE", "MESSAGE_REACTION_REMOVE_ALL",
            "MESSAGE_REACTION_REMOVE_EMOJI",
        ),
        (1 << 10, 1 << 13),
    ),
    **dict.fromkeys(
        (
            "GUILD_SCHEDULED_EVENT_CREATE", "GUILD_SCHEDULED_EVENT_UPDATE", "GUILD_SCHEDULED_EVENT_DELETE",
            "GUILD_SCHEDULED_EVENT_USER_ADD", "GUILD_SCHEDULED_EVENT_USER_REMOVE",
        ),
        (1 << 16, 0),
    ),
}  # fmt: skip

# Everyone in the server hears these, whoever sees the channel. (Bots do get channels that they cannot see.)
_UNSEEN = ("CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "THREAD_DELETE", "VOICE_STATE_UPDATE")


def for_session(event: Event, bot: Bot, intents: int, serves: Callable[[str | None], bool]) -> Json | None:
    """The event's data for one session, or None when it must not hear it."""
    if event.only is not None:
        if event.only != bot.id:
            return None
        return event.data if serves(None if event.guild is None else event.guild.id) else None
    if event.ephemeral_for is not None or not _wanted(event, bot, intents, serves):
        return None
    return _shaped(event, bot, intents)


def _wanted(event: Event, bot: Bot, intents: int, serves: Callable[[str | None], bool]) -> bool:
    bits = _INTENTS.get(event.name)
    if bits is None:
        return False
    guild, channel = event.guild, event.channel
    if guild is not None:
        # A member's own changes arrive whatever the intents are.
        own = event.name == "GUILD_MEMBER_UPDATE" and event.data["user"]["id"] == bot.id
        if not serves(guild.id) or not (intents & bits[0] or own):
            return False
        if bot.id not in guild.members and event.name != "GUILD_DELETE":
            return False
        if channel is None or event.name in _UNSEEN:
            return True
        # Who was taken out of a private thread no longer sees it, and hears of that one thing.
        return permissions.sees(channel, bot.id) or bot.id in event.data.get("removed_member_ids", ())
    return bool(intents & bits[1]) and channel is not None and bot.id in channel.recipients and serves(None)


def _shaped(event: Event, bot: Bot, intents: int) -> Json | None:
    name, data, channel = event.name, event.data, event.channel
    if name in ("MESSAGE_CREATE", "MESSAGE_UPDATE") and channel is not None:
        shape = in_event(channel, shown_to_bot(bot, channel, data))
        if not intents & MESSAGE_CONTENT_INTENT and bot.privileged & MESSAGE_CONTENT_INTENT:
            bare = _without_intent(bot)
            shape = in_event(channel, shown_to_bot(bare, channel, data))
        if data["author"]["id"] != bot.id and "nonce" in shape:
            shape = {key: value for key, value in shape.items() if key != "nonce"}
        return shape
    if name in ("THREAD_CREATE", "THREAD_UPDATE") and channel is not None:
        extra = {key: value for key, value in data.items() if key == "newly_created"}
        return {**thread_json(channel, bot.id), **extra}
    if name == "THREAD_MEMBERS_UPDATE" and not intents & GUILD_MEMBERS_INTENT:
        return _own_membership(data, bot)
    if name == "VOICE_STATE_UPDATE":
        return voice.as_seen(data, channel, bot.id)
    if name == "GUILD_CREATE" and event.guild is not None:
        # "unavailable" is only in the first ones after READY: without it clients see a server just joined.
        created = guild_create(event.guild, bot, intents)
        del created["unavailable"]
        return created
    return data


def _without_intent(bot: Bot) -> Bot:
    from dataclasses import replace

    return replace(bot, privileged=bot.privileged & ~MESSAGE_CONTENT_INTENT)


def _own_membership(data: Json, bot: Bot) -> Json | None:
    """Without the members intent a bot hears only of itself in threads."""
    added = [member for member in data.get("added_members", []) if member["user_id"] == bot.id]
    removed = [user_id for user_id in data.get("removed_member_ids", []) if user_id == bot.id]
    if not added and not removed:
        return None
    return {**data, "added_members": added, "removed_member_ids": removed}


def members_chunk(world: World, bot: Bot, intents: int, data: Any) -> Json | None:
    """The answer to a request for members; all of them only with the members intent."""
    guild = world.guilds.get(str(data.get("guild_id")))
    if guild is None or bot.id not in guild.members:
        return None
    wanted = data.get("user_ids")
    query = data.get("query")
    missing: list[str] = []
    if wanted is not None:
        ids = [str(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
        found = [guild.members[one] for one in ids if one in guild.members]
        missing = [one for one in ids if one not in guild.members]
    elif query:
        found = [m for m in guild.members.values() if _named(m, str(query))][: data.get("limit") or 100]
    elif intents & GUILD_MEMBERS_INTENT:
        found = list(guild.members.values())
    else:
        found = [guild.members[bot.id]]
    chunk: Json = {
        "guild_id": guild.id,
        "members": found,
        "chunk_index": 0,
        "chunk_count": 1,
        "not_found": missing,
    }
    if data.get("nonce"):
        chunk["nonce"] = data["nonce"]
    return chunk


def _named(member: Json, query: str) -> bool:
    names = (member["nick"], member["user"]["global_name"], member["user"]["username"])
    return any(name is not None and name.lower().startswith(query.lower()) for name in names)
