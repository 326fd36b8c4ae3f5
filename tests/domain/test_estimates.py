"""The learner model agrees with worked values and keeps its promises for every answer."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.estimates import (
    GUESS_FLOOR,
    PRIOR_ITEM,
    PRIOR_LEARNER,
    PRIOR_LEARNER_TOPIC,
    PRIOR_TOPIC,
    Abilities,
    Gaussian,
    SectionPart,
    State,
    TopicEstimate,
    TopicPart,
    discount,
    item_pool,
    item_pool_from_sums,
    item_prior,
    predict,
    readiness,
    state,
    step,
    topic_estimate,
    undone,
    update,
)

GOLDEN: dict[str, Any] = json.loads(Path(__file__).with_name("estimates_golden.json").read_text("utf-8"))
CLOSE = 1e-13
"""A few last bits: the worked values come from another order of the same operations."""

PRIORS = (PRIOR_LEARNER, PRIOR_LEARNER_TOPIC, PRIOR_TOPIC, PRIOR_ITEM)


class Group:
    """The four kinds of rows, as a group's database holds them."""

    def __init__(self) -> None:
        self.learner: defaultdict[int, Gaussian] = defaultdict(lambda: PRIOR_LEARNER)
        self.learner_topic: defaultdict[tuple[int, int], Gaussian] = defaultdict(lambda: PRIOR_LEARNER_TOPIC)
        self.topic: defaultdict[int, Gaussian] = defaultdict(lambda: PRIOR_TOPIC)
        self.item: defaultdict[int, Gaussian] = defaultdict(lambda: PRIOR_ITEM)

    def abilities(self, learner: int, topic: int, item: int) -> Abilities:
        return Abilities(self.learner[learner], self.learner_topic[learner, topic], self.topic[topic], self.item[item])

    def answer(self, learner: int, topic: int, item: int, correct: bool) -> None:
        after = update(self.abilities(learner, topic, item), correct)
        self.learner[learner], self.learner_topic[learner, topic] = after.learner, after.learner_topic
        self.topic[topic], self.item[item] = after.topic, after.item

    def estimate(self, learner: int, topic: int) -> TopicEstimate:
        pool = item_pool(row for item, row in self.item.items() if item % 4 == topic)
        return topic_estimate(self.learner[learner], self.learner_topic[learner, topic], self.topic[topic], pool)


@pytest.fixture(scope="module")
def replayed() -> Group:
    group = Group()
    for learner, topic, item, correct, _ in GOLDEN["answers"]:
        group.answer(learner, topic, item, bool(correct))
    return group


def test_every_prediction_on_the_way_agrees_with_the_worked_values() -> None:
    """Each of 240 predictions, made before its answer was seen, is the worked one."""
    group = Group()
    for learner, topic, item, correct, predicted in GOLDEN["answers"]:
        abilities = group.abilities(learner, topic, item)
        assert predict(abilities) == pytest.approx(predicted, abs=CLOSE)
        group.answer(learner, topic, item, bool(correct))


def test_every_row_after_all_answers_agrees_with_the_worked_values(replayed: Group) -> None:
    """All learner, learner×topic, topic and item rows are the worked ones, mean and variance."""
    rows: dict[str, dict[str, Gaussian]] = {
        "learner": {str(k): v for k, v in replayed.learner.items()},
        "learner_topic": {f"{a},{b}": v for (a, b), v in replayed.learner_topic.items()},
        "topic": {str(k): v for k, v in replayed.topic.items()},
        "item": {str(k): v for k, v in replayed.item.items()},
    }
    for kind, wanted in GOLDEN["final"].items():
        assert rows[kind].keys() == wanted.keys()
        for key, (mean, variance) in wanted.items():
            assert rows[kind][key].mean == pytest.approx(mean, abs=CLOSE)
            assert rows[kind][key].variance == pytest.approx(variance, abs=CLOSE)


def test_topic_estimates_agree_with_the_worked_values(replayed: Group) -> None:
    """Chance, standard deviation and slope of every learner's every topic are the worked ones."""
    for learner, topic, p, sd, slope in GOLDEN["topic_estimates"]:
        found = replayed.estimate(learner, topic)
        assert (found.p, found.sd, found.slope) == pytest.approx((p, sd, slope), abs=CLOSE)


