"""After an exam that was not passed: reading its score report, and which gaps cost most."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.domain.blueprint import Section

_SHARE = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?) ?(?:%|percent)?", re.ASCII)
_PART = re.compile(r"(\d{1,3}) ?(?:/|of|out of) ?(\d{1,3})", re.ASCII)
_LINE = re.compile(r"(?P<name>.*?)\s*(?:[:=|\t]|\s[-–—]\s)\s*(?P<value>.*)")
_TAIL = re.compile(r"(?P<name>.*\D)\s+(?P<value>\d\S*(?: ?(?:%|percent|(?:/|out of|of) ?\d+))?)", re.ASCII)
_NOTHING = {"", "-", "–", "?", "n/a"}


@dataclass(frozen=True, slots=True)
class Gap:
    """A section of a report that lies below the pass mark; *weight*, *share* and *mark* from 0 to 1."""

    section: str
    weight: float
    share: float
    mark: float

    @property
    def cost(self) -> float:
        """Weight × distance to the pass mark: how much of the whole exam's score the section lacks."""
        return self.weight * (self.mark - self.share)


def gaps(report: Mapping[str, float], sections: Iterable[Section], mark: float) -> list[Gap]:
    """The sections of a report (shares from 0 to 1) below *mark*, those first that cost most.

    The rule is the one that topics are ordered by in a member's progress: weight × distance to the pass mark. Equal
    costs go by weight, then by name. A section that the report does not have is no gap.
    """
    found = [
        Gap(one.name, one.weight, report[one.name], mark)
        for one in sections
        if one.name in report and report[one.name] < mark
    ]
    return sorted(found, key=lambda one: (-one.cost, -one.weight, one.section))


def read_percent(text: str) -> float | None:
    """Percent from words: '62', '62 %', '62,5', '31/50'; None where nothing is given. Raises ValueError."""
    words = " ".join(text.lower().split())
    if words in _NOTHING:
        return None
    if match := _PART.fullmatch(words):
        right, of = int(match[1]), int(match[2])
        if 0 < of >= right:
            return right / of * 100
    elif match := _SHARE.fullmatch(words):
        percent = float(match[1].replace(",", "."))
        # 0.62 could be 62 % or less than one; nobody gets less than one.
        if percent == 0 or 1 <= percent <= 100:
            return percent
    raise ValueError(f"{text[:40]!r} is no percentage")


def read_report(text: str, sections: Sequence[Section]) -> tuple[dict[str, float], list[str]]:
    """Percent by section from lines such as 'Anatomy: 62 %', and the lines that cannot be read.

    Lines without a number are passed over. A section is named in full, or by a beginning that only it has.
    """
    found: dict[str, float] = {}
    unread = []
    for line in text.splitlines():
        words = " ".join(line.split()).strip("•*- ")
        match = _LINE.fullmatch(words) or _TAIL.fullmatch(words)
        if not words or (match is None and _section(words, sections) is not None):
            continue
        name = None if match is None else _section(match["name"], sections)
        if match is None or name is None or name in found:
            unread.append(line.strip())
            continue
        try:
            percent = read_percent(match["value"])
        except ValueError:
            unread.append(line.strip())
            continue
        if percent is not None:
            found[name] = percent
    return found, unread


def _section(words: str, sections: Sequence[Section]) -> str | None:
    wanted = words.strip(" :=-").casefold()
    names = [one.name for one in sections]
    exact = [name for name in names if name.casefold() == wanted]
    begins = [name for name in names if len(wanted) >= 3 and name.casefold().startswith(wanted)]
    found = exact or begins
    return found[0] if len(found) == 1 else None
