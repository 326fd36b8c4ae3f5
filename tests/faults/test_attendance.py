"""`kill -9` while a session is watched, and around everything that is posted about it."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.instants import to_ms
from bot.domain.sessions import Place
from bot.services import groups, sessions
from bot.services.sessions import Wishes
from bot.storage.database import Database
from tests.faults.scene import Scene, buttons, prepare

NEVER = 10_000
AT_ONCE = 2  # processes side by side: as many as the smallest machine has cores
PLANNED = datetime(2026, 3, 2, 12, 45, tzinfo=UTC)
STARTS = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
OPENS = STARTS - timedelta(minutes=15)
ENDS = STARTS + timedelta(hours=1)
ASKS = ENDS + timedelta(minutes=10)
CLOSES = ENDS + timedelta(hours=1)
TOVA, ROOM = 2003, "#Study room"


async def _plan(path: Path, place: Place) -> Path:
    """A session of an hour that Tova holds, written down for a bot that is to start."""
    await prepare(path)
    database = await Database.open(path)
    group = await groups.find(database, 1001)
    room, link = (1205, None) if place is Place.VOICE else (None, "https://meet.example/room")
    wishes = Wishes("Modifiers", ("Modifiers",), "", STARTS, 60, "UTC", place, room, link, None)
    await sessions.post(database, group, TOVA, wishes, PLANNED)
    await database.close()
    return path


def _rows(scene: Scene, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(scene.database)) as kept:
        return kept.execute(sql).fetchall()


async def _check_once(scene: Scene) -> None:
    """One post with the buttons, one that asks, one list for the tutor, one poll for Ana; and her whole hour."""
    ids = [one["custom_id"] for post in await scene.posts() for one in buttons(post)]
    assert sorted(one for one in ids if one.startswith(("here:", "poll-open:", "roster:"))) == [
        "here:1:in", "here:1:out", "poll-open:1", "roster:1",
    ]  # fmt: skip
    tova = await scene.server.member("Tova")
    await tova.catch_up()
    assert len([one for one in tova.messages("dm") if "Is this right?" in one.text]) == 1
    assert len([one for one in scene.ana.messages("dm") if "clearer to you now" in one.text]) == 1
    assert _rows(scene, "SELECT source, began_at, ended_at FROM presences") == [("button", to_ms(STARTS), None)]
    assert set(_rows(scene, "SELECT state FROM deliveries")) == {("sent",)}


async def test_killed_in_the_middle_no_time_is_lost_or_doubled(tmp_path: Path) -> None:
    """From 14:20 to 14:40 nobody watches: who stays has one stretch, who left at 14:30 has it to the last beat."""
    prepared = await _plan(tmp_path / "prepared.db", Place.VOICE)
    async with Scene.open(prepared, tmp_path / "scene") as scene:
        ben = await scene.server.member("Ben")
        await scene.start()
        await scene.until(OPENS + timedelta(minutes=1))
        await scene.ana.joins_voice(ROOM)
        await ben.joins_voice(ROOM)
        await scene.until(STARTS + timedelta(minutes=20))
        await scene.kill()
        await scene.server.clock_to(STARTS + timedelta(minutes=30))
        await ben.leaves_voice()
        await scene.server.clock_to(STARTS + timedelta(minutes=40))
        await scene.start()
        await scene.until(CLOSES + timedelta(minutes=1))
        beat = to_ms(STARTS + timedelta(minutes=19))
        assert _rows(scene, "SELECT began_at, ended_at FROM presences ORDER BY ended_at") == [
            (to_ms(OPENS + timedelta(minutes=1)), beat),
            (to_ms(OPENS + timedelta(minutes=1)), to_ms(CLOSES)),
        ], scene.output()
        assert _rows(scene, "SELECT began_at, ended_at FROM attendance_gaps") == [
            (beat, to_ms(STARTS + timedelta(minutes=40)))
        ]
        assert len([post for post in await scene.posts() if buttons(post)]) == 2


async def _a_session(prepared: Path, folder: Path, step: int) -> list[str]:
    """Live through it with a bot that is killed at `step` from the window on; returns the steps that were reached."""
    async with Scene.open(prepared, folder) as scene:
        try:
            killer = str(Path(__file__).parent / "killer.py")
            await scene.start((killer, str(step), str(to_ms(OPENS)), str(scene.steps)))
            await scene.until(OPENS)
            await scene.until(STARTS)
            assert "You are there" in (await scene.press("I'm here")).text
            for moment in (ENDS, ASKS, CLOSES):
                await scene.until(moment)
            await _check_once(scene)
        except AssertionError as error:
            error.add_note(f"killed at step {step}: {_steps(scene)[-1:]}\n{scene.output()}")
            raise
        return _steps(scene)


def _steps(scene: Scene) -> list[str]:
    return scene.steps.read_text("utf-8").splitlines() if scene.steps.exists() else []


async def test_killed_around_a_post_each_is_there_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Killed after any message of a session's attendance, a plain start makes everything right, and doubles nothing."""
    prepared = await _plan(tmp_path / "prepared.db", Place.LINK)
    steps = await _a_session(prepared, tmp_path / "whole", NEVER)
    chosen = [n for n, step in enumerate(steps) if "after POST" in step and step.endswith("/messages")]
    assert len(chosen) >= 4, steps
    with capsys.disabled():
        sys.stdout.write(f"\nkilled at {len(chosen)} of {len(steps)} steps of an attendance\n")
    turn = asyncio.Semaphore(AT_ONCE)

    async def trial(step: int) -> None:
        async with turn:
            await _a_session(prepared, tmp_path / f"step{step}", step)

    results = await asyncio.gather(*map(trial, chosen), return_exceptions=True)
    failures = [one for one in results if isinstance(one, Exception)]
    if failures:
        raise ExceptionGroup("steps at which a kill left something wrong", failures)
