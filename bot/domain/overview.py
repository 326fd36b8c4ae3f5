"""What tutors may know of a group: means over four members and more, in a form that gives no single one away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FEWEST_MEMBERS = 4
"""No figure stands for fewer."""
STEPS = 20
"""Figures are rounded to one in so many: to five points."""


@dataclass(frozen=True, slots=True)
class GroupTopic:
    """A topic's cells, a week each, the oldest first: the mean expected share of right answers, or None.

    *share* is the topic's part of the exam, 0 to 1.
    """

    name: str
    section: str
    share: float
    weeks: tuple[float | None, ...]

    def cost(self, mark: float) -> float:
        """What the topic costs on the exam by its newest cell: share × distance below *mark*."""
        newest = self.weeks[-1]
        return 0.0 if newest is None else self.share * max(0.0, mark - newest)


def cell(values: Sequence[float]) -> float | None:
    """The mean of members' estimates, given in the order in which the members came; None for fewer than four.

    Two looks at a cell, or two cells of a topic, must not tell what was added between them. So members are taken
    four at a time: those beyond the last whole four wait. And the mean is rounded to five points, so that one
    member's change does not show through it either.
    """
    kept = values[: len(values) // FEWEST_MEMBERS * FEWEST_MEMBERS]
    return round(sum(kept) / len(kept) * STEPS) / STEPS if kept else None


def by_cost(topics: Iterable[GroupTopic], mark: float) -> list[GroupTopic]:
    """Topics with a newest cell first, those first that cost most; then the lowest, by their cells alone."""

    def order(topic: GroupTopic) -> tuple[bool, float, float, str]:
        newest = topic.weeks[-1]
        return (newest is None, -topic.cost(mark), 1.0 if newest is None else newest, topic.name)

    return sorted(topics, key=order)
