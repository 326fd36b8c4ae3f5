"""How fast an answer is kept and acknowledged, beside a bot that only acknowledges.

Both bots are logged in to one sandbox at once and take turns, so that whatever else the machine does hits both.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from sandbox.study_group import TOKEN
from tests.benchmarks.machine import cpu_seconds, resident_mib

BOTS = ("bare", "ours")
DEADLINE_MS = 3000
PATIENCE_S = 15.0
REPETITIONS = {1: 25, 100: 11, 1000: 7, 5000: 3}


@dataclass(slots=True)
class Figures:
    """What one bot's bursts of one size gave."""

    per_second: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    worst: list[float] = field(default_factory=list)
    bot_share: list[float] = field(default_factory=list)
    bot_cpu_ms: list[float] = field(default_factory=list)
    sandbox_share: list[float] = field(default_factory=list)
    inside: int = 0
    clicks: int = 0

    def add(self, outcome: dict[str, Any], bot_cpu: float) -> None:
        """Count one burst's outcome in; `bot_cpu` in seconds."""
        ms, seconds = sorted(outcome["ms"]), outcome["seconds"]
        self.per_second.append(len(ms) / seconds)
        self.p50.append(quantile(ms, 0.5))
        self.p99.append(quantile(ms, 0.99))
        self.worst.append(ms[-1])
        self.bot_share.append(bot_cpu / seconds)
        self.bot_cpu_ms.append(bot_cpu / len(ms) * 1000)
        self.sandbox_share.append(outcome["cpu"] / seconds)
        answered = outcome["statuses"].get("message", 0)
        self.inside += min(answered, sum(one <= DEADLINE_MS for one in ms))
        self.clicks += len(ms)


def quantile(ordered: list[float], share: float) -> float:
    """The nearest-rank quantile of sorted values."""
    return ordered[max(0, -(-int(len(ordered) * share * 1000) // 1000) - 1)]


class Process:
    """A child that is spoken to by lines."""

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        self.child = child

    @property
    def pid(self) -> int:
        return self.child.pid

    async def line(self) -> bytes:
        """Its next line. Raises RuntimeError when it has ended."""
        assert self.child.stdout is not None
        line = await self.child.stdout.readline()
        if not line:
            raise RuntimeError(f"a process of the benchmark ended with {await self.child.wait()}")
        return line

    async def ask(self, do: str, **word: Any) -> dict[str, Any]:
        """Have the sandbox's process do something."""
        assert self.child.stdin is not None
        self.child.stdin.write(orjson.dumps({"do": do, **word}) + b"\n")
        answer: dict[str, Any] = orjson.loads(await self.line())
        return answer

    async def stop(self) -> None:
        """Ask it to end, and wait for that; what lost the word in the middle of something else is ended."""
        with contextlib.suppress(ProcessLookupError):
            self.child.terminate()
        try:
            await asyncio.wait_for(self.child.wait(), PATIENCE_S)
        except TimeoutError:
            self.child.kill()
            await self.child.wait()


@contextlib.asynccontextmanager
async def started(*arguments: str, **environment: str) -> AsyncIterator[Process]:
    """`python ARGUMENTS` as a child process."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **environment},
        limit=1 << 24,
    )
    process = Process(child)
    try:
        yield process
    finally:
        await process.stop()


def ours() -> list[str]:
    """The arguments that run our bot; with BENCH_PROFILE set, its main thread's profile is written there."""
    profile = os.environ.get("BENCH_PROFILE")
    return ["-m", "cProfile", "-o", profile, "-m", "bot", "run"] if profile else ["-m", "bot", "run"]


@contextlib.asynccontextmanager
async def both() -> AsyncIterator[tuple[Process, dict[str, Process]]]:
    """A sandbox, and in it both bots with an open question, by the names of `BOTS`."""
    # The check against the official description is the sandbox's own work; it would hide the bots'.
    with tempfile.TemporaryDirectory() as folder:
        async with started("-m", "tests.benchmarks.group", DISCORD_OPENAPI="") as sandbox:
            where = await sandbox.ask("address")
            environment = {
                "STUDYHALL_ENDPOINT": where["url"],
                "DISCORD_TOKEN": TOKEN,
                "STUDYHALL_DATABASE": str(Path(folder) / "study.db"),
                "STUDYHALL_LOG_LEVEL": "WARNING",
            }
            bare = ["-m", "tests.benchmarks.bare", where["url"], where["bare_token"], where["bare_channel"]]
            async with started(*bare) as yardstick, started(*ours(), **environment) as studyhall:
                await yardstick.line()
                await sandbox.ask("open_round")
                yield sandbox, {"bare": yardstick, "ours": studyhall}


async def answer_burst() -> list[dict[str, Any]]:
    """One line for each size of burst."""
    async with both() as (sandbox, bots):
        return await _bursts(sandbox, bots)


async def _bursts(sandbox: Process, bots: dict[str, Process]) -> list[dict[str, Any]]:
    figures: dict[tuple[str, int], Figures] = defaultdict(Figures)
    for clicks in (1, 100, 1000):  # sockets, caches and the database's pages are there before anything counts
        for name in BOTS:
            await sandbox.ask("burst", bot=name, clicks=clicks)
    for clicks, repetitions in REPETITIONS.items():
        for turn in range(repetitions):
            for name in BOTS if turn % 2 == 0 else reversed(BOTS):
                before = cpu_seconds(bots[name].pid)
                outcome = await sandbox.ask("burst", bot=name, clicks=clicks)
                figures[name, clicks].add(outcome, cpu_seconds(bots[name].pid) - before)
    broken = (await sandbox.ask("broken"))["broken"]
    return [
        _line(clicks, figures["bare", clicks], figures["ours", clicks])
        | {"rules_broken": broken, "ours_mib": round(resident_mib(bots["ours"].pid))}
        for clicks in REPETITIONS
    ]


def _line(clicks: int, bare: Figures, mine: Figures) -> dict[str, Any]:
    median = statistics.median

    def ratio(ours: list[float], theirs: list[float]) -> float:
        # Of each turn's pair, so that a machine that slows down half-way slows both down.
        return round(median(a / b for a, b in zip(ours, theirs, strict=True)), 3)

    return {
        "name": "answer_burst",
        "clicks": clicks,
        "throughput_ratio": ratio(mine.per_second, bare.per_second),
        "p99_ratio": ratio(mine.p99, bare.p99),
        "inside_3s": round(mine.inside / mine.clicks, 4),
        # Where clicks fail, a bot is fast at failing: what counts is how many were answered in time.
        "inside_ratio": round(mine.inside / bare.inside, 2) if bare.inside else None,
        "bare_per_s": round(median(bare.per_second)),
        "ours_per_s": round(median(mine.per_second)),
        "bare_p50_ms": round(median(bare.p50), 1),
        "ours_p50_ms": round(median(mine.p50), 1),
        "bare_p99_ms": round(median(bare.p99), 1),
        "ours_p99_ms": round(median(mine.p99), 1),
        "ours_worst_ms": round(max(mine.worst), 1),
        "bare_inside_3s": round(bare.inside / bare.clicks, 4),
        "bare_cpu_ms": round(statistics.fmean(bare.bot_cpu_ms), 3),
        "ours_cpu_ms": round(statistics.fmean(mine.bot_cpu_ms), 3),
        "bare_share": round(median(bare.bot_share), 2),
        "ours_share": round(median(mine.bot_share), 2),
        "sandbox_share": round(median(bare.sandbox_share), 2),
        "sandbox_share_ours": round(median(mine.sandbox_share), 2),
        "repetitions": len(mine.p50),
    }
