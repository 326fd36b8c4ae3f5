"""Scheduled events of a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.errors import DiscordError, Json, missing_permissions, unknown
from sandbox.permissions import BITS, in_guild, require, require_in_guild
from sandbox.rest import NO_CONTENT, Reply
from sandbox.rules import check_event
from sandbox.world import Event, Guild, World

if TYPE_CHECKING:
    from sandbox.rest import Call, Router

EVENTS_MAX = 100
SCHEDULED, ACTIVE, COMPLETED, CANCELLED = 1, 2, 3, 4
_NEXT = {SCHEDULED: (ACTIVE, CANCELLED), ACTIVE: (COMPLETED,)}
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
)


def add_routes(router: Router) -> None:
    """Register this module's routes."""
    router.add("GET", _ALL, lambda call: [_shown(call, one) for one in _guild(call).events.values()])
    router.add("POST", _ALL, _new)
    router.add("GET", _ALL + "/{event}", lambda call: _shown(call, _event(call)))
    router.add("PATCH", _ALL + "/{event}", _edit)
    router.add("DELETE", _ALL + "/{event}", _delete)
    router.add("GET", _ALL + "/{event}/users", _users)


def _guild(call: Call) -> Guild:
    return call.world.guild_for(call.bot, call.params["guild"])


def _event(call: Call) -> Json:
    event = _guild(call).events.get(call.params["event"])
    if event is None:
        raise unknown(10070)
    return event


def _shown(call: Call, event: Json) -> Json:
    if not call.flag("with_user_count"):
        return event
    return {**event, "user_count": len(_guild(call).interested.get(event["id"], ()))}


def _reach(call: Call, guild: Guild, channel_id: object) -> None:
    """A voice or stage event needs a channel of its kind that the bot sees."""
    if channel_id is not None:
        channel = call.world.seen_channel(call.bot, str(channel_id))
        if channel.guild is not guild or channel.type not in (2, 13):
            raise DiscordError(400, 50024)
        require(channel, call.bot.id)


def _new(call: Call) -> Json:
    guild, form, bot = _guild(call), call.body(), call.bot
    if not in_guild(guild, bot.id) & (BITS["CREATE_EVENTS"] | BITS["MANAGE_EVENTS"]):
        raise missing_permissions()
    check_event(form, call.world.clock.now_ms)
    _reach(call, guild, form.get("channel_id"))
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
        "recurrence_rule": None,
        "guild_scheduled_event_exceptions": [],
        **{key: form.get(key) for key in _FIELDS},
    }
    guild.events[event["id"]] = event
    call.world.emit(Event("GUILD_SCHEDULED_EVENT_CREATE", event, guild))
    return event


def _may_change(call: Call, guild: Guild, event: Json) -> None:
    mine = in_guild(guild, call.bot.id)
    own = event["creator_id"] == call.bot.id and mine & BITS["CREATE_EVENTS"]
    if not own:
        require_in_guild(guild, call.bot.id, "MANAGE_EVENTS")


def _edit(call: Call) -> Json:
    guild, event, form = _guild(call), _event(call), call.body()
    _may_change(call, guild, event)
    if event["status"] in (COMPLETED, CANCELLED):
        raise DiscordError(400, 180000)
    check_event(form, call.world.clock.now_ms, before=event)
    if "channel_id" in form:
        _reach(call, guild, form["channel_id"])
    status = form.get("status", event["status"])
    if status != event["status"] and status not in _NEXT[event["status"]]:
        text = "Invalid Guild Scheduled Event Status Transition"
        errors = {"status": {"_errors": [{"code": "GUILD_SCHEDULED_EVENT_INVALID_STATUS_TRANSITION", "message": text}]}}
        raise DiscordError(400, 50035, errors=errors)
    event.update({key: form[key] for key in _FIELDS if key in form})
    event["status"] = status
    call.world.emit(Event("GUILD_SCHEDULED_EVENT_UPDATE", event, guild))
    return event


def _delete(call: Call) -> Reply:
    guild, event = _guild(call), _event(call)
    _may_change(call, guild, event)
    delete_event(call.world, guild, event["id"])
    return NO_CONTENT


def delete_event(world: World, guild: Guild, event_id: str) -> None:
    """Remove an event and say so."""
    event = guild.events.pop(event_id)
    guild.interested.pop(event_id, None)
    world.emit(Event("GUILD_SCHEDULED_EVENT_DELETE", event, guild))


def set_interest(world: World, guild: Guild, event_id: str, user_id: str, *, interested: bool) -> None:
    """A person presses (or takes back) "Interested"."""
    if event_id not in guild.events:
        raise unknown(10070)
    people = guild.interested.setdefault(event_id, [])
    if interested == (user_id in people):
        return
    if interested:
        people.append(user_id)
    else:
        people.remove(user_id)
    data = {"guild_scheduled_event_id": event_id, "user_id": user_id, "guild_id": guild.id}
    name = f"GUILD_SCHEDULED_EVENT_USER_{'ADD' if interested else 'REMOVE'}"
    world.emit(Event(name, data, guild))


def _users(call: Call) -> list[Json]:
    guild, event = _guild(call), _event(call)
    limit = int(call.query.get("limit", "100"))
    after = int(call.query.get("after", "0"))
    ids = sorted((one for one in guild.interested.get(event["id"], ()) if int(one) > after), key=int)[:limit]
    found = []
    for user_id in ids:
        entry: Json = {"guild_scheduled_event_id": event["id"], "user": call.world.users[user_id]}
        if call.flag("with_member") and user_id in guild.members:
            entry["member"] = guild.members[user_id]
        found.append(entry)
    return found
