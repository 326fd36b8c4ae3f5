"""The process that finds a file's questions among others: `python -m bot.intake.finding`, started by `pairing` alone.

It takes pickled lists of questions from its standard input and writes numbers, as JSON, to its standard output.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
from typing import IO, Final

from bot.domain.pairing import as_lists, pair
from bot.domain.questions import Question
from bot.intake.limits import confine

FRAME: Final = 4
"""Bytes of the length that precedes every piece; a length of 0 ends a list."""


def read(source: IO[bytes]) -> list[Question]:
    """One list, piece by piece."""
    found: list[Question] = []
    while length := int.from_bytes(source.read(FRAME), "big"):
        found += pickle.loads(source.read(length))  # noqa: S301  from our own other end of the pipe
    return found


def main() -> None:
    """Take three lists and the bank's flags, and say what is what."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.nice(5)  # a file can wait, a click cannot
    source = sys.stdin.buffer
    memory, cpu = (int.from_bytes(source.read(8), "big") for _ in range(2))
    confine(memory, cpu)
    try:
        fresh, bank, others = (read(source) for _ in range(3))
        counted = [flag == 1 for flag in source.read(len(bank))]
        out.write(json.dumps(as_lists(pair(fresh, bank, others, counted))).encode())
        out.flush()
    except (MemoryError, BrokenPipeError, KeyboardInterrupt):
        pass  # no answer says enough; or the bot is gone
    os._exit(0)


if __name__ == "__main__":
    main()
