"""Changed keys and voided questions: what was already answered is judged anew, and the summaries are made again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.domain.instants import to_ms
from bot.services import honours
from bot.services.replay import CHUNK, Replay, enter_rest
from bot.storage import answers, estimates, rescore
from bot.storage.database import Database, Transaction
from bot.storage.replay import events


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


async def rebuild(database: Database) -> bool:
    """Make estimates, boards and streaks anew where they no longer follow from the answers; whether that was needed.

    Answers go on being taken: all that is kept is replayed in small steps beside them, and what came meanwhile is
    replayed in the one transaction that puts the new summaries in the place of the old ones. Whatever ends this early
    leaves the old summaries, known to be outdated. Where the evidence changes meanwhile it begins anew.
    """
    needed = False
    while True:
        async with database.read() as tx:
            if not await rescore.outdated(tx):
                return needed
            number = await rescore.evidence(tx)
            made = Replay(await estimates.items(tx))
        needed = True
        await _catch_up(database, made)
        await database.write_at_once(partial(_swap, made=made, number=number))


async def _catch_up(database: Database, made: Replay) -> None:
    """Enter all that is kept, a chunk in each read transaction: a long one would keep other readers waiting."""
    while True:
        async with database.read() as tx:
            last = await answers.last_seq(tx)
            upto = min(last, made.upto + CHUNK)
            found = await events(tx, made.upto, upto)
        made.enter(found, upto)
        if upto == last:
            return
        await asyncio.sleep(0)


async def _swap(tx: Transaction, made: Replay, number: int) -> None:
    if await rescore.evidence(tx) != number:
        return
    made.add_items(await estimates.items(tx))
    await enter_rest(tx, made)
    await estimates.replace(tx, made.rows)
    for group in await rescore.outdated_groups(tx):
        await honours.rebuild(tx, group)
    await rescore.correct_chances(tx, made.corrected)
    await rescore.made_for(tx, number)
