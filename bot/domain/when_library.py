"""Dates that our own grammar cannot read, by the library `dateparser`: guarded, since it is silently wrong at times."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from bot.domain.when_words import MONTHS, WEEKDAYS

_LONGEST = 40
_MOST_WORDS = 7
_LOOKS_LIKE_ISO = re.compile(r"\d{4}-\d|\d{3,}[/.]\d")
_KNOWN = frozenset((*WEEKDAYS, *MONTHS, "of", "the", "on", "in", "st", "nd", "rd", "th", ","))


def library_day(words: str, now: datetime) -> date | None:
    """The date (a day and a month, perhaps a year) that the library reads, with a naive local *now*; None where it
    reads none, or where a word or number of the text is not in what it found."""
    if len(words) > _LONGEST or len(words.split()) > _MOST_WORDS or _LOOKS_LIKE_ISO.search(words):
        return None
    names = re.findall(r"[^\W\d_]+", words)
    numbers = [int(number) for number in re.findall(r"\d+", words)]
    if not set(names) <= _KNOWN or not set(names) & set(MONTHS) or not 1 <= len(numbers) <= 2:
        return None
    # Slow to import, and hardly ever needed.
    from dateparser.date import DateDataParser  # type: ignore[import-untyped]  # ships no types

    found = {
        DateDataParser(
            languages=["en"],
            settings={
                "RELATIVE_BASE": datetime.combine(now.date(), time(0)),
                "PREFER_DATES_FROM": "future",
                "REQUIRE_PARTS": ["day", "month"],
                "TIMEZONE": "UTC",
                "RETURN_AS_TIMEZONE_AWARE": False,
                "DATE_ORDER": order,
                "PARSERS": ["absolute-time"],
            },
        )
        .get_date_data(words)
        .date_obj
        for order in ("DMY", "MDY", "YMD")
    }
    (one, *others) = found
    if one is None or others:
        return None
    day = one.date()
    explained = [MONTHS[day.month - 1], WEEKDAYS[day.weekday()]]
    if any(name in (*MONTHS, *WEEKDAYS) and name not in explained for name in names):
        return None
    left = [number for number in numbers if number not in (day.year, day.year % 100)]
    return day if left == [day.day] or (left == [] and len(numbers) == 2) else None
