"""`python tests/faults/unprivileged.py`: the bot as one whom the rights of files bind, as they do not bind root."""

from __future__ import annotations

import ctypes
import os
import struct
import sys

from bot import __main__ as program

VERSION = 0x20080522  # of Linux' capabilities, in two halves of 32 bits


def give_up() -> None:
    """Give up every capability that this process has; its user stays the same. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capset(struct.pack("=Ii", VERSION, 0), bytes(24)) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    give_up()
    sys.argv[1:] = ["run"]
    program.main()
