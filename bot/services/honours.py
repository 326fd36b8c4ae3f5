"""A group's boards and streaks, made anew from its answers after a key was changed or a question voided."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from functools import partial

from bot.domain.streaks import Streak, advance
from bot.services import points
from bot.storage import honours, standings
from bot.storage.database import Transaction


async def rebuild(tx: Transaction, group_id: int) -> None:
    """Make them from the answers in their order.

    An answer to a voided question earns no points, and its day counts for the streak all the same: its member came.
    Whoever did not answer it misses no day.
    """
    days = [date.fromisoformat(day) for day in await honours.days(tx, group_id)]
    streaks: dict[int, Streak] = {}
    for answer in await honours.given(tx, group_id):
        member, on = answer["member_id"], date.fromisoformat(answer["day"])
        streaks[member] = advance(streaks.get(member), on, partial(_day_before, days))
    await honours.forget(tx, group_id)
    await points.rebuild(tx, group_id)
    await standings.save_streaks(tx, streaks)


def _day_before(days: Sequence[date], day: date) -> date:
    place = bisect_left(days, day)
    return days[place - 1] if place else date.min
