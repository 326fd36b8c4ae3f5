"""Every statement of every migration, with the process gone before it: what is there is the old or the new, whole."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.storage import migrations, soundness
from bot.storage.migrations import migrate, scripts
from tests.storage.fill import fill

SOME = 80  # an ordinary run kills a process at one in so many steps; EVERY_STEP=1 kills at all
COMPLETED = 3  # and of the different states of the files, all of which it opens, it has one in so many migrated on
Files = tuple[tuple[str, bytes], ...]


def _facts(path: Path) -> tuple[int, list[str], dict[str, list[Any]]]:
    """The version, the schema and every row of a sound database. Opening it brings its log in, as a start does."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in tables}
        return connection.execute("PRAGMA user_version").fetchone()[0], [sql for _, sql in found], rows


def _files(folder: Path) -> Files:
    """What a kill leaves: every file as it is. The index of the log is made anew from the log, and is left out."""
    found = sorted(path for path in folder.iterdir() if not path.name.endswith("-shm"))
    return tuple((path.name, path.read_bytes()) for path in found)


def _put(files: Files, folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name, data in files:
        folder.joinpath(name).write_bytes(data)
    return folder / "study.db"


@contextmanager
def _steps(at: Callable[[], None]) -> Iterator[None]:
    """Have each statement of SQLite's, its own inner ones too, and each rename announced before it happens."""
    connect, settle = sqlite3.connect, soundness.settle

    def traced(*args: Any, **more: Any) -> sqlite3.Connection:
        at()
        connection: sqlite3.Connection = connect(*args, **more)
        connection.set_trace_callback(lambda _: at())
        return connection

    def settled(path: Path) -> None:
        at()
        settle(path)
        at()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", traced)
        patch.setattr(migrations, "settle", settled)
        yield


def _killed(path: Path, step: int) -> bool:
    """Migrate in a process that kills itself at a step; whether it came to it."""
    child = os.fork()
    if child == 0:
        left = [step]

        def count() -> None:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1

        with _steps(count):
            migrate(path)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _check(files: Files, folder: Path, old: Any, new: Any, *, complete: bool) -> None:
    """The old or the new, nothing else; an earlier copy is whole; and the next start makes it the new one."""
    path = _put(files, folder)
    aside = folder / f"study.db.before-{new[0]:04}"
    if path.exists():
        assert _facts(path) in (old, new)
    if aside.exists():
        assert _facts(aside) == old
    if not complete:
        return
    migrate(path)
    assert _facts(path) == new
    if old is not None:
        assert _facts(aside) == old


def test_a_migration_that_is_killed_at_any_statement_leaves_the_old_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From each version with rows in it to the next, and the making of a new file: killed before every statement.

    What is there afterwards is sound, and is the old or the new version with all of its rows; the copy aside, once it
    bears its name, is the old one; the next start completes what was begun. Most statements change
    no file, so that many moments are one state.
    """
    every = bool(os.environ.get("EVERY_STEP"))
    newest = len(scripts())
    steps = states = kills = 0
    before: Files = ()
    for number in range(newest):
        folder = tmp_path / f"{number}"
        monkeypatch.setattr(migrations, "scripts", partial(lambda most: scripts()[:most], number + 1))
        old = _facts(_put(before, folder / "facts")) if number else None
        path = _put(before, folder / "plain")
        seen: list[Files] = []
        with _steps(lambda: seen.append(_files(path.parent))):  # noqa: B023  called before the next turn
            migrate(path)
        new = _facts(path)
        assert new[0] == number + 1
        for state, files in enumerate(dict.fromkeys(seen)):
            complete = every or state % COMPLETED == number % COMPLETED
            _check(files, folder / f"state{state}", old, new, complete=complete)
            states += 1
        for step in range(0 if every else number, len(seen), 1 if every else SOME):
            killed = _put(before, folder / f"kill{step}")
            assert _killed(killed, step)
            files = _files(killed.parent)
            # What is tried above is what a real kill leaves.
            assert {name for name, _ in files} == {name for name, _ in seen[step]}
            _check(files, folder / f"killed{step}", old, new, complete=True)
            kills += 1
        steps += len(seen)
        with closing(sqlite3.connect(path)) as connection, connection:
            fill(connection)
        before = (("study.db", path.read_bytes()),)
    with capsys.disabled():
        sys.stdout.write(f"\nmigrations: {steps} steps, {states} different states of the files, {kills} real kills\n")
    assert steps > 500
