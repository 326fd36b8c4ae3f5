"""The boards' periods, points and ranks, and who is most improved and most consistent."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.estimates import (
    PRIOR_LEARNER,
    PRIOR_LEARNER_TOPIC,
    Abilities,
    Gaussian,
    SectionPart,
    TopicEstimate,
    TopicPart,
    item_pool,
    predict,
    topic_estimate,
    update,
)
from bot.domain.readiness import section_estimate
from bot.domain.standings import (
    MIN_PEOPLE,
    Consistency,
    Growth,
    Period,
    Season,
    Span,
    Window,
    bounds,
    consistent,
    improved,
    period,
    points,
    ranked,
    round_points,
    season_on,
    window,
    worth,
)


@pytest.mark.parametrize(
    ("day", "week", "month"),
    [
        (date(2026, 11, 22), "week:2026-W47", "month:2026-11"),
        (date(2026, 11, 23), "week:2026-W48", "month:2026-11"),
        (date(2027, 1, 1), "week:2026-W53", "month:2027-01"),
        (date(2024, 12, 30), "week:2025-W01", "month:2024-12"),
    ],
)
def test_a_day_is_in_its_iso_week_and_its_month(day: date, week: str, month: str) -> None:
    """Weeks begin on Monday and belong to the ISO year, also around New Year; all time is one period."""
    assert (period(Span.WEEK, day), period(Span.MONTH, day), period(Span.ALL, day)) == (week, month, "all")


@given(st.dates(date(2000, 1, 1), date(2099, 12, 1)), st.sampled_from([Span.WEEK, Span.MONTH]))
def test_the_bounds_hold_exactly_the_days_of_the_period(day: date, span: Span) -> None:
    """First and last day are in the day's period, the days around them are not."""
    limits = bounds(span, day)
    assert limits is not None
    first, last = limits
    one = timedelta(days=1)
    assert first <= day <= last
    assert {period(span, first), period(span, last)} == {period(span, day)}
    assert period(span, first - one) != period(span, day) != period(span, last + one)


def test_all_time_has_no_bounds() -> None:
    """The board of all time ends nowhere."""
    assert bounds(Span.ALL, date(2026, 3, 2)) is None


@pytest.mark.parametrize(
    ("correct", "counted", "earned"), [(True, True, 1), (True, False, 0), (False, True, 0), (False, False, 0)]
)
def test_only_a_right_and_counted_answer_earns_a_point(correct: bool, counted: bool, earned: int) -> None:
    """A repeated question earns nothing even when it is right."""
    assert points(correct=correct, counted=counted) == earned


def test_equal_points_share_a_rank_and_the_next_is_skipped() -> None:
    """Two firsts are followed by a third."""
    board = ranked([(1, 5, 6), (2, 7, 9), (3, 7, 7), (4, 0, 2)])
    assert [(one.rank, one.user_id) for one in board] == [(1, 2), (1, 3), (3, 1), (4, 4)]


@given(st.dictionaries(st.integers(1, 50), st.integers(0, 9)))
def test_a_rank_is_one_more_than_the_number_of_better_members(scores: dict[int, int]) -> None:
    """Whatever the order in which rows arrive, a rank says how many are better."""
    for one in ranked([(user, score, score) for user, score in scores.items()]):
        assert one.rank == 1 + sum(other > one.points for other in scores.values())


@pytest.mark.parametrize(
    ("difficulty", "value"),
    [(0.0, 10), (-0.8, 8), (-5.0, 8), (0.4, 11), (0.8, 12), (2.0, 15), (9.0, 15), (0.19, 10), (0.2, 11)],
)
def test_a_harder_question_is_worth_more_within_bounds(difficulty: float, value: int) -> None:
    """10 for an average item, 15 two logits above it, 8 at the least; halves are rounded up."""
    assert worth(difficulty) == value


@given(st.floats(-20, 20), st.floats(-20, 20))
def test_worth_never_falls_with_difficulty_and_is_bounded(one: float, other: float) -> None:
    """Between 8 and 15, in the order of difficulty; the hardest is worth less than two of the easiest."""
    low, high = sorted((one, other))
    assert 8 <= worth(low) <= worth(high) <= 15 < 2 * 8


@given(st.integers(8, 15), st.booleans(), st.booleans(), st.integers(0, 9))
def test_points_need_three_people(value: int, right: bool, counted: bool, people: int) -> None:
    """Only a right, counted answer in a round of three or more earns, and it earns the round's worth."""
    earned = round_points(value, right=right, counted=counted, people=people)
    assert earned == (value if right and counted and people >= MIN_PEOPLE else 0)
    assert MIN_PEOPLE == 3


SUMMER = Season("Summer", date(2026, 6, 1), date(2026, 8, 31))
AUTUMN = Season("Autumn", date(2026, 10, 1), date(2026, 12, 15))


@pytest.mark.parametrize(
    ("which", "day", "found"),
    [
        (Period.THIS_WEEK, date(2027, 1, 1), Window("week:2026-W53", date(2026, 12, 28), date(2027, 1, 3))),
        (Period.LAST_WEEK, date(2027, 1, 4), Window("week:2026-W53", date(2026, 12, 28), date(2027, 1, 3))),
        (Period.LAST_WEEK, date(2026, 3, 1), Window("week:2026-W08", date(2026, 2, 16), date(2026, 2, 22))),
        (Period.MONTH, date(2028, 2, 29), Window("month:2028-02", date(2028, 2, 1), date(2028, 2, 29))),
        (Period.SEASON, date(2026, 10, 1), Window("season:2026-10-01", AUTUMN.first, AUTUMN.last)),
        (Period.SEASON, date(2026, 9, 15), Window("season:2026-06-01", SUMMER.first, SUMMER.last)),
        (Period.SEASON, date(2026, 5, 31), None),
        (Period.ALL, date(2026, 5, 31), Window("all", None, None)),
    ],
)
def test_each_period_has_its_key_and_its_days(which: Period, day: date, found: Window | None) -> None:
    """Weeks cross New Year, last week's board is the one kept then, between seasons the last one is shown."""
    assert window(which, day, [AUTUMN, SUMMER]) == found


