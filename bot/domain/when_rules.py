"""What comes again, in words: “every mon , wed”, “1st mon of the month”, “every 2 tue”, “every 29 feb”."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, time

from bot.domain.recurrence import (
    LAST,
    LONGEST_CYCLE,
    Days,
    MonthDays,
    MonthWeekdays,
    Pattern,
    Recurrence,
    Weeks,
    YearDay,
)
from bot.domain.schedule import DAY_NAMES, EVERY_DAY, WEEKEND, WORKDAYS
from bot.domain.when_answers import Assumption, Question
from bot.domain.when_words import MONTH, MONTHS, WD, WEEKDAYS, No

_JOIN = r" ?(?:,(?: and)?|and|/|\+) ?"
_RANGE = r" ?(?:-|to|through|thru) ?"
_LIST = rf"{WD}(?:(?:{_JOIN}|{_RANGE}| )(?:on )?(?:every )?{WD})*"
_N = r"(?:(?P<n>\d{1,4})(?P<nth>st|nd|rd|th)? )?"
_ONE_DAY_OF = r"(?:\d{1,2}(?:st|nd|rd|th)|last(?: day)?|end)"
_MONTH_DAYS = rf"(?P<days>(?:the )?{_ONE_DAY_OF}(?:{_JOIN}(?:the |every )?{_ONE_DAY_OF})*)"
_ORDINALS = rf"(?P<ordinals>(?:1st|2nd|3rd|4th|5th|last)(?:{_JOIN}(?:the )?(?:1st|2nd|3rd|4th|5th|last))*) (?P<wd>{WD})"
_NUMBER = r"\d{1,2})(?:st|nd|rd|th)?"
_DATE = rf"(?:(?P<day>{_NUMBER} (?:of )?(?P<month>{MONTH})|(?P<month2>{MONTH}) (?P<day2>{_NUMBER})"
_ON = r"(?: on)?(?: the)? "
_SIGNS = re.compile(
    r"\b(?:every|weekday|hourly|biweekly|bi-weekly|bimonthly|semi|once|twice|thrice|\d+ times)\b"
    rf"|\b{WD}{_RANGE}{WD}\b"
)


@dataclass(frozen=True, slots=True)
class Turns:
    """One reading of which days come again; *hours* makes the times of the day from the one that is said."""

    pattern: Pattern
    assumed: tuple[Assumption, ...] = ()
    question: Question | None = None
    hours: int | None = None


def is_rule(words: str) -> bool:
    """Whether the words are about something that comes again, so that no library may guess at them."""
    return _SIGNS.search(words) is not None


def turns(words: str, today: date) -> list[Turns]:
    """The readings of a rule's days; empty for other words. Raises No for what comes too often or never."""
    words = re.sub(r"^(?:on |from )?(?:the )?", "", words)
    words = re.sub(r"^every (?:the )?", "every ", words)
    for pattern, read in _FORMS:
        match = pattern.fullmatch(words)
        if match:
            return read(match, today)
    return []


def _cycle(match: re.Match[str]) -> int:
    every = int(match["n"] or 1)
    if not 1 <= every <= LONGEST_CYCLE:
        raise No("far" if every else "nonsense")
    return every


def _days(match: re.Match[str], _today: date) -> list[Turns]:
    every = _cycle(match)
    if match["unless"]:
        rest = EVERY_DAY - _weekdays(match["unless"])
        if every > 1 or not rest:
            raise No("nonsense")
        return [Turns(Weeks(rest))]
    return [Turns(Days(every))]


def _weekdays(words: str) -> frozenset[int]:
    found: set[int] = set()
    words = re.sub(rf"({WD}){_RANGE}(?:every )?(?={WD})", r"\1-", words)
    if "weekend" in words:
        return WEEKEND
    for one in re.findall(rf"{WD}(?:-{WD})*", words):
        ends = [WEEKDAYS.index(name) for name in one.split("-")]
        if len(ends) > 2:
            raise No("nonsense")
        found |= {(ends[0] + number) % 7 for number in range((ends[-1] - ends[0]) % 7 + 1)}
    return frozenset(found)


def _set(match: re.Match[str], _today: date) -> list[Turns]:
    chosen = WEEKEND if "weekend" in match[0] else WORKDAYS
    if match["unless"]:
        chosen -= _weekdays(match["unless"])
    if not chosen:
        raise No("nonsense")
    said = () if "every" in match[0] else (Assumption("repeats"),)
    return [Turns(Weeks(chosen), said)]


