"""Messages: made, shown to one viewer, changed, deleted. Storage holds Discord's message JSON."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox import permissions
from sandbox.clock import iso
from sandbox.errors import DiscordError
from sandbox.rules import is_empty
from sandbox.world import DM, MESSAGE_CONTENT_INTENT, Event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.errors import Json
    from sandbox.world import Bot, Channel, World

CROSSPOSTED, SUPPRESS_EMBEDS, HAS_THREAD, EPHEMERAL, LOADING = 1, 4, 32, 64, 128
DEFAULT, THREAD_CREATED, REPLY, CHAT_COMMAND, THREAD_STARTER, CONTEXT_COMMAND = 0, 18, 19, 20, 21, 23
MEMBER_ADDED, MEMBER_REMOVED, RENAMED, PINNED = 1, 2, 4, 6
COMPONENTS_V2 = 1 << 15

_MENTION = re.compile(r"<@!?(\d+)>")
_ROLE_MENTION = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(?:everyone|here)\b")


@dataclass(slots=True)
class Upload:
    """A file that came with a request. `index` is n of the part's name files[n]."""

    index: int
    filename: str
    content_type: str
    data: bytes


@dataclass(slots=True)
class Draft:
    """What is to be written: the form's fields, its files, and how it came about."""

    form: Json
    uploads: Sequence[Upload] = ()
    kind: int = DEFAULT
    flags: int = 0
    extra: Json = field(default_factory=dict)
    ephemeral_for: str | None = None
    message_id: str | None = None
    mentions: Sequence[Json] = ()


def create(world: World, channel: Channel, author: Json, draft: Draft) -> Json:
    """Write a message and tell everybody who may know."""
    form = draft.form
    message_id = draft.message_id or world.new_id()
    content = str(form.get("content") or "")
    message: Json = {
        "id": message_id,
        "channel_id": channel.id,
        "author": author,
        "content": content,
        "timestamp": iso(world.clock.now_ms),
        "edited_timestamp": None,
        "tts": bool(form.get("tts")),
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": _attachments(world, channel, form, draft.uploads, ()),
        "embeds": [],
        "components": _numbered(form.get("components") or []),
        "pinned": False,
        "type": draft.kind,
        "flags": draft.flags,
    }
    message["embeds"] = _embeds(form, message["attachments"])
    if form.get("nonce") is not None:
        message["nonce"] = form["nonce"]
    message.update(draft.extra)
    _mentions(world, channel, author["id"], message, form)
    message["mentions"] += draft.mentions
    _place(world, channel, message, draft.ephemeral_for)
    world.emit(Event("MESSAGE_CREATE", message, channel.guild, channel, ephemeral_for=draft.ephemeral_for))
    return message


def _place(world: World, channel: Channel, message: Json, ephemeral_for: str | None) -> None:
    message_id: str = message["id"]
    channel.messages[message_id] = message
    if ephemeral_for is not None:
        channel.ephemeral[message_id] = ephemeral_for
        return
    channel.data["last_message_id"] = message_id
    if channel.is_thread:
        data = channel.data
        message["position"] = data["total_message_sent"]
        if message["type"] != THREAD_STARTER and message_id != channel.id:
            data["message_count"] += 1
            data["total_message_sent"] += 1
        if message["type"] not in (MEMBER_ADDED, MEMBER_REMOVED, RENAMED):
            _bring_in(world, channel, message)


def _bring_in(world: World, thread: Channel, message: Json) -> None:
    """Who writes in a thread joins it; who is mentioned joins where the author may invite, and they see its channel."""
    author_id: str = message["author"]["id"]
    if author_id in thread.audience():
        join_thread(world, thread, author_id)
    if not may_invite(thread, author_id):
        return
    for user in message["mentions"]:
        parent = thread.parent
        if user["id"] in thread.audience() and parent is not None and permissions.sees(parent, user["id"]):
            join_thread(world, thread, user["id"])


def may_invite(thread: Channel, user_id: str) -> bool:
    """Whether somebody may add others: anybody, but where a private thread leaves it to moderators and its owner."""
    if thread.data["thread_metadata"].get("invitable", True) or thread.data["owner_id"] == user_id:
        return True
    return bool(permissions.in_channel(thread, user_id) & permissions.BITS["MANAGE_THREADS"])


