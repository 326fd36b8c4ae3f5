"""The command line as an operator meets it: real processes, real files, exit codes and one sentence a refusal."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.storage.migrations import APPLICATION_ID, scripts
from config.settings import Settings, variable
from sandbox.server import Sandbox
from sandbox.study_group import TOKEN
from tests import warm
from tests.people import Server

BANKS = Path(__file__).parent.parent / "config" / "banks"
PATIENCE_S = 60.0
SOUND = """---
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
NO_KEY = SOUND.replace("- [x]", "- [ ]")


@dataclass(frozen=True)
class Ended:
    """How a process ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """What it was refused with: the only line on standard error, and nothing on standard output."""
        assert self.code == 2, (self.code, self.out, self.err)
        assert self.out == ""
        (line,) = self.err.splitlines()
        assert line.endswith(".")
        return line


class Shell:
    """Runs `studyhall` in a folder of its own, with nothing in the environment that it was not given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def environment(self, given: dict[str, str]) -> dict[str, str]:
        """The machine's environment without our settings, plus those that are given."""
        settings = {variable(name) for name in Settings.model_fields}
        return {name: value for name, value in os.environ.items() if name not in settings} | given

    def __call__(self, *arguments: str, **given: str) -> Ended:
        env = self.environment({"PYTHONPATH": str(BANKS.parent.parent), **given})
        done = warm.run(("-m", "bot", *arguments), cwd=self.folder, env=env)
        return Ended(done.returncode, done.stdout, done.stderr)

    async def run(self, *arguments: str, **given: str) -> Ended:
        """The same while this test's event loop goes on (a sandbox in it answers)."""
        return await asyncio.to_thread(self, *arguments, **given)

    @contextlib.asynccontextmanager
    async def start(self, *arguments: str, **given: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """A process that is ended with the block if it still runs."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            cwd=self.folder,
            env=self.environment({"PYTHONPATH": str(BANKS.parent.parent), **given}),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield process
        finally:
            # Asked, not killed, so that a sandbox takes its bot along.
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            async with asyncio.timeout(PATIENCE_S):
                await process.communicate()

    def files(self) -> set[str]:
        """Every file below the folder."""
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}

    def write(self, name: str, text: str) -> str:
        """Put a file there; returns its name."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return name


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """An empty folder to work in."""
    return Shell(tmp_path)


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    """A frozen sandbox on a free port."""
    async with Sandbox(port=0, frozen=True) as made:
        yield made


def commands() -> Iterator[tuple[str, ...]]:
    """Every command and group of commands of the program."""
    import typer.main

    from bot.__main__ import app

    def walk(command: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield path
        for name, child in sorted(getattr(command, "commands", {}).items()):
            yield from walk(child, (*path, name))

    yield from walk(typer.main.get_command(app), ())


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_command_explains_itself(shell: Shell, path: tuple[str, ...]) -> None:
    """`--help` of every command succeeds, says how to call it, and needs no settings."""
    shell.write(".env", "not a setting\n")
    done = shell(*path, "--help")
    assert done.code == 0
    assert " ".join(["Usage: studyhall", *path]) in done.out
    assert done.err == ""


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
        assert _last(done).startswith(f"{path}: the database cannot be written")
        assert ("its folder is a file" in done.err) is (path == "a-file/study.db")
    assert shell.files() == before


def _last(done: Ended) -> str:
    # The bot logs JSON lines until it is refused; the sentence is the last line.
    assert done.code == 2, done
    *logged, sentence = done.err.splitlines()
    assert all(json.loads(line)["level"] in ("INFO", "WARNING") for line in logged)
    return sentence


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
    for sentence in (_last(done), shell("bank", "list", **given).sentence):
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
    shell.write("small.md", SOUND)
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
    second = SOUND + SOUND.split("# Anatomy\n")[1].replace("aorta", "pulmonary trunk", 1).replace("#aorta", "#trunk")
    shell.write("small.md", second)
    assert shell("bank", "load", "small.md").out == "small: 2 new, 0 changed, 0 retired, 0 as before\n"
    assert shell("bank", "load", "small.md").out == "small: 0 new, 0 changed, 0 retired, 2 as before\n"
    shell.write("small.md", SOUND)
    assert shell("bank", "load", "small.md").out == "small: 0 new, 0 changed, 1 retired, 1 as before\n"
    assert shell("bank", "list").out == "small · A small bank · exam cpc · 1 questions\n"
    assert shell("model", "replay").out.startswith("0 answers replayed, ")


# A bot that runs


async def _is_ready(process: asyncio.subprocess.Process) -> None:
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE_S):
        async for line in process.stderr:
            if json.loads(line)["message"] == "ready":
                return
    raise AssertionError("The bot ended before it was ready.")


async def test_a_second_process_and_a_copy_while_the_bot_runs(shell: Shell, box: Sandbox) -> None:
    """While a bot runs, a second one is refused and told who holds the database; a backup works, once for each name.

    The bot ends with 0 on SIGTERM, and the copy is a database that another bot takes.
    """
    given = {"DISCORD_TOKEN": TOKEN, "STUDYHALL_ENDPOINT": box.url, "STUDYHALL_DATABASE": "study.db"}
    async with shell.start("run", **given) as first:
        await _is_ready(first)
        second = await shell.run("run", **given)
        assert f"process {first.pid} is already running on this database" in _last(second)
        done = await shell.run("backup", "copy.db", **given)
        assert (done.code, done.err) == (0, "")
        assert re.fullmatch(r"copy\.db: [\d,]+ bytes, checked\n", done.out)
        copied = (shell.folder / "copy.db").read_bytes()
        again = await shell.run("backup", "copy.db", **given)
        assert "exists already" in again.sentence
        assert (shell.folder / "copy.db").read_bytes() == copied
        first.terminate()
        assert await first.wait() == 0
    listed = await shell.run("bank", "list", STUDYHALL_DATABASE="copy.db")
    assert "cpc-rules" in listed.out


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_stopping(shell: Shell, box: Sandbox, how: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end a running bot with 0 and without a traceback."""
    async with shell.start("run", DISCORD_TOKEN=TOKEN, STUDYHALL_ENDPOINT=box.url) as process:
        await _is_ready(process)
        process.send_signal(how)
        _, rest = await process.communicate()
        assert process.returncode == 0
        assert b"Traceback" not in rest


async def test_a_crash_inside_the_start_ends_the_process(shell: Shell, box: Sandbox) -> None:
    """An error that nobody foresaw, with the database open, ends the process with a code that is not 0.

    The connections of aiosqlite live in threads that would keep a process alive for ever.
    """
    shell.write(
        "crash.py",
        "import cogs.setup\n"
        "def make(client, house):\n"
        "    raise RuntimeError('nobody foresaw this')\n"
        "cogs.setup.make = make\n"
        "from bot.__main__ import main\n"
        "main()\n",
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "crash.py",
        "run",
        cwd=shell.folder,
        env=shell.environment(
            {"PYTHONPATH": str(BANKS.parent.parent), "DISCORD_TOKEN": TOKEN, "STUDYHALL_ENDPOINT": box.url}
        ),
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            _, said = await process.communicate()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    assert process.returncode == 1
    assert "nobody foresaw this" in said.decode()


# The sandbox command


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        line = (await process.stdout.readline()).decode()
    found = re.match(r"The study group is at (http://127\.0\.0\.1:\d+)/ ", line)
    assert found is not None, line
    return found[1]


async def test_the_sandbox_with_its_bot(shell: Shell) -> None:
    """`sandbox` prints one line, with the page's address, and keeps the bot's log in a file.

    A bot that is killed from outside comes back on the same database; a second sandbox in the folder is refused.
    """
    async with shell.start("sandbox", "--port", "0") as process:
        url = await _address(process)
        async with Server.open(url) as server:
            await server.bot_is(connected=True)
            assert process.stderr is not None
            second = await shell.run("sandbox", "--port", "0")
            assert "runs on it already (process " in second.sentence
            holder = (shell.folder / ".sandbox" / "studyhall.db.lock").read_text().splitlines()[0]
            async with server.session.ws_connect(url + "/sandbox/live") as live:
                os.kill(int(holder.removeprefix("process ")), signal.SIGKILL)
                assert b"started again" in await process.stderr.readline()
                gone = False
                async for message in live:
                    event = message.json()
                    if event["t"] == "BOT":
                        gone = gone or not event["d"]["connected"]
                        if gone and event["d"]["connected"]:
                            break
        process.terminate()
        out, err = await process.communicate()
        assert (process.returncode, out, err) == (0, b"", b"")
    logged = (shell.folder / ".sandbox" / "bot.log").read_text().splitlines()
    assert all(json.loads(line)["level"] == "INFO" for line in logged)


async def test_a_sandbox_whose_bot_refuses(shell: Shell) -> None:
    """A bot that refuses to start ends the sandbox too, with the bot's own sentence and exit code."""
    shell.write("a-file", "mine\n")
    done = await shell.run("sandbox", "--port", "0", "--database", "a-file/study.db")
    assert done.code == 2
    (sentence,) = done.err.splitlines()
    assert sentence.startswith("a-file/study.db: the database cannot be written here")


async def test_a_port_that_is_taken(shell: Shell, box: Sandbox) -> None:
    """Another program on the port: the sentence names the port and the way out."""
    said = (await shell.run("sandbox", "--port", str(box.port))).sentence
    assert str(box.port) in said
    assert "--port 0" in said


async def test_no_token_but_a_wish_for_a_sandbox(shell: Shell) -> None:
    """`run --or-sandbox`, which is `make run`, starts the sandbox; where its port is taken, the sentence says so."""
    async with shell.start("run", "--or-sandbox") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = (await process.stdout.readline()).decode()
        if not line:
            assert b"If another program has port 8420" in await process.stderr.read()
            return
        found = re.match(r"The study group is at (http://127\.0\.0\.1:8420)/ ", line)
        assert found is not None
        async with aiohttp.ClientSession() as session, session.get(found[1]) as response:
            assert "<title>" in await response.text()
