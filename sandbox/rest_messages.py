"""Messages of a channel: history, sending (nonces too), edits, deletes, reactions, pins."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sandbox import messages, permissions, threads
from sandbox.clock import parse_iso
from sandbox.errors import DiscordError, Json, Problems, unknown
from sandbox.permissions import BITS, require
from sandbox.rest import NO_CONTENT, Reply
from sandbox.rules import check_edit, check_message
from sandbox.world import CATEGORY, FORUM, Channel, Event

if TYPE_CHECKING:
    from sandbox.rest import Call, Router

NONCE_LIFE_S = 300.0
"""Real seconds in which a nonce sent again gives the message that it made before."""

_CHANNEL = "/channels/{channel}"
_MESSAGE = _CHANNEL + "/messages/{message}"


def add_routes(router: Router) -> None:
    """Register this module's routes."""
    router.add("GET", _CHANNEL + "/messages", _history)
    router.add("POST", _CHANNEL + "/messages", _send)
    router.add("POST", _CHANNEL + "/messages/bulk-delete", _bulk_delete)
    router.add("GET", _CHANNEL + "/messages/pins", _pins)
    router.add("PUT", _CHANNEL + "/messages/pins/{message}", _pin)
    router.add("DELETE", _CHANNEL + "/messages/pins/{message}", _unpin)
    router.add("GET", _CHANNEL + "/pins", _pins)
    router.add("PUT", _CHANNEL + "/pins/{message}", _pin)
    router.add("DELETE", _CHANNEL + "/pins/{message}", _unpin)
    router.add("GET", _MESSAGE, _get)
    router.add("PATCH", _MESSAGE, _edit)
    router.add("DELETE", _MESSAGE, _delete)
    router.add("POST", _CHANNEL + "/typing", _typing)


def channel_of(call: Call) -> Channel:
    """The path's channel, seen by the bot."""
    return call.world.seen_channel(call.bot, call.params["channel"])


def message_of(call: Call, channel: Channel) -> Json:
    """The path's message; 10008 when there is none (an ephemeral one is none over REST)."""
    message_id = call.params["message"]
    message = channel.messages.get(message_id)
    if message is None or message_id in channel.ephemeral:
        raise unknown(10008)
    return message


def _typing(call: Call) -> Reply:
    require(channel_of(call), call.bot.id, "SEND_MESSAGES")
    return NO_CONTENT


