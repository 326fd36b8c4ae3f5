"""The agenda's verbs: claim what is due, and what is next."""

from __future__ import annotations

from functools import partial

from bot.domain.instants import MINUTE_MS
from bot.services.kinds import CLAIMS, LONG, REPLANS
from bot.services.plan import Plan
from bot.storage import agenda, deliveries, groups
from bot.storage.agenda import Entry
from bot.storage.database import Database, Transaction

AT_ONCE = 10  # entries a transaction: answers wait for one at most, a few milliseconds, however busy the minute is
POSTPONED_MS = 5 * MINUTE_MS


async def claim_due(database: Database, plan: Plan, now_ms: int) -> int:
    """Claim what is due at `now_ms` (milliseconds), oldest first; returns how many entries were claimed.

    A claimed entry has advanced its recurrence, made its rounds and written its deliveries in one
    transaction, so that a crash leaves either all of it or nothing. Call again until it returns 0.
    An entry that cannot be claimed is put off, the others are claimed, and its error is raised.
    """

    async def work(tx: Transaction) -> int:
        entries = _together(await agenda.due(tx, now_ms, AT_ONCE))
        for entry in entries:
            await _claim(tx, entry, plan, now_ms)
        return len(entries)

    try:
        return await database.write_at_once(work)
    except Exception:
        await _claim_each(database, plan, now_ms)
        raise


def _together(entries: list[Entry]) -> list[Entry]:
    """The first of what is due, as much as one transaction takes: what takes long is claimed alone."""
    alone = next((place for place, entry in enumerate(entries) if entry.kind in LONG), len(entries))
    return entries[: max(1, alone)]


async def _claim(tx: Transaction, entry: Entry, plan: Plan, now_ms: int) -> None:
    group = await groups.by_id(tx, entry.group_id)
    assert group is not None, "the agenda's rows go with their group"
    await CLAIMS[entry.kind](tx, entry, group, plan, now_ms)


async def _claim_each(database: Database, plan: Plan, now_ms: int) -> None:
    # One transaction each, so that an entry that cannot be claimed keeps no other group waiting.
    async with database.read() as tx:
        entries = await agenda.due(tx, now_ms, AT_ONCE)
    for entry in entries:
        try:
            async with database.write() as tx:
                if entry in await agenda.due(tx, now_ms, AT_ONCE):
                    await _claim(tx, entry, plan, now_ms)
        except Exception:  # noqa: BLE001  the caller has such an error in hand and raises it
            async with database.write() as tx:
                await agenda.move(tx, entry.agenda_id, now_ms + POSTPONED_MS)


async def replan(database: Database, now_ms: int) -> None:
    """Compute everything that is still ahead anew, kind by kind.

    Zones' rules change, and the plan is older than they are. What is overdue stays as it is, to be done or
    posted late, or recorded as skipped.
    """
    for anew in REPLANS:
        after: int | None = 0
        while after is not None:
            # Some at a time: with thousands of groups, whoever answers meanwhile would wait for seconds.
            after = await database.write_at_once(partial(anew, now_ms=now_ms, after=after))


async def next_due(database: Database) -> int | None:
    """When there is something to do next, in milliseconds: an entry, or a delivery that waits."""
    return min((instant for instant in await ahead(database) if instant is not None), default=None)


async def ahead(database: Database) -> tuple[int | None, int | None]:
    """When the next entry is due, and when the next delivery may be tried, in milliseconds."""
    async with database.read() as tx:
        return await agenda.next_due(tx), await deliveries.next_due(tx)
