"""Questions for feedback that nobody has answered: when tutors are told of them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.schedule import instant

WAITS = timedelta(hours=24)
FROM, UNTIL = 9, 20
"""The hours of the group's day at which tutors are written to: from nine to eight in the evening."""


def waking(moment: datetime, zone: ZoneInfo) -> datetime:
    """The first instant from *moment* on that lies in the group's waking hours; UTC."""
    local = moment.astimezone(zone)
    if FROM <= local.hour < UNTIL:
        return moment
    day = local.date() + timedelta(days=int(local.hour >= UNTIL))
    return max(instant(day, time(FROM), zone), moment)


def told_at(made_at: datetime, zone: ZoneInfo) -> datetime:
    """When tutors are told of a question that was asked at *made_at* and has no answer by then."""
    return waking(made_at + WAITS, zone)


def evening(moment: datetime, zone: ZoneInfo) -> datetime:
    """The end of the waking hours that *moment* lies in."""
    day: date = moment.astimezone(zone).date()
    return instant(day, time(UNTIL), zone)
