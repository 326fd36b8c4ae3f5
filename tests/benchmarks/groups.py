"""What ten thousand groups cost: memory, the start, and a thousand daily questions of one minute.

The real bot on a sandbox that has as many servers, beside a bare discord.py bot in the same ones.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import statistics
import tempfile
import time
from collections import defaultdict
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot import running
from bot.domain.instants import to_ms
from bot.services import banks
from bot.storage.database import Database
from config.settings import Settings
from sandbox.study_group import DAILY_QUIZ_ID, GUILD_ID, TOKEN, TOVA_ID
from tests.benchmarks.answers import Process, ours, quantile, started
from tests.benchmarks.machine import cpu_seconds, memory_mib
from tests.benchmarks.servers import FIRST_ID, STEP

SIZES = (10, 100, 1_000, 10_000)  # BENCH_QUICK leaves the last one out
STARTS = 3
TOGETHER = 1_000  # groups whose question comes in the same minute
MEMBERS = 10
NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)  # where the sandbox's frozen clock begins
FIRST = datetime(2026, 3, 8, 8, 55, tzinfo=UTC)  # a Sunday, of the group whose members press
DAILY = datetime(2026, 3, 8, 9, tzinfo=UTC)
LATER = datetime(2026, 3, 9, 10, tzinfo=UTC)
SUNDAYS, MONDAYS = 1 << 6, 1 << 0
CLOSES = DAILY + timedelta(minutes=600)
DIGESTS = CLOSES + timedelta(minutes=1)
TURN = datetime(2026, 3, 9, tzinfo=UTC)
MINUTES = (
    ("questions", DAILY, "posts"),
    ("closings", CLOSES, "threads"),
    ("digests", DIGESTS, "posts"),
    ("turn", TURN, "settled"),  # of the week: snapshots and leagues of all groups
)
PRESSES_A_SECOND = 20
A_SECOND = 50  # requests that Discord allows a bot


async def groups() -> list[dict[str, Any]]:
    """A line for memory and start, and one for each minute in which all groups want something at once."""
    sizes = SIZES[:-1] if os.environ.get("BENCH_QUICK") else SIZES
    return [await starts(sizes), *await minutes(sizes[-1])]


async def _prepare(path: Path, number: int, together: int) -> None:
    """The study group of the sandbox and so many others, ten members each, all in the middle of a term.

    The first *together* of them have their question on Sunday at nine, the others on Mondays at a minute
    that has passed when the bench begins.
    """
    database = await Database.open(path)
    try:
        await banks.load(database, running.content(Settings())[1])
    finally:
        await database.close()
    numbers = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :most - 1)"
    columns = """(guild_id, channel_id, zone, daily_minute, weekdays, per_day, open_minutes, feedback, exam, set_up_by,
        created_at)"""
    given = {"first": FIRST_ID, "step": STEP, "tova": int(TOVA_ID), "daily": to_ms(DAILY), "turn": to_ms(TURN)}
    given["later"] = to_ms(LATER)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("BEGIN")
        db.execute(
            f"INSERT INTO groups {columns} VALUES (:guild, :channel, 'UTC', 535, 64, 1, 1200, 'instant', 'cpc', 1, 0)",
            {"guild": int(GUILD_ID), "channel": int(DAILY_QUIZ_ID)},
        )
        db.execute(
            f"""{numbers} INSERT INTO groups {columns}
                SELECT :first + i * :step, :first + i * :step + 1, 'UTC',
                    CASE WHEN i < :together THEN 540 ELSE 600 + i % 120 END,
                    CASE WHEN i < :together THEN :sundays ELSE :mondays END, 1, 600, 'instant', 'cpc', :tova, 0
                FROM n""",
            {"most": number, "together": together, "sundays": SUNDAYS, "mondays": MONDAYS, **given},
        )
        db.execute(
            f"""{numbers} INSERT INTO members (group_id, user_id, joined_at)
                SELECT g.group_id, g.group_id * 100 + n.i, 0 FROM groups g JOIN n""",
            {"most": MEMBERS},
        )
        db.execute("INSERT INTO tallies (member_id, counted) SELECT member_id, 50 FROM members")
        db.execute("INSERT INTO learner_estimates (member_id, mean, variance) SELECT member_id, 0.2, 0.1 FROM members")
        db.execute(
            """INSERT INTO learner_topic_estimates (member_id, topic_id, mean, variance)
               SELECT m.member_id, t.topic_id, 0.1, 0.1 FROM members m JOIN topics t ON t.topic_id <= 10"""
        )
        db.execute(
            """INSERT INTO agenda (key, kind, group_id, due_at)
               SELECT 'daily:' || group_id, 'daily', group_id,
                   CASE weekdays WHEN 1 THEN :later + (daily_minute - 600) * 60000
                       ELSE :daily + (daily_minute - 540) * 60000 END FROM groups""",
            given,
        )
        db.execute(
            """INSERT INTO agenda (key, kind, group_id, day, due_at)
               SELECT 'boards:' || group_id, 'boards', group_id, '2026-03-09', :turn FROM groups""",
            given,
        )
        db.execute("COMMIT")


def _environment(url: str, database: Path) -> dict[str, str]:
    return {
        "STUDYHALL_ENDPOINT": url,
        "DISCORD_TOKEN": TOKEN,
        "STUDYHALL_DATABASE": str(database),
        "STUDYHALL_LOG_LEVEL": "WARNING",
    }


async def starts(sizes: tuple[int, ...]) -> dict[str, Any]:
    """From a process's beginning until all is done and a command answered, its work until then and its memory.

    The bare bot is ready two seconds after the last server: it waits for another one for so long.
    """
    found: dict[tuple[str, int], list[tuple[float, ...]]] = defaultdict(list)
    for size in sizes:
        async with contextlib.AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            sandbox = await stack.enter_async_context(started("-m", "tests.benchmarks.servers", DISCORD_OPENAPI=""))
            where = await sandbox.ask("address")
            await sandbox.ask("servers", number=size)
            await _prepare(folder / "groups.db", size, 0)
            bare = ["-m", "tests.benchmarks.bare", where["url"], where["bare_token"], where["bare_channel"]]
            for _ in range(STARTS):
                begun = time.perf_counter()
                async with started(*bare) as yardstick:
                    await yardstick.line()
                    found["bare", size].append(_spent(yardstick, begun))
                begun = time.perf_counter()
                async with started(*ours(), **_environment(where["url"], folder / "groups.db")) as bot:
                    await sandbox.ask("settle")
                    await sandbox.ask("answer")
                    found["ours", size].append(_spent(bot, begun))
    median = statistics.median

    def column(bot: str, place: int, digits: int = 1) -> list[float]:
        return [round(median(one[place] for one in found[bot, size]), digits) for size in sizes]

    def over_bare(place: int) -> float:
        pairs = zip(found["bare", sizes[-1]], found["ours", sizes[-1]], strict=True)
        return round(median(mine[place] / theirs[place] for theirs, mine in pairs), 2)

    return {
        "name": "groups_start",
        "groups": list(sizes),
        "seconds": column("ours", 0, 2),
        "bare_seconds": column("bare", 0, 2),
        "cpu_s": column("ours", 1, 2),
        "bare_cpu_s": column("bare", 1, 2),
        "resident_mib": column("ours", 2),
        "bare_resident_mib": column("bare", 2),
        "peak_mib": column("ours", 3),
        "bare_peak_mib": column("bare", 3),
        "cpu_ratio": over_bare(1),
        "memory_ratio": over_bare(2),
    }


def _spent(process: Process, begun: float) -> tuple[float, ...]:
    return (time.perf_counter() - begun, cpu_seconds(process.pid), *memory_mib(process.pid))


async def minutes(size: int) -> list[dict[str, Any]]:
    """Presses one by one: in a quiet hour, and in the minutes of a thousand questions, closings and digests."""
    together = min(TOGETHER, size)
    with tempfile.TemporaryDirectory() as folder:
        async with started("-m", "tests.benchmarks.servers", DISCORD_OPENAPI="") as sandbox:
            where = await sandbox.ask("address")
            await sandbox.ask("servers", number=size)
            database = Path(folder) / "groups.db"
            await _prepare(database, size, together)
            async with started(*ours(), **_environment(where["url"], database)) as bot:
                await sandbox.ask("settle")
                await sandbox.ask("next")
                return await _minutes(sandbox, bot, together, size)


async def _minutes(sandbox: Process, bot: Process, together: int, size: int) -> list[dict[str, Any]]:
    await sandbox.ask("press", a_second=PRESSES_A_SECOND)  # sockets and caches
    calm = (await sandbox.ask("press", a_second=PRESSES_A_SECOND))["ms"]
    found = []
    for name, at, what in MINUTES:
        if name in ("closings", "turn"):
            await sandbox.ask("pass", to_ms=to_ms(at) - 1000)
        await sandbox.ask("watch", what=what)
        before = [cpu_seconds(one.pid) for one in (bot, sandbox)]
        wanted = 1 if what == "settled" else together
        loud = await sandbox.ask("press", a_second=PRESSES_A_SECOND, to_ms=to_ms(at), wanted=wanted)
        shares = [
            round((cpu_seconds(one.pid) - then) / loud["seconds"], 2)
            for one, then in zip((bot, sandbox), before, strict=True)
        ]
        found.append((name, loud, shares, await sandbox.ask("posts"), memory_mib(bot.pid)[0]))
    calm = sorted([*calm, *(await sandbox.ask("press", a_second=PRESSES_A_SECOND))["ms"]])
    broken = (await sandbox.ask("broken"))["broken"]
    return [
        {
            "name": "groups_minute",
            "what": name,
            "groups": size,
            "together": size if name == "turn" else together,
            "arrived": loud["arrived"],
            "seconds": round(loud["seconds"], 1),
            "requests": loud["statuses"],
            "floor_ratio": round(loud["seconds"] / (sum(loud["statuses"].values()) / A_SECOND), 2)
            if loud["statuses"]
            else None,
            "most_requests_a_second": loud["a_second"],
            "bot_share": shares[0],
            "sandbox_share": shares[1],
            **_beside(calm, sorted(loud["ms"])),
            "made": made,
            "broken": broken,
            "resident_mib": round(memory, 1),
        }
        for name, loud, shares, made, memory in found
    ]


def _beside(calm: list[float], rough: list[float]) -> dict[str, Any]:
    return {
        "presses": [len(calm), len(rough)],
        "p50_ms": [round(quantile(calm, 0.5), 1), round(quantile(rough, 0.5), 1)],
        "p99_ms": [round(quantile(calm, 0.99), 1), round(quantile(rough, 0.99), 1)],
        "worst_ms": [round(calm[-1], 1), round(rough[-1], 1)],
        "p99_ratio": round(quantile(rough, 0.99) / quantile(calm, 0.99), 2),
    }
