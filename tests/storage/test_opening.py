"""What is opened, what is refused and with which word, and what holds from then on."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage import meta
from bot.storage.database import Database, DatabaseRefused

ROOT = Path(__file__).parents[2]
HOLDER = """
import asyncio, sys
from pathlib import Path
from bot.storage.database import Database

async def main():
    database = await Database.open(Path(sys.argv[1]))
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await database.close()

asyncio.run(main())
"""


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "study.db")
    yield opened
    await opened.close()


async def _value(database: Database, key: str = "key") -> str | None:
    async with database.read() as tx:
        return await meta.read(tx, key)


async def test_what_was_committed_is_there_after_opening_again(tmp_path: Path) -> None:
    """A database in a folder that did not exist is made, kept, and opened again with all that is in it."""
    path = tmp_path / "deep" / "er" / "study.db"
    for turn in range(2):
        database = await Database.open(path)
        assert await _value(database) == (None if turn == 0 else "kept")
        async with database.write() as tx:
            await meta.write(tx, "key", "kept")
        await database.close()


async def _refused(path: Path) -> str:
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(DatabaseRefused) as refused:
        await Database.open(path)
    assert (path.read_bytes() if path.is_file() else None) == before
    # The lock went with the refusal: the next try is refused for the same reason, not for being held.
    with pytest.raises(DatabaseRefused) as again:
        await Database.open(path)
    assert str(again.value) == str(refused.value)
    assert str(path) in str(refused.value)
    return str(refused.value)


async def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    """Zero bytes are what a full disk or a failed copy leaves; they are not taken for a new database."""
    path = tmp_path / "study.db"
    path.touch()
    assert "the file is empty" in await _refused(path)


async def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    """A sound SQLite file without our mark is left exactly as it is."""
    path = tmp_path / "study.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (a)")
    connection.commit()
    connection.close()
    assert "belongs to another program" in await _refused(path)


@pytest.mark.parametrize(
    "content", [b"no database at all, but a letter\n" * 200, b"SQLite format 3\x00" + b"\xff" * 5000]
)
async def test_what_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    """Text, or a damaged header, is refused and left as it is."""
    path = tmp_path / "study.db"
    path.write_bytes(content)
    assert "not a sound database" in await _refused(path)


async def _filled(path: Path) -> None:
    database = await Database.open(path)
    async with database.write() as tx:
        for number in range(300):
            await meta.write(tx, f"key{number:04}", "x" * 200)
    await database.close()


async def test_a_damaged_database_is_refused(tmp_path: Path) -> None:
    """Overwritten pages in the middle are found at the start, before anything is read or written."""
    path = tmp_path / "study.db"
    await _filled(path)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2 // 4096 * 4096)
        file.write(os.urandom(size // 4))
    assert "not a sound database" in await _refused(path)


async def test_a_truncated_database_is_refused(tmp_path: Path) -> None:
    """A copy that was cut off is refused."""
    path = tmp_path / "study.db"
    await _filled(path)
    os.truncate(path, path.stat().st_size // 8192 * 4096)
    assert "not a sound database" in await _refused(path)


async def test_a_newer_database_is_refused_with_both_versions(tmp_path: Path) -> None:
    """An older program does not touch what a newer one wrote."""
    path = tmp_path / "study.db"
    await _filled(path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 9000")
    connection.close()
    sentence = await _refused(path)
    assert "version 9000" in sentence
    assert "Update Studyhall" in sentence


async def test_a_path_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """A file where a folder should be, a folder where the file should be, and a place nobody may write."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder.db").mkdir()
    for path in (tmp_path / "file" / "study.db", tmp_path / "folder.db", Path("/proc/nowhere/study.db")):
        assert "cannot be written" in await _refused(path)


async def test_a_second_process_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    """While one process has the database open no other gets in; once it is killed, the next one does."""
    path = tmp_path / "study.db"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        assert await asyncio.to_thread(holder.stdout.readline) == b"open\n"
        sentence = await _refused(path)
        assert f"process {holder.pid} is already running" in sentence
    finally:
        holder.kill()
        await asyncio.to_thread(holder.communicate)
    await (await Database.open(path)).close()


async def test_a_second_handle_in_the_same_process_is_refused(tmp_path: Path, database: Database) -> None:
    """Two writers cannot exist by mistake, not even inside one program."""
    assert f"process {os.getpid()}" in await _refused(tmp_path / "study.db")


async def test_the_pragmas_that_keep_answers_safe_are_on(database: Database) -> None:
    """WAL, full synchronisation and foreign keys hold on the writer; the reader cannot write at all."""
    async with database.write() as tx:
        found = [await tx.one(f"PRAGMA {name}") for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert [row[0] for row in found if row is not None] == ["wal", 2, 1]
    async with database.read() as tx:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await meta.write(tx, "key", "value")
