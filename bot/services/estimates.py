"""What a member may know of their own chances: topics, sections, the trend, and the odds of passing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from bot.domain import readiness as odds
from bot.domain.blueprint import Blueprint
from bot.domain.estimates import (
    PRIOR_ITEM,
    Abilities,
    Readiness,
    SectionPart,
    State,
    TopicEstimate,
    TopicPart,
    readiness,
    state,
    undone,
)
from bot.domain.estimates import topic_estimate as estimate_topic
from bot.domain.groups import Feedback, Group
from bot.domain.instants import DAY_MS, to_ms
from bot.domain.questions import slug as topic_slug
from bot.domain.readiness import Verdict
from bot.storage import banks, estimates, groups
from bot.storage.database import Database, Transaction
from bot.storage.estimates import Rows

TREND_WEEKS = 4
TREND_ALL = 30
"""A trend begins with the week that ends with so many answers in all; before, the ability is still being found."""
TREND_OWN = 4
"""And with so many in the topic."""
PRACTISE = 2


@dataclass(frozen=True, slots=True)
class TopicLine:
    """One topic of a member's progress; `share` is its part of the exam, 0 to 1.

    `questions` are those that can be practised. `trend` holds what was expected at the end of each week, oldest
    first, the last one now; it is empty before there are two weeks to compare. `topic_id` is None where no bank
    has the topic.
    """

    topic_id: int | None
    slug: str
    name: str
    section: str
    answers: int
    questions: int
    share: float
    cost: float
    estimate: TopicEstimate
    state: State
    trend: tuple[float, ...]
    own_variance: float


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section of the exam: its topics' estimate, and what it costs (weight × distance below the pass mark)."""

    name: str
    weight: float
    answers: int
    cost: float
    estimate: TopicEstimate
    state: State


@dataclass(frozen=True, slots=True)
class Progress:
    """A member's topics and sections, those first that cost most, and the two topics to practise next."""

    mark: float
    topics: tuple[TopicLine, ...]
    sections: tuple[SectionLine, ...]
    practise: tuple[TopicLine, ...]

    @property
    def answers(self) -> int:
        return sum(one.answers for one in self.topics)


@dataclass(frozen=True, slots=True)
class Odds:
    """A member's chance to pass. Without a `verdict` nothing of it may be said but how many answers are `needed`.

    `needed` is None where there would be more than can be foretold. `chance` and `score` are 80 % ranges of shares.
    `section` holds the member back most (None where none is below the pass mark); `practise` are its topics.
    """

    readiness: Readiness
    verdict: Verdict | None
    needed: int | None
    answers: int
    chance: tuple[float, float]
    score: tuple[float, float]
    section: SectionLine | None
    practise: tuple[TopicLine, ...]


async def progress(database: Database, group: Group, user: int, blueprint: Blueprint, now: datetime) -> Progress:
    """A member's progress at `now`. Of a user who is no member yet, everything is unanswered."""
    async with database.read() as tx:
        lines, learner_variance = await _lines(tx, group, user, blueprint, now)
    parts = _parts(blueprint, lines)
    return Progress(
        blueprint.pass_mark,
        tuple(lines),
        tuple(_sections(blueprint, lines, parts, learner_variance)),
        tuple(_to_practise(lines)),
    )


async def chances(database: Database, group: Group, user: int, blueprint: Blueprint, now: datetime) -> Odds:
    """A member's odds of passing the exam at `now`."""
    async with database.read() as tx:
        lines, learner_variance = await _lines(tx, group, user, blueprint, now)
    parts = _parts(blueprint, lines)
    mark = blueprint.pass_mark
    found = readiness(parts.values(), learner_variance, mark, blueprint.questions)
    back = odds.holds_back(parts, mark)
    sections = _sections(blueprint, lines, parts, learner_variance)
    return Odds(
        found,
        odds.verdict(found),
        odds.answers_needed(parts.values(), learner_variance),
        sum(line.answers for line in lines),
        odds.chance_range(found, mark, blueprint.questions),
        odds.score_range(found),
        next((one for one in sections if one.name == back), None),
        tuple(line for line in lines if line.section == back and line.questions),
    )


