"""Every sentence about times in words: what was understood, what was assumed, what is asked, what cannot be."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.recurrence import LAST, Days, MonthDays, MonthWeekdays, Pattern, Recurrence, Weeks, YearDay
from bot.domain.schedule import DAY_NAMES, EVERY_DAY, WEEKEND, WORKDAYS
from bot.domain.when import Anchor, Ask, Assumption, Choice, NotUnderstood, Understood

LABEL_LIMIT = 80
"""Discord's limit for the label of a button."""
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_WORDS = {1: "first", 2: "second", 3: "third", 4: "fourth", LAST: "last"}
_QUESTIONS = {
    "half": "Morning or evening?",
    "past": "That time is over today. Which one did you mean?",
    "order": "Which day did you mean?",
    "week": "Which week did you mean?",
    "today": "Today, or a week from now?",
    "midnight": "Midnight at the beginning of that day, or at its end?",
    "period": "Which day did you mean?",
    "time": "At what time?",
    "before": "How long before?",
    "cycle": "Which days did you mean?",
    "mismatch": "That date is another day of the week. Which one did you mean?",
}


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _day(day: date, *, year: bool = False) -> str:
    return f"{DAY_NAMES[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{f' {day.year}' if year else ''}"


def moment(at: datetime, zone: str, now: datetime) -> str:
    """An instant in words with its zone: “Friday 19 March at 18:00 (Europe/Berlin)”; another year is named."""
    local = at.astimezone(ZoneInfo(zone))
    far = local.year != now.astimezone(ZoneInfo(zone)).year
    seconds = f":{local:%S}" if local.second else ""
    return f"{_day(local.date(), year=far)} at {local:%H:%M}{seconds} ({zone})"


def echo(understood: Understood, now: datetime) -> str:
    """What was understood: a Discord timestamp, the same in words, the rule or anchor, and what was assumed."""
    stamp = int(understood.at.timestamp())
    first = f"<t:{stamp}:F> (<t:{stamp}:R>): {moment(understood.at, understood.zone, now)}"
    return "\n".join([first, *more(understood)])


def more(understood: Understood) -> list[str]:
    """A sentence for the rule or the anchor, and one for each thing that was assumed."""
    lines = []
    if understood.rule is not None:
        end = f", and ends with {anchor(understood.anchor)}" if understood.anchor is not None else ""
        lines.append(f"It comes {rule(understood.rule)}{end}.")
    elif understood.anchor is not None:
        lines.append(f"That is {anchor(understood.anchor)}; it moves along when the {understood.anchor.what} moves.")
    return lines + [assumption(one) for one in understood.assumed]


def rule(recurrence: Recurrence) -> str:
    """A rule in words: “every 2 weeks on Tuesday at 08:00 (Europe/Berlin), until 1 May 2027”."""
    times = _and([f"{at:%H:%M}" for at in recurrence.at])
    end = f", until {_day(recurrence.until, year=True)}" if recurrence.until is not None else ""
    return f"{_days(recurrence.pattern)} at {times} ({recurrence.zone}){end}"


def _days(pattern: Pattern) -> str:
    every = pattern.every
    match pattern:
        case Days():
            return "every day" if every == 1 else f"every {every} days"
        case Weeks(weekdays=weekdays):
            sets = {EVERY_DAY: "every day", WORKDAYS: "every weekday (Monday to Friday)", WEEKEND: "every weekend"}
            if every == 1 and weekdays in sets:
                return sets[weekdays]
            names = _and([DAY_NAMES[number] for number in sorted(weekdays)])
            return f"every {names}" if every == 1 else f"every {every} weeks on {names}"
        case MonthDays(days=days):
            numbers = [f"the {_ordinal(day)}" for day in sorted(days - {LAST})]
            last = ["the last day"] if LAST in days else []
            return f"on {_and(numbers + last)} of {_months(every)}"
        case MonthWeekdays(which=which, weekday=weekday):
            numbers = [_WORDS[one] for one in sorted(which - {LAST})] + (["last"] if LAST in which else [])
            return f"on the {_and(numbers)} {DAY_NAMES[weekday]} of {_months(every)}"
        case YearDay(month=month, day=day):
            return f"on {day} {_MONTHS[month - 1]} {'every year' if every == 1 else f'every {every} years'}"


def _months(every: int) -> str:
    return "every month" if every == 1 else f"every {every} months"


def anchor(one: Anchor) -> str:
    """Where something lies beside an exam or session: “6 weeks before your exam”."""
    whose = "your exam" if one.what == "exam" else "the next session"
    sign = -1 if (one.before < timedelta(0) or one.days < 0 or one.months < 0) else 1
    parts = []
    if one.months:
        parts.append(_span(sign * one.months, "month"))
    weeks, days = divmod(sign * one.days, 7)
    if days or not weeks:
        weeks, days = 0, sign * one.days
    parts += [_span(number, unit) for number, unit in ((weeks, "week"), (days, "day")) if number]
    hours, seconds = divmod(int((sign * one.before).total_seconds()), 3600)
    minutes, seconds = divmod(seconds, 60)
    parts += [
        _span(number, unit) for number, unit in ((hours, "hour"), (minutes, "minute"), (seconds, "second")) if number
    ]
    at = f" at {one.at:%H:%M}" if one.at is not None else ""
    if parts:
        return f"{_and(parts)} {'before' if sign > 0 else 'after'} {whose}{at}"
    return f"the day of {whose}{at}" if at else f"the beginning of {whose}"


