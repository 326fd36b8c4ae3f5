"""Threads over REST: from a message, on their own, in forums; their members; archived lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import messages, permissions, threads
from sandbox.clock import parse_iso
from sandbox.errors import DiscordError, Json, Problems, missing_access, missing_permissions, unknown
from sandbox.guild_json import active_threads, thread_json
from sandbox.permissions import BITS, require
from sandbox.rest import NO_CONTENT, Reply
from sandbox.rest_messages import channel_of, message_of
from sandbox.rules import check_message, check_thread
from sandbox.world import FORUM, GUILD_MEMBERS_INTENT, NEWS, PRIVATE_THREAD, TEXT, Channel

if TYPE_CHECKING:
    from sandbox.rest import Call, Router

_CHANNEL = "/channels/{channel}"
_MEMBERS = _CHANNEL + "/thread-members"


def add_routes(router: Router) -> None:
    """Register this module's routes."""
    router.add("POST", _CHANNEL + "/messages/{message}/threads", _from_message)
    router.add("POST", _CHANNEL + "/threads", _new)
    router.add("GET", _CHANNEL + "/threads/archived/public", _archived)
    router.add("GET", _CHANNEL + "/threads/archived/private", _archived)
    router.add("GET", _CHANNEL + "/users/@me/threads/archived/private", _archived)
    router.add("GET", "/guilds/{guild}/threads/active", _active)
    router.add("GET", _MEMBERS, _members)
    router.add("GET", _MEMBERS + "/{user}", _member)
    router.add("PUT", _MEMBERS + "/{user}", _join)
    router.add("DELETE", _MEMBERS + "/{user}", _leave)


def _from_message(call: Call) -> Reply:
    channel = channel_of(call)
    form = call.body()
    if channel.type not in (TEXT, NEWS):
        raise DiscordError(400, 50024)
    require(channel, call.bot.id, "CREATE_PUBLIC_THREADS", "READ_MESSAGE_HISTORY")
    message = message_of(call, channel)
    check_thread(form, from_message=True)
    thread = threads.make(call.world, channel, call.bot.id, form, message=message)
    return Reply(thread_json(thread, call.bot.id), 201)


def _new(call: Call) -> Reply:
    channel = channel_of(call)
    form = call.body()
    if channel.type == FORUM:
        return _post(call, channel, form)
    if channel.type not in (TEXT, NEWS):
        raise DiscordError(400, 50024)
    check_thread(form, channel_type=channel.type)
    private = form.get("type", PRIVATE_THREAD) == PRIVATE_THREAD
    require(channel, call.bot.id, "CREATE_PRIVATE_THREADS" if private else "CREATE_PUBLIC_THREADS")
    thread = threads.make(call.world, channel, call.bot.id, form)
    return Reply(thread_json(thread, call.bot.id), 201)


def _post(call: Call, forum: Channel, form: Json) -> Reply:
    moderates = bool(permissions.in_channel(forum, call.bot.id) & BITS["MANAGE_THREADS"])
    check_thread(form, forum=forum.data, moderates=moderates)
    message: Json = form["message"]
    check_message(message, len(call.uploads))
    wanted = ["SEND_MESSAGES"]
    if message.get("embeds"):
        wanted.append("EMBED_LINKS")
    if call.uploads:
        wanted.append("ATTACH_FILES")
    require(forum, call.bot.id, *wanted)
    thread = threads.make(call.world, forum, call.bot.id, form)
    flags = int(message.get("flags") or 0)
    draft = messages.Draft(message, call.uploads, flags=flags, message_id=thread.id)
    written = messages.create(call.world, thread, call.bot.user, draft)
    forum.data["last_message_id"] = thread.id
    return Reply({**thread_json(thread, call.bot.id), "message": written}, 201)


def _listed(call: Call, found: list[Channel]) -> Json:
    mine = [thread.thread_members[call.bot.id] for thread in found if call.bot.id in thread.thread_members]
    return {"threads": [thread_json(thread, call.bot.id) for thread in found], "members": mine}


