"""Channels and threads themselves: read, changed, deleted; overwrites; a server's channel list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import threads, voice
from sandbox.errors import DiscordError, Json, Problems, is_snowflake, missing_permissions, unknown
from sandbox.guild_json import channel_json
from sandbox.permissions import BITS, require, require_in_guild
from sandbox.rest import NO_CONTENT, Reply
from sandbox.rules import check_channel, check_tags
from sandbox.world import Channel, Event, World, forum_tag

if TYPE_CHECKING:
    from sandbox.rest import Call, Router

_CHANNEL = "/channels/{channel}"


def add_routes(router: Router) -> None:
    """Register this module's routes."""
    router.add("GET", _CHANNEL, _get)
    router.add("PATCH", _CHANNEL, _edit)
    router.add("DELETE", _CHANNEL, _delete)
    router.add("PUT", _CHANNEL + "/permissions/{target}", _overwrite)
    router.add("DELETE", _CHANNEL + "/permissions/{target}", _remove_overwrite)
    router.add("GET", _CHANNEL + "/webhooks", lambda call: _nothing(call, "MANAGE_WEBHOOKS"))
    router.add("GET", _CHANNEL + "/invites", lambda call: _nothing(call, "MANAGE_CHANNELS"))
    router.add("GET", "/guilds/{guild}/channels", _all)
    router.add("POST", "/guilds/{guild}/channels", _new)


def _nothing(call: Call, permission: str) -> list[Json]:
    require(call.world.seen_channel(call.bot, call.params["channel"]), call.bot.id, permission)
    return []


def _shown(call: Call, channel: Channel) -> Json:
    if channel.guild is None:
        return call.world.dm_json(channel, call.bot.id)
    return channel_json(channel, call.bot.id)


def _get(call: Call) -> Json:
    return _shown(call, call.world.seen_channel(call.bot, call.params["channel"]))


def _edit(call: Call) -> Json:
    channel = call.world.seen_channel(call.bot, call.params["channel"])
    form = call.body()
    check_channel(form, new=False)
    if channel.is_thread:
        _edit_thread(call, channel, form)
    else:
        require(channel, call.bot.id, "MANAGE_CHANNELS")
        known = channel.data.keys() - {"id", "type", "guild_id", "last_message_id", "permission_overwrites"}
        channel.data.update({key: form[key] for key in known if key in form})
        if "available_tags" in form:
            channel.data["available_tags"] = [_tag(call, one) for one in form["available_tags"] or ()]
        if form.get("permission_overwrites") is not None:
            _own_permissions_only(call, channel)
            channel.data["permission_overwrites"] = [_clean(one) for one in form["permission_overwrites"]]
        call.world.emit(Event("CHANNEL_UPDATE", channel.data, channel.guild, channel))
    return _shown(call, channel)


def _edit_thread(call: Call, thread: Channel, form: Json) -> None:
    mine = require(thread, call.bot.id)
    state = thread.data["thread_metadata"]
    manages = bool(mine & BITS["MANAGE_THREADS"])
    owns = thread.data["owner_id"] == call.bot.id
    opening = form.get("archived") is False
    only_opening = opening and not set(form) - {"archived", "locked"}
    if state["archived"] and not opening:
        raise DiscordError(400, 50083)
    if not manages:
        # Discord's pages differ on what a locked thread's owner may: the sandbox takes the stricter one.
        may_open = only_opening and mine & BITS["SEND_MESSAGES_IN_THREADS"]
        turns_lock = "locked" in form and form["locked"] != state["locked"]
        moderating = turns_lock or form.keys() & {"rate_limit_per_user", "flags"}
        if moderating or state["locked"] or not (owns or may_open):
            raise missing_permissions()
    found = Problems()
    if "applied_tags" in form and thread.parent is not None:
        check_tags(form, found, thread.parent.data, moderates=manages)
    found.finish()
    if form.get("auto_archive_duration") is not None and not state["archived"]:
        state["archive_timestamp"] = call.world.now_iso()
    for key in ("rate_limit_per_user", "flags"):
        if form.get(key) is not None:
            thread.data[key] = form[key]
    if "applied_tags" in form:
        thread.data["applied_tags"] = [str(tag) for tag in form["applied_tags"] or []]
    for key in ("auto_archive_duration", "invitable"):
        if form.get(key) is not None:
            state[key] = form[key]
    if form.get("name") is not None:
        threads.rename(call.world, thread, form["name"], by=call.bot.id)
    threads.set_state(call.world, thread, archived=form.get("archived"), locked=form.get("locked"))


