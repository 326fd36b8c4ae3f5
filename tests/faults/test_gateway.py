"""The connection to Discord ends in every way that it can: it is resumed, begun anew, or the bot says why it ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.shards import Shards as Wanted
from bot.shards import Starts, ended, too_few_left
from sandbox.close_codes import CLOSE_CODES
from sandbox.shards import Shards
from tests.faults.scene import ASKED, CHANNEL, Scene, prepare

PATIENCE_S = 30.0
ENDING = [code for code, one in CLOSE_CODES.items() if not one.again]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """A group with its first question posted, and a bot that runs."""
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    async with Scene.open(prepared, tmp_path / "scene") as made:
        await made.start()
        await made.until(ASKED)
        yield made


@contextlib.asynccontextmanager
async def _returning(scene: Scene) -> AsyncIterator[None]:
    """At the end wait for connections that are all others than those at the beginning."""
    gateway, news = scene.box.gateway, asyncio.Event()
    before = {one.connection for one in gateway.sessions.values()}
    gateway.watchers.append(news.set)
    try:
        yield
        async with asyncio.timeout(PATIENCE_S):
            while not gateway.connected() or before & {one.connection for one in gateway.sessions.values()} - {None}:
                news.clear()
                await news.wait()
    finally:
        gateway.watchers.remove(news.set)


async def _closed_for_good(scene: Scene, how: str | int) -> int:
    """Drop the connection; the bot's exit code."""
    assert scene.bot is not None
    await scene.server.disconnect(how)
    return await asyncio.wait_for(scene.bot.wait(), PATIENCE_S)


async def test_every_way_to_close_a_connection(scene: Scene) -> None:
    """Each code of Discord's: resumed or begun anew where it may be; else one sentence and exit code 2."""
    again = [code for code, one in CLOSE_CODES.items() if one.again]
    ways: tuple[str | int, ...] = (*again, 1000, 1001, "resume", "fresh")
    for how in ways:
        sessions = set(scene.box.gateway.sessions)
        async with _returning(scene):
            await scene.server.disconnect(how)
        kept = how == "resume" or (isinstance(how, int) and how in CLOSE_CODES and CLOSE_CODES[how].resumable)
        assert (set(scene.box.gateway.sessions) == sessions) is kept, how
    assert "Locked: **B**" in (await scene.press("B")).text

    # By now Discord asks for more connections; then it voids the token; then it refuses what the bot asks to hear.
    scene.box.world.shards = Shards(2, at_once=2)
    assert await _closed_for_good(scene, "fresh") == 2
    assert scene.output().splitlines()[-1] == ended(4011)
    await scene.start()
    assert await _closed_for_good(scene, 4004) == 2
    assert scene.output().splitlines()[-1] == ended(4004)
    scene.box.world.shards = Shards()
    await scene.start()
    assert await _closed_for_good(scene, 4014) == 2
    assert scene.output().splitlines()[-1] == ended(4014)
    assert "Traceback" not in scene.log.read_text("utf-8")
    assert scene.rows("SELECT choice FROM answers") == [(1,)]
    assert scene.rows("PRAGMA integrity_check") == [("ok",)]


async def test_what_is_heard_twice_and_in_disorder_counts_once(scene: Scene) -> None:
    """After a resume Discord sends everything again, newest first: no second answer, reminder, stretch or reply."""
    ben = await scene.server.member("Ben")
    await scene.ana.run("/timezone", _in=CHANNEL, zone="UTC")
    key = "ABCDEFGHIJ"[scene.rows("SELECT key_position FROM rounds")[0][0]]
    for person, letter in ((scene.ana, key), (ben, "B")):
        assert "Locked" in (await person.press(letter, where=CHANNEL)).text
    await scene.ana.press("Guess", where=CHANNEL)
    await scene.ana.run("/remind", _in=CHANNEL, when="tomorrow at noon", what="rest")
    tables = ("answers", "members", "reminders", "points", "agenda", "guesses")
    kept = [table for (table,) in scene.rows("SELECT name FROM sqlite_master WHERE type = 'table'") if table in tables]
    before = {table: scene.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in kept}
    seen = len(scene.ana.messages())
    async with _returning(scene):
        await scene.server.faults(disconnect="resume", repeats=1000)
    # Whatever was begun by what came again is done before an answer to something new.
    assert f"**{key}**" in (await scene.press("A")).text
    assert {table: scene.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in kept} == before
    assert len(scene.ana.messages()) == seen + 1
    log = scene.log.read_text("utf-8")
    assert (log.count("sent a press again"), log.count("sent a command again")) == (3, 2), scene.output()
    assert await scene.server.broken_rules() == []


def test_starts_keep_to_what_discord_allows() -> None:
    """One identification in five seconds for each bucket, from the last one on; none when too few are left today."""
    starts = Starts(Wanted(4, at_once=2))
    assert [starts.wait(shard, 100.0) for shard in (0, 1, 2, 3)] == [0, 0, 5, 5]
    assert (starts.wait(0, 107.0), starts.wait(1, 200.0)) == (3, 0)
    assert too_few_left(4, 4, 0) is None
    said = too_few_left(4, 3, 5_400_000)
    assert said is not None
    assert "3 more starts, and it takes 4" in said
    assert "in 2 h" in said


@pytest.mark.parametrize("code", ENDING)
def test_every_end_is_explained(code: int) -> None:
    """Each code after which a client must not come back has its own sentence, and it says what to do."""
    assert str(code) not in ended(code)
    assert "start it again" in ended(code).lower().replace("start the bot", "start it")
    assert "code 4999" in ended(4999)
