"""How late the event loop of a real bot gets, and how long presses wait, while it draws, imports and copies.

Each work has an idle phase before it in the same run; twenty members a second press a letter all the time.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any

from sandbox.study_group import TOKEN
from tests.benchmarks import watched
from tests.benchmarks.answers import Process, quantile, started
from tests.benchmarks.machine import cpu_seconds

ANSWERS = 8_000_000
"""Of a database of a gigabyte; BENCH_QUICK makes a small one."""
QUICK = 500_000
A_SECOND, PART_S, IDLE_S = 20, 1.0, 15.0
DRAWINGS = 10


async def stalls() -> list[dict[str, Any]]:
    """A line for each work: the loop's worst lateness and p99.9 beside those of the idle phase, and so the presses'."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await asyncio.to_thread(watched.questions, folder / "bench.md")
        async with started("-m", "tests.benchmarks.storm", DISCORD_OPENAPI="") as sandbox:
            where = await sandbox.ask("address")
            environment = {
                "STUDYHALL_ENDPOINT": where["url"],
                "DISCORD_TOKEN": TOKEN,
                "STUDYHALL_DATABASE": str(folder / "bot.db"),
                "STUDYHALL_LOG_LEVEL": "WARNING",
            }
            async with started("-m", "tests.benchmarks.watched", **environment) as bot:
                await sandbox.ask("open_round")
                await _beside(sandbox, bot, {"do": "idle", "seconds": 5.0})  # sockets and caches are there
                drawn = await _compared(sandbox, bot, {"do": "draw", "number": DRAWINGS})
                brought = await _compared(sandbox, bot, {"do": "import", "file": str(folder / "bench.md")})
                answers = QUICK if os.environ.get("BENCH_QUICK") else ANSWERS
                await bot.ask("fill", answers=answers)
                copied = await _compared(sandbox, bot, {"do": "copy", "folder": str(folder / "copies")})
                megabytes = (folder / "bot.db").stat().st_size // 2**20
    return [
        {"name": "stalls", "work": "pictures", "number": DRAWINGS} | drawn,
        {"name": "stalls", "work": "import", "questions": 10_000} | brought,
        {"name": "stalls", "work": "copy", "answers": answers, "megabytes": megabytes} | copied,
    ]


async def _compared(sandbox: Process, bot: Process, word: dict[str, Any]) -> dict[str, Any]:
    idle = await _beside(sandbox, bot, {"do": "idle", "seconds": IDLE_S})
    work = await _beside(sandbox, bot, word)
    return work | {f"idle_{name}": value for name, value in idle.items() if name != "seconds"}


async def _beside(sandbox: Process, bot: Process, word: dict[str, Any]) -> dict[str, Any]:
    """Have the bot do something while members press."""
    used = cpu_seconds(bot.pid)
    work = asyncio.create_task(bot.ask(**word))
    ms: list[float] = []
    while not work.done():
        ms += (await sandbox.ask("press", a_second=A_SECOND, seconds=PART_S))["ms"]
    ms.sort()
    return await work | {
        "presses": len(ms),
        "press_p50_ms": round(quantile(ms, 0.5), 1),
        "press_p99_ms": round(quantile(ms, 0.99), 1),
        "press_worst_ms": round(ms[-1], 1),
        "bot_cpu_s": round(cpu_seconds(bot.pid) - used, 1),
    }
