"""`kill -9` at every step of reminders, from the claim to the confirmation: each comes exactly once."""

from __future__ import annotations

from pathlib import Path

from tests.faults.reminders import AGAIN, DUE, SNOOZED, check, prepare, snooze
from tests.faults.scene import Scene
from tests.faults.trials import Step, begin, try_kills

SOME = (
    "after COMMIT x2",
    "before POST /channels/1201/messages x1",
    "after POST /channels/1201/messages x1",
    "after POST /channels/#/messages x2",
    "after POST /channels/#/messages x4",
    "after POST /channels/#/messages x5",
)
"""After the claim and around messages of the first morning, after the snoozed one, and on the second morning."""


async def _two_days(scene: Scene, step: Step) -> None:
    """Four reminders in a minute, one snoozed, and the next day's."""
    await begin(scene, step, DUE)
    await scene.until(DUE.replace(minute=31))
    await check(scene, days=1)
    await snooze(scene)
    await scene.until(SNOOZED.replace(minute=41))
    await check(scene, days=1, payments=2)
    await scene.until(AGAIN.replace(minute=31))
    await check(scene, days=2, payments=2)


async def test_killed_at_any_step_each_reminder_comes_exactly_once(tmp_path: Path) -> None:
    """Killed before or after any commit or request, a plain start makes everything right.

    Once a day for what comes daily, in its own place; what was snoozed once more; and nothing is left waiting.
    """
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    await try_kills(_two_days, prepared, tmp_path, SOME)
