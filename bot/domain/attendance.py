"""Who was at a review session and for how long: intervals, what of them counts, and the code that proves a line."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.instants import MINUTE_MS
from bot.domain.sessions import Session

EARLY_MS = 15 * MINUTE_MS
LATE_MS = 60 * MINUTE_MS
"""A session's window begins so long before its start and ends so long after its end: then the buttons are live."""
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter in it is taken for another one."""
CODE_LENGTH = 12
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


class Source(StrEnum):
    """How somebody was seen: in the channel, or by their own word."""

    VOICE = "voice"
    BUTTON = "button"


@dataclass(frozen=True, slots=True)
class Interval:
    """From `began` to `ended` in milliseconds, the end left out."""

    began: int
    ended: int


@dataclass(frozen=True, slots=True)
class Presence:
    """A stretch of time that a member was seen; `ended` is None while it lasts."""

    member: int
    source: Source
    began: int
    ended: int | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a member, in whole minutes. `minutes` is what counts, `voice` what of it is in the channel.

    `checked_in` tells whether they pressed the button.
    """

    minutes: int
    voice: int
    checked_in: bool


def window(session: Session) -> Interval:
    """When presence at a session is noted. What counts of it lies within the session itself."""
    return Interval(session.starts_at - EARLY_MS, session.ends_at + LATE_MS)


def union(intervals: Iterable[Interval], within: Interval) -> tuple[Interval, ...]:
    """The same stretches of time without overlaps, in their order, cut to `within`."""
    found: list[Interval] = []
    for one in sorted(intervals, key=lambda each: (each.began, each.ended)):
        began, ended = max(one.began, within.began), min(one.ended, within.ended)
        if began >= ended:
            continue
        if found and began <= found[-1].ended:
            found[-1] = Interval(found[-1].began, max(found[-1].ended, ended))
        else:
            found.append(Interval(began, ended))
    return tuple(found)


def length(intervals: Iterable[Interval], within: Interval) -> int:
    """Milliseconds that the intervals cover within another one; what they share counts once."""
    return sum(one.ended - one.began for one in union(intervals, within))


def closed(presence: Presence, session: Session, now_ms: int) -> Interval:
    """A stretch of presence as it counts at an instant.

    Who is in the channel is there now; who said that they are there stays to the session's end unless they check out.
    """
    if presence.ended is not None:
        return Interval(presence.began, presence.ended)
    last = now_ms if presence.source is Source.VOICE else min(now_ms, session.ends_at)
    return Interval(presence.began, max(presence.began, last))


def seen(presences: Sequence[Presence], session: Session, now_ms: int) -> Seen:
    """What counts of one member's presence: the union within the session, from its start to its end.

    Waiting before it and staying on after it are no attendance; a tutor whose session ran over can say so.
    """
    bounds = Interval(session.starts_at, session.ends_at)
    intervals = [closed(one, session, now_ms) for one in presences]
    voice = [each for one, each in zip(presences, intervals, strict=True) if one.source is Source.VOICE]
    return Seen(
        _minutes(length(intervals, bounds)),
        _minutes(length(voice, bounds)),
        any(one.source is Source.BUTTON for one in presences),
    )


def most_minutes(session: Session) -> int:
    """The most that a tutor can allow: the whole window."""
    bounds = window(session)
    return (bounds.ended - bounds.began) // MINUTE_MS


def _minutes(milliseconds: int) -> int:
    return (milliseconds + MINUTE_MS // 2) // MINUTE_MS


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a record: who was where for how long, and who says so when. Instants in milliseconds."""

    session: str
    user: int
    starts_at: int
    minutes: int
    confirmed_at: int


def check_code(secret: bytes, line: Line) -> str:
    """The code of a line: the beginning of its HMAC-SHA256 (RFC 2104), 60 bits in twelve letters."""
    parts = [line.session, line.user, line.starts_at, line.minutes, line.confirmed_at]
    digest = hmac.new(secret, "\n".join(map(str, parts)).encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest[:8]) >> 4
    return "".join(CODE_LETTERS[number >> 5 * place & 31] for place in reversed(range(CODE_LENGTH)))


def genuine(secret: bytes, line: Line, code: str) -> bool:
    """Whether a code is that of a line."""
    return hmac.compare_digest(check_code(secret, line), code)


def read_code(words: str) -> str | None:
    """A code as somebody typed it, in small letters, with dashes or spaces; None where it can be none."""
    code = "".join(sign for sign in words.upper() if sign.isalnum()).translate(_READ_AS)
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_LETTERS) else None


def spaced(code: str) -> str:
    """A code as it is printed: in fours."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A confirmed session in a member's record. `tutor` is None where the tutor had their data deleted."""

    title: str
    topics: tuple[str, ...]
    starts_at: int
    zone: str
    minutes: int
    tutor: str | None
    confirmed_at: int
    code: str


@dataclass(frozen=True, slots=True)
class Record:
    """A member's record of attendance: who, where, for which exam, made when (ms, shown in `zone`), and its lines.

    `handle` is the name that Discord spells in plain letters.
    """

    name: str
    handle: str
    place: str
    exam: str
    made_at: int
    zone: str
    lines: tuple[Confirmed, ...]

    @property
    def minutes(self) -> int:
        return sum(line.minutes for line in self.lines)
