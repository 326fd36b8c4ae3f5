"""Starts the sandbox and the bot against it, as a process of its own that can be killed and started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING

from sandbox.server import Sandbox
from sandbox.study_group import TOKEN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

STOP_TIMEOUT_S = 10.0


class BotProcess:
    """The bot as a child process of the same Python (`command`: its arguments); its output goes where ours goes."""

    def __init__(self, url: str, database: Path, command: Sequence[str] = ("-m", "bot", "run")) -> None:
        self._command = command
        self._environment = {
            **os.environ,
            "STUDYHALL_ENDPOINT": url,
            "DISCORD_TOKEN": TOKEN,
            "STUDYHALL_DATABASE": str(database),
        }
        self._process: asyncio.subprocess.Process | None = None

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it unless it runs."""
        if not self.running:
            self._process = await asyncio.create_subprocess_exec(sys.executable, *self._command, env=self._environment)

    async def kill(self) -> None:
        """End it as a crash does (SIGKILL)."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Ask it to end; kill it when it does not."""
        await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def restart(self) -> None:
        """End it, if it runs, and start it again."""
        await self.stop()
        await self.start()

    async def wait(self) -> int | None:
        """Wait for its end; returns the exit code."""
        return None if self._process is None else await self._process.wait()


async def launch(database: Path | None, *, port: int = 0, frozen: bool = False) -> int:
    """Run until Ctrl-C or SIGTERM: the sandbox and, with a `database`, the bot. Prints the page's address."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopped.set)
    async with Sandbox(port, frozen=frozen, rate_limit_scale=1.0) as box:
        if database is not None:
            box.bot_process = BotProcess(box.url, database)
            await box.bot_process.start()
        sys.stdout.write(f"The study group is at {box.url}/\n")
        sys.stdout.flush()
        try:
            await stopped.wait()
        finally:
            if box.bot_process is not None:
                await box.bot_process.stop()
    return 0


def run(database: Path | None, *, port: int = 0, frozen: bool = False) -> int:
    """The same from outside an event loop."""
    return asyncio.run(launch(database, port=port, frozen=frozen))