def _tag(call: Call, form: Json) -> Json:
    tag_id = str(form.get("id") or call.world.new_id())
    return forum_tag(tag_id, form["name"], moderated=bool(form.get("moderated")), emoji=form.get("emoji_name"))


def delete_channel(world: World, channel: Channel) -> None:
    """Remove a channel or thread and say so."""
    voice.empty(world, channel)
    world.forget_channel(channel)
    guild = channel.guild
    if channel.is_thread:
        keys = ("id", "guild_id", "parent_id", "type")
        data = {key: channel.data[key] for key in keys}
        starter = channel.parent.messages.get(channel.id) if channel.parent is not None else None
        if starter is not None:
            starter.pop("thread", None)
        world.emit(Event("THREAD_DELETE", data, guild, channel))
    else:
        if guild is not None:
            # Discord says nothing of the events that go with a channel; clients drop them on their own.
            guild.events = {key: one for key, one in guild.events.items() if one["channel_id"] != channel.id}
        world.emit(Event("CHANNEL_DELETE", channel.data, guild, channel))


def _delete(call: Call) -> Json:
    channel = call.world.seen_channel(call.bot, call.params["channel"])
    if channel.guild is None:
        return _shown(call, channel)
    require(channel, call.bot.id, "MANAGE_THREADS" if channel.is_thread else "MANAGE_CHANNELS")
    shown = _shown(call, channel)
    delete_channel(call.world, channel)
    return shown


def _own_permissions_only(call: Call, channel: Channel) -> None:
    require(channel, call.bot.id, "MANAGE_ROLES")


def _clean(form: Json) -> Json:
    return {
        "id": str(form["id"]),
        "type": int(form.get("type") or 0),
        "allow": str(form.get("allow") or 0),
        "deny": str(form.get("deny") or 0),
    }


def set_overwrite(world: World, channel: Channel, overwrite: Json) -> None:
    """Set one overwrite of a channel and say so."""
    others = [one for one in channel.data["permission_overwrites"] if one["id"] != overwrite["id"]]
    channel.data["permission_overwrites"] = [*others, overwrite]
    world.emit(Event("CHANNEL_UPDATE", channel.data, channel.guild, channel))


def _overwrite(call: Call) -> Reply:
    channel = call.world.seen_channel(call.bot, call.params["channel"])
    _own_permissions_only(call, channel)
    target = call.params["target"]
    if not is_snowflake(target) or call.body().get("type") not in (0, 1, "0", "1"):
        raise DiscordError(400, 50035)
    set_overwrite(call.world, channel, _clean({**call.body(), "id": target}))
    return NO_CONTENT


def _remove_overwrite(call: Call) -> Reply:
    channel = call.world.seen_channel(call.bot, call.params["channel"])
    _own_permissions_only(call, channel)
    before = channel.data["permission_overwrites"]
    after = [one for one in before if one["id"] != call.params["target"]]
    if len(after) == len(before):
        raise unknown(10009)
    channel.data["permission_overwrites"] = after
    call.world.emit(Event("CHANNEL_UPDATE", channel.data, channel.guild, channel))
    return NO_CONTENT


def _all(call: Call) -> list[Json]:
    guild = call.world.guild_for(call.bot, call.params["guild"])
    return [channel.data for channel in guild.channels.values() if channel.parent is None]


def _new(call: Call) -> Reply:
    guild = call.world.guild_for(call.bot, call.params["guild"])
    form = call.body()
    require_in_guild(guild, call.bot.id, "MANAGE_CHANNELS")
    check_channel(form, new=True)
    channel = call.world.add_channel(guild, form["name"], int(form.get("type") or 0))
    channel.data["topic"] = form.get("topic")
    channel.data["permission_overwrites"] = [_clean(one) for one in form.get("permission_overwrites") or []]
    call.world.emit(Event("CHANNEL_CREATE", channel.data, guild, channel))
    return Reply(channel.data, 201)
