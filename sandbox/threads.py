"""Threads: made from a message, on their own or as a forum post; woken, archived, locked, joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import messages, permissions
from sandbox.clock import created_ms, parse_iso
from sandbox.errors import DiscordError, Json
from sandbox.world import FORUM, PRIVATE_THREAD, PUBLIC_THREAD, Channel, Event

if TYPE_CHECKING:
    from sandbox.world import World

PINNED = 1 << 1
"""A thread's flag: at the top of its forum, and never archived by itself."""


def make(world: World, parent: Channel, owner_id: str, form: Json, *, message: Json | None = None) -> Channel:
    """A new thread; with `message` it takes that message's id. Refuses a second one there (160004)."""
    guild = parent.guild
    if guild is None:
        raise DiscordError(400, 50024)
    thread_id = message["id"] if message is not None else world.new_id()
    if message is not None and thread_id in world.channels:
        raise DiscordError(400, 160004)
    kind = PUBLIC_THREAD
    if message is None and parent.type != FORUM:
        kind = form.get("type", PRIVATE_THREAD)
    now = world.now_iso()
    data: Json = {
        "id": thread_id,
        "type": kind,
        "guild_id": guild.id,
        "parent_id": parent.id,
        "owner_id": owner_id,
        "name": form["name"],
        "last_message_id": None,
        "message_count": 0,
        "member_count": 0,
        "total_message_sent": 0,
        "rate_limit_per_user": form.get("rate_limit_per_user") or 0,
        "flags": 0,
        "thread_metadata": {
            "archived": False,
            "archive_timestamp": now,
            "auto_archive_duration": form.get("auto_archive_duration") or 4320,
            "locked": False,
            "create_timestamp": now,
        },
    }
    if kind == PRIVATE_THREAD:
        data["thread_metadata"]["invitable"] = form.get("invitable", True)
    if parent.type == FORUM:
        data["applied_tags"] = [str(tag) for tag in form.get("applied_tags") or []]
    thread = world.keep_channel(Channel(thread_id, data, guild, parent))
    thread.thread_members[owner_id] = messages.thread_member(world, thread, owner_id)
    world.emit(Event("THREAD_CREATE", {**data, "newly_created": True}, guild, thread))
    author = world.users[owner_id]
    if message is not None:
        message["flags"] |= messages.HAS_THREAD
        message["thread"] = data
        messages.announce(world, parent, message)
        reference = {"type": 0, "guild_id": guild.id, "channel_id": parent.id, "message_id": message["id"]}
        extra = {"message_reference": reference}
        starter = messages.Draft({}, kind=messages.THREAD_STARTER, extra=extra)
        messages.create(world, thread, author, starter)
    elif kind == PUBLIC_THREAD and parent.type != FORUM:
        reference = {"type": 0, "guild_id": guild.id, "channel_id": thread_id}
        extra = {"message_reference": reference}
        said = messages.Draft({"content": form["name"]}, kind=messages.THREAD_CREATED, extra=extra)
        messages.create(world, parent, author, said)
    return thread


def wake(world: World, thread: Channel, *, may_manage: bool) -> None:
    """Before a message is sent: an archived thread opens again, a locked one refuses.

    Archived and locked refuses everybody (50083); locked alone refuses who may not manage threads (160005).
    """
    state = thread.data["thread_metadata"]
    if state["archived"]:
        if state["locked"]:
            raise DiscordError(400, 50083)
        set_state(world, thread, archived=False)
    elif state["locked"] and not may_manage:
        raise DiscordError(403, 160005)


def require_open(channel: Channel, *, bot_id: str) -> None:
    """Before a message is changed: 50083 in an archived thread, 160005 in a locked one without Manage Threads."""
    if not channel.is_thread:
        return
    state = channel.data["thread_metadata"]
    if state["archived"]:
        raise DiscordError(400, 50083)
    if state["locked"] and not permissions.in_channel(channel, bot_id) & permissions.BITS["MANAGE_THREADS"]:
        raise DiscordError(403, 160005)


def changed(world: World, thread: Channel) -> None:
    """Tell everybody who may know that a thread changed."""
    world.emit(Event("THREAD_UPDATE", thread.data, thread.guild, thread))


def archives_at_ms(thread: Channel) -> int | None:
    """When an open thread is archived if nothing happens there; None for an archived or pinned one.

    Activity is a message, opening the thread, or a change of its duration.
    """
    state = thread.data["thread_metadata"]
    if state["archived"] or thread.data["flags"] & PINNED:
        return None
    last = thread.data["last_message_id"]
    since = max(parse_iso(state["archive_timestamp"]) or 0, 0 if last is None else created_ms(last))
    return since + int(state["auto_archive_duration"]) * 60_000


def set_state(world: World, thread: Channel, *, archived: bool | None = None, locked: bool | None = None) -> None:
    """Archive, open, lock or unlock."""
    state = thread.data["thread_metadata"]
    if locked is not None:
        state["locked"] = locked
    turned = archived is not None and archived != state["archived"]
    if turned:
        state["archived"] = archived
        state["archive_timestamp"] = world.now_iso()
        if archived:
            thread.data["flags"] &= ~PINNED
    changed(world, thread)
    if turned and not archived:
        for bot in world.bots.values():
            if bot.id in thread.thread_members:
                member = {**thread.thread_members[bot.id], "guild_id": thread.data["guild_id"]}
                world.emit(Event("THREAD_MEMBER_UPDATE", member, thread.guild, thread, only=bot.id))


def add_member(world: World, thread: Channel, user_id: str, *, by: str) -> None:
    """Put somebody into a thread; where somebody else did it, the thread says so."""
    if user_id not in thread.thread_members:
        messages.join_thread(world, thread, user_id)
        _said(world, thread, user_id, by, messages.MEMBER_ADDED)


def remove_member(world: World, thread: Channel, user_id: str, *, by: str) -> None:
    """Take somebody out of a thread; where somebody else did it, the thread says so."""
    if thread.thread_members.pop(user_id, None) is not None:
        messages.members_changed(world, thread, {"removed_member_ids": [user_id]})
        _said(world, thread, user_id, by, messages.MEMBER_REMOVED)


def _said(world: World, thread: Channel, user_id: str, by: str, kind: int) -> None:
    if by != user_id:
        draft = messages.Draft({}, kind=kind, mentions=(world.users[user_id],))
        messages.create(world, thread, world.users[by], draft)


def rename(world: World, thread: Channel, name: str, *, by: str) -> None:
    """Give a thread another name and say so in it."""
    if name != thread.data["name"]:
        thread.data["name"] = name
        messages.create(world, thread, world.users[by], messages.Draft({"content": name}, kind=messages.RENAMED))
