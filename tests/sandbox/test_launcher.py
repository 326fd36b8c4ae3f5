"""The bot as a process of its own, killed and started again while the sandbox keeps its world."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import aiohttp
import orjson

from sandbox.launcher import BotProcess, has_desktop
from sandbox.server import Sandbox
from tests.people import Member, Server

_CLIENT = """
import asyncio, os, signal, aiohttp
async def main():
    url, token = os.environ["STUDYHALL_ENDPOINT"], os.environ["DISCORD_TOKEN"]
    async with aiohttp.ClientSession(headers={"Authorization": "Bot " + token}) as session:
        async with session.ws_connect(url + "/gateway") as ws:
            await ws.receive()
            await ws.send_json({"op": 2, "d": {"token": token, "intents": 1}})
            text = {"content": "from " + os.environ["STUDYHALL_DATABASE"]}
            async with session.post(url + "/api/v10/channels/1201/messages", json=text):
                await asyncio.Event().wait()
asyncio.run(main())
"""


async def test_the_bot_is_killed_and_restarted_from_the_page(
    box: Sandbox, server: Server, ana: Member, tmp_path: Path
) -> None:
    """Kill is a crash (the connection drops), restart brings a new process; what was written stays."""
    database = tmp_path / "group.sqlite"
    box.bot_process = BotProcess(box.url, database, ("-c", _CLIENT))
    await box.bot_process.start()
    try:
        await server.bot_is(connected=True)
        await ana.sees(f"from {database}")
        killed = await server.post("/sandbox/bot/kill", {})
        assert killed["process"] is False
        assert await box.bot_process.wait() == -signal.SIGKILL
        await server.bot_is(connected=False)
        assert (await server.post("/sandbox/bot/restart", {}))["process"] is True
        await server.bot_is(connected=True)
        assert len(ana.messages("#general")) >= 1
    finally:
        await box.bot_process.stop()
    assert not box.bot_process.running


async def test_the_command_prints_one_line_and_ends_on_a_signal() -> None:
    """`python -m sandbox` says where the page is and ends with 0 on SIGTERM."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", "0", "--frozen", stdout=asyncio.subprocess.PIPE, env={**os.environ}
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    address = line.split()[-1]
    async with aiohttp.ClientSession() as session, session.get(address + "sandbox/state") as response:
        assert orjson.loads(await response.read())["clock"]["frozen"] is True
    process.terminate()
    assert await process.wait() == 0
    assert await process.stdout.read() == b""


_PARENT = """
import asyncio, pathlib
from sandbox.launcher import BotProcess
async def main():
    program = "import signal; print('up', flush=True); signal.pause()"
    await BotProcess("http://127.0.0.1:1", pathlib.Path("x.db"), ("-c", program)).start()
    await asyncio.Event().wait()
asyncio.run(main())
"""


async def test_a_killed_sandbox_leaves_no_bot_behind() -> None:
    """With SIGKILL nobody can say goodbye; the bot ends all the same."""
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", _PARENT, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    assert await parent.stdout.readline() == b"up\n"
    parent.kill()
    # The bot holds the other end of this pipe: it closes when the bot is gone, too.
    assert await parent.stdout.read() == b""
    assert await parent.wait() == -signal.SIGKILL


def test_a_browser_is_opened_only_before_a_screen() -> None:
    """On a desktop with somebody at the terminal; not in CI, over ssh, in a container or in a pipe."""
    assert has_desktop({"DISPLAY": ":0"}, "linux", terminal=True)
    assert has_desktop({"WAYLAND_DISPLAY": "wayland-0"}, "linux", terminal=True)
    assert has_desktop({}, "darwin", terminal=True)
    assert not has_desktop({}, "linux", terminal=True)
    assert not has_desktop({"DISPLAY": ":0"}, "linux", terminal=False)
    assert not has_desktop({"DISPLAY": ":0", "CI": "true"}, "linux", terminal=True)
    assert not has_desktop({"SSH_CONNECTION": "1 2 3 4"}, "darwin", terminal=True)
