"""`kill -9` at every step of a day: the question, its closing and the digest appear exactly once."""

from __future__ import annotations

from pathlib import Path

from tests.faults.scene import ASKED, CLOSED, SUMMED_UP, Scene, check_once, prepare
from tests.faults.trials import Step, begin, try_kills

SOME = (
    "before POST /channels/1202/messages x1",
    "after POST /channels/1202/messages x1",
    "after PATCH /channels/1202/messages/# x1",
    "after POST /channels/1202/messages/#/threads x1",
    "after POST /channels/#/messages x1",
    "after POST /channels/1202/messages x2",
)
"""After each thing that members see, which are those that could double, and before the first of them."""


async def _a_day(scene: Scene, step: Step) -> None:
    await begin(scene, step, ASKED)
    await scene.until(ASKED)
    await scene.ana.sees("Closes", where="#daily-quiz")
    reply = await scene.press("B")
    # Killed between commit and reply, the second press meets the first one's answer.
    assert "**B**" in reply.text
    await scene.until(CLOSED)
    await scene.until(SUMMED_UP)
    await check_once(scene)
    assert scene.rows("SELECT choice FROM answers") == [(1,)]
    assert scene.rows("SELECT answered, state FROM rounds") == [(1, "closed")]
    assert set(scene.rows("SELECT state FROM deliveries")) == {("sent",)}


async def test_killed_at_any_step_everything_appears_exactly_once(tmp_path: Path) -> None:
    """Killed before or after any commit or request of a day, a plain start makes everything right.

    One question, one closing edit, one thread with one opening message, one digest, and the answer kept once.
    """
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    await try_kills(_a_day, prepared, tmp_path, SOME)
