"""A bot that is asked to stop ends what is open, or leaves it so that the next one does; nobody is told of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.instants import to_ms
from sandbox.shards import Shards
from tests.faults.scene import ASKED, CHANNEL, Scene, prepare
from tests.faults.test_full import Tap
from tests.people import File, Member, Reply

GRACE_S = 10.0
"""Docker kills what has not ended by then."""
QUESTIONS = 120
SLOW_MS = 400.0
REMINDED = ASKED + timedelta(minutes=10)  # replies can still be edited then
HEADER = "---\nbank: bones\ntitle: Bones\nlicence: CC0-1.0\nrights: our own\nexam: cpc\n---\n\n# Modifiers\n\n"


def _file() -> File:
    """Questions that resemble no others, so that nothing has to be asked about them."""
    asked = (
        f"## {n}. Which of these is said of bone {n} and of joint {n * 7919}? {{#b{n}}}\n"
        f"- [x] The left of {n}\n- [ ] The right of {n}\n- [ ] Neither of {n}\n> Because it is bone {n}.\n\n"
        for n in range(QUESTIONS)
    )
    return File("bones.md", (HEADER + "".join(asked)).encode(), "text/markdown")


async def _preview(tova: Member) -> str:
    """A file is read, and waits for its button; the button's label."""
    await tova.run("/bank import", _in=CHANNEL, file=_file())
    shown = await tova.sees(f"**{QUESTIONS}** new", ephemeral=True)
    return next(one.label for one in shown.buttons if one.custom_id.startswith("imp:"))


class _Requests:
    """Waits for requests of the bot's that were not there before."""

    def __init__(self, scene: Scene) -> None:
        self._news = asyncio.Semaphore(0)
        scene.box.rest.watchers.append(lambda _: self._news.release())

    async def come(self, count: int) -> None:
        """Return when so many more have been answered."""
        async with asyncio.timeout(GRACE_S):
            for _ in range(count):
                await self._news.acquire()


async def test_stopped_in_the_middle_of_everything(tmp_path: Path) -> None:
    """SIGTERM while answers, a reminder, a picture and an import are under way: exit code 0 within Docker's grace.

    Each answer whose member read so is kept and none is doubled, the reminder comes once, all questions come in.
    """
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    async with Scene.open(prepared, tmp_path / "scene") as scene:
        people = [scene.ana, *[await scene.server.member(name) for name in ("Ben", "Mia")]]
        tova = await scene.server.member("Tova")
        await scene.start()
        await scene.ana.run("/timezone", _in=CHANNEL, zone="UTC")
        made = await scene.ana.run("/remind", _in=CHANNEL, when="tomorrow at 09:10", what="rest")
        assert "I will remind you" in made.text
        await scene.until(ASKED)
        label = await _preview(tova)

        await scene.server.faults(latency_ms=SLOW_MS)
        requests = _Requests(scene)
        open_work = [
            asyncio.create_task(tova.press(label)),
            asyncio.create_task(tova.run("/progress", _in=CHANNEL)),
            *(asyncio.create_task(one.press("A", where=CHANNEL)) for one in people),
        ]
        moving = asyncio.create_task(scene.box.clock.move(to_ms=to_ms(REMINDED)))
        await requests.come(1)
        assert scene.bot is not None
        scene.bot.terminate()
        assert await asyncio.wait_for(scene.bot.wait(), GRACE_S) == 0, scene.output()
        _, drawn, *answered = await asyncio.gather(*open_work)
        await moving
        for line in scene.log.read_text("utf-8").splitlines():
            assert '"ERROR"' not in line, line
            assert "Traceback" not in line, line
        assert scene.rows("PRAGMA integrity_check") == [("ok",)]
        assert not list(scene.database.parent.glob("*-wal"))
        assert scene.rows("SELECT COUNT(*) FROM answers")[0][0] >= sum("Locked" in one.text for one in answered)
        assert drawn.failed or drawn.message is not None

        await scene.server.faults(latency_ms=0)
        await scene.start()
        await _finish(scene, people, answered)
        await _imported(scene, tova)
        await scene.until(REMINDED + timedelta(minutes=30))
        assert ["rest" in one.text for one in scene.ana.messages("dm") if one.button("Done")] == [True]
        assert [one for one in await scene.server.broken_rules() if one["status"] not in (400, 404)] == []
        for person in (*people, tova):
            await person.sees_not("restart")


async def _finish(scene: Scene, people: list[Member], answered: list[Reply]) -> None:
    """Who heard nothing presses again; each has one answer, and it is the first."""
    for person, reply in zip(people, answered, strict=True):
        if "Locked" not in reply.text:
            assert "**A**" in (await person.press("A", where=CHANNEL)).text
    assert scene.rows("SELECT choice FROM answers") == [(0,)] * len(people)


async def _imported(scene: Scene, tova: Member) -> None:
    """What a stop left in the middle is brought to its end by the next bot; what was not begun has its button yet."""
    state = scene.rows("SELECT state FROM imports")[0][0]
    if state == "preview":
        await tova.press_raw(await tova.sees(f"**{QUESTIONS}** new", ephemeral=True), "imp:1")
    live = "SELECT COUNT(*) FROM questions JOIN banks USING (bank_id) WHERE group_id IS NOT NULL AND state = 'live'"
    while scene.rows("SELECT state FROM imports WHERE state = 'applying'"):
        await scene.server.advance(timedelta(seconds=1))
    assert scene.rows(live) == [(QUESTIONS,)]


@pytest.mark.parametrize("shards", [1, 2])
async def test_a_gateway_that_is_away_at_the_start(tmp_path: Path, shards: int) -> None:
    """The bot tries again until it is there, and can be stopped meanwhile, whatever number of connections it wants."""
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    async with Scene.open(prepared, tmp_path / "scene") as scene:
        scene.box.world.shards = Shards(shards, at_once=shards)
        scene.box.gateway.offline = True
        scene.log = scene.log.with_name("log")
        async with Tap.open(scene.log) as tap:
            scene.bot = await scene.launch()
            await tap.hears("Attempting a reconnect" if shards == 1 else "Failed to connect")
            if shards == 1:
                scene.box.gateway.offline = False
                await tap.hears('"message": "ready"')
                await scene.server.faults(offline=True)
                await tap.hears("Attempting a reconnect")
            scene.bot.terminate()
            assert await asyncio.wait_for(scene.bot.wait(), GRACE_S) == 0, tap.lines


async def test_a_goodbye_that_nobody_answers(tmp_path: Path) -> None:
    """Stopped while Discord answers nothing any more: the bot ends as ever, with one connection and with two."""
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    async with Scene.open(prepared, tmp_path / "scene") as scene:
        for shards in (1, 2):
            scene.box.world.shards = Shards(shards, at_once=shards)
            await scene.start()
            await scene.server.faults(silent=True)
            assert scene.bot is not None
            scene.bot.terminate()
            assert await asyncio.wait_for(scene.bot.wait(), GRACE_S) == 0, scene.output()
            await scene.server.faults(silent=False)
            await scene.box.gateway.disconnect("fresh")
