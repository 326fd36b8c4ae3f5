"""Which code year an exam goes by on a day."""

from __future__ import annotations

from datetime import date

from bot.domain.code_years import CodeYears, outdated

CALENDAR = CodeYears(1, 1, "text", "source", date(2026, 1, 15))
AUTUMN = CodeYears(10, 1, "text", "source", date(2026, 1, 15), ahead=True)


def test_a_code_year_begins_on_its_day() -> None:
    """On the day before it is still the old one, with a year that begins in January and with one of October."""
    assert [CALENDAR.on(day) for day in (date(2026, 12, 31), date(2027, 1, 1))] == [2026, 2027]
    assert [AUTUMN.on(day) for day in (date(2026, 9, 30), date(2026, 10, 1), date(2027, 1, 1))] == [2026, 2027, 2027]


def test_it_is_told_of_and_confirmed_before_it_begins() -> None:
    """Two weeks before it is announced, two months before it can be confirmed."""
    assert CALENDAR.announced(date(2026, 12, 17)) is None
    assert CALENDAR.announced(date(2026, 12, 18)) == 2027
    assert CALENDAR.announced(date(2027, 1, 1)) is None
    assert CALENDAR.confirmable(date(2026, 11, 1)) == 2026
    assert CALENDAR.confirmable(date(2026, 11, 2)) == 2027
    assert AUTUMN.announced(date(2026, 9, 20)) == 2027


def test_only_older_years_that_nobody_confirmed_wait() -> None:
    """A question without a year never waits; one that was confirmed waits again a year later."""
    assert not outdated(None, None, 2027)
    assert not outdated(2027, None, 2027)
    assert outdated(2026, None, 2027)
    assert not outdated(2026, 2027, 2027)
    assert outdated(2026, 2027, 2028)
