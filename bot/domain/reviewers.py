"""Who is asked to look at a question, and when they may be written to.

An invitation goes to the member, among those who offered, for whom this comes first:

1. class = tier + floor(met). The tier is 0 where the member is known to be strong in the topic, P(p ≥ mark) ≥ 0.8; 1
   where that is not known; 2 where they are known to be below the mark. *met* is the sum of 2^(−age / 3 weeks) over the
   questions of the same asker that they took on: somebody who did so twice of late stands where an unknown one stands,
   and comes back within weeks.
2. cost = open + recent + 2·met + wait / 6 h, in invitations. *open* are those without an answer or at work, *recent*
   the sum of 2^(−age / 1 week) over all others; an hour's wait for their morning weighs little, a whole night
   about two invitations.
3. Dice.

The asker's own estimate plays no part: the topic is where they asked for help. And so that an invitation never tells
what is known of the invited member, each of them is, with a chance of one in three, drawn from all who may be asked at
all, with equal chances. Who is invited to two of three may be strong, new or weak; who is not may be, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import floor
from random import Random
from zoneinfo import ZoneInfo

from bot.domain.estimates import CERTAIN, TopicEstimate, phi
from bot.domain.schedule import instant
from bot.domain.streaks import PINGS_FROM, may_ping

REVIEWERS = 3
"""Reviews that an ask may hope for: those that are there, and those that invited members may still give."""
MOST_INVITED = 9
"""Members who are asked about one ask, however many pass: a fourth round would only be a nuisance."""
MOST_OPEN = 2
"""Invitations that a member may have before them at once; three would be homework."""
MOST_A_WEEK = 5
WEEK = timedelta(days=7)
LAPSES_AFTER = timedelta(hours=24)
AT_WORK = timedelta(hours=72)
"""So long an accepted invitation keeps the place of a review that has not come."""
LOOKED_FOR = timedelta(days=7)
"""So long after it was made an ask is tried again for whom nobody could be asked."""
TRIED_AGAIN = timedelta(hours=12)
OPEN_DRAW = 1 / 3
"""The share of invitations that go to anybody who offered. Enough that being invited proves nothing; little enough that
most questions reach somebody who knows the topic."""
LOAD_HALF_LIFE = timedelta(days=7)
PAIR_HALF_LIFE = timedelta(days=21)
PAIR_COST = 2.0
WAIT_COST = timedelta(hours=6)
STRONG, UNKNOWN, WEAK = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who offered to review, as an ask meets them.

    `chance` is that of reaching the pass mark in the ask's topic, None where they have not answered in it or the ask
    has none. `ages` and `met` say how long ago other invitations of theirs were made, and how long ago they took on a
    question of the same asker. `wait` is the time until they may be written to, nothing while they are awake.
    """

    member_id: int
    chance: float | None = None
    open: int = 0
    ages: tuple[timedelta, ...] = ()
    met: tuple[timedelta, ...] = ()
    wait: timedelta = timedelta()
    is_asker: bool = False
    has_left: bool = False
    rests: bool = False  # a setback, or the day of an exam
    was_asked: bool = False  # or has reviewed already


def chance(estimate: TopicEstimate, mark: float) -> float:
    """P(p ≥ *mark*): the chance that somebody with this estimate reaches the pass mark in the topic."""
    if estimate.sd <= 0.0:
        return float(estimate.p >= mark)
    return 1.0 - phi((mark - estimate.p) / estimate.sd)


def may_be_asked(one: Candidate) -> bool:
    """Whether an invitation may go to them at all."""
    if one.is_asker or one.has_left or one.rests or one.was_asked:
        return False
    return one.open < MOST_OPEN and sum(age < WEEK for age in one.ages) < MOST_A_WEEK


def tier(one: Candidate) -> int:
    """Strong, unknown or weak in the topic."""
    if one.chance is None:
        return UNKNOWN
    if one.chance >= CERTAIN:
        return STRONG
    return WEAK if one.chance <= 1.0 - CERTAIN else UNKNOWN


def faded(ages: Iterable[timedelta], half_life: timedelta) -> float:
    """How much of what happened so long ago still counts: one each, halved with every half-life."""
    return float(sum(2.0 ** (-max(0.0, age / half_life)) for age in ages))


def rank(one: Candidate) -> tuple[int, float]:
    """Class and cost; the lowest is asked first."""
    met = faded(one.met, PAIR_HALF_LIFE)
    cost = one.open + faded(one.ages, LOAD_HALF_LIFE) + PAIR_COST * met + one.wait / WAIT_COST
    return tier(one) + floor(met), cost


def choose(candidates: Sequence[Candidate], rng: Random) -> Candidate | None:
    """Whom to invite next; None where nobody may be asked.

    The open draw is among those who are awake, and among all where nobody is.
    """
    able = sorted((one for one in candidates if may_be_asked(one)), key=lambda one: one.member_id)
    if not able:
        return None
    if rng.random() < OPEN_DRAW:
        awake = [one for one in able if not one.wait]
        return rng.choice(awake or able)
    best = min(rank(one) for one in able)
    return rng.choice([one for one in able if rank(one) == best])


def room(reviews: int, waiting: int, at_work: int, invited: int) -> int:
    """How many more may be invited to an ask: *waiting* have not answered, *invited* are all who were ever asked."""
    return max(0, min(REVIEWERS - reviews - waiting - at_work, MOST_INVITED - invited))


def next_awake(now: datetime, zone: ZoneInfo) -> datetime:
    """The first instant from *now* on at which somebody who lives in *zone* may be written to unasked."""
    if may_ping(now, zone):
        return now
    local = now.astimezone(zone)
    day = local.date() if local.hour < PINGS_FROM else local.date() + timedelta(days=1)
    return instant(day, time(PINGS_FROM), zone)
