"""A machine's clock that is set, and zones whose rules change: nothing is doubled or lost, and late is said."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

from bot.domain.groups import Feedback, Wishes
from bot.domain.instants import to_ms
from bot.services import groups
from bot.storage.database import Database
from tests.faults.scene import ASKED, CHANNEL, Scene, prepare

DAY = timedelta(days=1)
BERLIN = "Europe/Berlin"


def _at(day: int, hour: int, minute: int = 0) -> int:
    return to_ms(datetime(2026, 3, day, hour, minute, tzinfo=UTC))


async def _asks(scene: Scene) -> None:
    """Ana wants to be reminded each day and once."""
    for when, what in (("every day at 09:30", "stretch a bit"), ("tomorrow at 09:10", "pay the fee")):
        reply = await scene.ana.run("/remind", _in=CHANNEL, when=when, what=what)
        assert "I will remind you" in reply.text, reply.text


def _reminded(scene: Scene, what: str) -> list[str]:
    return [one.text for one in scene.ana.messages("dm") if what in one.text and one.buttons]


async def _stop(scene: Scene) -> None:
    assert scene.bot is not None
    scene.bot.terminate()
    assert await asyncio.wait_for(scene.bot.wait(), 20) == 0, scene.output()


async def test_a_clock_that_leaps(tmp_path: Path) -> None:
    """Two hours ahead over all that is due, back to before it, back by a day between two runs, and on by three days.

    Each thing comes once; what is late says so; whole days that were leapt over are recorded as skipped.
    """
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    async with Scene.open(prepared, tmp_path / "scene") as scene:
        await scene.start()
        await scene.ana.run("/timezone", _in=CHANNEL, zone="UTC")
        await _asks(scene)

        await scene.box.clock.leap(_at(3, 11))
        assert "2 h late" in (await scene.ana.sees("Closes", where="#daily-quiz")).text
        assert "Locked: **B**" in (await scene.press("B")).text
        assert [len(_reminded(scene, what)) for what in ("stretch", "fee")] == [1, 1]
        assert "09:30" in _reminded(scene, "stretch")[0] or "late" in _reminded(scene, "stretch")[0]

        await scene.box.clock.leap(_at(3, 8, 30))
        # The round is open whatever the clock says, and Ana's answer is the one that she gave.
        assert "**B**" in (await scene.press("A")).text
        ben = await scene.server.member("Ben")
        assert "Locked: **C**" in (await ben.press("C", where=CHANNEL)).text
        await scene.until(datetime(2026, 3, 3, 11, 5, tzinfo=UTC))
        assert [len(_reminded(scene, what)) for what in ("stretch", "fee")] == [1, 1]

        await _stop(scene)
        await scene.box.clock.leap(_at(2, 10))
        await scene.start()
        await scene.until(datetime(2026, 3, 3, 12, tzinfo=UTC))
        assert len(await scene.posts()) == 1
        assert [len(_reminded(scene, what)) for what in ("stretch", "fee")] == [1, 1]

        await scene.box.clock.leap(_at(6, 11))
        await scene.ana.catch_up()
        questions, digests = [[one for one in await scene.posts() if words in str(one)] for words in ("a:", "m:1:")]
        assert (len(questions), len(digests)) == (2, 1)
        assert scene.rows("SELECT day, reason FROM skips ORDER BY day") == [
            ("2026-03-04", "late"),
            ("2026-03-05", "late"),
        ]
        stretched = _reminded(scene, "stretch")
        assert len(stretched) == 2
        assert "2" in stretched[1], stretched  # the two days before, missed and said
        assert scene.rows("SELECT choice FROM answers ORDER BY seq") == [(1,), (2,)]
        assert set(scene.rows("SELECT state FROM deliveries")) == {("sent",)}
        assert scene.rows("PRAGMA integrity_check") == [("ok",)]


def _newer_zones(folder: Path) -> Path:
    """Data in which Berlin went over to Helsinki's time, one hour ahead."""
    place = folder / BERLIN
    place.parent.mkdir(parents=True)
    with resources.as_file(resources.files("tzdata") / "zoneinfo" / "Europe" / "Helsinki") as other:
        shutil.copy(other, place)
    return folder


async def test_a_zone_whose_rules_change(tmp_path: Path) -> None:
    """Between two runs Berlin goes an hour ahead: what is ahead keeps its clock time, what was sent never comes again.

    A question and a daily reminder that are promised for nine o'clock come at nine by the new rules.
    """
    prepared = tmp_path / "prepared.db"
    await prepare(prepared)
    database = await Database.open(prepared)
    wishes = Wishes(int(CHANNEL), BERLIN, ASKED.time(), frozenset(range(7)), 1, 600, Feedback.INSTANT, None, "cpc")
    await groups.set_up(database, 1001, wishes, 2003, datetime(2026, 3, 2, 12, tzinfo=UTC))
    await database.close()
    async with Scene.open(prepared, tmp_path / "scene") as scene:
        await scene.start()
        await scene.ana.run("/timezone", _in=CHANNEL, zone=BERLIN)
        await _asks(scene)
        reply = await scene.ana.run("/remind", _in=CHANNEL, when="5 March at 10:15", what="visit the dentist")
        assert "I will remind you" in reply.text
        await scene.until(datetime(2026, 3, 3, 9, tzinfo=UTC))  # ten o'clock in Berlin
        assert [len(_reminded(scene, what)) for what in ("stretch", "fee")] == [1, 1]
        await scene.press("B")
        await _stop(scene)
        newer = _newer_zones(tmp_path / "zones")
        await scene.start((str(Path(__file__).parent / "elsewhen.py"), str(newer)))
        with closing(sqlite3.connect(scene.database)) as kept:
            planned = dict(kept.execute("SELECT kind, due_at FROM agenda WHERE kind = 'daily'"))
        assert planned == {"daily": _at(4, 7)}
        await scene.until(datetime(2026, 3, 3, 20, tzinfo=UTC))
        assert [len(_reminded(scene, what)) for what in ("stretch", "fee")] == [1, 1]
        assert len(await scene.posts()) == 2  # the question and its digest
        await scene.until(datetime(2026, 3, 4, 7, 31, tzinfo=UTC))
        assert len(_reminded(scene, "stretch")) == 2
        posted = scene.rows("SELECT posted_at FROM rounds ORDER BY round_id")
        assert posted == [(_at(3, 8),), (_at(4, 7),)]
        await scene.until(datetime(2026, 3, 5, 8, 15, tzinfo=UTC))
        assert len(_reminded(scene, "dentist")) == 1
        assert scene.rows("SELECT COUNT(*) FROM skips") == [(0,)]
        assert set(scene.rows("SELECT state FROM deliveries")) == {("sent",)}
