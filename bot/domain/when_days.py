"""The days in words: “tomorrow”, “next fri”, “14 mar”, “mar 14 , 2027”, “3/4”, “1st mon of may”, “2 week from mon”."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.domain.days import ONE_DAY
from bot.domain.when_answers import Assumption, Question, months_later
from bot.domain.when_spans import SPAN, span
from bot.domain.when_words import MONTH, MONTHS, WD, WEEKDAYS, No

YEARS = 5
"""How far ahead a time may lie."""
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Day:
    """One reading of a day; *loose* says that today is not excluded and no other day was said (“tonight”)."""

    day: date
    assumed: tuple[Assumption, ...] = ()
    question: Question | None = None
    today: bool = False
    later: date | None = None
    """The day to take instead where the time is over on *day*."""


def days(words: str, today: date) -> list[Day]:
    """The readings of a day, those gone by too; empty for other words. Raises No for days that no calendar has."""
    words = re.sub(r" ,(?= |$)", "", words)
    for pattern, read in _FORMS:
        match = pattern.fullmatch(words)
        if match:
            return read(match, today)
    return []


def weekday_after(today: date, weekday: int) -> date:
    """The first such weekday after *today*."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _made(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise No("no-day") from None


def _month(name: str) -> int:
    return MONTHS.index(name) + 1


def _relative(match: re.Match[str], today: date) -> list[Day]:
    words = match[0]
    if words == "today":
        return [Day(today, today=True)]
    if words.startswith("yesterday") or "before yesterday" in words:
        raise No("past")
    return [Day(today + (ONE_DAY if words.endswith("tomorrow") and "after" not in words else 2 * ONE_DAY))]


def _past(_match: re.Match[str], _today: date) -> list[Day]:
    raise No("past")


def _weekday(match: re.Match[str], today: date) -> list[Day]:
    number = WEEKDAYS.index(match["wd"])
    how, following = match["how"] or "", weekday_after(today, number)
    monday = today - today.weekday() * ONE_DAY
    in_this_week, in_next_week = monday + number * ONE_DAY, monday + _WEEK + number * ONE_DAY
    tail = match["tail"] or ""
    said = Assumption("weekday", (match[0], following.isoformat()))
    if "next week" in tail or "next week" in how:
        return [Day(in_next_week)]
    if tail == "week":
        return [Day(following + _WEEK)]
    if "this week" in tail:
        return [Day(in_this_week)]
    if how.startswith("next"):
        # Before that day of the week, some mean this week's and some the next one's.
        if today < in_this_week:
            return [Day(in_this_week, question="week"), Day(in_next_week, question="week")]
        return [Day(following, (said,))]
    if today.weekday() != number:
        return [Day(following)]
    if how == "this":
        return [Day(today, today=True)]
    if how:
        return [Day(following, (said,))]
    return [Day(today, question="today"), Day(following, question="today")]


def _weekend(match: re.Match[str], today: date) -> list[Day]:
    saturday = today if today.weekday() >= 5 else weekday_after(today, 5)
    said = (Assumption("weekday", (match[0], saturday.isoformat())),)
    if match["how"] != "next ":
        return [Day(saturday, said)]
    if today.weekday() >= 5:
        return [
            Day(weekday_after(today, 5), (replace(said[0], values=(match[0], weekday_after(today, 5).isoformat())),))
        ]
    return [Day(saturday, question="week"), Day(saturday + _WEEK, question="week")]


def _period(match: re.Match[str], today: date) -> list[Day]:
    unit = match["unit"]
    if unit == "week":
        first = (weekday_after(today, 0), today + _WEEK)
    elif unit == "month":
        first = (months_later(today.replace(day=1), 1), months_later(today, 1))
    else:
        first = (date(today.year + 1, 1, 1), months_later(today, 12))
    return [Day(day, question="period") for day in dict.fromkeys(first)]


def _after(match: re.Match[str], today: date) -> list[Day]:
    length = span(match["span"])
    if match["base"] and match[0].startswith("in ") and f" on {match['base']}" in match[0]:
        return []
    if length is None or not length.whole_days:
        return []
    bases = [Day(today)] if match["base"] in (None, "now") else days(match["base"], today)
    return [
        replace(base, day=months_later(base.day, length.months) + length.days * ONE_DAY, today=False, later=None)
        for base in bases
    ]


