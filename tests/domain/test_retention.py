"""The copies that are kept lie close together of late and far apart of long ago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.retention import DAILY, MONTHLY, WEEKLY, kept, kept_at

BEGIN = datetime(2026, 1, 1, 3, 30, tzinfo=UTC)


def night(number: int) -> datetime:
    return BEGIN + timedelta(days=number)


def test_two_years_of_nights() -> None:
    """Seven days, the ends of the weeks before them and the ends of twelve months remain."""
    found = sorted(kept(night(number) for number in range(730)), reverse=True)
    assert found[:DAILY] == [night(number) for number in range(729, 722, -1)]
    assert [one.strftime("%G-W%V") for one in found].count("2027-W52") >= 1
    assert {one.strftime("%Y-%m") for one in found} == {f"2027-{month:02}" for month in range(1, 13)}
    assert len(found) <= DAILY + WEEKLY + MONTHLY


def test_made_night_by_night_it_comes_to_the_same() -> None:
    """Throwing away after each copy leaves what throwing away at the end would."""
    there: set[datetime] = set()
    for number in range(400):
        there = kept({*there, night(number)})
    assert there == kept(night(number) for number in range(400))


def test_a_bot_that_was_down_loses_no_copy() -> None:
    """After a silence of a year its seven last nights are still there."""
    before = {night(number) for number in range(7)}
    assert kept({*before, night(372)}) >= set(sorted(before)[1:])


def test_of_several_copies_of_a_day_the_newest_stays() -> None:
    """A copy made by hand beside the nightly one takes its place."""
    copies = {BEGIN + timedelta(hours=hour) for hour in range(12)}
    assert kept(copies) == {max(copies)}


@given(st.sets(st.integers(0, 2000), min_size=1))
def test_the_newest_is_always_kept(nights: set[int]) -> None:
    """Whatever there is, the newest copy stays, and nothing that was not there comes."""
    copies = {night(number) for number in nights}
    assert max(copies) in kept(copies) <= copies


@given(st.sets(st.integers(0, 800), min_size=1, max_size=40), st.integers(-900, 900), st.integers(0, 20))
def test_a_clock_that_was_set_throws_nothing_away(nights: set[int], away: int, looks: int) -> None:
    """Set to before the first copy: all that were kept stay. Set anywhere else: of those before, some do.

    And each copy that is made is there after it was made.
    """
    there = right = kept(night(number) for number in nights)
    for look in range(looks):
        now = night(max(nights) + away + look)
        there = kept_at({*there, now}, now)
        assert now in there
    assert right & there
    if max(nights) + away + looks < min(nights):
        assert right <= there
