"""Files that cannot be written, at the start and later, and a database that another program holds."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

from tests.faults.scene import ASKED, CHANNEL, CLOSED, SUMMED_UP, Scene, check_once, prepare
from tests.faults.test_full import PATIENCE_S, Tap
from tests.faults.test_torn import studyhall

UNBOUND = (str(Path(__file__).parent / "unprivileged.py"),)
NOT_KEPT = "this was not kept"


async def test_a_start_without_the_right_to_write_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """The folder, the database or its lock may not be written: code 2, the path and what to do, nothing changed.

    With the rights as they should be, the same files start.
    """
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    async with Scene.open(prepared, tmp_path / "scene") as scene:
        place, lock = scene.database.parent, Path(f"{scene.database}.lock")
        lock.touch()
        before, left = scene.database.read_bytes(), {"study.db", "study.db.lock", "bot.log"}
        for path, mode, well in ((place, 0o555, 0o755), (scene.database, 0o444, 0o644), (lock, 0o444, 0o644)):
            path.chmod(mode)
            done = await scene.launch(UNBOUND)
            assert await asyncio.wait_for(done.wait(), PATIENCE_S) == 2, scene.output()
            sentence = scene.log.read_text("utf-8").splitlines()[-1]
            assert sentence.startswith(f"{scene.database}: "), scene.output()
            assert "Traceback" not in scene.output()
            assert "cannot be written" in sentence, sentence
            path.chmod(well)
            assert scene.database.read_bytes() == before
            assert {one.name for one in place.iterdir()} == left
        await scene.start(UNBOUND)


def _writable(scene: Scene, *, yes: bool) -> None:
    """From now on the bot can write to no file at all, or can again, as where a disk fails and is mounted anew."""
    assert scene.bot is not None
    _, hard = resource.prlimit(scene.bot.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(scene.bot.pid, resource.RLIMIT_FSIZE, (hard if yes else 0, hard))


async def test_a_disk_that_takes_nothing_for_a_while(tmp_path: Path) -> None:
    """Who presses meanwhile reads that nothing was kept; the same process goes on once there is a disk again.

    What was due comes then, once. Told to stop while nothing can be written, it ends well, and the next start has all.
    """
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    async with Scene.open(prepared, tmp_path / "scene") as scene:
        scene.log = scene.log.with_name("log")
        async with Tap.open(scene.log) as tap:
            await scene.start()
            ben = await scene.server.member("Ben")
            await scene.until(ASKED)
            assert "Locked: **A**" in (await scene.ana.press("A", where=CHANNEL)).text
            _writable(scene, yes=False)
            refused = await asyncio.gather(ben.press("B", where=CHANNEL), scene.ana.run("/quiz practice", _in=CHANNEL))
            for reply in refused:
                assert NOT_KEPT in reply.text, reply.text
            assert scene.rows("SELECT choice FROM answers") == [(0,)]
            # What is kept can be read all the while.
            assert "**A**" in (await scene.ana.press("C", where=CHANNEL)).text
            moving = asyncio.create_task(scene.until(CLOSED))
            await tap.hears("the agenda could not be worked on")
            _writable(scene, yes=True)
            await moving
            await scene.until(SUMMED_UP)
            _writable(scene, yes=False)
            assert scene.bot is not None
            scene.bot.terminate()
            assert await asyncio.wait_for(scene.bot.wait(), PATIENCE_S) == 0, tap.lines
        scene.log = scene.log.with_name("later.log")
        await scene.start()
        assert scene.rows("SELECT choice FROM answers") == [(0,)]
        assert scene.rows("PRAGMA integrity_check") == [("ok",)]
        await check_once(scene)


@contextlib.asynccontextmanager
async def _held(path: Path) -> AsyncIterator[sqlite3.Connection]:
    """Another program, such as a shell of SQLite's, has begun to write and leaves it at that."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield other


async def test_a_database_that_another_program_holds(tmp_path: Path) -> None:
    """Held for long: who presses is told that nothing was kept, in time, and what is due comes afterwards, once.

    Held for a moment: the answer waits and is kept. A bot does not start on it, and says why.
    """
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    async with Scene.open(prepared, tmp_path / "scene") as scene:
        async with _held(scene.database):
            done = await scene.launch()
            assert await asyncio.wait_for(done.wait(), PATIENCE_S) == 2, scene.output()
            void = await studyhall(scene, "bank", "void", "cpc-rules", "anything")
            for sentence in (scene.log.read_text("utf-8").splitlines()[-1], *void.stderr.splitlines()):
                assert "(database is locked)" in sentence, sentence
                assert sentence.startswith(f"{scene.database}: ")
            assert void.returncode == 2
        scene.log.unlink()
        scene.log = scene.log.with_name("log")
        async with Tap.open(scene.log) as tap:
            await scene.start()
            ben = await scene.server.member("Ben")
            await scene.until(ASKED)
            async with _held(scene.database):
                replies = await asyncio.gather(*(one.press("A", where=CHANNEL) for one in (scene.ana, ben)))
                for reply in replies:
                    assert NOT_KEPT in reply.text, reply.text
                moving = asyncio.create_task(scene.until(CLOSED))
                await tap.hears("the agenda could not be worked on")
            await moving
            await scene.until(SUMMED_UP)
        await check_once(scene)
        assert scene.rows("SELECT COUNT(*) FROM answers") == [(0,)]
        async with _held(scene.database) as other:
            pressing = asyncio.create_task(ben.run("/quiz practice", _in=CHANNEL))
            await scene.server.requests()
            other.execute("COMMIT")
            assert NOT_KEPT not in (await pressing).text
        assert scene.bot is not None
        assert scene.bot.returncode is None
