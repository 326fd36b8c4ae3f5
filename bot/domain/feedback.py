"""Peer feedback: what an ask and a review consist of, and what a member may post how often."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.refusals_feedback import (
    BadFile,
    BadScores,
    EmptyText,
    TooLong,
    TooManyAsks,
    TooManyFiles,
    TooManyFollowUps,
    TooManyOpen,
    TooManyReviews,
)

TITLE, DID, WANTS = 90, 4000, 1000  # characters; a thread's name has room for 100
RIGHT, CHANGE, READING = 1500, 1500, 1000
FOLLOW_UP = 2000
TAKEAWAY = 300
LABEL = 45  # Discord's room above a field

MOST_OPEN, MOST_ASKS, MOST_REVIEWS, MOST_FOLLOW_UPS = 3, 5, 10, 30  # the last three within a day
DAY = timedelta(days=1)
ARCHIVED_AFTER = DAY  # after it was resolved, or somebody wrote something after that

MOST_FILES = 3
FILE_BYTES = 4_000_000
IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
TEXTS = (".txt", ".md", ".csv")

# What shows nothing: control characters but line breaks, zero-width and bidirectional marks, fillers, tags.
_HIDDEN = re.compile(
    "[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")
_MARKS_IN_A_ROW = 2


class Visibility(StrEnum):
    """Who sees an ask: everybody in the channel, or those who were invited."""

    GROUP = "group"
    PRIVATE = "private"


class State(StrEnum):
    """Where an ask stands."""

    OPEN = "open"
    RESOLVED = "resolved"
    REMOVED = "removed"


class Trouble(StrEnum):
    """Why an ask's messages cannot be made."""

    GONE = "gone"
    LOCKED = "locked"
    NO_ACCESS = "no-access"


class Mark(StrEnum):
    """What the asker thinks of a review."""

    HELPFUL = "helpful"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Words:
    """What a member asks. `topic_id` is None for no topic."""

    title: str
    did: str
    wants: str
    topic_id: int | None
    visibility: Visibility
    anonymous: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """An ask as it is kept. Instants in milliseconds; `files` are names. It does not say whose it is."""

    ask_id: int
    group_id: int
    kind: str  # 'ask', or 'teach-back', which has no author
    topic: str | None
    words: Words
    files: tuple[str, ...]
    state: State
    channel_id: int
    thread_id: int | None
    message_id: int | None
    posting: int
    revision: int
    trouble: Trouble | None
    made_at: int
    resolved_at: int | None
    archived_at: int | None
    locked_at: int | None

    @property
    def place(self) -> int:
        """The thread, or the channel where that is not known."""
        return self.thread_id or self.channel_id


@dataclass(frozen=True, slots=True)
class Rubric:
    """The labels of a group's own rubric: three texts and three scores."""

    right_why: str
    change: str
    reading: str
    scores: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a reviewer says, along the rubric."""

    right_why: str
    change: str
    reading: str
    scores: tuple[int, ...]  # reasoning, guideline use, completeness: 1 to 4; none in what explains a teach-back
    anonymous: bool


@dataclass(frozen=True, slots=True)
class Review:
    """A review as it is kept. It does not say whose it is; instants in milliseconds."""

    review_id: int
    ask_id: int
    opinion: Opinion
    rubric: Rubric | None
    removed: bool
    message_id: int | None
    posting: int
    revision: int
    made_at: int
    changed_at: int
    endorsed_at: int | None
    correction: str | None
    corrected_at: int | None
    mark: Mark | None  # the asker's
    helpful: int  # how many found it helpful


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What the asker adds, or asks about a review, or what its reviewer answers. It does not say whose it is."""

    follow_up_id: int
    ask_id: int
    review_id: int | None
    side: str  # 'asker' or 'reviewer'
    text: str
    message_id: int | None
    posting: int
    made_at: int
    settled_at: int | None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """An attached file on its way into a card."""

    name: str
    data: bytes

    @property
    def picture(self) -> bool:
        """Whether it is shown as a picture, and has no text to look at."""
        return self.name.lower().endswith(IMAGES)


