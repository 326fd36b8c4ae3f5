"""What a member, a tutor and the operator wait for, with more and more answers in the database.

The groups are those of the boards' benchmark: fifty members with two hundred rounds each, and more of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from bot import running
from bot.domain.blueprint import Blueprint
from bot.domain.groups import Group
from bot.domain.instants import to_ms
from bot.services import bank_status, banks, daily, estimates, overview, privacy, standings, streaks
from bot.services.plan import Plan
from bot.services.replay import CHUNK, Replay
from bot.storage import answers as kept
from bot.storage import backup
from bot.storage import estimates as beliefs
from bot.storage.agenda import Entry
from bot.storage.database import Database, Transaction
from bot.storage.replay import events
from config.settings import Settings
from tests.benchmarks.answers import quantile
from tests.benchmarks.boards import NOW, TODAY, fill, insert

SIZES = (1_000, 100_000, 1_000_000, 10_000_000)  # BENCH_QUICK leaves the last one out
TURNS = 25
USER = 1_007
REPLAYED = 20_000
READS_BESIDE = 400
DIGEST_DAY = date(2026, 7, 16)

Work = Callable[[Database, Group], Awaitable[object]]


class _Undone(Exception):
    """Ends a transaction whose cost alone was wanted."""


async def growth() -> list[dict[str, Any]]:
    """A line for what is waited for, and one for a copy that is made meanwhile."""
    sizes = SIZES[:-1] if os.environ.get("BENCH_QUICK") else SIZES
    blueprints, found = running.content(Settings())
    plan = Plan(blueprints, timedelta(hours=3), 60, Random(1))
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        grounds: dict[int, tuple[Database, Group]] = {}
        paths = {size: folder / f"{size}.db" for size in sizes}
        for size, path in paths.items():
            database = await Database.open(path)
            stack.push_async_callback(database.close)
            await banks.load(database, found)
            grounds[size] = (database, await fill(database, path, size))
        megabytes = [paths[size].stat().st_size // 2**20 for size in sizes]
        taken = await _turns(grounds, _works(blueprints["cpc"], plan))
        answer = {size: (await insert(*ground))[1] for size, ground in grounds.items()}
        replayed = {size: await _replay(database) for size, (database, _) in grounds.items()}
        beside = await _beside(*grounds[sizes[-1]], paths[sizes[-1]], blueprints["cpc"])
    small, large = sizes[0], sizes[-1]
    ratios = {
        name: round(statistics.median(b / a for a, b in zip(one[small], one[large], strict=True)), 2)
        for name, one in taken.items()
    }
    return [
        {
            "name": "growth",
            "answers": list(sizes),
            **{f"{name}_ms": [round(statistics.median(one[size]), 2) for size in sizes] for name, one in taken.items()},
            "ratios": ratios,
            "answer_us": [round(answer[size], 1) for size in sizes],
            "answer_ratio": round(answer[large] / answer[small], 2),
            "replay_s_per_100k": [round(replayed[size] * 100_000, 2) for size in sizes],
            "megabytes": megabytes,
        },
        {"name": "growth_copy", "answers": large, "megabytes": megabytes[-1], **beside},
    ]


def _works(blueprint: Blueprint, plan: Plan) -> dict[str, Work]:
    """What is waited for; the same for every size."""
    week = standings.week_of(TODAY)

    async def undone(database: Database, work: Callable[[Transaction], Awaitable[None]]) -> None:
        async def step(tx: Transaction) -> None:
            await work(tx)
            raise _Undone

        with contextlib.suppress(_Undone):
            await database.write_at_once(step)

    async def digest(database: Database, group: Group) -> None:
        entry = Entry(1, "digest", "digest", group.group_id, str(DIGEST_DAY), to_ms(NOW))
        await undone(database, partial(daily.sum_up, entry=entry, group=group, plan=plan, now_ms=to_ms(NOW)))

    async def question(database: Database, group: Group) -> None:
        entry = Entry(1, "daily", "daily", group.group_id, None, to_ms(NOW))
        await undone(database, partial(daily.open_day, entry=entry, group=group, plan=plan, now_ms=to_ms(NOW)))

    return {
        "progress": lambda database, group: estimates.progress(database, group, USER, blueprint, NOW),
        "readiness": lambda database, group: estimates.chances(database, group, USER, blueprint, NOW),
        "my_move": lambda database, group: standings.my_move(database, group, USER, TODAY),
        "board": lambda database, group: standings.board(database, group, week),
        "streak": lambda database, group: streaks.show(database, group, USER, NOW),
        "export": lambda database, group: privacy.export(database, group, USER),
        "digest": digest,
        "question": question,
        "group_topics": lambda database, group: overview.overview(database, group, 1, blueprint, NOW),
        "bank_missed": lambda database, group: bank_status.missed(database, group, blueprint),
        "bank_poor": lambda database, group: bank_status.poor(database, group, blueprint),
    }


async def _turns(
    grounds: dict[int, tuple[Database, Group]], works: dict[str, Work]
) -> dict[str, dict[int, list[float]]]:
    """Milliseconds of each work and size. The sizes take turns: whatever else the machine does hits all of them."""
    found: dict[str, dict[int, list[float]]] = {name: defaultdict(list) for name in works}
    for name, work in works.items():
        for turn in range(TURNS + 2):
            for size, (database, group) in grounds.items():
                begun = time.perf_counter()
                await work(database, group)
                if turn > 1:
                    found[name][size].append((time.perf_counter() - begun) * 1000)
    return found


async def _replay(database: Database) -> float:
    """Seconds an answer of the model's replay, over the first of them."""
    async with database.read() as tx:
        made = Replay(await beliefs.items(tx))
        last = min(REPLAYED, await kept.last_seq(tx))
        begun = time.perf_counter()
        while made.upto < last:
            upto = min(last, made.upto + CHUNK)
            made.enter(await events(tx, made.upto, upto), upto)
        return (time.perf_counter() - begun) / made.answers


async def _beside(database: Database, group: Group, path: Path, blueprint: Blueprint) -> dict[str, Any]:
    """Progress and a small commit one after the other, alone and while the nightly copy of the file is made."""
    quiet = await _reads(database, group, blueprint)
    begun = time.perf_counter()
    copying = asyncio.create_task(asyncio.to_thread(backup.backup, path, path.with_name("copy.db")))
    busy: list[tuple[float, float]] = []
    while not copying.done():
        busy += await _reads(database, group, blueprint, 20)
    await copying
    seconds = time.perf_counter() - begun
    log = Path(f"{path}-wal")
    found: dict[str, Any] = {"copy_s": round(seconds, 1), "reads": [len(quiet), len(busy)]}
    for place, name in enumerate(("progress", "commit")):
        for share, word in ((0.5, "p50"), (0.99, "p99"), (1.0, "worst")):
            found[f"{name}_{word}_ms"] = [
                round(quantile(sorted(one[place] for one in some), share), 2) for some in (quiet, busy)
            ]
    return {**found, "log_mb": round(log.stat().st_size / 2**20, 1)}


async def _reads(
    database: Database, group: Group, blueprint: Blueprint, number: int = READS_BESIDE
) -> list[tuple[float, float]]:
    found = []
    for _ in range(number):
        begun = time.perf_counter()
        await estimates.progress(database, group, USER, blueprint, NOW)
        read = time.perf_counter()
        async with database.write() as tx:
            await tx.run("UPDATE members SET joined_at = joined_at + 1 WHERE group_id = :id", {"id": group.group_id})
        found.append(((read - begun) * 1000, (time.perf_counter() - read) * 1000))
    return found
