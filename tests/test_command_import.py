"""`studyhall bank import` and `bank export` as an operator uses them, on a real file."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from tests.intake.test_sound import drawn
from tests.services.study import Study

ROOT = Path(__file__).parent.parent
FILE = """\
question,a,b,correct,topic,image,alt
Which bone is the longest?,Femur,Ulna,A,Anatomy,,
Which bone is in the picture?,Femur,Ulna,A,Anatomy,leg.png,A leg
Which bone is broken?,Femur,Ulna,C,Anatomy,,
"""


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


def studyhall(folder: Path, *arguments: str) -> Done:
    env = {"STUDYHALL_DATABASE": str(folder / "studyhall.db"), "STUDYHALL_EXAMS": str(ROOT / "config" / "exams")}
    done = CliRunner().invoke(app, ["bank", *arguments], env=env)
    return Done(done.exit_code, done.stdout, done.stderr)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a group's database, and a file with its picture."""

    async def begin() -> None:
        async with Study.open(tmp_path / "studyhall.db", size=2):
            pass

    asyncio.run(begin())
    (tmp_path / "bones.csv").write_text(FILE, "utf-8")
    (tmp_path / "leg.png").write_bytes(drawn("PNG"))
    return tmp_path


def test_a_file_goes_in_and_its_bank_comes_out(folder: Path) -> None:
    """First only a look, then the import, then a second one that changes nothing; what comes out goes in again."""
    file = str(folder / "bones.csv")
    seen = studyhall(folder, "import", file, "--dry-run")
    assert (seen.returncode, seen.stderr) == (0, "")
    assert "error: bones.csv:4: the key “C” is neither" in seen.stdout
    assert "2 questions (csv) for the bank “bones”" in seen.stdout
    assert seen.stdout.endswith("2 new, 0 changed, 0 as before, 0 to be retired\nNothing was imported.\n")
    done = studyhall(folder, "import", file, "--yes", "--group", "1")
    assert done.returncode == 0, done
    assert "bones: 2 new, 0 changed, 0 retired" in done.stdout
    again = studyhall(folder, "import", file, "--yes")
    assert (again.returncode, "2 as before" in again.stdout) == (2, True)
    (name,) = [line.split(" · ")[0] for line in studyhall(folder, "list").stdout.splitlines() if "bones" in line]
    written = studyhall(folder, "export", name, "--format", "gift")
    assert written.returncode == 0, written
    assert "Which bone is the longest?" in written.stdout
    assert "question 2, “Which bone is in the picture?”" in written.stderr
    out = folder / "out.zip"
    assert "2 questions (a zip archive" in studyhall(folder, "export", name, "-o", str(out)).stdout
    checked = studyhall(folder, "check", str(out))
    assert checked.returncode == 0, checked
    assert "2 questions (markdown)" in checked.stdout


def test_a_slip_is_one_sentence(folder: Path) -> None:
    """Another group, topic, bank or file; no word; a file that is there already: exit code 2, nothing written."""
    file = str(folder / "bones.csv")
    for arguments, part in (
        (("import", file), "Say --yes to import, or --dry-run"),
        (("import", file, "--yes", "--dry-run"), "not both"),
        (("import", file, "--yes", "--group", "7"), "There is no group 7. The groups here: 1 ("),
        (("import", file, "--yes", "--topic", "Cooking"), "has no topic “Cooking”"),
        (("import", str(folder / "none.csv"), "--yes"), "cannot be read"),
        (("export", "none"), "There is no bank “none”"),
        (("export", "none", "-o", file), "exists already"),
    ):
        done = studyhall(folder, *arguments)
        assert (done.returncode, done.stdout) == (2, ""), done
        (line,) = done.stderr.splitlines()
        assert part in line
        assert "othing was" in line
    assert "bones" not in studyhall(folder, "list").stdout


def test_an_import_that_is_under_way_is_told_in_a_sentence(folder: Path) -> None:
    """Another one into the same bank waits; nothing of its file came in."""
    file = folder / "bones.csv"
    assert studyhall(folder, "import", str(file), "--yes").returncode == 0
    with closing(sqlite3.connect(folder / "studyhall.db")) as database, database:
        database.execute("UPDATE imports SET state = 'undoing'")
    file.write_text(FILE + "Which bone is new?,Femur,Ulna,A,Anatomy,,\n", "utf-8")
    done = studyhall(folder, "import", str(file), "--yes")
    assert done.returncode == 2
    assert done.stderr == (
        "An import into this bank is just under way; run the command again in a minute. Nothing was imported.\n"
    )
