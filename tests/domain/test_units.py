"""Units, their cycle, and the days on which a member is reminded of its end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.blueprint import UnitKind, Upkeep
from bot.domain.dates import parse_day, parse_day_gone
from bot.domain.units import (
    RUNGS,
    Cycle,
    Earned,
    cycle_on,
    ends_at,
    halves_of,
    months_on,
    next_turn,
    rung_at,
    rungs_due,
    tally,
)

UPKEEP = Upkeep(72, 24, "rule", date(2025, 1, 15))
BERLIN = ZoneInfo("Europe/Berlin")
DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("anchor", "day", "first", "last"),
    [
        ("2027-03-31", "2026-01-05", "2025-04-01", "2027-03-31"),
        ("2027-03-31", "2027-03-31", "2025-04-01", "2027-03-31"),
        ("2027-03-31", "2027-04-01", "2027-04-01", "2029-03-31"),
        ("2027-03-31", "2025-03-31", "2023-04-01", "2025-03-31"),
        ("2028-02-29", "2028-03-01", "2028-03-01", "2030-02-28"),
        ("2028-02-29", "2032-02-29", "2030-03-01", "2032-02-29"),
    ],
)
def test_a_day_lies_in_one_cycle(anchor: str, day: str, first: str, last: str) -> None:
    """Cycles of two years follow one another without a gap; one that ends on 29 February does so again."""
    wanted = Cycle(date.fromisoformat(first), date.fromisoformat(last))
    assert cycle_on(date.fromisoformat(anchor), 24, date.fromisoformat(day)) == wanted


@given(anchor=DAYS, day=DAYS, months=st.integers(1, 120))
def test_cycles_cover_every_day_once(anchor: date, day: date, months: int) -> None:
    """Whatever the end and the length: the day is in its cycle, and the day after its last begins the next."""
    cycle = cycle_on(anchor, months, day)
    assert day in cycle
    following = cycle_on(anchor, months, cycle.last + timedelta(days=1))
    assert following.first == cycle.last + timedelta(days=1)
    assert cycle_on(anchor, months, cycle.first) == cycle
    assert cycle_on(anchor, months, anchor).last == anchor


def test_a_month_that_is_too_short_gives_its_last_day() -> None:
    """A month after 31 January is the end of February, and a month before 31 March too."""
    assert months_on(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert months_on(date(2028, 3, 31), -1) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("units", "halves"),
    [(0.5, 1), (2, 4), (1.5, 3), (36.0, 72), (100, 200), (0.3, None), (0, None), (-1, None), (100.5, None),
     (1e300, None), (float("nan"), None)],
)  # fmt: skip
def test_units_come_in_half_steps(units: float, halves: int | None) -> None:
    """From a half to a hundred in one entry; anything between the steps is refused and not rounded."""
    assert halves_of(units) == halves


def test_kinds_count_up_to_their_limit_and_ask_for_their_least() -> None:
    """What is over a kind's limit counts nowhere; what a kind still asks for is missing even where the sum is there."""
    kinds = (UnitKind("speciality", least=16), UnitKind("reading", most=10))
    upkeep = Upkeep(20, 24, "rule", date(2025, 1, 15), kinds)
    day = date(2026, 3, 1)
    earned = [Earned(1, day, "a", 30, "reading"), Earned(2, day, "b", 6), Earned(3, day, "c", 8, "speciality")]
    found = tally(earned, upkeep)
    assert (found.earned, found.counted, found.required, found.missing) == (44, 24, 20, 8)
    assert [(one.earned, one.counted, one.lacking) for one in found.kinds] == [(8, 8, 8), (30, 10, 0)]
    assert tally(earned, UPKEEP).missing == 28
    assert tally(earned, UPKEEP, required=80).missing == 36
    assert tally([], UPKEEP).missing == 72


def test_reminders_come_at_ten_on_the_wall_whatever_the_clocks_do() -> None:
    """Ninety, 45, 15 and one day before: 10:00 in the member's zone, before and after the change of clocks."""
    found = [rung_at(date(2027, 4, 30), days, BERLIN) for days in RUNGS]
    assert [one.astimezone(BERLIN).hour for one in found] == [10] * len(RUNGS)
    assert found[0] == datetime(2027, 1, 30, 9, tzinfo=UTC)
    assert found[-1] == datetime(2027, 4, 29, 8, tzinfo=UTC)
    assert ends_at(date(2027, 4, 30), BERLIN) == datetime(2027, 4, 30, 22, tzinfo=UTC)


def test_the_next_thing_to_do_is_the_next_day_that_was_not_told_of() -> None:
    """One after the other, then the end; a day whose hour went by with a change of zone comes the next morning."""
    last = date(2027, 4, 30)
    early = datetime(2027, 1, 1, tzinfo=UTC)
    assert [next_turn(last, told, BERLIN, early) for told in (None, 90, 45, 15)] == [
        rung_at(last, days, BERLIN) for days in RUNGS
    ]
    assert next_turn(last, 1, BERLIN, early) == ends_at(last, BERLIN)
    evening = rung_at(last, 90, BERLIN) + timedelta(hours=9)
    assert next_turn(last, None, BERLIN, evening) == rung_at(last, 89, BERLIN)
    assert rungs_due(last, None, BERLIN, evening) == [90]
    assert rungs_due(last, 90, BERLIN, rung_at(last, 1, BERLIN)) == [45, 15, 1]
    assert next_turn(last, 15, BERLIN, ends_at(last, BERLIN)) == ends_at(last, BERLIN)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("today", "2026-03-03"),
        ("Yesterday", "2026-03-02"),
        ("3 days ago", "2026-02-28"),
        ("a week ago", "2026-02-24"),
        ("tuesday", "2026-02-24"),
        ("last monday", "2026-03-02"),
        ("1 March", "2026-03-01"),
        ("4 march", "2025-03-04"),
        ("Dec 24th", "2025-12-24"),
        ("24 December 2024", "2024-12-24"),
        ("2026-02-01", "2026-02-01"),
    ],
)
def test_a_day_gone_by_is_read(words: str, day: str) -> None:
    """Without a year it is the last one that there was."""
    assert parse_day_gone(words, date(2026, 3, 3)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "words", ["tomorrow", "2026-03-04", "4 March 2026", "3/4", "in 3 days", "30 February", "soon", ""]
)
def test_what_is_no_day_gone_by_is_refused(words: str) -> None:
    """A day to come, one that never was, and one that is two days in two countries."""
    with pytest.raises(ValueError, match="is no day up to today"):
        parse_day_gone(words, date(2026, 3, 3))


def test_a_day_far_ahead_can_be_asked_for() -> None:
    """A cycle may end two years from now; a pause may not."""
    assert parse_day("31 March 2028", date(2026, 4, 1), timedelta(days=731)) == date(2028, 3, 31)
    with pytest.raises(ValueError, match="366 days"):
        parse_day("31 March 2028", date(2026, 4, 1))
