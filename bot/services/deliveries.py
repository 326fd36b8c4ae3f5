"""The outbox's verbs: take what may go, and say how it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.groups import Group, Trouble
from bot.domain.instants import from_ms
from bot.domain.quiz import Asked
from bot.services import daily
from bot.storage import agenda, deliveries, groups, quiz
from bot.storage.database import Database, Transaction
from bot.storage.deliveries import Delivery

AT_ONCE = 20
MOST_TRIES = 100  # of a question that may be there and cannot be looked for: about eight hours
PRIVATE = ("notice", "streak")  # direct messages say nothing about the group's channel
BACKOFF_MS = (2_000, 5_000, 15_000, 60_000, 300_000)

__all__ = ["Delivery", "Parcel", "RoundState"]


@dataclass(frozen=True, slots=True)
class RoundState:
    """A round as its post shows it."""

    asked: Asked
    day: str
    slot_of: tuple[int, int]  # this question's number and how many there are that day, from 1
    channel_id: int
    message_id: int | None
    answered: int
    closed: bool
    due_at: datetime
    posted_at: datetime | None
    chosen: dict[int, int]  # how many chose each place; only of a closed round
    voided: bool = False  # the question was withdrawn


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery with what its post needs."""

    delivery: Delivery
    group: Group
    round: RoundState | None
    too_late: bool  # its time is over: find it if an earlier try made it, but do not make it now


async def recover(database: Database) -> int:
    """Once after a start; returns how many deliveries an earlier process may or may not have made."""
    async with database.write() as tx:
        return await deliveries.recover(tx)


async def take(database: Database, now_ms: int) -> list[Parcel]:
    """The deliveries that may go now, at most one a group, marked as being sent before anybody sends them.

    A question whose time is over is given up here, unless an earlier try may have posted it.
    """
    async with database.write() as tx:
        while True:
            taken = [await _parcel(tx, one, now_ms) for one in await deliveries.take(tx, now_ms, AT_ONCE)]
            over = [one for one in taken if one.too_late and not one.delivery.uncertain]
            for parcel in over:
                await _give_up(tx, parcel, "too late", None, now_ms)
            if len(over) < len(taken) or not taken:
                return [one for one in taken if one not in over]


async def _parcel(tx: Transaction, delivery: Delivery, now_ms: int) -> Parcel:
    group = await groups.by_id(tx, delivery.group_id)
    assert group is not None, "deliveries go with their group"
    state = await _round_state(tx, delivery.round_id) if delivery.round_id is not None else None
    ends = delivery.expires_at if delivery.kind in ("question", "streak") else None
    # A question that was withdrawn before it was posted is not asked any more.
    over = (ends is not None and ends <= now_ms) or (delivery.kind == "question" and state is not None and state.voided)
    return Parcel(delivery, group, state, over)


async def _round_state(tx: Transaction, round_id: int) -> RoundState | None:
    row = await quiz.round_row(tx, round_id)
    if row is None:
        return None
    of_day = [one["round_id"] for one in await quiz.daily_rounds(tx, row["group_id"], row["day"])]
    closed = row["state"] == "closed"
    return RoundState(
        quiz.asked(row),
        row["day"],
        (of_day.index(round_id) + 1, len(of_day)) if round_id in of_day else (1, 1),
        row["channel_id"],
        row["message_id"],
        row["answered"],
        closed,
        from_ms(row["due_at"]),
        from_ms(row["posted_at"]) if row["posted_at"] is not None else None,
        await quiz.tally(tx, round_id) if closed else {},
        row["voided_at"] is not None,
    )


async def round_state(database: Database, round_id: int) -> RoundState | None:
    """A round as its post shows it now."""
    async with database.read() as tx:
        return await _round_state(tx, round_id)


async def sent(database: Database, parcel: Parcel, message_id: int | None, now_ms: int) -> None:
    """The delivery arrived, as this message (None where that cannot be known)."""
    async with database.write() as tx:
        await deliveries.sent(tx, parcel.delivery.delivery_id, message_id)
        if parcel.delivery.kind == "question" and parcel.delivery.round_id is not None:
            await quiz.posted(tx, parcel.delivery.round_id, message_id, now_ms)
            if parcel.too_late and parcel.round is not None:
                # Found after its day was closed and summed up without it.
                await daily.plan_closing(tx, parcel.group.group_id, parcel.round.day, now_ms)
        if parcel.delivery.kind not in PRIVATE and parcel.group.trouble in (
            Trouble.CHANNEL_GONE,
            Trouble.NO_ACCESS,
        ):
            await groups.set_trouble(tx, parcel.group.group_id, None)


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
    """It can never arrive: record it, and tell the admin once what is in the way.

    A question that was not posted is no round: nobody could answer it, and its day is recorded as skipped.
    """
    async with database.write() as tx:
        await _give_up(tx, parcel, problem, trouble, now_ms)


async def _give_up(tx: Transaction, parcel: Parcel, problem: str, trouble: Trouble | None, now_ms: int) -> None:
    delivery = parcel.delivery
    await deliveries.failed(tx, delivery.delivery_id, problem)
    if delivery.kind == "question" and parcel.round is not None and delivery.round_id is not None:
        await quiz.unposted(tx, delivery.round_id)
        await agenda.skip(tx, delivery.group_id, parcel.round.day, "unposted", now_ms)
    group = await groups.by_id(tx, delivery.group_id)
    if trouble is not None and group is not None and delivery.kind not in PRIVATE:
        await daily.tell_admin(tx, group, trouble, now_ms)


async def show_again(database: Database, round_id: int, now_ms: int) -> None:
    """An answer that was in time was kept after the closing post was made: let the post be edited once more."""
    async with database.write() as tx:
        await deliveries.again(tx, f"close:{round_id}", now_ms)
