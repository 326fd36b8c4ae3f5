"""The process that reads: `python -m bot.intake.reading`, started by `worker` for one file and by nobody else.

It takes one order from its standard input, tells on its standard output how far it is, and at last what came of it.
"""

from __future__ import annotations

import os
import pickle
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Final

from bot.domain.images import Picture
from bot.domain.questions import Problem, Question
from bot.domain.traces import trace
from bot.formats import sniff
from bot.formats.imported import MAX_PROBLEMS, Imported, images
from bot.intake.limits import CPU, MEMORY, confine

FRAME: Final = 4
"""Bytes of the length that precedes every message; its first byte says what it is."""
PROGRESS, DONE, FAILED, NO_MEMORY = b"p", b"d", b"f", b"m"
MAX_PICTURES: Final = 2_000
MAX_PICTURE_BYTES: Final = 60_000_000
"""All pictures of one file together."""
_PAUSE_S: Final = 0.2

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Order:
    """A file to be read. *folder*: where on this machine its pictures may stand beside it; else None."""

    data: bytes
    name: str
    folder: str | None = None
    memory: int = MEMORY
    cpu: int = CPU


def work(order: Order, told: Told) -> tuple[Imported, tuple[Picture, ...]]:
    """The file's questions whose pictures are sound, and those pictures."""
    lines = order.data.count(b"\n") + 1
    found = sniff.read(order.data, order.name, told)
    files = dict(found.files)
    if order.folder is not None:
        files |= _beside(found, Path(order.folder))
    wanted = list(dict.fromkeys(image.name for one in found.questions for image in images(one)))
    pictures, faults = _pictures(files, wanted, lambda n: told(lines + n, lines + len(wanted)))
    return _without(found, faults), tuple(pictures)


def _beside(found: Imported, folder: Path) -> dict[str, bytes]:
    """Pictures that a file names and does not bring; a name is a bare one, so none leads out of the folder."""
    there: dict[str, bytes] = {}
    for name in {image.name for one in found.questions for image in images(one)} - set(found.files):
        path = folder / Path(name).name
        if path.is_file() and path.stat().st_size <= MAX_PICTURE_BYTES:
            there[name] = path.read_bytes()
    return there


def _pictures(
    files: Mapping[str, bytes], wanted: list[str], told: Callable[[int], None]
) -> tuple[list[Picture], dict[str, str]]:
    """The sound ones, and what is wrong with each of the others."""
    if not wanted:
        return [], {}
    from bot.intake import sound  # most files have no pictures, and the library takes its time to come

    kept: list[Picture] = []
    faults: dict[str, str] = {}
    size = 0
    for number, name in enumerate(wanted, 1):
        data = files.get(name)
        if data is None:
            faults[name] = "is not in the file; hand in a zip of the file with its pictures beside it"
            continue
        if len(kept) >= MAX_PICTURES or size >= MAX_PICTURE_BYTES:
            faults[name] = f"is one too many: {MAX_PICTURES:,} pictures with {MAX_PICTURE_BYTES:,} bytes are the most"
            continue
        try:
            kept.append(sound.picture(name, data))
            size += len(kept[-1].data)
        except sound.Unsound as error:
            faults[name] = str(error)
        told(number)
    return kept, faults


def _without(found: Imported, faults: Mapping[str, str]) -> Imported:
    """The file without the questions whose picture is at fault, each of them reported."""
    kept: list[Question] = []
    errors: dict[int, Problem] = {}
    for question in found.questions:
        name = next((image.name for image in images(question) if image.name in faults), None)
        if name is None:
            kept.append(question)
        else:
            said = f"the picture “{name[:60]}” {faults[name]}; the question was left out"
            errors[question.line] = Problem(_file(found), question.line, "error", said)
    problems = [one for one in found.problems if one.line not in errors or "is not in th" not in one.message]
    room = max(0, MAX_PROBLEMS - len(problems))
    problems += list(errors.values())[:room]
    return replace(
        found,
        questions=tuple(kept),
        problems=tuple(sorted(problems, key=lambda problem: problem.line)),
        uncounted=found.uncounted + max(0, len(errors) - room),
        files={},
    )


def _file(found: Imported) -> str:
    return next((problem.file for problem in found.problems), "")


class _Teller:
    """Writes how far it is, a few times a second."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _PAUSE_S
            send(self._out, PROGRESS, done.to_bytes(8, "big") + total.to_bytes(8, "big"))


def send(out: IO[bytes], kind: bytes, body: bytes = b"") -> None:
    out.write((len(body) + 1).to_bytes(FRAME, "big") + kind)
    out.write(body)
    out.flush()


def main() -> None:
    """Read one order, carry it out, end."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is not taken for an answer
    os.nice(5)  # a file can wait, a click cannot
    length = int.from_bytes(sys.stdin.buffer.read(8), "big")
    order: Order = pickle.loads(sys.stdin.buffer.read(length))  # noqa: S301  the process that started this one wrote it
    confine(order.memory, order.cpu)
    try:
        try:
            done = pickle.dumps(work(order, _Teller(out)), pickle.HIGHEST_PROTOCOL)
            send(out, DONE, done)
        except MemoryError:
            send(out, NO_MEMORY)
        except Exception as error:  # noqa: BLE001  told to the bot, which logs it
            send(out, FAILED, trace(error).encode("utf-8", "replace"))
    except (BrokenPipeError, KeyboardInterrupt):
        pass  # the bot is gone
    os._exit(0)  # half a gigabyte is given back faster by ending than by tidying up


if __name__ == "__main__":
    main()
