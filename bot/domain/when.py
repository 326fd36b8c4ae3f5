"""Words for a time, understood: “in 3 days”, “every mon, wed 18:30”, “6 weeks before my exam”.

Our own small grammar first, then the library `dateparser` for what is left of a date. What has several readings is
asked, never guessed; what was not said and is assumed is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.refusals import NotUnderstood
from bot.domain.when_answers import (
    Anchor,
    Ask,
    AssumedKind,
    Assumption,
    Choice,
    Context,
    Question,
    Understood,
    ended,
    months_later,
)
from bot.domain.when_clock import peel
from bot.domain.when_days import YEARS, Day, days
from bot.domain.when_library import library_day
from bot.domain.when_readings import Reading, Readings, Scope, after_span, beside_moment, by_clock, on_days
from bot.domain.when_rules import is_rule
from bot.domain.when_spans import Span, beside, span
from bot.domain.when_turns import as_rule
from bot.domain.when_words import No, normal
from bot.domain.when_zones import zone_phrase, zoned

__all__ = [
    "EXAMPLES",
    "LONGEST",
    "Anchor",
    "Ask",
    "AssumedKind",
    "Assumption",
    "Choice",
    "Context",
    "NotUnderstood",
    "Question",
    "Understood",
    "ended",
    "understand",
]

LONGEST = 200
"""Characters; longer texts are refused."""
_MOST_WORDS = 40
_MOST_CHOICES = 5
_SHOWN = 40
"""Characters of the member's words that a refusal repeats."""
_ANY = "tomorrow at 18:00"
EXAMPLES = {
    "nonsense": "tomorrow at 18:00, in 3 days, or every monday 7pm",
    "empty": "in 2 hours",
    "vague": "in 2 hours",
    "long": "every weekday 7am",
    "clock": "tomorrow at 18:30",
    "no-day": "last day of the month",
    "several": "every day at 7am and 7pm",
    "often": "every day at 7am and 7pm",
    "hours": "every 6 hours",
    "which-days": "every monday and thursday 18:30",
    "fifth": "last friday of the month 18:00",
    "soon": "in 5 minutes",
    "past": _ANY,
    "far": "in 2 years",
    "ended": "every day at 7am for 2 weeks",
    "zone": "tomorrow at 9am Europe/Berlin",
    "no-exam": "in 6 weeks",
    "exam-past": _ANY,
    "no-session": "in 2 hours",
    "session-past": "in 5 minutes",
}
"""For every reason to refuse, words that work at any time, some of them several."""
_INSTANT = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})[t ](?P<time>\d{2}:\d{2}(?::\d{2})?)(?:\.\d{1,6})? ?(?P<offset>z|[+-]\d{2}:?\d{2})"
)
_FROM_NOW = re.compile(r"(?:(?:in|after|within) )?(?P<span>.+?)(?: (?:from now|later|ahead|time|hence))?")


def understand(text: str, context: Context, zones: Callable[[str], str | None]) -> Understood | Ask:
    """What words for a time mean; *zones* gives the IANA zone that a word names (`Places.exact`).

    What is understood lies after `context.now` and at most five years ahead. Raises NotUnderstood with a reason (a key
    of EXAMPLES) and words that work.
    """
    try:
        return _understand(text, context, zones)
    except No as no:
        shown = "".join(letter if letter.isprintable() else " " for letter in text).strip()
        words = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1].rstrip() + "…"
        raise NotUnderstood(no.reason, words, EXAMPLES[no.reason]) from None


def _understand(text: str, context: Context, zones: Callable[[str], str | None]) -> Understood | Ask:
    if len(text) > LONGEST:
        raise No("long")
    words = normal(text)
    if len(words.split()) > _MOST_WORDS:
        raise No("long")
    problem: No | None = None
    for one in zoned(words, zones):
        zone = one.zone or context.zone
        scope = Scope(context.now.astimezone(UTC), ZoneInfo(zone), context.exams, context.session)
        try:
            found = _read(one.rest, scope)
        except No as no:
            problem = problem or no
            continue
        if found is not None:
            return _answer(found, zone, one.assumed, context, zones)
    raise problem or No("zone" if re.search(r"[a-z]/[a-z]", words) else "nonsense")


