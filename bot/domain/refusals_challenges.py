"""What decisions about challenged questions can refuse."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.refusals import Refusal


@dataclass(eq=False)
class NoSuchChallenge(Refusal):
    """No challenge of the tutor's group has that number."""


@dataclass(eq=False)
class ChallengeSettled(Refusal):
    """Another tutor decided before, or the same one a moment ago."""


@dataclass(eq=False)
class QuestionMoved(Refusal):
    """The question was changed after the tutor had seen it."""


@dataclass(eq=False)
class NothingChanged(Refusal):
    """The question is as the tutor wants it already."""


@dataclass(eq=False)
class UnsoundQuestion(Refusal):
    """What the tutor wrote could not be asked; *problem* says why."""

    problem: str


@dataclass(eq=False)
class NotWithdrawn(Refusal):
    """The question is asked and counts already."""


@dataclass(eq=False)
class SharedQuestion(Refusal):
    """Other servers are asked the question too, so that only the operator can take it back in."""
