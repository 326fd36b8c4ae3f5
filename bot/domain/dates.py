"""Days to come, in a member's words."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.domain.schedule import DAY_NAMES

FURTHEST = timedelta(days=366)
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_LENGTH = re.compile(r"(?:in |for )?(a|an|one|\d{1,3}) (day|week|month)s?")
_LENGTHS = {"day": 1, "week": 7, "month": 30}
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY_MONTH = re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\.? (?:of )?(?P<month>[a-z]{3,})\.?(?: (?P<year>\d{4}))?")
_MONTH_DAY = re.compile(r"(?P<month>[a-z]{3,})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?(?: (?P<year>\d{4}))?")


def parse_day(text: str, today: date, furthest: timedelta = FURTHEST) -> date:
    """A day from today to a year on: 'tomorrow', 'friday', 'in 10 days', '2 weeks', '20 March', '2026-03-20'.

    A day of the week is the next one after today. Raises ValueError for anything else: 3/4 is a day in two months;
    and for a day more than *furthest* away.
    """
    words = " ".join(text.lower().replace(",", " ").split())
    words = re.sub(r"^(?:until|till|to|on|next) ", "", words)
    day = _read(words, today)
    if day is None or not today <= day <= today + furthest:
        raise ValueError(f"{text[:40]!r} is no day from today to {furthest.days} days on")
    return day


def parse_day_gone(text: str, today: date) -> date:
    """A day up to today: 'today', 'yesterday', '3 days ago', 'friday', '20 March', '20 March 2025', '2025-03-20'.

    A day of the week is the last one before today, a day without a year the last one there was. Raises ValueError.
    """
    words = " ".join(text.lower().replace(",", " ").split())
    words = re.sub(r"^(?:on|last) ", "", words)
    day = _read_gone(words, today)
    if day is None or day > today:
        raise ValueError(f"{text[:40]!r} is no day up to today")
    return day


def _read_gone(words: str, today: date) -> date | None:
    if words in ("today", "yesterday"):
        return today - timedelta(days=words == "yesterday")
    for number, name in enumerate(DAY_NAMES):
        if len(words) >= 3 and name.lower().startswith(words):
            return today - timedelta(days=(today.weekday() - number - 1) % 7 + 1)
    if words.endswith(" ago") and (match := _LENGTH.fullmatch(words.removesuffix(" ago"))):
        number = int(match[1]) if match[1].isdecimal() else 1
        return today - timedelta(days=number * _LENGTHS[match[2]])
    if _ISO.fullmatch(words):
        return _made(words)
    if match := _DAY_MONTH.fullmatch(words) or _MONTH_DAY.fullmatch(words):
        found = _in_years(match["month"], int(match["day"]), match["year"], (today.year, today.year - 1))
        return next((made for made in found if match["year"] or made <= today), None)
    return None


def _read(words: str, today: date) -> date | None:
    if words in ("today", "tomorrow"):
        return today + timedelta(days=words == "tomorrow")
    for number, name in enumerate(DAY_NAMES):
        if len(words) >= 3 and name.lower().startswith(words):
            return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    if match := _LENGTH.fullmatch(words):
        number = int(match[1]) if match[1].isdecimal() else 1
        return today + timedelta(days=number * _LENGTHS[match[2]])
    if _ISO.fullmatch(words):
        return _made(words)
    if match := _DAY_MONTH.fullmatch(words) or _MONTH_DAY.fullmatch(words):
        return _of_month(match["month"], int(match["day"]), match["year"], today)
    return None


def _of_month(name: str, day: int, year: str | None, today: date) -> date | None:
    found = _in_years(name, day, year, (today.year, today.year + 1))
    return next((made for made in found if year or made >= today), None)


def _in_years(name: str, day: int, year: str | None, years: tuple[int, ...]) -> list[date]:
    """A day of a month, by the beginning of its name, in the *year* that is said or in each of *years*."""
    months = [number for number, month in enumerate(_MONTHS, start=1) if month.startswith(name)]
    if len(months) != 1:
        return []
    wanted = (int(year),) if year else years
    return [made for one in wanted if (made := _made(f"{one:04}-{months[0]:02}-{day:02}")) is not None]


def _made(iso: str) -> date | None:
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None
