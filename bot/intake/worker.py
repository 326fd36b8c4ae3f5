"""The bot's side of reading question files: a queue before one other process, with bounds on all that it may take.

A child for each file: nothing of the last one is left when the next comes.
"""

from __future__ import annotations

import asyncio
import gc
import io
import logging
import pickle
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from bot import children
from bot.domain.images import Picture
from bot.domain.questions import Problem
from bot.formats.imported import MAX_BYTES, Imported
from bot.formats.sniff import TOO_LARGE, UNKNOWN
from bot.intake.limits import CPU, MEMORY
from bot.intake.reading import DONE, FAILED, FRAME, NO_MEMORY, PROGRESS, Order

log = logging.getLogger(__name__)

_LARGEST: Final = 200_000_000
_KNOWN: Final = {
    "bot.domain.questions": {"Bank", "Case", "Image", "Kind", "Option", "Problem", "Question"},
    "bot.domain.images": {"Picture"},
    "bot.formats.imported": {"Imported", "Skipped"},
}
"""What an answer may be made of."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What came of a file: its questions, and their pictures, each sound. No question lacks a picture that it names."""

    imported: Imported
    pictures: tuple[Picture, ...] = ()


class Reader:
    """Reads question files, one at a time, each in a process of its own.

    At most *waiting* files wait while one is read. A file may take *seconds* from its turn on, *cpu* seconds of work
    and *memory* bytes; what it takes more ends its process, and is a problem of that file.
    """

    def __init__(self, *, waiting: int = 8, seconds: float = 180.0, cpu: int = CPU, memory: int = MEMORY) -> None:
        self._waiting = waiting
        self._seconds = seconds
        self._cpu = cpu
        self._memory = memory
        self._turn = asyncio.Lock()
        self._inside = 0
        self._closed = False
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The reading process, while there is one."""
        return self._process.pid if self._process else None

    async def read(
        self,
        data: bytes,
        name: str,
        *,
        progress: Callable[[int, int], None] | None = None,
        folder: Path | None = None,
    ) -> Intake:
        """The questions of a file in any format, found out by its content. Raises nothing for what is in it.

        *name* is named in the problems. *progress* hears (done, of how many) a few times a second. *folder*: where
        pictures may stand that the file names and does not bring.
        """
        if len(data) > MAX_BYTES:
            return _refused(name, TOO_LARGE)
        if self._inside > self._waiting:
            return _refused(name, "too many files are being read at this moment; try again in a minute")
        self._inside += 1
        try:
            async with self._turn:
                if self._closed:
                    return _refused(name, "the bot is just stopping; hand the file in again when it is back")
                return await self._in_time(data, name, progress, folder)
        finally:
            self._inside -= 1

    async def close(self) -> None:
        """End the process; what is being read or waiting is told so. A second call does nothing."""
        self._closed = True
        if self._process:
            children.kill(self._process)
        async with self._turn:
            pass

    async def _in_time(
        self, data: bytes, name: str, progress: Callable[[int, int], None] | None, folder: Path | None
    ) -> Intake:
        order = Order(data, name, None if folder is None else str(folder), self._memory, self._cpu)
        try:
            async with asyncio.timeout(self._seconds):
                return await self._once(order, progress or _silent)
        except TimeoutError:
            return _refused(name, f"reading the file took more than {self._seconds:g} seconds; it was not read")
        finally:
            await self._dismiss()

    async def _once(self, order: Order, progress: Callable[[int, int], None]) -> Intake:
        process = self._process = await children.begin("bot.intake.reading")
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            body = pickle.dumps(order)
            process.stdin.write(len(body).to_bytes(8, "big"))
            process.stdin.write(body)
            await process.stdin.drain()
            while True:
                kind, frame = await _frame(process.stdout)
                if kind == PROGRESS:
                    progress(int.from_bytes(frame[:8], "big"), int.from_bytes(frame[8:16], "big"))
                elif kind == DONE:
                    await children.ended(process)
                    # Twenty thousand questions take longer to unpack than a click may wait.
                    return await asyncio.to_thread(_unpacked, frame)
                elif kind == NO_MEMORY:
                    return _refused(order.name, self._too_much_memory())
                else:
                    assert kind == FAILED
                    log.error("a question file could not be read", extra={"trace": frame.decode(errors="replace")})
                    return _refused(order.name, "the file could not be read because of a fault in this program")
        except (OSError, EOFError, pickle.UnpicklingError):
            return _refused(order.name, self._death(await children.ended(process)))

    def _death(self, code: int) -> str:
        """Why the process ended, as a sentence about the file."""
        if self._closed:
            return "the bot is just stopping; hand the file in again when it is back"
        if code == -signal.SIGXCPU:
            return f"reading the file took more than {self._cpu} seconds of work; it was not read"
        if code in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGKILL):
            return f"{self._too_much_memory()} (the process that read it was ended)"
        return "the process that read the file ended before it was done; the file was not read"

    def _too_much_memory(self) -> str:
        return f"reading the file took more than {self._memory // 2**20:,} MiB of memory; it was not read"

    async def _dismiss(self) -> None:
        process, self._process = self._process, None
        await children.dismiss(process)


async def _frame(stream: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """What a message is, and what it says. Raises EOFError at the end, and for what is no message."""
    length = int.from_bytes(await stream.readexactly(FRAME), "big")
    if not 0 < length <= _LARGEST:
        raise EOFError("not an answer")
    frame = await stream.readexactly(length)
    return frame[:1], frame[1:]


class _Unpickler(pickle.Unpickler):
    """Makes what an answer is made of, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if name not in _KNOWN.get(module, ()):
            raise pickle.UnpicklingError(f"{module}.{name} is no part of an answer")
        return super().find_class(module, name)


def _unpacked(frame: bytes) -> Intake:
    collecting = gc.isenabled()
    gc.disable()  # a hundred thousand new objects make it look through all there are, which holds up every click
    try:
        imported, pictures = cast("tuple[Imported, tuple[Picture, ...]]", _Unpickler(io.BytesIO(frame)).load())
    finally:
        if collecting:
            gc.enable()
    return Intake(imported, pictures)


def _refused(name: str, sentence: str) -> Intake:
    return Intake(Imported(UNKNOWN, problems=(Problem(name, 1, "error", sentence),)))


def _silent(done: int, total: int) -> None:
    """Nobody wants to know."""
