"""The times of day in words: “18:30”, “7am and 7pm”, “half past 7”, “noon”, “in the evening”, “at 7”."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import time

from bot.domain.when_answers import Assumption, Question
from bot.domain.when_words import MONTH, UNIT, WD, No, trimmed

DEFAULT = time(9)
"""Taken where no time is said."""
MOST = 4
"""Times a day."""

_PARTS = {"morning": time(9), "afternoon": time(15), "evening": time(19), "night": time(20)}
_PART = "(?:morning|afternoon|evening|night)"
_STRONG = (
    r"(?:(?:half|quarter|\d{1,2}(?: minute)?) (?:past|to) \d{1,2}(?::00)?(?:[ap]m)?(?: oclock)?"
    r"|\d{1,2}:\d{2}(?::\d{2})?(?:[ap]m)?|\d{1,2}\.\d{2}(?:[ap]m)?(?![./\d])|\d{1,2}[ap]m|\d{1,2} oclock"
    r"|\d{4} ?(?:hour|h)\b|12 noon|12 midnight|noon|midnight)"
)
_BARE = rf"(?:\d{{4}}|\d{{1,2}})(?![\d:./-]|[a-z]| (?:{UNIT}|{MONTH}|of)\b)"
_AND = r"(?: ,)?(?: (?:and|plus))? (?:at )?"
_AFTER = r"(?![\d:/]|-\d|\.\d)"
_MORE = rf"(?:(?: ,| and| plus){_AND}(?:{_STRONG}|{_BARE}))*"
_LIST = re.compile(
    rf"(?<![\d:./,-])(?:\b(?:at|by) (?P<at>(?:{_STRONG}|{_BARE}){_MORE})|(?P<plain>\b{_STRONG}{_MORE})){_AFTER}"
)
_ITEM = re.compile(rf"{_STRONG}|{_BARE}")
_DAY_WORD = rf"(?:{WD}|today|tomorrow|tonight|day|weekday|weekend|{_PART}|\d{{1,2}} {MONTH}|exam|\d(?:st|nd|rd|th))"
_TRAILING = re.compile(rf"^(?P<rest>(?:.* )?{_DAY_WORD})(?: ,)? (?P<hour>\d{{1,2}})$")
_FOUR_DIGITS = re.compile(rf"^(?P<rest>(?:.* )?(?:{WD}|today|tomorrow|day|weekday|weekend)) (?P<hour>\d{{4}})$")
_LEADING = re.compile(
    rf"^(?P<hour>\d{{1,2}})(?: ,)? (?P<rest>(?:on )?(?:{WD}|today|tomorrow|tonight|every {WD}|every (?:week)?day)\b.*)$"
)
_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?(?::(?P<second>\d{2}))?(?P<half>[ap]m)?")
_SPOKEN = re.compile(
    r"(?P<much>half|quarter|\d{1,2})(?: minute)? (?P<way>past|to) (?P<hour>\d{1,2})(?::00)?(?P<half>[ap]m)?(?: oclock)?"
)


@dataclass(frozen=True, slots=True)
class Clock:
    """One reading of a time of day; *shift* days after the day it is said with (“tonight at 2” lies after midnight)."""

    at: time
    shift: int = 0
    assumed: tuple[Assumption, ...] = ()
    question: Question | None = None
    default: bool = False

    @property
    def other(self) -> time:
        """The same hand positions in the other half of the day."""
        return self.at.replace(hour=(self.at.hour + 12) % 24)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The readings of each time that was said; *part* is the part of the day, *midnight* asks which end of the day."""

    times: tuple[tuple[Clock, ...], ...] = ()
    part: str | None = None
    midnight: bool = False


def peel(words: str) -> tuple[Clocks, str]:
    """The times in the words, and the other words. Raises No for times that no clock shows, or too many of them."""
    part, words = _peel_part(words)
    items, rest, loose = _peel_items(words)
    if not items:
        if part is None:
            return Clocks(), rest
        at = _PARTS[part]
        clock = Clock(at, assumed=(Assumption("part", (part, f"{at:%H:%M}")),), default=True)
        return Clocks(((clock,),), part), rest
    if len(items) > MOST:
        raise No("often")
    midnight = len(items) == 1 and items[0] in ("midnight", "12 midnight")
    times = tuple(_readings(item, part) for item in items)
    if loose and re.fullmatch(r"1[3-9]|2[0-3]", items[0]):
        # “fri 13” could be a day of the month to somebody else.
        ((clock,),) = times
        times = ((replace(clock, assumed=(Assumption("clock", (items[0], f"{clock.at:%H:%M}")),)),),)
    if len(times) > 1:
        times = _alike(items, times)
    return Clocks(times, part, midnight), rest