@given(st.dates(date(2000, 1, 8), date(2099, 12, 1)))
def test_last_week_ends_on_the_day_before_this_week(day: date) -> None:
    """The two weeks touch."""
    this, last = window(Period.THIS_WEEK, day), window(Period.LAST_WEEK, day)
    assert this is not None
    assert last is not None
    assert last.last is not None
    assert last.last + timedelta(days=1) == this.first


def test_seasons_may_touch_and_not_overlap() -> None:
    """Sharing a day is overlapping; ending before the beginning is refused; a day before all has none."""
    assert not SUMMER.overlaps(AUTUMN)
    assert SUMMER.overlaps(Season("One day", SUMMER.last, SUMMER.last))
    assert not SUMMER.overlaps(Season("Next", date(2026, 9, 1), date(2026, 9, 30)))
    assert season_on([], date(2026, 1, 1)) is None
    with pytest.raises(ValueError, match="ends"):
        Season("Backwards", date(2026, 2, 1), date(2026, 1, 1))


def test_most_improved_is_ranked_by_the_lower_end_of_the_gain() -> None:
    """A sure gain beats a larger unsure one; who gained too little, was unknown, or did not answer is left out."""
    rows = [
        Growth(1, 0.50, 0.09, 0.72, 0.085, 60),
        Growth(2, 0.50, 0.10, 0.74, 0.05, 60),
        Growth(3, 0.40, 0.08, 0.42, 0.07, 60),
        Growth(4, 0.55, 0.20, 0.90, 0.05, 60),
        Growth(5, 0.50, 0.09, 0.72, 0.085, 60),
        Growth(6, 0.60, 0.08, 0.90, 0.08, 0),
        Growth(7, 0.70, 0.08, 0.50, 0.06, 60),
    ]
    board = improved(rows)
    assert [(one.rank, one.user_id) for one in board] == [(1, 1), (1, 5), (3, 2)]
    assert board[2].gain > board[0].gain
    assert all(0 < one.low < one.gain for one in board)


TOPICS = 8


def month(user: int, learnt: float, rng: random.Random) -> Growth:
    """Eighty answers to become known, then sixty in a month that began with *learnt* logits of ability more."""
    items = [[Gaussian(rng.gauss(0, 0.7), 0.02) for _ in range(15)] for _ in range(TOPICS)]
    topic = Gaussian(0.0, 0.01)
    pools = [item_pool(some) for some in items]
    ability = rng.gauss(0, 0.8)
    leanings = [rng.gauss(0, 0.5) for _ in range(TOPICS)]
    learner, own = PRIOR_LEARNER, [PRIOR_LEARNER_TOPIC] * TOPICS

    def answers(count: int) -> None:
        nonlocal learner
        for _ in range(count):
            k = rng.randrange(TOPICS)
            item = rng.choice(items[k])
            truth = Abilities(Gaussian(ability, 1e-9), Gaussian(leanings[k], 1e-9), topic, item)
            after = update(Abilities(learner, own[k], topic, item), rng.random() < predict(truth))
            learner, own[k] = after.learner, after.learner_topic

    def exam() -> TopicEstimate:
        topics = (TopicPart(topic_estimate(learner, own[k], topic, pools[k]), own[k].variance) for k in range(TOPICS))
        return section_estimate(SectionPart(1.0, tuple(topics)), learner.variance)

    answers(80)
    first = exam()
    ability += learnt
    answers(60)
    last = exam()
    return Growth(user, first.p, first.sd, last.p, last.sd, 60)


def test_who_learnt_nothing_is_seldom_most_improved_and_who_learnt_much_mostly_is() -> None:
    """Of 100 simulated members without progress few qualify, of 100 with much most do, and those lead the board."""
    rng = random.Random(11)
    rows = [month(user, 0.0, rng) for user in range(100)] + [month(100 + user, 1.5, rng) for user in range(100)]
    board = improved(rows)
    idle = [one for one in board if one.user_id < 100]
    assert len(idle) <= 18
    assert len(board) - len(idle) >= 80
    assert all(one.user_id >= 100 for one in board[:20])


def test_consistent_counts_days_out_of_the_same_days_for_all() -> None:
    """Equal days share a rank, nobody has more days than there were, and who never answered is left out."""
    assert consistent({1: 3, 2: 5, 3: 3, 4: 0, 5: 9}, 5) == [
        Consistency(1, 2, 5, 5),
        Consistency(1, 5, 5, 5),
        Consistency(3, 1, 3, 5),
        Consistency(3, 3, 3, 5),
    ]
    assert consistent({1: 3}, 0) == []


@given(st.dictionaries(st.integers(1, 40), st.integers(0, 8)))
def test_a_consistency_rank_is_one_more_than_the_number_of_better_members(days: dict[int, int]) -> None:
    """Ranks say how many are better, in whatever order members come."""
    board = consistent(days, 6)
    for one in board:
        assert one.rank == 1 + sum(other.days > one.days for other in board)
    assert board == consistent(dict(reversed(days.items())), 6)
