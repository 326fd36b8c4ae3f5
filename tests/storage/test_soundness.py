"""A database is looked at by how it was left: what somebody put there, or took away, is found before it is used."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sqlite3
from pathlib import Path
from random import Random

import pytest

from bot.storage import database as databases
from bot.storage import migrations
from bot.storage.backup import BackupRefused, backup, restore
from bot.storage.database import Database, DatabaseRefused, locked
from bot.storage.soundness import Left
from tests.blank import blank

PAGE = 4096
GONE = "the last process was killed, and its write-ahead log"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "study.db"
    blank(file)
    return file


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[Left]:
    """How each database that is opened was believed to have been left."""
    found: list[Left] = []
    migrate = migrations.migrate

    def noted(file: Path, how: Left) -> None:
        found.append(how)
        migrate(file, how)

    monkeypatch.setattr(migrations, "migrate", noted)
    return found


def _write(connection: sqlite3.Connection, first: int, last: int) -> None:
    """Groups with these numbers: each is in a table and in an index of it."""
    sql = "INSERT INTO groups (guild_id, channel_id, zone, daily_minute, weekdays, per_day, open_minutes, feedback, "
    sql += "exam, set_up_by, created_at) VALUES (?, 2, ?, 540, 127, 1, 600, 'instant', 'cpc', 9, 0)"
    connection.executemany(sql, ((number * 7919 % 10007, f"Zone/{number:0100}") for number in range(first, last)))
    connection.commit()


def _killed(path: Path, first: int, last: int, *, brought_in: bool = False) -> None:
    """A process that has the database, writes these rows and is killed; perhaps after it brought its log in."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            databases._prepare(path)
            connection = sqlite3.connect(path)
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            _write(connection, first, last)
            if brought_in:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        os.kill(os.getpid(), signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


async def _rows(path: Path) -> int:
    """How many there are for a start."""
    database = await Database.open(path)
    try:
        async with database.read() as tx:
            row = await tx.one("SELECT COUNT(*) AS n FROM groups")
            assert row is not None
            return int(row["n"])
    finally:
        await database.close()


async def test_what_we_closed_is_not_looked_at_again(path: Path, looked: list[Left]) -> None:
    """The second start trusts what the first one closed; touched in between by anybody it is looked at closely."""
    await _rows(path)
    await _rows(path)
    with contextlib.closing(sqlite3.connect(path)) as other:
        _write(other, 0, 1)
    assert await _rows(path) == 1
    await _rows(path)
    path.write_bytes(path.read_bytes())
    await _rows(path)
    with locked(path):
        pass
    await _rows(path)
    assert looked == [Left.UNKNOWN, Left.CLOSED, Left.UNKNOWN, Left.CLOSED, Left.UNKNOWN, Left.UNKNOWN]


async def test_a_program_that_replicates_the_log(
    path: Path, looked: list[Left], caplog: pytest.LogCaptureFixture
) -> None:
    """Where another program has the database open, too, the log stays when we close it, and that is no alarm."""
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        _write(other, 0, 1)
        assert await _rows(path) == 1
        assert Path(f"{path}-wal").stat().st_size > 0
        assert await _rows(path) == 1
    assert await _rows(path) == 1
    assert looked == [Left.UNKNOWN, Left.CRASHED, Left.UNKNOWN]
    assert caplog.text == ""


async def test_the_log_of_a_killed_process_is_brought_in(path: Path, looked: list[Left]) -> None:
    """With its index of the log as it was, without one, and with one of nonsense; all that was committed is there."""
    shm = Path(f"{path}-shm")
    _killed(path, 0, 10)
    assert await _rows(path) == 10
    _killed(path, 10, 20)
    shm.unlink()
    assert await _rows(path) == 20
    _killed(path, 20, 30)
    shm.write_bytes(os.urandom(shm.stat().st_size))
    assert await _rows(path) == 30
    assert looked == [Left.CRASHED] * 3


async def test_a_log_that_was_cut_loses_its_end_alone(path: Path) -> None:
    """Of a log that a power cut left in the middle of a page, the commits before it are there, and no half one."""
    _killed(path, 0, 10)
    log = Path(f"{path}-wal")
    whole = log.stat().st_size
    _killed(path, 10, 300)
    assert log.stat().st_size > whole
    os.truncate(log, log.stat().st_size - PAGE // 2)
    assert await _rows(path) == 10


@pytest.mark.parametrize("log", [None, b"", b"not a log" * 1000])
async def test_a_log_that_was_taken_away_is_missed(
    path: Path, log: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Removed, emptied or overwritten: the start says so once, by name, and with what is left."""
    _killed(path, 0, 10)
    kept = Path(f"{path}-wal")
    kept.unlink()
    if log is not None:
        kept.write_bytes(log)
    with caplog.at_level(logging.WARNING):
        assert await _rows(path) == 0
        assert caplog.text.count(GONE) == 1
        await _rows(path)
    assert caplog.text.count(GONE) == 1
    assert f"{path}-wal" in caplog.text


def _pages(path: Path) -> list[bytes]:
    data = path.read_bytes()
    return [data[at : at + PAGE] for at in range(0, len(data), PAGE)]


async def test_a_copy_torn_by_writes_is_refused(path: Path, tmp_path: Path) -> None:
    """A plain `cp` while the bot writes has some pages of before and some of after: none of twenty such starts a bot.

    Nor does the command put one in the database's place.
    """
    with contextlib.closing(sqlite3.connect(path)) as connection:
        _write(connection, 0, 300)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = _pages(path)
        _write(connection, 300, 900)
        connection.execute("UPDATE groups SET guild_id = guild_id + 20000 WHERE group_id % 3 = 0")
        connection.commit()
    after = _pages(path)
    rng = Random(8)
    changed = [number for number, page in enumerate(before) if page != after[number]]
    assert len(changed) > 5
    quietly = 0
    for number in range(20):
        # Copied from its beginning to its end: what was written meanwhile is new behind a place, or before it too.
        old = (
            set(rng.sample(changed, rng.randrange(1, len(changed))))
            if number % 2
            else set(changed[: number // 2 % 4 + 1])
        )
        torn = tmp_path / f"torn{number}.db"
        torn.write_bytes(b"".join(before[at] if at in old else page for at, page in enumerate(after)))
        with contextlib.closing(sqlite3.connect(torn)) as connection:
            quietly += connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
        with pytest.raises(DatabaseRefused, match="Restore your last backup"):
            await Database.open(torn)
        if number % 5 == 0:
            with pytest.raises(BackupRefused, match="Nothing was changed"):
                restore(torn, path, tmp_path / "aside.db")
    assert 0 < quietly < 20, "a quick look would do"


async def test_an_older_file_under_a_newer_log_is_refused(path: Path, tmp_path: Path) -> None:
    """A copy that was put over a killed bot's database by hand, with the log still beside it, starts no bot."""
    _killed(path, 0, 50, brought_in=True)
    await _rows(path)
    old = path.read_bytes()
    backup(path, tmp_path / "backup.db")
    _killed(path, 50, 400, brought_in=True)
    await _rows(path)
    _killed(path, 400, 500)
    log = Path(f"{path}-wal").read_bytes()
    for data in (old, (tmp_path / "backup.db").read_bytes()):
        path.write_bytes(data)
        Path(f"{path}-wal").write_bytes(log)
        os.utime(path)
        with pytest.raises(DatabaseRefused, match="not a sound database"):
            await _rows(path)
        Path(f"{path}-wal").write_bytes(log)
        restore(tmp_path / "backup.db", path, tmp_path / f"aside{len(data)}.db")
        assert await _rows(path) == 50


@pytest.mark.parametrize("where", range(1, 8))
async def test_a_page_of_nonsense_is_found_after_a_kill(path: Path, where: int) -> None:
    """A damaged page shows after a crash as after anything else that somebody did; the file is left as it is."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        _write(connection, 0, 200)
    _killed(path, 200, 210, brought_in=True)
    pages = len(_pages(path))
    with path.open("r+b") as file:
        file.seek(pages * where // 8 * PAGE)
        file.write(b"\xa5" * PAGE)
    with pytest.raises(DatabaseRefused, match="Restore your last backup"):
        await _rows(path)