def join_thread(world: World, thread: Channel, user_id: str) -> None:
    """Put somebody into a thread, once; a bot first gets the thread itself, which it may not know."""
    if user_id in thread.thread_members:
        return
    member = thread_member(world, thread, user_id)
    thread.thread_members[user_id] = member
    if world.bot_by_id(user_id) is not None:
        shown_thread = {**thread.data, "member_count": min(len(thread.thread_members), 50), "member": member}
        world.emit(Event("THREAD_CREATE", shown_thread, thread.guild, thread, only=user_id))
    members_changed(world, thread, {"added_members": [member]})


def members_changed(world: World, thread: Channel, what: Json) -> None:
    """Tell who may know that people came into a thread or left it."""
    data: Json = {
        "id": thread.id,
        "guild_id": thread.data["guild_id"],
        "member_count": min(len(thread.thread_members), 50),
        **what,
    }
    world.emit(Event("THREAD_MEMBERS_UPDATE", data, thread.guild, thread))


def thread_member(world: World, channel: Channel, user_id: str) -> Json:
    """Discord's thread member JSON."""
    return {"id": channel.id, "user_id": user_id, "join_timestamp": world.now_iso(), "flags": 1}


def edit(world: World, channel: Channel, message: Json, form: Json, uploads: Sequence[Upload] = ()) -> Json:
    """Change what the form names; fields that it does not name stay. Refuses to leave nothing (50006)."""
    after = {**message, **form}
    if is_empty(after, len(uploads) + len(after["attachments"] or ())):
        raise DiscordError(400, 50006)
    if "attachments" in form or uploads:
        message["attachments"] = _attachments(world, channel, form, uploads, message["attachments"])
    if "content" in form:
        message["content"] = str(form["content"] or "")
        _mentions(world, channel, message["author"]["id"], message, form)
    if "embeds" in form:
        message["embeds"] = _embeds(form, message["attachments"])
    if "components" in form:
        message["components"] = _numbered(form["components"] or [])
    if form.get("flags") is not None:
        settable = SUPPRESS_EMBEDS | COMPONENTS_V2
        message["flags"] = message["flags"] & ~settable | int(form["flags"]) & settable
    if message["flags"] & LOADING:
        message["flags"] &= ~LOADING
    else:
        message["edited_timestamp"] = world.now_iso()
    announce(world, channel, message)
    return message


def announce(world: World, channel: Channel, message: Json) -> None:
    """Tell everybody who may know that a message changed."""
    target = channel.ephemeral.get(message["id"])
    world.emit(Event("MESSAGE_UPDATE", message, channel.guild, channel, ephemeral_for=target))


def delete(world: World, channel: Channel, message_id: str) -> None:
    """Remove a message and tell everybody who knew it."""
    message = channel.messages.pop(message_id)
    target = channel.ephemeral.pop(message_id, None)
    channel.reactions.pop(message_id, None)
    channel.pins.pop(message_id, None)
    if channel.is_thread and target is None and message["type"] != THREAD_STARTER and message_id != channel.id:
        channel.data["message_count"] -= 1
    data: Json = {"id": message_id, "channel_id": channel.id}
    if channel.guild is not None:
        data["guild_id"] = channel.guild.id
    world.emit(Event("MESSAGE_DELETE", data, channel.guild, channel, ephemeral_for=target))


def shown(channel: Channel, message: Json, viewer_id: str) -> Json:
    """A message as REST gives it to one viewer: with reactions and what it replies to."""
    result = message
    reactions = channel.reactions.get(message["id"])
    if reactions:
        result = {**result, "reactions": [_reaction(entry, viewer_id) for entry in reactions.values()]}
    reference = message.get("message_reference")
    if reference is not None and message["type"] in (REPLY, THREAD_STARTER, CONTEXT_COMMAND):
        home = channel.parent if message["type"] == THREAD_STARTER and channel.parent else channel
        result = {**result, "referenced_message": home.messages.get(reference["message_id"])}
    return result


def shown_to_bot(bot: Bot, channel: Channel, message: Json) -> Json:
    """The same for a bot: the content is blank without the intent, except where the bot is concerned."""
    result = shown(channel, message, bot.id)
    if _may_read(bot, channel, message):
        return result
    return {**result, "content": "", "embeds": [], "attachments": [], "components": []}


def _may_read(bot: Bot, channel: Channel, message: Json) -> bool:
    if bot.privileged & MESSAGE_CONTENT_INTENT or channel.type == DM:
        return True
    if message["author"]["id"] == bot.id or message.get("application_id") == bot.id:
        return True
    return any(user["id"] == bot.id for user in message["mentions"])


def in_event(channel: Channel, message: Json) -> Json:
    """What gateway events add to a message: its server and its author's membership."""
    guild = channel.guild
    if guild is None:
        return message
    result = {**message, "guild_id": guild.id, "channel_type": channel.type}
    member = guild.members.get(message["author"]["id"])
    if member is not None:
        result["member"] = {key: value for key, value in member.items() if key != "user"}
    return result


