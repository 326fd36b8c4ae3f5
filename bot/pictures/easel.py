"""The process that draws: `python -m bot.pictures.easel`, started by `worker` and by nobody else.

It reads one picture after another from its standard input and writes each as a PNG to its standard output, until the
input ends: when the bot dies, however it dies, this process ends too.
"""

from __future__ import annotations

import logging
import os
import pickle
import sys
from typing import IO, Final

from bot.domain.traces import trace
from bot.pictures import overview, progress

FRAME: Final = 4
"""Bytes of the length that precedes every message."""
DRAWN, FAILED = b"\x00", b"\x01"
"""The first byte of a reply: a PNG follows, or a traceback as UTF-8."""


def paint(picture: object) -> bytes:
    """Draw any kind of picture. Raises TypeError for what is none."""
    if isinstance(picture, progress.ProgressPicture):
        return progress.draw(picture)
    if isinstance(picture, overview.OverviewPicture):
        return overview.draw(picture)
    raise TypeError(f"{type(picture).__name__} is not a picture")


def serve(orders: IO[bytes], finished: IO[bytes]) -> None:
    """Draw what is ordered until the orders end."""
    while len(head := orders.read(FRAME)) == FRAME:
        body = orders.read(int.from_bytes(head, "big"))
        try:
            reply = DRAWN + paint(pickle.loads(body))  # noqa: S301  # the other end is the process that started this one
        except Exception as error:  # noqa: BLE001  # told to the bot, which logs it; the next picture may be fine
            reply = FAILED + trace(error).encode("utf-8", "replace")
        finished.write(len(reply).to_bytes(FRAME, "big") + reply)
        finished.flush()


def main() -> None:
    """Serve on the standard streams; what libraries print goes to standard error."""
    finished = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    if hasattr(os, "nice"):
        os.nice(5)  # a picture can wait, a click cannot
    # A note that the font list is being made, or that the cache folder is not writable, is of no use to anybody.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        serve(sys.stdin.buffer, finished)
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(0)  # the bot is gone: there is nobody to flush to


if __name__ == "__main__":
    main()
