"""`python -m tests.benchmarks [NAME…]`: the figures, one JSON line each."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from tests.benchmarks.answers import answer_burst
from tests.benchmarks.boards import board_reads
from tests.benchmarks.groups import groups
from tests.benchmarks.growth import growth
from tests.benchmarks.idle import idle_memory
from tests.benchmarks.imports import import_formats
from tests.benchmarks.machine import facts
from tests.benchmarks.pictures import stall
from tests.benchmarks.reminders import reminders
from tests.benchmarks.stalls import stalls

BENCHMARKS: dict[str, Callable[[], Awaitable[list[dict[str, Any]]]]] = {
    "answer_burst": answer_burst,
    "board_reads": board_reads,
    "groups": groups,
    "growth": growth,
    "idle_memory": idle_memory,
    "imports": import_formats,
    "picture_stall": stall,
    "reminders": reminders,
    "stalls": stalls,
}


async def run(names: list[str]) -> None:
    about = facts()
    for name in names:
        for line in await BENCHMARKS[name]():
            sys.stdout.write(orjson.dumps(line | about).decode() + "\n")
            sys.stdout.flush()


def main() -> None:
    names = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"There is no benchmark {unknown[0]}; there are: {', '.join(BENCHMARKS)}.")
    asyncio.run(run(names))


if __name__ == "__main__":
    main()
