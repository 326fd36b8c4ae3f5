"""The board of helpers: what counts, and that nobody can lift a friend."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.recognition import MOST_A_WEEK, Helped, board, counting
from bot.domain.standings import Period, Window, window

START = datetime(2026, 3, 1, tzinfo=UTC)
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "Pacific/Kiritimati", "America/Los_Angeles")]
PEOPLE = st.integers(1, 5)
MARKS = st.lists(
    st.builds(
        Helped,
        helper=PEOPLE,
        marker=PEOPLE,
        at=st.integers(0, 60 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes)),
    ),
    max_size=60,
)
ALL = Window("all", None, None)


def _week(one: Helped, zone: ZoneInfo) -> tuple[int, int]:
    year, week, _ = one.at.astimezone(zone).date().isocalendar()
    return year, week


@given(MARKS, st.sampled_from(ZONES))
def test_never_more_than_two_a_week_between_the_same_two(marks: list[Helped], zone: ZoneInfo) -> None:
    """Whichever of the two helped the other, and however many marks there are; and never fewer than could count."""
    counted = Counter((*_week(one, zone), *sorted((one.helper, one.marker))) for one in counting(marks, zone))
    there = Counter((*_week(one, zone), *sorted((one.helper, one.marker))) for one in marks if one.helper != one.marker)
    assert counted == {pair: min(number, MOST_A_WEEK) for pair, number in there.items()}


@given(MARKS, st.sampled_from(ZONES))
def test_nobody_helps_themselves(marks: list[Helped], zone: ZoneInfo) -> None:
    """A mark on one's own feedback counts for nothing."""
    assert all(one.helper != one.marker for one in counting(marks, zone))


@given(MARKS, st.sampled_from(ZONES), st.randoms(use_true_random=False))
def test_the_order_of_rows_plays_no_part(marks: list[Helped], zone: ZoneInfo, dice: object) -> None:
    """The same marks give the same board however they are read."""
    shuffled = list(marks)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis hands a Random
    assert counting(marks, zone) == counting(shuffled, zone)


@given(MARKS, st.sampled_from(ZONES))
def test_weeks_add_up_to_all_time(marks: list[Helped], zone: ZoneInfo) -> None:
    """The boards of all weeks together are the board of all time: no window counts a mark that another one drops."""
    total: Counter[int] = Counter()
    for number in range(-1, 10):
        over = window(Period.THIS_WEEK, date(2026, 3, 1) + timedelta(weeks=number))
        assert over is not None
        total.update({one.user_id: one.points for one in board(marks, over, zone, range(1, 6))})
    assert {one.user_id: one.points for one in board(marks, ALL, zone, range(1, 6))} == dict(total)


@given(MARKS, st.sampled_from(ZONES), PEOPLE)
def test_who_may_not_be_shown_is_not(marks: list[Helped], zone: ZoneInfo, hidden: int) -> None:
    """Somebody off the boards is missing, and everybody else has what they had."""
    whole = {one.user_id: one.points for one in board(marks, ALL, zone, range(1, 6))}
    shown = {one.user_id: one.points for one in board(marks, ALL, zone, set(range(1, 6)) - {hidden})}
    assert shown == {user: points for user, points in whole.items() if user != hidden}


def test_a_mark_more_never_takes_a_point_from_others() -> None:
    """Equal numbers share a place; a third mark within the week changes nothing, the next week's does."""
    marks = [Helped(1, 2, START + timedelta(days=1, hours=n)) for n in range(3)] + [
        Helped(3, 2, START + timedelta(days=2, hours=n)) for n in range(2)
    ]
    assert [(one.rank, one.user_id, one.points) for one in board(marks, ALL, ZONES[0], (1, 3))] == [
        (1, 1, 2),
        (1, 3, 2),
    ]
    marks.append(Helped(1, 2, START + timedelta(days=9)))
    assert [(one.rank, one.user_id, one.points) for one in board(marks, ALL, ZONES[0], (1, 3))] == [
        (1, 1, 3),
        (2, 3, 2),
    ]
