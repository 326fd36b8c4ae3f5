"""A copy is made while members answer, the database is lost, and the copy is put back: what then, as members see it."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path

from tests import warm
from tests.faults.scene import ASKED, CHANNEL, CLOSED, ROOT, SUMMED_UP, Scene, prepare
from tests.faults.test_full import PATIENCE_S


async def studyhall(scene: Scene, *arguments: str) -> warm.Done:
    """A command beside the bot, on its database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STUDYHALL_", "DISCORD_TOKEN"))}
    env = {**kept, "PYTHONPATH": str(ROOT), "STUDYHALL_DATABASE": str(scene.database)}
    return await asyncio.to_thread(warm.run, ("-m", "bot", *arguments), cwd=scene.database.parent, env=env)


async def _put_back(scene: Scene, copy: str) -> None:
    done = await studyhall(scene, "restore", copy)
    assert done.returncode == 0, done.stderr
    replayed = await studyhall(scene, "model", "replay")
    assert (replayed.returncode, "0 different" in replayed.stdout) == (0, True), replayed.stdout


async def test_a_copy_that_is_put_back(tmp_path: Path) -> None:
    """Copied before a question and in the middle of its answers, and put back after a loss: README's promises hold.

    What was answered before the copy is there, and what came later can be answered anew. A post that the copy does not
    know is made again; the buttons of the first one count for nothing, whatever number they bear.
    """
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    async with Scene.open(prepared, tmp_path / "scene") as scene:
        people = [scene.ana, *[await scene.server.member(name) for name in ("Ben", "Mia", "Tova")]]
        ana, ben, mia, _ = people
        await scene.start()
        await ana.run("/timezone", _in=CHANNEL, zone="UTC")
        assert (await studyhall(scene, "backup", "before.db")).returncode == 0
        await ana.run("/remind", _in=CHANNEL, when="tomorrow at 09:10", what="after the copy")
        await scene.until(ASKED)
        first = await ana.sees("Closes", where="#daily-quiz")
        await ana.press("A", on=first)
        copying = asyncio.create_task(studyhall(scene, "backup", "during.db"))
        await asyncio.gather(*(one.press("B", on=first) for one in (ben, mia)))
        assert (await copying).returncode == 0

        # The copy of the middle: whose answer it has reads so, and the others answer anew.
        await scene.kill()
        await _put_back(scene, "during.db")
        kept = {user for (user,) in scene.rows("SELECT user_id FROM answers JOIN members USING (member_id)")}
        assert int(ana.id) in kept
        await scene.start()
        replies = await asyncio.gather(*(one.press("C", on=first) for one in people))
        for one, reply in zip(people, replies, strict=True):
            before = "A" if one is ana else "B" if int(one.id) in kept else "C"
            assert f"**{before}**" in reply.text
        assert len(await scene.posts()) == 1

        # The copy of before the question: it is asked again, as another round of the same number.
        await scene.kill()
        await scene.box.clock.leap(scene.box.clock.now_ms + 20 * 60_000)
        await _put_back(scene, "before.db")
        await scene.start()
        await scene.settle()
        old, new = await scene.posts()
        assert "20 min late" in str(new["embeds"])
        reply = await ben.press("D", on=first)
        assert "no longer kept" in reply.text
        assert scene.rows("SELECT COUNT(*) FROM answers") == [(0,)]
        again = await ben.sees("20 min late", where="#daily-quiz")
        assert again.id == new["id"] != old["id"]
        assert "Locked: **D**" in (await ben.press("D", on=again)).text
        # A reminder's number is not given anew, so that an old button is nobody else's.
        await ana.run("/remind", _in=CHANNEL, when="in 10 min", what="made anew")
        assert scene.rows("SELECT MIN(reminder_id) > 1000000 FROM reminders") == [(1,)]
        for moment in (CLOSED, SUMMED_UP):
            await scene.until(moment + timedelta(hours=1))
        assert scene.rows("SELECT answered, state FROM rounds") == [(1, "closed")]
        assert set(scene.rows("SELECT state FROM deliveries")) == {("sent",)}


async def test_a_damaged_database_and_its_remedy(tmp_path: Path) -> None:
    """A page of nonsense after a kill: bot, doctor and copies name it and the way out, and that way works."""
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    async with Scene.open(prepared, tmp_path / "scene") as scene:
        await scene.start()
        assert (await studyhall(scene, "backup", "copy.db")).returncode == 0
        await scene.until(ASKED)
        await scene.kill()
        with scene.database.open("r+b") as file:
            file.seek(40 * 4096)
            file.write(os.urandom(4096))
        refused = await scene.launch()
        assert await asyncio.wait_for(refused.wait(), PATIENCE_S) == 2
        assert "Restore your last backup" in scene.output().splitlines()[-1]
        doctor, copied = await asyncio.gather(
            studyhall(scene, "doctor", "--offline"), studyhall(scene, "backup", "another.db")
        )
        assert (doctor.returncode, "studyhall restore" in doctor.stdout) == (2, True)
        assert (copied.returncode, "studyhall doctor" in copied.stderr) == (2, True)
        assert not scene.database.with_name("another.db").exists()
        await _put_back(scene, "copy.db")
        await scene.start()
        await scene.until(ASKED)
        assert "Locked" in (await scene.press("A")).text