def _peel_part(words: str) -> tuple[str | None, str]:
    words = re.sub(r"\btonight\b", "today night", words)
    words = re.sub(rf"\bthis (?={_PART})", "today ", words)
    words = re.sub(r"\bend of (?:the )?day\b|\beod\b|\bclose of business\b|\bcob\b", "17:00", words)
    words = re.sub(rf"\bevery (?={_PART})", "every day ", words)
    match = re.search(rf"(?:\b(?:in|during) the |\bat |\bthe )?\b(?P<part>{_PART})\b(?! (?:{WD}s?)\b)", words)
    if match is None or re.search(rf"\blast {_PART}", words):
        return None, words
    rest = " ".join((words[: match.start()] + " " + words[match.end() :]).split())
    if re.search(rf"\b{_PART}\b", rest):
        raise No("nonsense")
    # “the night before my exam” is the day before it, at night.
    rest = re.sub(r"^(?:on )?(?:the )?(?=(?:before|after|of) )", "day ", rest)
    return match["part"], rest


def _peel_items(words: str) -> tuple[list[str], str, bool]:
    """The times, the other words, and whether the time is a mere number beside a day."""
    found = list(_LIST.finditer(words))
    if len(found) > 1:
        raise No("several")
    if found:
        text = found[0]["at"] or found[0]["plain"]
        rest = f"{words[: found[0].start()]} {words[found[0].end() :]}"
        return _ITEM.findall(text), trimmed(" ".join(rest.split())), False
    for pattern in (_TRAILING, _FOUR_DIGITS, _LEADING):
        match = pattern.match(words)
        if match:
            return [match["hour"]], trimmed(match["rest"]), True
    if re.fullmatch(r"[1-9]\d?", words):
        return [words], "", False
    return [], trimmed(words), False


def _readings(item: str, part: str | None) -> tuple[Clock, ...]:
    if item in ("noon", "12 noon"):
        return (Clock(time(12)),)
    if item in ("midnight", "12 midnight"):
        return (Clock(time(0)),)
    spoken = _SPOKEN.fullmatch(item)
    if spoken:
        much = {"half": 30, "quarter": 15}.get(spoken["much"]) or int(spoken["much"])
        hour = int(spoken["hour"])
        if not 0 < much < 60 or hour > 12:
            raise No("clock")
        minutes = hour * 60 + (much if spoken["way"] == "past" else -much)
        hour, minute = minutes // 60 % 24 or 12, minutes % 60
        # 10 to 12pm is before noon, 10 to 12am before midnight.
        half = spoken["half"]
        if half and spoken["way"] == "to" and int(spoken["hour"]) == 12:
            half = "am" if half == "pm" else "pm"
        return _on_clock(item, hour, minute, half, part, bare=True)
    text = item.removesuffix(" oclock").removesuffix("hour").removesuffix("h").strip()
    if re.fullmatch(r"\d{4}", text):
        return _on_clock(item, int(text[:2]), int(text[2:]), None, None, bare=False)
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise No("clock")
    bare = match["minute"] is None
    return _on_clock(text, int(match["hour"]), int(match["minute"] or 0), match["half"], part, bare=bare)


def _on_clock(
    said: str, hour: int, minute: int, half: str | None, part: str | None, *, bare: bool
) -> tuple[Clock, ...]:
    if minute > 59 or hour > 23:
        raise No("clock")
    if half:
        if not 1 <= hour <= 12:
            raise No("clock")
        return (Clock(time(hour % 12 + (12 if half == "pm" else 0), minute)),)
    if part and 1 <= hour <= 12:
        return _in_part(time(hour, minute), part)
    if bare and 1 <= hour <= 12:
        early, late = time(hour % 12, minute), time(hour % 12 + 12, minute)
        return (Clock(early, question="half"), Clock(late, question="half"))
    at = time(hour, minute)
    # “7:30” could be the evening's to somebody who does not know the 24-hour clock; “07:30” could not.
    written = said[0] != "0" and 1 <= hour <= 11
    return (Clock(at, assumed=(Assumption("clock", (said, f"{at:%H:%M}")),) if written else ()),)


def _in_part(at: time, part: str) -> tuple[Clock, ...]:
    hour = at.hour % 12
    if part == "morning":
        return (Clock(at.replace(hour=hour)),)
    if part == "night" and hour < 5:
        return (Clock(at.replace(hour=hour), shift=1),)
    if part == "night" and hour == 5:
        raise No("clock")
    return (Clock(at.replace(hour=hour + 12)),)


def _alike(items: list[str], times: tuple[tuple[Clock, ...], ...]) -> tuple[tuple[Clock, ...], ...]:
    """Beside a time that only the 24-hour clock has, a bare number is one of it too."""
    if any(re.match(r"(?:1[3-9]|2[0-3]|0\d?)(?!\d|[ap]m)", item) for item in items):
        return tuple(
            (Clock(time(int(item))),) if re.fullmatch(r"\d{1,2}", item) else clocks
            for item, clocks in zip(items, times, strict=True)
        )
    return times
