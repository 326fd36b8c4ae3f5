"""The learner model once more from the beginning: what the kept answers say the estimates must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.estimates import Abilities, Gaussian, item_prior, update
from bot.storage import estimates
from bot.storage.database import Database
from bot.storage.estimates import Rows


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many answers were replayed, how many kept rows there are, and how many differ in any bit."""

    answers: int
    rows: int
    different: int


async def replay(database: Database) -> Comparison:
    """Replay the counted answers in their sequence and compare with the kept rows, to the last bit."""
    async with database.read() as tx:
        answers = await estimates.sequence(tx)
        kept = await estimates.everything(tx)
        difficulties = await estimates.difficulties(tx)
    made = Rows()
    made.items = {question: item_prior(difficulty) for question, difficulty in difficulties.items()}
    for member, topic, question, correct in answers:
        then = update(
            Abilities(made.learner(member), made.learner_topic(member, topic), made.topic(topic), made.item(question)),
            correct,
        )
        made.learners[member] = then.learner
        made.learner_topics[member, topic] = then.learner_topic
        made.topics[topic] = then.topic
        made.items[question] = then.item
    pairs: list[tuple[Mapping[Any, Gaussian], Mapping[Any, Gaussian]]] = [
        (kept.learners, made.learners),
        (kept.learner_topics, made.learner_topics),
        (kept.topics, made.topics),
        (kept.items, made.items),
    ]
    different = sum(
        1 for ours, theirs in pairs for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)
    )
    return Comparison(len(answers), sum(len(ours) for ours, _ in pairs), different)
