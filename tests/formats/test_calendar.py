"""Sessions as calendar files: what a calendar reads in them is what was planned."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from bot.formats.calendar import Entry, write

START = datetime(2026, 3, 5, 17, tzinfo=UTC)
ENTRY = Entry(
    uid="1-abc@77.studyhall",
    sequence=2,
    created_at=datetime(2026, 3, 1, tzinfo=UTC),
    changed_at=datetime(2026, 3, 2, tzinfo=UTC),
    starts_at=START,
    ends_at=START + timedelta(minutes=90),
    zone="Europe/Berlin",
    title="Levels; and, modifiers\\",
    description="Two lines,\nwith commas; and more",
    location="https://meet.example/room",
    url="https://discord.com/channels/1/2/3",
    cancelled=False,
    categories=("Surgery, large", "Anatomy"),
)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca", "UTC",
         "Europe/Dublin", "America/Santiago")  # fmt: skip


def _read(data: bytes) -> Any:  # the library's types say that anything may stand anywhere
    return Calendar.from_ical(data)


def test_an_entry_comes_back_as_it_was() -> None:
    """Text, times in their zone, alarm, identity, number and state survive the file, letter for letter."""
    calendar = _read(write([ENTRY], "Group"))
    (event,) = calendar.walk("VEVENT")
    assert (calendar["method"], calendar["x-wr-calname"]) == ("PUBLISH", "Group")
    assert (event["uid"], event["sequence"], event["status"]) == (ENTRY.uid, 2, "CONFIRMED")
    assert (event["summary"], event["description"], event["location"]) == (
        ENTRY.title,
        ENTRY.description,
        ENTRY.location,
    )
    assert event["dtstart"].params["TZID"] == "Europe/Berlin"
    assert event["dtstart"].dt == ENTRY.starts_at
    assert event["dtstart"].dt.hour == 18
    assert event["dtend"].dt == ENTRY.ends_at
    assert event["last-modified"].dt == event["dtstamp"].dt == ENTRY.changed_at
    assert event.categories == ["Surgery, large", "Anatomy"]
    (alarm,) = event.walk("VALARM")
    assert alarm["trigger"].dt == timedelta(hours=-1)


def test_the_same_entries_give_the_same_bytes() -> None:
    """No clock and no dice: a file that is kept up to date changes only with its sessions."""
    assert write([ENTRY], "Group") == write([ENTRY], "Group")


def test_one_that_is_called_off_is_taken_out() -> None:
    """Alone it is a cancellation, with the same identity and a greater number; among others it is marked."""
    gone = replace(ENTRY, cancelled=True, sequence=3)
    calendar = _read(write([gone]))
    (event,) = calendar.walk("VEVENT")
    assert (calendar["method"], event["status"], event["uid"], event["sequence"]) == (
        "CANCEL",
        "CANCELLED",
        ENTRY.uid,
        3,
    )
    assert not event.walk("VALARM")
    feed = _read(write([gone, replace(ENTRY, uid="2-def@77.studyhall")], "Group"))
    assert feed["method"] == "PUBLISH"
    assert [one["status"] for one in feed.walk("VEVENT")] == ["CANCELLED", "CONFIRMED"]


def test_an_empty_calendar_is_one() -> None:
    """A group without sessions has a file, so that a feed can be subscribed to before the first one."""
    assert _read(write([], "Group")).walk("VEVENT") == []


def test_one_session_alone_goes_into_the_members_own_calendar() -> None:
    """A file with a name would be opened as another calendar; a group's is one, also with a single cancelled entry."""
    assert "x-wr-calname" not in _read(write([ENTRY]))
    assert _read(write([replace(ENTRY, cancelled=True)], "Group"))["method"] == "PUBLISH"


def _offset(zone: Any, instant: datetime) -> timedelta:
    """What a calendar makes of a VTIMEZONE: the part with the latest onset, which is local time before the change."""
    parts = [(one["dtstart"].dt - one["tzoffsetfrom"].td, one["tzoffsetto"].td) for one in zone.subcomponents]
    bare = instant.replace(tzinfo=None)
    latest: timedelta = max((onset, offset) for onset, offset in parts if onset <= bare)[1]
    return latest


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2024, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  made aware
    st.integers(-400, 400),
)
def test_the_zone_in_the_file_says_what_the_zone_is(name: str, start: datetime, days: int) -> None:
    """Within a year around the session the offsets of the file are those of the zone, to the second of each change."""
    start = start.replace(second=0, microsecond=0)
    entry = replace(ENTRY, zone=name, starts_at=start, ends_at=start + timedelta(hours=1))
    calendar = _read(write([entry], "Group"))
    (zone,) = calendar.walk("VTIMEZONE")
    probe = max(start - timedelta(days=365), min(start + timedelta(days=365), start + timedelta(days=days)))
    there = ZoneInfo(name)
    assert _offset(zone, probe) == probe.astimezone(there).utcoffset()


@pytest.mark.parametrize(
    ("instant", "written"),
    [
        (datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), timedelta(hours=1)),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), timedelta(hours=2)),
        (datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC), timedelta(hours=2)),
        (datetime(2026, 10, 25, 1, 0, tzinfo=UTC), timedelta(hours=1)),
    ],
)
def test_a_change_lies_where_it_is(instant: datetime, written: timedelta) -> None:
    """Berlin's clock changes of 2026, to the second."""
    (zone,) = _read(write([ENTRY], "Group")).walk("VTIMEZONE")
    assert _offset(zone, instant) == written


def test_a_time_that_comes_twice_is_told_apart() -> None:
    """02:30 in Berlin on 25 October: the first is written in the zone, the second in UTC; neither is mistaken."""
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    starts = []
    for start in (first, second):
        entry = replace(ENTRY, starts_at=start, ends_at=start + timedelta(hours=3))
        (event,) = _read(write([entry], "Group")).walk("VEVENT")
        starts.append(event["dtstart"])
        assert event["dtend"].dt == start + timedelta(hours=3)
    assert [one.to_ical() for one in starts] == [b"20261025T023000", b"20261025T013000Z"]
