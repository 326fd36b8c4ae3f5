"""`studyhall doctor`, `backup` and `restore` as an operator uses them: real processes on real files."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.doctor import compared
from sandbox.server import Sandbox
from tests import warm
from tests.faults.scene import Scene, prepare
from tests.people import Server

ROOT = Path(__file__).parent.parent
LEVELS = {"well", "warning", "fault"}


def studyhall(folder: Path, *arguments: str, **given: str) -> warm.Done:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STUDYHALL_", "DISCORD_TOKEN"))}
    env = {**kept, "PYTHONPATH": str(ROOT), "STUDYHALL_DATABASE": "study.db", **given}
    return warm.run(("-m", "bot", *arguments), cwd=folder, env=env)


def findings(done: warm.Done) -> dict[str, tuple[str, str]]:
    """What the doctor found: (level, sentence) by what it looked at."""
    assert done.stderr == ""
    (line,) = done.stdout.splitlines()
    found = json.loads(line)["findings"]
    assert {one["level"] for one in found} <= LEVELS
    assert all(one["message"].endswith(".") for one in found)
    return {one["what"]: (one["level"], one["message"]) for one in found}


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """A group that is set up, its database in `study.db`, and no bot yet."""
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    async with Scene.open(prepared, tmp_path / "scene") as made:
        yield made


async def test_a_bot_that_is_well_and_what_it_lacks(scene: Scene) -> None:
    """All is well beside a running bot; then a right is taken away, the channel goes, and each is named."""
    given = {"STUDYHALL_ENDPOINT": scene.box.url, "DISCORD_TOKEN": "sandbox-token"}
    folder = scene.database.parent

    async def doctor(*arguments: str) -> warm.Done:
        return await asyncio.to_thread(studyhall, folder, "doctor", "--json", *arguments, **given)

    await scene.start()
    done = await doctor()
    found = findings(done)
    assert done.returncode == 0
    assert {what: level for what, (level, _) in found.items() if level != "well"} == {"copies": "warning"}
    assert f"a bot runs on it (process {scene.bot and scene.bot.pid})" in found["database"][1]
    assert "#daily-quiz" in found["channel 1202"][1]

    await scene.server.act("set_permission", target="bot", channel_id="1202", deny=["EMBED_LINKS"])
    done = await doctor()
    assert done.returncode == 2
    assert findings(done)["channel 1202"] == (
        "fault",
        "#daily-quiz lacks for the bot's role: embed links. Allow them there.",
    )
    assert findings(await doctor("--offline")).keys() == {"exams and banks", "time zones", "database", "disk", "copies"}

    await scene.server.act("delete_channel", channel_id="1202")
    assert findings(await doctor())["channel 1202"][0] == "warning"


def test_without_a_bot(tmp_path: Path) -> None:
    """No token, one of the wrong form, a foreign and a damaged file: each is a fault with its remedy."""
    assert findings(studyhall(tmp_path, "doctor", "--json"))["token"][0] == "fault"
    said = studyhall(tmp_path, "doctor", DISCORD_TOKEN="1234567890")
    assert said.returncode == 2
    assert "does not look like a bot's token" in said.stdout
    assert "1234567890" not in said.stdout + said.stderr
    with contextlib.closing(sqlite3.connect(tmp_path / "study.db")) as other, other:
        other.execute("CREATE TABLE things (thing)")
    assert "another program" in findings(studyhall(tmp_path, "doctor", "--json", "--offline"))["database"][1]
    tmp_path.joinpath("study.db").write_bytes(b"neither this nor that" * 999)
    assert "studyhall restore" in findings(studyhall(tmp_path, "doctor", "--json", "--offline"))["database"][1]


async def test_what_the_next_start_would_stumble_over(tmp_path: Path) -> None:
    """A port that is taken, copies that have no folder, an exam that a group needs and that is gone: each by name."""
    await prepare(tmp_path / "study.db")
    exams = tmp_path / "exams"
    exams.mkdir()
    shutil.copy(ROOT / "config" / "exams" / "cpc-17.toml", exams)
    (tmp_path / "copies").write_text("not a folder", encoding="utf-8")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        given = {
            "STUDYHALL_HEALTH_PORT": str(taken.getsockname()[1]),
            "STUDYHALL_BACKUPS": "copies",
            "STUDYHALL_EXAMS": str(exams),
        }
        done = studyhall(tmp_path, "doctor", "--json", "--offline", **given)
    assert done.returncode == 2
    found = findings(done)
    assert {what for what, (level, _) in found.items() if level == "fault"} == {"copies", "health", "channel 1202"}
    assert "has no cpc.toml any more" in found["channel 1202"][1]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere; any other user's run has it")
def test_a_folder_that_is_not_the_bots(tmp_path: Path) -> None:
    """A volume that belongs to somebody else is the commonest fault of all: one sentence, with whose it must be."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o555)
    found = findings(studyhall(tmp_path, "doctor", "--json", "--offline", STUDYHALL_DATABASE="data/study.db"))
    assert found["database"][0] == "fault"
    assert f"cannot be written by user {os.getuid()}" in found["database"][1]


def test_a_clock_is_held_against_discords() -> None:
    """Five seconds are forgiven; more is a fault that says how much. Without a measure nothing is claimed."""
    clock = SystemClock()
    for away, level in ((timedelta(seconds=2), "well"), (timedelta(minutes=3), "fault"), (-timedelta(days=1), "fault")):
        assert compared(format_datetime(clock.now() + away, usegmt=True), clock, sandbox=False).level == level
    assert "nothing to compare" in compared(None, clock, sandbox=False).sentence


async def test_a_copy_is_put_back_by_one_command(scene: Scene) -> None:
    """As the README says: copied while the bot runs, refused while it runs, put back when it has stopped."""
    folder = scene.database.parent
    await scene.start()
    assert (await asyncio.to_thread(studyhall, folder, "backup", "copy.db")).returncode == 0
    refused = await asyncio.to_thread(studyhall, folder, "restore", "copy.db")
    assert (refused.returncode, "already running" in refused.stderr) == (2, True)
    await scene.kill()
    with contextlib.closing(sqlite3.connect(scene.database)) as gone, gone:
        gone.execute("DELETE FROM groups")
    done = studyhall(folder, "restore", "copy.db")
    assert done.returncode == 0, done.stderr
    assert scene.rows("SELECT COUNT(*) FROM groups") == [(1,)]
    (replaced,) = folder.glob("study.db.replaced-*")
    with contextlib.closing(sqlite3.connect(replaced)) as before:
        assert before.execute("SELECT COUNT(*) FROM groups").fetchone() == (0,)
    await scene.start()
    found = findings(await asyncio.to_thread(studyhall, folder, "doctor", "--json", "--offline"))
    assert found["database"][0] == "well"


async def test_a_sandbox_is_there(tmp_path: Path) -> None:
    """A Discord that refuses the token, and one that does not answer, are told apart."""
    async with Sandbox(port=0, frozen=True) as box, Server.open(box.url):
        given = {"STUDYHALL_ENDPOINT": box.url, "DISCORD_TOKEN": "not the one"}
        found = findings(await asyncio.to_thread(studyhall, tmp_path, "doctor", "--json", **given))
        assert found["token"] == ("fault", "Discord does not know it. Copy it anew from the developer portal.")
    found = findings(studyhall(tmp_path, "doctor", "--json", **given))
    assert found["Discord"][0] == "fault"
