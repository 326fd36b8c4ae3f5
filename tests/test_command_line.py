"""The command line as an operator meets it: real processes, real files, exit codes and one sentence a refusal."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.storage.migrations import APPLICATION_ID, scripts
from sandbox.server import Sandbox
from sandbox.study_group import TOKEN
from tests.people import Server
from tests.shell import SMALL_BANK, Shell

BANKS = Path(__file__).parent.parent / "config" / "banks"
NO_KEY = SMALL_BANK.replace("- [x]", "- [ ]")


def commands() -> Iterator[tuple[str, ...]]:
    """Every command and group of commands of the program."""
    import typer.main

    from bot.__main__ import app

    def walk(command: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield path
        for name, child in sorted(getattr(command, "commands", {}).items()):
            yield from walk(child, (*path, name))

    yield from walk(typer.main.get_command(app), ())


def test_every_command_explains_itself(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--help` of every command succeeds, says how to call it, and needs no settings."""
    from bot.__main__ import app

    shell.write(".env", "not a setting\n")
    program = shell("--help")
    assert (program.code, program.err) == (0, "")
    assert "Usage: studyhall" in program.out
    monkeypatch.chdir(shell.folder)
    for path in commands():
        done = CliRunner().invoke(app, [*path, "--help"], prog_name="studyhall")
        assert (done.exit_code, done.stderr) == (0, "")
        assert " ".join(["Usage: studyhall", *path]) in done.stdout


# Bad input: one sentence, exit code 2, nothing written


def test_no_token_and_no_wish_for_a_sandbox(shell: Shell) -> None:
    """`run` without a token says what to set and how to do without an account."""
    sentence = shell("run").sentence
    assert "DISCORD_TOKEN" in sentence
    assert "studyhall sandbox" in sentence
    assert shell.files() == set()


@pytest.mark.parametrize("token", ["not-the-token", "ключ"])
async def test_a_token_that_discord_does_not_know(shell: Shell, box: Sandbox, token: str) -> None:
    """The login is refused with 401; the operator reads where a token comes from, never the token itself."""
    done = await shell.run("run", DISCORD_TOKEN=token, STUDYHALL_ENDPOINT=box.url)
    assert "DISCORD_TOKEN" in done.sentence
    assert token not in done.sentence
    assert shell.files() == set()


async def test_a_discord_that_has_trouble(shell: Shell, box: Sandbox) -> None:
    """A login that Discord answers with an error of its own is not taken for a bad token."""
    async with Server.open(box.url) as server:
        await server.fail("GET", "/users/@me", 403, times=5)
        done = await shell.run("run", DISCORD_TOKEN=TOKEN, STUDYHALL_ENDPOINT=box.url)
    assert "403" in done.sentence
    assert shell.files() == set()


def test_a_sandbox_that_is_not_there(shell: Shell) -> None:
    """An address where nothing listens is named, with both ways out."""
    sentence = shell("run", DISCORD_TOKEN=TOKEN, STUDYHALL_ENDPOINT="http://127.0.0.1:9").sentence
    assert sentence.startswith("http://127.0.0.1:9: no sandbox answers there.")
    assert shell.files() == set()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("STUDYHALL_REPEAT_DAYS=30\nSTUDYHALL_DATABASE\n", 2),
        ("# a note\n\nSTUDYHALL_LOG_LEVEL='INFO\n", 3),
        ("hello world\n", 1),
    ],
)
def test_an_env_file_that_cannot_be_read(shell: Shell, text: str, line: int) -> None:
    """A line that is not NAME=value is named by file and number instead of being passed over."""
    shell.write(".env", text)
    assert shell("run").sentence.startswith(f".env:{line}: ")
    assert shell.files() == {".env"}


def test_an_env_file_that_is_no_text(shell: Shell) -> None:
    """A `.env` that is not UTF-8 is refused by name."""
    (shell.folder / ".env").write_bytes(b"DISCORD_TOKEN=\xff\xfe\n")
    assert shell("run").sentence.startswith(".env: ")


