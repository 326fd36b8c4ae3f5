"""From the words of a rule to the rule itself: its days, times, beginning and end."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import product

from bot.domain.days import ONE_DAY
from bot.domain.recurrence import Recurrence
from bot.domain.schedule import instant
from bot.domain.when_answers import Anchor, Assumption, Question, ended, months_later
from bot.domain.when_clock import DEFAULT, MOST, Clocks
from bot.domain.when_days import days
from bot.domain.when_readings import Reading, Readings, Scope, anchor_phrase, clock_notes, moment_of
from bot.domain.when_rules import Turns, every_so_many_hours, phrase, turns
from bot.domain.when_spans import SPAN, Span, beside, span
from bot.domain.when_words import No

_FROM_TO = re.compile(r"(?P<head>.+? from .+) to (?P<tail>.+)")
_UNTIL = re.compile(r"(?P<head>.+?) (?:until|ending|up to|through to)(?: on)? (?P<tail>.+)")
_FROM = re.compile(r"(?P<head>.+?) (?:starting|from)(?: on| from)? (?P<tail>.+)")
_FOR = re.compile(rf"(?P<head>.+?) for (?:the )?(?:next )?(?P<tail>{SPAN})")


@dataclass(frozen=True, slots=True)
class _Bounds:
    start: date | None = None
    until: date | None = None
    anchor: Anchor | None = None
    length: Span | None = None


def as_rule(words: str, clocks: Clocks, scope: Scope) -> Readings | None:
    """Every reading of a rule; None for other words. Raises No for what comes too often, or never."""
    head, bounds = _bounded(words, scope)
    found = turns(head, scope.today)
    if not found:
        return None
    readings: list[Reading] = []
    question: Question | None = None
    for turn in found:
        question = question or turn.question
        for chosen in product(*clocks.times):
            question = question or next((clock.question for clock in chosen if clock.question), None)
            times = tuple(clock.at for clock in chosen)
            said = tuple(one for clock in chosen for one in clock.assumed)
            if any(clock.shift for clock in chosen) or (clocks.midnight and question):
                raise No("clock")
            readings.append(_made(turn, times, said, bounds, scope))
    return Readings(tuple(readings), question)


def _bounded(words: str, scope: Scope) -> tuple[str, _Bounds]:
    bounds = _Bounds()
    both = _FROM_TO.fullmatch(words)
    if both and days(both["tail"], scope.today):
        words = f"{both['head']} until {both['tail']}"
    for pattern in (_UNTIL, _FOR, _FROM):
        match = pattern.fullmatch(words)
        if match is None:
            continue
        tail = match["tail"]
        if pattern is _FOR:
            length = span(tail)
            if length is None or not length.whole_days:
                return words, bounds
            bounds = replace(bounds, length=length)
        elif pattern is _UNTIL and (place := beside(tail)) is not None and not place.open:
            bounds = replace(bounds, anchor=place.anchor)
        else:
            found = days(tail, scope.today)
            if not found:
                continue
            # Of several readings the longest: “until friday”, said on a Friday, is the one a week on.
            day = found[-1 if pattern is _UNTIL else 0].day
            if day < scope.today and pattern is _UNTIL:
                raise No("past")
            bounds = replace(bounds, until=day) if pattern is _UNTIL else replace(bounds, start=day)
        words = match["head"].removesuffix(" ,")
    return words, bounds


def _made(turn: Turns, times: tuple[time, ...], said: tuple[Assumption, ...], bounds: _Bounds, scope: Scope) -> Reading:
    assumed = turn.assumed + said
    if not times and turn.hours is None:
        times = (DEFAULT,)
        assumed += (Assumption("time", (f"{DEFAULT:%H:%M}",)),)
    if turn.hours is not None:
        if len(times) > 1:
            raise No("often")
        at = times[0] if times else scope.local.time().replace(second=0, microsecond=0)
        times = every_so_many_hours(at, turn.hours)
    if len(set(times)) > MOST:
        raise No("often")
    far = scope.today + timedelta(days=366 * 30)
    if any(day is not None and day > far for day in (bounds.start, bounds.until)):
        raise No("far")
    rule, first = _begun(
        Recurrence(replace(turn.pattern, every=1), times, scope.zone.key), turn.pattern.every, bounds, scope
    )
    rule, words, anchor, more = _ended(rule, first, bounds, scope)
    following = rule.next_after(scope.now)
    if following is None:
        raise No("ended")
    if turn.pattern.every > 1 and bounds.start is None:
        assumed += (Assumption("first", (first.isoformat(),)),)
    if rule.shortened:
        leap = "year" in rule.to_text()[:8]
        assumed += (Assumption("leap-day" if leap else "short-month"),)
    day = following.astimezone(scope.zone).date()
    shown = next((one for one in rule.at if instant(day, one, scope.zone) == following), None)
    notes = () if shown is None else clock_notes(day, shown, following, scope.zone)
    return Reading(following, words, assumed + notes + more, rule, anchor)


def _begun(rule: Recurrence, every: int, bounds: _Bounds, scope: Scope) -> tuple[Recurrence, date]:
    """The rule with its beginning, which a cycle needs, and the date of its first turn."""
    if bounds.start is not None and bounds.start > scope.today:
        rule = replace(rule, start=bounds.start)
    following = rule.next_after(scope.now)
    if following is None:
        raise No("ended")
    first = following.astimezone(scope.zone).date()
    if every == 1:
        return rule, first
    start = first
    if bounds.start is not None and bounds.start <= scope.today:
        start = bounds.start
    return replace(rule, pattern=replace(rule.pattern, every=every), start=start), first


def _ended(
    rule: Recurrence, first: date, bounds: _Bounds, scope: Scope
) -> tuple[Recurrence, str, Anchor | None, tuple[Assumption, ...]]:
    """The rule with its end, its phrase, and the anchor that its end goes by."""
    if bounds.anchor is not None:
        moment, said = moment_of(bounds.anchor, scope)
        words = f"{phrase(rule)} until {anchor_phrase(bounds.anchor)}"
        return ended(rule, bounds.anchor.instant(moment, scope.zone.key)), words, bounds.anchor, said
    until = bounds.until
    if bounds.length is not None:
        until = months_later(first, bounds.length.months) + (bounds.length.days - 1) * ONE_DAY
    rule = rule if until is None else replace(rule, until=until)
    return rule, phrase(rule), None, ()