def _history(call: Call) -> list[Json]:
    channel = channel_of(call)
    found = Problems()
    text = call.query.get("limit", "50")
    limit = int(text) if text.isdigit() else 0
    if not 1 <= limit <= 100:
        found.add(("limit",), "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
    found.finish()
    if not permissions.in_channel(channel, call.bot.id) & BITS["READ_MESSAGE_HISTORY"]:
        return []
    ids = sorted((int(one) for one in channel.messages if one not in channel.ephemeral), reverse=True)
    cursors = {key: int(call.query[key]) for key in ("before", "after", "around") if key in call.query}
    if "before" in cursors:
        ids = [one for one in ids if one < cursors["before"]][:limit]
    elif "after" in cursors:
        ids = [one for one in ids if one > cursors["after"]][-limit:]
    elif "around" in cursors:
        middle = sorted(ids, key=lambda one: abs(one - cursors["around"]))[:limit]
        ids = sorted(middle, reverse=True)
    else:
        ids = ids[:limit]
    return [messages.shown_to_bot(call.bot, channel, channel.messages[str(one)]) for one in ids]


def _get(call: Call) -> Json:
    channel = channel_of(call)
    require(channel, call.bot.id, "READ_MESSAGE_HISTORY")
    return messages.shown_to_bot(call.bot, channel, message_of(call, channel))


def may_send(call: Call, channel: Channel, form: Json) -> None:
    """Refuse what the bot may not send here, with the code that Discord gives."""
    if channel.type in (FORUM, CATEGORY):
        raise DiscordError(400, 50008)
    bot = call.bot
    if channel.guild is None:
        other = next(user_id for user_id in channel.recipients if user_id != bot.id)
        if other in call.world.blocked or not call.world.share_a_guild(bot.id, other):
            raise DiscordError(403, 50007)
        return
    wanted = ["SEND_MESSAGES_IN_THREADS" if channel.is_thread else "SEND_MESSAGES"]
    if form.get("embeds"):
        wanted.append("EMBED_LINKS")
    if call.uploads:
        wanted.append("ATTACH_FILES")
    if form.get("tts"):
        wanted.append("SEND_TTS_MESSAGES")
    mine = require(channel, bot.id, *wanted)
    if channel.is_thread:
        threads.wake(call.world, channel, may_manage=bool(mine & BITS["MANAGE_THREADS"]))


def _send(call: Call) -> Json:
    bot, form = call.bot, call.body()
    channel = channel_of(call)
    check_message(form, len(call.uploads))
    again = _sent_before(call, channel, form)
    if again is not None:
        return again
    may_send(call, channel, form)
    draft = messages.Draft(form, call.uploads, flags=int(form.get("flags") or 0))
    reference = _reference(call, channel, form)
    if reference is not None:
        draft.kind, draft.extra = messages.REPLY, {"message_reference": reference}
    message = messages.create(call.world, channel, bot.user, draft)
    if form.get("enforce_nonce") and form.get("nonce") is not None:
        bot.nonces[(channel.id, str(form["nonce"]))] = (time.monotonic(), message["id"])
    return messages.shown(channel, message, bot.id)


def _sent_before(call: Call, channel: Channel, form: Json) -> Json | None:
    if not form.get("enforce_nonce") or form.get("nonce") is None:
        return None
    known = call.bot.nonces.get((channel.id, str(form["nonce"])))
    if known is None or time.monotonic() - known[0] > NONCE_LIFE_S:
        return None
    message = channel.messages.get(known[1])
    if message is None:
        raise unknown(10008)
    return messages.shown(channel, message, call.bot.id)


def _reference(call: Call, channel: Channel, form: Json) -> Json | None:
    asked = form.get("message_reference")
    if asked is None:
        return None
    if not permissions.in_channel(channel, call.bot.id) & BITS["READ_MESSAGE_HISTORY"]:
        raise DiscordError(400, 160002)
    message_id = str(asked.get("message_id"))
    if message_id not in channel.messages or message_id in channel.ephemeral:
        if asked.get("fail_if_not_exists") is False:
            return None
        found = Problems()
        found.add(("message_reference",), "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
        found.finish()
    reference: Json = {"type": 0, "channel_id": channel.id, "message_id": message_id}
    if channel.guild is not None:
        reference["guild_id"] = channel.guild.id
    return reference


def _edit(call: Call) -> Json:
    channel, form = channel_of(call), call.body()
    message = message_of(call, channel)
    others = message["author"]["id"] != call.bot.id
    if others and set(form) - {"flags"}:
        raise DiscordError(403, 50005)
    if others:
        require(channel, call.bot.id, "MANAGE_MESSAGES")
    check_edit(form, message)
    threads.require_open(channel, bot_id=call.bot.id)
    edited = messages.edit(call.world, channel, message, form, call.uploads)
    return messages.shown(channel, edited, call.bot.id)


def _delete(call: Call) -> Reply:
    channel = channel_of(call)
    message = message_of(call, channel)
    if message["author"]["id"] != call.bot.id:
        if channel.guild is None:
            raise DiscordError(403, 50003, "Cannot execute action on a DM channel")
        require(channel, call.bot.id, "MANAGE_MESSAGES")
    if message["type"] == messages.THREAD_STARTER:
        raise DiscordError(403, 50021)
    messages.delete(call.world, channel, message["id"])
    return NO_CONTENT


def _bulk_delete(call: Call) -> Reply:
    channel = channel_of(call)
    require(channel, call.bot.id, "MANAGE_MESSAGES")
    found = Problems()
    ids = found.listed(call.body(), "messages", ())
    found.count(ids, ("messages",), low=2, high=100)
    found.finish()
    for message_id in map(str, ids):
        if message_id in channel.messages:
            messages.delete(call.world, channel, message_id)
    return NO_CONTENT


# Pins


def _may_pin(call: Call, channel: Channel) -> None:
    if channel.guild is not None:
        require(channel, call.bot.id, "PIN_MESSAGES")
    if channel.is_thread and channel.data["thread_metadata"]["archived"]:
        raise DiscordError(400, 50083)


def _pins(call: Call) -> object:
    """Newest first; nothing without the right to read the history. The old route gives the first fifty."""
    channel = channel_of(call)
    newer = call.path.endswith("/messages/pins")
    text = call.query.get("limit", "50")
    limit = int(text) if text.isdigit() else 0
    found = Problems()
    if not 1 <= limit <= 50:
        found.add(("limit",), "NUMBER_TYPE_MAX", "int value should be between 1 and 50.")
    found.finish()
    readable = permissions.in_channel(channel, call.bot.id) & BITS["READ_MESSAGE_HISTORY"]
    before = parse_iso(call.query["before"]) if "before" in call.query else None
    pins = [
        (when, messages.shown_to_bot(call.bot, channel, channel.messages[message_id]))
        for message_id, when in reversed(channel.pins.items())
        if readable and (before is None or (parse_iso(when) or 0) < before)
    ]
    if not newer:
        return [one for _, one in pins[:50]]
    items = [{"pinned_at": when, "message": one} for when, one in pins[:limit]]
    return {"items": items, "has_more": len(pins) > limit}


def _pin(call: Call) -> Reply:
    channel = channel_of(call)
    _may_pin(call, channel)
    message = message_of(call, channel)
    if message["id"] not in channel.pins:
        if len(channel.pins) >= 250:
            raise DiscordError(400, 30003)
        channel.pins[message["id"]] = call.world.now_iso()
        message["pinned"] = True
        messages.announce(call.world, channel, message)
        _pins_changed(call, channel)
        reference = {"type": 0, "channel_id": channel.id, "message_id": message["id"]}
        extra = {"message_reference": reference}
        messages.create(call.world, channel, call.bot.user, messages.Draft({}, kind=messages.PINNED, extra=extra))
    return NO_CONTENT


def _unpin(call: Call) -> Reply:
    channel = channel_of(call)
    _may_pin(call, channel)
    message = message_of(call, channel)
    if channel.pins.pop(message["id"], None) is not None:
        message["pinned"] = False
        messages.announce(call.world, channel, message)
        _pins_changed(call, channel)
    return NO_CONTENT


def _pins_changed(call: Call, channel: Channel) -> None:
    last = next(reversed(channel.pins.values()), None)
    data: Json = {"channel_id": channel.id, "last_pin_timestamp": last}
    if channel.guild is not None:
        data["guild_id"] = channel.guild.id
    call.world.emit(Event("CHANNEL_PINS_UPDATE", data, channel.guild, channel))
