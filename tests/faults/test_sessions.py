"""`kill -9` at the steps of a review session: its event, announcement, reminder and end appear exactly once."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.instants import to_ms
from bot.domain.rsvps import Answer
from bot.domain.sessions import Place
from bot.services import groups, rsvps, sessions
from bot.services.sessions import Wishes
from bot.storage.database import Database
from tests.faults.scene import Scene, buttons, prepare

NEVER = 10_000
AT_ONCE = 2  # processes side by side: as many as the smallest machine has cores
SOME = 6  # steps of an ordinary run, about; EVERY_STEP=1 tries them all
POSTED = datetime(2026, 3, 2, 12, 45, tzinfo=UTC)
REMINDED = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
STARTS = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
OVER = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ANA, TOVA = 2001, 2003


async def _plan(path: Path) -> None:
    """A session that Tova posts and Ana goes to, written down for a bot that is to start."""
    await prepare(path)
    database = await Database.open(path)
    group = await groups.find(database, 1001)
    wishes = Wishes(
        title="Modifiers",
        topics=(),
        notes="",
        starts_at=STARTS,
        minutes=60,
        zone="UTC",
        place=Place.LINK,
        place_id=None,
        link="https://meet.example/room",
        seats=1,
    )
    made = await sessions.post(database, group, TOVA, wishes, POSTED)
    await rsvps.answer(database, made.session_id, ANA, 1001, Answer.GOING, POSTED)
    await database.close()


async def _a_session(prepared: Path, folder: Path, step: int) -> list[str]:
    """Live through the session with a bot that is killed at `step`; returns the steps that were reached."""
    async with Scene.open(prepared, folder) as scene:
        try:
            killer = str(Path(__file__).parent / "killer.py")
            await scene.start((killer, str(step), str(to_ms(POSTED)), str(scene.steps)))
            for moment in (
                POSTED,
                POSTED + timedelta(seconds=30),
                REMINDED,
                STARTS,
                OVER,
                OVER + timedelta(minutes=10),
            ):
                await scene.until(moment)
            await _check_once(scene)
        except AssertionError as error:
            error.add_note(f"killed at step {step}: {_steps(scene)[-1:]}\n{scene.output()}")
            raise
        return _steps(scene)


async def _check_once(scene: Scene) -> None:
    # Attendance has posts of its own.
    posts = [post for post in await scene.posts() if [one.get("title") for one in post["embeds"]] == ["Modifiers"]]
    assert len(posts) == 1, len(posts)
    assert "This session is over." in posts[0]["embeds"][0]["description"]
    assert "1 of 1 seat taken" in posts[0]["embeds"][0]["description"]
    assert buttons(posts[0]) == []
    assert [one["status"] for one in scene.box.world.guilds["1001"].events.values()] == [3]
    told = [one for one in scene.ana.messages("dm") if one.content.startswith("⏰")]
    assert len(told) == 1, told
    with closing(sqlite3.connect(scene.database)) as kept:
        assert set(kept.execute("SELECT state FROM deliveries")) == {("sent",)}
        assert kept.execute("SELECT state FROM sessions").fetchall() == [("over",)]
    assert [one for one in await scene.server.broken_rules() if one["status"] != 400] == []


def _steps(scene: Scene) -> list[str]:
    return scene.steps.read_text("utf-8").splitlines() if scene.steps.exists() else []


def _chosen(steps: list[str]) -> list[int]:
    """All steps, or some: after the requests that members see, which are the ones that could double."""
    if os.environ.get("EVERY_STEP"):
        return list(range(len(steps)))
    after = [n for n, step in enumerate(steps) if "after POST" in step]
    rest = [n for n in range(len(steps)) if n not in after]
    return sorted([*after, *rest[:: max(1, len(rest) // max(1, SOME - len(after)))]])[: SOME + 2]


async def test_killed_at_any_step_a_session_is_posted_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Killed before or after any commit or request, a plain start makes everything right.

    One announcement that ends as the session does, one event, one reminder. An event has no nonce: it is found again
    by its marker.
    """
    prepared = tmp_path / "prepared.db"
    await _plan(prepared)
    steps = await _a_session(prepared, tmp_path / "whole", NEVER)
    assert any("after POST /guilds/1001/scheduled-events" in step for step in steps)
    chosen = _chosen(steps)
    with capsys.disabled():
        sys.stdout.write(f"\nkilled at {len(chosen)} of {len(steps)} steps of a session\n")
    turn = asyncio.Semaphore(AT_ONCE)

    async def trial(step: int) -> None:
        async with turn:
            reached = await _a_session(prepared, tmp_path / f"step{step}", step)
            assert len(reached) == step + 1, f"the step {step} was not reached: {reached}"

    results = await asyncio.gather(*map(trial, chosen), return_exceptions=True)
    failures = [one for one in results if isinstance(one, Exception)]
    if failures:
        raise ExceptionGroup("steps at which a kill left something wrong", failures)
