"""`kill -9` at every step of a day: the question, its closing and the digest appear exactly once."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.scene import ASKED, CLOSED, SUMMED_UP, Scene, check_once, prepare

NEVER = 10_000
AT_ONCE = 2  # processes side by side: as many as the smallest machine has cores
SOME = 6  # steps of an ordinary run, about; EVERY_STEP=1 tries them all


async def _a_day(prepared: Path, folder: Path, step: int) -> list[str]:
    """Live through a day with a bot that is killed at `step`; returns the steps that were reached."""
    async with Scene.open(prepared, folder) as scene:
        try:
            await scene.start_to_be_killed(step)
            await scene.until(ASKED)
            await scene.ana.sees("Closes", where="#daily-quiz")
            reply = await scene.press("B")
            # Killed between commit and reply, the second press meets the first one's answer.
            assert "**B**" in reply.text
            await scene.until(CLOSED)
            await scene.until(SUMMED_UP)
            await check_once(scene)
            with closing(sqlite3.connect(scene.database)) as kept:
                assert kept.execute("SELECT choice FROM answers").fetchall() == [(1,)]
                assert kept.execute("SELECT answered, state FROM rounds").fetchall() == [(1, "closed")]
                assert set(kept.execute("SELECT state FROM deliveries")) == {("sent",)}
        except AssertionError as error:
            error.add_note(f"killed at step {step}: {_steps(scene)[-1:]}\n{scene.output()}")
            raise
        return _steps(scene)


def _steps(scene: Scene) -> list[str]:
    return scene.steps.read_text("utf-8").splitlines() if scene.steps.exists() else []


def _chosen(steps: list[str]) -> list[int]:
    """All steps, or some: around the requests that members see, which are the ones that could double."""
    if os.environ.get("EVERY_STEP"):
        return list(range(len(steps)))
    visible = [n for n, step in enumerate(steps) if "COMMIT" not in step]
    after = [n for n in visible if "after" in steps[n] and "callback" not in steps[n]]
    rest = [n for n in range(len(steps)) if n not in after]
    return sorted([*after, *rest[:: max(1, len(rest) // max(1, SOME - len(after)))]])[: SOME + 2]


async def test_killed_at_any_step_everything_appears_exactly_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed before or after any commit or request of a day, a plain start makes everything right.

    One question, one closing edit, one thread with one opening message, one digest, and the answer kept once.
    """
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    steps = await _a_day(prepared, tmp_path / "whole", NEVER)
    chosen = _chosen(steps)
    with capsys.disabled():
        sys.stdout.write(f"\nkilled at {len(chosen)} of {len(steps)} steps of a day\n")
    assert len(steps) > 20
    turn = asyncio.Semaphore(AT_ONCE)

    async def trial(step: int) -> None:
        async with turn:
            reached = await _a_day(prepared, tmp_path / f"step{step}", step)
            assert len(reached) == step + 1, f"the step {step} was not reached: {reached}"

    results = await asyncio.gather(*map(trial, chosen), return_exceptions=True)
    failures = [one for one in results if isinstance(one, BaseException)]
    if failures:
        raise ExceptionGroup(
            "steps at which a kill left something wrong", [e for e in failures if isinstance(e, Exception)]
        )
