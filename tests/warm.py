"""Programs of ours as real processes that begin at once: forked from one process that has their imports done.

What starts a bot takes over a second to import, and hundreds of tests begin with it. A process of its own keeps those
modules warm; it has one thread, and forks for each request. The child is what `python …` would have been: its own
folder, environment, arguments and streams, its own exit code and its own way to end.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

ROOT = Path(__file__).parent.parent
WARM = ("bot.__main__", "bot.running", "bot.offline", "bot.phrases", "sandbox.server", "tests.faults.killer")
HALTED = b"halted\n"
_REQUEST = 1 << 18


@dataclass(frozen=True)
class Done:
    """How a process ended (negative: by a signal) and what it said."""

    returncode: int
    stdout: str
    stderr: str


class Process:
    """A program that runs, or did; its `returncode` is None until its end is known here."""

    def __init__(self, pid: int, told: IO[bytes]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._halted = threading.Event()
        self._ended = threading.Event()
        self._waiting: list[asyncio.Future[None]] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._listen, args=(told,), daemon=True).start()

    @classmethod
    def start(
        cls, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdout: IO[bytes], stderr: IO[bytes]
    ) -> Self:
        """`python command…`: `-m` and a module, or a file, with its arguments."""
        reader, writer = os.pipe()
        request = json.dumps({"command": list(command), "cwd": str(cwd), "env": dict(env)}).encode()
        socket.send_fds(_zygote(), [request], [stdout.fileno(), stderr.fileno(), writer])
        os.close(writer)
        told = os.fdopen(reader, "rb")
        return cls(int(told.readline()), told)

    def _listen(self, told: IO[bytes]) -> None:
        with told:
            for line in told:
                if line == HALTED:
                    self._halted.set()
                else:
                    self.returncode = int(line)
        with self._lock:
            self._ended.set()
        for one in self._waiting:
            with contextlib.suppress(RuntimeError):  # whoever waited is gone, with their event loop
                one.get_loop().call_soon_threadsafe(_told, one)

    def wait_here(self) -> int:
        """Its exit code, when it has ended; the thread waits."""
        self._ended.wait()
        assert self.returncode is not None, "the process that starts others has ended"
        return self.returncode

    async def wait(self) -> int:
        """The same while the event loop goes on. It takes no thread: many may wait, and some cease to."""
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._lock:
            if self._ended.is_set():
                ended.set_result(None)
            else:
                self._waiting.append(ended)
        await ended
        return self.wait_here()

    async def halted(self) -> None:
        """Return when it has been halted (SIGSTOP)."""
        await asyncio.to_thread(self._halted.wait)

    def send_signal(self, sign: signal.Signals) -> None:
        """As `kill` does; nothing where it has ended."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, sign)

    def kill(self) -> None:
        """End it as a crash does."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


def _told(one: asyncio.Future[None]) -> None:
    if not one.done():
        one.set_result(None)


def run(command: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None) -> Done:
    """`python command…`, and what came of it."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = Process.start(command, cwd=cwd, env=os.environ if env is None else env, stdout=out, stderr=err)
        code = process.wait_here()
        out.seek(0)
        err.seek(0)
        return Done(code, out.read().decode(), err.read().decode())


@functools.cache
def _zygote() -> socket.socket:
    """The way to the process that forks; both end with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen([sys.executable, "-m", "tests.warm"], stdin=theirs.fileno(), cwd=ROOT)

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * _REQUEST)
    return ours


def _serve(requests: socket.socket) -> list[str]:
    """Fork for each request. Returns in the child alone, with what it is to run."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the watchers
    gc.collect()
    gc.freeze()
    while True:
        request, files, _, _ = socket.recv_fds(requests, _REQUEST, 3)
        if not request:
            os._exit(0)
        if os.fork() == 0:
            requests.close()
            return _watch(json.loads(request), files)
        for file in files:
            os.close(file)


def _watch(asked: dict[str, object], files: list[int]) -> list[str]:
    """Fork once more and tell how that one ends. Returns in the child alone."""
    stdout, stderr, told = files
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child:
        os.close(stdout)
        os.close(stderr)
        os.write(told, b"%d\n" % child)
        while os.WIFSTOPPED(status := os.waitpid(child, os.WUNTRACED)[1]):
            os.write(told, HALTED)
        os.write(told, b"%d\n" % os.waitstatus_to_exitcode(status))
        os._exit(0)
    os.close(told)
    null = os.open(os.devnull, os.O_RDONLY)
    for file, place in ((null, 0), (stdout, 1), (stderr, 2)):
        os.dup2(file, place)
        os.close(file)
    os.chdir(str(asked["cwd"]))
    environment = asked["env"]
    assert isinstance(environment, dict)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.path[0] = os.getcwd()
    command = asked["command"]
    assert isinstance(command, list)
    return [str(part) for part in command]


def _main() -> None:
    for name in WARM:
        __import__(name)
    for name in sys.modules["bot.client"].COGS:
        __import__(name)
    command = _serve(socket.socket(fileno=os.dup(0)))
    if command[0] == "-m":
        sys.argv = command[1:]
        sys.modules.pop(f"{command[1]}.__main__", None)
        runpy.run_module(command[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = command
        runpy.run_path(command[0], run_name="__main__")


if __name__ == "__main__":
    _main()
