"""The SQLite file: one writer behind a cancel-safe lock, a few read-only connections beside it."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Self, TypeVar

import aiosqlite

from bot.storage import migrations, soundness
from bot.storage.soundness import Left

log = logging.getLogger(__name__)

Row = sqlite3.Row
Params = Mapping[str, Any]
T = TypeVar("T")

READERS = 3
"""Connections that read at the same time: what takes one of them long, such as a tutor's list, holds up nobody else."""


PATIENCE = "PRAGMA busy_timeout = 1000"
"""For another program that holds the database. A member waits three seconds, and perhaps for a batch before theirs."""
LARGE = 100 * 2**20
"""Bytes from which a close look takes seconds."""
LOG_GONE = (
    "%s: the last process was killed, and its write-ahead log (%s-wal) is gone. That is well where another program "
    "has opened the database since, and so brought the log in. Where somebody removed it, or left it out of a copy, "
    "the last answers are missing: put the log back while the bot is stopped."
)


class DatabaseRefused(Exception):
    """The file cannot be used; the text says why and what to do."""


class Transaction:
    """What a storage function is handed: statements with named parameters inside one transaction."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def run(self, sql: str, params: Params | None = None) -> int:
        """Execute one statement; returns the number of rows it changed."""
        async with self._connection.execute(sql, params or {}) as cursor:
            return cursor.rowcount

    async def many(self, sql: str, rows: Iterable[Params]) -> None:
        """Execute one statement for each of `rows`, in one step."""
        await self._connection.executemany(sql, rows)

    async def all(self, sql: str, params: Params | None = None) -> Sequence[Row]:
        """Every row of a query (or of a RETURNING clause)."""
        return list(await self._connection.execute_fetchall(sql, params or {}))

    async def one(self, sql: str, params: Params | None = None) -> Row | None:
        """The first row of a query, or None."""
        rows = await self.all(sql, params)
        return rows[0] if rows else None


class _Straight(Transaction):
    """The same inside the connection's own thread, where no statement has to be waited for."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._raw = connection

    async def run(self, sql: str, params: Params | None = None) -> int:
        return self._raw.execute(sql, params or {}).rowcount

    async def many(self, sql: str, rows: Iterable[Params]) -> None:
        self._raw.executemany(sql, rows)

    async def all(self, sql: str, params: Params | None = None) -> Sequence[Row]:
        return self._raw.execute(sql, params or {}).fetchall()


class Database:
    """An open database. Make it with `Database.open`; give it back with `close`."""

    def __init__(self, path: Path, writer: aiosqlite.Connection, reader: aiosqlite.Connection, lock: IO[str]) -> None:
        self._path = path
        self._writer = writer
        self._idle_readers = [reader]
        self._process_lock = lock
        self._write_lock = asyncio.Lock()
        self._reading = asyncio.Semaphore(READERS)

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open or create the file at `path`, bring its schema up to date, and keep other processes out.

        Raises DatabaseRefused with the remedy for a path that cannot be written, a file that is not ours, is
        damaged or is newer than this program, and where another process holds it.
        """
        lock = _prepare(path)
        try:
            writer = await _connect(_address(path, "rw"), (*migrations.PRAGMAS, PATIENCE))
            reader = await _reader(path)
        except BaseException:
            lock.close()
            raise
        return cls(path, writer, reader, lock)

    async def close(self) -> None:
        async with self._write_lock:
            for _ in range(READERS):
                await self._reading.acquire()
            while self._idle_readers:
                await self._idle_readers.pop().close()
            await self._writer.close()
            _mark(self._process_lock, soundness.seal(self._path))
            self._process_lock.close()

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """A write transaction: committed when the block ends, rolled back when it raises or is cancelled.

        BEGIN IMMEDIATE, because a read that writes later gets SQLITE_BUSY_SNAPSHOT whatever the timeout.
        """
        async with self._write_lock:
            await _uninterrupted(self._writer, "BEGIN IMMEDIATE")
            try:
                yield Transaction(self._writer)
            except BaseException:
                await self._roll_back()
                raise
            try:
                await _uninterrupted(self._writer, "COMMIT")
            except BaseException:
                # Also of a cancelled task, whose COMMIT may have failed behind its back.
                if self._writer.in_transaction:
                    await self._roll_back()
                raise

    async def _roll_back(self) -> None:
        try:
            await _uninterrupted(self._writer, "ROLLBACK")
        except sqlite3.OperationalError:
            # SQLite itself rolls back after a full disk; the caller is to see that error and not this one.
            if self._writer.in_transaction:
                raise

    async def write_at_once(self, work: Callable[[Transaction], Coroutine[Any, Any, T]]) -> T:
        """A write transaction in one step of the connection's thread; returns what `work` returns, after the commit.

        For the path of an answer: each statement that the event loop waits for costs two changes of thread.
        `work` may await its transaction's methods and nothing else, and must not touch what the event loop
        changes meanwhile. Rolled back when it raises; once begun, it is not undone by cancelling the caller.
        """
        async with self._write_lock:
            # aiosqlite has no public way to run a function in a connection's thread, and no types for its own.
            step = self._writer._execute(_at_once, self._writer._conn, work)  # type: ignore[no-untyped-call]  # noqa: SLF001
            return await _to_its_end(step)

    @contextlib.asynccontextmanager
    async def _a_reader(self) -> AsyncIterator[aiosqlite.Connection]:
        """A connection of one's own, the one that was used last where several are idle: it knows most pages."""
        async with self._reading:
            if not self._idle_readers:
                opening = asyncio.ensure_future(_reader(self._path))
                try:
                    await _to_its_end(opening)
                finally:
                    if opening.done() and not opening.cancelled() and opening.exception() is None:
                        self._idle_readers.append(opening.result())
            connection = self._idle_readers.pop()
            try:
                yield connection
            finally:
                self._idle_readers.append(connection)

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """A read transaction: one snapshot for all the statements of the block."""
        async with self._a_reader() as connection:
            await _uninterrupted(connection, "BEGIN")
            try:
                yield Transaction(connection)
            finally:
                await _uninterrupted(connection, "ROLLBACK")

    async def read_at_once(self, work: Callable[[Transaction], Coroutine[Any, Any, T]]) -> T:
        """A read transaction in one step of the connection's thread, for thousands of rows that become values there.

        The same holds of `work` as with `write_at_once`.
        """
        async with self._a_reader() as connection:
            step = connection._execute(_at_once, connection._conn, work, "BEGIN")  # type: ignore[no-untyped-call]  # noqa: SLF001
            return await _to_its_end(step)


