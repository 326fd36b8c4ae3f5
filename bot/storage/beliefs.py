"""Rows of the learner model that are put in the place of others, a portion at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from bot.domain.estimates import Gaussian
from bot.storage import estimates
from bot.storage.database import Transaction
from bot.storage.estimates import Rows

TABLES = ("learners", "learner_topics", "topics", "items")


@dataclass(slots=True)
class Change:
    """Beliefs to be written, and those that are to be deleted, of which only the keys count."""

    made: Rows = field(default_factory=Rows)
    gone: Rows = field(default_factory=Rows)


async def changes(tx: Transaction, made: Rows, at_once: int) -> list[Change]:
    """What makes the kept beliefs equal to `made`, in portions of at most `at_once` rows."""
    steps = _steps(await estimates.everything(tx), made)
    found = []
    while portion := list(islice(steps, at_once)):
        one = Change()
        for table, key, value, stays in portion:
            getattr(one.made if stays else one.gone, table)[key] = value
        found.append(one)
    return found


def _steps(kept: Rows, made: Rows) -> Iterator[tuple[str, Any, Gaussian, bool]]:
    """(table, key, value, whether it is written) of each row that differs. Questions, and so items, are never gone."""
    for table in TABLES:
        old: Mapping[Any, Gaussian] = getattr(kept, table)
        new: Mapping[Any, Gaussian] = getattr(made, table)
        yield from ((table, key, value, True) for key, value in new.items() if old.get(key) != value)
        if table != "items":
            yield from ((table, key, value, False) for key, value in old.items() if key not in new)


async def change(tx: Transaction, one: Change) -> None:
    """Make one portion of the changes."""
    await estimates.save(tx, one.made)
    await tx.many(
        "DELETE FROM learner_estimates WHERE member_id = :id", [{"id": member} for member in one.gone.learners]
    )
    await tx.many(
        "DELETE FROM learner_topic_estimates WHERE member_id = :member AND topic_id = :topic",
        [{"member": member, "topic": topic} for member, topic in one.gone.learner_topics],
    )
    await tx.many("DELETE FROM topic_estimates WHERE topic_id = :id", [{"id": topic} for topic in one.gone.topics])
