"""When snoozes end, what was missed, and wall times as they are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.domain.recurrence import Days, Recurrence
from bot.domain.reminders import Missed, at_wall, is_late, last_due, offset_at, tomorrow, wall

BERLIN = "Europe/Berlin"
START = datetime(2026, 3, 2, 6, tzinfo=UTC)
DAILY = Recurrence(Days(), (time(7),), BERLIN)


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        (datetime(2026, 3, 2, 6, tzinfo=UTC), BERLIN, datetime(2026, 3, 3, 8, tzinfo=UTC)),
        (datetime(2026, 3, 2, 23, 30, tzinfo=UTC), BERLIN, datetime(2026, 3, 4, 8, tzinfo=UTC)),
        (datetime(2026, 3, 28, 20, tzinfo=UTC), BERLIN, datetime(2026, 3, 29, 7, tzinfo=UTC)),
        (datetime(2026, 3, 2, 6, tzinfo=UTC), "America/Los_Angeles", datetime(2026, 3, 2, 17, tzinfo=UTC)),
    ],
)
def test_tomorrow_is_nine_of_the_next_local_date(now: datetime, zone: str, expected: datetime) -> None:
    """Also late in the evening, across a change of clocks, and where it is still yesterday."""
    assert tomorrow(now, zone) == expected


def test_of_what_was_missed_the_last_one_counts() -> None:
    """In time there is nothing before it; after three days asleep three came before; an ended rule stops at its end."""
    due = START
    assert last_due(DAILY, due, due) == Missed(due, 0)
    assert last_due(DAILY, due, due + timedelta(days=3, hours=2)) == Missed(due + timedelta(days=3), 3)
    ended = Recurrence(Days(), (time(7),), BERLIN, until=date(2026, 3, 3))
    assert last_due(ended, due, due + timedelta(days=9)) == Missed(due + timedelta(days=1), 1)


def test_years_of_missed_ones_are_not_counted_for_ever() -> None:
    """After a thousand the count ends, so that a bot that slept for years wakes at once."""
    assert last_due(DAILY, START, START + timedelta(days=3000)).earlier == 1000


def test_late_is_more_than_a_minute_and_a_half() -> None:
    """What comes within ninety seconds is in time."""
    assert not is_late(START, START + timedelta(seconds=90))
    assert is_late(START, START + timedelta(seconds=91))


def test_a_kept_wall_time_is_that_of_any_zone() -> None:
    """The same words are other instants elsewhere; one that the clock skips is the first minute that exists."""
    kept = wall(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "UTC")
    assert kept == "2026-03-29 00:30"
    assert at_wall("2026-03-29 12:00", BERLIN) == datetime(2026, 3, 29, 10, tzinfo=UTC)
    assert at_wall("2026-03-29 02:30", BERLIN) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_the_distance_from_utc() -> None:
    """In seconds, at that instant."""
    assert offset_at(BERLIN, START) == 3600
    assert offset_at(BERLIN, START + timedelta(days=120)) == 7200