def test_readiness_agrees_with_the_worked_values(replayed: Group) -> None:
    """Expected result, its deviation and the odds of passing are the worked ones for every learner."""
    for learner, mean, sd, probability in GOLDEN["exam"]:
        sections = [
            SectionPart(
                weight,
                (TopicPart(replayed.estimate(learner, t), replayed.learner_topic[learner, t].variance),),
            )
            for t, weight in enumerate((0.35, 0.30, 0.20, 0.15))
        ]
        found = readiness(sections, replayed.learner[learner].variance, 0.70, 100)
        assert (found.mean, found.sd, found.p_pass) == pytest.approx((mean, sd, probability), abs=CLOSE)
        assert 0 < found.knowledge_sd < found.sd


def gaussians(prior: Gaussian) -> st.SearchStrategy[Gaussian]:
    return st.builds(
        Gaussian,
        mean=st.floats(-50, 50),
        variance=st.floats(1e-6, prior.variance),
    )


ABILITIES = st.builds(Abilities, *(gaussians(prior) for prior in PRIORS))
FLOORS = st.sampled_from((0.0, GUESS_FLOOR, 0.25, 0.5))


@given(ABILITIES, st.booleans(), FLOORS)
def test_variances_stay_above_zero_and_never_exceed_the_prior(a: Abilities, correct: bool, floor: float) -> None:
    """Whatever the beliefs and the answer, each variance is in (0, prior], and topics and items never lose any."""
    after = update(a, correct, floor)
    for prior, row in zip(PRIORS, (after.learner, after.learner_topic, after.topic, after.item), strict=True):
        assert 0 < row.variance <= prior.variance
    assert after.topic.variance <= a.topic.variance
    assert after.item.variance <= a.item.variance


@given(ABILITIES, FLOORS)
def test_a_right_answer_never_lowers_and_a_wrong_one_never_raises_the_learner(a: Abilities, floor: float) -> None:
    """The learner's mean moves with the answer, the question's difficulty against it."""
    right, wrong = update(a, True, floor), update(a, False, floor)
    assert wrong.learner.mean <= a.learner.mean <= right.learner.mean
    assert right.learner_topic.mean >= a.learner_topic.mean
    assert right.topic.mean <= a.topic.mean <= wrong.topic.mean
    assert right.item.mean <= a.item.mean <= wrong.item.mean


@given(ABILITIES, FLOORS)
def test_a_prediction_lies_between_guessing_and_certainty(a: Abilities, floor: float) -> None:
    """No belief predicts less than a guess or more than one, and `step` predicts what `predict` does."""
    chance = predict(a, floor)
    assert floor <= chance <= 1
    l1, l2, t, i = a.learner, a.learner_topic, a.topic, a.item
    means = (l1.mean, l1.variance, l2.mean, l2.variance)
    flat = step(*means, t.mean, t.variance, i.mean, i.variance, True, floor)
    assert flat[0] == chance


def test_a_right_guess_counts_half_of_a_sure_right_answer() -> None:
    """Tagged at once, every belief lies halfway between those before the answer and those after it."""
    before = Abilities()
    after = update(before, True)
    guess = discount(after, before, after)
    for name in ("learner", "learner_topic", "topic", "item"):
        b, a, g = getattr(before, name), getattr(after, name), getattr(guess, name)
        assert g.mean == pytest.approx((a.mean + b.mean) / 2)
        assert g.variance == pytest.approx((a.variance + b.variance) / 2)


@given(ABILITIES, ABILITIES, st.booleans(), st.floats(0, 1))
def test_a_tag_keeps_variances_within_bounds_and_never_adds_to_an_answer(
    before: Abilities, now: Abilities, correct: bool, share: float
) -> None:
    """Whatever came in between: variances stay in (0, prior], and a right guess never raises more than a sure one."""
    after = update(before, correct)
    tagged = discount(now, before, after, share)
    for prior, row in zip(PRIORS, (tagged.learner, tagged.learner_topic, tagged.topic, tagged.item), strict=True):
        assert 0 < row.variance <= prior.variance
    if correct:
        assert tagged.learner.mean <= now.learner.mean
        assert tagged.topic.mean >= now.topic.mean
        assert tagged.item.mean >= now.item.mean
    else:
        assert tagged.learner.mean >= now.learner.mean
        assert tagged.item.mean <= now.item.mean


