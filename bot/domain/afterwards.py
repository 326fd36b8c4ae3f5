"""After a session: what the poll may tell a tutor, and how what was taught comes up in the daily question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.instants import DAY_MS, MINUTE_MS
from bot.domain.questions import slug

ASKED_AFTER_MS = 10 * MINUTE_MS
"""So long after its end a session is asked about."""
FEWEST = 3
"""No figure of the poll stands for fewer."""
TAUGHT_MS = 5 * DAY_MS
TAUGHT_GAIN = 3.0
"""For five days a topic that was taught comes up three times as often as its weight says."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many found a topic clearer and how many not yet. `waiting` answers are not in it yet."""

    topic: str
    clearer: int
    not_yet: int
    waiting: int


def tally(topic: str, answers: Sequence[bool]) -> Tally | None:
    """The figures of a topic from its answers (True: clearer) in the order in which they came; None for fewer than 3.

    Answers are taken three at a time, since two looks must not tell what one member said between them.
    """
    kept = answers[: len(answers) // FEWEST * FEWEST]
    if not kept:
        return None
    return Tally(topic, sum(kept), len(kept) - sum(kept), len(answers) - len(kept))


def taught(sessions: Iterable[tuple[Sequence[str], int]], now_ms: int) -> Mapping[str, float]:
    """By what a topic's weight (by its slug) is multiplied; the sessions are (topics' names, end in ms)."""
    return {
        slug(topic): TAUGHT_GAIN
        for topics, ended_at in sessions
        if ended_at <= now_ms < ended_at + TAUGHT_MS
        for topic in topics
    }
