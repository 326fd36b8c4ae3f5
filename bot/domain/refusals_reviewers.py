"""What invitations to review, and study buddies, can refuse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.refusals import Refusal


@dataclass(eq=False)
class NoSuchInvitation(Refusal):
    """The invitation is no longer kept: its question is gone."""


@dataclass(eq=False)
class NotYourInvitation(Refusal):
    """Somebody else was invited."""


@dataclass(eq=False)
class InvitationLapsed(Refusal):
    """It went on to somebody else."""


@dataclass(eq=False)
class InvitationPassed(Refusal):
    """The member passed it on before."""


@dataclass(eq=False)
class InvitationAccepted(Refusal):
    """The member accepted it before, and wants to pass now."""


@dataclass(eq=False)
class AskOver(Refusal):
    """The question was resolved, removed or locked meanwhile."""


@dataclass(eq=False)
class AlreadyLooking(Refusal):
    """The member is looking for a buddy already, or one was found and is being asked."""


@dataclass(eq=False)
class HasBuddy(Refusal):
    """The member has a buddy already."""


@dataclass(eq=False)
class NoBuddy(Refusal):
    """There is neither a buddy nor a search to end."""


@dataclass(eq=False)
class TooManySearches(Refusal):
    """A member looked for buddies as often as one can within a week."""

    most: int
    again_at: datetime


@dataclass(eq=False)
class NoSuchPair(Refusal):
    """The proposal is no longer kept, or is somebody else's."""


@dataclass(eq=False)
class PairOver(Refusal):
    """The proposal's time is over, or the pair has ended."""
