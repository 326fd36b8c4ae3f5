"""When a board's period begins and ends, how a button names it, and days as tutors write them."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

from bot.domain.standings import Season, Span, Window, bounds, period

_ONE_DAY = timedelta(days=1)
_CODE = re.compile(r"(?P<kind>[wms])(?P<day>\d{8})", re.ASCII)
_SPANS = {"w": Span.WEEK, "m": Span.MONTH}
_MONTHS = {name.casefold(): number for number, name in enumerate(month_name) if name}
_WORDS = re.compile(r"(?P<day>\d{1,2})\.?\s+(?P<month>[a-z]{3,9})\.?,?(?:\s+(?P<year>\d{4}))?", re.ASCII)
LONGEST_SEASON = timedelta(days=366)


class Board(StrEnum):
    """What a board ranks by."""

    POINTS = "points"
    IMPROVED = "improved"
    CONSISTENT = "consistent"
    LEAGUE = "league"
    HELPERS = "helpers"


def begins(day: date, seasons: Sequence[Season] = ()) -> bool:
    """Whether a week, month or season begins on *day*, or a season has just ended."""
    return day.weekday() == 0 or day.day == 1 or any(day in (one.first, one.last + _ONE_DAY) for one in seasons)


def next_beginning(after: date, seasons: Sequence[Season] = ()) -> date:
    """The first such day after *after*."""
    day = after + _ONE_DAY
    while not begins(day, seasons):
        day += _ONE_DAY
    return day


def ended(day: date, seasons: Sequence[Season] = ()) -> list[Window]:
    """The periods whose last day was the one before *day*: week, month, season."""
    last = day - _ONE_DAY
    found = []
    for span in (Span.WEEK, Span.MONTH):
        first, end = bounds(span, last) or (None, None)
        if end == last:
            found.append(Window(period(span, last), first, last))
    found += [Window(one.key, one.first, one.last) for one in seasons if one.last == last]
    return found


def code(window: Window) -> str:
    """A window in a button: all, or its kind's letter and its first day, such as w20260302."""
    return "all" if window.first is None else f"{window.key[0]}{window.first:%Y%m%d}"


def decode(word: str, seasons: Sequence[Season] = ()) -> Window | None:
    """The window that `code` named; None for a made-up one and for a season that is no more."""
    if word == "all":
        return Window("all", None, None)
    match = _CODE.fullmatch(word)
    if match is None:
        return None
    try:
        day = date.fromisoformat(match["day"])
    except ValueError:
        return None
    if match["kind"] == "s":
        return next((Window(one.key, one.first, one.last) for one in seasons if one.first == day), None)
    span = _SPANS[match["kind"]]
    first, last = bounds(span, day) or (None, None)
    return Window(period(span, day), first, last) if first == day else None


def parse_day(words: str, today: date) -> date | None:
    """A day as 2026-03-02, “2 March” or “2 Mar 2026”; without a year, the next such day. None where it is neither."""
    words = " ".join(words.casefold().split())
    try:
        return date.fromisoformat(words) if re.fullmatch(r"\d{4}-\d\d-\d\d", words, re.ASCII) else _named(words, today)
    except ValueError:
        return None


def _named(words: str, today: date) -> date | None:
    match = _WORDS.fullmatch(words)
    if match is None:
        return None
    months = [number for name, number in _MONTHS.items() if name.startswith(match["month"])]
    if len(months) != 1:
        return None
    if match["year"]:
        return date(int(match["year"]), months[0], int(match["day"]))
    day = date(today.year, months[0], int(match["day"]))
    return day if day >= today else day.replace(year=today.year + 1)
