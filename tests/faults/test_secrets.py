"""A whole run's log, at its most talkative and with everything going wrong: nothing in it that is anybody's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from sandbox.study_group import TOKEN
from tests.faults.scene import ASKED, CLOSED, SUMMED_UP, Scene, prepare

TALKATIVE = """
import os, sys
os.environ["STUDYHALL_LOG_LEVEL"] = "DEBUG"
sys.argv = ["studyhall", "run"]
from bot.__main__ import main
main()
"""
PRIVATE = "quetzal"
OURS = {
    "time", "level", "logger", "message", "request", "traceback",
    "guilds", "count", "bytes", "copies", "port", "bank", "questions", "event",
    "error_code", "code", "status", "kind", "problem", "reason", "trace",
}  # fmt: skip
"""What a line may have. Whoever logs something new thinks of whether it may stand there."""
ANSWERING = re.compile(r"/(?:webhooks/\d+|interactions/\d+)/([^/?]+)")


async def test_a_run_in_which_everything_fails_tells_no_secret(tmp_path: Path) -> None:
    """Neither the token, nor an interaction's, nor what anybody typed, asked, answered or was told is in any line.

    Forms, commands and presses end in errors of the database and of Discord; connections break; the bot is killed.
    """
    program = tmp_path / "talkative.py"
    program.write_text(TALKATIVE, encoding="utf-8")
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    async with Scene.open(prepared, tmp_path / "scene") as scene:
        await scene.start((str(program),))
        await _day(scene)
        await scene.kill()
        await scene.start((str(program),))
        await scene.until(CLOSED)
        await scene.until(SUMMED_UP)
        assert scene.bot is not None
        scene.bot.terminate()
        await scene.bot.wait()
        _check(scene, await scene.server.requests())


async def _day(scene: Scene) -> None:
    ana = scene.ana
    said = f"My {PRIVATE} is ill"
    assert not (await ana.run("/remind", when="in 2 hours", what=said)).failed
    assert not (await ana.run("/remind", when=f"on {PRIVATE} day", what=said)).failed
    assert not (await ana.run("/exam set", date="2026-05-04")).failed
    assert not (await ana.run("/exam set", date=f"the day of the {PRIVATE}")).failed
    assert not (await ana.run("/ceu add", title=said, units=1)).failed
    await scene.until(ASKED)
    assert not (await scene.press("B")).failed
    await scene.server.fail("POST", "/callback", 400, times=1)
    await ana.run("/progress")
    await scene.server.fail("POST", "/callback", 404, times=1)
    await ana.run("/readiness")
    await scene.server.fail("POST", "/callback", 429, times=1)
    await ana.run("/streak show")
    await scene.server.fail("POST", "/users/@me/channels$", 403, times=1)
    await ana.run("/remind", when="in 3 hours", what=said)
    for table, act in (("reminders", "/remind"), ("exams", "/exam set"), ("groups", "/feedback ask")):
        scene.rows(f"ALTER TABLE {table} RENAME TO gone")
        options: dict[str, Any] = {"/remind": {"when": "in 2 hours", "what": said}, "/exam set": {"date": "2026-06-04"}}
        reply = await ana.run(act, **options.get(act, {}))
        assert "code" in reply.text, (act, reply.text, reply.error)
        scene.rows(f"ALTER TABLE gone RENAME TO {table}")
    await ana.run("/feedback ask")
    await ana.submit(title=said, did=said, wants=said)
    await ana.says(f"{said}, and my exam was bad.", where="#general")
    await scene.server.disconnect("resume")
    await scene.server.bot_is(connected=True)


def _check(scene: Scene, requests: list[dict[str, Any]]) -> None:
    log = scene.log.read_text("utf-8")
    lines = [json.loads(one) for one in log.splitlines()]
    assert lines
    assert sum("error_code" in one for one in lines) >= 3, log
    assert any(one["level"] == "DEBUG" for one in lines), "at its most talkative"
    assert [one for one in lines if not one.keys() <= OURS] == []
    answering = {found[1] for one in requests if (found := ANSWERING.search(one["path"]))}
    assert len(answering) > 10
    secrets = {TOKEN, PRIVATE, "Ana", "2026-05-04", "2026-06-04", "Locked", *answering}
    assert [(secret, one) for secret in secrets for one in log.splitlines() if secret in one] == []
