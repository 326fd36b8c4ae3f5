"""`kill -9` while a session's voice channel is watched. What is posted about attendance is in test_sessions.py."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.instants import to_ms
from bot.domain.sessions import Place
from bot.services import groups, sessions
from bot.services.sessions import Wishes
from bot.storage.database import Database
from tests.faults.scene import Scene, buttons, prepare

PLANNED = datetime(2026, 3, 2, 12, 45, tzinfo=UTC)
STARTS = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
OPENS = STARTS - timedelta(minutes=15)
CLOSES = STARTS + timedelta(hours=2)
TOVA, ROOM = 2003, "#Study room"


async def _plan(path: Path) -> Path:
    """A session of an hour that Tova holds, written down for a bot that is to start."""
    await prepare(path)
    database = await Database.open(path)
    group = await groups.find(database, 1001)
    wishes = Wishes("Modifiers", ("Modifiers",), "", STARTS, 60, "UTC", Place.VOICE, 1205, None, None)
    await sessions.post(database, group, TOVA, wishes, PLANNED)
    await database.close()
    return path


async def test_killed_in_the_middle_no_time_is_lost_or_doubled(tmp_path: Path) -> None:
    """From 14:20 to 14:40 nobody watches: who stays has one stretch, who left at 14:30 has it to the last beat."""
    prepared = await _plan(tmp_path / "prepared.db")
    async with Scene.open(prepared, tmp_path / "scene") as scene:
        ben = await scene.server.member("Ben")
        await scene.start()
        await scene.until(OPENS + timedelta(minutes=1))
        await scene.ana.joins_voice(ROOM)
        await ben.joins_voice(ROOM)
        await scene.until(STARTS + timedelta(minutes=20))
        await scene.kill()
        await scene.server.clock_to(STARTS + timedelta(minutes=30))
        await ben.leaves_voice()
        await scene.server.clock_to(STARTS + timedelta(minutes=40))
        await scene.start()
        await scene.until(CLOSES + timedelta(minutes=1))
        beat = to_ms(STARTS + timedelta(minutes=19))
        assert scene.rows("SELECT began_at, ended_at FROM presences ORDER BY ended_at") == [
            (to_ms(OPENS + timedelta(minutes=1)), beat),
            (to_ms(OPENS + timedelta(minutes=1)), to_ms(CLOSES)),
        ], scene.output()
        assert scene.rows("SELECT began_at, ended_at FROM attendance_gaps") == [
            (beat, to_ms(STARTS + timedelta(minutes=40)))
        ]
        assert len([post for post in await scene.posts() if buttons(post)]) == 2
