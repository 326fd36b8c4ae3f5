"""Copies while answers come, and copies that cannot be made: each that bears its name can be relied on."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import resource
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.meters import Meters
from bot.nightly import Copies
from bot.services.replay import replay
from bot.storage import backup as backups
from bot.storage.backup import BackupRefused, backup, restore
from bot.storage.database import Database
from tests.blank import blank
from tests.services.study import Study
from tests.storage.test_backup import NIGHT, At

MEMBERS = range(2001, 2013)
COPIES = 4
SOME = 10  # steps of a copy at which an ordinary run kills it; EVERY_STEP=1 tries them all


def _rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


ANSWERS = "SELECT round_id, member_id, seq, choice, p_before, p_after FROM answers ORDER BY seq"


async def _check_prefix(copy: Path, whole: list[tuple[Any, ...]]) -> int:
    """The copy holds the first answers and nothing else, and all that follows from just these; how many they are."""
    found = _rows(copy, ANSWERS)
    assert found == whole[: len(found)]
    assert (
        _rows(
            copy,
            "SELECT r.round_id FROM rounds r WHERE answered <> (SELECT COUNT(*) FROM answers a "
            "WHERE a.round_id = r.round_id)",
        )
        == []
    )
    opened = await Database.open(copy)
    try:
        assert (await replay(opened)).different == 0
    finally:
        await opened.close()
    return len(found)


async def test_copies_made_while_answers_come_hold_the_first_of_them(tmp_path: Path) -> None:
    """One answer after the other is committed while copies are made, by the command's way and by the daily one.

    Each copy is the state after some answer: with the estimates and counts of those before it, to the last bit. Put
    back, it is what the bot goes on from.
    """
    path = tmp_path / "study.db"
    copies = Copies(path, tmp_path / "backups", At(NIGHT))
    async with Study.open(path, per_day=5) as study:
        await study.until(study.now + timedelta(hours=4))
        rounds = [row["round_id"] for row in await study.rounds()]
        presses = itertools.product(rounds, MEMBERS)

        async def answer() -> None:
            for number, (round_id, user) in enumerate(presses):
                await study.press(round_id, user, number % 4)

        async def copy() -> list[Path]:
            made = [tmp_path / f"copy{number}.db" for number in range(COPIES)]
            for one in made:
                await asyncio.to_thread(backup, path, one)
            nightly = await copies.look()
            assert nightly is not None
            return [*made, nightly]

        _, made = await asyncio.gather(answer(), copy())
        whole = _rows(path, ANSWERS)
    assert len(whole) == len(rounds) * len(MEMBERS)
    counts = [await _check_prefix(one, whole) for one in made]
    assert counts == sorted(counts)
    assert len(set(counts)) > 1, "no answer came between two copies"
    restore(made[0], path, tmp_path / "aside.db")
    assert _rows(path, ANSWERS) == whole[: counts[0]]
    async with Study.open(path, per_day=5) as study:
        study.now += timedelta(hours=4)
        await asyncio.gather(*(study.press(round_id, user, 1) for round_id in rounds for user in MEMBERS))
        assert (await replay(study.database)).different == 0
        assert len(_rows(path, ANSWERS)) == len(whole)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "studyhall.db"
    blank(file)
    return file


def _forked(work: Any) -> int:
    """Do something in a process of its own; its exit code, negative where it was killed."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except (OSError, BackupRefused):
            code = 2
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _sound(folder: Path) -> int:
    """How many copies there are; each must be one."""
    there = Copies(folder, folder, At(NIGHT)).there().values()
    for copy in there:
        assert _rows(copy, "PRAGMA integrity_check") == [("ok",)]
        assert _rows(copy, "SELECT COUNT(*) FROM meta") == [(0,)]
    return len(there)


@contextlib.contextmanager
def _dies(step: int | None) -> Iterator[tuple[list[int], Callable[[], bool]]]:
    """Count the steps of copying: SQLite's own, some hundred at a time, and our renames; one of them kills the process.

    Comes with the count, and with what the copying is to ask whether it is to stop.
    """
    reached = [0]
    rename = Path.rename

    def at() -> bool:
        if reached[0] == step:
            os.kill(os.getpid(), signal.SIGKILL)
        reached[0] += 1
        return False

    def renamed(self: Path, target: Path) -> Path:
        at()
        done = rename(self, target)
        at()
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backups, "STEPS", 200)
        patch.setattr(Path, "rename", renamed)
        yield reached, at


