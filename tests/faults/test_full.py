"""A full disk: nothing is lost, nothing comes twice, and no restart is needed once there is room."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.reminders import DUE, check, counts, prepare
from tests.faults.scene import Scene

PATIENCE_S = 30.0
LATER = DUE.replace(minute=40)


class Tap:
    """What the bot logs, through a pipe: a file could not grow either."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self._end = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")
        self._reader = asyncio.StreamReader()
        self.lines: list[str] = []

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator[Tap]:
        tap = cls(path)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(tap._reader), tap._end)
        try:
            yield tap
        finally:
            transport.close()

    async def hears(self, words: str) -> None:
        """Wait for a line with these words."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while line := (await self._reader.readline()).decode():
                    self.lines.append(line)
                    if words in line:
                        return
        except TimeoutError:
            pass
        raise AssertionError(f"the bot never said {words!r}: {[line[:300] for line in self.lines[-20:]]}")


def _disk(scene: Scene, how: str, *, full: bool) -> None:
    """The system lets the bot write no byte to any file ("limit"), or SQLite finds no room for a page ("pages")."""
    assert scene.bot is not None
    if how == "limit":
        _, hard = resource.prlimit(scene.bot.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(scene.bot.pid, resource.RLIMIT_FSIZE, (0 if full else hard, hard))
    elif full:
        Path(f"{scene.steps}.full").touch()
    else:
        Path(f"{scene.steps}.full").unlink()


def _greedy(path: Path) -> None:
    """Have every change of a delivery take pages of its own, so that a full database shows at once."""
    with contextlib.closing(sqlite3.connect(path)) as kept, kept:
        kept.execute("CREATE TABLE ballast (filling BLOB)")
        for change in ("INSERT", "UPDATE"):
            kept.execute(
                f"""CREATE TRIGGER greedy_{change} AFTER {change} ON deliveries
                    BEGIN INSERT INTO ballast VALUES (zeroblob(20000)); END"""
            )


HOWS = ("limit", "pages")


@pytest.fixture
async def prepared(tmp_path: Path) -> Path:
    """Four reminders for tomorrow morning."""
    path = tmp_path / "prepared.db"
    await prepare(path)
    _greedy(path)
    return path


@contextlib.asynccontextmanager
async def _running(prepared: Path, how: str, halt_at: str) -> AsyncIterator[tuple[Scene, Tap]]:
    """A bot whose log goes through a pipe, halted at the first step with these words; at the end all is well."""
    async with Scene.open(prepared, prepared.with_name(how)) as scene:
        scene.log = scene.log.with_name("log")
        async with Tap.open(scene.log) as tap:
            await scene.start_to_be_killed(halt_at, DUE)
            yield scene, tap
            await scene.until(LATER)
        await check(scene, days=1)
        assert scene.bot is not None
        assert scene.bot.returncode is None
        assert scene.rows("PRAGMA integrity_check") == [("ok",)]


async def test_what_cannot_be_claimed_is_claimed_when_there_is_room(prepared: Path) -> None:
    """Full in the minute in which four reminders are due: they come afterwards, once, from the same process."""

    async def trial(how: str) -> None:
        async with _running(prepared, how, "never") as (scene, tap):
            _disk(scene, how, full=True)
            moving = asyncio.create_task(scene.until(DUE))
            await tap.hears("the agenda could not be worked on")
            assert await counts(scene) == {}
            _disk(scene, how, full=False)
            await moving

    await asyncio.gather(*map(trial, HOWS))


async def test_what_arrived_and_could_not_be_noted_comes_once(prepared: Path) -> None:
    """Full between Discord's doing and our note of it: it is looked for when there is room, and not sent again."""

    async def trial(how: str) -> None:
        async with _running(prepared, how, "after POST /channels/") as (scene, tap):
            moving = asyncio.create_task(scene.until(DUE))
            assert scene.bot is not None
            await asyncio.wait_for(scene.bot.halted(), PATIENCE_S)
            assert sum((await counts(scene)).values()) == 1
            _disk(scene, how, full=True)
            os.kill(scene.bot.pid, signal.SIGCONT)
            await tap.hears("what became of a delivery could not be written")
            _disk(scene, how, full=False)
            await moving

    await asyncio.gather(*map(trial, HOWS))
