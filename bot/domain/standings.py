"""The board: periods, points and ranks, and the boards that a weaker member can win."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import floor, sqrt

from bot.domain.estimates import GUESS_FLOOR, LEARNER_DRIFT, RANGE_Z, READINESS_KNOWLEDGE_SD

POINTS_RIGHT = 1
AVERAGE_WORTH = 10
LEAST_WORTH, MOST_WORTH = 8, 15
WORTH_PER_LOGIT = 2.5
"""An item that only one in five average members would know (2 logits) reaches the most."""
MIN_PEOPLE = 3
"""A round that fewer take part in gives no points: nobody climbs a board alone."""


class Span(StrEnum):
    """Over what time a board counts."""

    WEEK = "week"
    MONTH = "month"
    ALL = "all"


def period(span: Span, day: date) -> str:
    """The name of the period that `day` is in, such as week:2026-W47, month:2026-11 or all."""
    if span is Span.WEEK:
        year, week, _ = day.isocalendar()
        return f"week:{year}-W{week:02}"
    if span is Span.MONTH:
        return f"month:{day:%Y-%m}"
    return "all"


def bounds(span: Span, day: date) -> tuple[date, date] | None:
    """First and last day of that period; None where it has none."""
    if span is Span.WEEK:
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=6)
    if span is Span.MONTH:
        first = day.replace(day=1)
        following = (first + timedelta(days=31)).replace(day=1)
        return first, following - timedelta(days=1)
    return None


def points(*, correct: bool, counted: bool) -> int:
    """What a rated answer earns: the same for a quick one and a slow one, nothing for a repeated question."""
    return POINTS_RIGHT if correct and counted else 0


def worth(difficulty: float) -> int:
    """Points for a right answer: 10 for an average item, more for a harder one, from 8 to 15.

    *difficulty* in logits: the topic's mean plus the item's, 0 for the average. It is taken when the round opens and
    kept with it, so that it is the same for all and no answer changes it. Bounded, so that the hardest question is
    worth less than two of the easiest, and an easy one is still worth turning up for.
    """
    points = floor(AVERAGE_WORTH + WORTH_PER_LOGIT * difficulty + 0.5)
    return min(MOST_WORTH, max(LEAST_WORTH, points))


def round_points(worth: int, *, right: bool, counted: bool, people: int) -> int:
    """What a rated answer earns in a round of *worth* in which *people* took part, tutors not counted.

    Nothing for a wrong one, for a repeated question (not *counted*), or while fewer than three took part: when the
    third answers, those of the first two count as well. How fast an answer came plays no part.
    """
    return worth if right and counted and people >= MIN_PEOPLE else 0


class Period(StrEnum):
    """What a member can ask a board for."""

    THIS_WEEK = "this-week"
    LAST_WEEK = "last-week"
    MONTH = "month"
    SEASON = "season"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Season:
    """A stretch of time that tutors named, both days included. Raises ValueError where it ends before it begins."""

    name: str
    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a season ends after it began")

    @property
    def key(self) -> str:
        """Its name as a period: that of its first day, since two seasons never share a day."""
        return f"season:{self.first.isoformat()}"

    def overlaps(self, other: Season) -> bool:
        """Whether the two share a day."""
        return self.first <= other.last and other.first <= self.last


def season_on(seasons: Sequence[Season], day: date) -> Season | None:
    """The season that *day* is in, else the last one that is over, so that its board can still be read."""
    begun = [season for season in seasons if season.first <= day]
    return max(begun, key=lambda season: season.first, default=None)


@dataclass(frozen=True, slots=True)
class Window:
    """A period's name (the key of its summary rows) and its first and last day; both None for all time."""

    key: str
    first: date | None
    last: date | None


def window(which: Period, day: date, seasons: Sequence[Season] = ()) -> Window | None:
    """Which days a board counts, seen from *day* in the group's zone; None for a season where there was none yet."""
    if which is Period.SEASON:
        season = season_on(seasons, day)
        return None if season is None else Window(season.key, season.first, season.last)
    if which is Period.ALL:
        return Window(period(Span.ALL, day), None, None)
    span = Span.MONTH if which is Period.MONTH else Span.WEEK
    if which is Period.LAST_WEEK:
        day -= timedelta(days=7)
    first, last = bounds(span, day) or (None, None)
    return Window(period(span, day), first, last)


