"""Four groups of a bot that Discord asks for several connections: each hears of its own, and none is missed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from sandbox.shards import Shards
from tests.faults.scene import ASKED, CLOSED, Scene, prepare
from tests.people import Member

QUIZZES = ("#daily-quiz", "#quiz-1", "#quiz-2", "#quiz-3")


async def _groups(scene: Scene) -> Member:
    """Three servers more, each with its quiz at 09:00 UTC; in the last one Ana wants to be reminded at noon."""
    tova = await scene.server.member("Tova")
    for number in (1, 2, 3):
        await scene.server.act(
            "add_guild", name=f"Group {number}", owner_id=tova.id, members=[scene.ana.id], channels=[f"quiz-{number}"]
        )
        where = QUIZZES[number]
        reply = await tova.run("/setup", _in=where, channel=where, zone="UTC")
        assert "is set up" in reply.text, reply.text
    await scene.ana.run("/timezone", _in=QUIZZES[3], zone="UTC")
    made = await scene.ana.run("/remind", _in=QUIZZES[3], when="tomorrow at noon", what="rest")
    assert "I will remind you" in made.text
    return tova


async def _questions(scene: Scene) -> list[int]:
    """How many questions stand in each channel."""
    posts = [await scene.posts(scene.ana.channel_id(where)) for where in QUIZZES]
    return [sum("Closes" in str(one["embeds"]) or "Closed" in str(one["embeds"]) for one in some) for some in posts]


async def _connected(scene: Scene, shards: int) -> None:
    assert scene.bot is not None
    assert scene.bot.returncode is None, scene.output()
    there = [one.shard for one in scene.box.gateway.sessions.values() if one.connection is not None]
    assert sorted(there) == [(number, shards) for number in range(shards)]


async def _ids(scene: Scene) -> set[str]:
    return set(scene.box.gateway.sessions)


async def _walk(folder: Path, prepared: Path, shards: int) -> None:
    async with Scene.open(prepared, folder) as scene:
        scene.box.world.shards = Shards(shards, at_once=shards)
        await scene.start()
        await _connected(scene, shards)
        tova = await _groups(scene)
        await scene.until(ASKED)
        assert await _questions(scene) == [1, 1, 1, 1]
        for where in QUIZZES:
            assert "Locked: **A**" in (await scene.ana.press("A", where=where)).text

        # One connection breaks: the others go on, and what its servers' members press meanwhile is heard soon.
        before = await _ids(scene)
        await scene.server.faults(disconnect="resume", shard=1)
        replies = await asyncio.gather(*(tova.press("B", where=where) for where in QUIZZES))
        assert ["Locked: **B**" in reply.text for reply in replies] == [True] * 4, scene.output()
        await scene.server.bot_is(connected=True)
        assert await _ids(scene) == before, "a session was begun anew instead of resumed"

        await scene.kill()
        await scene.start()
        await _connected(scene, shards)
        for where in QUIZZES:
            assert "**A**" in (await scene.ana.press("B", where=where)).text
        assert scene.rows("SELECT choice, COUNT(*) FROM answers GROUP BY choice ORDER BY choice") == [(0, 4), (1, 4)]
        await scene.until(CLOSED + timedelta(minutes=5))
        assert await _questions(scene) == [1, 1, 1, 1]
        assert len([one for one in scene.ana.messages("dm") if "rest" in one.text and one.button("Done")]) == 1
        assert "✅ Done" in (await scene.ana.press("Done", where="dm")).text
        assert [one for one in await scene.server.broken_rules() if one["status"] != 400] == []


async def test_four_groups_on_two_and_on_four_shards(tmp_path: Path) -> None:
    """Each group's question comes once, answers count once, and the reminder comes once, over a drop and a kill."""
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    await asyncio.gather(*(_walk(tmp_path / str(shards), prepared, shards) for shards in (2, 4)))
