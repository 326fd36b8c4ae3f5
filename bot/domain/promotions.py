"""Reviews that become part of a question's explanation: how long, how many, and with which name."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.feedback import clean
from bot.domain.refusals_tutors import BadCredit

ADDITION = 900  # characters: with its name it fits into a field of a result
CREDIT = 40
MOST_ADDITIONS = 3


@dataclass(frozen=True, slots=True)
class Addition:
    """What a member added to an explanation; `credit` is the name that they chose, None for none."""

    text: str
    credit: str | None


def credit(words: str) -> str:
    """The name that somebody wants to be credited with, as one line. Raises BadCredit."""
    found = clean(" ".join(words.split()))
    if not found or len(found) > CREDIT:
        raise BadCredit(CREDIT)
    return found


def proposal(right_why: str, change: str, reading: str) -> str:
    """What of a review is offered to the tutor as the text of an addition: as much of it as fits, part by part."""
    text = ""
    for part in (right_why, change, reading):
        longer = f"{text}\n\n{part}" if text and part else text or part
        if len(longer) > ADDITION:
            return text or longer[: ADDITION - 1].rstrip() + "…"
        text = longer
    return text