def _archived(call: Call) -> Json:
    channel = channel_of(call)
    total = require(channel, call.bot.id, "READ_MESSAGE_HISTORY")
    private = call.path.endswith("/private")
    joined_only = "/users/@me/" in call.path
    if private and not joined_only and not total & BITS["MANAGE_THREADS"]:
        raise missing_access()
    text = call.query.get("limit", "50")
    limit = int(text) if text.isdigit() else 0
    wrong = Problems()
    if not 2 <= limit <= 100:
        wrong.add(("limit",), "NUMBER_TYPE_MIN", "int value should be between 2 and 100.")
    wrong.finish()
    guild = channel.guild
    found = [
        thread
        for thread in (guild.threads() if guild is not None else [])
        if thread.parent is channel
        and thread.data["thread_metadata"]["archived"]
        and (thread.type == PRIVATE_THREAD) == private
        and (not joined_only or call.bot.id in thread.thread_members)
    ]
    before = call.query.get("before")
    if joined_only:
        found = [thread for thread in found if before is None or int(thread.id) < int(before)]
        found.sort(key=lambda thread: int(thread.id), reverse=True)
    else:
        found = [thread for thread in found if before is None or _archived_ms(thread) < (parse_iso(before) or 0)]
        found.sort(key=_archived_ms, reverse=True)
    return {**_listed(call, found[:limit]), "has_more": len(found) > limit}


def _archived_ms(thread: Channel) -> int:
    return parse_iso(thread.data["thread_metadata"]["archive_timestamp"]) or 0


def _active(call: Call) -> Json:
    guild = call.world.guild_for(call.bot, call.params["guild"])
    return _listed(call, active_threads(guild, call.bot.id))


def _thread(call: Call) -> Channel:
    thread = channel_of(call)
    if not thread.is_thread:
        raise DiscordError(400, 50024)
    return thread


def _who(call: Call) -> str:
    user_id = call.params["user"]
    return call.bot.id if user_id == "@me" else user_id


def _members(call: Call) -> list[Json]:
    """The whole list is for applications with the privileged members intent (50001 for others)."""
    thread = _thread(call)
    if not call.bot.privileged & GUILD_MEMBERS_INTENT:
        raise missing_access()
    members = sorted(thread.thread_members.values(), key=lambda one: int(one["user_id"]))
    if not call.flag("with_member"):
        return members
    after, limit = int(call.query.get("after", "0")), int(call.query.get("limit", "100"))
    page = [one for one in members if int(one["user_id"]) > after][:limit]
    return [_with_member(call, thread, one) for one in page]


def _with_member(call: Call, thread: Channel, member: Json) -> Json:
    guild = thread.guild
    if not call.flag("with_member") or guild is None:
        return member
    return {**member, "member": guild.members[member["user_id"]]}


def _member(call: Call) -> Json:
    thread = _thread(call)
    member = thread.thread_members.get(_who(call))
    if member is None:
        raise unknown(10007)
    return _with_member(call, thread, member)


def _open(thread: Channel) -> None:
    if thread.data["thread_metadata"]["archived"]:
        raise DiscordError(400, 50083)


def _join(call: Call) -> Reply:
    thread, user_id = _thread(call), _who(call)
    _open(thread)
    if thread.guild is None or user_id not in thread.guild.members:
        raise unknown(10007 if user_id in call.world.users else 10013)
    if user_id != call.bot.id:
        require(thread, call.bot.id, "SEND_MESSAGES_IN_THREADS")
        if not messages.may_invite(thread, call.bot.id):
            raise missing_permissions()
        parent = thread.parent
        if parent is not None and not permissions.sees(parent, user_id):
            raise missing_access()
    threads.add_member(call.world, thread, user_id, by=call.bot.id)
    return NO_CONTENT


def _leave(call: Call) -> Reply:
    thread, user_id = _thread(call), _who(call)
    _open(thread)
    if user_id != call.bot.id:
        own_private = thread.type == PRIVATE_THREAD and thread.data["owner_id"] == call.bot.id
        if not own_private:
            require(thread, call.bot.id, "MANAGE_THREADS")
    threads.remove_member(call.world, thread, user_id, by=call.bot.id)
    return NO_CONTENT
