"""How much members have learnt in a period: then and now, by the same questions' difficulties."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from bot.domain.blueprint import Blueprint
from bot.domain.estimates import (
    PRIOR_ITEM,
    PRIOR_LEARNER_TOPIC,
    Gaussian,
    SectionPart,
    TopicPart,
    readiness,
    topic_estimate,
)
from bot.domain.questions import slug
from bot.domain.standings import Growth, Improvement, Window, improved
from bot.storage import banks, estimates, snapshots, standings
from bot.storage.database import Transaction
from bot.storage.estimates import Rows
from bot.storage.snapshots import Own


class Exam:
    """A blueprint with what is believed today of its topics and items."""

    def __init__(
        self, blueprint: Blueprint, kept: Mapping[str, int], rows: Rows, pools: Mapping[int, Gaussian]
    ) -> None:
        self._blueprint = blueprint
        # A topic without a bank tells nothing of anybody's growth.
        self._sections = [
            (one.weight, [kept[slug(name)] for name in one.topics if slug(name) in kept]) for one in blueprint.sections
        ]
        self._rows = rows
        self._pools = pools

    @property
    def known(self) -> bool:
        return any(weight > 0 and topics for weight, topics in self._sections)

    def share(self, own: Own) -> tuple[float, float]:
        """(expected share right over the exam, sd of what is unknown of the member)."""
        parts = []
        for weight, topics in self._sections:
            found = []
            for topic in topics:
                belief = own.topics.get(topic, PRIOR_LEARNER_TOPIC)
                pool = self._pools.get(topic, PRIOR_ITEM)
                found.append(
                    TopicPart(topic_estimate(own.learner, belief, self._rows.topic(topic), pool), belief.variance)
                )
            parts.append(SectionPart(weight, tuple(found)))
        odds = readiness(parts, own.learner.variance, self._blueprint.pass_mark, self._blueprint.questions)
        return odds.mean, odds.knowledge_sd


async def exam(tx: Transaction, blueprint: Blueprint) -> Exam:
    """The exam as it is believed to be today."""
    kept: dict[str, tuple[int, int]] = {}
    for topic, name, _, live in await banks.topics(tx, blueprint.banks):
        if name not in kept or kept[name][1] < live:
            kept[name] = (topic, live)
    ids = [topic for topic, _ in kept.values()]
    return Exam(
        blueprint,
        {name: topic for name, (topic, _) in kept.items()},
        await estimates.load(tx, (), ids, ()),
        await estimates.pools(tx, ids),
    )


async def improvements(
    tx: Transaction, group_id: int, over: Window, blueprint: Blueprint, today: date
) -> list[Improvement] | None:
    """The most improved of a window, of those who answered a rated question in it; None without a beginning."""
    assert over.first is not None
    assert over.last is not None
    begun = await snapshots.first_from(tx, group_id, over.first)
    if begun is None or begun > over.last.isoformat():
        return None
    until = None
    if over.last < today:
        until = await snapshots.first_from(tx, group_id, over.last + timedelta(days=1))
    ids = await snapshots.ids(tx, group_id, list(await standings.days(tx, group_id, over)))
    before = await snapshots.at(tx, ids, begun)
    after = await snapshots.at(tx, list(before), until)
    reckoned = await exam(tx, blueprint)
    if not reckoned.known:
        return []
    rows = []
    for member, then in before.items():
        now = after.get(member)
        if now is not None and now.counted > then.counted:
            rows.append(Growth(ids[member], *reckoned.share(then), *reckoned.share(now), now.counted - then.counted))
    return improved(rows)