def _span(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def assumption(one: Assumption) -> str:
    """One sentence about what was not said and is taken to be meant."""
    v = one.values
    match one.kind:
        case "time":
            return f"You named no time, so I took {v[0]}."
        case "part":
            return f"I took {v[1]} for “{v[0]}”."
        case "clock":
            return f"I read {v[0]} on the 24-hour clock, as {v[1]}."
        case "zone":
            return f"I took “{v[0]}” for the clock of {v[1]}."
        case "year" | "month" | "weekday" | "order" | "library":
            return _about_a_day(one)
        case "gap":
            return f"The clocks skip {v[0]} on {_day(date.fromisoformat(v[2]))}, so it becomes {v[1]}."
        case "overlap":
            return f"The clocks show {v[0]} twice on {_day(date.fromisoformat(v[1]))}; I took the first."
        case "past":
            return f"The other reading, {_value(v[0])}, is over."
        case _:
            return _about_a_rule(one)


def _about_a_day(one: Assumption) -> str:
    v = one.values
    if one.kind == "year":
        return f"You named no year, so I took the next one: {_day(date.fromisoformat(v[0]), year=True)}."
    if one.kind == "month":
        return f"You named no month, so I took the next one: {_day(date.fromisoformat(v[0]), year=True)}."
    if one.kind == "library":
        return f"I read “{v[0]}” as well as I could; please check it."
    return f"I took {_day(date.fromisoformat(v[1]), year=True)} for “{v[0]}”."


def _about_a_rule(one: Assumption) -> str:
    v = one.values
    match one.kind:
        case "short-month":
            return "In a month that is too short, it comes on the last day."
        case "leap-day":
            return "In years without 29 February, it comes on 28 February."
        case "repeats":
            return "I took it as something that comes again and again."
        case "first":
            return f"The first one is on {_day(date.fromisoformat(v[0]), year=True)}."
        case "on":
            return f"You named no day, so I took {v[0]}."
        case "biweekly":
            return "I took “biweekly” as every two weeks."
        case "nearest":
            return f"I took your nearest exam, on {_day(date.fromisoformat(v[0]), year=True)}."
        case _:
            raise AssertionError(f"no sentence for {one.kind}")


def _value(value: str) -> str:
    try:
        return _day(date.fromisoformat(value), year=True)
    except ValueError:
        return f"{time.fromisoformat(value):%H:%M}"


def ask(one: Ask, now: datetime) -> tuple[str, list[str]]:
    """The question, and a button's label (at most 80 characters) for each choice, in their order."""
    return _QUESTIONS[one.question], [label(choice, now)[:LABEL_LIMIT] for choice in one.choices]


def label(choice: Choice, now: datetime) -> str:
    """A choice on a button: “Friday 19 March, 18:00”, or its rule."""
    understood = choice.understood
    if understood.rule is not None:
        times = _and([f"{at:%H:%M}" for at in understood.rule.at])
        words = f"{_days(understood.rule.pattern)}, {times}"
        return words[0].upper() + words[1:]
    zone = ZoneInfo(understood.zone)
    local = understood.at.astimezone(zone)
    far = local.year != now.astimezone(zone).year
    return f"{_day(local.date(), year=far)}, {local:%H:%M}"


def refusal(error: NotUnderstood) -> str:
    """What could not be read, and an example that works."""
    return f"{_reason(error)} Nothing was set. Try for example: {error.example}."


_REASONS = {
    "nonsense": "I cannot read “{words}” as a time.",
    "empty": "There are no words for a time.",
    "vague": "“{words}” is too vague for me to plan.",
    "long": "That is too long for a time.",
    "clock": "“{words}” has a time that no clock shows.",
    "no-day": "“{words}” has a day that the calendar does not.",
    "several": "“{words}” has several times, and only what comes again can have more than one.",
    "often": "“{words}” is too often: four times a day is the most.",
    "hours": "“{words}” does not come out even with the day; every 6, 8, 12 or 24 hours does.",
    "which-days": "“{words}” leaves open on which days, or at which times.",
    "fifth": "Not every month has a fifth one, but every month has a last one.",
    "soon": "“{words}” is less than a minute from now.",
    "past": "“{words}” has gone by already.",
    "far": "“{words}” is more than five years away.",
    "ended": "“{words}” ends before it comes for the first time.",
    "zone": "“{words}” names a time zone that I do not know.",
    "no-exam": "You have no exam date yet: `/exam set` keeps it, and then this works.",
    "exam-past": "Counted from your exam’s date, “{words}” has gone by already.",
    "no-session": "No review session is planned.",
    "session-past": "Counted from the next session, “{words}” has gone by already.",
}


def _reason(error: NotUnderstood) -> str:
    return _REASONS.get(error.reason, _REASONS["nonsense"]).format(words=error.words)