def _weeks(match: re.Match[str], today: date) -> list[Turns]:
    every = _cycle(match)
    if match["list"] is None:
        return [Turns(Weeks(frozenset((today.weekday(),)), every), (Assumption("on", (DAY_NAMES[today.weekday()],)),))]
    return [Turns(Weeks(_weekdays(match["list"]), every))]


def _biweekly(match: re.Match[str], today: date) -> list[Turns]:
    chosen = _weekdays(match["list"]) if match["list"] else frozenset((today.weekday(),))
    said = [Assumption("biweekly")] + ([] if match["list"] else [Assumption("on", (DAY_NAMES[today.weekday()],))])
    return [Turns(Weeks(chosen, 2), tuple(said))]


def _listed(match: re.Match[str], _today: date) -> list[Turns]:
    """“every 2 tue” and “every 2nd tue”: the second may be the month's second Tuesday."""
    chosen, every, number = _weekdays(match["list"]), _cycle(match), match["n"]
    if not match["nth"] or number is None:
        return [Turns(Weeks(chosen, every))]
    if len(chosen) > 1:
        return [Turns(Weeks(chosen, every))]
    (weekday,) = chosen
    of_month = [Turns(MonthWeekdays(frozenset((every,)), weekday), question="cycle")] if every <= 4 else []
    if every == 1:
        return [replace(of_month[0], question=None)]
    return [Turns(Weeks(chosen, every), question="cycle" if of_month else None), *of_month]


def _several(match: re.Match[str], _today: date) -> list[Turns]:
    """Several days of the week without “every”."""
    chosen = _weekdays(match[0])
    joined = re.search(rf"{WD}(?: (?:on )?{WD}| every)", match[0]) is None
    return [Turns(Weeks(chosen), (Assumption("repeats"),))] if len(chosen) > 1 and joined else []


def _month_days(match: re.Match[str], _today: date) -> list[Turns]:
    # “the end of the month” is one, this month's.
    if match["days"].startswith("end") and "every" not in match[0]:
        return []
    found = set()
    for word in re.findall(_ONE_DAY_OF, match["days"]):
        day = LAST if word.startswith(("last", "end")) else int(re.sub(r"\D", "", word))
        if day != LAST and not 1 <= day <= 31:
            raise No("no-day")
        found.add(day)
    said = () if "every" in match[0] else (Assumption("repeats"),)
    return [Turns(MonthDays(frozenset(found), _cycle(match)), said)]


def _month_day(match: re.Match[str], _today: date) -> list[Turns]:
    day = int(match["day"])
    if not 1 <= day <= 31:
        raise No("no-day")
    return [Turns(MonthDays(frozenset((day,)), _cycle(match)))]


def _months(match: re.Match[str], today: date) -> list[Turns]:
    day = today.day
    return [Turns(MonthDays(frozenset((day,)), _cycle(match)), (Assumption("on", (f"day {day} of the month",)),))]


def _month_weekdays(match: re.Match[str], _today: date) -> list[Turns]:
    words = re.findall(r"\d|last", match["ordinals"])
    if "5" in words:
        raise No("fifth")
    which = frozenset(LAST if word == "last" else int(word) for word in words)
    said = () if "every" in match[0] else (Assumption("repeats"),)
    return [Turns(MonthWeekdays(which, WEEKDAYS.index(match["wd"]), _cycle(match)), said)]


def _yearly(match: re.Match[str], _today: date) -> list[Turns]:
    name = match["month"] or match["month2"]
    number = int(match["day"] or match["day2"])
    try:
        return [Turns(YearDay(MONTHS.index(name) + 1, number, _cycle(match)))]
    except ValueError:
        raise No("no-day") from None


def _years(match: re.Match[str], today: date) -> list[Turns]:
    said = f"{today.day} {DAY_MONTHS[today.month - 1]}"
    return [Turns(YearDay(today.month, today.day, _cycle(match)), (Assumption("on", (said,)),))]


DAY_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
              "November", "December")  # fmt: skip


