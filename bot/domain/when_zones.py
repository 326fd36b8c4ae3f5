"""The zone that words for a time name: “18:00 berlin”, “noon et”, “9am utc+2”, “2027-03-14 09:00 europe/berlin”."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.domain.when_answers import Assumption
from bot.domain.when_words import MONTHS, WEEKDAYS, trimmed

_OFFSET = re.compile(r"\(?\b(?:utc|gmt) ?(?P<sign>[+-]) ?(?P<hours>\d{1,2})(?::?00)?(?![\d:])")
_LONGEST_NAME = 4
"""Words."""
_GRAMMAR = """sec minute hour day week month year today tomorrow tonight yesterday every weekday weekend morning
afternoon evening night noon midnight next last this the of on at in and before after my exam session from now until a
an is half quarter past to starting ending end , time for between again me by ago or"""
_OURS = frozenset((*WEEKDAYS, *MONTHS, *_GRAMMAR.split()))


@dataclass(frozen=True, slots=True)
class Zoned:
    """A zone that was found in the words, or none, and the other words."""

    rest: str
    zone: str | None = None
    assumed: tuple[Assumption, ...] = ()


def zoned(words: str, zones: Callable[[str], str | None]) -> Iterator[Zoned]:
    """Each way to take a zone out of the words; first none at all."""
    words = re.sub(r"(?:(?:in )?my|local) time(?:zone)?(?: |$)", "", words).strip()
    match = _OFFSET.search(words)
    if match is None:
        yield Zoned(words)
        yield from _named(words, zones)
        return
    hours = int(match["hours"]) * (1 if match["sign"] == "+" else -1)
    if -12 <= hours <= 14:
        # POSIX counts the other way round.
        zone = f"Etc/GMT{-hours:+d}" if hours else "UTC"
        yield Zoned(trimmed(words[: match.start()] + words[match.end() :]), zone)


def zone_phrase(zone: str) -> str:
    """A word that `zoned` reads as this zone."""
    match = re.fullmatch(r"Etc/GMT([+-])(\d{1,2})", zone)
    return zone if match is None else f"UTC{'-' if match[1] == '+' else '+'}{match[2]}"


def _named(words: str, zones: Callable[[str], str | None]) -> Iterator[Zoned]:
    parts = words.split()
    for length in range(_LONGEST_NAME, 0, -1):
        for start in range(len(parts) - length, -1, -1):
            window = parts[start : start + length]
            if any(one in _OURS or one[0].isdigit() for one in window):
                continue
            said = " ".join(window)
            zone = zones(said)
            if zone is None:
                continue
            before, after = parts[:start], parts[start + length :]
            if after[:1] in (["time"], ["timezone"]):
                after = after[1:]
            while before and before[-1] in ("in", ",", "the", "at"):
                before = before[:-1]
            known = "/" in said or said == "utc"
            assumed = () if known else (Assumption("zone", (said, zone)),)
            yield Zoned(trimmed(" ".join([*before, *after])), zone, assumed)
