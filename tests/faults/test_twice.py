"""Two processes that want one database: one gets it, whatever the moment, and commands beside a bot do no harm."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
from pathlib import Path

from bot.storage import database as databases
from bot.storage.database import DatabaseRefused
from tests import warm
from tests.blank import blank
from tests.faults.scene import ASKED, Scene, check_once, prepare
from tests.faults.test_full import PATIENCE_S
from tests.faults.test_torn import studyhall

TRIES, AT_ONCE = 10, 4
REFUSED = 2


def _contender(path: Path, gate: int, told: int, number: int) -> int:
    """A process that wants the database once the gate is opened, and keeps it until it is killed; its id."""
    child = os.fork()
    if child:
        return child
    code = 1
    with contextlib.suppress(BaseException):
        os.read(gate, 1)
        try:
            held = databases._prepare(path)
        except DatabaseRefused as refused:
            code = REFUSED if "is already running on this database" in str(refused) else 1
        else:
            os.write(told, bytes([number]))
            signal.alarm(int(PATIENCE_S))
            signal.pause()
            held.close()
    os._exit(code)


def _ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_of_several_that_begin_at_once_one_gets_the_database(tmp_path: Path) -> None:
    """Four at a time, ten times, on a new file and on one that is there: exactly one has it, the others are refused.

    The one that had it is killed, and its lock is in nobody's way the next time.
    """
    path = tmp_path / "study.db"
    for turn in range(TRIES):
        if turn == 1:
            blank(path)
        gate, opened = os.pipe()
        heard, told = os.pipe()
        contenders = [_contender(path, gate, told, number) for number in range(AT_ONCE)]
        os.write(opened, b"!" * AT_ONCE)
        (number,) = os.read(heard, 1)
        winner = contenders.pop(number)
        assert [_ended(one) for one in contenders] == [REFUSED] * (AT_ONCE - 1)
        os.kill(winner, signal.SIGKILL)
        assert _ended(winner) == -signal.SIGKILL
        for end in (gate, opened, heard, told):
            os.close(end)
        with contextlib.closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_bots_that_meet(tmp_path: Path) -> None:
    """Two bots begin at once, one begins while another one stops, and commands run beside it: one day as ever.

    Commands that change or replay are refused with the holder's name; those that look or copy do their work.
    """
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    async with Scene.open(prepared, tmp_path / "scene") as scene:
        pair = [await scene.launch(), await scene.launch()]
        ends = [asyncio.create_task(one.wait()) for one in pair]
        (loser,), _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE_S)
        assert loser.result() == REFUSED, scene.output()
        scene.bot = pair[1 - ends.index(loser)]
        await scene.server.bot_is(connected=True)
        await scene.until(ASKED)
        assert "Locked" in (await scene.press("A")).text

        replay, void, doctor, copy = await asyncio.gather(
            studyhall(scene, "model", "replay"),
            studyhall(scene, "bank", "void", "cpc-rules", "anything"),
            studyhall(scene, "doctor", "--offline"),
            studyhall(scene, "backup", "beside.db"),
        )
        for refused in (replay, void):
            assert (refused.returncode, f"process {scene.bot.pid} is already running" in refused.stderr) == (2, True)
            assert "Traceback" not in refused.stderr
        assert f"a bot runs on it (process {scene.bot.pid})" in doctor.stdout
        assert (copy.returncode, copy.stderr) == (0, "")

        scene.bot.terminate()
        early = await scene.launch()
        assert await asyncio.wait_for(scene.bot.wait(), PATIENCE_S) == 0
        if await _stays(scene, early):
            scene.bot = early
        else:
            # It came while the other one still had the database; whoever restarts it has it run.
            assert early.returncode == REFUSED
            await scene.start()
        for moment in (ASKED.replace(hour=19), ASKED.replace(hour=19, minute=1)):
            await scene.until(moment)
        await check_once(scene)
        assert scene.rows("SELECT COUNT(*) FROM answers") == [(1,)]


async def _stays(scene: Scene, bot: warm.Process) -> bool:
    """Whether it runs, or was refused."""
    there = asyncio.create_task(scene.server.bot_is(connected=True))
    gone = asyncio.create_task(bot.wait())
    await asyncio.wait({there, gone}, return_when=asyncio.FIRST_COMPLETED)
    stays = not gone.done()
    for task in (there, gone):
        task.cancel()
    await asyncio.gather(there, gone, return_exceptions=True)
    return stays
