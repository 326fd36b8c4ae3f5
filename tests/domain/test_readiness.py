"""What is said about passing: never before it is certain, and never more than the figures hold."""

from __future__ import annotations

import random
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.estimates import (
    PRIOR_ITEM,
    PRIOR_LEARNER,
    PRIOR_LEARNER_TOPIC,
    PRIOR_TOPIC,
    Abilities,
    Gaussian,
    Readiness,
    SectionPart,
    TopicEstimate,
    TopicPart,
    predict,
    readiness,
    topic_estimate,
    update,
)
from bot.domain.readiness import (
    MOST_ANSWERS,
    Verdict,
    answers_needed,
    chance_range,
    holds_back,
    score_range,
    section_estimate,
    verdict,
)

POOL = Gaussian(0.0, 0.6)
WEIGHTS = (0.35, 0.30, 0.20, 0.15)


def ready(p_pass: float, *, knowledge_sd: float = 0.05, mean: float = 0.7) -> Readiness:
    return Readiness(mean=mean, sd=sqrt(knowledge_sd**2 + 0.045**2), knowledge_sd=knowledge_sd, p_pass=p_pass)


def part(p: float, weight: float = 1.0, slope: float = 0.2, variance: float = 0.1) -> SectionPart:
    return SectionPart(weight, (TopicPart(TopicEstimate(p, 0.05, slope), variance),))


@pytest.mark.parametrize(
    ("p_pass", "word"),
    [
        (0.99, Verdict.LIKELY),
        (0.8, Verdict.LIKELY),
        (0.79, Verdict.NEAR),
        (0.5, Verdict.NEAR),
        (0.21, Verdict.NEAR),
        (0.2, Verdict.UNLIKELY),
        (0.0, Verdict.UNLIKELY),
    ],
)
def test_a_word_needs_four_in_five(p_pass: float, word: Verdict) -> None:
    """Likely and unlikely need the certainty that a topic's state needs; between lies the line."""
    assert verdict(ready(p_pass)) is word


def test_no_word_is_said_before_the_certainty_is_reached() -> None:
    """However good the odds look, an uncertain readiness has no word."""
    assert verdict(ready(0.99, knowledge_sd=0.11)) is None


@given(st.floats(0.05, 0.95), st.floats(0.001, 0.1), st.floats(0.3, 0.9), st.integers(20, 200))
def test_the_ranges_hold_the_figures(p: float, variance: float, mark: float, questions: int) -> None:
    """The score lies in its range, the chance to pass in its own, and both are shares."""
    r = readiness([part(p, variance=variance)], variance, mark, questions)
    low, high = score_range(r)
    assert 0 <= low <= r.mean <= high <= 1
    worse, better = chance_range(r, mark, questions)
    assert 0 <= worse <= better <= 1
    # The average of a distribution function over a normal belief: outside only where both ends are on one side's tail.
    if worse <= 0.5 <= better:
        assert worse <= r.p_pass <= better


def test_the_range_of_the_chance_is_that_of_learners_at_both_ends() -> None:
    """At mean ± 1.28 knowledge sd, only the luck of the draw is left; without any luck it is pass or fail."""
    r = readiness([part(0.72, variance=0.05)], 0.05, 0.7, 100)
    for sign, found in zip((-1, 1), chance_range(r, 0.7, 100), strict=True):
        known = Readiness(r.mean + sign * 1.28 * r.knowledge_sd, 0.0, 0.0, 0.0)
        luck = sqrt(r.sd**2 - r.knowledge_sd**2)
        rng = random.Random(1)
        passed = sum(rng.gauss(known.mean, luck) >= 0.7 - 0.005 for _ in range(20_000)) / 20_000
        assert found == pytest.approx(passed, abs=0.02)
    assert chance_range(Readiness(0.8, 0.0, 0.0, 1.0), 0.7, 100) == (1.0, 1.0)


def test_a_section_is_its_topics_by_their_shares() -> None:
    """Two topics: the chance is their weighted mean, the learner's variance is common, the topics' own are not."""
    one, two = TopicEstimate(0.8, 0.1, 0.2), TopicEstimate(0.4, 0.1, 0.1)
    section = SectionPart(0.3, (TopicPart(one, 0.2, 3.0), TopicPart(two, 0.1, 1.0)))
    found = section_estimate(section, 0.5)
    assert found.p == pytest.approx(0.7)
    assert found.slope == pytest.approx(0.175)
    assert found.sd == pytest.approx(sqrt(0.175**2 * 0.5 + 0.15**2 * 0.2 + 0.025**2 * 0.1))
    with pytest.raises(ValueError, match="at least one topic"):
        section_estimate(SectionPart(1.0, ()), 0.5)


def test_a_section_of_one_topic_is_that_topic() -> None:
    """The same chance, slope and deviation as the topic's own estimate."""
    learner, own = Gaussian(0.3, 0.4), Gaussian(0.1, 0.2)
    e = topic_estimate(learner, own, PRIOR_TOPIC, POOL)
    found = section_estimate(SectionPart(0.4, (TopicPart(e, own.variance),)), learner.variance)
    assert (found.p, found.sd, found.slope) == pytest.approx((e.p, e.sd, e.slope))


