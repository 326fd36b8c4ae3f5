"""One writer, snapshots for readers, and no half transaction whatever happens to its task."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage import meta
from bot.storage.database import READERS, Database, Transaction


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "study.db")
    yield opened
    await opened.close()


async def _value(database: Database, key: str = "key") -> str | None:
    async with database.read() as tx:
        return await meta.read(tx, key)


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
