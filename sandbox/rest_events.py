"""Scheduled events of a server over REST.

Source of the rights: Discord's developer documentation, "Guild Scheduled Event Permissions Requirements".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import scheduled
from sandbox.errors import DiscordError, Json, Problems, missing_permissions, unknown
from sandbox.permissions import BITS, in_guild, require, sees
from sandbox.rest import NO_CONTENT, Reply
from sandbox.rules_events import EXTERNAL_EVENT, STAGE_EVENT, VOICE_EVENT, check_event
from sandbox.scheduled import ACTIVE, CANCELLED, COMPLETED, NEXT_STATUS, SCHEDULED
from sandbox.world import STAGE, VOICE, Guild

if TYPE_CHECKING:
    from sandbox.rest import Call, Router

EVENTS_MAX = 100
_CHANNEL_TYPE = {STAGE_EVENT: STAGE, VOICE_EVENT: VOICE}
_CHANNEL_RIGHTS = {
    STAGE_EVENT: ("MANAGE_CHANNELS", "MUTE_MEMBERS", "MOVE_MEMBERS"),
    VOICE_EVENT: ("VIEW_CHANNEL", "CONNECT"),
}
_ALL = "/guilds/{guild}/scheduled-events"
_FIELDS = (
    "channel_id",
    "name",
    "description",
    "scheduled_start_time",
    "scheduled_end_time",
    "privacy_level",
    "entity_type",
    "entity_metadata",
    "recurrence_rule",
)


def add_routes(router: Router) -> None:
    """Register this module's routes."""
    router.add("GET", _ALL, lambda call: [_shown(call, one) for one in scheduled.seen(_guild(call), call.bot.id)])
    router.add("POST", _ALL, _new)
    router.add("GET", _ALL + "/{event}", lambda call: _shown(call, _event(call)))
    router.add("PATCH", _ALL + "/{event}", _edit)
    router.add("DELETE", _ALL + "/{event}", _delete)
    router.add("GET", _ALL + "/{event}/users", _users)


def _guild(call: Call) -> Guild:
    return call.world.guild_for(call.bot, call.params["guild"])


def _event(call: Call) -> Json:
    guild = _guild(call)
    event = guild.events.get(call.params["event"])
    if event is None:
        raise unknown(10070)
    channel = guild.channels.get(event["channel_id"] or "")
    if channel is not None and not sees(channel, call.bot.id):
        raise unknown(10070)
    return event


def _shown(call: Call, event: Json) -> Json:
    if not call.flag("with_user_count"):
        return event
    return {**event, "user_count": len(_guild(call).interested.get(event["id"], ()))}


def _reach(call: Call, guild: Guild, kind: int, channel_id: object) -> None:
    """A voice or stage event needs a channel of its kind, and the bot's rights in it."""
    if kind == EXTERNAL_EVENT:
        return
    channel = call.world.seen_channel(call.bot, str(channel_id))
    if channel.guild is not guild or channel.type != _CHANNEL_TYPE[kind]:
        raise DiscordError(400, 50024)
    require(channel, call.bot.id, *_CHANNEL_RIGHTS[kind])


def _granted(call: Call, guild: Guild, form: Json) -> int:
    """The bot's permissions: those of the event's channel, or of the server for an external event."""
    channel_id = form.get("channel_id")
    if channel_id is None or form.get("entity_type") == EXTERNAL_EVENT:
        return in_guild(guild, call.bot.id)
    return require(call.world.seen_channel(call.bot, str(channel_id)), call.bot.id)


def _new(call: Call) -> Json:
    guild, form, bot = _guild(call), call.body(), call.bot
    check_event(form, call.world.clock.now_ms)
    if not _granted(call, guild, form) & BITS["CREATE_EVENTS"]:
        raise missing_permissions()
    _reach(call, guild, form["entity_type"], form.get("channel_id"))
    alive = sum(1 for one in guild.events.values() if one["status"] in (SCHEDULED, ACTIVE))
    if alive >= EVENTS_MAX:
        raise DiscordError(400, 30038)
    event: Json = {
        "id": call.world.new_id(),
        "guild_id": guild.id,
        "creator_id": bot.id,
        "creator": bot.user,
        "status": SCHEDULED,
        "entity_id": None,
        "image": None,
        "guild_scheduled_event_exceptions": [],
        **{key: form.get(key) for key in _FIELDS},
    }
    if event["channel_id"] is not None:
        event["channel_id"] = str(event["channel_id"])
    guild.events[event["id"]] = event
    scheduled.tell(call.world, guild, event, "CREATE")
    return event


def _may_change(call: Call, guild: Guild, event: Json) -> None:
    mine = _granted(call, guild, event)
    wanted = BITS["MANAGE_EVENTS"]
    if event["creator_id"] == call.bot.id:
        wanted |= BITS["CREATE_EVENTS"]
    if not mine & wanted:
        raise missing_permissions()
    _reach(call, guild, event["entity_type"], event["channel_id"])


def _edit(call: Call) -> Json:
    guild, event, form = _guild(call), _event(call), call.body()
    _may_change(call, guild, event)
    if event["status"] in (COMPLETED, CANCELLED):
        raise DiscordError(400, 180000)
    check_event(form, call.world.clock.now_ms, before=event)
    merged = {**event, **{key: form[key] for key in _FIELDS if key in form}}
    if merged["channel_id"] is not None:
        merged["channel_id"] = str(merged["channel_id"])
    if merged["entity_type"] != EXTERNAL_EVENT:
        merged["entity_metadata"] = None
    _reach(call, guild, merged["entity_type"], merged["channel_id"])
    status = form.get("status") or event["status"]
    if status != event["status"] and status not in NEXT_STATUS[event["status"]]:
        found = Problems()
        text = "Invalid Guild Scheduled Event Status Transition"
        found.add(("status",), "GUILD_SCHEDULED_EVENT_INVALID_STATUS_TRANSITION", text)
        found.finish()
    event.update(merged)
    scheduled.set_status(call.world, guild, event, status)
    return event


def _delete(call: Call) -> Reply:
    guild, event = _guild(call), _event(call)
    _may_change(call, guild, event)
    scheduled.delete_event(call.world, guild, event["id"])
    return NO_CONTENT


def _users(call: Call) -> list[Json]:
    guild, event = _guild(call), _event(call)
    text = call.query.get("limit", "100")
    limit = int(text) if text.isdigit() else 0
    found = Problems()
    if not 1 <= limit <= 100:
        found.add(("limit",), "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
    found.finish()
    ids = sorted(guild.interested.get(event["id"], ()), key=int)
    if "before" in call.query:
        ids = [one for one in ids if int(one) < int(call.query["before"])][-limit:]
    else:
        ids = [one for one in ids if int(one) > int(call.query.get("after", "0"))][:limit]
    return [_user(call, guild, event, user_id) for user_id in ids]


def _user(call: Call, guild: Guild, event: Json, user_id: str) -> Json:
    entry: Json = {"guild_scheduled_event_id": event["id"], "user": call.world.users[user_id]}
    if call.flag("with_member") and user_id in guild.members:
        entry["member"] = guild.members[user_id]
    return entry
