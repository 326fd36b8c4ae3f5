"""The bot is killed between a row of feedback and its message, again and again: each card comes once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.domain.instants import to_ms
from tests.faults.scene import CHANNEL, Scene, prepare
from tests.walks.test_feedback import ASK, GIVEN

KILLER = str(Path(__file__).parent / "killer.py")


async def _killed(scene: Scene) -> None:
    """The bot has halted where it was to, and is killed there."""
    assert scene.bot is not None
    await scene.bot.halted()
    await scene.kill()


async def test_killed_before_and_after_each_message_of_a_question(tmp_path: Path) -> None:
    """Before the card, then, while it is made up for, before its thread, and after a review."""
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    async with Scene.open(prepared, tmp_path / "scene") as scene:
        ana, ben = scene.ana, await scene.server.member("Ben")
        await scene.start_to_be_killed(f"before POST /channels/{CHANNEL}/messages", scene.server.now)
        await ana.run("/feedback ask", _in="#daily-quiz")
        sending = asyncio.create_task(ana.submit(**ASK))
        await _killed(scene)
        await sending
        assert await scene.posts() == []
        await scene.server.bot_is(connected=False)
        scene.bot = await scene.launch((KILLER, "/threads", str(to_ms(scene.server.now)), str(scene.steps)))
        await _killed(scene)

        (card,) = await scene.posts()
        await scene.start_to_be_killed(f"after POST /channels/{card['id']}/messages", scene.server.now)
        await ben.press("Give feedback")
        sending = asyncio.create_task(ben.submit(**GIVEN))
        await _killed(scene)
        await sending
        await scene.start()
        assert [one["id"] for one in await scene.posts()] == [card["id"]]
        assert [one.id for one in scene.box.world.guilds["1001"].threads()] == [card["id"]]
        assert len(await scene.posts(card["id"])) == 1
        assert scene.rows("SELECT state, COUNT(*) FROM deliveries GROUP BY state") == [("sent", 4)]

        # The last two moments of all: card and thread are noted, and that the delivery arrived is not.
        await scene.kill()
        scene.write("UPDATE deliveries SET state = 'sending' WHERE kind = 'ask'")
        await scene.start()
        assert [one["id"] for one in await scene.posts()] == [card["id"]]
        assert len(await scene.posts(card["id"])) == 1
