"""The bot, killed at one step of its own: `python tests/faults/killer.py STEP SINCE_MS STEPS_FILE`.

A step is the moment before or after a COMMIT of the database, or before or after a request to Discord that
changes something, counted from 0 once the clock stands at SINCE_MS or later. At STEP the process ends as a
power cut would end it (SIGKILL). Each step reached is a line of STEPS_FILE, written before anything else happens.

STEP can also be a step's own words and how often: "after POST /channels/1202/messages x2" is the second one of all
that STEPS_FILE tells of, by this process and by those before it. Ids stand there as `#`, since they differ from run to
run. With any other words the process is only halted (SIGSTOP), at the first step that has them. While there is a file
STEPS_FILE.full, the database may not grow by a page.

Finer, each statement and each request (GET too) has two steps, named by their places in the program (`places.py`):
"new" ends the process at the first step whose name no process before it ended at; "new 0.01 7" does so for one name in
a hundred, chosen by the seed 7, and "new 0.01 7 3" for the fourth hundredth of them: together a hundred of such parts
are all. "dice 0.01 7" ends it at any step with that chance, whatever its name. "trace" only listens. STEPS_FILE.killed
then has a line for each kill, and STEPS_FILE.seen one for each name that was reached.
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
from discord.state import ConnectionState

from bot import __main__ as program
from bot.callbacks import Answer, Callbacks
from bot.clock import SandboxClock
from tests.faults import places

HEARTBEAT_TIMEOUT_S = 3.0


class Killer:
    """Counts steps and ends the process at one of them, or halts it there."""

    fine = False

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
        return sum(1 for line in _lines(self._steps) if line.split(" ", 1)[1] == what)

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
        _note(self._steps, f"{self._reached} {what}")
        self._left -= what == self._named
        if str(self._reached) == self._step or (what == self._named and self._left == 0):
            os.kill(os.getpid(), signal.SIGKILL)
        self._reached += 1


class Fine(Killer):
    """Ends the process at steps of single statements and requests: at new ones, by dice, or never."""

    fine = True

    def __init__(self, step: str, since_ms: int, steps: Path) -> None:
        super().__init__("never", since_ms, steps)
        self._how, *numbers = step.split()
        self._chance = float(numbers[0]) if numbers else 1.0
        self._seed = numbers[1] if numbers[1:] else "0"
        self._part = int(numbers[2]) if numbers[2:] else 0
        self._killed, self._seen = Path(f"{steps}.killed"), Path(f"{steps}.seen")
        kills = _lines(self._killed)
        self._known = set(_lines(self._seen))
        self._spent = set(kills)
        self._dice = Random(f"{self._seed} {len(kills)}")

    def at(self, what: str) -> None:
        if self._now_ms < self._since_ms or self._over:
            return
        if what not in self._known:
            self._known.add(what)
            _note(self._seen, what)
        if self._ends(what):
            # The threads go on until the signal comes.
            self._over = True
            _note(self._killed, what)
            os.kill(os.getpid(), signal.SIGKILL)

    def _ends(self, what: str) -> bool:
        if self._how == "new":
            return what not in self._spent and self._chosen(what)
        return self._how == "dice" and self._dice.random() < self._chance

    def _chosen(self, what: str) -> bool:
        digest = hashlib.sha256(f"{self._seed} {what}".encode()).digest()
        return self._part <= int.from_bytes(digest[:6]) / 2**48 / self._chance < self._part + 1


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines() if path.exists() else []


def _note(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def killer_of(step: str, since_ms: int, steps: Path) -> Killer:
    """By the step's words."""
    fine = step.split(maxsplit=1)[0] in ("new", "dice", "trace")
    return (Fine if fine else Killer)(step, since_ms, steps)


def watch(killer: Killer) -> None:
    """Have every step of the database's, of the requests' and of the clock's pass by the killer."""
    heard = SandboxClock._set

    def hears(self: SandboxClock, word: dict[str, int]) -> None:
        killer.hears(word["now_ms"])
        heard(self, word)

    SandboxClock._set = hears  # type: ignore[method-assign]
    _watch_database(killer)
    _watch_requests(killer)
    if killer.fine:
        places.follow()
        _hurry()


def _hurry() -> None:
    """Take a connection for dead after seconds without a heartbeat's answer, and not after the library's minute."""
    begin = ConnectionState.__init__

    def begins(self: Any, *args: Any, **more: Any) -> None:
        begin(self, *args, **more)
        self.heartbeat_timeout = HEARTBEAT_TIMEOUT_S

    ConnectionState.__init__ = begins  # type: ignore[method-assign]


def _watch_database(killer: Killer) -> None:
    connect = sqlite3.connect

    class Watched(sqlite3.Connection):
        def _step(self, sql: str, work: Callable[..., sqlite3.Cursor], *args: Any) -> sqlite3.Cursor:
            step = places.of_statement(sql) if killer.fine else "COMMIT" if sql == "COMMIT" else None
            if step is None:
                return work(*args)
            killer.at(f"before {step}")
            cursor = work(*args)
            killer.at(f"after {step}")
            return cursor

        def execute(self, sql: str, *params: Any) -> sqlite3.Cursor:
            if sql == "BEGIN IMMEDIATE":
                super().execute(f"PRAGMA max_page_count = {killer.most_pages()}")
            return self._step(sql, super().execute, sql, *params)

        def executemany(self, sql: str, rows: Iterable[Any], /) -> sqlite3.Cursor:
            return self._step(sql, super().executemany, sql, rows)

        def executescript(self, script: str, /) -> sqlite3.Cursor:
            return self._step("SCRIPT", super().executescript, script)

    sqlite3.connect = lambda *args, **more: connect(*args, **{**more, "factory": Watched})


def _watch_requests(killer: Killer) -> None:
    request, callback = aiohttp.ClientSession._request, Callbacks.post

    def step_to(method: str, url: str) -> str | None:
        if killer.fine:
            return places.of_request(method, url)
        return None if method == "GET" else f"{method} {url.split('/v10', 1)[-1]}"

    async def watched(self: aiohttp.ClientSession, method: str, url: Any, **more: Any) -> aiohttp.ClientResponse:
        step = step_to(method, str(url))
        if step is None:
            return await request(self, method, url, **more)
        killer.at(f"before {step}")
        response = await request(self, method, url, **more)
        killer.at(f"after {step}")
        return response

    async def answered(self: Callbacks, session: aiohttp.ClientSession, path: str, body: bytes) -> Answer:
        step = step_to("POST", path)
        killer.at(f"before {step}")
        answer = await callback(self, session, path, body)
        killer.at(f"after {step}")
        return answer

    aiohttp.ClientSession._request = watched  # type: ignore[assignment, method-assign]
    Callbacks.post = answered  # type: ignore[method-assign]


if __name__ == "__main__":
    watch(killer_of(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
    sys.argv[1:] = ["run"]
    program.main()
