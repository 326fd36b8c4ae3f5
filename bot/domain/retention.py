"""Which copies of the database are kept: close ones of late, sparse ones of long ago."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

DAILY = 7
WEEKLY = 5
MONTHLY = 12


def kept(copies: Iterable[datetime]) -> set[datetime]:
    """Of the instants (UTC) at which copies were made, those to keep: the grandfather–father–son rule.

    The newest copy of each of the last 7 days that have one, of the last 5 ISO weeks and of the last 12 months. Days
    without a copy do not use up a place, so that a bot that was down for a month throws nothing away.
    """
    newest_first = sorted(set(copies), reverse=True)
    chosen: set[datetime] = set()
    for period, most in (("%Y-%m-%d", DAILY), ("%G-W%V", WEEKLY), ("%Y-%m", MONTHLY)):
        newest: dict[str, datetime] = {}
        for instant in newest_first:
            newest.setdefault(instant.strftime(period), instant)
        chosen.update(list(newest.values())[:most])
    return chosen


def kept_at(copies: Iterable[datetime], now: datetime) -> set[datetime]:
    """The same, at an instant. Copies that are dated later show that the clock ran ahead then, or is behind now.

    Each side keeps to the rule by itself, so that setting a clock throws away neither what was made before nor the
    newest.
    """
    there = set(copies)
    ahead = {one for one in there if one > now}
    return kept(there - ahead) | kept(ahead)