@given(ABILITIES, st.booleans())
def test_a_tag_leaves_a_guess_between_no_answer_and_a_sure_one(before: Abilities, correct: bool) -> None:
    """The learner's mean ends between where it was and where a sure answer would have brought it."""
    after = update(before, correct)
    tagged = discount(after, before, after).learner.mean
    low, high = sorted((before.learner.mean, after.learner.mean))
    assert low - 1e-9 <= tagged <= high + 1e-9
    assert discount(after, before, after, 0.0) == after


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.booleans(), st.booleans()), max_size=25))
def test_replaying_answers_and_tags_in_sequence_gives_identical_rows(
    events: list[tuple[int, int, bool, bool]],
) -> None:
    """Tags that come after later answers are replayed where they stood: two replays agree to the last bit."""

    def replay() -> Group:
        group = Group()
        waiting: list[tuple[int, int, Abilities, Abilities]] = []
        for learner, item, correct, guess in events:
            topic = item % 4
            before = group.abilities(learner, topic, item)
            group.answer(learner, topic, item, correct)
            if waiting:
                who, what, old, new = waiting.pop()
                now = discount(group.abilities(who, what % 4, what), old, new)
                group.learner[who], group.learner_topic[who, what % 4] = now.learner, now.learner_topic
                group.topic[what % 4], group.item[what] = now.topic, now.item
            if guess:
                waiting.append((learner, item, before, update(before, correct)))
        return group

    first, second = replay(), replay()
    assert (first.learner, first.learner_topic) == (second.learner, second.learner_topic)
    assert (first.topic, first.item) == (second.topic, second.item)


def test_more_than_all_of_an_answer_cannot_be_taken_back() -> None:
    """A share outside 0 to 1 is a mistake of the caller."""
    for share in (-0.1, 1.1):
        with pytest.raises(ValueError, match="between 0 and 1"):
            discount(Abilities(), Abilities(), Abilities(), share)


ANSWERS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 7), st.booleans()), max_size=40)


@given(ANSWERS)
def test_replaying_answers_in_their_order_gives_identical_rows(
    answers: list[tuple[int, int, int, bool]],
) -> None:
    """Two replays of one log agree to the last bit, and so does `step` in plain floats."""
    groups = (Group(), Group())
    for group in groups:
        for answer in answers:
            group.answer(*answer)
    first, second = groups
    assert first.learner == second.learner
    assert first.learner_topic == second.learner_topic
    assert first.topic == second.topic
    assert first.item == second.item


@given(st.lists(gaussians(PRIOR_ITEM), min_size=1, max_size=30))
def test_a_pool_from_its_sums_is_the_pool_of_its_items(items: list[Gaussian]) -> None:
    """Four sums kept in a database give the same pool; its variance is spread plus mean variance."""
    pool = item_pool(items)
    n = len(items)
    sums = (sum(i.mean for i in items), sum(i.mean**2 for i in items), sum(i.variance for i in items))
    assert item_pool_from_sums(n, *sums) == pool
    mean = sum(i.mean for i in items) / n
    variance = sum((i.mean - mean) ** 2 for i in items) / n + sum(i.variance for i in items) / n
    assert pool.mean == pytest.approx(mean, abs=1e-9)
    assert pool.variance == pytest.approx(variance, abs=1e-9)


def test_a_topic_without_items_is_estimated_from_the_prior() -> None:
    """An empty pool is one unknown item, not a division by zero."""
    assert item_pool([]) == PRIOR_ITEM
    assert item_pool_from_sums(0, 0.0, 0.0, 0.0) == PRIOR_ITEM


@pytest.mark.parametrize(("difficulty", "mean"), [(None, 0.0), (1, -0.8), (3, 0.0), (4, 0.4), (5, 0.8)])
def test_an_authors_difficulty_sets_the_first_mean_only(difficulty: int | None, mean: float) -> None:
    """Difficulty d starts at (d − 3) · 0.4, as unsure as any new item."""
    prior = item_prior(difficulty)
    assert prior.mean == pytest.approx(mean)
    assert prior.variance == PRIOR_ITEM.variance


