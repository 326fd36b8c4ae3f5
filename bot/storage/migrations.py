"""Numbered, forward-only schema changes: migrations/NNNN_name.sql, each one transaction with its number."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from importlib import resources
from pathlib import Path

from bot.storage.soundness import Left, settle, verdict

APPLICATION_ID = 0x53545559  # "STUY": marks our files, so that nobody else's is ever touched
PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    # A copy that is made of a large file lets the log grow; it need not stay so large afterwards.
    f"PRAGMA journal_size_limit = {64 * 2**20}",
)


class SchemaRefused(Exception):
    """The file is not one that this program can bring up to date; the text holds the remedy."""


def scripts() -> list[tuple[int, str]]:
    """(number, SQL) of every migration, in order."""
    folder = resources.files("bot.storage") / "migrations"
    found = sorted((entry.name, entry) for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(int(name[:4]), entry.read_text(encoding="utf-8")) for name, entry in found]


def migrate(path: Path, how: Left = Left.UNKNOWN) -> None:
    """Create the file at `path` or bring it up to the newest schema, copying it aside first.

    It is looked at first, more or less closely by how it was left. Raises SchemaRefused where the file is empty,
    foreign, damaged, newer than this program or unwritable.
    """
    if path.exists() and path.stat().st_size == 0:
        raise SchemaRefused(
            f"{path}: the file is empty, which no database of ours ever is; "
            "restore your last backup, or delete the file to begin anew."
        )
    try:
        if path.exists():
            _may_write(path)
            with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
                _migrate(connection, path, how)
        else:
            _create(path)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise SchemaRefused(
                f"{path}: the database cannot be written ({error}); nothing was changed. "
                "Check the disk and the folder's rights, and that no other program holds it."
            ) from error
        raise SchemaRefused(
            f"{path}: this is not a sound database ({error}); nothing was changed. Restore your last backup."
        ) from error


def _may_write(path: Path) -> None:
    # Before SQLite opens it: that makes its log with the rights of the database, and a log that nobody may write would
    # stay behind after the database's own rights are mended.
    for one in (path.absolute().parent, path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        if one.exists() and not os.access(one, os.W_OK):
            raise SchemaRefused(
                f"{path}: the database cannot be written, since this user may not write {one}; nothing was changed. "
                "Give the user the right to (chown, chmod), or mount the disk so that it can be written."
            )


def _create(path: Path) -> None:
    # Made beside its place and moved there whole: a process killed here leaves no half database behind.
    draft = path.with_name(f"{path.name}.new")
    for leftover in (draft, Path(f"{draft}-wal"), Path(f"{draft}-shm")):
        leftover.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        _migrate(connection, draft, None)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    draft.rename(path)
    settle(path)


def _migrate(connection: sqlite3.Connection, path: Path, how: Left | None) -> None:
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if how is not None and application_id != APPLICATION_ID:
        raise SchemaRefused(
            f"{path}: this database belongs to another program; nothing was changed. "
            "Set STUDYHALL_DATABASE to a file of its own."
        )
    steps = scripts()
    newest = steps[-1][0]
    if version > newest:
        raise SchemaRefused(
            f"{path}: this database has version {version} and this program knows {newest}; nothing was "
            "changed. Update Studyhall, or restore the copy that was made before the update."
        )
    if how is not None and (wrong := verdict(connection, how)) != "ok":
        raise sqlite3.DatabaseError(wrong)
    for pragma in PRAGMAS:
        connection.execute(pragma)
    if how is not None and version < newest:
        _put_aside(connection, path.with_name(f"{path.name}.before-{version + 1:04}"))
    for number, script in steps:
        if number > version:
            _apply(connection, number, script)


def _put_aside(connection: sqlite3.Connection, aside: Path) -> None:
    # Under another name until it is whole: what bears the name can be relied on, and an earlier one stays until then.
    draft = aside.with_name(f"{aside.name}.new")
    draft.unlink(missing_ok=True)
    connection.execute("VACUUM INTO ?", (str(draft),))
    settle(draft)
    draft.replace(aside)
    settle(aside)


def _apply(connection: sqlite3.Connection, number: int, script: str) -> None:
    # executescript commits whatever is open, so the transaction stands in the script itself.
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{script}\n"
            f"PRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {number};\nCOMMIT;"
        )
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
