"""What gets lost on the way of reminders: replies, connections, minutes of Discord, the process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.instants import from_ms, to_ms
from tests.faults.reminders import AGAIN, DUE, check, prepare, sent
from tests.faults.scene import PLAIN, Scene

AFTER = DUE + timedelta(minutes=1)
POST = "/channels/[0-9]+/messages$"


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """Four reminders for tomorrow morning, and a bot that runs."""
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    async with Scene.open(prepared, tmp_path / "scene") as made:
        await made.start()
        yield made


async def _until_quiet(scene: Scene, end: datetime) -> None:
    """Let the time pass to `end`, from one thing that the bot waits for to the next."""
    while (due := scene.box.clock.next_ms) is not None and from_ms(due) <= end:
        await scene.until(max(from_ms(due), from_ms(scene.box.clock.now_ms) + timedelta(milliseconds=1)))
    await scene.until(end)


async def test_whatever_gets_lost_on_a_day_each_reminder_comes_once(scene: Scene) -> None:
    """Replies lost after Discord acted, limits, errors, connections dropped in the very minute: a fault a day."""
    for _ in range(4):
        await scene.server.fail("POST", POST, lose_reply=True)
    await _day(scene, 1)
    assert scene.rows("SELECT SUM(attempts) > COUNT(*) FROM deliveries") == [(1,)]
    await scene.server.fail("POST", POST, 429, times=8)
    await _day(scene, 2)
    await scene.server.fail("POST", POST, 500, times=2)  # the library tries again itself, after real seconds
    await _day(scene, 3)
    for number, how in ((4, "resume"), (5, "invalidate")):
        await scene.server.disconnect(how)
        await scene.until(DUE + timedelta(days=number - 1))
        await scene.server.bot_is(connected=True)
        await scene.settle()
        await _day(scene, number)


async def _day(scene: Scene, number: int) -> None:
    """The next day's minute, and five more for what has to be tried again."""
    due = DUE + timedelta(days=number - 1)
    await scene.until(due)
    await _until_quiet(scene, due + timedelta(minutes=5))
    await check(scene, days=number)


async def test_minutes_without_discord_make_them_late_and_say_so(scene: Scene) -> None:
    """Errors for some tries: what was due comes when Discord does, once, with how late it is; tomorrow is in time."""
    await scene.server.fail("POST", POST, 503, times=20)
    await scene.until(DUE)
    await _until_quiet(scene, DUE + timedelta(minutes=40))
    await check(scene, days=1)
    late = [one["content"] for one in await sent(scene, "2001")]
    assert all("min late" in one for one in late), late
    await scene.until(AGAIN + timedelta(minutes=1))
    await check(scene, days=2)
    assert "late" not in (await sent(scene, "2001"))[-1]["content"]


async def test_a_night_without_the_bot_is_made_up_for_once(scene: Scene) -> None:
    """Killed before the minute and started three days later: one late word each, that says how many were missed."""
    await scene.kill()
    await scene.box.clock.move(to_ms=to_ms(DUE + timedelta(days=3, hours=1)))
    await scene.start()
    await check(scene, days=1)
    words = {one["content"] for one in await sent(scene, "2001")}
    assert all("late" in one for one in words), words


async def test_a_second_bot_on_the_same_database_refuses(scene: Scene) -> None:
    """Started twice by mistake, at once and in the minute itself: the second ends with 2, nothing comes twice."""
    for moment in (DUE - timedelta(minutes=1), DUE):
        second = await scene.launch(PLAIN)
        await scene.until(moment)
        assert await asyncio.wait_for(second.wait(), 20) == 2
    await _until_quiet(scene, AFTER)
    await check(scene, days=1)
