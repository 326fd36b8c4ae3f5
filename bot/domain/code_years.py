"""The year of the code sets that an exam goes by, and which questions have to be looked at when it changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

NOTICE = timedelta(days=14)
"""So long before a new code year tutors are told what will wait."""
AHEAD = timedelta(days=60)
"""So long before it questions can be confirmed for it: the new books are out by then."""


@dataclass(frozen=True, slots=True)
class CodeYears:
    """From which day of the year an exam goes by a new code year.

    That year has the number of the day's own year, with *ahead* of the next one (a year that begins in October).
    *text* says it in words, as it was on the day *as_of*, by *source*.
    """

    month: int
    day: int
    text: str
    source: str
    as_of: date
    ahead: bool = False

    def begins(self, year: int) -> date:
        """The first day of a code year."""
        return date(year - 1 if self.ahead else year, self.month, self.day)

    def on(self, day: date) -> int:
        """The code year that the exam goes by on a day."""
        year = day.year + 1 if self.ahead else day.year
        return year if day >= self.begins(year) else year - 1

    def confirmable(self, day: date) -> int:
        """The code year for which tutors look at questions: the present one, near its end the next."""
        year = self.on(day)
        return year + 1 if day >= self.begins(year + 1) - AHEAD else year

    def announced(self, day: date) -> int | None:
        """The code year that begins soon enough to be told of; None where none does."""
        year = self.on(day) + 1
        return year if day >= self.begins(year) - NOTICE else None


def outdated(code_year: int | None, confirmed: int | None, year: int) -> bool:
    """Whether a question waits in a code year: it holds for an older one, and nobody has confirmed it for this."""
    return code_year is not None and max(code_year, confirmed or code_year) < year