def test_a_copy_that_is_killed_leaves_none_that_looks_whole(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed at any step of the daily copy: what bears a copy's name is one, and the next look clears up."""
    with _dies(None) as (reached, at):
        Copies(path, tmp_path / "plain", At(NIGHT))._look(at)
    steps = range(0, reached[0], 1 if os.environ.get("EVERY_STEP") else max(1, reached[0] // SOME))
    for step in steps:
        folder = tmp_path / f"{step}"
        copies = Copies(path, folder, At(NIGHT))
        with _dies(step) as (_, at):
            assert _forked(lambda: copies._look(at)) == -signal.SIGKILL  # noqa: B023  done before the next
        whole = _sound(folder)
        made = copies._look(lambda: False)
        assert (made is None) == (whole == 1)
        assert [one.name for one in folder.iterdir()] == ["studyhall-20260302T033000Z.db"]
        assert _sound(folder) == 1
    with capsys.disabled():
        sys.stdout.write(f"\na copy killed at {len(steps)} of {reached[0]} steps\n")
    assert reached[0] > 20


def test_a_full_disk_leaves_the_copies_that_there_are(path: Path, tmp_path: Path) -> None:
    """No room for all of a copy, or for none of it: nothing new is left, and what was there stays."""
    folder = tmp_path / "backups"
    clock = At(NIGHT)
    copies = Copies(path, folder, clock)
    assert copies._look(lambda: False)
    clock.instant += timedelta(days=1)
    for room in (path.stat().st_size // 2, 4096, 0):

        def full(room: int = room) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
            copies._look(lambda: False)

        assert _forked(full) == 2
        assert [one.name for one in folder.iterdir()] == ["studyhall-20260302T033000Z.db"]
    assert _sound(folder) == 1
    assert copies._look(lambda: False)
    assert _sound(folder) == 2


async def test_an_operator_sees_that_copies_fail(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A folder that cannot be made: a line in the log a look, and a figure; once it can, the figure is well again."""
    folder = path.with_name("backups")
    folder.write_text("a file")
    meters = Meters()
    copies = Copies(path, folder, At(NIGHT), meters)
    assert await copies.look() is None
    assert "the database could not be copied" in caplog.text
    said = meters.text().decode()
    assert "studyhall_copy_failed 1.0" in said
    assert "studyhall_copy_timestamp_seconds 0.0" in said
    folder.unlink()
    assert await copies.look()
    said = meters.text().decode()
    assert "studyhall_copy_failed 0.0" in said
    assert float(said.split("studyhall_copy_timestamp_seconds ")[-1].split()[0]) == NIGHT.timestamp()


async def test_a_bot_that_stops_waits_for_no_copy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told to stop in the middle, a copy is given up and leaves nothing, however large the database is."""
    monkeypatch.setattr(backups, "STEPS", 200)
    folder = path.with_name("backups")
    asked = itertools.count()
    with pytest.raises(BackupRefused, match="interrupted"):
        backup(path, path.with_name("copy.db"), lambda: next(asked) > 50)
    assert not path.with_name("copy.db").exists()
    looking = asyncio.create_task(Copies(path, folder, At(NIGHT)).look())
    await asyncio.sleep(0)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    await asyncio.get_running_loop().shutdown_default_executor()
    assert list(folder.glob("*.new*")) == []


async def test_a_clock_that_ran_ahead_costs_no_copy(path: Path) -> None:
    """A year ahead for a day and right again: the copy of then stays, and one a day is made as before."""
    clock = At(datetime(2027, 3, 2, 3, 30, tzinfo=UTC))
    copies = Copies(path, path.with_name("backups"), clock)
    ahead = await copies.look()
    clock.instant = NIGHT
    made = [await copies.look()]
    for _ in range(5):
        clock.instant += timedelta(hours=1)
        made.append(await copies.look())
    assert [one is not None for one in made] == [True, *[False] * 5]
    assert ahead in copies.there().values()
