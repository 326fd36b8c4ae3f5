"""The learner model: Bayesian Elo over four Gaussians on the logit scale.

A *learner*, a *learner in a topic*, a *topic* and an *item* (a question) each have a mean and a variance.
Learners' means are abilities, topics' and items' means are difficulties. DESIGN.md, "The learner model", is
the source of every formula and constant here; the same code serves the bot, the rebuild of estimates and
`studyhall model evaluate`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import erf, exp, pi, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

GUESS_FLOOR = 0.1
"""Chance of a right answer without any knowledge, for four options."""

LEARNER_DRIFT = 0.0005
LEARNER_TOPIC_DRIFT = 0.002
GAIN_AFTER_RIGHT = 0.01
GAIN_AFTER_WRONG = 0.02
DIFFICULTY_STEP = 0.4
RANGE_Z = 1.28
"""A range of ±1.28 standard deviations holds 80 %."""
UNDO_STEPS = 40
GUESS_SHARE = 0.5
"""How much of an answer's effect is taken back when the member says that it was a guess."""
CERTAIN = 0.8
"""A state is said when the chance that it is so reaches this."""
READINESS_KNOWLEDGE_SD = 0.10
"""Readiness is shown only when what we do not know of the learner moves the result by less than this."""

_SMALLEST_VARIANCE = 1e-9
_PROBIT = pi / 8.0
_FAR = 35.0


@dataclass(frozen=True, slots=True)
class Gaussian:
    """A belief about one number on the logit scale."""

    mean: float
    variance: float


PRIOR_LEARNER = Gaussian(0.0, 0.8)
PRIOR_LEARNER_TOPIC = Gaussian(0.0, 0.3)
PRIOR_TOPIC = Gaussian(0.0, 0.4)
PRIOR_ITEM = Gaussian(0.0, 1.0)

_LEARNER_CEILING = PRIOR_LEARNER.variance
_LEARNER_TOPIC_CEILING = PRIOR_LEARNER_TOPIC.variance


@dataclass(frozen=True, slots=True)
class Abilities:
    """The four beliefs that one answer touches."""

    learner: Gaussian = PRIOR_LEARNER
    learner_topic: Gaussian = PRIOR_LEARNER_TOPIC
    topic: Gaussian = PRIOR_TOPIC
    item: Gaussian = PRIOR_ITEM


def item_prior(difficulty: int | None) -> Gaussian:
    """The first belief about an item of the author's *difficulty* (1 easiest to 5 hardest, or none)."""
    if difficulty is None:
        return PRIOR_ITEM
    return Gaussian((difficulty - 3) * DIFFICULTY_STEP, PRIOR_ITEM.variance)


def _sigmoid(x: float) -> float:
    if x > _FAR:
        x = _FAR
    elif x < -_FAR:
        x = -_FAR
    return 1.0 / (1.0 + exp(-x))


def predict(a: Abilities, floor: float = GUESS_FLOOR) -> float:
    """The chance that this learner answers this item right, all four uncertainties averaged over."""
    x = a.learner.mean + a.learner_topic.mean - a.topic.mean - a.item.mean
    s2 = a.learner.variance + a.learner_topic.variance + a.topic.variance + a.item.variance
    return floor + (1.0 - floor) * _sigmoid(x / sqrt(1.0 + _PROBIT * s2))


def step(
    lm: float,
    lv: float,
    km: float,
    kv: float,
    tm: float,
    tv: float,
    im: float,
    iv: float,
    correct: bool,
    floor: float = GUESS_FLOOR,
) -> tuple[float, float, float, float, float, float, float, float, float]:
    """One answer in plain floats: means and variances of learner, learner×topic, topic and item in.

    Out comes the chance predicted beforehand, then the eight numbers after the answer. `update` is the
    readable door; this is the same arithmetic for loops over millions of answers. Variance is regained
    *after* the update, as the worked values show, so a stored row is already what the next prediction uses.
    """
    x = lm + km - tm - im
    s2 = lv + kv + tv + iv
    z = x / sqrt(1.0 + _PROBIT * s2)
    # Beyond ±35 the logistic function is flat to the last bit; the clamp keeps everything finite.
    if x > _FAR:
        x = _FAR
    elif x < -_FAR:
        x = -_FAR
    if z > _FAR:
        z = _FAR
    elif z < -_FAR:
        z = -_FAR
    scale = 1.0 - floor
    predicted = floor + scale * (1.0 / (1.0 + exp(-z)))
    s = 1.0 / (1.0 + exp(-x))
    d = scale * s * (1.0 - s)
    # d / (q(1 − q)) with 1 − q = (1 − g)(1 − σ) is σ / q: the same number without 0/0 at the far end.
    leverage = s / (floor + scale * s)
    w = d * leverage
    den = 1.0 + w * s2
    shrink = w / den
    if correct:
        r = (1.0 - predicted) * leverage / den
        gain = GAIN_AFTER_RIGHT
    else:
        r = -predicted * leverage / den
        gain = GAIN_AFTER_WRONG
    lv_next = lv - lv * lv * shrink + LEARNER_DRIFT
    kv_next = kv - kv * kv * shrink + LEARNER_TOPIC_DRIFT
    return (
        predicted,
        lm + lv * r,
        min(_LEARNER_CEILING, lv_next),
        km + kv * r + gain,
        min(_LEARNER_TOPIC_CEILING, kv_next),
        tm - tv * r,
        tv - tv * tv * shrink,
        im - iv * r,
        iv - iv * iv * shrink,
    )


