"""How a bank is doing: how long it lasts, and how well its questions tell apart who knows from who does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import atanh, sqrt, tanh

ENOUGH_ANSWERS = 5
"""First answers of a group from which on its share of wrong ones is shown."""
ENOUGH_MEMBERS = 30
"""Members from which on a discrimination is shown: with fewer its standard error is above 0.19."""
ENOUGH_OTHERS = 10
"""Other questions that a member answered, from which on their share of right ones says something."""
NEWEST = 40_000
"""Answers of all groups that it is made of, at most: more would keep every other reader of the database waiting."""
POOR = 0.2
"""Below it a question tells hardly anything (Ebel & Frisbie, Essentials of Educational Measurement, 5th ed., 1991)."""
MOST_DAYS = 999


@dataclass(frozen=True, slots=True)
class Stock:
    """A topic's questions: *live* are those that are asked, *fresh* those of them that were not asked lately.

    *outdated* wait for a code year, *hidden* are not for this group. *challenged* are being looked into; they are
    counted among the others, too. *weight* is how often selection takes the topic, in any scale.
    """

    name: str
    live: int
    fresh: int
    outdated: int
    challenged: int
    hidden: int
    retired: int
    voided: int
    weight: float


@dataclass(frozen=True, slots=True)
class Supply:
    """For how many days on which questions are asked there are fresh ones; None for ever, since they come back."""

    days: int | None
    by_topic: Mapping[str, int | None]


def supply(stocks: Iterable[Stock], *, per_day: int, days_a_week: int, repeat_days: int) -> Supply:
    """How long the questions last at this pace.

    A topic is taken as often as its weight says; one without any is not counted, since selection never takes it. It
    lasts for ever where it has as many live questions as are asked of it before the first one may come back.
    """
    stocks = [stock for stock in stocks if stock.weight]
    whole = sum(stock.weight for stock in stocks if stock.live)
    by_topic = {
        stock.name: _lasts(stock.live, stock.fresh, per_day * stock.weight / whole, days_a_week, repeat_days)
        for stock in stocks
        if stock.live
    }
    live, fresh = sum(stock.live for stock in stocks), sum(stock.fresh for stock in stocks)
    return Supply(_lasts(live, fresh, per_day, days_a_week, repeat_days), by_topic)


def _lasts(live: int, fresh: int, pace: float, days_a_week: int, repeat_days: int) -> int | None:
    if pace <= 0 or live >= pace * days_a_week / 7 * repeat_days:
        return None
    return min(MOST_DAYS, int(fresh / pace))


@dataclass(frozen=True, slots=True)
class Sums:
    """What a discrimination is made of: sums over those who answered; *rest* is a member's share right elsewhere."""

    members: int
    right: float
    rest: float
    rest_squared: float
    rest_of_right: float


@dataclass(frozen=True, slots=True)
class Discrimination:
    """A correlation from −1 to 1, of so many members, with the 80 % range around it."""

    value: float
    low: float
    high: float
    members: int


def discrimination(sums: Sums) -> Discrimination | None:
    """The corrected point-biserial of a question; None where there are not enough answers, or all are alike.

    r = (M₁ − M₀) / s · √(p·q): M₁ and M₀ are the mean share of *other* questions right among those who had this one
    right and wrong, s the standard deviation of that share, p and q the parts right and wrong (Crocker & Algina,
    Introduction to Classical and Modern Test Theory, 1986, ch. 14; leaving the question itself out of the total is
    Henrysson's correction, Psychometrika 28, 1963). Members answer different questions, so the total is a share and
    not a number. The range is the usual one by Fisher's z, ± 1.28 / √(n − 3).
    """
    n, right = sums.members, sums.right
    if n < ENOUGH_MEMBERS or not 0 < right < n:
        return None
    mean = sums.rest / n
    variance = sums.rest_squared / n - mean * mean
    if variance <= 1e-12:
        return None
    p = right / n
    upper, lower = sums.rest_of_right / right, (sums.rest - sums.rest_of_right) / (n - right)
    value = max(-1.0, min(1.0, (upper - lower) / sqrt(variance) * sqrt(p * (1 - p))))
    low, high = _range(value, n)
    return Discrimination(value, low, high, n)


def _range(value: float, n: int) -> tuple[float, float]:
    z = atanh(max(-0.999999, min(0.999999, value)))
    half = 1.28 / sqrt(n - 3)
    return tanh(z - half), tanh(z + half)
