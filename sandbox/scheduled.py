"""What happens to scheduled events: begun, ended, recurring, called off, deleted; and who is interested."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.clock import iso, parse_iso
from sandbox.errors import unknown
from sandbox.permissions import sees
from sandbox.rules_events import DAILY, MONTHLY, WEEKLY
from sandbox.world import Event

if TYPE_CHECKING:
    from sandbox.errors import Json
    from sandbox.world import Guild, World

SCHEDULED, ACTIVE, COMPLETED, CANCELLED = 1, 2, 3, 4
NEXT_STATUS = {SCHEDULED: (ACTIVE, CANCELLED), ACTIVE: (COMPLETED,)}
_DAY = timedelta(days=1)


def starts_ms(event: Json) -> int:
    """When it is to begin, in milliseconds since 1970."""
    return parse_iso(event["scheduled_start_time"]) or 0


def ends_ms(event: Json) -> int | None:
    """When it is to end, if that was said."""
    end = event["scheduled_end_time"]
    return None if end is None else parse_iso(end)


def seen(guild: Guild, viewer_id: str) -> list[Json]:
    """The events to come or under way that a viewer may see: those in a channel, where they see the channel."""
    found = []
    for event in guild.events.values():
        channel = guild.channels.get(event["channel_id"] or "")
        hidden = event["channel_id"] is not None and (channel is None or not sees(channel, viewer_id))
        if event["status"] in (SCHEDULED, ACTIVE) and not hidden:
            found.append(event)
    return found


def set_status(world: World, guild: Guild, event: Json, status: int) -> None:
    """Begin, end or call off an event; one that recurs is scheduled anew instead of being completed."""
    event["status"] = status
    if status == COMPLETED and event["recurrence_rule"] is not None:
        _recur(event)
    changed(world, guild, event)


def changed(world: World, guild: Guild, event: Json) -> None:
    """Say that an event changed."""
    tell(world, guild, event, "UPDATE")


def tell(world: World, guild: Guild, event: Json, what: str, data: Json | None = None) -> None:
    """Say what happened to an event to those who see its channel (all, where it has none)."""
    channel = guild.channels.get(event["channel_id"] or "")
    world.emit(Event(f"GUILD_SCHEDULED_EVENT_{what}", data or event, guild, channel))


def delete_event(world: World, guild: Guild, event_id: str) -> None:
    """Remove an event and say so."""
    event = guild.events.pop(event_id)
    guild.interested.pop(event_id, None)
    tell(world, guild, event, "DELETE")


def set_interest(world: World, guild: Guild, event_id: str, user_id: str, *, interested: bool) -> None:
    """A person presses (or takes back) "Interested"; 10070 for an event that they do not see."""
    if event_id not in {event["id"] for event in seen(guild, user_id)}:
        raise unknown(10070)
    people = guild.interested.setdefault(event_id, [])
    if interested == (user_id in people):
        return
    if interested:
        people.append(user_id)
    else:
        people.remove(user_id)
    data = {"guild_scheduled_event_id": event_id, "user_id": user_id, "guild_id": guild.id}
    tell(world, guild, guild.events[event_id], f"USER_{'ADD' if interested else 'REMOVE'}", data)


def _recur(event: Json) -> None:
    """Move to the next occurrence. Discord sends SCHEDULED for a recurring event that ends, never COMPLETED."""
    before = datetime.fromtimestamp(starts_ms(event) / 1000, UTC)
    length = (ends_ms(event) or 0) - starts_ms(event)
    after = _next(before, event["recurrence_rule"])
    start_ms = round(after.timestamp() * 1000)
    event["status"] = SCHEDULED
    event["scheduled_start_time"] = iso(start_ms)
    if event["scheduled_end_time"] is not None:
        event["scheduled_end_time"] = iso(start_ms + length)


def _next(before: datetime, rule: Json) -> datetime:
    """The next occurrence, by UTC's days."""
    frequency, interval = rule["frequency"], rule.get("interval") or 1
    if frequency == WEEKLY:
        return before + 7 * interval * _DAY
    weekdays = rule.get("by_weekday") or range(7)
    nth = (rule.get("by_n_weekday") or [None])[0]
    moment = before + _DAY
    while True:
        if frequency == DAILY:
            fits = moment.weekday() in weekdays
        elif frequency == MONTHLY and nth is not None:
            fits = moment.weekday() == nth["day"] and (moment.day - 1) // 7 + 1 == nth["n"]
        else:
            fits = moment.day == before.day and (frequency == MONTHLY or moment.month == before.month)
        if fits:
            return moment
        moment += _DAY
