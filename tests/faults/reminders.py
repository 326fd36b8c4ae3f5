"""Four reminders that come due in the same minute: one-off and daily, by direct message, in a channel, and a copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from bot.domain.groups import Feedback, Wishes
from bot.domain.instants import to_ms
from bot.domain.recurrence import Days, Recurrence
from bot.domain.reminders import State, Target
from bot.services import groups, reminders
from bot.storage import groups as groups_kept
from bot.storage import reminders as kept
from bot.storage.database import Database
from bot.storage.reminders import Timing
from tests.faults.scene import BOT, Json, Scene, buttons
from tests.people import Reply

DUE = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
SNOOZED = DUE + timedelta(minutes=10)
AGAIN = DUE + timedelta(days=1)
GENERAL, ANA, BEN, TOVA = "1201", "2001", "2002", "2003"
PAY, STRETCH, READ = "pay the exam fee", "stretch a bit", "read a page together"


@dataclass(frozen=True, slots=True)
class Set:
    """A reminder as it is made: whose, of what, each day or once, in #general or by direct message."""

    user: str
    text: str
    daily: bool = False
    here: bool = False


ALL = (
    Set(ANA, PAY),
    Set(ANA, STRETCH, daily=True),
    Set(BEN, READ, daily=True, here=True),
    Set(TOVA, READ, daily=True),
)


async def prepare(path: Path, wanted: tuple[Set, ...] = ALL) -> None:
    """A database with these reminders, in a group that has its questions on Sundays only. Tova's is a copy of Ben's."""
    wishes = Wishes(1202, "UTC", time(9), frozenset({6}), 1, 600, Feedback.INSTANT, None, "cpc")
    made_at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    database = await Database.open(path)
    try:
        done = await groups.set_up(database, 1001, wishes, int(TOVA), made_at)
        async with database.write() as tx:
            parents: dict[str, int] = {}
            for one in wanted:
                pair = (done.group.group_id, int(one.user))
                member = (await groups_kept.member_ids(tx, [pair], to_ms(made_at)))[pair]
                rule = Recurrence(Days(1), (DUE.time(),), "UTC", DUE.date()).to_text() if one.daily else None
                offset = 0 if one.daily else None
                reminder_id = await kept.insert(
                    tx,
                    member,
                    one.text,
                    Timing("words", "UTC", to_ms(DUE), rule=rule, utc_offset=offset),
                    to_ms(made_at),
                    state=State.ON,
                    target=Target.HERE if one.here else Target.DM,
                    channel_id=int(GENERAL) if one.here else None,
                    parent_id=None if one.here else parents.get(one.text),
                )
                if one.here:
                    parents[one.text] = reminder_id
                await reminders.plan(tx, await reminders.again(tx, reminder_id), to_ms(DUE))
    finally:
        await database.close()


async def sent(scene: Scene, user: str | None = None) -> list[Json]:
    """What the bot has sent to a user, or written in #general, oldest first."""
    channel, viewer = (GENERAL, TOVA) if user is None else (scene.box.world.dm(user, BOT).id, user)
    found = await scene.server.get(f"/sandbox/channels/{channel}/messages?limit=100", viewer)
    return [one for one in found if one["author"]["id"] == BOT and not one["flags"] & 64]


async def counts(scene: Scene) -> dict[tuple[str, str], int]:
    """How often each reminder arrived, by place and text."""
    found: dict[tuple[str, str], int] = {}
    for place, user in (("Ana", ANA), ("Tova", TOVA), ("Ben", BEN), ("#general", None)):
        for message in await sent(scene, user):
            text = next((one for one in (PAY, STRETCH, READ) if one in message["content"]), message["content"])
            found[place, text] = found.get((place, text), 0) + 1
    return found


async def check(scene: Scene, days: int, payments: int = 1) -> None:
    """Each daily one arrived once a day in its place and nowhere else, the single one so often; nothing waits."""
    wanted = {("Ana", PAY): payments, ("Ana", STRETCH): days, ("Tova", READ): days, ("#general", READ): days}
    found = await counts(scene)
    assert found == wanted, found
    left = scene.rows("SELECT key, state, problem FROM deliveries WHERE state <> 'sent'")
    assert left == [], left
    assert scene.rows("SELECT COUNT(*) FROM deliveries") == [(sum(wanted.values()),)]
    assert [one for one in await scene.server.broken_rules() if one["status"] != 400] == []


async def snooze(scene: Scene) -> Reply:
    """Ana presses "Snooze 10 min" under the single one; once more where the bot ends meanwhile."""
    (post,) = [one for one in await sent(scene, ANA) if PAY in one["content"]]
    custom_id = next(one["custom_id"] for one in buttons(post) if one["custom_id"].endswith(":10"))
    message = next(one for one in scene.ana.messages("dm") if one.id == post["id"])
    reply = await scene.ana.press_raw(message, custom_id)
    if reply.failed:
        await scene.start()
        reply = await scene.ana.press_raw(message, custom_id)
    return reply
