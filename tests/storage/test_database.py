"""One writer, snapshots for readers, and no half transaction whatever happens to its task."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage import meta
from bot.storage.database import READERS, Database, DatabaseRefused, Transaction

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


# Opening


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


# Transactions


async def test_an_exception_rolls_everything_back(database: Database) -> None:
    """What a block wrote before it raised is gone, and the next writer starts clean."""
    with pytest.raises(ZeroDivisionError):
        async with database.write() as tx:
            await meta.write(tx, "key", "half")
            raise ZeroDivisionError
    assert await _value(database) is None
    async with database.write() as tx:
        await meta.write(tx, "key", "whole")
    assert await _value(database) == "whole"


async def test_a_failing_statement_rolls_everything_back(database: Database) -> None:
    """An error of SQLite's own inside the block undoes the statements before it."""
    with pytest.raises(sqlite3.IntegrityError):
        async with database.write() as tx:
            await meta.write(tx, "key", "half")
            await tx.run("INSERT INTO meta (key, value) VALUES (NULL, NULL)")
    assert await _value(database) is None


async def test_a_commit_that_fails_leaves_no_transaction_open(database: Database) -> None:
    """A constraint that is checked at COMMIT fails there; the next writer does not find the old transaction."""
    async with database.write() as tx:
        await tx.run("CREATE TABLE child (id INTEGER REFERENCES members DEFERRABLE INITIALLY DEFERRED) STRICT")
    with pytest.raises(sqlite3.IntegrityError):
        async with database.write() as tx:
            await meta.write(tx, "key", "half")
            await tx.run("INSERT INTO child VALUES (99)")
    async with database.write() as tx:
        await meta.write(tx, "other", "whole")
    assert (await _value(database), await _value(database, "other")) == (None, "whole")


async def test_a_rollback_that_sqlite_made_itself_does_not_hide_the_error(database: Database) -> None:
    """Where SQLite has already rolled back (a full disk does that), the caller sees that error and not ours."""
    with pytest.raises(sqlite3.IntegrityError):
        async with database.write() as tx:
            await meta.write(tx, "key", "half")
            await tx.run("INSERT OR ROLLBACK INTO meta (key, value) VALUES (NULL, NULL)")
    async with database.write() as tx:
        await meta.write(tx, "other", "whole")
    assert (await _value(database), await _value(database, "other")) == (None, "whole")


async def _writes(database: Database, value: str) -> None:
    async with database.write() as tx:
        await meta.write(tx, "key", value)
        await meta.write(tx, "twin", value)


async def _cancel_after(task: asyncio.Task[None], steps: int) -> bool:
    """Let the loop turn so many times, then cancel; whether the task was still at work."""
    for _ in range(steps):
        if task.done():
            return False
        await asyncio.sleep(0)
    return task.cancel()


@pytest.mark.parametrize("times", [1, 2])
async def test_a_cancelled_writer_never_disturbs_the_next(database: Database, times: int) -> None:
    """Cancelled at any turn of the loop, once or twice, a transaction is whole or gone, and the next one works.

    The next writer stands at the door meanwhile, so that it enters in the very turn in which the first leaves.
    """
    cancelled = 0
    for steps in range(60):
        first = asyncio.create_task(_writes(database, f"first{steps}"))
        second = asyncio.create_task(_writes(database, f"second{steps}"))
        if await _cancel_after(first, steps):
            cancelled += 1
        if times == 2:
            await asyncio.sleep(0)
            first.cancel()
        await asyncio.wait_for(second, 5)
        await asyncio.gather(first, return_exceptions=True)
        assert await _value(database, "key") == await _value(database, "twin") == f"second{steps}"
    assert cancelled > 10


async def test_a_writer_cancelled_at_each_await_of_its_block_leaves_nothing(database: Database) -> None:
    """Wherever in the block the cancellation comes, before, in or after a statement, none of it is kept."""
    for place in range(4):
        reached = asyncio.Event()

        async def block(place: int = place, reached: asyncio.Event = reached) -> None:
            async with database.write() as tx:
                for number in range(4):
                    if number == place:
                        reached.set()
                        await asyncio.Event().wait()
                    await meta.write(tx, f"key{number}", "half")

        task = asyncio.create_task(block())
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with database.read() as tx:
            assert await tx.all("SELECT * FROM meta") == []


async def test_a_failed_commit_of_a_cancelled_task_leaves_no_transaction_open(database: Database) -> None:
    """Cancelled while its COMMIT fails: even then the next writer finds a clean connection."""
    async with database.write() as tx:
        await tx.run("CREATE TABLE child (id INTEGER REFERENCES members DEFERRABLE INITIALLY DEFERRED) STRICT")

    async def fails() -> None:
        async with database.write() as tx:
            await meta.write(tx, "key", "half")
            await tx.run("INSERT INTO child VALUES (99)")

    for steps in range(30):
        task = asyncio.create_task(fails())
        await _cancel_after(task, steps)
        await asyncio.gather(task, return_exceptions=True)
        await _writes(database, f"whole{steps}")
        assert await _value(database, "key") == f"whole{steps}"


