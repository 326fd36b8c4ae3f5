"""An exam as data: sections with weights and topics, pass mark, length, and dated rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.questions import slug as topic_slug

if TYPE_CHECKING:
    from datetime import date

    from bot.domain.code_years import CodeYears


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the exam; *weight* is its share from 0 to 1, *topics* are full names."""

    name: str
    weight: float
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the exam in words, as it was on a day."""

    title: str
    text: str
    as_of: date


@dataclass(frozen=True, slots=True)
class UnitKind:
    """A kind of continuing education units: at least, and at most, so many of it count. In halves of a unit."""

    name: str
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What keeps the certificate valid, as it was on a day: so many *halves* of a unit in each cycle of *months*."""

    halves: int
    months: int
    text: str
    as_of: date
    kinds: tuple[UnitKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What an exam consists of.

    *pass_mark* is a share from 0 to 1; the sections' weights sum to 1. *banks* are values of a bank's
    `exam:`. *upkeep* and *code_years* are None where the file says nothing of them.
    """

    id: str
    name: str
    version: str
    pass_mark: float
    questions: int
    minutes: int
    banks: tuple[str, ...]
    sections: tuple[Section, ...]
    rules: tuple[Rule, ...] = ()
    upkeep: Upkeep | None = None
    code_years: CodeYears | None = None

    def section_of(self, slug: str) -> Section | None:
        """The section that a topic (by its slug) belongs to."""
        for section in self.sections:
            if any(topic_slug(topic) == slug for topic in section.topics):
                return section
        return None

    def topic_share(self, slug: str) -> float:
        """A topic's share of the exam, 0 to 1: its section's weight split evenly; 0 for an unknown topic."""
        section = self.section_of(slug)
        return section.weight / len(section.topics) if section is not None else 0.0

    def code_year(self, day: date) -> int | None:
        """The code year that the exam goes by on a day; None where its questions do not grow old."""
        return None if self.code_years is None else self.code_years.on(day)

    @property
    def topics(self) -> tuple[str, ...]:
        """Full names of all topics, in the order of the sections."""
        return tuple(topic for section in self.sections for topic in section.topics)
