"""How well a database file is looked at before it is used: by how it was left, since a thorough look is slow."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from enum import Enum
from pathlib import Path

OPEN = "open"
"""The second line of a lock's file while its process has the database open, and after one that was killed."""


SHARED = "shared"
"""The same once we have closed it and another program, such as one that replicates it, still has its log."""
LOG_BEGINS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
"""What a write-ahead log begins with; SQLite takes one that begins with anything else for empty, and says nothing."""


UNWRITTEN = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
}


class Left(Enum):
    """How the last process left a database; why each is believed stands at `left`."""

    CLOSED = "closed"  # as we closed it, to the byte
    CRASHED = "crashed"  # with its write-ahead log, which SQLite brings in
    TORN = "torn"  # killed, and its write-ahead log is gone or is none
    UNKNOWN = "unknown"  # put there by somebody


def log_of(path: Path) -> Path:
    """The write-ahead log of the database at `path`."""
    return Path(f"{path}-wal")


def seal(path: Path) -> str:
    """What tells later that nobody has touched the closed database at `path`, or that others still have it.

    The file's time is put back by a second, so that a change in the same tick of the clock shows, too.
    """
    if _holds_something(log_of(path)):
        return SHARED
    with contextlib.suppress(OSError):
        found = path.stat()
        os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns - 1_000_000_000))
        return _seal(path)
    return ""


def left(path: Path, marker: str) -> Left:
    """How the database at `path` was left, with what its lock's file says.

    A log that is younger than its database is that of a crash. A database that was changed after its log had been
    written was perhaps put in another one's place, and the log would spoil it; what bears neither seal nor log was
    copied here. SQLite knows none of this.
    """
    if _is_log(log_of(path)):
        younger = path.stat().st_ctime_ns <= log_of(path).stat().st_ctime_ns
        return Left.CRASHED if younger and _second(marker) in (OPEN, SHARED) else Left.UNKNOWN
    if _second(marker) == OPEN:
        return Left.TORN
    return Left.CLOSED if _second(marker) == _seal(path) else Left.UNKNOWN


def verdict(connection: sqlite3.Connection, how: Left) -> str:
    """What is wrong with a database, or "ok".

    A million answers take three seconds of a quick look, and ten of a thorough one that compares every index with its
    table and every row with those that it names.
    """
    if how is Left.CLOSED:
        return "ok"
    if how is Left.CRASHED:
        return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    return thorough(connection)


def thorough(connection: sqlite3.Connection) -> str:
    """The same with everything compared, however the database was left."""
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found == "ok" and connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        return "a row names another one that is not there"
    return str(found)


def unwritten(error: BaseException) -> bool:
    """Whether nothing was kept since the disk is full, broken or read-only, or another program holds the database."""
    # The lower byte is the kind of error, the others its particulars.
    return isinstance(error, sqlite3.OperationalError) and getattr(error, "sqlite_errorcode", 0) & 0xFF in UNWRITTEN


def settle(path: Path) -> None:
    """Have a new file and its name survive a power cut: VACUUM INTO leaves that to us."""
    for one in (path, path.parent):
        handle = os.open(one, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _seal(path: Path) -> str:
    found = path.stat()
    return f"closed {found.st_size} {found.st_mtime_ns}"


def _second(marker: str) -> str:
    return marker.partition("\n")[2].strip()


def _is_log(path: Path) -> bool:
    if not _holds_something(path):
        return False
    with path.open("rb") as file:
        return file.read(4) in LOG_BEGINS


def _holds_something(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0