def _year(text: str | None) -> int | None:
    if text is None:
        return None
    number = int(text.lstrip("'"))
    return number + 2000 if number < 100 else number


def _iso(match: re.Match[str], _today: date) -> list[Day]:
    return [Day(_made(int(match["year"]), int(match["month"]), int(match["day"])))]


def dated(month: int, day: int, year: int | None, today: date) -> Day:
    """A date; without a year the next one that has it, today included. Raises No for a day that no year has."""
    if year is not None:
        return Day(_made(year, month, day))
    _made(2000, month, day)
    for one in range(today.year, today.year + 9):
        if day <= monthrange(one, month)[1] and date(one, month, day) >= today:
            found = date(one, month, day)
            following = months_later(found, 12)
            said = () if one == today.year else (Assumption("year", (found.isoformat(),)),)
            return Day(found, said, today=found == today, later=following if found == today else None)
    raise No("no-day")


def _numeric(match: re.Match[str], today: date) -> list[Day]:
    first, second, year = int(match["first"]), int(match["second"]), _year(match["year"])
    found = []
    for day, month in dict.fromkeys(((first, second), (second, first))):
        try:
            found.append(dated(month, day, year, today) if 1 <= month <= 12 else None)
        except No:
            continue
    readings = [one for one in found if one is not None]
    if not readings:
        raise No("no-day")
    if len(readings) == 2:
        return [replace(one, question="order") for one in readings]
    one = readings[0]
    if first == second:
        return [one]
    return [replace(one, assumed=(*one.assumed, Assumption("order", (match[0], one.day.isoformat()))))]


def _named(match: re.Match[str], today: date) -> list[Day]:
    day = dated(_month(match["month"]), int(match["day"]), _year(match["year"]), today)
    return _on_weekday(day, match["wd"] or match["wd2"])


def _on_weekday(day: Day, weekday: str | None) -> list[Day]:
    """The day; where it has another weekday than was said, the nearest one that has it too."""
    if weekday is None or day.day.weekday() == WEEKDAYS.index(weekday):
        return [day]
    number = WEEKDAYS.index(weekday)
    near = min((day.day + offset * ONE_DAY for offset in range(-3, 4)), key=lambda one: one.weekday() != number)
    return [replace(day, question="mismatch"), Day(near, question="mismatch")]


def _of_month(match: re.Match[str], today: date) -> list[Day]:
    day, which = int(match["day"]), match["which"]
    if not 1 <= day <= 31:
        raise No("no-day")
    if which in ("this month", "next month"):
        first = months_later(today.replace(day=1), 1 if which == "next month" else 0)
        return _on_weekday(Day(_made(first.year, first.month, day)), match["wd"])
    for months in range(12):
        first = months_later(today.replace(day=1), months)
        if day <= monthrange(first.year, first.month)[1] and first.replace(day=day) >= today:
            found = first.replace(day=day)
            break
    following = next(
        first.replace(day=day)
        for first in (months_later(found.replace(day=1), one) for one in range(1, 12))
        if day <= monthrange(first.year, first.month)[1]
    )
    one = Day(found, (Assumption("month", (found.isoformat(),)),), today=found == today, later=following)
    return _on_weekday(one, match["wd"])


def _first_of(match: re.Match[str], today: date) -> tuple[date, bool]:
    """The first day of the month that is named, and whether its year was not."""
    which = match["which"]
    if which.endswith("month"):
        return months_later(today.replace(day=1), 1 if which.startswith("next") else 0), False
    name, _, year = which.partition(" ")
    number = _year(year) if year else None
    if number is not None:
        return _made(number, _month(name), 1), False
    first = date(today.year, _month(name), 1)
    return (first if months_later(first, 1) > today else first.replace(year=today.year + 1)), True


def _edge(match: re.Match[str], today: date) -> list[Day]:
    first, _ = _first_of(match, today)
    edge = match["edge"]
    if "1st" in edge or "starting" in edge:
        return [Day(first)]
    return [Day(months_later(first, 1) - ONE_DAY)]


