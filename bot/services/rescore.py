"""Changed keys and voided questions: what was already answered is judged anew, and the summaries are made again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.domain.instants import to_ms
from bot.services import challenges, honours
from bot.services.replay import CHUNK, Replay, enter_next, enter_rest
from bot.storage import answers, beliefs, estimates, rescore, snapshots
from bot.storage.beliefs import Change
from bot.storage.database import Database, Transaction

ROWS = 500
"""Estimates that are written in one transaction: a few milliseconds."""


class NoSuchQuestion(Exception):
    """The bank, or the question in it, is not kept."""


@dataclass(frozen=True, slots=True)
class Voided:
    """A question that was voided or unvoided; *changed* is False where it already was so."""

    stem: str
    answers: int
    changed: bool


async def void(database: Database, bank: str, key: str, now: datetime) -> Voided:
    """Withdraw a question: it is never asked again, takes no answers and counts nowhere, nor do its answers.

    The summaries follow with `rebuild`. Raises NoSuchQuestion.
    """
    async with database.write() as tx:
        row = await rescore.question(tx, bank, key)
        if row is None:
            raise NoSuchQuestion
        if row["voided_at"] is not None:
            return Voided(row["stem"], 0, False)
        found = await rescore.void(tx, row["question_id"], to_ms(now))
        await rescore.question_changed(tx, row["question_id"])
        await challenges.settled_by_operator(tx, row["question_id"], to_ms(now))
        return Voided(row["stem"], found, True)


async def unvoid(database: Database, bank: str, key: str) -> Voided:
    """Take a voided question back in, with all its answers. Raises NoSuchQuestion."""
    async with database.write() as tx:
        row = await rescore.question(tx, bank, key)
        if row is None:
            raise NoSuchQuestion
        if row["voided_at"] is None:
            return Voided(row["stem"], 0, False)
        found = await rescore.unvoid(tx, row["question_id"])
        await rescore.question_changed(tx, row["question_id"])
        return Voided(row["stem"], found, True)


async def rebuild(database: Database, *, at_once: int = ROWS) -> bool:
    """Make all that is kept of what follows from the answers anew where it no longer does; whether that was needed.

    Estimates, and what they were when each period began; boards, tallies and streaks of the groups concerned. Answers
    go on being taken: all that is kept is replayed in small steps beside them, the new estimates are written some at a
    time, and what came meanwhile is replayed in one last transaction. Boards follow, some members at a time.
    Whatever ends this early leaves it known to be unfinished. Where the evidence changes meanwhile it begins anew.
    """
    needed = False
    while True:
        async with database.read() as tx:
            if not await rescore.outdated(tx):
                return needed
            number = await rescore.evidence(tx)
            made = Replay(await estimates.items(tx))
        needed = True
        if not await _catch_up(database, made, number) or not await _write(database, made, number, at_once):
            continue
        for group in await database.write_at_once(partial(_swap, made=made, number=number)):
            await honours.rebuild(database, group)
        await database.write_at_once(partial(_finish, number=number))


async def _catch_up(database: Database, made: Replay, number: int) -> bool:
    """Enter all that is kept, a chunk in each read transaction: a long one would keep other readers waiting.

    False where the evidence changed meanwhile.
    """
    while True:
        async with database.read() as tx:
            last = await answers.last_seq(tx)
            upto = min(last, made.upto + CHUNK)
            await enter_next(tx, made, upto)
        while made.looked_back:
            work = partial(_write_past, made=made, number=number)
            if not await database.write_at_once(work):
                return False
        if upto == last:
            return True
        await asyncio.sleep(0)


async def _write_past(tx: Transaction, made: Replay, number: int) -> bool:
    if await rescore.evidence(tx) != number:
        return False
    await snapshots.replace(tx, *made.looked_back.pop())
    return True


async def _write(database: Database, made: Replay, number: int, at_once: int) -> bool:
    """Put the new estimates in the place of the old ones; False where the evidence changed meanwhile.

    A database of years has a million of them, which in one transaction would keep answers waiting for many seconds.
    """
    made.forget_touched()
    for one in await database.read_at_once(partial(beliefs.changes, made=made.rows, at_once=at_once)):
        if not await database.write_at_once(partial(_change, one=one, number=number)):
            return False
    return True


async def _change(tx: Transaction, one: Change, number: int) -> bool:
    if await rescore.evidence(tx) != number:
        return False
    await beliefs.change(tx, one)
    return True


async def _swap(tx: Transaction, made: Replay, number: int) -> list[int]:
    """Enter what came meanwhile, and write what it is about; the groups whose boards have to follow."""
    if await rescore.evidence(tx) != number:
        return []
    made.add_items(await estimates.items(tx))
    await enter_rest(tx, made)
    while made.looked_back:
        await snapshots.replace(tx, *made.looked_back.pop())
    # Answers of meanwhile began with old and new estimates mixed: what they touched is written from the replay.
    await estimates.save(tx, made.touched)
    await rescore.correct_chances(tx, made.corrected)
    return await rescore.outdated_groups(tx)


async def _finish(tx: Transaction, number: int) -> None:
    if await rescore.evidence(tx) == number:
        await rescore.made_for(tx, number)
