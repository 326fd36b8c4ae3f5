"""`kill -9` at every step of reminders, from the claim to the confirmation: each comes exactly once."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.faults.reminders import AGAIN, DUE, SNOOZED, check, prepare, snooze
from tests.faults.scene import Scene

NEVER = 10_000
AT_ONCE = 2  # processes side by side: as many as the smallest machine has cores
SOME = 6  # steps of an ordinary run, about; EVERY_STEP=1 tries them all


async def _two_days(prepared: Path, folder: Path, step: int) -> list[str]:
    """Four reminders in a minute, one snoozed, and the next day's, with a bot that is killed at `step`."""
    async with Scene.open(prepared, folder) as scene:
        try:
            await scene.start_to_be_killed(step, DUE)
            await scene.until(DUE.replace(minute=31))
            await check(scene, days=1)
            await snooze(scene)
            await scene.until(SNOOZED.replace(minute=41))
            await check(scene, days=1, payments=2)
            await scene.until(AGAIN.replace(minute=31))
            await check(scene, days=2, payments=2)
        except AssertionError as error:
            error.add_note(f"killed at step {step}: {scene.reached()[-1:]}\n{scene.output()}")
            raise
        return scene.reached()


def _chosen(steps: list[str]) -> list[int]:
    """All steps, or some: after each kind of request that others see, and spread over the rest."""
    if os.environ.get("EVERY_STEP"):
        return list(range(len(steps)))
    after = [n for n, step in enumerate(steps) if "after POST" in step and "/messages" in step]
    rest = [n for n in range(len(steps)) if n not in after]
    many = SOME // 2
    return sorted({*after[:: max(1, len(after) // many)][:many], *rest[:: max(1, len(rest) // many)][:many]})


async def test_killed_at_any_step_each_reminder_comes_exactly_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed before or after any commit or request, a plain start makes everything right.

    Once a day for what comes daily, in its own place; what was snoozed once more; and nothing is left waiting.
    """
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    steps = await _two_days(prepared, tmp_path / "whole", NEVER)
    chosen = _chosen(steps)
    with capsys.disabled():
        sys.stdout.write(f"\nkilled at {len(chosen)} of {len(steps)} steps of two days of reminders\n")
    assert len(steps) > 50
    turn = asyncio.Semaphore(AT_ONCE)

    async def trial(step: int) -> None:
        async with turn:
            reached = await _two_days(prepared, tmp_path / f"step{step}", step)
            # Deliveries that end at the same moment share a commit: a run may be some steps shorter than another.
            assert len(reached) == step + 1 or step > 0.9 * len(steps), f"the step {step} was not reached: {reached}"

    results = await asyncio.gather(*map(trial, chosen), return_exceptions=True)
    failures = [one for one in results if isinstance(one, BaseException)]
    if failures:
        raise ExceptionGroup(
            "steps at which a kill left something wrong", [e for e in failures if isinstance(e, Exception)]
        )
