"""What gets lost on the way: replies, connections, whole hours of Discord, and the process itself."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.instants import from_ms, to_ms
from tests.faults.scene import ASKED, CLOSED, PLAIN, SUMMED_UP, Scene, check_once, prepare

POST = "/channels/1202/messages$"


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """A group on the evening before its first question, with a bot that runs."""
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    async with Scene.open(prepared, tmp_path / "scene") as made:
        await made.start()
        yield made


def _rows(scene: Scene, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(scene.database)) as kept:
        return kept.execute(sql).fetchall()


async def _until_quiet(scene: Scene, end: datetime) -> None:
    """Let the time pass to `end`, from one thing that the bot waits for to the next."""
    while (due := scene.box.clock.next_ms) is not None and from_ms(due) <= end:
        await scene.until(max(from_ms(due), from_ms(scene.box.clock.now_ms) + timedelta(milliseconds=1)))
    await scene.until(end)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_a_reply_lost_after_discord_acted_doubles_nothing(scene: Scene, method: str) -> None:
    """Every message and every edit is made, its reply lost: the bot looks before it sends again."""
    for path in (POST, "/channels/1202/messages/", "/threads$", "/channels/[0-9]+/messages$"):
        await scene.server.fail(method, path, lose_reply=True)
    for moment in (ASKED, CLOSED, SUMMED_UP):
        await scene.until(moment)
        await _until_quiet(scene, moment + timedelta(seconds=50))
    await check_once(scene)
    assert _rows(scene, "SELECT DISTINCT state, problem FROM deliveries") == [("sent", None)]


# discord.py itself tries again after a 500, with real seconds in between; after a 503 it does not.
@pytest.mark.parametrize(("status", "times"), [(500, 2), (503, 12)])
async def test_discord_away_for_a_while_makes_it_late_and_not_lost(scene: Scene, status: int, times: int) -> None:
    """Errors for some tries: the question comes as soon as Discord does, once, and says how late it is."""
    await scene.server.fail("POST", POST, status, times=times)
    await scene.until(ASKED)
    await _until_quiet(scene, ASKED + timedelta(hours=1))
    (question,) = await scene.posts()
    posted, due = _rows(scene, "SELECT posted_at, due_at FROM rounds")[0]
    assert (posted > due) == (status == 503) == ("min late" in str(question["embeds"]))
    assert _rows(scene, "SELECT state FROM deliveries") == [("sent",)]
    await scene.until(CLOSED + timedelta(hours=1))
    await _until_quiet(scene, CLOSED + timedelta(hours=2))
    await check_once(scene)


async def test_discord_away_past_the_grace_is_a_recorded_skip(scene: Scene) -> None:
    """A day without Discord leaves no post behind its time, and tomorrow's question comes."""
    await scene.server.fail("POST", POST, 503, times=100_000)
    await scene.until(ASKED)
    await _until_quiet(scene, ASKED + timedelta(hours=4))
    await scene.server.faults(fail=[])
    await _until_quiet(scene, ASKED + timedelta(hours=5))
    assert await scene.posts() == []
    assert _rows(scene, "SELECT day, reason FROM skips") == [("2026-03-03", "unposted")]
    await scene.until(ASKED + timedelta(days=1))
    assert len(await scene.posts()) == 1


async def test_a_bot_that_sleeps_past_the_time_of_a_claimed_question_posts_nothing_dead(scene: Scene) -> None:
    """Killed between the claim and the post, and started again after closing: no question that nobody can answer."""
    await scene.server.fail("POST", POST, 503, times=100_000)
    await scene.until(ASKED)
    await scene.kill()
    await scene.server.faults(fail=[])
    await scene.box.clock.move(to_ms=to_ms(SUMMED_UP + timedelta(hours=1)))
    await scene.start()
    assert await scene.posts() == []
    assert _rows(scene, "SELECT state FROM rounds") == [("unposted",)]
    assert _rows(scene, "SELECT reason FROM skips") == [("unposted",)]


async def test_a_second_bot_on_the_same_database_refuses(scene: Scene) -> None:
    """Started twice by mistake: the second ends with code 2 and says who runs; the first goes on undisturbed."""
    assert scene.bot is not None
    second = await scene.launch(PLAIN)
    assert await asyncio.wait_for(second.wait(), 20) == 2
    assert f"process {scene.bot.pid} is already running on this database" in scene.output()
    await scene.until(ASKED)
    assert len(await scene.posts()) == 1


async def test_an_acknowledged_answer_survives_kill_9(scene: Scene) -> None:
    """The moment Ana reads “Locked” her answer is on disk: the next process knows it, and the day ends as ever.

    That the bot did not hear that she reads it, twice, is no error of its own.
    """
    await scene.until(ASKED)
    await scene.server.fail("POST", "/callback$", lose_reply=True, times=2)
    reply = await scene.press("B")
    await scene.settle()
    assert [one["status"] for one in await scene.server.requests() if "/callback" in one["path"]] == [204, 400]
    assert '"ERROR"' not in scene.log.read_text("utf-8"), scene.output()
    await scene.kill()
    assert "Locked: **B**" in reply.text
    assert _rows(scene, "SELECT choice FROM answers") == [(1,)]
    await scene.start()
    again = await scene.press("A")
    assert "**B**" in again.text
    assert _rows(scene, "SELECT choice FROM answers") == [(1,)]
    await scene.until(CLOSED)
    await scene.until(SUMMED_UP)
    await check_once(scene)


async def test_a_dropped_gateway_misses_nothing(scene: Scene) -> None:
    """The connection breaks and is resumed, three times a day: what was due in between is made once."""
    for moment in (ASKED, CLOSED, SUMMED_UP):
        await scene.server.disconnect("resume")
        await scene.until(moment)
    await scene.server.bot_is(connected=True)
    await scene.settle()
    await check_once(scene)


async def test_a_bot_asked_to_stop_ends_cleanly(scene: Scene) -> None:
    """SIGTERM: everything taken in is committed, the process ends with 0 within seconds, the database opens again."""
    await scene.until(ASKED)
    await scene.press("A")
    assert scene.bot is not None
    scene.bot.terminate()
    assert await asyncio.wait_for(scene.bot.wait(), 10) == 0
    assert _rows(scene, "PRAGMA integrity_check") == [("ok",)]
    assert not list(scene.database.parent.glob("*-wal"))
