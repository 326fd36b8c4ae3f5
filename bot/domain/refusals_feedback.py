"""What peer feedback can refuse, by kind and with its values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.refusals import Refusal


@dataclass(eq=False)
class NoSuchAsk(Refusal):
    """The question is no longer kept, or belongs to another server, or was removed."""


@dataclass(eq=False)
class NotYourAsk(Refusal):
    """Only who asked may do this."""


@dataclass(eq=False)
class LeftServer(Refusal):
    """Somebody who is no longer in the server presses in a direct message."""


@dataclass(eq=False)
class OwnAsk(Refusal):
    """The asker wants to review their own question."""


@dataclass(eq=False)
class AskLocked(Refusal):
    """The question's thread is locked."""


@dataclass(eq=False)
class AlreadyResolved(Refusal):
    """The question was resolved before; `noted` says whether what was written now was kept all the same."""

    noted: bool


@dataclass(eq=False)
class NotResolved(Refusal):
    """A question is to be opened again that is open."""


@dataclass(eq=False)
class NotInvited(Refusal):
    """The question is for invited reviewers only."""


@dataclass(eq=False)
class NothingMissing(Refusal):
    """A question is to be posted again whose messages are all there, or on their way."""


@dataclass(eq=False)
class TooManyOpen(Refusal):
    """A member has as many open questions as one can have."""

    most: int


@dataclass(eq=False)
class TooManyAsks(Refusal):
    """A member asked as often as one can within a day."""

    most: int
    again_at: datetime


@dataclass(eq=False)
class TooManyReviews(Refusal):
    """A member gave feedback as often as one can within a day."""

    most: int
    again_at: datetime


@dataclass(eq=False)
class TooManyFollowUps(Refusal):
    """A member added or answered as often as one can within a day."""

    most: int
    again_at: datetime


@dataclass(eq=False)
class NoSuchReview(Refusal):
    """The feedback is no longer kept, or was removed."""


@dataclass(eq=False)
class NotYourReview(Refusal):
    """Only who wrote the feedback may do this."""


@dataclass(eq=False)
class OwnReview(Refusal):
    """A member marks what they wrote themselves."""


@dataclass(eq=False)
class ReviewRemoved(Refusal):
    """The reviewer's feedback on this question was removed by a tutor."""


@dataclass(eq=False)
class AlreadyMarked(Refusal):
    """The asker said the same of the feedback before."""


@dataclass(eq=False)
class BadScores(Refusal):
    """Scores that could not be read."""

    words: str


@dataclass(eq=False)
class EmptyText(Refusal):
    """A text in which there is nothing to read."""


@dataclass(eq=False)
class TooLong(Refusal):
    """A text with more characters than there is room for."""

    most: int
    count: int


@dataclass(eq=False)
class TooManyFiles(Refusal):
    """More files than a question takes."""

    most: int


@dataclass(eq=False)
class BadFile(Refusal):
    """A file of a kind or size that a question does not take."""

    name: str
    megabytes: int


@dataclass(eq=False)
class LostFile(Refusal):
    """A file that could not be fetched."""

    name: str


@dataclass(eq=False)
class NoSuchDraft(Refusal):
    """What was written is posted already, or was put away for longer than a draft is kept."""


@dataclass(eq=False)
class NotYourMessage(Refusal):
    """Feedback is asked for on somebody else's message."""


@dataclass(eq=False)
class NothingWritten(Refusal):
    """Feedback is asked for on a message without words."""


@dataclass(eq=False)
class NeedsRights(Refusal):
    """The bot may not do its work in the channel for feedback; `names` are Discord's names of the rights."""

    channel_id: int
    names: tuple[str, ...]


@dataclass(eq=False)
class NoSuchReflection(Refusal):
    """The note is deleted already, or somebody else's."""
