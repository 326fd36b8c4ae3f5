"""How much a process that reads a stranger's file may take, set by itself before it looks at anything."""

from __future__ import annotations

import contextlib
import resource
from pathlib import Path

MEMORY = 1 << 30
"""Bytes of address space: the largest file that may be handed in needs about half of it."""
CPU = 60
"""Seconds of work of a processor."""
OPEN_FILES = 64


def confine(memory: int = MEMORY, cpu: int = CPU) -> None:
    """Bound this process for good: memory, work, no writing of files, no core."""
    _go_first()
    _bound(resource.RLIMIT_AS, memory)
    _bound(resource.RLIMIT_CPU, cpu, cpu + 5)  # the first ends it with a signal that says why, the second surely
    _bound(resource.RLIMIT_FSIZE, 0)
    _bound(resource.RLIMIT_CORE, 0)
    _bound(resource.RLIMIT_NOFILE, OPEN_FILES)


def _go_first() -> None:
    """Where the machine's or the container's memory ends, the system takes this process, and not the bot."""
    with contextlib.suppress(OSError):  # there is no such thing but on Linux
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _bound(which: int, most: int, surely: int | None = None) -> None:
    _, hard = resource.getrlimit(which)
    wanted = most if surely is None else surely
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(which, (min(most, wanted), wanted))
