"""The command line with a bot or a sandbox that runs: stopped, crashed, started twice, copied from."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import sys

import aiohttp
import pytest

from sandbox.server import Sandbox
from sandbox.study_group import TOKEN
from tests.people import Server
from tests.shell import PATIENCE_S, ROOT, Shell


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
        assert f"process {first.pid} is already running on this database" in second.last
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
        env=shell.environment({"PYTHONPATH": str(ROOT), "DISCORD_TOKEN": TOKEN, "STUDYHALL_ENDPOINT": box.url}),
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
    assert [line for line in logged if json.loads(line)["level"] != "INFO"] == []


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
