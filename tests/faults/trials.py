"""A story with a bot that is killed at steps of it: in an ordinary run at some, all in one; EVERY_STEP=1 takes each.

A step is a number for a bot that is killed once, or several names for bots of which each ends at the next one.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

from tests.faults.scene import Scene

NEVER = 10_000
AT_ONCE = 2
"""Processes side by side: as many as the smallest machine has cores."""
Step = int | Sequence[str]
Story = Callable[[Scene, Step], Awaitable[None]]


async def begin(scene: Scene, step: Step, since: datetime) -> None:
    """Start the first bot of a story."""
    if isinstance(step, int):
        await scene.start_to_be_killed(step, since)
    else:
        await scene.start_to_be_killed_often(step, since)


async def try_kills(story: Story, prepared: Path, folder: Path, some: Sequence[str]) -> None:
    """Live through the story with a bot killed at each of `some` steps, or once for every step that it has.

    Raises an ExceptionGroup of the steps after which something was wrong.
    """
    turn = asyncio.Semaphore(AT_ONCE)

    async def trial(name: str, step: Step) -> list[str]:
        async with turn, Scene.open(prepared, folder / name) as scene:
            try:
                await story(scene, step)
                assert scene.kills == [], f"never reached: {scene.kills}"
            except AssertionError as error:
                error.add_note(f"killed at {step}: {scene.reached()[-1:]}\n{scene.output()}")
                raise
            return scene.reached()

    trials: dict[str, Step] = {"some": some}
    if os.environ.get("EVERY_STEP"):
        steps = await trial("whole", NEVER)
        trials |= {f"step{number}": number for number in range(len(steps))}
    results = await asyncio.gather(*(trial(*one) for one in trials.items()), return_exceptions=True)
    failures = [one for one in results if isinstance(one, Exception)]
    if failures:
        raise ExceptionGroup("steps at which a kill left something wrong", failures)
