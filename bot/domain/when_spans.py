"""Lengths of time in words, and places beside an exam or session: “2 hour 30 minute”, “1 day before my exam”."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

from bot.domain.days import ONE_DAY
from bot.domain.schedule import instant
from bot.domain.when_answers import Anchor, What, months_later
from bot.domain.when_words import No

_SECONDS = {"sec": 1, "minute": 60, "hour": 3600}
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
_AMOUNT = (
    r"(?:(?P<half>half(?: an?)?)|(?P<quarter>(?:a )?quarter(?: of)?(?: an?)?)|(?P<one>an?|the)"
    r"|(?P<number>\d{1,6}(?:\.\d{1,2})?)(?P<plus> and a half| 1/2)?)"
)
_PIECE = re.compile(
    rf"{_AMOUNT} (?P<unit>sec|minute|hour|day|week|month|year)(?P<after> and a half)?(?: ,)?(?: and)? ?"
)
SPAN = r"(?:(?:an?|the|half|quarter|of|and|,|1/2|\d{1,6}(?:\.\d{1,2})?|sec|minute|hour|day|week|month|year)(?: |$))+"
_LONGEST = timedelta(days=366 * 30)


@dataclass(frozen=True, slots=True)
class Span:
    """Months and days keep the wall time, seconds are real time."""

    months: int = 0
    days: int = 0
    seconds: int = 0

    @property
    def whole_days(self) -> bool:
        return not self.seconds

    def after(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The instant (UTC) this long after an aware one, with wall times of *zone*."""
        at = now
        if self.months or self.days:
            local = now.astimezone(zone)
            day = months_later(local.date(), self.months) + self.days * ONE_DAY
            at = instant(day, local.time(), zone)
        return at + timedelta(seconds=self.seconds)


def span(words: str) -> Span | None:
    """A length of time; None for other words. Raises No for one longer than a lifetime of exams."""
    words = words.strip(" ,")
    total = {"months": Fraction(0), "days": Fraction(0), "seconds": Fraction(0)}
    place, units = 0, set()
    while place < len(words):
        match = _PIECE.match(words, place)
        # A unit named twice, or a number without one, is a slip.
        if match is None or match["unit"] in units:
            return None
        units.add(match["unit"])
        _add(total, match)
        place = match.end()
    if not units or words.endswith(" and"):
        return None
    if total["months"].denominator > 1:
        return None
    found = Span(int(total["months"]), int(total["days"]), int(total["seconds"]))
    if timedelta(days=found.months * 30 + found.days, seconds=found.seconds) > _LONGEST:
        raise No("far")
    return found


def _add(total: dict[str, Fraction], match: re.Match[str]) -> None:
    amount = Fraction(match["number"] or (1 if match["one"] else 0))
    amount += Fraction(1, 4) if match["quarter"] else 0
    amount += Fraction(1, 2) if match["half"] or match["plus"] or match["after"] else 0
    unit = match["unit"]
    if unit in _SECONDS:
        total["seconds"] += amount * _SECONDS[unit]
    elif unit in _MONTHS:
        total["months"] += amount * _MONTHS[unit]
    else:
        whole = amount * _DAYS[unit]
        total["days"] += int(whole)
        total["seconds"] += (whole - int(whole)) * 86400


_MOMENT = (
    r"(?:(?:the|my|our|this|a|an) )?(?:(?:next|coming|upcoming|nearest|following) )?"
    r"(?:(?:review|study|tutoring|group|real|final|big|cpc) )?(?P<what>exam|session)"
    r"(?: (?:date|day|time|starting|begins|is))?"
)
_BESIDE = re.compile(rf"(?:in )?(?P<span>{SPAN})(?P<way>before|prior to|ahead of|after|following) {_MOMENT}")
_DAY_OF = re.compile(rf"(?:(?:the )?day of {_MOMENT})|(?:(?:the|my) )?(?P<day>exam|session) day")
_AT = re.compile(rf"(?:when |(?:the )?starting of |the )?{_MOMENT}")
_BEFORE = re.compile(rf"(?P<way>before|prior to|after) {_MOMENT}")


@dataclass(frozen=True, slots=True)
class Beside:
    """Words beside an exam or session; *open* lacks how long, *of* is about the day and not the moment."""

    anchor: Anchor
    open: Literal["before", "after"] | None = None
    of: bool = False


def beside(words: str) -> Beside | None:
    """A place beside an exam or session, without a wall time; None for other words. Raises No for a wrong length."""
    if "exam" not in words and "session" not in words:
        return None
    match = _BESIDE.fullmatch(re.sub(r"^(?=(?:day|week|month) (?:before|prior|ahead|after|following)\b)", "1 ", words))
    if match:
        length = span(match["span"])
        if length is None:
            return None
        sign = -1 if match["way"] in ("after", "following") else 1
        seconds = timedelta(seconds=sign * length.seconds)
        return Beside(Anchor(_what(match["what"]), seconds, sign * length.days, sign * length.months))
    match = _DAY_OF.fullmatch(words)
    if match:
        return Beside(Anchor(_what(match["what"] or match["day"])), of=True)
    match = _BEFORE.fullmatch(words)
    if match:
        return Beside(Anchor(_what(match["what"])), open="after" if match["way"] == "after" else "before")
    match = _AT.fullmatch(words)
    return Beside(Anchor(_what(match["what"]))) if match else None


def _what(word: str) -> What:
    return "exam" if word == "exam" else "session"