async def _lines(
    tx: Transaction, group: Group, user: int, blueprint: Blueprint, now: datetime
) -> tuple[list[TopicLine], float]:
    """Every topic of the exam, and the variance of what is known of the member."""
    member = await groups.member(tx, group.group_id, user)
    kept = _by_slug(await banks.topics(tx, blueprint.banks))
    ids = [topic for topic, _ in kept.values()]
    now_ms = to_ms(now)
    rows = await _shown(tx, group, member, ids, now_ms)
    pools = await estimates.pools(tx, ids)
    bounds = [now_ms - week * 7 * DAY_MS for week in range(TREND_WEEKS, 0, -1)]
    answered = {} if member is None else await estimates.answered(tx, member)
    weeks = {} if member is None else await estimates.weeks_of_member(tx, member, bounds)
    until = _answers_until(weeks)
    learner, mark = rows.learner(member or 0), blueprint.pass_mark
    lines = []
    for section in blueprint.sections:
        for name in section.topics:
            slug = topic_slug(name)
            topic, questions = kept.get(slug, (None, 0))
            answers = answered.get(topic, 0) if topic is not None else 0
            own = rows.learner_topic(member or 0, topic or 0)
            estimate = estimate_topic(learner, own, rows.topic(topic or 0), pools.get(topic or 0, PRIOR_ITEM))
            share = section.weight / len(section.topics)
            lines.append(
                TopicLine(
                    topic,
                    slug,
                    name,
                    section.name,
                    answers,
                    questions,
                    share,
                    share * max(0.0, mark - estimate.p),
                    estimate,
                    # What is known of the other topics is no answer about this one.
                    state(estimate, mark) if answers else State.UNSURE,
                    _trend(weeks.get(topic or 0, {}), until, estimate.p),
                    own.variance,
                )
            )
    lines.sort(key=_by_cost)
    return lines, learner.variance


async def _shown(tx: Transaction, group: Group, member: int | None, topics: Sequence[int], now_ms: int) -> Rows:
    """The beliefs as the member may see them.

    Where results are told at closing, what an answer of a round that is still open did is taken back as nearly as
    it can be: an estimate that moved would tell whether it was right.
    """
    hidden = []
    if member is not None and group.wishes.feedback is Feedback.AT_CLOSE:
        hidden = await estimates.undisclosed(tx, member, now_ms)
    rows = await estimates.load(tx, [] if member is None else [member], topics, [question for _, question, _ in hidden])
    for topic, question, correct in hidden:
        assert member is not None
        now = Abilities(rows.learner(member), rows.learner_topic(member, topic), rows.topic(topic), rows.item(question))
        then = undone(now, correct)
        rows.learners[member], rows.learner_topics[member, topic] = then.learner, then.learner_topic
        rows.topics[topic] = then.topic
    return rows


def _by_cost(line: TopicLine) -> tuple[bool, float, float, str]:
    """Those that cost most first, then those nearest above the mark; what was never asked last, large shares first."""
    first = -line.cost if line.answers else -line.share
    return (not line.answers, first, line.estimate.p, line.name)


def _by_slug(topics: Sequence[tuple[int, str, str, int]]) -> dict[str, tuple[int, int]]:
    """(topic id, live questions) by slug; of two exams' topics with one name, the one with more questions."""
    kept: dict[str, tuple[int, int]] = {}
    for topic, slug, _, live in topics:
        if slug not in kept or kept[slug][1] < live:
            kept[slug] = (topic, live)
    return kept


def _answers_until(weeks: Mapping[int, Mapping[int, tuple[float, int]]]) -> list[int]:
    """A member's answers up to each week's end, of all topics."""
    counts = [sum(one[week][1] for one in weeks.values() if week in one) for week in range(TREND_WEEKS)]
    return list(accumulate(counts))


def _trend(weeks: Mapping[int, tuple[float, int]], answers: Sequence[int], now: float) -> tuple[float, ...]:
    """What was expected at each week's end; a week without answers ends as the one before it did.

    It begins where enough was known: what moves before is what we know, not what the member can do.
    """
    known: list[float] = []
    mine, last = 0, 0.0
    for week in range(TREND_WEEKS):
        if week in weeks:
            last, more = weeks[week]
            mine += more
        if mine >= TREND_OWN and answers[week] >= TREND_ALL:
            known.append(last)
    return (*known, now) if known else ()


def _parts(blueprint: Blueprint, lines: Sequence[TopicLine]) -> dict[str, SectionPart]:
    return {
        section.name: SectionPart(
            section.weight,
            tuple(TopicPart(one.estimate, one.own_variance) for one in lines if one.section == section.name),
        )
        for section in blueprint.sections
    }


def _sections(
    blueprint: Blueprint, lines: Sequence[TopicLine], parts: Mapping[str, SectionPart], learner_variance: float
) -> list[SectionLine]:
    mark, found = blueprint.pass_mark, []
    for name, part in parts.items():
        estimate = odds.section_estimate(part, learner_variance)
        answers = sum(line.answers for line in lines if line.section == name)
        said = state(estimate, mark) if answers else State.UNSURE
        cost = part.weight * max(0.0, mark - estimate.p)
        found.append(SectionLine(name, part.weight, answers, cost, estimate, said))
    return sorted(found, key=lambda one: (not one.answers, -one.cost, -one.weight))


def _to_practise(lines: Sequence[TopicLine]) -> list[TopicLine]:
    """The answered topics that cost most; then the unanswered ones; last, those on target about which least is sure."""

    def order(line: TopicLine) -> tuple[int, float]:
        if not line.answers:
            return (1, -line.share)
        return (0, -line.cost) if line.cost else (2, -line.share * line.estimate.sd)

    return sorted((line for line in lines if line.questions), key=order)[:PRACTISE]
