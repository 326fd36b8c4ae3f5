"""What tutors' work on feedback, reports and teach-backs can refuse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.refusals import Refusal


@dataclass(eq=False)
class OwnWork(Refusal):
    """A tutor wants to judge what they wrote themselves, or a report about it."""


@dataclass(eq=False)
class AlreadyEndorsed(Refusal):
    """The feedback has a tutor's endorsement already."""


@dataclass(eq=False)
class NotEndorsed(Refusal):
    """An endorsement is to be withdrawn that is not there."""


@dataclass(eq=False)
class PrivateFeedback(Refusal):
    """Feedback from a private thread is to become part of an explanation."""


@dataclass(eq=False)
class WriterGone(Refusal):
    """Nobody is left who could consent to a promotion."""


@dataclass(eq=False)
class AlreadyPromoted(Refusal):
    """The feedback is part of an explanation, or its writer is being asked."""


@dataclass(eq=False)
class PromotionRefused(Refusal):
    """The writer did not want it in an explanation."""


@dataclass(eq=False)
class TooManyAdditions(Refusal):
    """A question's explanation has as many additions as there is room for."""

    most: int


@dataclass(eq=False)
class NoSuchQuestion(Refusal):
    """No question of the group's exam has that key."""

    words: str


@dataclass(eq=False)
class NoSuchPromotion(Refusal):
    """The feedback that its writer was asked about is no longer there, or nobody was asked."""


@dataclass(eq=False)
class PromotionAnswered(Refusal):
    """The writer answered before."""


@dataclass(eq=False)
class Unnamed(Refusal):
    """Who reviewed without a name is not named in an explanation either."""


@dataclass(eq=False)
class BadCredit(Refusal):
    """A name for the credit that is empty or too long."""

    most: int


@dataclass(eq=False)
class OwnReport(Refusal):
    """A member reports what they wrote themselves."""


@dataclass(eq=False)
class AlreadyReported(Refusal):
    """The member reported this before, and tutors have not decided yet."""


@dataclass(eq=False)
class TooManyReports(Refusal):
    """A member reported as often as one can within a day."""

    most: int
    again_at: datetime


@dataclass(eq=False)
class NothingToReport(Refusal):
    """What is to be reported was removed, or is no longer kept."""


@dataclass(eq=False)
class NoSuchReport(Refusal):
    """The report is no longer kept, or belongs to another server."""


@dataclass(eq=False)
class ReportSettled(Refusal):
    """Another tutor decided on the report."""


@dataclass(eq=False)
class AlreadyLocked(Refusal):
    """The thread is locked already."""


@dataclass(eq=False)
class NotLocked(Refusal):
    """A thread is to be unlocked that is open."""
