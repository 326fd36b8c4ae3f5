"""Why a question was missed, in the member's own word, and what that says about a section."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FEWEST_TAGGED = 4
"""Tagged misses in a section before anything is said of it."""
STANDS_OUT = 0.4
"""A reason is worth saying when it explains at least this share; with five reasons, chance alone gives 0.2."""


class Reason(StrEnum):
    """The one-tap answers to “why did I miss it?”."""

    MISREAD = "misread"
    DID_NOT_KNOW = "did-not-know"
    WRONG_RULE = "wrong-rule"
    OUT_OF_TIME = "out-of-time"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class Pattern:
    """“Half of your misses in Guidelines are misreadings”: *count* of the *tagged* misses in a section."""

    section: str
    reason: Reason
    count: int
    tagged: int

    @property
    def share(self) -> float:
        """The part of the tagged misses that this reason explains, 0 to 1."""
        return self.count / self.tagged


def summary(counts: Mapping[str, Mapping[Reason, int]]) -> list[Pattern]:
    """What stands out in each section, the reason behind most misses first.

    *counts* are a member's tagged misses by section and reason. A section is passed over with fewer than four tagged
    misses, where no reason reaches 40 %, and where two share the lead: then nothing honest fits one sentence.
    """
    found = []
    for section, reasons in counts.items():
        tagged = sum(reasons.values())
        if tagged < FEWEST_TAGGED:
            continue
        most = max(reasons.values())
        leaders = [reason for reason, count in reasons.items() if count == most]
        if len(leaders) == 1 and most >= STANDS_OUT * tagged:
            found.append(Pattern(section, leaders[0], most, tagged))
    return sorted(found, key=lambda one: (-one.count, -one.share, one.section))
