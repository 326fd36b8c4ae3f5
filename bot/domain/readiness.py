"""What may be said of a member's odds: words, ranges, what holds them back, and how many answers are missing.

The figures themselves come from `estimates.readiness`; nothing here is said before they are certain enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import exp, log, pi, sqrt
from typing import TYPE_CHECKING

from bot.domain.estimates import (
    CERTAIN,
    GUESS_FLOOR,
    LEARNER_DRIFT,
    LEARNER_TOPIC_DRIFT,
    PRIOR_LEARNER,
    PRIOR_LEARNER_TOPIC,
    RANGE_Z,
    READINESS_KNOWLEDGE_SD,
    TopicEstimate,
    phi,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.domain.estimates import Readiness, SectionPart, TopicPart

MOST_ANSWERS = 400
"""Answers looked ahead; beyond, no number is said."""

_PROBIT = pi / 8.0
_EDGE = 1e-6


class Verdict(StrEnum):
    """The only words that are said about passing."""

    LIKELY = "likely"
    NEAR = "near the line"
    UNLIKELY = "unlikely"


def verdict(r: Readiness) -> Verdict | None:
    """The word for a readiness; None before it is certain enough.

    Likely from four in five, unlikely up to one in five: the certainty that the states of topics need, too, so that
    one rule holds everywhere. A member told *likely* fails one time in five at the most; with three in four, and the
    price of a failed exam, the word would comfort too early.
    """
    if not r.certain_enough:
        return None
    if r.p_pass >= CERTAIN:
        return Verdict.LIKELY
    if 1.0 - r.p_pass >= CERTAIN:
        return Verdict.UNLIKELY
    return Verdict.NEAR


def score_range(r: Readiness) -> tuple[float, float]:
    """The exam's result as a share, in four of five cases: mean ± 1.28·sd, within 0 to 1.

    It holds both what is unknown of the learner and the luck of the questions drawn.
    """
    return max(0.0, r.mean - RANGE_Z * r.sd), min(1.0, r.mean + RANGE_Z * r.sd)


def chance_range(r: Readiness, mark: float, questions: int) -> tuple[float, float]:
    """The chance to pass at both ends of the 80 % range of what is known of the learner.

    At each end, mean ± 1.28·knowledge_sd is taken for the learner's true expected result; what is left is the luck
    of the questions drawn: Φ((end − mark + 0.5/N) / sampling sd). `p_pass` averages over all of it and so lies
    between the two. *mark* and *questions* are those of `estimates.readiness`.
    """
    luck = sqrt(max(0.0, r.sd * r.sd - r.knowledge_sd * r.knowledge_sd))
    margin = r.mean - mark + 0.5 / questions
    away = RANGE_Z * r.knowledge_sd
    low, high = margin - away, margin + away
    if luck <= 0.0:
        return float(low >= 0.0), float(high >= 0.0)
    return phi(low / luck), phi(high / luck)


def section_estimate(section: SectionPart, learner_variance: float) -> TopicEstimate:
    """A section's estimate: its topics by their shares, which are taken relative to their sum.

    What is unknown of the learner is common to its topics, what is unknown of the learner in a topic is not.
    Raises ValueError for a section without topics.
    """
    shares = sum(topic.share for topic in section.topics)
    if shares <= 0.0:
        raise ValueError("a section needs at least one topic with a share")
    p = slope = own = 0.0
    for topic in section.topics:
        share = topic.share / shares
        pull = share * topic.estimate.slope
        p += share * topic.estimate.p
        slope += pull
        own += pull * pull * topic.learner_topic_variance
    return TopicEstimate(p=p, sd=sqrt(slope * slope * learner_variance + own), slope=slope)


def holds_back(sections: Mapping[str, SectionPart], mark: float) -> str | None:
    """The section that costs most: largest weight × distance below *mark*; None where none is below it.

    *sections* by name; of equal ones the first. Sections without a weight or a topic are passed over.
    """
    worst, cost = None, 0.0
    for name, section in sections.items():
        if section.weight <= 0.0 or not section.topics:
            continue
        lost = section.weight * (mark - section_estimate(section, 0.0).p)
        if lost > cost:
            worst, cost = name, lost
    return worst


@dataclass(slots=True)
class _Practised:
    """A topic while answers to it are imagined."""

    weight: float
    x: float  # ability less difficulty, in logits
    rest: float  # the variance of its items: what a learner's answers here hardly change
    sigma: float
    variance: float  # learner×topic
    asked: int = 0

    def pull(self, learner: float, floor: float) -> float:
        k = 1.0 / sqrt(1.0 + _PROBIT * (learner + self.variance + self.rest))
        return self.weight * (1.0 - floor) * self.sigma * (1.0 - self.sigma) * k


def _practised(topic: TopicPart, weight: float, learner_variance: float, floor: float) -> _Practised:
    """The logits behind an estimate: σ and k follow from p and slope, the items' variance from k."""
    sigma = min(1.0 - _EDGE, max(_EDGE, (topic.estimate.p - floor) / (1.0 - floor)))
    k = min(1.0, max(_EDGE, topic.estimate.slope / ((1.0 - floor) * sigma * (1.0 - sigma))))
    whole = (1.0 / (k * k) - 1.0) / _PROBIT
    return _Practised(
        weight=weight,
        x=log(sigma / (1.0 - sigma)) / k,
        rest=max(0.0, whole - learner_variance - topic.learner_topic_variance),
        sigma=sigma,
        variance=topic.learner_topic_variance,
    )


