"""The schema grows by numbered steps, each whole or not at all."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.storage import migrations
from bot.storage.migrations import APPLICATION_ID, SchemaRefused, migrate, scripts

ROOT = Path(__file__).parents[2]
# Dies without any clean-up after so many of SQLite's own steps, as a power cut or `kill -9` would have it.
DIES = """
import os, signal, sqlite3, sys
from pathlib import Path
from bot.storage import migrations

left = int(sys.argv[2])

class Dying(sqlite3.Connection):
    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.set_progress_handler(self.step, 1)

    def step(self):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

real = sqlite3.connect
sqlite3.connect = lambda *args, **more: real(*args, factory=Dying, **more)
migrations.migrate(Path(sys.argv[1]))
"""


def _facts(path: Path) -> tuple[int, int, list[str]]:
    with closing(sqlite3.connect(path)) as connection:
        return (
            connection.execute("PRAGMA application_id").fetchone()[0],
            connection.execute("PRAGMA user_version").fetchone()[0],
            [row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY sql")],
        )


def test_numbers_run_from_one_without_a_gap() -> None:
    """Migrations are numbered 1, 2, 3…: two people cannot add the same number unseen."""
    assert [number for number, _ in scripts()] == list(range(1, len(scripts()) + 1))


def test_a_new_database_carries_mark_and_version(tmp_path: Path) -> None:
    """A fresh file has our application id and the newest version, and nothing is left beside it."""
    path = tmp_path / "study.db"
    migrate(path)
    mark, version, _ = _facts(path)
    assert (mark, version) == (APPLICATION_ID, scripts()[-1][0])
    assert [one.name for one in tmp_path.iterdir()] == ["study.db"]


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    """Opening an up-to-date file writes nothing and makes no copy."""
    path = tmp_path / "study.db"
    migrate(path)
    before = path.read_bytes()
    migrate(path)
    assert path.read_bytes() == before
    assert list(tmp_path.glob("*.before-*")) == []


def test_a_process_killed_while_creating_leaves_no_half_database(tmp_path: Path) -> None:
    """Killed at any step, the file is either not there yet or whole, and the next start succeeds."""
    path, whole = tmp_path / "study.db", tmp_path / "whole.db"
    migrate(whole)
    ends: set[int] = set()
    for steps in (0, 1, 5, 30, 120, 400, 900, 1500, 2500, 1_000_000):
        for leftover in tmp_path.glob("study.db*"):
            leftover.unlink()
        done = subprocess.run([sys.executable, "-c", DIES, str(path), str(steps)], cwd=ROOT, check=False)
        ends.add(done.returncode)
        if path.exists():
            assert _facts(path) == _facts(whole)
        migrate(path)
        assert _facts(path) == _facts(whole)
    assert ends == {0, -signal.SIGKILL}


def _old(path: Path, monkeypatch: pytest.MonkeyPatch, *later: str) -> None:
    """A database of today, and a program that knows these later steps too."""
    migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO meta VALUES ('key', 'kept')")
        connection.commit()
    known = scripts()
    first = known[-1][0] + 1
    steps = [*known, *enumerate(later, start=first)]
    monkeypatch.setattr(migrations, "scripts", lambda: steps)


def test_the_database_is_copied_aside_before_a_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside a migrated file stands a sound copy of what it was, with the old version and the old data."""
    path = tmp_path / "study.db"
    _old(path, monkeypatch, "CREATE TABLE more (a INTEGER) STRICT; UPDATE meta SET value = 'new';")
    old = _facts(path)
    migrate(path)
    (copy,) = tmp_path.glob("study.db.before-*")
    assert copy.name == f"study.db.before-{old[1] + 1:04}"
    assert _facts(copy) == old
    assert _facts(path)[1] == old[1] + 1
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT value FROM meta").fetchall() == [("kept",)]


