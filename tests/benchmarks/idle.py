"""What memory our bot keeps while nobody does anything, beside a bot that only acknowledges."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from tests.benchmarks.answers import BOTS, both

REST_S, QUICK_S = 60.0, 5.0


async def idle_memory() -> list[dict[str, Any]]:
    """One line, in MiB: resident, proportional and unshared memory a minute after the start, and the ratio of ours.

    Ours has a group that is set up, with an open question; both are logged in to the same server.
    """
    async with both() as (_, bots):
        await asyncio.sleep(QUICK_S if os.environ.get("BENCH_QUICK") else REST_S)
        found = {name: _memory(bots[name].pid) for name in BOTS}
    return [
        {"name": "idle_memory"}
        | {f"{kind}_ratio": round(found["ours"][kind] / found["bare"][kind], 2) for kind in ("rss", "pss", "uss")}
        | {f"{bot}_{kind}_mib": round(mib, 1) for bot, kinds in found.items() for kind, mib in kinds.items()}
    ]


def _memory(pid: int) -> dict[str, float]:
    """What the kernel counts of a process in MiB: resident, its share of what several have, and its own alone."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()[1:]
    kib = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    own = kib["Private_Clean"] + kib["Private_Dirty"]
    return {"rss": kib["Rss"] / 1024, "pss": kib["Pss"] / 1024, "uss": own / 1024}