# In one step


async def _writes_at_once(database: Database, value: str) -> str:
    async def work(tx: Transaction) -> str:
        await meta.write(tx, "key", value)
        await meta.write(tx, "twin", value)
        return value.upper()

    return await database.write_at_once(work)


async def test_work_at_once_is_committed_before_its_result(database: Database) -> None:
    """Whoever has the result in hand finds the rows on another connection."""
    assert await _writes_at_once(database, "value") == "VALUE"
    assert await _value(database, "key") == await _value(database, "twin") == "value"


async def test_work_at_once_that_fails_leaves_nothing(database: Database) -> None:
    """An exception, an error of SQLite's, a failing COMMIT, or waiting for something else: all is rolled back."""
    async with database.write() as tx:
        await tx.run("CREATE TABLE child (id INTEGER REFERENCES members DEFERRABLE INITIALLY DEFERRED) STRICT")

    async def raises(tx: Transaction) -> None:
        await meta.write(tx, "key", "half")
        raise ZeroDivisionError

    async def breaks(tx: Transaction) -> None:
        await meta.write(tx, "key", "half")
        await tx.run("INSERT OR ROLLBACK INTO meta (key, value) VALUES (NULL, NULL)")

    async def orphans(tx: Transaction) -> None:
        await meta.write(tx, "key", "half")
        await tx.run("INSERT INTO child VALUES (99)")

    async def waits(tx: Transaction) -> None:
        await meta.write(tx, "key", "half")
        await asyncio.sleep(0)

    for work, error in (
        (raises, ZeroDivisionError),
        (breaks, sqlite3.IntegrityError),
        (orphans, sqlite3.IntegrityError),
        (waits, RuntimeError),
    ):
        with pytest.raises(error):
            await database.write_at_once(work)
        assert await _value(database) is None
        await _writes(database, "whole")
        async with database.write() as tx:
            await tx.run("DELETE FROM meta")


async def test_work_at_once_that_is_cancelled_never_disturbs_the_next(database: Database) -> None:
    """Cancelled at any turn of the loop it is whole or was never begun; the next writer of either kind works."""
    for steps in range(25):
        first = asyncio.create_task(_writes_at_once(database, f"first{steps}"))
        second = asyncio.create_task(_writes(database, f"second{steps}"))
        for _ in range(steps):
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait_for(second, 5)
        await asyncio.gather(first, return_exceptions=True)
        assert await _value(database, "key") == await _value(database, "twin") == f"second{steps}"


async def test_a_reader_sees_one_snapshot(database: Database) -> None:
    """Between two statements of a read block a whole transaction commits, and the block does not see it."""
    await _writes(database, "old")
    async with database.read() as tx:
        before = await meta.read(tx, "key")
        await _writes(database, "new")
        assert (before, await meta.read(tx, "twin")) == ("old", "old")
    assert await _value(database) == "new"


async def test_a_cancelled_reader_does_not_disturb_the_next(database: Database) -> None:
    """A read cancelled at any turn leaves no snapshot behind that later reads would be stuck in."""
    for steps in range(25):
        await _writes(database, f"value{steps}")
        task = asyncio.create_task(_value(database))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await _writes(database, f"later{steps}")
        assert await _value(database) == f"later{steps}"


async def test_writers_take_turns(database: Database) -> None:
    """A hundred blocks that read, wait and write a number lose no step: each sees the one before it."""
    await _writes(database, "0")

    async def step() -> None:
        async with database.write() as tx:
            number = int(await meta.read(tx, "key") or 0)
            await asyncio.sleep(0)
            await meta.write(tx, "key", str(number + 1))

    await asyncio.gather(*(step() for _ in range(100)))
    assert await _value(database) == "100"


async def test_a_read_that_takes_long_holds_up_no_other(tmp_path: Path) -> None:
    """While one block reads, another begins and ends; each has a snapshot of its own."""
    database = await Database.open(tmp_path / "study.db")
    async with database.write() as tx:
        await meta.write(tx, "key", "old")
    async with database.read() as slow:
        assert await meta.read(slow, "key") == "old"
        async with database.write() as tx:
            await meta.write(tx, "key", "new")
        async with database.read() as quick:
            assert await meta.read(quick, "key") == "new"
        assert await meta.read(slow, "key") == "old"
    await database.close()


async def test_a_cancelled_reader_is_used_again(tmp_path: Path) -> None:
    """Readers that are cancelled while they wait, open a connection or read leave all connections to the others."""
    database = await Database.open(tmp_path / "study.db")

    async def hold() -> None:
        async with database.read() as tx:
            await meta.read(tx, "key")
            await asyncio.Event().wait()

    for steps in range(12):
        tasks = [asyncio.create_task(hold()) for _ in range(READERS + 1)]
        for _ in range(steps):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(READERS):
            tx = await stack.enter_async_context(database.read())
            assert await meta.read(tx, "key") is None
    await database.close()
