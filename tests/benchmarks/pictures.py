"""How long the event loop stands still while pictures are drawn."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bot.domain.estimates import State
from bot.pictures.progress import ProgressPicture, TopicRow
from bot.pictures.worker import Painter

DRAWINGS = 30
_TICK = 0.001


def _picture() -> ProgressPicture:
    """As large as it gets: every row is used, each with a name of a usual length and a trend."""
    states = list(State)
    rows = (
        TopicRow(
            f"A topic of a usual length {n}",
            "Section",
            0.06,
            0.4 + n / 50,
            0.3,
            0.8,
            states[n % 3],
            20,
            (0.3, 0.35, 0.5, 0.4),
        )
        for n in range(17)
    )
    return ProgressPicture("Your progress", 0.7, tuple(rows))


async def _lateness(late: list[float]) -> None:
    """Ask to be woken every millisecond, and note by how much each time was missed, in milliseconds."""
    while True:
        asked = time.perf_counter()
        await asyncio.sleep(_TICK)
        late.append((time.perf_counter() - asked - _TICK) * 1000)


def _worst(late: list[float]) -> tuple[float, float]:
    ordered = sorted(late)
    return round(ordered[-1], 2), round(ordered[int(len(ordered) * 0.999)], 2)


async def stall() -> list[dict[str, Any]]:
    """The loop's worst lateness while pictures are drawn one after another, beside that of an idle loop.

    The first picture includes the start of the process (`cold_ms`); `warm_ms` is the median of the others.
    """
    painter, took = Painter(seconds=120), []
    late: list[float] = []
    idle: list[float] = []
    try:
        for noted, drawings in ((late, DRAWINGS), (idle, 0)):
            ticking = asyncio.create_task(_lateness(noted))
            for _ in range(drawings):
                ordered = time.perf_counter()
                await painter.draw(_picture())
                took.append((time.perf_counter() - ordered) * 1000)
            if not drawings:
                await asyncio.sleep(sum(took) / 1000)
            ticking.cancel()
    finally:
        await painter.close()
    (worst, p999), (idle_worst, idle_p999) = _worst(late), _worst(idle)
    return [
        {
            "name": "picture_stall",
            "worst_ms": worst,
            "p999_ms": p999,
            "idle_worst_ms": idle_worst,
            "idle_p999_ms": idle_p999,
            "drawings": DRAWINGS,
            "cold_ms": round(took[0]),
            "warm_ms": round(sorted(took[1:])[len(took) // 2]),
        }
    ]
