"""How long the event loop stands still while pictures are drawn."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class Ticks:
    """How late each wish to be woken in a millisecond was met, and what the loop computed meanwhile (both in ms)."""

    late: list[float] = field(default_factory=list)
    computed: list[float] = field(default_factory=list)

    async def note(self) -> None:
        """Ask to be woken, again and again."""
        while True:
            asked, used = time.perf_counter(), time.thread_time()
            await asyncio.sleep(_TICK)
            self.late.append((time.perf_counter() - asked - _TICK) * 1000)
            self.computed.append((time.thread_time() - used) * 1000)

    async def during(self, work: Awaitable[object]) -> float:
        """Tick while *work* is done; the milliseconds that it took."""
        ticking, started = asyncio.create_task(self.note()), time.perf_counter()
        try:
            await work
            return (time.perf_counter() - started) * 1000
        finally:
            ticking.cancel()

    def worst(self) -> tuple[float, float]:
        """The worst lateness and the 99.9th percentile."""
        ordered = sorted(self.late)
        return round(ordered[-1], 2), round(ordered[int(len(ordered) * 0.999)], 2)


async def stall() -> list[dict[str, Any]]:
    """The loop's worst lateness while pictures are drawn, beside that of an idle loop in the pauses between them.

    The two take turns, so that whatever else the machine does hits both. `worst_computed_ms` is the longest time that
    the loop's own thread computed in one go, which no neighbour makes longer. `cold_ms` is the first picture, with the
    start of the process; `warm_ms` the median of the others.
    """
    painter, drawing, idle, took = Painter(seconds=120), Ticks(), Ticks(), []
    try:
        for _ in range(DRAWINGS):
            took.append(await drawing.during(painter.draw(_picture())))
            await idle.during(asyncio.sleep(took[-1] / 1000))
    finally:
        await painter.close()
    (worst, p999), (idle_worst, idle_p999) = drawing.worst(), idle.worst()
    return [
        {
            "name": "picture_stall",
            "worst_ms": worst,
            "p999_ms": p999,
            "worst_computed_ms": round(max(drawing.computed), 2),
            "idle_worst_ms": idle_worst,
            "idle_p999_ms": idle_p999,
            "drawings": DRAWINGS,
            "cold_ms": round(took[0]),
            "warm_ms": round(statistics.median(took[1:])),
        }
    ]