def _nth(match: re.Match[str], today: date) -> list[Day]:
    first, yearless = _first_of(match, today)
    for begin in (first, months_later(first, 12)):
        number = WEEKDAYS.index(match["wd"])
        all_of_them = range(1 + (number - begin.weekday()) % 7, monthrange(begin.year, begin.month)[1] + 1, 7)
        place = -1 if match["nth"] == "last" else int(match["nth"][0]) - 1
        if place >= len(all_of_them):
            raise No("no-day")
        found = begin.replace(day=all_of_them[place])
        if found >= today or not yearless:
            break
    return [Day(found)]


def _in_year(match: re.Match[str], today: date) -> list[Day]:
    end = date(today.year + (match["which"] == "next"), 12, 31)
    return [Day(end)]


_WHICH = rf"(?P<which>this month|next month|the month|month|{MONTH}(?: \d{{4}})?)"
_YEAR = r"(?: (?P<year>\d{4}|'?\d{2}))?"
_ON = r"(?:(?:on|this|the) )?"
Read = Callable[[re.Match[str], date], list[Day]]
_FORMS: tuple[tuple[re.Pattern[str], Read], ...] = (
    (re.compile(r"today|tomorrow|(?:the )?day after tomorrow|(?:the )?(?:day before )?yesterday"), _relative),
    (
        re.compile(
            rf"(?:.* )?ago|(?:the )?(?:last|previous|past) (?:{WD}|day|week|month|year|night|weekend|hour|evening)"
        ),
        _past,
    ),
    (
        re.compile(
            rf"(?:on )?(?P<how>this coming|the coming|the next|this|next week(?: on)?|next|coming|upcoming|following)?"
            rf" ?(?:the )?(?P<wd>{WD})(?: (?P<tail>(?:(?:of|in) )?(?:next week|this week|the next week)|week))?"
        ),
        _weekday,
    ),
    (re.compile(r"(?:on |at )?(?P<how>this |the |next |this coming |coming )?weekend"), _weekend),
    (re.compile(r"(?:sometime )?next (?P<unit>week|month|year)"), _period),
    (re.compile(rf"(?:in |after )(?P<span>{SPAN})(?: time)?(?P<base>(?!))?"), _after),
    (re.compile(rf"(?:in )?(?P<span>{SPAN})(?:from|after|(?<=week )on) (?P<base>(?!.*(?:from|after)).+)"), _after),
    (re.compile(rf"(?P<span>{SPAN})(?P<base>(?!))?"), _after),
    (re.compile(r"(?:on )?(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"), _iso),
    (
        re.compile(
            r"(?:on )?(?:the )?(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second>\d{1,2})"
            r"(?:(?P=mark)(?P<year>\d{4}|\d{2})|\.)?"
        ),
        _numeric,
    ),
    (
        re.compile(
            rf"{_ON}(?:(?P<wd>{WD}) )?(?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.? (?:(?:day )?of )?"
            rf"(?P<month>{MONTH}){_YEAR}(?: (?:on )?(?P<wd2>{WD}))?"
        ),
        _named,
    ),
    (
        re.compile(
            rf"{_ON}(?:(?P<wd>{WD}) )?(?P<month>{MONTH}) (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_YEAR}"
            rf"(?: (?P<wd2>{WD}))?"
        ),
        _named,
    ),
    (
        re.compile(
            rf"{_ON}(?:(?P<wd>{WD}) )?(?:(?:on )?the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)"
            r"(?: (?:of )?(?P<which>this month|next month))?"
        ),
        _of_month,
    ),
    (re.compile(rf"(?:on )?(?:the )?(?P<edge>(?:1st|last) day|ending|end|starting) (?:of|in) {_WHICH}"), _edge),
    (re.compile(r"(?:on )?(?:the )?(?:(?:last day|end) of )(?:the |this )?(?P<which>next )?year"), _in_year),
    (re.compile(rf"(?:on )?(?:the )?(?P<nth>1st|2nd|3rd|4th|5th|last) (?P<wd>{WD}) (?:of|in) {_WHICH}"), _nth),
)
