"""The outbox's verbs: take what may go, and say how it went."""

from __future__ import annotations

from bot.domain.groups import Trouble
from bot.services import daily, parcels
from bot.services.kinds import GIVEN_UP, SENT
from bot.services.parcels import TOO_LATE, Parcel, RoundState
from bot.storage import deliveries, groups
from bot.storage.database import Database, Transaction
from bot.storage.deliveries import Delivery

MOST_TRIES = 100  # of a question that may be there and cannot be looked for: about eight hours
BACKOFF_MS = (2_000, 5_000, 15_000, 60_000, 300_000)

__all__ = ["TOO_LATE", "Delivery", "Parcel", "RoundState"]


async def recover(database: Database) -> int:
    """Once after a start; returns how many deliveries an earlier process may or may not have made."""
    async with database.write() as tx:
        return await deliveries.recover(tx)


async def take(database: Database, now_ms: int, at_most: int) -> list[Parcel]:
    """The deliveries that may go now, at most one a lane, marked as being sent before anybody sends them.

    What is too late is given up here, unless an earlier try may have posted it.
    """

    async def work(tx: Transaction) -> list[Parcel]:
        while True:
            taken = [await parcels.parcel(tx, one, now_ms) for one in await deliveries.take(tx, now_ms, at_most)]
            over = [one for one in taken if one.too_late and not one.delivery.uncertain]
            for parcel in over:
                await _give_up(tx, parcel, TOO_LATE, None, now_ms)
            if len(over) < len(taken) or not taken:
                return [one for one in taken if one not in over]

    # In one step, as with the receipt below: in a busy minute the answers' own commits wait for nothing longer.
    return await database.write_at_once(work)


async def round_state(database: Database, round_id: int) -> RoundState | None:
    """A round as its post shows it now."""
    async with database.read() as tx:
        return await parcels.round_state(tx, round_id)


async def sent(database: Database, parcel: Parcel, message_id: int | None, now_ms: int) -> None:
    """The delivery arrived, as this message (None where that cannot be known)."""

    async def work(tx: Transaction) -> None:
        await deliveries.sent(tx, parcel.delivery.delivery_id, message_id)
        if parcel.delivery.kind in SENT:
            await SENT[parcel.delivery.kind](tx, parcel, message_id, now_ms)
        if parcel.delivery.of_group and parcel.group.trouble in (Trouble.CHANNEL_GONE, Trouble.NO_ACCESS):
            await groups.set_trouble(tx, parcel.group.group_id, None)

    await database.write_at_once(work)


async def retry(database: Database, parcel: Parcel, problem: str, now_ms: int) -> None:
    """It did not arrive, and may later; what cannot be made in its time is given up and recorded.

    A question that may have arrived all the same is looked for after its time, before it is given up.
    """
    delivery = parcel.delivery
    wait = BACKOFF_MS[min(delivery.attempts, len(BACKOFF_MS)) - 1]
    over = delivery.expires_at is not None and now_ms + wait > delivery.expires_at
    if over and (delivery.kind != "question" or delivery.attempts >= MOST_TRIES):
        await give_up(database, parcel, problem, None, now_ms)
        return
    async with database.write() as tx:
        await deliveries.retry(tx, delivery.delivery_id, now_ms + wait, problem)


async def give_up(database: Database, parcel: Parcel, problem: str, trouble: Trouble | None, now_ms: int) -> None:
    """It can never arrive: record it, and tell the admin once what keeps the group's posts from their channel."""
    async with database.write() as tx:
        await _give_up(tx, parcel, problem, trouble, now_ms)


async def _give_up(tx: Transaction, parcel: Parcel, problem: str, trouble: Trouble | None, now_ms: int) -> None:
    delivery = parcel.delivery
    await deliveries.failed(tx, delivery.delivery_id, problem)
    if delivery.kind in GIVEN_UP:
        await GIVEN_UP[delivery.kind](tx, parcel, problem, now_ms)
    group = await groups.by_id(tx, delivery.group_id)
    if trouble is not None and group is not None and delivery.of_group:
        await daily.tell_admin(tx, group, trouble, now_ms)