def test_a_failing_migration_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that fails half way is undone with its number; the steps before it stay, and it can be tried again."""
    path = tmp_path / "study.db"
    _old(path, monkeypatch, "CREATE TABLE fine (a INTEGER) STRICT;", "CREATE TABLE half (a INTEGER) STRICT; BROKEN;")
    before = _facts(path)
    for _ in range(2):
        with pytest.raises(SchemaRefused):
            migrate(path)
        _, version, tables = _facts(path)
        assert version == before[1] + 1
        assert any("fine" in table for table in tables)
        assert not any("half" in table for table in tables)


def test_a_process_killed_while_migrating_leaves_old_or_new(tmp_path: Path) -> None:
    """Killed at any step of opening an older file, what is there is the old or the new schema, never a mixture."""
    path, whole = tmp_path / "study.db", tmp_path / "whole.db"
    migrate(whole)
    newest = _facts(whole)
    program = DIES.replace(
        "migrations.migrate(Path",
        "steps = [*migrations.scripts(), (migrations.scripts()[-1][0] + 1, "
        "'CREATE TABLE one (a INTEGER) STRICT; CREATE TABLE two (b INTEGER) STRICT;')]\n"
        "migrations.scripts = lambda: steps\nmigrations.migrate(Path",
    )
    seen: set[int] = set()
    for steps in (0, 20, 200, 1000, 2000, 4000, 1_000_000):
        for leftover in tmp_path.glob("study.db*"):
            leftover.unlink()
        migrate(path)
        subprocess.run([sys.executable, "-c", program, str(path), str(steps)], cwd=ROOT, check=False)
        _, version, tables = _facts(path)
        seen.add(version - newest[1])
        extra = [table for table in tables if table not in newest[2]]
        assert len(extra) == (2 if version > newest[1] else 0)
    assert seen == {0, 1}


def test_a_held_database_is_refused_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program that keeps the file locked is named as the likely cause; nothing is changed."""
    path = tmp_path / "study.db"
    migrate(path)
    patient = sqlite3.connect

    def impatient(address: Path, isolation_level: None) -> sqlite3.Connection:
        return patient(address, timeout=0.01, isolation_level=isolation_level)

    monkeypatch.setattr(sqlite3, "connect", impatient)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        before = os.stat(path).st_mtime_ns
        with pytest.raises(SchemaRefused, match="no other program holds it"):
            migrate(path)
        assert os.stat(path).st_mtime_ns == before


def test_what_was_planned_and_under_way_survives_version_six(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries and deliveries of version 5 are all there afterwards, and each delivery has the lane it had by rule."""
    path = tmp_path / "study.db"
    known = scripts()
    monkeypatch.setattr(migrations, "scripts", lambda: known[:5])
    migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO groups VALUES (4, 1, 2, 'UTC', 540, 127, 1, 600, 'instant', NULL, 'cpc', 9, 0, NULL)"
        )
        connection.execute("INSERT INTO agenda (key, kind, group_id, due_at) VALUES ('daily:4', 'daily', 4, 77)")
        for key, kind in (("question:1", "question"), ("trouble", "notice"), ("streak:5:today", "streak")):
            connection.execute(
                """INSERT INTO deliveries (key, group_id, kind, payload, nonce, state, uncertain, due_at, not_before)
                   VALUES (?, 4, ?, '{}', 'n', 'pending', 1, 5, 6)""",
                (key, kind),
            )
        connection.commit()
    monkeypatch.setattr(migrations, "scripts", lambda: known)
    migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT key, kind, group_id, due_at FROM agenda").fetchall() == [
            ("daily:4", "daily", 4, 77)
        ]
        found = connection.execute("SELECT key, lane, state, uncertain, due_at, not_before FROM deliveries").fetchall()
    assert found == [
        ("question:1", "group:4", "pending", 1, 5, 6),
        ("trouble", "notice:4", "pending", 1, 5, 6),
        ("streak:5:today", "streak:5:today", "pending", 1, 5, 6),
    ]
