"""A member's own picture: each topic's estimate with its range and state."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.blueprint import Blueprint
from bot.domain.estimates import State, TopicEstimate, state, topic_estimate
from bot.domain.groups import Group
from bot.storage import banks, estimates, groups
from bot.storage.database import Database


@dataclass(frozen=True, slots=True)
class TopicLine:
    """One topic of a member's progress; `share` is its part of the exam, 0 to 1."""

    slug: str
    name: str
    answers: int
    share: float
    estimate: TopicEstimate
    state: State


async def progress(database: Database, group: Group, user: int, blueprint: Blueprint) -> list[TopicLine]:
    """The member's topics, those first that cost most on the exam (share × distance below the pass mark).

    Topics that the member has not answered come last, in the order of their share; an unknown member has none
    answered.
    """
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        topics = await banks.topics(tx, blueprint.banks)
        ids = [topic for topic, _, _, _ in topics]
        rows = await estimates.load(tx, [] if member is None else [member], ids, ())
        pools = await estimates.pools(tx, ids)
        answered = {} if member is None else await estimates.answered(tx, member)
    mark = blueprint.pass_mark
    lines = []
    for topic, slug, name, _ in topics:
        share = blueprint.topic_share(slug)
        if not share:
            continue
        estimate = topic_estimate(
            rows.learner(member or 0), rows.learner_topic(member or 0, topic), rows.topic(topic), pools[topic]
        )
        lines.append(TopicLine(slug, name, answered.get(topic, 0), share, estimate, state(estimate, mark)))
    return sorted(lines, key=lambda one: (not one.answers, -one.share * max(0.0, mark - one.estimate.p), one.name))
