"""Review sessions: what one is, its reminders, how long the tutor's words say it lasts, and when it comes again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum, StrEnum
from zoneinfo import ZoneInfo

from bot.domain.instants import MINUTE_MS, from_ms, to_ms
from bot.domain.recurrence import Recurrence, Weeks

SHORTEST, LONGEST = 5, 12 * 60
"""Minutes that a session lasts."""
FURTHEST = timedelta(days=2 * 366)
MOST_SEATS = 500


class State(StrEnum):
    """Where a session stands."""

    PLANNED = "planned"
    LIVE = "live"
    OVER = "over"
    CANCELLED = "cancelled"


class Place(StrEnum):
    """Where it is held."""

    VOICE = "voice"
    STAGE = "stage"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Session:
    """A review session. Instants in milliseconds, UTC; `zone` is the IANA zone whose wall time its tutor meant.

    `place_id` is the voice or stage channel, `link` the address or the room in words; one of them is None. `seats` is
    None where there is no limit. `slot_at` is where its series has it. `revision` counts what the tutor changed.
    `tutor_id` (a member) and `tutor_user` are None after the tutor had their data deleted. `message_id`
    is the announcement in `channel_id`, `event_id` Discord's event, `problem` why there is none.
    """

    session_id: int
    group_id: int
    title: str
    topics: tuple[str, ...]
    notes: str
    starts_at: int
    ends_at: int
    zone: str
    place: Place
    place_id: int | None
    link: str | None
    seats: int | None
    state: State
    slot_at: int
    series_id: int | None
    recurrence: str | None
    revision: int
    shown: int
    created_at: int
    changed_at: int
    channel_id: int
    message_id: int | None
    event_id: int | None
    problem: str | None
    tutor_id: int | None
    tutor_user: int | None

    @property
    def ahead(self) -> bool:
        """Whether it can still be attended."""
        return self.state in (State.PLANNED, State.LIVE)

    @property
    def minutes(self) -> int:
        return (self.ends_at - self.starts_at) // MINUTE_MS

    @property
    def marker(self) -> str:
        """What tells it from every session of any installation, also where a database was begun anew."""
        return f"{self.session_id:x}-{self.created_at:x}"


class Lead(Enum):
    """A reminder before a session: its bit among a member's wishes, and how long before it comes."""

    DAY = (1, timedelta(days=1))
    HOUR = (2, timedelta(hours=1))
    TEN = (4, timedelta(minutes=10))

    def __init__(self, bit: int, before: timedelta) -> None:
        self.bit = bit
        self.before = before

    @property
    def word(self) -> str:
        """Its name in keys and menus."""
        return self.name.lower()

    def due_at(self, starts_at: int) -> int:
        return starts_at - self.before // timedelta(milliseconds=1)


DEFAULT_LEADS = Lead.HOUR.bit


def leads(mask: int) -> tuple[Lead, ...]:
    """The reminders of a member's wishes, the earliest first."""
    return tuple(lead for lead in Lead if mask & lead.bit)


def mask_of(words: set[str]) -> int:
    """A member's wishes from the reminders' words; what is unknown is passed over."""
    return sum(lead.bit for lead in Lead if lead.word in words)


def to_come(mask: int, starts_at: int, now_ms: int) -> tuple[Lead, ...]:
    """The chosen reminders whose time is still ahead."""
    return tuple(lead for lead in leads(mask) if lead.due_at(starts_at) > now_ms)


def says(lead: Lead, mask: int, starts_at: int, now_ms: int) -> bool:
    """Whether this reminder is the one to send at `now_ms`: chosen, due, and no later one of the member's is due too.

    After a standstill several are due at once, and one message is enough.
    """
    due = [one for one in leads(mask) if one.due_at(starts_at) <= now_ms]
    return bool(due) and due[-1] is lead


def weekly(starts_at: datetime, zone: str) -> Recurrence:
    """The same weekday and wall time every week, from an aware instant on."""
    local = starts_at.astimezone(ZoneInfo(zone))
    return Recurrence(Weeks(frozenset({local.weekday()})), (time(local.hour, local.minute),), zone, local.date())


def following(rule: str, slot_at: int, now_ms: int) -> int | None:
    """The instant (ms) of a series' next session after the slot of the last one, and after now; None when it ends."""
    slot = Recurrence.from_text(rule).next_after(from_ms(max(slot_at, now_ms)))
    return None if slot is None else to_ms(slot)


_NUMBER = r"(?P<{}>\d{{1,3}}(?:[.,]\d{{1,2}})?|½|an?|one|two|three|four|half an)"
_HOURS = _NUMBER.format("hours") + r"\s*(?:h|hrs?|hours?)"
_MINUTES = r"(?P<minutes>\d{1,3})\s*(?:m|mins?|minutes?)?"
_BARE_MINUTES = r"(?P<minutes>\d{1,3})\s*(?:(?:m|mins?|minutes?)\b)?"
_LENGTHS = (
    re.compile(r"(?P<hours>\d{1,2}):(?P<minutes>[0-5]\d)(?:\s*(?:h|hours?))?", re.ASCII),
    re.compile(rf"{_HOURS}(?:\s*(?:and|,)?\s*(?P<half>a half|half|½))", re.ASCII),
    re.compile(rf"{_HOURS}(?:\s*(?:and|,)?\s*{_MINUTES})?", re.ASCII),
    re.compile(r"(?P<hours>one|two|three|an?) and a half hours?(?P<half>)", re.ASCII),
    re.compile(_BARE_MINUTES, re.ASCII),
)
_WORDS = {"½": 0.5, "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "half an": 0.5}


def length(words: str) -> int:
    """Minutes from words such as “90 min”, “1h30”, “1.5 hours” or “an hour and a half”.

    Raises ValueError for other words, and for less than `SHORTEST` or more than `LONGEST` minutes.
    """
    text = " ".join(words.lower().replace("minutes", "min").split()).strip(" .~")
    text = re.sub(r"(?<=[0-9]) ?½", ".5", text)
    for pattern in _LENGTHS:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        parts = match.groupdict()
        hours = parts.get("hours") or "0"
        number = _WORDS.get(hours)
        total = (float(hours.replace(",", ".")) if number is None else number) * 60 + int(parts.get("minutes") or 0)
        minutes = round(total) + (30 if parts.get("half") is not None else 0)
        if not SHORTEST <= minutes <= LONGEST:
            raise ValueError("a session of this length is not held")
        return minutes
    raise ValueError("these words are no length of time")
