"""When tutors are told of a question without an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.unanswered import FROM, UNTIL, WAITS, evening, told_at, waking

ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"})).map(ZoneInfo)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))  # noqa: DTZ001


@given(MOMENTS, ZONES)
def test_tutors_are_told_after_a_day_and_by_day(made_at: datetime, zone: ZoneInfo) -> None:
    """Never sooner than after 24 hours, never outside of nine to eight, and within the next day and a bit."""
    told = told_at(made_at, zone)
    assert WAITS <= told - made_at < WAITS + timedelta(hours=40)
    assert FROM <= told.astimezone(zone).hour < UNTIL
    assert waking(told, zone) == told
    assert told <= evening(told, zone)


def test_a_night_is_waited_for() -> None:
    """In Berlin: asked at ten in the evening, told at nine on the day after next; asked at noon, at noon."""
    berlin = ZoneInfo("Europe/Berlin")
    late = datetime(2026, 3, 2, 22, 0, tzinfo=berlin)
    assert told_at(late, berlin) == datetime(2026, 3, 4, 9, 0, tzinfo=berlin)
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=berlin)
    assert told_at(noon, berlin) == noon + WAITS