def answers_needed(
    sections: Iterable[SectionPart],
    learner_variance: float,
    *,
    floor: float = GUESS_FLOOR,
    most: int = MOST_ANSWERS,
) -> int | None:
    """About how many more answers until readiness may be shown (knowledge sd ≤ 0.10); None where beyond *most*.

    *sections* as for `estimates.readiness`, which this agrees with: 0 exactly when that is certain enough already.
    Imagined are answers to random items of topics asked in proportion to the exam's weights; each lowers the
    variances as the model's update does, at the present estimate, and lets them regain their drift. Means stay where
    they are: a newcomer who turns out far above or below the average needs about a third fewer than was said, so the
    number errs on the long side. Raises ValueError where there is no section with a weight and a topic.
    """
    parts = [part for part in sections if part.weight > 0.0 and part.topics]
    if not parts:
        raise ValueError("an exam needs at least one section with a topic")
    whole = sum(part.weight for part in parts)
    common = own = 0.0
    topics = []
    for part in parts:
        shares = sum(topic.share for topic in part.topics)
        for topic in part.topics:
            weight = part.weight / whole * topic.share / shares
            topics.append(_practised(topic, weight, learner_variance, floor))
            pull = weight * topic.estimate.slope
            common += pull
            own += pull * pull * topic.learner_topic_variance
    if sqrt(common * common * learner_variance + own) <= READINESS_KNOWLEDGE_SD:
        return 0
    learner = learner_variance
    for count in range(1, most + 1):
        learner = _ask(max(topics, key=lambda one: one.weight * count - one.asked), learner, floor)
        pulls = [one.pull(learner, floor) for one in topics]
        own = sum(pull * pull * one.variance for pull, one in zip(pulls, topics, strict=True))
        if sqrt(sum(pulls) ** 2 * learner + own) <= READINESS_KNOWLEDGE_SD:
            return count
    return None


def _ask(topic: _Practised, learner: float, floor: float) -> float:
    """One imagined answer: the topic's variance falls in place, the learner's comes back (`estimates.step`)."""
    x = min(35.0, max(-35.0, topic.x))
    s = 1.0 / (1.0 + exp(-x))
    d = (1.0 - floor) * s * (1.0 - s)
    w = d * s / (floor + (1.0 - floor) * s)
    shrink = w / (1.0 + w * (learner + topic.variance + topic.rest))
    topic.asked += 1
    topic.variance = min(
        PRIOR_LEARNER_TOPIC.variance, topic.variance * (1.0 - topic.variance * shrink) + LEARNER_TOPIC_DRIFT
    )
    return min(PRIOR_LEARNER.variance, learner * (1.0 - learner * shrink) + LEARNER_DRIFT)