def clean(text: str) -> str:
    """A member's text without what shows nothing, towers of accents, and long gaps; it may come out empty."""
    text = _HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    kept: list[str] = []
    run = 0
    for letter in text:
        run = run + 1 if unicodedata.combining(letter) else 0
        if run <= _MARKS_IN_A_ROW:
            kept.append(letter)
    return _BLANK_LINES.sub("\n\n", "".join(kept)).strip()


def line(text: str, most: int) -> str:
    """The same as one line. Raises EmptyText and TooLong."""
    return text_of(" ".join(text.split()), most)


def text_of(text: str, most: int) -> str:
    """A cleaned text of at most so many characters: longer ones are refused, never cut. Raises EmptyText, TooLong."""
    found = clean(text)
    if not found:
        raise EmptyText
    if len(found) > most:
        raise TooLong(most, len(found))
    return found


def words(title: str, did: str, wants: str, topic_id: int | None, visibility: Visibility, *, anonymous: bool) -> Words:
    """What a member asks, checked. Raises EmptyText, TooLong."""
    return Words(line(title, TITLE), text_of(did, DID), text_of(wants, WANTS), topic_id, visibility, anonymous)


def opinion(right_why: str, change: str, reading: str, scores: str, *, anonymous: bool) -> Opinion:
    """What a reviewer says, checked; where to read about it may be empty. Raises BadScores, EmptyText, TooLong."""
    read = clean(reading)
    if len(read) > READING:
        raise TooLong(READING, len(read))
    return Opinion(text_of(right_why, RIGHT), text_of(change, CHANGE), read, parse_scores(scores), anonymous)


def explanation(text: str, reading: str, *, anonymous: bool) -> Opinion:
    """What explains a teach-back's question, checked; it has no scores. Raises EmptyText, TooLong."""
    read = clean(reading)
    if len(read) > READING:
        raise TooLong(READING, len(read))
    return Opinion(text_of(text, RIGHT), "", read, (), anonymous)


def parse_scores(text: str) -> tuple[int, int, int]:
    """Three whole numbers from 1 to 4, such as `3 3 4`, `3,3,4` or `334`. Raises BadScores."""
    found = clean(text)
    if re.fullmatch(r"\D*[1-4]\D*[1-4]\D*[1-4]\D*", found, re.ASCII) is None or re.search(r"[-.]\d|/", found):
        raise BadScores(found[:40])
    first, second, third = (int(digit) for digit in re.findall(r"\d", found))
    return first, second, third


def check_files(sizes: Sequence[tuple[str, int]]) -> None:
    """Names and bytes of what is to be attached. Raises TooManyFiles, BadFile."""
    if len(sizes) > MOST_FILES:
        raise TooManyFiles(MOST_FILES)
    for name, size in sizes:
        if not name.lower().endswith(IMAGES + TEXTS) or not 0 < size <= FILE_BYTES:
            raise BadFile(name[:60], FILE_BYTES // 1_000_000)


def check_asks(opened: int, made: Sequence[datetime], now: datetime) -> None:
    """Whether a member with so many open asks, who made these, may make one more. Raises TooManyOpen, TooManyAsks."""
    if opened >= MOST_OPEN:
        raise TooManyOpen(MOST_OPEN)
    again = _again(made, MOST_ASKS, now)
    if again is not None:
        raise TooManyAsks(MOST_ASKS, again)


def check_reviews(made: Sequence[datetime], now: datetime) -> None:
    """Raises TooManyReviews."""
    again = _again(made, MOST_REVIEWS, now)
    if again is not None:
        raise TooManyReviews(MOST_REVIEWS, again)


def check_follow_ups(made: Sequence[datetime], now: datetime) -> None:
    """Raises TooManyFollowUps."""
    again = _again(made, MOST_FOLLOW_UPS, now)
    if again is not None:
        raise TooManyFollowUps(MOST_FOLLOW_UPS, again)


def _again(made: Sequence[datetime], most: int, now: datetime) -> datetime | None:
    """When there is room for one more, if there is none now: a day after the one that has to drop out."""
    lately = sorted(one for one in made if one > now - DAY)
    return lately[-most] + DAY if len(lately) >= most else None
