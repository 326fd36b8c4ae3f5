"""Runs a program that ends with whoever started it: `python -m sandbox.leash -m bot run`.

Whoever starts it holds the other end of its standard input and never writes. However that process ends (kill -9 sends
no word), the system closes the pipe; the program then gets SIGTERM, and has GRACE_S to end by itself.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

GRACE_S = 5.0


def _watch() -> None:
    while os.read(0, 64):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)


def main() -> None:
    """Run what the arguments say, `-m module …` or `-c text`, as Python itself would."""
    how, what, *rest = sys.argv[1:]
    threading.Thread(target=_watch, name="leash", daemon=True).start()
    sys.argv = [how, *rest]
    if how == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102  as python -c does


if __name__ == "__main__":
    main()
