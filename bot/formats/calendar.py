"""Review sessions as an iCalendar file (RFC 5545), by the `icalendar` library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

PRODUCT = "-//Studyhall//Review sessions//EN"
REFRESH = timedelta(hours=1)
_YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Entry:
    """One session. Instants are aware; `zone` is the IANA zone that its times are written in.

    `uid` stays the same for ever; a greater `sequence` replaces the entry that a calendar has. `changed_at` is when the
    tutor changed it last. `alarms` are how long before the beginning it rings.
    """

    uid: str
    sequence: int
    created_at: datetime
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    zone: str
    title: str
    description: str
    location: str
    url: str | None
    cancelled: bool
    categories: tuple[str, ...] = ()
    alarms: tuple[timedelta, ...] = (timedelta(hours=1),)


def write(entries: Sequence[Entry], name: str | None = None) -> bytes:
    """A calendar file of these sessions: the same entries give the same bytes.

    With a *name* it is a calendar to itself, which some programs open beside the member's own; without one its entries
    go into that. A file of one cancelled session alone takes it out of a calendar (METHOD:CANCEL).
    """
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    alone = name is None and len(entries) == 1
    calendar.add("method", "CANCEL" if alone and entries[0].cancelled else "PUBLISH")
    if name is not None:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for zone in sorted({one.zone for one in entries}):
        there = [one for one in entries if one.zone == zone]
        # The years around the sessions: a zone's whole history would make a large file.
        first, last = min(one.starts_at for one in there) - _YEAR, max(one.ends_at for one in there) + _YEAR
        calendar.add_component(_timezone(zone, first.astimezone(UTC), last.astimezone(UTC)))
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _timezone(name: str, first: datetime, last: datetime) -> Timezone:
    """A zone's offsets from *first* to *last*, in UTC, one part for each change.

    Not by the library's own way: it gives a change in spring by the clock of after it, and RFC 5545, 3.6.5, asks for
    that of before.
    """
    zone = ZoneInfo(name)
    made = Timezone()
    made.add("tzid", name)
    made.add_component(_offset(zone, first, first))
    day = first
    while day < last:
        following = day + timedelta(days=1)
        if day.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            change = _change(zone, day, following)
            made.add_component(_offset(zone, change, change - timedelta(seconds=1)))
        day = following
    return made


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first instant, to the second, with another offset than *before*."""
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        same = (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset()
        low, high = (middle, high) if same else (low, middle)
    return before + timedelta(seconds=high)


def _offset(zone: ZoneInfo, onset: datetime, before: datetime) -> TimezoneStandard | TimezoneDaylight:
    since, old = onset.astimezone(zone), before.astimezone(zone).utcoffset() or timedelta()
    part = TimezoneDaylight() if since.dst() else TimezoneStandard()
    part.add("dtstart", (onset + old).replace(tzinfo=None))
    part.add("tzoffsetfrom", old)
    part.add("tzoffsetto", since.utcoffset())
    part.add("tzname", since.tzname())
    return part


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("created", entry.created_at.astimezone(UTC))
    event.add("last-modified", entry.changed_at.astimezone(UTC))
    event.add("dtstart", _local(entry.starts_at, entry.zone))
    event.add("dtend", _local(entry.ends_at, entry.zone))
    event.add("summary", entry.title)
    if entry.description:
        event.add("description", entry.description)
    event.add("location", entry.location)
    if entry.url:
        event.add("url", entry.url)
    if entry.categories:
        event.add("categories", list(entry.categories))
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    if not entry.cancelled:
        for before in entry.alarms:
            event.add_component(_alarm(entry.title, before))
    return event


def _alarm(title: str, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -before)
    return alarm


def _local(instant: datetime, zone: str) -> datetime:
    """The instant on the zone's clock; in UTC where that clock shows its time for the second time.

    A calendar takes a doubled time for the first one (RFC 5545, 3.3.5).
    """
    local = instant.astimezone(ZoneInfo(zone))
    return instant.astimezone(UTC) if local.fold else local