def test_states_need_four_in_five() -> None:
    """Below the mark with 80 % certainty is weak, above it with 80 % is fine, all between is unsure."""
    sd = 0.1
    z80 = 0.8416212
    assert state(TopicEstimate(0.7 - (z80 + 0.001) * sd, sd, 0.2), 0.7) is State.WEAK
    assert state(TopicEstimate(0.7 - (z80 - 0.001) * sd, sd, 0.2), 0.7) is State.UNSURE
    assert state(TopicEstimate(0.7, sd, 0.2), 0.7) is State.UNSURE
    assert state(TopicEstimate(0.7 + (z80 - 0.001) * sd, sd, 0.2), 0.7) is State.UNSURE
    assert state(TopicEstimate(0.7 + (z80 + 0.001) * sd, sd, 0.2), 0.7) is State.FINE
    assert state(TopicEstimate(0.7, 0.0, 0.2), 0.7) is State.FINE
    assert state(TopicEstimate(0.69, 0.0, 0.2), 0.7) is State.WEAK


def test_a_newcomers_topic_is_not_judged() -> None:
    """Without a single answer nothing is called weak or fine at the usual pass mark."""
    fresh = topic_estimate(PRIOR_LEARNER, PRIOR_LEARNER_TOPIC, PRIOR_TOPIC, item_pool([PRIOR_ITEM]))
    assert fresh.p == pytest.approx(0.55)
    assert state(fresh, 0.6) is State.UNSURE


@given(st.floats(0, 1), st.floats(0, 0.5))
def test_a_shown_range_stays_a_percentage(p: float, sd: float) -> None:
    """The 80 % range holds the estimate and never leaves 0 to 1."""
    e = TopicEstimate(p, sd, 0.1)
    assert 0 <= e.low <= p <= e.high <= 1


def parts(*topics: tuple[float, float]) -> tuple[TopicPart, ...]:
    return tuple(TopicPart(TopicEstimate(p, 0.05, slope), 0.1) for p, slope in topics)


def test_readiness_takes_weights_and_shares_relative_to_their_sums() -> None:
    """Percent or shares, the odds are the same; two equal topics halve a section's own uncertainty, not its result."""
    by_share = readiness([SectionPart(0.5, parts((0.8, 0.2))), SectionPart(0.5, parts((0.6, 0.2)))], 0.1, 0.7, 100)
    by_percent = readiness([SectionPart(50, parts((0.8, 0.2))), SectionPart(50, parts((0.6, 0.2)))], 0.1, 0.7, 100)
    assert by_share == by_percent
    assert by_share.mean == pytest.approx(0.7)
    one = readiness([SectionPart(1, parts((0.7, 0.2)))], 0.1, 0.7, 100)
    two = readiness([SectionPart(1, parts((0.7, 0.2), (0.7, 0.2)))], 0.1, 0.7, 100)
    assert two.mean == pytest.approx(one.mean)
    assert two.knowledge_sd < one.knowledge_sd


def test_readiness_is_shown_only_when_certain_enough() -> None:
    """The gate is the knowledge's deviation of 0.10 alone."""
    sure = readiness([SectionPart(1, parts((0.9, 0.1)))], 0.1, 0.7, 100)
    unsure = readiness([SectionPart(1, parts((0.9, 0.25)))], 0.8, 0.7, 100)
    assert sure.certain_enough
    assert not unsure.certain_enough


@pytest.mark.parametrize(
    ("sections", "questions"), [([], 100), ([SectionPart(1, ())], 100), ([SectionPart(1, parts((0.5, 0.2)))], 0)]
)
def test_an_exam_of_nothing_is_refused(sections: list[SectionPart], questions: int) -> None:
    """No section, no topic or no question is a ValueError, not odds."""
    with pytest.raises(ValueError, match="at least one"):
        readiness(sections, 0.1, 0.7, questions)


@given(
    st.builds(
        Abilities,
        *(st.builds(Gaussian, st.floats(-2, 2), st.floats(prior.variance / 20, prior.variance)) for prior in PRIORS),
    ),
    st.booleans(),
)
def test_an_answer_can_be_taken_back_without_having_kept_what_was_before(before: Abilities, correct: bool) -> None:
    """From the beliefs after an answer those before it are found again, to about a thousandth of a logit."""
    found = undone(update(before, correct), correct)
    for name in ("learner", "learner_topic", "topic", "item"):
        was, back = getattr(before, name), getattr(found, name)
        assert back.mean == pytest.approx(was.mean, abs=2e-3)
        assert back.variance == pytest.approx(was.variance, abs=3e-3)