def update(a: Abilities, correct: bool, floor: float = GUESS_FLOOR) -> Abilities:
    """The four beliefs after an answer; replaying answers in order gives the same rows to the last bit."""
    learner, learner_topic, topic, item = a.learner, a.learner_topic, a.topic, a.item
    _, lm, lv, km, kv, tm, tv, im, iv = step(
        learner.mean,
        learner.variance,
        learner_topic.mean,
        learner_topic.variance,
        topic.mean,
        topic.variance,
        item.mean,
        item.variance,
        correct,
        floor,
    )
    return Abilities(Gaussian(lm, lv), Gaussian(km, kv), Gaussian(tm, tv), Gaussian(im, iv))


def discount(now: Abilities, before: Abilities, after: Abilities, share: float = GUESS_SHARE) -> Abilities:
    """The four beliefs after a member tagged an answer as a guess: *share* of what it had done is taken back.

    *before* and *after* are the beliefs around that answer (*after* is `update(before, correct)`, so *before* is all
    that has to be kept), *now* the present ones: other answers may have come in between and keep their effect. Each
    mean moves by −share·(after − before), each variance by −share·(after − before), held in (0, prior]. A tag is an
    event of its own in the sequence of answers; replaying both kinds in their order gives the same rows to the last
    bit. Raises ValueError for a share outside 0 to 1.
    """
    if not 0.0 <= share <= 1.0:
        raise ValueError("a share lies between 0 and 1")
    return Abilities(
        _taken_back(now.learner, before.learner, after.learner, share, PRIOR_LEARNER),
        _taken_back(now.learner_topic, before.learner_topic, after.learner_topic, share, PRIOR_LEARNER_TOPIC),
        _taken_back(now.topic, before.topic, after.topic, share, PRIOR_TOPIC),
        _taken_back(now.item, before.item, after.item, share, PRIOR_ITEM),
    )


def undone(now: Abilities, correct: bool) -> Abilities:
    """The four beliefs as they were before the latest answer: the `before` whose `update` is *now*.

    Found by fixed point (before = now − what the update does to before), to about a thousandth of a logit, since a
    variance at its ceiling forgets how it came there; where something else came in between, as nearly as can be told.
    """
    before = now
    for _ in range(UNDO_STEPS):
        before = discount(now, before, update(before, correct), share=1.0)
    return before


def _taken_back(now: Gaussian, before: Gaussian, after: Gaussian, share: float, prior: Gaussian) -> Gaussian:
    variance = now.variance - share * (after.variance - before.variance)
    return Gaussian(
        now.mean - share * (after.mean - before.mean),
        min(prior.variance, max(_SMALLEST_VARIANCE, variance)),
    )


def item_pool(items: Iterable[Gaussian]) -> Gaussian:
    """A random item of a topic: mean of the means; their spread plus their mean variance. None: the prior."""
    n = 0
    total = squares = variances = 0.0
    for item in items:
        n += 1
        total += item.mean
        squares += item.mean * item.mean
        variances += item.variance
    return item_pool_from_sums(n, total, squares, variances)


def item_pool_from_sums(n: int, sum_mean: float, sum_mean_squared: float, sum_variance: float) -> Gaussian:
    """`item_pool` from the four sums that a database keeps."""
    if n <= 0:
        return PRIOR_ITEM
    mean = sum_mean / n
    # The difference of two near numbers can come out a hair below zero when all means are alike.
    spread = max(0.0, sum_mean_squared / n - mean * mean)
    return Gaussian(mean, spread + sum_variance / n)


