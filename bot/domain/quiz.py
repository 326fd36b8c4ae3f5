"""The rules of a round: who may answer, what is right, in which order the options stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from random import Random

from bot.domain.promotions import Addition
from bot.domain.questions import Kind as Type
from bot.domain.questions import Option, Scoring
from bot.domain.refusals import NoSuchChoice, NotYourRound, QuestionVoided, RoundClosed

LETTERS = "ABCDEFGHIJ"
MAX_SAME_LETTER = 3  # the right answer stands at one letter at most this many rounds running
PRACTICE_MINUTES = 24 * 60
REPEAT_TEACHES_AFTER_DAYS = 21
"""A question answered again sooner says more about memory than about ability: it is kept, and counts nowhere."""


class Kind(StrEnum):
    """What a round is for."""

    DAILY = "daily"
    PRACTICE = "practice"


class Confidence(StrEnum):
    """What the member said of their own answer before they saw the result."""

    SURE = "sure"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of a question: its file's digest and the name to attach it by, and what it shows, in words.

    Both are None where the file is not kept.
    """

    sha: str | None
    name: str | None
    alt: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as one round asks it: the options in the order in which the members see them."""

    round_id: int
    group_id: int
    kind: Kind
    topic: str
    stem: str
    options: tuple[Option, ...]
    explanation: str
    source: str
    opened_at: datetime
    closes_at: datetime
    focus: tuple[int, ...] = ()  # ids of the topics that this practice goes round; none where any may come next
    additions: tuple[Addition, ...] = ()  # what the group's members added to its explanation
    type: Type = Type.SINGLE
    answers: tuple[str, ...] = ()
    scoring: Scoring = "all"
    image: Shown | None = None
    case: str = ""
    case_image: Shown | None = None
    credit: str | None = None  # the name that its author wants to stand with it

    @property
    def key(self) -> int:
        """Where the right option stands, of a question that has one."""
        return next(place for place, option in enumerate(self.options) if option.correct)

    @property
    def keys(self) -> tuple[int, ...]:
        """Where the right options stand."""
        return tuple(place for place, option in enumerate(self.options) if option.correct)


@dataclass(frozen=True, slots=True)
class RoundRules:
    """What of a round decides whether an answer is taken."""

    round_id: int
    guild_id: int
    owner: int | None  # the user whose practice this is; None where everybody may answer
    key: int
    options: int
    closes_at: datetime
    voided: bool = False
    type: Type = Type.SINGLE


def mask(places: Iterable[int]) -> int:
    """Chosen places as one number: the sum of 2 to the power of each."""
    return sum(1 << place for place in set(places))


def places(chosen: int) -> tuple[int, ...]:
    """The places of such a number."""
    return tuple(place for place in range(chosen.bit_length()) if chosen >> place & 1)


def earned(options: Sequence[Option], chosen: int) -> float:
    """What a choice of several earns where parts count, from 0 to 1.

    By the options' weights; where the right ones have none, they share alike. A wrong option without a weight takes as
    much away as a right one's share; nobody falls below nothing.
    """
    share = 100 / max(1, sum(option.correct for option in options))
    total = 0.0
    for place in places(chosen):
        option = options[place]
        if option.weight is not None:
            total += option.weight
        else:
            total += share if option.correct else -share
    return min(1.0, max(0.0, total / 100))


def judge(
    rules: RoundRules, *, user: int, guild_id: int | None, choice: int, at: datetime, typed: bool | None = None
) -> bool:
    """Whether `choice` is right, for a press made by `user` at the instant `at`.

    A choice is a place, of several a `mask`, and of a flashcard 1 for *I knew it*. A typed answer has
    the choice 0, and `typed` says whether its text is right.

    Raises NotYourRound (another server's or another member's), NoSuchChoice, QuestionVoided and RoundClosed. The
    instant is that of the click, not of its arrival: who pressed in time is in time.
    """
    if guild_id != rules.guild_id or rules.owner not in (None, user):
        raise NotYourRound
    if choice not in _choices(rules) or (typed is None) == (rules.type is Type.SHORT):
        raise NoSuchChoice
    if rules.voided:
        raise QuestionVoided
    if at > rules.closes_at:
        raise RoundClosed(rules.round_id, rules.closes_at)
    if rules.type is Type.SHORT:
        return bool(typed)
    return choice == (1 if rules.type is Type.FLASHCARD else rules.key)


def _choices(rules: RoundRules) -> range:
    if rules.type is Type.MULTI:
        return range(1, 1 << rules.options)
    if rules.type is Type.FLASHCARD:
        return range(2)
    return range(1 if rules.type is Type.SHORT else rules.options)


def order_options(correct: Sequence[bool], *, shuffle: bool, recent_keys: Sequence[int], rng: Random) -> list[int]:
    """The order in which a round shows the options: places in the bank's order, first shown first.

    `recent_keys` are the places of the right option in the group's latest rounds, newest first. The right
    option never takes the same place more than MAX_SAME_LETTER rounds running, as far as the number of
    options and a question that forbids shuffling allow. Where several are right, their places are left to the dice.
    """
    order = list(range(len(correct)))
    if not shuffle or len(order) < 2:
        return order
    rng.shuffle(order)
    if sum(correct) != 1:
        return order
    key = next(place for place, source in enumerate(order) if correct[source])
    run = recent_keys[:MAX_SAME_LETTER]
    if len(run) == MAX_SAME_LETTER and all(place == key for place in run):
        other = rng.choice([place for place in range(len(order)) if place != key])
        order[key], order[other] = order[other], order[key]
    return order
