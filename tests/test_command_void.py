"""`studyhall bank void` and `unvoid` as an operator uses them: real processes on a real file."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from tests import warm

ROOT = Path(__file__).parent.parent
BANK = """---
bank: small
title: A small bank
licence: CC-BY-4.0
rights: own work
exam: cpc
---
# Anatomy
## Which chamber pumps blood into the aorta? {#aorta}
- [x] The left ventricle
- [ ] The right ventricle
- [ ] The left atrium
- [ ] The right atrium
> The left ventricle pumps into the systemic circulation.
"""


def studyhall(folder: Path, *arguments: str) -> warm.Done:
    env = {**os.environ, "STUDYHALL_DATABASE": str(folder / "studyhall.db")}
    return warm.run(("-m", "bot", "bank", *arguments), cwd=ROOT, env=env)


@pytest.fixture
def loaded(tmp_path: Path) -> Path:
    """A folder with a database that holds the bank."""
    file = tmp_path / "small.md"
    file.write_text(BANK, encoding="utf-8")
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
    swapped = BANK.replace("[x] The left", "[ ] The left").replace("[ ] The right atrium", "[x] The right atrium")
    file.write_text(swapped, encoding="utf-8")
    done = studyhall(loaded, "load", str(file))
    assert "the key of 1 is another" in done.stdout
    with sqlite3.connect(loaded / "studyhall.db") as connection:
        rows = dict(connection.execute("SELECT key, value FROM meta"))
    connection.close()
    assert rows["evidence"] == rows["summaries_made_for"] == "1"