def _reaction(entry: Json, viewer_id: str) -> Json:
    users: list[str] = entry["users"]
    return {
        "emoji": entry["emoji"],
        "count": len(users),
        "count_details": {"burst": 0, "normal": len(users)},
        "burst_colors": [],
        "me_burst": False,
        "burst_me": False,
        "burst_count": 0,
        "me": viewer_id in users,
    }


def _attachments(
    world: World, channel: Channel, form: Json, uploads: Sequence[Upload], before: Sequence[Json]
) -> list[Json]:
    named = form.get("attachments")
    kept: list[Json] = []
    details: dict[str, Json] = {}
    if named is None:
        kept = list(before)
    else:
        known = {attachment["id"]: attachment for attachment in before}
        for entry in named:
            key = str(entry.get("id"))
            if key in known:
                kept.append(known[key])
            else:
                details[key] = entry
    for upload in uploads:
        entry = details.get(str(upload.index), {})
        name = str(entry.get("filename") or upload.filename)
        kept.append(store_upload(world, channel.id, upload, name, entry.get("description")))
    return kept


def store_upload(world: World, channel_id: str, upload: Upload, name: str, description: object = None) -> Json:
    """Keep a file and give its attachment JSON."""
    attachment_id = world.new_id()
    kind = upload.content_type
    if kind == "application/octet-stream":
        kind = mimetypes.guess_type(name)[0] or kind
    world.keep_file(attachment_id, name, kind, upload.data)
    url = world.file_url(channel_id, attachment_id, name)
    attachment: Json = {
        "id": attachment_id,
        "filename": name,
        "size": len(upload.data),
        "url": url,
        "proxy_url": url,
        "content_type": kind,
    }
    if isinstance(description, str):
        attachment["description"] = description
    return attachment


def _embeds(form: Json, attachments: Sequence[Json]) -> list[Json]:
    by_name = {f"attachment://{a['filename']}": a["url"] for a in attachments}
    result = []
    for embed in form.get("embeds") or []:
        made = {key: value for key, value in embed.items() if value is not None}
        made.setdefault("type", "rich")
        for place in ("image", "thumbnail"):
            if place in made:
                url = by_name.get(made[place]["url"], made[place]["url"])
                made[place] = {**made[place], "url": url, "proxy_url": url}
        if "fields" in made:
            made["fields"] = [{"inline": False, **one} for one in made["fields"]]
        result.append(made)
    return result


def _numbered(components: list[Any]) -> list[Json]:
    """Components get ids in order (as Discord numbers those that came without one)."""
    counter = iter(range(1, 1000))

    def number(component: Json) -> Json:
        made = {"id": next(counter), **component}
        if not made["id"]:
            made["id"] = next(counter)
        if "components" in made:
            made["components"] = [number(child) for child in made["components"]]
        if isinstance(made.get("accessory"), dict):
            made["accessory"] = number(made["accessory"])
        return made

    return [number(component) for component in components]


def _mentions(world: World, channel: Channel, author_id: str, message: Json, form: Json) -> None:
    content: str = message["content"]
    message["mentions"], message["mention_roles"], message["mention_everyone"] = [], [], False
    rule = form.get("allowed_mentions")
    parse = ("users", "roles", "everyone") if rule is None else tuple(rule.get("parse") or ())
    listed = set(map(str, (rule or {}).get("users") or ())) | set(map(str, (rule or {}).get("roles") or ()))
    replied = message.get("message_reference") if message["type"] == REPLY else None
    if replied and (rule is None or rule.get("replied_user")):
        original = channel.messages.get(replied["message_id"])
        if original is not None:
            message["mentions"].append(original["author"])
    if "<@" in content:
        for user_id in dict.fromkeys(_MENTION.findall(content)):
            user = world.users.get(user_id)
            if user is not None and ("users" in parse or user_id in listed) and user not in message["mentions"]:
                message["mentions"].append(user)
        if channel.guild is not None:
            found = dict.fromkeys(_ROLE_MENTION.findall(content))
            message["mention_roles"] = [
                role_id
                for role_id in found
                if role_id in channel.guild.roles and ("roles" in parse or role_id in listed)
            ]
    if "everyone" in parse and "@" in content and _EVERYONE.search(content):
        allowed = permissions.in_channel(channel, author_id) & permissions.BITS["MENTION_EVERYONE"]
        message["mention_everyone"] = bool(allowed)
