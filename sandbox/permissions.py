"""Permission bits and how Discord computes them for a member in a channel.

Source: Discord's developer documentation, "Permissions" (order of overwrites, implicit permissions).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.errors import missing_access, missing_permissions

if TYPE_CHECKING:
    from sandbox.world import Channel, Guild

BITS = {
    "KICK_MEMBERS": 1 << 1,
    "BAN_MEMBERS": 1 << 2,
    "ADMINISTRATOR": 1 << 3,
    "MANAGE_CHANNELS": 1 << 4,
    "MANAGE_GUILD": 1 << 5,
    "ADD_REACTIONS": 1 << 6,
    "VIEW_CHANNEL": 1 << 10,
    "SEND_MESSAGES": 1 << 11,
    "SEND_TTS_MESSAGES": 1 << 12,
    "MANAGE_MESSAGES": 1 << 13,
    "EMBED_LINKS": 1 << 14,
    "ATTACH_FILES": 1 << 15,
    "READ_MESSAGE_HISTORY": 1 << 16,
    "MENTION_EVERYONE": 1 << 17,
    "USE_EXTERNAL_EMOJIS": 1 << 18,
    "CONNECT": 1 << 20,
    "SPEAK": 1 << 21,
    "MUTE_MEMBERS": 1 << 22,
    "DEAFEN_MEMBERS": 1 << 23,
    "MOVE_MEMBERS": 1 << 24,
    "CHANGE_NICKNAME": 1 << 26,
    "MANAGE_NICKNAMES": 1 << 27,
    "MANAGE_ROLES": 1 << 28,
    "MANAGE_WEBHOOKS": 1 << 29,
    "USE_APPLICATION_COMMANDS": 1 << 31,
    "REQUEST_TO_SPEAK": 1 << 32,
    "MANAGE_EVENTS": 1 << 33,
    "MANAGE_THREADS": 1 << 34,
    "CREATE_PUBLIC_THREADS": 1 << 35,
    "CREATE_PRIVATE_THREADS": 1 << 36,
    "SEND_MESSAGES_IN_THREADS": 1 << 38,
    "MODERATE_MEMBERS": 1 << 40,
    "CREATE_EVENTS": 1 << 44,
    "PIN_MESSAGES": 1 << 51,
}

ALL = (1 << 53) - 1
VIEW_CHANNEL = BITS["VIEW_CHANNEL"]
_SPOKEN = (2, 13)
ADMINISTRATOR = BITS["ADMINISTRATOR"]
_WITHOUT_SENDING = ALL & ~(
    BITS["MENTION_EVERYONE"] | BITS["SEND_TTS_MESSAGES"] | BITS["ATTACH_FILES"] | BITS["EMBED_LINKS"]
)


def bits(*names: str) -> int:
    """The sum of permissions by name, e.g. bits("VIEW_CHANNEL", "SEND_MESSAGES")."""
    total = 0
    for name in names:
        total |= BITS[name]
    return total


def in_guild(guild: Guild, user_id: str) -> int:
    """A member's permissions over a server, before any channel's overwrites; 0 for a stranger."""
    member = guild.members.get(user_id)
    if member is None:
        return 0
    if guild.data["owner_id"] == user_id:
        return ALL
    total = int(guild.roles[guild.id]["permissions"])
    for role_id in member["roles"]:
        role = guild.roles.get(role_id)
        if role is not None:
            total |= int(role["permissions"])
    return ALL if total & ADMINISTRATOR else total


def in_channel(channel: Channel, user_id: str) -> int:
    """A member's permissions in a channel; a thread takes its parent's overwrites."""
    guild = channel.guild
    if guild is None:
        return _DM if user_id in channel.recipients else 0
    total = in_guild(guild, user_id)
    if total in (0, ALL):
        return total
    parent = channel.parent or channel
    overwrites: list[dict[str, Any]] = parent.data["permission_overwrites"]
    if overwrites:
        total = _overwritten(total, overwrites, guild, user_id)
    if not total & VIEW_CHANNEL:
        return 0
    if parent.type in _SPOKEN and not total & BITS["CONNECT"]:
        return VIEW_CHANNEL
    sending = BITS["SEND_MESSAGES_IN_THREADS"] if channel.parent else BITS["SEND_MESSAGES"]
    if not total & sending:
        total &= _WITHOUT_SENDING
    return total


_DM = bits(
    "VIEW_CHANNEL",
    "SEND_MESSAGES",
    "EMBED_LINKS",
    "ATTACH_FILES",
    "READ_MESSAGE_HISTORY",
    "ADD_REACTIONS",
    "USE_EXTERNAL_EMOJIS",
    "USE_APPLICATION_COMMANDS",
    "PIN_MESSAGES",
)


def _overwritten(total: int, overwrites: list[dict[str, Any]], guild: Guild, user_id: str) -> int:
    roles = set(guild.members[user_id]["roles"])
    allow = deny = 0
    own: dict[str, Any] | None = None
    for overwrite in overwrites:
        target = overwrite["id"]
        if target == guild.id:
            total = (total & ~int(overwrite["deny"])) | int(overwrite["allow"])
        elif target in roles:
            allow |= int(overwrite["allow"])
            deny |= int(overwrite["deny"])
        elif target == user_id:
            own = overwrite
    total = (total & ~deny) | allow
    if own is not None:
        total = (total & ~int(own["deny"])) | int(own["allow"])
    return total


def sees(channel: Channel, user_id: str) -> bool:
    """Whether a person sees a channel; a private thread needs membership or Manage Threads."""
    total = in_channel(channel, user_id)
    if not total & VIEW_CHANNEL:
        return False
    if channel.type == 12:
        return user_id in channel.thread_members or bool(total & BITS["MANAGE_THREADS"])
    return True


def require(channel: Channel, user_id: str, *names: str) -> int:
    """Refuse with 50001 who cannot see the channel and with 50013 who lacks a named permission."""
    if not sees(channel, user_id):
        raise missing_access()
    total = in_channel(channel, user_id)
    wanted = bits(*names)
    if total & wanted != wanted:
        raise missing_permissions()
    return total


def require_in_guild(guild: Guild, user_id: str, *names: str) -> int:
    """The same for a server: 50001 for a stranger, 50013 for a missing permission."""
    if user_id not in guild.members:
        raise missing_access()
    total = in_guild(guild, user_id)
    wanted = bits(*names)
    if total & wanted != wanted:
        raise missing_permissions()
    return total
