"""What happens to a world from outside: people join and leave, roles and permissions change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import messages, rest_channels, threads, voice
from sandbox.errors import Json
from sandbox.permissions import BITS
from sandbox.study_group import EVERYONE, join_bot
from sandbox.world import FORUM, REQUIRE_TAG, Event, Guild, World, forum_tag

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.world import Channel


class BadActionError(Exception):
    """An action that names nothing that exists, or lacks something."""


def join(world: World, guild: Guild, user_id: str) -> None:
    """A user enters a server."""
    bot = world.bot_by_id(user_id)
    if user_id in guild.members:
        return
    if bot is not None:
        join_bot(world, guild, bot)
        world.emit(Event("GUILD_CREATE", guild.data, guild, only=None))
        return
    member = world.add_member(guild, user_id)
    world.emit(Event("GUILD_MEMBER_ADD", {**member, "guild_id": guild.id}, guild))


def leave(world: World, guild: Guild, user_id: str) -> None:
    """A user leaves a server; a bot that leaves hears GUILD_DELETE."""
    voice.disconnect(world, guild, user_id)
    guild.members.pop(user_id, None)
    for thread in guild.threads():
        thread.thread_members.pop(user_id, None)
    if world.bot_by_id(user_id) is not None:
        world.emit(Event("GUILD_DELETE", {"id": guild.id}, guild, only=user_id))
    data = {"guild_id": guild.id, "user": world.users[user_id]}
    world.emit(Event("GUILD_MEMBER_REMOVE", data, guild))


def set_roles(world: World, guild: Guild, user_id: str, roles: list[str]) -> None:
    """Give a member exactly these roles."""
    member = guild.members[user_id]
    member["roles"] = [role_id for role_id in roles if role_id in guild.roles and role_id != guild.id]
    world.emit(Event("GUILD_MEMBER_UPDATE", {**member, "guild_id": guild.id}, guild))


def _guild(world: World, form: Json) -> Guild:
    wanted = form.get("guild_id")
    guild = world.guilds.get(str(wanted)) if wanted is not None else next(iter(world.guilds.values()))
    if guild is None:
        raise BadActionError(f"There is no server {wanted}.")
    return guild


def _user(world: World, form: Json) -> str:
    user_id = str(form.get("user_id"))
    if user_id not in world.users:
        raise BadActionError(f"There is nobody with the id {user_id}.")
    return user_id


def _channel(world: World, form: Json) -> Channel:
    channel = world.channels.get(str(form.get("channel_id")))
    if channel is None:
        raise BadActionError(f"There is no channel {form.get('channel_id')}.")
    return channel


def _add_guild(world: World, form: Json) -> Json:
    """{name, owner_id, members?: [ids], channels?: [names], bot?: bool} → {guild_id, channels}."""
    guild = world.add_guild(str(form["name"]), str(form["owner_id"]), everyone=EVERYONE)
    for user_id in form.get("members", []):
        world.add_member(guild, str(user_id))
    for name in form.get("channels", ["general"]):
        world.add_channel(guild, str(name))
    if form.get("bot", True):
        for bot in world.bots.values():
            join_bot(world, guild, bot)
    world.emit(Event("GUILD_CREATE", guild.data, guild))
    return {"guild_id": guild.id, "channels": {c.data["name"]: c.id for c in guild.channels.values()}}


def _add_person(world: World, form: Json) -> Json:
    """{name, guild_id?, roles?: [ids], join?: bool} → {user_id}."""
    user = world.add_user(str(form["name"]))
    if form.get("join", True):
        guild = _guild(world, form)
        join(world, guild, user["id"])
        if form.get("roles"):
            set_roles(world, guild, user["id"], [str(one) for one in form["roles"]])
    return {"user_id": user["id"]}


def _join(world: World, form: Json) -> Json:
    join(world, _guild(world, form), _user(world, form))
    return {}


def _leave(world: World, form: Json) -> Json:
    leave(world, _guild(world, form), _user(world, form))
    return {}


def _set_roles(world: World, form: Json) -> Json:
    guild, user_id = _guild(world, form), _user(world, form)
    if user_id not in guild.members:
        raise BadActionError("Not a member of that server.")
    set_roles(world, guild, user_id, [str(one) for one in form["roles"]])
    return {}


def _add_role(world: World, form: Json) -> Json:
    """{name, permissions?: [names], guild_id?} → {role_id}."""
    guild = _guild(world, form)
    total = _bits(form.get("permissions", []))
    role = world.add_role(guild, str(form["name"]), permissions_bits=total)
    world.emit(Event("GUILD_ROLE_CREATE", {"guild_id": guild.id, "role": role}, guild))
    return {"role_id": role["id"]}


def _create_channel(world: World, form: Json) -> Json:
    guild = _guild(world, form)
    channel = world.add_channel(guild, str(form["name"]), int(form.get("type", 0)))
    world.emit(Event("CHANNEL_CREATE", channel.data, guild, channel))
    return {"channel_id": channel.id}


def _delete_channel(world: World, form: Json) -> Json:
    rest_channels.delete_channel(world, _channel(world, form))
    return {}


def _bits(names: list[str]) -> int:
    unknown = [name for name in names if name not in BITS]
    if unknown:
        raise BadActionError(f"Unknown permissions: {', '.join(unknown)}.")
    return sum(BITS[name] for name in set(names))


def _set_permission(world: World, form: Json) -> Json:
    """{target: role or user id ("bot": the first bot), channel_id? or guild_id?, allow?: [names], deny?: [names]}.

    In a channel it is an overwrite (both lists empty: none is left); in a server `allow` is added to a role's
    bits and `deny` taken from them.
    """
    target = str(form["target"])
    if target == "bot":
        target = next(iter(world.bots.values())).id
    allow, deny = _bits(form.get("allow", [])), _bits(form.get("deny", []))
    if form.get("channel_id") is not None:
        channel = _channel(world, form)
        kind = 1 if target in world.users else 0
        made = {"id": target, "type": kind, "allow": str(allow), "deny": str(deny)}
        rest_channels.set_overwrite(world, channel, made)
        return {}
    guild = _guild(world, form)
    if target in world.users:
        own = [guild.roles[one] for one in guild.members[target]["roles"] if guild.roles[one]["managed"]]
        if not own:
            raise BadActionError("In a server, permissions are a role's.")
        target = own[0]["id"]
    role = guild.roles.get(target)
    if role is None:
        raise BadActionError(f"There is no role {target}.")
    role["permissions"] = str((int(role["permissions"]) | allow) & ~deny)
    world.emit(Event("GUILD_ROLE_UPDATE", {"guild_id": guild.id, "role": role}, guild))
    return {}


def _show_command(world: World, form: Json) -> Json:
    world.commands_for_all.add(str(form["name"]))
    return {}


def _block_dms(world: World, form: Json) -> Json:
    user_id = _user(world, form)
    if form.get("blocked", True):
        world.blocked.add(user_id)
    else:
        world.blocked.discard(user_id)
    return {}


def _thread(world: World, form: Json) -> Channel:
    thread = _channel(world, form)
    if not thread.is_thread:
        raise BadActionError("That channel is not a thread.")
    return thread


def _lock_thread(world: World, form: Json) -> Json:
    threads.set_state(world, _thread(world, form), locked=bool(form.get("locked", True)))
    return {}


def _archive_thread(world: World, form: Json) -> Json:
    threads.set_state(world, _thread(world, form), archived=bool(form.get("archived", True)))
    return {}


def _set_tags(world: World, form: Json) -> Json:
    """{channel_id, tags: [names], moderated?: [names], required?: bool} → {tags: {name: id}}."""
    forum = _channel(world, form)
    if forum.type != FORUM:
        raise BadActionError("That channel is not a forum.")
    known = {tag["name"]: tag["id"] for tag in forum.data["available_tags"]}
    moderated = form.get("moderated", [])
    forum.data["available_tags"] = [
        forum_tag(known.get(name) or world.new_id(), name, moderated=name in moderated) for name in form["tags"]
    ]
    forum.data["flags"] = REQUIRE_TAG if form.get("required") else 0
    world.emit(Event("CHANNEL_UPDATE", forum.data, forum.guild, forum))
    return {"tags": {tag["name"]: tag["id"] for tag in forum.data["available_tags"]}}


def _delete_message(world: World, form: Json) -> Json:
    channel = _channel(world, form)
    message_id = str(form["message_id"])
    if message_id not in channel.messages:
        raise BadActionError("There is no such message.")
    messages.delete(world, channel, message_id)
    return {}


ACTIONS: dict[str, Callable[[World, Json], Json]] = {
    "add_guild": _add_guild,
    "add_person": _add_person,
    "join": _join,
    "leave": _leave,
    "set_roles": _set_roles,
    "add_role": _add_role,
    "create_channel": _create_channel,
    "delete_channel": _delete_channel,
    "set_permission": _set_permission,
    "block_dms": _block_dms,
    "show_command": _show_command,
    "lock_thread": _lock_thread,
    "archive_thread": _archive_thread,
    "set_tags": _set_tags,
    "delete_message": _delete_message,
}


def act(world: World, name: str, form: Json) -> Json:
    """Do one action by name. Raises BadActionError with a sentence when it cannot be done."""
    action = ACTIONS.get(name)
    if action is None:
        raise BadActionError(f"There is no action {name}; there are {', '.join(ACTIONS)}.")
    try:
        return action(world, form)
    except KeyError as error:
        raise BadActionError(f"Missing or unknown: {error}.") from error
