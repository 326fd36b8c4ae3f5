"""What must be true after a week, whatever happened to the bot in it: nothing lost, doubled, moved or seen by others.

`examine` returns one sentence for each thing that is not so. It reckons by itself what it can, slowly and simply, from
what people remember and from the rules in the README; only the learner model is replayed by the product's own code.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.services.replay import Replay, enter_rest, replay
from bot.storage import estimates
from bot.storage.database import Database, DatabaseRefused
from tests.faults import (
    oracle_answers,
    oracle_boards,
    oracle_notices,
    oracle_posts,
    oracle_privacy,
    oracle_reminders,
    oracle_wishes,
)
from tests.faults.evidence import Evidence
from tests.faults.record import Record
from tests.faults.scene import Scene

HANDLED = (r"POST /channels/\d+/messages/\d+/threads 400: \['160004",)
"""Refusals that the bot asks for, to learn what is there already."""
Check = Callable[[Evidence], Iterator[str]]
CHECKS: tuple[Check, ...] = (
    *oracle_answers.CHECKS,
    *oracle_boards.CHECKS,
    *oracle_posts.CHECKS,
    *oracle_reminders.CHECKS,
    *oracle_notices.CHECKS,
    *oracle_wishes.CHECKS,
    *oracle_privacy.CHECKS,
)


async def examine(scene: Scene, record: Record) -> list[str]:
    """Everything that is wrong after a week; the bot is stopped for it."""
    return await judge(await Evidence.gather(scene, record))


async def judge(evidence: Evidence) -> list[str]:
    """The same of what was gathered."""
    with evidence.opened() as kept:
        found = [*_sound(evidence, kept), *await _replayed(kept)]
        for check in CHECKS:
            found += check(evidence)
    return list(dict.fromkeys(found))


def _sound(evidence: Evidence, kept: sqlite3.Connection) -> Iterator[str]:
    """The file itself, and the bot's manners towards Discord."""
    for (said,) in kept.execute("PRAGMA integrity_check"):
        if said != "ok":
            yield f"the database is not sound: {said}"
    for table, row, parent, _ in kept.execute("PRAGMA foreign_key_check"):
        yield f"row {row} of {table} has no {parent}"
    broken = Counter(f"{one['method']} {one['path']} {one['status']}: {one['problems']}" for one in evidence.broken)
    for what, times in broken.items():
        if not any(re.search(one, what) for one in (*HANDLED, *evidence.record.excused)):
            yield f"Discord's rules were broken {times} times: {what}"


async def _replayed(kept: sqlite3.Connection) -> list[str]:
    """Estimates are what the answers make of them, to the last bit."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.db"
        with contextlib.closing(sqlite3.connect(path)) as copied:
            kept.backup(copied)
        try:
            database = await Database.open(path)
        except DatabaseRefused as refused:
            return [str(refused)]
        try:
            found = await replay(database)
            looked_back = await _looked_back(database)
        finally:
            await database.close()
    said = [f"member {member}'s snapshot of {day} is not what was believed then" for day, member in looked_back]
    if found.different:
        said.append(f"{found.different} of {found.rows} estimates are not what {found.answers} answers make of them")
    return said


async def _looked_back(database: Database) -> list[tuple[str, int]]:
    """(day, member) of what was kept when a week or month began and is not what the answers until then make."""
    async with database.read() as tx:
        made = Replay(await estimates.items(tx))
        await enter_rest(tx, made)
        kept = {
            (row["day"], row["member_id"]): (row["mean"], row["variance"], row["counted"])
            for row in await tx.all("SELECT * FROM snapshots")
        }
    should = {
        (boundary.day, member): (own.learner.mean, own.learner.variance, own.counted)
        for boundary, known in made.looked_back
        for member, own in known.items()
    }
    return sorted(key for key in kept.keys() | should.keys() if kept.get(key) != should.get(key))