def test_an_unknown_setting_in_the_env_file(shell: Shell) -> None:
    """A mistyped name is found by its line."""
    shell.write(".env", "DISCORD_TOKEN=x\nSTUDYHALL_DATABSE=a.db\n")
    assert shell("run").sentence.startswith(".env:2: STUDYHALL_DATABSE is not a setting")
    assert shell.files() == {".env"}


def test_an_unknown_setting_in_the_environment(shell: Shell) -> None:
    """A mistyped variable is refused too, with the name that was probably meant."""
    sentence = shell("run", STUDYHALL_DATABSE="a.db").sentence
    assert sentence.startswith("STUDYHALL_DATABSE is not a setting")
    assert "STUDYHALL_DATABASE" in sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STUDYHALL_REPEAT_DAYS", "sw0rdfish"),
        ("STUDYHALL_LATE_GRACE_MINUTES", "-77777"),
        ("STUDYHALL_COUNT_EVERY_SECONDS", "sw0rdfish"),
        ("STUDYHALL_LOG_LEVEL", "sw0rdfish"),
        ("STUDYHALL_ENDPOINT", "https://sw0rdfish.example"),
    ],
)
def test_a_setting_of_the_wrong_kind(shell: Shell, name: str, value: str) -> None:
    """The setting is named with its line; neither its value nor the token is shown."""
    shell.write(".env", f"DISCORD_TOKEN={TOKEN}\n{name}={value}\n")
    said = shell("run").sentence
    assert said.startswith(f".env:2: {name} is not right: ")
    assert value not in said
    assert TOKEN not in said
    assert shell.files() == {".env"}


def test_a_variable_of_the_wrong_kind(shell: Shell) -> None:
    """The same from the environment, where there is no line to name."""
    said = shell("run", DISCORD_TOKEN=TOKEN, STUDYHALL_REPEAT_DAYS="sw0rdfish").sentence
    assert said.startswith("STUDYHALL_REPEAT_DAYS is not right: ")
    assert "sw0rdfish" not in said


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('id = "x"\nname = "X\n', 2),
        ('id = "x"\nname = "X"\nversion = "1"\npass_mark = 170\n', 4),
    ],
)
def test_a_malformed_exam_file(shell: Shell, text: str, line: int) -> None:
    """An exam that does not parse, or makes no sense, is named by file and line before anything starts."""
    name = shell.write("exams/mine.toml", text)
    said = shell("run", DISCORD_TOKEN=TOKEN, STUDYHALL_EXAMS="exams").sentence
    assert said.startswith(f"{name}:{line}: ")
    assert shell.files() == {name}


@pytest.mark.parametrize("folder", ["nowhere", "empty"])
def test_a_folder_without_exams(shell: Shell, folder: str) -> None:
    """A folder that is not there, or holds no exam, is named."""
    (shell.folder / "empty").mkdir()
    assert shell("run", DISCORD_TOKEN=TOKEN, STUDYHALL_EXAMS=folder).sentence.startswith(f"{folder}: ")


def test_a_question_file_with_errors(shell: Shell) -> None:
    """A question without a key stops the start and the loading, with file and line; nothing is written."""
    name = shell.write("banks/small.md", NO_KEY)
    said = shell("run", DISCORD_TOKEN=TOKEN, STUDYHALL_BANKS="banks").sentence
    assert re.match(rf"{re.escape(name)}:\d+: ", said)
    loaded = shell("bank", "load", name)
    assert loaded.code == 2
    assert loaded.err.startswith(f"{name}:")
    assert loaded.err.endswith("Nothing was loaded.\n")
    checked = shell("bank", "check", name)
    assert checked.code == 2
    assert f"error: {name}:" in checked.out
    assert shell.files() == {name}


@pytest.mark.parametrize(("command", "kind"), [("check", "missing"), ("check", "folder"), ("load", "binary")])
def test_a_question_file_that_cannot_be_read(shell: Shell, command: str, kind: str) -> None:
    """A file that is not there, is a folder or is no text is refused by one sentence."""
    (shell.folder / "folder").mkdir()
    (shell.folder / "binary").write_bytes(b"\xff\xfe\x00")
    before = shell.files()
    assert "othing was done" in shell("bank", command, kind).sentence
    assert shell.files() == before


