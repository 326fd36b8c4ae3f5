"""What members want a session about: how long a wish stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.domain.instants import DAY_MS

KEPT_MS = 60 * DAY_MS
MOST = 10
"""Wishes of one member that stand at once."""


def counted(wishes: Iterable[tuple[str, int]], names: Mapping[str, str], now_ms: int) -> list[tuple[str, int]]:
    """(topic's name, wishes) of the topics that are wished for, the most wanted first, from (slug, ms of the wish).

    `names` are the exam's topics by their slug; what is none of them, or older than sixty days, is left out.
    """
    found: dict[str, int] = {}
    for topic, wished_at in wishes:
        if topic in names and now_ms - wished_at < KEPT_MS:
            found[topic] = found.get(topic, 0) + 1
    return sorted(((names[topic], number) for topic, number in found.items()), key=lambda one: (-one[1], one[0]))