@dataclass(frozen=True, slots=True)
class TopicEstimate:
    """The chance *p* of a right answer on a random item of a topic; *sd* from what is unknown of the learner.

    *slope* is dp per logit of ability: readiness needs it.
    """

    p: float
    sd: float
    slope: float

    @property
    def low(self) -> float:
        """Lower end of the 80 % range, 0 at the least."""
        return max(0.0, self.p - RANGE_Z * self.sd)

    @property
    def high(self) -> float:
        """Upper end of the 80 % range, 1 at the most."""
        return min(1.0, self.p + RANGE_Z * self.sd)


def topic_estimate(
    learner: Gaussian,
    learner_topic: Gaussian,
    topic: Gaussian,
    pool: Gaussian,
    floor: float = GUESS_FLOOR,
) -> TopicEstimate:
    """A learner's estimate in a topic; *pool* is the topic's `item_pool`."""
    unknown = learner.variance + learner_topic.variance
    k = 1.0 / sqrt(1.0 + _PROBIT * (unknown + pool.variance))
    s = _sigmoid(k * (learner.mean + learner_topic.mean - topic.mean - pool.mean))
    slope = (1.0 - floor) * s * (1.0 - s) * k
    return TopicEstimate(p=floor + (1.0 - floor) * s, sd=slope * sqrt(unknown), slope=slope)


class State(StrEnum):
    """What may be said of a topic: below the target, on target, or not enough answers yet."""

    WEAK = "weak"
    FINE = "fine"
    UNSURE = "unsure"


def phi(z: float) -> float:
    """The standard normal distribution function."""
    return 0.5 * (1.0 + erf(z / sqrt(2.0)))


def state(e: TopicEstimate, mark: float) -> State:
    """Weak when P(p < *mark*) ≥ 0.8, fine when ≤ 0.2, else unsure. *mark* is a share from 0 to 1."""
    below = phi((mark - e.p) / e.sd) if e.sd > 0.0 else float(e.p < mark)
    if below >= CERTAIN:
        return State.WEAK
    if below <= 1.0 - CERTAIN:
        return State.FINE
    return State.UNSURE


@dataclass(frozen=True, slots=True)
class TopicPart:
    """A topic in a section: its estimate, the learner×topic variance behind it, its *share* of that."""

    estimate: TopicEstimate
    learner_topic_variance: float
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class SectionPart:
    """A section of the exam: its *weight* and its topics (their shares are taken relative to their sum)."""

    weight: float
    topics: tuple[TopicPart, ...]


@dataclass(frozen=True, slots=True)
class Readiness:
    """The exam's expected result as a share of right answers, and the chance to reach the pass mark.

    *sd* holds everything; *knowledge_sd* only what is unknown of the learner, and gates what is shown.
    """

    mean: float
    sd: float
    knowledge_sd: float
    p_pass: float

    @property
    def certain_enough(self) -> bool:
        """Whether anything may be shown at all."""
        return self.knowledge_sd <= READINESS_KNOWLEDGE_SD


def readiness(sections: Iterable[SectionPart], learner_variance: float, mark: float, questions: int) -> Readiness:
    """The odds of an exam of *questions* questions whose pass mark is *mark* (a share from 0 to 1).

    Weights are taken relative to their sum. A section of weight w gets w × *questions* questions.
    Raises ValueError where there is no section with a weight and a topic, or no question.
    """
    parts = [part for part in sections if part.weight > 0.0 and part.topics]
    if not parts or questions <= 0:
        raise ValueError("an exam needs at least one question and one section with a topic")
    whole = sum(part.weight for part in parts)
    mean = sampling = common = own = 0.0
    for part in parts:
        w = part.weight / whole
        shares = sum(topic.share for topic in part.topics)
        p = 0.0
        for topic in part.topics:
            share = topic.share / shares
            p += share * topic.estimate.p
            pull = w * share * topic.estimate.slope
            common += pull
            own += pull * pull * topic.learner_topic_variance
        mean += w * p
        # w²·p(1 − p)/n with n = w·N questions of the section.
        sampling += w * p * (1.0 - p) / questions
    knowledge = common * common * learner_variance + own
    sd = sqrt(sampling + knowledge)
    return Readiness(
        mean=mean,
        sd=sd,
        knowledge_sd=sqrt(knowledge),
        p_pass=phi((mean - mark + 0.5 / questions) / sd),
    )
