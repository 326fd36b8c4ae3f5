"""What can be refused, by kind and with its values. The sentences stand with those who speak to members."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class Refusal(Exception):
    """The rules say no. Every kind has its sentence in `cogs/texts.py`; a test compares the two."""


@dataclass(eq=False)
class NotSetUp(Refusal):
    """This server has no study group yet."""


@dataclass(eq=False)
class NoSuchRound(Refusal):
    """The button belongs to no round that is kept (a deleted one, or a made-up id)."""


@dataclass(eq=False)
class NotYourRound(Refusal):
    """Somebody pressed a button of another member's practice, or of another server's round."""


@dataclass(eq=False)
class NoSuchChoice(Refusal):
    """The choice is not among the question's options."""


@dataclass(eq=False)
class RoundClosed(Refusal):
    """The press came after closing."""

    round_id: int
    closed_at: datetime


@dataclass(eq=False)
class QuestionVoided(Refusal):
    """The question was withdrawn: it takes no answers and counts nowhere."""


@dataclass(eq=False)
class NotMissed(Refusal):
    """The member says why they missed a question that their answer did not miss."""


@dataclass(eq=False)
class NotAnswered(Refusal):
    """The member asks for the result of a round that they did not answer."""


@dataclass(eq=False)
class StillOpen(Refusal):
    """The result is shown when the round closes, and it has not closed yet."""

    closes_at: datetime


@dataclass(eq=False)
class NoQuestions(Refusal):
    """Nothing to ask: no live question (of this topic, where one is named)."""

    topic: str | None = None


@dataclass(eq=False)
class UnknownTopic(Refusal):
    """No topic of the group's exam is called that."""

    words: str
    nearest: tuple[str, ...] = ()


@dataclass(eq=False)
class MissingPermissions(Refusal):
    """The bot may not do its work in the channel; `names` are Discord's names of the rights."""

    channel_id: int
    names: tuple[str, ...]


@dataclass(eq=False)
class NeedsTextChannel(Refusal):
    """The channel cannot hold the daily question and its threads."""


@dataclass(eq=False)
class NeedsAdmin(Refusal):
    """Only those who manage the server may do this."""


@dataclass(eq=False)
class NeedsTutor(Refusal):
    """Only tutors and those who manage the server may do this."""


@dataclass(eq=False)
class OnlyInServer(Refusal):
    """The command was used in a direct message."""


@dataclass(eq=False)
class BadTime(Refusal):
    """A time of day that could not be read."""

    words: str


@dataclass(eq=False)
class BadWeekdays(Refusal):
    """Days of the week that could not be read."""

    words: str


@dataclass(eq=False)
class UnknownZone(Refusal):
    """No time zone, city or country is called that."""

    words: str


@dataclass(eq=False)
class BadDay(Refusal):
    """A day to come that could not be read, or that is gone by."""

    words: str


@dataclass(eq=False)
class NotPaused(Refusal):
    """The streak is to be resumed, and no pause is under way."""


@dataclass(eq=False)
class UnknownExam(Refusal):
    """There is no such blueprint."""

    words: str
    known: tuple[str, ...]


@dataclass(eq=False)
class UnknownPeriod(Refusal):
    """No period of the board is called that."""

    words: str


@dataclass(eq=False)
class NoSeason(Refusal):
    """The group has no season yet."""


@dataclass(eq=False)
class BadSeason(Refusal):
    """A season's days that could not be read, come in the wrong order, or are more than a year apart."""

    first: str
    last: str


@dataclass(eq=False)
class SeasonTaken(Refusal):
    """A season would share days with another one."""

    name: str
    first: str
    last: str


@dataclass(eq=False)
class BadExamDay(Refusal):
    """The day of an exam that could not be read, or that is no day from today to two years on."""

    words: str


@dataclass(eq=False)
class ExamOver(Refusal):
    """The exam would have begun already."""

    at: datetime


@dataclass(eq=False)
class TooManyExams(Refusal):
    """A member has as many exams ahead as one can have."""

    most: int


@dataclass(eq=False)
class NoSuchExam(Refusal):
    """The exam is no longer kept, or never was, or its member shows it to nobody."""


@dataclass(eq=False)
class NotYourExam(Refusal):
    """A button about somebody else's exam."""


@dataclass(eq=False)
class ExamAhead(Refusal):
    """The member says how an exam went that has not begun."""

    at: datetime


@dataclass(eq=False)
class OutcomeKept(Refusal):
    """The question how it went was answered before."""


@dataclass(eq=False)
class NotPassed(Refusal):
    """The group is to be told of a pass that the member did not tell of."""


@dataclass(eq=False)
class NotFailed(Refusal):
    """A score report of an exam that the member did not call failed."""


@dataclass(eq=False)
class BadReport(Refusal):
    """A line of a score report that could not be read."""

    line: str


@dataclass(eq=False)
class EmptyReport(Refusal):
    """A score report without any number."""


@dataclass(eq=False)
class NotResting(Refusal):
    """Boards and pings are to come back, and do not rest."""


@dataclass(eq=False)
class NoUpkeep(Refusal):
    """The exam's file says nothing of continuing education."""

    exam: str


@dataclass(eq=False)
class LooksLikeIndex(Refusal):
    """A title looks like an index number of an approved event, which must not be shared."""


@dataclass(eq=False)
class LooksLikeAnswers(Refusal):
    """A title looks like answers to a quiz for units, which must not be shared."""


@dataclass(eq=False)
class NoWords(Refusal):
    """A title without a letter."""


@dataclass(eq=False)
class BadUnits(Refusal):
    """A number of units that is no half step, or out of bounds."""

    words: str


@dataclass(eq=False)
class UnknownKind(Refusal):
    """The exam's file knows no such kind of units."""

    words: str
    known: tuple[str, ...]


@dataclass(eq=False)
class OutsideCycle(Refusal):
    """A day of completion that could not be read, or that lies outside the cycle so far."""

    words: str
    first: str
    last: str


@dataclass(eq=False)
class UnitsKept(Refusal):
    """The same title stands on that day already."""

    day: str


@dataclass(eq=False)
class TooManyUnits(Refusal):
    """A member has as many entries in a cycle as one can have."""

    most: int


@dataclass(eq=False)
class NoSuchUnits(Refusal):
    """The entry is no longer kept, or never was the member's."""


@dataclass(eq=False)
class BadCycle(Refusal):
    """The end of a cycle that could not be read, or that is further away than a cycle is long."""

    words: str
    months: int


@dataclass(eq=False)
class StaleButton(Refusal):
    """A button that this version of the bot does not make (or somebody else's invention)."""


@dataclass(eq=False)
class NotUnderstood(Refusal):
    """Words for a time that could not be read, or that give none; `example` is one that works."""

    reason: str
    words: str
    example: str
