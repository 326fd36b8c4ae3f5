"""The bot, killed at one step of its own: `python tests/faults/killer.py STEP SINCE_MS STEPS_FILE`.

A step is the moment before or after a COMMIT of the database, or before or after a request to Discord that
changes something, counted from 0 once the clock stands at SINCE_MS or later. At STEP the process ends as a
power cut would end it (SIGKILL). Each step reached is a line of STEPS_FILE, written before anything else happens.

STEP can also be a step's own words and how often: "after POST /channels/1202/messages x2" is the second one of all
that STEPS_FILE tells of, by this process and by those before it. Ids stand there as `#`, since they differ from run to
run. With any other words the process is only halted (SIGSTOP), at the first step that has them. While there is a file
STEPS_FILE.full, the database may not grow by a page.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

import aiohttp

from bot import __main__ as program
from bot.clock import SandboxClock


class Killer:
    """Counts steps and ends the process at one of them, or halts it there."""

    def __init__(self, step: str, since_ms: int, steps: Path) -> None:
        self._step = step
        self._since_ms = since_ms
        self._steps = steps
        self._reached = 0
        self._over = False
        self._now_ms = 0
        named = re.fullmatch(r"(.+) x(\d+)", step)
        self._named = named[1] if named else None
        # What has come too often already is waited for once more.
        self._left = max(1, int(named[2]) - self._before(named[1])) if named else 0

    def _before(self, what: str) -> int:
        """How often processes before this one came to a step."""
        lines = self._steps.read_text("utf-8").splitlines() if self._steps.exists() else []
        return sum(1 for line in lines if line.split(" ", 1)[1] == what)

    def hears(self, now_ms: int) -> None:
        """The clock was set."""
        self._now_ms = now_ms

    def most_pages(self) -> int:
        """How many pages the database may have; SQLite takes too few for as many as there are."""
        return 1 if Path(f"{self._steps}.full").exists() else 2**30

    def at(self, what: str) -> None:
        """A step is reached."""
        if self._now_ms < self._since_ms or self._over:
            return
        if self._named is None and not self._step.isdecimal():
            if self._step in what:
                self._over = True
                os.kill(os.getpid(), signal.SIGSTOP)
            return
        what = re.sub(r"\d{15,}", "#", what)
        with self._steps.open("a", encoding="utf-8") as file:
            file.write(f"{self._reached} {what}\n")
        self._left -= what == self._named
        if str(self._reached) == self._step or (what == self._named and self._left == 0):
            os.kill(os.getpid(), signal.SIGKILL)
        self._reached += 1


def watch(killer: Killer) -> None:
    """Have every step of the database's, of the requests' and of the clock's pass by the killer."""
    connect, request, heard = sqlite3.connect, aiohttp.ClientSession._request, SandboxClock._set

    class Watched(sqlite3.Connection):
        def execute(self, sql: str, *params: Any) -> sqlite3.Cursor:
            if sql == "BEGIN IMMEDIATE":
                super().execute(f"PRAGMA max_page_count = {killer.most_pages()}")
            if sql != "COMMIT":
                return super().execute(sql, *params)
            killer.at("before COMMIT")
            cursor = super().execute(sql, *params)
            killer.at("after COMMIT")
            return cursor

    async def watched(self: aiohttp.ClientSession, method: str, url: Any, **more: Any) -> aiohttp.ClientResponse:
        if method == "GET":
            return await request(self, method, url, **more)
        path = str(url).split("/v10", 1)[-1]
        killer.at(f"before {method} {path}")
        response = await request(self, method, url, **more)
        killer.at(f"after {method} {path}")
        return response

    def hears(self: SandboxClock, word: dict[str, int]) -> None:
        killer.hears(word["now_ms"])
        heard(self, word)

    sqlite3.connect = lambda *args, **more: connect(*args, **{**more, "factory": Watched})
    aiohttp.ClientSession._request = watched  # type: ignore[assignment, method-assign]
    SandboxClock._set = hears  # type: ignore[method-assign]


if __name__ == "__main__":
    watch(Killer(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
    sys.argv[1:] = ["run"]
    program.main()