def _hours(match: re.Match[str], _today: date) -> list[Turns]:
    every = _cycle(match)
    if match["unit"] != "hour" or every < 6:
        raise No("often")
    if every % 24 == 0:
        return [Turns(Days(every // 24))]
    if every not in (6, 8, 12):
        raise No("hours")
    return [Turns(Days(), hours=every)]


def _often(_match: re.Match[str], _today: date) -> list[Turns]:
    raise No("often")


def _unclear(_match: re.Match[str], _today: date) -> list[Turns]:
    raise No("which-days")


Read = Callable[[re.Match[str], date], list[Turns]]
_FORMS: tuple[tuple[re.Pattern[str], Read], ...] = (
    (
        re.compile(
            rf"every {_N}day(?: (?:except|but|apart from|besides)(?: on)?(?: every)?"
            rf" (?P<unless>{_LIST}|weekends?|the weekend))?"
        ),
        _days,
    ),
    (
        re.compile(
            r"(?:(?:every |all )?weekday|every weekend|every week on weekday)"
            rf"(?: (?:except|but|apart from|besides)(?: on)?(?: every)? (?P<unless>{_LIST}))?"
        ),
        _set,
    ),
    (re.compile(rf"every {_N}week(?:(?: on)? (?:every )?(?P<list>{_LIST}))?"), _weeks),
    (re.compile(rf"(?P<list>{_LIST}) every {_N}week"), _weeks),
    (re.compile(rf"bi-?weekly(?:(?: on)? (?:every )?(?P<list>{_LIST}))?|(?P<list2>(?!))"), _biweekly),
    (re.compile(rf"every {_N}(?P<list>{_LIST})"), _listed),
    (re.compile(_LIST), _several),
    (re.compile(rf"every {_N}month{_ON}{_ORDINALS}"), _month_weekdays),
    (re.compile(rf"(?:every )?{_ORDINALS} (?:of|in|every)(?: (?:the|every))? {_N}month"), _month_weekdays),
    (re.compile(rf"every (?P<ordinals>last) (?P<wd>{WD})(?P<n>(?!))?"), _month_weekdays),
    (re.compile(rf"every {_N}month{_ON}{_MONTH_DAYS}"), _month_days),
    (re.compile(rf"every {_N}month{_ON}(?:day )?(?P<day>\d{{1,2}})"), _month_day),
    (re.compile(rf"(?:every )?{_MONTH_DAYS}(?: day)? (?:(?:of|in) )?(?:the|every) {_N}month"), _month_days),
    (re.compile(rf"every {_MONTH_DAYS}(?: day)?(?P<n>(?!))?"), _month_days),
    (re.compile(rf"every {_N}month"), _months),
    (re.compile(rf"every {_N}year{_ON}{_DATE}"), _yearly),
    (re.compile(rf"every {_DATE}(?P<n>(?!))?"), _yearly),
    (re.compile(rf"{_DATE} every {_N}year"), _yearly),
    (re.compile(rf"every {_N}year"), _years),
    (re.compile(rf"every {_N}(?P<unit>sec|minute|hour)"), _hours),
    (re.compile(r"every (?:half|quarter)(?: of)?(?: an)? (?:hour|minute|day)"), _often),
    (re.compile(r"(?:twice|thrice|\d{1,3} (?:times|x)) .*|bi-?monthly.*|semi.*"), _unclear),
)


def phrase(rule: Recurrence) -> str:
    """Words that are understood as exactly this rule, but for its zone."""
    words = f"{_pattern_phrase(rule.pattern)} at {' and '.join(f'{at:%H:%M}' for at in rule.at)}"
    if rule.start is not None:
        words += f" from {rule.start.isoformat()}"
    return words if rule.until is None else f"{words} until {rule.until.isoformat()}"


def _pattern_phrase(pattern: Pattern) -> str:
    n = f"{pattern.every} " if pattern.every > 1 else ""
    match pattern:
        case Days():
            return f"every {n}day{'s' if n else ''}"
        case Weeks(weekdays=chosen):
            if chosen == WORKDAYS and not n:
                return "every weekday"
            names = " and ".join(DAY_NAMES[number] for number in sorted(chosen))
            return f"every {n}{'weeks on ' if n else ''}{names}"
        case MonthDays(days=chosen):
            numbers = [f"{_ordinal(day)}" for day in sorted(chosen - {LAST})] + (["last day"] if LAST in chosen else [])
            return f"every {n}month{'s' if n else ''} on the {' and '.join(numbers)}"
        case MonthWeekdays(which=which, weekday=weekday):
            numbers = [_ordinal(one) for one in sorted(which - {LAST})] + (["last"] if LAST in which else [])
            return f"every {n}month{'s' if n else ''} on the {' and '.join(numbers)} {DAY_NAMES[weekday]}"
        case YearDay(month=month, day=day):
            return f"every {n}year{'s' if n else ''} on {day} {DAY_MONTHS[month - 1]}"


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def every_so_many_hours(at: time, hours: int) -> tuple[time, ...]:
    """The times of a day that lie so many hours (a divisor of 24) apart, one of them *at*."""
    return tuple(at.replace(hour=(at.hour + hours * number) % 24) for number in range(24 // hours))
