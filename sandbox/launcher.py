"""Starts the sandbox and the bot against it, as a process of its own that can be killed and started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import webbrowser
from typing import TYPE_CHECKING, TextIO

from sandbox.server import Sandbox
from sandbox.study_group import TOKEN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

STOP_TIMEOUT_S = 10.0
START_TIMEOUT_S = 30.0
"""After so long the page is worth opening even without the bot: its bar says that it is offline."""
REFUSED = 2  # the exit code of a bot, and of ours, that did not start


class BotProcess:
    """The bot as a child process of the same Python (`command`: its arguments); it writes to `log`, or where we do.

    It is on a leash: however we end, it ends too, since a bot without its world only tries to find it again.
    `ends` has the exit code of each end that nobody asked for here.
    """

    def __init__(
        self, url: str, database: Path, command: Sequence[str] = ("-m", "bot", "run"), log: Path | None = None
    ) -> None:
        self._command = command
        self._log = log
        self._environment = {
            **os.environ,
            "STUDYHALL_ENDPOINT": url,
            "DISCORD_TOKEN": TOKEN,
            "STUDYHALL_DATABASE": str(database),
        }
        self._process: asyncio.subprocess.Process | None = None
        self._asked: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self.ends: asyncio.Queue[int] = asyncio.Queue()

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it unless it runs."""
        if self.running:
            return
        with contextlib.ExitStack() as files:
            output = None if self._log is None else files.enter_context(self._log.open("ab"))
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "sandbox.leash", *self._command),
                env=self._environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
            )
        self._process = process
        self._watch = asyncio.create_task(self._report(process))

    async def _report(self, process: asyncio.subprocess.Process) -> None:
        code = await process.wait()
        if process is not self._asked:
            self.ends.put_nowait(code)

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
        self._asked = process
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


async def launch(
    database: Path | None,
    *,
    port: int = 0,
    frozen: bool = False,
    log: Path | None = None,
    show: bool = False,
    shards: int = 1,
) -> int:
    """Run until Ctrl-C or SIGTERM: the sandbox and, with a `database`, the bot. Prints the page's address.

    With `show` the page is opened too, where there is a desktop and somebody at a terminal to see it.

    A bot that is killed from outside is started again. Returns the exit code: 2 where the bot refused to start.
    """
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopped.set)
    async with Sandbox(port, frozen=frozen, rate_limit_scale=1.0, leaps=True, shards=shards) as box:
        if database is None:
            _say(f"The study group is at {box.url}/")
            if show:
                await open_page(box.url)
            await stopped.wait()
            return 0
        bot = box.bot_process = BotProcess(box.url, database, log=log)
        await bot.start()
        where = "" if log is None else f" (the bot's log: {log})"
        announcing = asyncio.create_task(_announce(box, f"The study group is at {box.url}/{where}", show=show))
        keeping = asyncio.create_task(_keep_alive(bot, log))
        waiting = asyncio.create_task(stopped.wait())
        try:
            await asyncio.wait({keeping, waiting}, return_when=asyncio.FIRST_COMPLETED)
            return keeping.result() if keeping.done() and not stopped.is_set() else 0
        finally:
            for task in (announcing, keeping, waiting):
                task.cancel()
            await bot.stop()


async def _announce(box: Sandbox, line: str, *, show: bool) -> None:
    """Say where the page is once the bot is in it: who opens it then can use every command."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(START_TIMEOUT_S):
            while not box.gateway.connected():  # noqa: ASYNC110  once a start, and nobody else asks
                await asyncio.sleep(0.05)
    _say(line)
    if show:
        await open_page(box.url)


def has_desktop(environment: Mapping[str, str], system: str, *, terminal: bool) -> bool:
    """Whether somebody sits before a screen here; `system` is sys.platform. Never in CI, over ssh or in a service."""
    if not terminal or environment.get("CI") or environment.get("SSH_CONNECTION"):
        return False
    if system in ("darwin", "win32"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


async def open_page(url: str) -> None:
    """Open the page in the browser of this desktop, where there is one; the address is printed anyway."""
    if has_desktop(os.environ, sys.platform, terminal=sys.stdout.isatty()):
        # In a thread: some browsers hold on to whoever starts them.
        await asyncio.to_thread(webbrowser.open, f"{url}/")


async def _keep_alive(bot: BotProcess, log: Path | None) -> int:
    """Start the bot again whenever it is killed; returns its exit code when it refused to start."""
    while True:
        code = await bot.ends.get()
        if code == REFUSED:
            if log is not None:
                _say(_last_line(log), sys.stderr)
            return REFUSED
        if code < 0:
            _say(f"The bot was killed (signal {-code}) and is started again.", sys.stderr)
            await bot.start()
        else:
            _say(f"The bot ended by itself (exit code {code}); the page can start it again.", sys.stderr)


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[-1] if lines else "The bot refused to start."


def _say(line: str, stream: TextIO | None = None) -> None:
    print(line, file=stream or sys.stdout, flush=True)


def run(
    database: Path | None,
    *,
    port: int = 0,
    frozen: bool = False,
    log: Path | None = None,
    show: bool = False,
    shards: int = 1,
) -> int:
    """The same from outside an event loop; says in one sentence why it cannot start."""
    try:
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            log.unlink(missing_ok=True)
        return asyncio.run(launch(database, port=port, frozen=frozen, log=log, show=show, shards=shards))
    except OSError as error:
        _say(
            f"The sandbox cannot start ({error.strerror}). If another program has port {port}, choose another one: "
            "studyhall sandbox --port 0 takes any that is free.",
            sys.stderr,
        )
        return REFUSED
