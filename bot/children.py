"""Processes of the bot's own for what must not hold it up: how each begins, and how it ends.

A plain child with pipes: it can be killed, it dies of what it takes too much of and not the bot, and neither the bot's
token nor any other setting is in its environment.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[1]
_ENVIRONMENT: Final = (
    "PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "USERPROFILE", "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME", "MPLCONFIGDIR", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONWARNINGS",
)  # fmt: skip
_PATIENCE_S: Final = 5.0


async def begin(module: str, *, limit: int = 1 << 20) -> asyncio.subprocess.Process:
    """Start `python -m module` with pipes to and from it; *limit* as of asyncio's streams, in bytes."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=limit, cwd=_ROOT,
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        start_new_session=True,  # Ctrl+C is for the bot, which then ends its children
    )  # fmt: skip


def kill(process: asyncio.subprocess.Process) -> None:
    """End a process at once, where it has not ended."""
    if process.returncode is None:
        try:
            process.kill()
        except ProcessLookupError:
            pass  # it ended by itself a moment ago


async def dismiss(process: asyncio.subprocess.Process | None) -> None:
    """End a process, where there is one, and wait until it is gone."""
    if process:
        kill(process)
        await process.wait()


async def ended(process: asyncio.subprocess.Process) -> int:
    """Wait for a process that is just ending by itself; its exit code.

    Killing one at that very moment would take its exit code away from the event loop.
    """
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await process.wait()
    except TimeoutError:
        kill(process)
        return await process.wait()
