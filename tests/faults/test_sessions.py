"""`kill -9` at the steps of a review session, from its post to the poll after it: everything is there exactly once."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.instants import to_ms
from bot.domain.rsvps import Answer
from bot.domain.sessions import Place
from bot.services import groups, rsvps, sessions
from bot.services.sessions import Wishes
from bot.storage.database import Database
from tests.faults.scene import Scene, buttons, prepare

NEVER = 10_000
AT_ONCE = 2  # processes side by side: as many as the smallest machine has cores
POSTED = datetime(2026, 3, 2, 12, 45, tzinfo=UTC)
REMINDED = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
STARTS = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
OPENS = STARTS - timedelta(minutes=15)
OVER = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ASKS = OVER + timedelta(minutes=10)
CLOSES = OVER + timedelta(hours=1)
ANA, TOVA = 2001, 2003
BETWEEN = (
    "before POST /guilds/1001/scheduled-events x1",
    "before PATCH /channels/1202/messages/# x2",
    "after COMMIT x30",
)
"""Steps of an ordinary run beside those after a message: before a request, and between two commits."""


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


async def _a_session(prepared: Path, folder: Path, step: int | Sequence[str]) -> list[str]:
    """Live through the session with bots that are killed at `step`, or one after another at several.

    Returns the steps that were reached.
    """
    async with Scene.open(prepared, folder) as scene:
        try:
            if isinstance(step, int):
                await scene.start_to_be_killed(step, POSTED)
            else:
                await scene.start_to_be_killed_often(step, POSTED)
            for moment in (POSTED, POSTED + timedelta(seconds=30), REMINDED, OPENS, STARTS):
                await scene.until(moment)
            assert "You are there" in (await scene.press("I'm here")).text
            for moment in (OVER, ASKS, CLOSES):
                await scene.until(moment)
            assert scene.kills == [], "not every step was reached"
            await _check_once(scene)
        except AssertionError as error:
            error.add_note(f"killed at {step}: {scene.reached()[-1:]}\n{scene.output()}")
            raise
        return scene.reached()


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


def _named(steps: Sequence[str]) -> list[str]:
    """The steps as the killer takes their names, in their order."""
    seen: Counter[str] = Counter()
    found = []
    for line in steps:
        what = line.split(" ", 1)[1]
        seen[what] += 1
        found.append(f"{what} x{seen[what]}")
    return found


def _doubles(step: str) -> bool:
    """Whether this is the step after a message or event that was made, one that could be made twice."""
    return re.fullmatch(r"after POST .*/(messages|scheduled-events) x\d+", step) is not None


async def test_killed_at_any_step_all_of_a_session_is_there_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed before or after any commit or request, a plain start makes everything right.

    An event has no nonce: it is found again by its marker. In an ordinary run two evenings have their bot killed again
    and again, after each thing that could double; EVERY_STEP=1 gives each step an evening of its own.
    """
    prepared = tmp_path / "prepared.db"
    await _plan(prepared)
    steps = await _a_session(prepared, tmp_path / "whole", NEVER)
    named = _named(steps)
    after = [step for step in named if _doubles(step)]
    assert len(after) >= 7, steps
    trials: list[int | list[str]] = [after[::2], sorted([*after[1::2], *BETWEEN], key=named.index)]
    if os.environ.get("EVERY_STEP"):
        trials = [*trials, *range(len(steps))]
    with capsys.disabled():
        kills = sum(1 if isinstance(one, int) else len(one) for one in trials)
        sys.stdout.write(f"\n{kills} kills at {len(steps)} steps of a session\n")
    turn = asyncio.Semaphore(AT_ONCE)

    async def trial(number: int, step: int | list[str]) -> None:
        async with turn:
            await _a_session(prepared, tmp_path / f"trial{number}", step)

    results = await asyncio.gather(*(trial(*one) for one in enumerate(trials)), return_exceptions=True)
    failures = [one for one in results if isinstance(one, Exception)]
    if failures:
        raise ExceptionGroup("steps at which a kill left something wrong", failures)