async def test_a_database_path_that_cannot_be_written(shell: Shell, box: Sandbox) -> None:
    """A path under a file, and a folder in the file's place: the bot names the path and leaves nothing."""
    shell.write("a-file", "mine\n")
    (shell.folder / "a-folder").mkdir()
    before = shell.files()
    for path in ("a-file/study.db", "a-folder"):
        done = await shell.run("run", DISCORD_TOKEN=TOKEN, STUDYHALL_ENDPOINT=box.url, STUDYHALL_DATABASE=path)
        assert done.last.startswith(f"{path}: the database cannot be written")
        assert ("its folder is a file" in done.err) is (path == "a-file/study.db")
    assert shell.files() == before


def _newer(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {scripts()[-1][0] + 1}")
        connection.execute("CREATE TABLE future (x)")


def _foreign(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE somebody (x)")


def _empty(path: Path) -> None:
    path.touch()


def _damaged(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\x00" + bytes(range(256)) * 8)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_newer, "Update Studyhall"),
        (_foreign, "belongs to another program"),
        (_empty, "is empty"),
        (_damaged, "not a sound database"),
    ],
)
async def test_a_database_that_is_not_ours(shell: Shell, box: Sandbox, make: object, words: str) -> None:
    """A newer, foreign, empty or damaged file is refused with the remedy, bot and command alike, and not touched."""
    assert callable(make)
    path = shell.folder / "study.db"
    make(path)
    before = path.read_bytes()
    given = {"STUDYHALL_DATABASE": "study.db"}
    done = await shell.run("run", DISCORD_TOKEN=TOKEN, STUDYHALL_ENDPOINT=box.url, **given)
    for sentence in (done.last, shell("bank", "list", **given).sentence):
        assert sentence.startswith("study.db: ")
        assert words in sentence
    assert path.read_bytes() == before
    assert shell.files() == {"study.db"}


def test_nothing_to_list_replay_or_copy(shell: Shell) -> None:
    """A listing, a replay and a backup of a database that is not there make none."""
    for command in (("bank", "list"), ("model", "replay"), ("backup", "copy.db")):
        assert "there is no database here" in shell(*command).sentence
    assert shell.files() == set()


# Working commands


def test_checking_files(shell: Shell) -> None:
    """`bank check` passes the shipped banks, and `--json` is one line for a machine: files, counts, problems."""
    files = sorted(str(path) for path in BANKS.glob("*.md") if path.name != "README.md")
    assert shell("bank", "check", "--public", *files).code == 0
    shell.write("small.md", SMALL_BANK)
    shell.write("bad.md", NO_KEY)
    done = shell("bank", "check", "--json", "small.md", "bad.md")
    assert done.code == 2
    (line,) = done.out.splitlines()
    good, bad = json.loads(line)["files"]
    assert (good["file"], good["questions"]) == ("small.md", 1)
    assert not [one for one in good["problems"] if one["level"] == "error"]
    assert [one for one in bad["problems"] if one["level"] == "error" and one["line"] > 1]
    assert shell.files() == {"small.md", "bad.md"}


def test_loading_listing_and_retiring(shell: Shell) -> None:
    """A bank is loaded once, listed, and loaded again with a question less, which retires it."""
    second = SMALL_BANK + SMALL_BANK.split("# Anatomy\n")[1].replace("aorta", "pulmonary trunk", 1).replace(
        "#aorta", "#trunk"
    )
    shell.write("small.md", second)
    assert shell("bank", "load", "small.md").out == "small: 2 new, 0 changed, 0 retired, 0 as before\n"
    assert shell("bank", "load", "small.md").out == "small: 0 new, 0 changed, 0 retired, 2 as before\n"
    shell.write("small.md", SMALL_BANK)
    assert shell("bank", "load", "small.md").out == "small: 0 new, 0 changed, 1 retired, 1 as before\n"
    assert shell("bank", "list").out == "small · A small bank · exam cpc · 1 questions\n"
    assert shell("model", "replay").out.startswith("0 answers replayed, ")
