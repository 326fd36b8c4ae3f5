"""`studyhall bank void` and `unvoid` as an operator uses them: real processes on a real file."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

import pytest

from tests import warm
from tests.shell import SMALL_BANK

ROOT = Path(__file__).parent.parent


def studyhall(folder: Path, *arguments: str) -> warm.Done:
    env = {**os.environ, "STUDYHALL_DATABASE": str(folder / "studyhall.db")}
    return warm.run(("-m", "bot", "bank", *arguments), cwd=ROOT, env=env)


@pytest.fixture
def loaded(tmp_path: Path) -> Path:
    """A folder with a database that holds the bank."""
    file = tmp_path / "small.md"
    file.write_text(SMALL_BANK, encoding="utf-8")
    done = studyhall(tmp_path, "load", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    return tmp_path


def test_a_question_is_voided_and_taken_back(loaded: Path) -> None:
    """Each says what it did; the second time it says that nothing changed, and a load in between revives nothing."""
    for arguments, sentence in (
        (("void", "small", "aorta"), "is never asked again and counts nowhere"),
        (("void", "small", "aorta"), "was voided before; nothing was changed"),
        (("load", str(loaded / "small.md")), "1 as before"),
        (("list",), "0 questions"),
        (("unvoid", "small", "aorta"), "counts again"),
        (("unvoid", "small", "aorta"), "was not voided; nothing was changed"),
        (("list",), "1 questions"),
    ):
        done = studyhall(loaded, *arguments)
        assert (done.returncode, done.stderr) == (0, ""), arguments
        assert sentence in done.stdout, arguments


def test_a_slip_is_refused(loaded: Path) -> None:
    """An unknown bank or key: one sentence that says where the right ones stand, exit code 2, nothing written."""
    for arguments in (("void", "smal", "aorta"), ("void", "small", "aortae"), ("unvoid", "small", "x")):
        done = studyhall(loaded, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        (line,) = done.stderr.splitlines()
        assert "Nothing was changed" in line
        assert "studyhall bank list" in line


def test_a_load_says_which_keys_are_others(loaded: Path) -> None:
    """Another right option among the same ones: the load says that earlier answers were judged anew."""
    file = loaded / "small.md"
    swapped = SMALL_BANK.replace("[x] The left", "[ ] The left").replace("[ ] The right atrium", "[x] The right atrium")
    file.write_text(swapped, encoding="utf-8")
    done = studyhall(loaded, "load", str(file))
    assert "the key of 1 is another" in done.stdout
    with sqlite3.connect(loaded / "studyhall.db") as connection:
        rows = dict(connection.execute("SELECT key, value FROM meta"))
    connection.close()
    assert rows["evidence"] == rows["summaries_made_for"] == "1"


def test_what_tutors_pass_on_is_listed_until_it_is_withdrawn(loaded: Path) -> None:
    """The question, what its tutors decided and what was reported; nobody's name."""
    assert "Nothing waits for you" in studyhall(loaded, "challenges").stdout
    with contextlib.closing(sqlite3.connect(loaded / "studyhall.db")) as connection, connection:
        connection.executescript(
            """INSERT INTO groups VALUES (1, 7, 70, 'UTC', 0, 127, 1, 60, 'instant', NULL, 'cpc', 9, 0, NULL);
               INSERT INTO members (member_id, group_id, user_id, joined_at) VALUES (5, 1, 987654, 0);
               INSERT INTO flags VALUES (1, 5, 'two chambers do', 3);
               INSERT INTO challenges (group_id, question_id, state, decision, words, revision, opened_at, settled_at)
               VALUES (1, 1, 'passed', 'key', 'The right atrium', 1, 3, 4);"""
        )
    said = studyhall(loaded, "challenges").stdout
    for part in ("small aorta", "another option is right", "The right atrium", "reported: two chambers do"):
        assert part in said
    assert "987654" not in said
    studyhall(loaded, "void", "small", "aorta")
    assert "Nothing waits for you" in studyhall(loaded, "challenges").stdout
