"""What people do with threads: start them, invite, leave, archive, lock, delete. RefusedError: their client says no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import messages, permissions, rest_channels, threads
from sandbox.errors import DiscordError
from sandbox.guild_json import channel_json
from sandbox.people_commands import RefusedError, upload_of
from sandbox.permissions import BITS
from sandbox.rules import check_thread
from sandbox.world import FORUM, PRIVATE_THREAD, PUBLIC_THREAD, Channel, World

if TYPE_CHECKING:
    from sandbox.errors import Json


def shown(channel: Channel, person: str) -> Json:
    """A channel or thread as a page gets it: threads with the ids of their members."""
    data = channel_json(channel, person)
    return {**data, "member_ids": list(channel.thread_members)} if channel.is_thread else data


def _may(channel: Channel, person: str, permission: str) -> bool:
    return bool(permissions.in_channel(channel, person) & BITS[permission])


def start(world: World, channel: Channel, person: str, form: Json) -> Json:
    """Start a thread or forum post: {name, content?, attachments?, message_id?, private?, applied_tags?: [ids]}."""
    private = bool(form.get("private"))
    needed = "CREATE_PRIVATE_THREADS" if private else "CREATE_PUBLIC_THREADS"
    if not _may(channel, person, "SEND_MESSAGES" if channel.type == FORUM else needed):
        raise RefusedError("You do not have permission to start a thread here.")
    message = None
    if form.get("message_id") is not None:
        message = channel.messages.get(str(form["message_id"]))
        if message is None:
            raise RefusedError("That message is gone.")
    asked = {"name": str(form.get("name") or ""), "type": PRIVATE_THREAD if private else PUBLIC_THREAD}
    first: Json = {"content": str(form.get("content") or "")}
    uploads = [upload_of(one, i) for i, one in enumerate(form.get("attachments") or [])]
    if channel.type == FORUM:
        asked |= {"applied_tags": form.get("applied_tags"), "message": first}
        if not first["content"] and not uploads:
            raise RefusedError("A post begins with a message.")
    try:
        forum = channel.data if channel.type == FORUM else None
        moderates = _may(channel, person, "MANAGE_THREADS")
        check_thread(asked, from_message=message is not None, forum=forum, moderates=moderates)
    except DiscordError as error:
        raise RefusedError(f"A thread has a name of 1 to 100 characters and fitting tags: {error.errors}") from error
    thread = threads.make(world, channel, person, asked, message=message)
    if first["content"] or uploads:
        message_id = thread.id if channel.type == FORUM else None
        messages.create(world, thread, world.users[person], messages.Draft(first, uploads, message_id=message_id))
    return shown(thread, person)


def wake(world: World, thread: Channel, person: str) -> None:
    """Before a person writes: a locked thread refuses, an archived one opens."""
    state = thread.data["thread_metadata"]
    if state["locked"] and not _may(thread, person, "MANAGE_THREADS"):
        raise RefusedError("This thread is locked.")
    if state["archived"]:
        threads.set_state(world, thread, archived=False)


def change_members(world: World, thread: Channel, person: str, form: Json) -> Json:
    """Invite somebody or take them out: {user_id, remove?}; oneself joins and leaves by the same way."""
    _thread(thread)
    user_id = str(form.get("user_id"))
    if thread.guild is None or user_id not in thread.guild.members:
        raise RefusedError("There is no such member.")
    if thread.data["thread_metadata"]["archived"]:
        raise RefusedError("This thread is archived: write in it first.")
    if form.get("remove"):
        own_private = thread.type == PRIVATE_THREAD and thread.data["owner_id"] == person
        if user_id != person and not own_private and not _may(thread, person, "MANAGE_THREADS"):
            raise RefusedError("You may not take others out of this thread.")
        threads.remove_member(world, thread, user_id, by=person)
        return {}
    if not _may(thread, person, "SEND_MESSAGES_IN_THREADS") or not messages.may_invite(thread, person):
        raise RefusedError("You may not invite others into this thread.")
    if thread.parent is None or not permissions.sees(thread.parent, user_id):
        raise RefusedError("They do not see this channel.")
    threads.add_member(world, thread, user_id, by=person)
    return shown(thread, person)


def change(world: World, thread: Channel, person: str, form: Json) -> Json:
    """Archive, open, lock or delete: {archived?, locked?, delete?}."""
    _thread(thread)
    manages = _may(thread, person, "MANAGE_THREADS")
    state = thread.data["thread_metadata"]
    if (form.get("delete") or "locked" in form or state["locked"]) and not manages:
        raise RefusedError("Only those who manage threads may do this.")
    if form.get("archived") and not manages and thread.data["owner_id"] != person:
        raise RefusedError("Only who started the thread may archive it.")
    if form.get("delete"):
        rest_channels.delete_channel(world, thread)
        return {}
    threads.set_state(world, thread, archived=form.get("archived"), locked=form.get("locked"))
    return shown(thread, person)


def _thread(channel: Channel) -> None:
    if not channel.is_thread:
        raise RefusedError("That is not a thread.")
