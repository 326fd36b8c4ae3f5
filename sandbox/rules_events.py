"""Limits of scheduled events and their recurrence rules.

Source: Discord's developer documentation, "Guild Scheduled Event" (field requirements by entity type, and the
system limitations of recurrence rules).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.clock import parse_iso
from sandbox.errors import Problems, is_snowflake

if TYPE_CHECKING:
    from sandbox.errors import Json

STAGE_EVENT, VOICE_EVENT, EXTERNAL_EVENT = 1, 2, 3
YEARLY, MONTHLY, WEEKLY, DAILY = 0, 1, 2, 3
WEEKDAY_SETS = ({0, 1, 2, 3, 4}, {1, 2, 3, 4, 5}, {6, 0, 1, 2, 3}, {4, 5}, {5, 6}, {6, 0})
"""The sets of weekdays (Monday is 0) that a daily event may recur on."""


def check_event(form: Json, now_ms: int, *, before: Json | None = None) -> None:
    """A scheduled event made or changed (`before`: as it was); it must lie in the future."""
    found = Problems()
    new = before is None
    found.text(form, "name", (), low=1, high=100, required=new)
    if "name" in form and not str(form["name"] or "").strip():
        found.required(("name",))
    found.text(form, "description", (), low=0, high=1000)
    merged = {**(before or {}), **form}
    kind = merged.get("entity_type")
    if kind not in (STAGE_EVENT, VOICE_EVENT, EXTERNAL_EVENT):
        found.choices(("entity_type",), (STAGE_EVENT, VOICE_EVENT, EXTERNAL_EVENT))
    if merged.get("privacy_level") != 2:
        found.choices(("privacy_level",), (2,))
    if kind == EXTERNAL_EVENT:
        _external(merged, found)
    else:
        if not is_snowflake(merged.get("channel_id")):
            found.required(("channel_id",))
        if new and form.get("entity_metadata"):
            text = "Entity metadata must be empty for this type of event."
            found.add(("entity_metadata",), "GUILD_SCHEDULED_EVENT_ENTITY_METADATA_NOT_NULL", text)
    _times(form, merged, now_ms, found, new=new)
    if form.get("recurrence_rule") is not None:
        _recurrence(form["recurrence_rule"], found)
    found.finish()


def _external(merged: Json, found: Problems) -> None:
    place = merged.get("entity_metadata")
    location = {} if not isinstance(place, dict) else place
    found.text(location, "location", ("entity_metadata",), low=1, high=100, required=True)
    if merged.get("scheduled_end_time") is None:
        found.required(("scheduled_end_time",))
    if merged.get("channel_id") is not None:
        text = "Channel must be empty for an external event."
        found.add(("channel_id",), "GUILD_SCHEDULED_EVENT_CHANNEL_NOT_NULL", text)


def _times(form: Json, merged: Json, now_ms: int, found: Problems, *, new: bool) -> None:
    times: dict[str, int] = {}
    for key in ("scheduled_start_time", "scheduled_end_time"):
        value = merged.get(key)
        if value is None:
            continue
        moment = parse_iso(value) if isinstance(value, str) else None
        if moment is None:
            found.add((key,), "DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.")
        else:
            times[key] = moment
    start, end = times.get("scheduled_start_time"), times.get("scheduled_end_time")
    if start is None:
        if merged.get("scheduled_start_time") is None:
            found.required(("scheduled_start_time",))
        return
    if (new or "scheduled_start_time" in form) and start <= now_ms:
        text = "Cannot schedule event in the past."
        found.add(("scheduled_start_time",), "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", text)
    if end is not None and end <= start:
        text = "Cannot schedule event to end before it starts."
        found.add(("scheduled_end_time",), "GUILD_SCHEDULED_EVENT_SCHEDULE_END_BEFORE_START", text)


def _recurrence(rule: Any, found: Problems) -> None:
    if not isinstance(rule, dict):
        found.add(("recurrence_rule",), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return
    frequency, interval = rule.get("frequency"), rule.get("interval", 1)
    start = rule.get("start")
    if not isinstance(start, str) or parse_iso(start) is None:
        found.required(("recurrence_rule", "start"))
    if frequency not in (YEARLY, MONTHLY, WEEKLY, DAILY):
        found.choices(("recurrence_rule", "frequency"), (YEARLY, MONTHLY, WEEKLY, DAILY))
        return
    if interval not in ((1, 2) if frequency == WEEKLY else (1,)):
        _unfit(found, "interval", "Only a weekly event may have an interval of 2.")
    for key in ("count", "end", "by_year_day"):
        if rule.get(key) is not None:
            _unfit(found, key, "This field cannot be set.")
    _days(rule, frequency, found)


def _days(rule: Json, frequency: int, found: Problems) -> None:
    weekdays, nth, months, days = (
        rule.get(key) or [] for key in ("by_weekday", "by_n_weekday", "by_month", "by_month_day")
    )
    if weekdays:
        if frequency not in (DAILY, WEEKLY):
            _unfit(found, "by_weekday", "Only for daily and weekly events.")
        elif frequency == WEEKLY and (len(weekdays) != 1 or weekdays[0] not in range(7)):
            _unfit(found, "by_weekday", "A weekly event recurs on one day of the week.")
        elif frequency == DAILY and set(weekdays) not in WEEKDAY_SETS:
            _unfit(found, "by_weekday", "Not one of the known sets of weekdays.")
    if nth:
        one = nth[0] if isinstance(nth[0], dict) else {}
        fits = len(nth) == 1 and one.get("n") in range(1, 6) and one.get("day") in range(7)
        if frequency != MONTHLY or not fits:
            _unfit(found, "by_n_weekday", "Only one weekday of a week from 1 to 5, in a monthly event.")
    if months or days:
        fits = len(months) == len(days) == 1 and months[0] in range(1, 13) and days[0] in range(1, 32)
        if frequency != YEARLY or not fits:
            _unfit(found, "by_month", "One month and one day of it, in a yearly event.")
    if sum(map(bool, (weekdays, nth, months or days))) > 1:
        _unfit(found, "by_weekday", "Mutually exclusive with the other rules of days.")


def _unfit(found: Problems, key: str, text: str) -> None:
    found.add(("recurrence_rule", key), "GUILD_SCHEDULED_EVENT_RECURRENCE_RULE_INVALID", text)
