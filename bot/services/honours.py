"""A group's boards and streaks, made anew from its answers after a key was changed or a question voided."""

from __future__ import annotations

from bot.services import points, streaks
from bot.storage import honours
from bot.storage.database import Transaction


async def rebuild(tx: Transaction, group_id: int) -> None:
    """Make them from the answers in their order.

    An answer to a voided question earns no points, and its day counts for the streak all the same: its member came.
    Whoever did not answer it misses no day.
    """
    await honours.forget(tx, group_id)
    await points.rebuild(tx, group_id)
    await streaks.rebuild(tx, group_id)
