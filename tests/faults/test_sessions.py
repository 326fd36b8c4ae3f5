"""`kill -9` at the steps of a review session, from its post to the poll after it: everything is there exactly once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.instants import to_ms
from bot.domain.rsvps import Answer
from bot.domain.sessions import Place
from bot.services import groups, rsvps, sessions
from bot.services.sessions import Wishes
from bot.storage.database import Database
from tests.faults.scene import Scene, buttons, prepare
from tests.faults.trials import Step, begin, try_kills

POSTED = datetime(2026, 3, 2, 12, 45, tzinfo=UTC)
REMINDED = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
STARTS = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
OPENS = STARTS - timedelta(minutes=15)
OVER = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ASKS = OVER + timedelta(minutes=10)
CLOSES = OVER + timedelta(hours=1)
ANA, TOVA = 2001, 2003
SOME = (
    "before POST /guilds/1001/scheduled-events x1",
    "after POST /guilds/1001/scheduled-events x1",
    "after POST /channels/1202/messages x1",
    "before PATCH /channels/1202/messages/# x2",
    "after POST /channels/#/messages x1",
    "after COMMIT x30",
    "after POST /channels/1202/messages x2",
    "after POST /channels/#/messages x3",
)
"""Around what could be made twice, before an edit, and between two commits."""


async def _plan(path: Path) -> None:
    """A session that Tova posts and Ana goes to, written down for a bot that is to start."""
    await prepare(path)
    database = await Database.open(path)
    group = await groups.find(database, 1001)
    link = "https://meet.example/room"
    wishes = Wishes("Modifiers", ("Modifiers",), "", STARTS, 60, "UTC", Place.LINK, None, link, 1)
    made = await sessions.post(database, group, TOVA, wishes, POSTED)
    await rsvps.answer(database, made.session_id, ANA, 1001, Answer.GOING, POSTED)
    await database.close()


async def _a_session(scene: Scene, step: Step) -> None:
    """The session from its post to the poll after it."""
    await begin(scene, step, POSTED)
    for moment in (POSTED, POSTED + timedelta(seconds=30), REMINDED, OPENS, STARTS):
        await scene.until(moment)
    assert "You are there" in (await scene.press("I'm here")).text
    for moment in (OVER, ASKS, CLOSES):
        await scene.until(moment)
    await _check_once(scene)


async def _check_once(scene: Scene) -> None:
    """One of each: announcement, event, reminder; window, question, tutor's list and poll; and Ana's whole hour."""
    posts = await scene.posts()
    (announcement,) = [post for post in posts if [one.get("title") for one in post["embeds"]] == ["Modifiers"]]
    assert "This session is over." in announcement["embeds"][0]["description"]
    assert "1 of 1 seat taken" in announcement["embeds"][0]["description"]
    assert sorted(one["custom_id"] for post in posts for one in buttons(post)) == [
        "here:1:in", "here:1:out", "poll-open:1", "roster:1",
    ]  # fmt: skip
    assert [one["status"] for one in scene.box.world.guilds["1001"].events.values()] == [3]
    tova = await scene.server.member("Tova")
    await tova.catch_up()
    told = Counter(
        part
        for person, part in ((scene.ana, "⏰"), (scene.ana, "clearer to you now"), (tova, "Is this right?"))
        for one in person.messages("dm")
        if part in one.text
    )
    assert told == {"⏰": 1, "clearer to you now": 1, "Is this right?": 1}
    assert scene.rows("SELECT source, began_at, ended_at FROM presences") == [("button", to_ms(STARTS), None)]
    assert set(scene.rows("SELECT state FROM deliveries")) == {("sent",)}
    assert scene.rows("SELECT state FROM sessions") == [("over",)]
    assert [one for one in await scene.server.broken_rules() if one["status"] != 400] == []


async def test_killed_at_any_step_all_of_a_session_is_there_once(tmp_path: Path) -> None:
    """Killed before or after any commit or request, a plain start makes everything right.

    An event has no nonce: it is found again by its marker.
    """
    prepared = tmp_path / "prepared.db"
    await _plan(prepared)
    await try_kills(_a_session, prepared, tmp_path, SOME)