def test_the_section_that_costs_most_holds_back() -> None:
    """Weight × distance below the mark decides: a small weak section may cost less than a large one near the mark."""
    sections = {"large": part(0.6, 0.6), "small": part(0.3, 0.1), "fine": part(0.9, 0.3)}
    assert holds_back(sections, 0.7) == "large"
    assert holds_back(sections, 0.55) == "small"
    assert holds_back({"fine": part(0.9), "on the mark": part(0.7)}, 0.7) is None
    assert holds_back({"first": part(0.6), "second": part(0.6)}, 0.7) == "first"
    assert holds_back({"empty": SectionPart(0.5, ()), "no weight": part(0.1, 0.0)}, 0.7) is None


class Student:
    """A learner who answers random items of topics in turn, through the model's own update."""

    def __init__(self, topics: int, ability: float, seed: int) -> None:
        self.rng = random.Random(seed)
        self.ability = ability
        self.learner = PRIOR_LEARNER
        self.own = [PRIOR_LEARNER_TOPIC] * topics
        self.topic = Gaussian(0.0, 0.05)
        self.items = [Gaussian(self.rng.gauss(0, 0.7), 0.15) for _ in range(40)]

    def sections(self) -> list[SectionPart]:
        mean = sum(item.mean for item in self.items) / 40
        spread = sum((item.mean - mean) ** 2 + item.variance for item in self.items) / 40
        return [
            SectionPart(
                weight,
                (TopicPart(topic_estimate(self.learner, own, self.topic, Gaussian(mean, spread)), own.variance),),
            )
            for weight, own in zip(WEIGHTS, self.own, strict=True)
        ]

    def answer(self) -> None:
        (k,) = self.rng.choices(range(4), WEIGHTS)
        item = self.rng.choice(self.items)
        truth = Abilities(Gaussian(self.ability, 1e-9), Gaussian(0.0, 1e-9), self.topic, item)
        after = update(Abilities(self.learner, self.own[k], self.topic, item), self.rng.random() < predict(truth))
        self.learner, self.own[k] = after.learner, after.learner_topic


def simulated(ability: float, warm: int) -> tuple[int, int]:
    """Answers said to be needed after *warm* of them, and answers needed, both summed over 20 learners."""
    said = needed = 0
    for seed in range(20):
        student = Student(4, ability, seed)
        for _ in range(warm):
            student.answer()
        first = answers_needed(student.sections(), student.learner.variance)
        assert first is not None
        said += first
        while answers_needed(student.sections(), student.learner.variance) != 0:
            student.answer()
            needed += 1
    return said, needed


@pytest.mark.parametrize("warm", [0, 6])
def test_the_number_of_answers_is_about_right(warm: int) -> None:
    """An average learner, new or on the way, needs what was said within a quarter."""
    said, needed = simulated(0.0, warm)
    assert said == pytest.approx(needed, rel=0.25)


@pytest.mark.parametrize("ability", [-1.0, 1.0])
def test_unusual_learners_need_fewer_answers_than_was_said(ability: float) -> None:
    """Who turns out far from the average is known sooner: the number errs on the long side, by half at most."""
    said, needed = simulated(ability, 0)
    assert needed <= said <= 1.5 * needed


@given(st.floats(0.12, 0.98), st.floats(0.01, 0.8), st.floats(0.01, 0.3), st.floats(0.0, 3.0))
def test_nothing_more_is_needed_exactly_when_readiness_is_certain(
    p: float, learner_variance: float, own: float, rest: float
) -> None:
    """0 answers and `certain_enough` are the same; more answers are never promised beyond the cap."""
    sigma = (p - 0.1) / 0.9
    slope = 0.9 * sigma * (1 - sigma) / sqrt(1 + 3.14159 / 8 * (learner_variance + own + rest))
    sections = [SectionPart(w, (TopicPart(TopicEstimate(p, 0.1, slope), own),)) for w in WEIGHTS]
    needed = answers_needed(sections, learner_variance)
    assert (needed == 0) == readiness(sections, learner_variance, 0.7, 100).certain_enough
    assert needed is None or 0 <= needed <= MOST_ANSWERS


def test_beyond_the_cap_no_number_is_said() -> None:
    """A newcomer's number is known; with room for only three answers it is none."""
    fresh = topic_estimate(PRIOR_LEARNER, PRIOR_LEARNER_TOPIC, PRIOR_TOPIC, PRIOR_ITEM)
    sections = [SectionPart(w, (TopicPart(fresh, PRIOR_LEARNER_TOPIC.variance),)) for w in WEIGHTS]
    needed = answers_needed(sections, PRIOR_LEARNER.variance)
    assert needed is not None
    assert 5 < needed < 60
    assert answers_needed(sections, PRIOR_LEARNER.variance, most=3) is None


def test_an_exam_of_nothing_is_refused() -> None:
    """No section with a topic is a ValueError, not a number."""
    with pytest.raises(ValueError, match="at least one section"):
        answers_needed([SectionPart(1.0, ())], 0.1)
