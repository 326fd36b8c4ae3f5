"""What proposing questions, reviewing them and looking after a bank can refuse."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.refusals import Refusal


class Flaw(StrEnum):
    """What keeps a form's texts from being a question."""

    NO_TOPIC = "no-topic"
    NO_STEM = "no-stem"
    FEW_OPTIONS = "few-options"
    MANY_OPTIONS = "many-options"
    NO_RIGHT = "no-right"
    ALL_RIGHT = "all-right"
    SAME_OPTION = "same-option"
    NO_EXPLANATION = "no-explanation"
    TOO_LONG = "too-long"


@dataclass(eq=False)
class NotAskable(Refusal):
    """The form's texts make no question that could be asked."""

    flaws: tuple[Flaw, ...]


@dataclass(eq=False)
class TooManySuggestions(Refusal):
    """As many suggestions of the member wait as may."""

    most: int


@dataclass(eq=False)
class NoSuchSuggestion(Refusal):
    """The suggestion is no longer kept, is somebody else's, or belongs to another server."""


@dataclass(eq=False)
class SuggestionDecided(Refusal):
    """Another tutor has decided, or its author took it back."""


@dataclass(eq=False)
class SuggestionChanged(Refusal):
    """It was changed after it was shown: what would be approved is not what was read."""


@dataclass(eq=False)
class OwnSuggestion(Refusal):
    """A tutor wants to decide about their own suggestion, and there is another tutor."""


@dataclass(eq=False)
class InBankAlready(Refusal):
    """The group's bank has the same question."""

    key: str


@dataclass(eq=False)
class NotInBank(Refusal):
    """The question is not, or no longer, one that this group is asked."""


@dataclass(eq=False)
class WaitsForTutor(Refusal):
    """The question holds for an older code year, and no tutor has looked at it for this one."""

    year: int


@dataclass(eq=False)
class NotWaiting(Refusal):
    """The question does not wait for a code year any more."""