def _at_once(
    connection: sqlite3.Connection,
    work: Callable[[Transaction], Coroutine[Any, Any, T]],
    begin: str = "BEGIN IMMEDIATE",
) -> T:
    connection.execute(begin)
    try:
        result = _straight_through(work(_Straight(connection)))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def _straight_through(work: Coroutine[Any, Any, T]) -> T:
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    work.close()
    raise RuntimeError("work that is written at once waited for something other than its own statements")


async def _to_its_end(work: Awaitable[T]) -> T:
    """Wait for what runs in a connection's thread, even if the caller is cancelled meanwhile.

    It cannot be called back; whoever enters next must find it done. The cancellation is raised afterwards.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            if task.cancelled():
                raise
            cancelled = error
        except Exception:  # noqa: BLE001  result() below raises it, unless the caller was cancelled
            break
    if cancelled is not None:
        task.exception()
        raise cancelled
    return task.result()


async def _uninterrupted(connection: aiosqlite.Connection, statement: str) -> None:
    """Run a transaction statement to its end: whoever enters next finds the transaction open and its own, or gone."""
    work = asyncio.ensure_future(_execute(connection, statement))
    try:
        await _to_its_end(work)
    except asyncio.CancelledError:
        if statement.startswith("BEGIN") and not work.cancelled() and work.exception() is None:
            await _execute(connection, "ROLLBACK")
        raise


async def _execute(connection: aiosqlite.Connection, statement: str) -> None:
    async with connection.execute(statement):
        pass


def _address(path: Path, mode: str) -> str:
    return f"{path.absolute().as_uri()}?mode={mode}"


async def _reader(path: Path) -> aiosqlite.Connection:
    return await _connect(_address(path, "ro"), (PATIENCE,))


async def _connect(uri: str, pragmas: Iterable[str]) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(uri, uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    for pragma in pragmas:
        await _execute(connection, pragma)
    return connection


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep every process from the file at `path` while the block runs. Raises DatabaseRefused where one has it."""
    lock, _ = _lock_process(path)
    with lock:
        yield
        _mark(lock, "")


def _prepare(path: Path) -> IO[str]:
    """Lock the file and bring it up to date; where that is refused, nothing is left behind."""
    marker = Path(f"{path}.lock")
    known = marker.exists()
    lock, before = _lock_process(path)
    try:
        how = soundness.left(path, before) if path.exists() else Left.UNKNOWN
        if how is not Left.CLOSED and path.exists() and path.stat().st_size > LARGE:
            log.info("the database is looked at closely, since it is not as it was closed; this takes a while")
        migrations.migrate(path, how)
        _mark(lock, soundness.OPEN)
        if how is Left.TORN:
            log.warning(LOG_GONE, path, path)
    except migrations.SchemaRefused as error:
        if not known:
            marker.unlink(missing_ok=True)
        lock.close()
        raise DatabaseRefused(str(error)) from error
    except BaseException:
        lock.close()
        raise
    return lock


def _lock_process(path: Path) -> tuple[IO[str], str]:
    """Hold an OS lock beside the database, which goes with the process, however that ends; what its file said."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = open(f"{path}.lock", "a+", encoding="utf-8")  # noqa: SIM115  held while the database is open
    except OSError as error:
        why = "its folder is a file" if isinstance(error, FileExistsError | NotADirectoryError) else error.strerror
        raise DatabaseRefused(
            f"{path}: the database cannot be written here ({why}); "
            "set STUDYHALL_DATABASE to a file in a folder that this user may write."
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.seek(0)
        holder = handle.readline().strip() or "another process"
        handle.close()
        raise DatabaseRefused(
            f"{path}: {holder} is already running on this database; "
            "stop that one first, or give this one another STUDYHALL_DATABASE."
        ) from error
    handle.seek(0)
    before = handle.read()
    _mark(handle, before.partition("\n")[2])
    return handle, before


def _mark(lock: IO[str], state: str) -> None:
    """Have the lock's file say who holds it, and the state of the database. On a full disk it says nothing."""
    with contextlib.suppress(OSError):
        os.ftruncate(lock.fileno(), 0)
        os.write(lock.fileno(), f"process {os.getpid()}\n{state}".encode())
