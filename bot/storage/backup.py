"""A consistent copy of a database, checked before anybody relies on it."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.storage.migrations import APPLICATION_ID
from bot.storage.soundness import Left, settle, thorough, verdict


class BackupRefused(Exception):
    """No copy was made, or none that can be trusted; the text says why and what to do."""


NUMBERS_LEFT_OUT = 1_000_000
"""By so much numbers that are never given twice go on after a copy was put back: no more were given since."""
STEPS = 10_000
"""SQLite's own, between two looks at whether to stop: some hundred microseconds."""


def backup(source: Path, target: Path, stopped: Callable[[], bool] = lambda: False) -> int:
    """Copy the database at `source` to the new file `target`, also while a bot writes; returns its bytes.

    VACUUM INTO reads one snapshot and makes indexes anew: the copy of a database whose indexes disagree with its tables
    would look sound. So the database is looked at thoroughly first. The copy is opened and checked, too, and removed
    again if anything is wrong with it, or once `stopped` says so. Raises BackupRefused.
    """
    if not source.is_file():
        raise BackupRefused(f"{source}: there is no database here. Set STUDYHALL_DATABASE to the right file.")
    if target.exists():
        raise BackupRefused(f"{target}: this file exists already, and was left as it is. Name a new one.")
    try:
        with _reading(source, stopped) as connection:
            _check(connection, thorough(connection))
            connection.execute("VACUUM INTO ?", (str(target),))
        with _reading(target, stopped) as connection:
            _check(connection, verdict(connection, Left.CRASHED))
        settle(target)
    except (sqlite3.Error, OSError) as error:
        for leftover in (target, Path(f"{target}-journal")):
            with contextlib.suppress(OSError):
                leftover.unlink(missing_ok=True)
        raise BackupRefused(
            f"{target}: the copy could not be made ({error}); the database itself was not touched. "
            "studyhall doctor says how that one is, and what to do."
        ) from error
    return target.stat().st_size


def restore(copy: Path, target: Path, aside: Path) -> None:
    """Put a checked copy in the place of the database at `target`, which is kept as the new file `aside`.

    No process may have the database open: the caller holds its lock. A kill at any point leaves either the old or
    the new database. Raises BackupRefused.
    """
    if not copy.is_file():
        raise BackupRefused(f"{copy}: there is no such file. Nothing was changed.")
    draft = target.with_name(f"{target.name}.restored")
    draft.unlink(missing_ok=True)
    try:
        backup(copy, draft)
        _go_on_from(draft)
    except (BackupRefused, sqlite3.Error):
        raise BackupRefused(
            f"{copy}: this is no sound copy of a Studyhall database. Nothing was changed; try an older copy."
        ) from None
    try:
        if target.exists():
            os.link(target, aside)
        # What is still in the write-ahead log is part of the database; the two are kept as the pair that they are.
        log = Path(f"{target}-wal")
        if log.exists() and log.stat().st_size:
            os.link(log, f"{aside}-wal")
        for beside in ("-wal", "-shm"):
            Path(f"{target}{beside}").unlink(missing_ok=True)
        os.replace(draft, target)
        settle(target)
    except OSError as error:
        raise BackupRefused(
            f"{target}: the copy could not be put in its place ({error.strerror}); what was there stays. "
            "Check the disk and the folder's rights, and try again."
        ) from error


def _go_on_from(draft: Path) -> None:
    """Have a copy that is put back know that things happened after it was made.

    Buttons of messages that were sent since bear numbers that it would give anew. What it was about to send may have
    been sent: it is looked for first. And what it makes again is another message than the first one, which Discord
    would take it for within minutes.
    """
    with contextlib.closing(sqlite3.connect(draft)) as connection, connection:
        counted = [
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '% PRIMARY KEY AUTOINCREMENT%'"
            )
        ]
        for name in counted:
            row = {"name": name, "more": NUMBERS_LEFT_OUT}
            if not connection.execute("UPDATE sqlite_sequence SET seq = seq + :more WHERE name = :name", row).rowcount:
                connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :more)", row)
        connection.execute(
            "INSERT INTO meta (key, value) VALUES ('era', :era) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            {"era": secrets.token_hex(2)},
        )
        connection.execute("UPDATE deliveries SET uncertain = 1 WHERE state IN ('pending', 'sending')")
    settle(draft)


def _check(connection: sqlite3.Connection, found: str) -> None:
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    if application_id != APPLICATION_ID or found != "ok":
        raise sqlite3.DatabaseError(f"it is no sound database of Studyhall: {found}")


@contextlib.contextmanager
def _reading(path: Path, stopped: Callable[[], bool]) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("PRAGMA busy_timeout = 5000")
        connection.set_progress_handler(stopped, STEPS)
        yield connection