@dataclass(frozen=True, slots=True)
class Standing:
    """One member's line on a board."""

    rank: int
    user_id: int
    points: int
    answered: int


def ranked(rows: Sequence[tuple[int, int, int]]) -> list[Standing]:
    """Ranks for (user, points, answered) rows: equal points share a rank and the next one is skipped (1, 1, 3)."""
    board: list[Standing] = []
    for place, (user, score, answered) in enumerate(sorted(rows, key=lambda row: (-row[1], row[0])), start=1):
        tied = board and board[-1].points == score
        board.append(Standing(board[-1].rank if tied else place, user, score, answered))
    return board


@dataclass(frozen=True, slots=True)
class Growth:
    """A member's expected share right over the exam at a period's beginning and at its end, with knowledge sds.

    Both are to be reckoned with *today's* topic and item rows and the member's own rows of the two days, so that an
    item's difficulty that has become known better is not taken for learning. *answers*: the counted ones in between.
    """

    user_id: int
    before: float
    before_sd: float
    after: float
    after_sd: float
    answers: int

    @property
    def gain(self) -> float:
        return self.after - self.before

    @property
    def sd(self) -> float:
        """How far the estimate of somebody who learns nothing would stray in the period.

        An estimate moves by what it learns: the variance that it loses, plus what the model gave back an answer (at
        the steepest slope). Never under half of the beginning's sd: slopes differ between low and high shares.
        """
        steepest = (1.0 - GUESS_FLOOR) / 4.0
        regained = self.answers * LEARNER_DRIFT * steepest * steepest
        moved = self.before_sd * self.before_sd + regained - self.after_sd * self.after_sd
        return max(sqrt(max(0.0, moved)), self.before_sd / 2.0)

    @property
    def low(self) -> float:
        """The gain's lower end: 1.28 sd below it."""
        return self.gain - RANGE_Z * self.sd


@dataclass(frozen=True, slots=True)
class Improvement:
    """A line of the most-improved board: the *gain* in expected share right and its lower end."""

    rank: int
    user_id: int
    gain: float
    low: float


def improved(rows: Sequence[Growth]) -> list[Improvement]:
    """The most improved first, by the lower end of the gain; ties share a rank.

    Only members whose gain is above 1.28 of its sd count, and only those who were known at the beginning (the gate of
    readiness, sd ≤ 0.10): a newcomer's estimate moves because they become known, not because they learnt. A member
    who started low has as good a chance as one who started high. By luck alone about one in ten of those who learnt
    nothing gets on the board (simulated with 8 topics and 60 answers), seldom near its top.
    """
    sure = [row for row in rows if row.before_sd <= READINESS_KNOWLEDGE_SD and row.answers > 0 and row.low > 0.0]
    sure.sort(key=lambda row: (-row.low, row.user_id))
    ranks = _ranks([row.low for row in sure])
    return [Improvement(rank, row.user_id, row.gain, row.low) for rank, row in zip(ranks, sure, strict=True)]


@dataclass(frozen=True, slots=True)
class Consistency:
    """A line of the most-consistent board: on how many of the period's quiz days so far a member answered."""

    rank: int
    user_id: int
    days: int
    quiz_days: int


def consistent(days: Mapping[int, int], quiz_days: int) -> list[Consistency]:
    """The most consistent first: quiz days with a rated answer, right or wrong, by user; ties share a rank.

    *quiz_days* are those of the period up to today and the same for all, so that who joined late cannot be ahead with
    one day of one. Who answered on none is left out; more days than there were count as all.
    """
    rows = [(min(count, quiz_days), user) for user, count in days.items()]
    rows = sorted((row for row in rows if row[0] > 0), key=lambda row: (-row[0], row[1]))
    ranks = _ranks([count for count, _ in rows])
    return [Consistency(rank, user, count, quiz_days) for rank, (count, user) in zip(ranks, rows, strict=True)]


def _ranks(scores: Sequence[float]) -> list[int]:
    """Ranks of scores that are sorted already, best first: equal ones share a rank, the next is skipped (1, 1, 3)."""
    ranks: list[int] = []
    for place, score in enumerate(scores):
        ranks.append(ranks[-1] if place and scores[place - 1] == score else place + 1)
    return ranks
