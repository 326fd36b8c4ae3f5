"""A copy is whole and checked; putting it back keeps what was there."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.nightly import Copies
from bot.storage.backup import BackupRefused, backup, restore
from bot.storage.database import Database, DatabaseRefused, locked
from tests.blank import blank

NIGHT = datetime(2026, 3, 2, 3, 30, tzinfo=UTC)


def say(path: Path, word: str) -> None:
    """Write a row into a database."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('said', ?)", (word,))


def said(path: Path) -> str:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        (word,) = connection.execute("SELECT value FROM meta WHERE key = 'said'").fetchone()
    return str(word)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database that says "old"."""
    file = tmp_path / "studyhall.db"
    blank(file)
    say(file, "old")
    return file


def test_a_restored_copy_is_what_was_copied(path: Path) -> None:
    """Copy, go on, put the copy back: the old word stands, the newer database is kept aside, nothing else is left."""
    backup(path, path.with_name("copy.db"))
    say(path, "new")
    restore(path.with_name("copy.db"), path, path.with_name("aside.db"))
    assert (said(path), said(path.with_name("aside.db")), said(path.with_name("copy.db"))) == ("old", "new", "old")
    assert {file.name for file in path.parent.iterdir()} == {"studyhall.db", "copy.db", "aside.db"}


def test_what_a_killed_process_left_in_the_log_is_kept_aside(path: Path) -> None:
    """A write-ahead log that nobody brought in belongs to the database that is put aside, and never to the new one."""
    backup(path, path.with_name("copy.db"))
    holder = sqlite3.connect(path)
    holder.execute("PRAGMA journal_mode = WAL")
    holder.execute("PRAGMA wal_autocheckpoint = 0")
    holder.execute("UPDATE meta SET value = 'in the log' WHERE key = 'said'")
    holder.commit()
    # As a kill leaves them: the files as they are, with nobody to bring the log in.
    left = {name: Path(f"{path}{name}").read_bytes() for name in ("", "-wal")}
    holder.close()
    for name, data in left.items():
        Path(f"{path}{name}").write_bytes(data)
    restore(path.with_name("copy.db"), path, path.with_name("aside.db"))
    assert (said(path), said(path.with_name("aside.db"))) == ("old", "in the log")


def test_a_damaged_database_is_replaced_and_kept(path: Path) -> None:
    """What cannot be opened is put aside as it is, with its log."""
    backup(path, path.with_name("copy.db"))
    path.write_bytes(b"not a database" * 1000)
    Path(f"{path}-wal").write_bytes(b"nor its log")
    restore(path.with_name("copy.db"), path, path.with_name("aside.db"))
    assert said(path) == "old"
    assert path.with_name("aside.db").read_bytes() == b"not a database" * 1000
    assert path.with_name("aside.db-wal").read_bytes() == b"nor its log"


@pytest.mark.parametrize("damage", ["cut", "foreign", "empty", "missing"])
def test_a_copy_that_is_not_sound_replaces_nothing(path: Path, damage: str) -> None:
    """A torn, foreign, empty or missing copy is refused, and the database stays."""
    copy = path.with_name("copy.db")
    backup(path, copy)
    match damage:
        case "cut":
            copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
        case "foreign":
            with contextlib.closing(sqlite3.connect(copy)) as connection:
                connection.execute("PRAGMA application_id = 1")
        case "empty":
            copy.write_bytes(b"")
        case _:
            copy.unlink()
    with pytest.raises(BackupRefused, match="Nothing was changed"):
        restore(copy, path, path.with_name("aside.db"))
    assert said(path) == "old"
    assert not path.with_name("aside.db").exists()


async def test_nobody_opens_a_locked_database(path: Path) -> None:
    """While a copy is put back no bot starts on it, and none is put back while a bot runs."""
    with locked(path), pytest.raises(DatabaseRefused, match="already running"):
        await Database.open(path)
    database = await Database.open(path)
    with pytest.raises(DatabaseRefused, match="already running"), locked(path):
        pass
    await database.close()


class At(SystemClock):
    """A clock that stands where it is put."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant


async def test_a_copy_a_day_while_the_bot_writes(path: Path) -> None:
    """Hourly looks make one copy a day, each sound although a writer goes on; old ones go by the rule."""
    folder, clock = path.with_name("backups"), At(NIGHT)
    copies = Copies(path, folder, clock)
    folder.mkdir()
    folder.joinpath("my own.db").write_text("kept")
    folder.joinpath("studyhall-20260101T000000Z.db.new").write_text("left by a kill")
    database = await Database.open(path)

    async def write() -> None:
        for number in range(200):
            async with database.write() as tx:
                await tx.run("INSERT OR REPLACE INTO meta (key, value) VALUES ('said', :n)", {"n": str(number)})

    writing = asyncio.create_task(write())
    made = [await copies.look()]
    await writing
    await database.close()
    for hour in range(1, 24 * 20):
        clock.instant = NIGHT + timedelta(hours=hour)
        made.append(await copies.look())
    assert sum(one is not None for one in made) == 20
    first = made[0]
    assert first is not None
    assert first.name == "studyhall-20260302T033000Z.db"
    assert len(copies.there()) == 8  # seven days, and the end of the week before them
    assert {one.name for one in folder.iterdir()} - {one.name for one in copies.there().values()} == {"my own.db"}
    for copy in copies.there().values():
        restore(copy, path, path.with_name(f"aside-{copy.name}"))


async def test_a_clock_set_back_does_not_stop_the_copies(path: Path) -> None:
    """A copy from the future keeps none of today's from being made."""
    clock = At(NIGHT)
    copies = Copies(path, path.with_name("backups"), clock)
    assert await copies.look()
    clock.instant = NIGHT - timedelta(days=300)
    assert await copies.look()


async def test_no_room_for_a_copy_is_said_once_a_look(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where the folder cannot be made, the log says so and the bot goes on."""
    path.with_name("backups").write_text("a file")
    assert await Copies(path, path.with_name("backups"), At(NIGHT)).look() is None
    assert "the database could not be copied" in caplog.text