def _read(words: str, scope: Scope) -> Readings | None:
    match = _INSTANT.fullmatch(words)
    if match:
        return _instant(match, scope)
    words = re.sub(r"(\d)t(?=\d{1,2}:\d{2})", r"\1 ", words)
    words = re.sub(r"\b(?:at )?(?:the |this |at )?(?:same|this) time\b", f"at {scope.local:%H:%M}", words)
    clocks, rest = peel(words)
    if not rest:
        if len(clocks.times) > 1:
            raise No("several")
        return by_clock(clocks, scope) if clocks.times else None
    place = beside(rest)
    if place is not None:
        found: Readings | None = beside_moment(place, clocks, scope)
    elif is_rule(rest) or len(clocks.times) > 1:
        found = as_rule(rest, clocks, scope)
        if found is None and len(clocks.times) > 1:
            raise No("several")
    else:
        found = as_rule(rest, clocks, scope)
    if found is not None or is_rule(rest):
        return found
    length = None if clocks.times else _length(rest)
    if length is not None:
        return after_span(length, rest, scope)
    chosen = days(rest, scope.today)
    if not chosen:
        by_library = library_day(rest, scope.local.replace(tzinfo=None))
        chosen = [] if by_library is None else [Day(by_library, (Assumption("library", (rest,)),))]
    return on_days(chosen, clocks, scope) if chosen else None


def _instant(match: re.Match[str], scope: Scope) -> Readings:
    offset = "+00:00" if match["offset"] == "z" else match["offset"]
    try:
        at = datetime.fromisoformat(f"{match['day']}T{match['time']}{offset}").astimezone(UTC)
    except ValueError:
        raise No("no-day") from None
    except OverflowError:
        raise No("far") from None
    if at <= scope.now:
        raise No("past")
    return Readings((Reading(at, match[0]),))


def _length(words: str) -> Span | None:
    match = _FROM_NOW.fullmatch(words)
    return span(match["span"]) if match else None


def _answer(
    found: Readings,
    zone: str,
    assumed: tuple[Assumption, ...],
    context: Context,
    zones: Callable[[str], str | None],
) -> Understood | Ask:
    unlike: dict[tuple[object, ...], Reading] = {}
    for one in found.readings:
        unlike.setdefault((one.at, one.rule, one.anchor), one)
    readings = sorted(unlike.values(), key=lambda one: one.at)
    if len(readings) == 1 and not found.phrases:
        return _understood(readings[0], zone, assumed, context)
    end = "" if zone == context.zone else f" {zone_phrase(zone)}"
    phrases = [f"{words}{end}" for words in (*(one.phrase for one in readings), *found.phrases)]
    choices = _choices(phrases, context, zones)
    if len(choices) == 1:
        return choices[0].understood
    return Ask(found.question or "time", tuple(choices[:_MOST_CHOICES]))


def _understood(one: Reading, zone: str, assumed: tuple[Assumption, ...], context: Context) -> Understood:
    furthest = context.now + timedelta(days=366 * YEARS)
    local = context.now.astimezone(ZoneInfo(zone)).date()
    furthest_day = months_later(local, 12 * YEARS)
    if one.at > furthest or one.at.astimezone(ZoneInfo(zone)).date() > furthest_day:
        raise No("far")
    return Understood(one.at, zone, one.rule, one.anchor, assumed + one.assumed)


def _choices(phrases: Sequence[str], context: Context, zones: Callable[[str], str | None]) -> list[Choice]:
    """Each phrase as it is understood by itself, those that are refused left out. Raises No where none is left."""
    found: dict[tuple[object, ...], Choice] = {}
    problem: No | None = None
    for words in phrases:
        try:
            one = _understand(words, context, zones)
        except No as no:
            problem = problem or no
            continue
        assert isinstance(one, Understood), "a choice's phrase has one reading"
        found.setdefault((one.at, one.rule, one.anchor), Choice(words, one))
    if not found:
        raise problem or No("past")
    return sorted(found.values(), key=lambda choice: choice.understood.at)
