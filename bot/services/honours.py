"""A group's boards and streaks, made anew from its answers after a key was changed or a question voided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from bot.domain.standings import Window
from bot.services import streaks
from bot.storage import honours, seasons, standings
from bot.storage.database import Database, Transaction

AT_ONCE = 1500  # answers that are read in one transaction: some ten milliseconds, in which others' answers wait


async def rebuild(database: Database, group_id: int) -> None:
    """Make them from the answers in their order, a few members in each transaction.

    What is made of one member's answers hangs on nothing that is kept of another's, so that answers can go on being
    taken in between. An answer to a voided question earns no points, and its day counts for the streak all the same:
    its member came. Whoever did not answer it misses no day.
    """
    async with database.read() as tx:
        sizes = await honours.sizes(tx, group_id)
    await database.write_at_once(partial(honours.forget_idle, group_id=group_id))
    for members in _portions(sizes):
        await database.write_at_once(partial(_of_members, group_id=group_id, members=members))


def _portions(sizes: Mapping[int, int]) -> Iterator[Sequence[int]]:
    """Members whose answers together are about as many as are read at once."""
    portion: list[int] = []
    room = AT_ONCE
    for member, size in sizes.items():
        if portion and size > room:
            yield portion
            portion, room = [], AT_ONCE
        portion.append(member)
        room -= size
    if portion:
        yield portion


async def _of_members(tx: Transaction, group_id: int, members: Sequence[int]) -> None:
    known = await seasons.of_group(tx, group_id)
    windows = [Window(one.key, one.first, one.last) for one in known]
    await standings.count_anew(tx, members)
    await standings.rebuild(tx, group_id, members, windows)
    await streaks.rebuild(tx, group_id, members)
