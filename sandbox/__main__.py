"""`python -m sandbox`: the sandbox alone, or with `--bot DATABASE` the bot beside it."""

from __future__ import annotations

import argparse
from pathlib import Path

from sandbox.launcher import run


def main() -> int:
    """Read the command line and serve until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="sandbox", description="A Discord of our own on localhost.")
    parser.add_argument("--port", type=int, default=8420, help="the port on 127.0.0.1; 0 takes any free one")
    parser.add_argument("--frozen", action="store_true", help="the clock moves only when it is moved")
    parser.add_argument("--bot", type=Path, metavar="DATABASE", help="run the bot too, on this database file")
    parser.add_argument("--log", type=Path, metavar="FILE", help="where the bot writes; without it, to the terminal")
    parser.add_argument("--open", action="store_true", help="open the page where there is a desktop")
    parser.add_argument("--shards", type=int, default=1, help="how many gateway connections the bot must have")
    chosen = parser.parse_args()
    return run(
        chosen.bot, port=chosen.port, frozen=chosen.frozen, log=chosen.log, show=chosen.open, shards=chosen.shards
    )


if __name__ == "__main__":
    raise SystemExit(main())
