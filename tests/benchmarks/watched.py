"""A real bot that tells how late its event loop is: `python -m tests.benchmarks.watched`, run as `bot run` is.

It does what the lines of its input say, with the bot's own parts, beside whatever Discord sends. Each line
`{"do": NAME, …}` is answered by one line with the loop's lateness meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import sys
import time
import traceback
from collections.abc import AsyncIterator, Awaitable
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson

from bot import __main__ as program
from bot import running
from bot.clock import Clock
from bot.nightly import Copies
from bot.services import groups, import_work, imports
from bot.services.house import House
from config.settings import Settings
from sandbox.study_group import DAILY_QUIZ_ID, GUILD_ID
from tests.benchmarks.imports import WRITERS, made
from tests.benchmarks.pictures import Ticks, _picture
from tests.services.study import TOPICS

Word = dict[str, Any]
MEMBERS, ROUNDS = 50, 200
"""Of each group that fills the database."""


class Watched:
    """The parts of a running bot, and what can be done with them."""

    def __init__(self, house: House, settings: Settings, clock: Clock) -> None:
        self._house = house
        self._settings = settings
        self._clock = clock

    async def obey(self) -> None:
        """Do what the input says until it ends."""
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            word = orjson.loads(line)
            ticks, started = Ticks(), time.perf_counter()
            try:
                await ticks.during(self._do(word))
            except Exception:  # noqa: BLE001  whatever it is
                # Whoever asked waits for a line, and is told by our end.
                traceback.print_exc()
                os._exit(1)
            worst, p999 = ticks.worst()
            answer = {
                "worst_ms": worst,
                "p999_ms": p999,
                "computed_ms": round(max(ticks.computed), 2),
                "seconds": round(time.perf_counter() - started, 2),
            }
            os.write(sys.stdout.fileno(), orjson.dumps(answer) + b"\n")

    def _do(self, word: Word) -> Awaitable[object]:
        verbs = {"idle": self._idle, "fill": self._fill, "draw": self._draw, "import": self._import, "copy": self._copy}
        return verbs[word["do"]](word)

    async def _idle(self, word: Word) -> None:
        await asyncio.sleep(word["seconds"])

    async def _fill(self, word: Word) -> None:
        """So many answers more, of groups that nothing is planned for."""
        await asyncio.to_thread(_fill, self._settings.database, word["answers"] // (MEMBERS * ROUNDS))

    async def _draw(self, word: Word) -> None:
        for _ in range(word["number"]):
            await self._house.painter.draw(_picture())

    async def _import(self, word: Word) -> None:
        """Ten thousand questions from the file of the word into a bank of the group's own."""
        now, database = self._clock.now(), self._house.database
        group = await groups.find(database, int(GUILD_ID), int(DAILY_QUIZ_ID))
        data = await asyncio.to_thread(Path(word["file"]).read_bytes)
        intake = await self._house.reader.read(data, "bench.md")
        found = await imports.preview(
            database, group, self._house.blueprint(group), intake.imported, intake.pictures,
            file="bench.md", now=now, bank="bench", topic=TOPICS[0],
        )  # fmt: skip
        await import_work.apply(database, group, found.import_id, now)

    async def _copy(self, word: Word) -> None:
        made = await Copies(self._settings.database, Path(word["folder"]), self._clock).look()
        assert made is not None
        await asyncio.to_thread(made.unlink)


def _fill(path: Path, number: int) -> None:
    """So many groups like the one that is there, with members, rounds and answers of their own."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        names = ", ".join(
            row[1] for row in db.execute("PRAGMA table_info(groups)") if row[1] not in ("group_id", "guild_id")
        )
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most)"
        kept = db.execute("SELECT MAX(group_id) FROM groups").fetchone()[0]
        db.execute("BEGIN")
        db.execute(
            f"{numbers} INSERT INTO groups (guild_id, {names}) SELECT n.i, {names} FROM n JOIN groups", {"most": number}
        )
        db.execute(
            f"""{numbers} INSERT INTO members (group_id, user_id, joined_at)
                SELECT g.group_id, n.i, 0 FROM groups g JOIN n WHERE g.group_id > :kept""",
            {"most": MEMBERS, "kept": kept},
        )
        db.execute(
            f"""{numbers} INSERT INTO rounds (group_id, question_id, revision, kind, day, slot, option_order,
                    key_position, due_at, opened_at, closes_at, closed_at, state, channel_id)
                SELECT g.group_id, q.question_id, q.revision, 'daily', date('2025-12-31', -n.i || ' days'), 0, '0123',
                    0, n.i, n.i, n.i, n.i, 'closed', 1
                FROM groups g JOIN n JOIN (SELECT * FROM questions LIMIT 1) q WHERE g.group_id > :kept""",
            {"most": ROUNDS, "kept": kept},
        )
        db.execute(
            """INSERT INTO answers (round_id, member_id, seq, question_id, choice, correct, counted, rated,
                   answered_at, day, p_before, p_after)
               SELECT r.round_id, m.member_id, (SELECT MAX(seq) FROM answers) + r.round_id * :members + m.user_id,
                   r.question_id, 0, 1, 1, 1, r.opened_at, r.day, 0.5, 0.5
               FROM rounds r JOIN members m ON m.group_id = r.group_id WHERE r.group_id > :kept""",
            {"members": MEMBERS, "kept": kept},
        )
        db.execute("COMMIT")


def questions(path: Path) -> None:
    """Write the file that is imported."""
    path.write_bytes(WRITERS["markdown"](made()))


def main() -> None:
    start = running.house

    @contextlib.asynccontextmanager
    async def watched(settings: Settings, clock: Clock, *rest: Any) -> AsyncIterator[House]:
        async with start(settings, clock, *rest) as house:
            work = asyncio.create_task(Watched(house, settings, clock).obey())
            try:
                yield house
            finally:
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)

    running.house = watched  # type: ignore[assignment]  # it takes the same
    sys.argv[1:] = ["run"]
    program.main()


if __name__ == "__main__":
    main()
