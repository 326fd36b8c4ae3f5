"""A look at a database from outside, without opening it for work: also while a bot has it."""

from __future__ import annotations

import contextlib
import fcntl
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from bot.storage import migrations
from bot.storage.soundness import thorough


@dataclass(frozen=True, slots=True)
class Place:
    """Where a group is: its server, its channel and the name of its exam file."""

    guild_id: int
    channel_id: int
    exam: str


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is in a database file. *holder* is the process that has it, '' where none has.

    *version* and *newest* are the file's schema and the one that this program knows. *verdict* is "ok" for a sound
    file, else what is wrong.
    """

    holder: str
    ours: bool
    version: int
    newest: int
    verdict: str
    groups: tuple[Place, ...]


def survey(path: Path) -> Survey:
    """Read it from the file at `path`, which exists. Raises sqlite3.DatabaseError where that cannot be read."""
    newest = migrations.scripts()[-1][0]
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("PRAGMA busy_timeout = 5000")
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        ours = application_id == migrations.APPLICATION_ID
        verdict = thorough(connection)
        places = (
            connection.execute("SELECT guild_id, channel_id, exam FROM groups ORDER BY group_id").fetchall()
            if ours and verdict == "ok"
            else []
        )
    return Survey(_holder(path), ours, version, newest, verdict, tuple(Place(*row) for row in places))


def _holder(path: Path) -> str:
    lock = Path(f"{path}.lock")
    if not lock.exists():
        return ""
    with lock.open(encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return handle.readline().strip() or "another process"
    return ""
