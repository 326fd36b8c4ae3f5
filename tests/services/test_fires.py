"""Reminders that come, once and late where they must, and those that never arrive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.instants import to_ms
from bot.domain.refusals_reminders import (
    AlreadySettled,
    NoGroupOfYours,
    NoSuchReminder,
    ReminderOver,
)
from bot.services import deliveries, drafts, fires, groups, notes, reminders
from bot.services.drafts import Made, Unclear, Wanted
from bot.services.reminders import State, Target
from tests.services.reminders import (
    ANA,
    CLOSED,
    DAY,
    HOUR,
    MINUTE,
    PLACES,
    at,
    claim,
    come,
    look_up,
    remind,
    reminding,
)
from tests.services.study import ADMIN, GUILD, START, WISHES, Study


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    """A group in which reminders are asked for."""
    async with reminding(tmp_path) as made:
        yield made


# Coming


async def test_a_rule_comes_at_each_of_its_times_and_once(study: Study) -> None:
    """Its next time is planned with the claim; a clock that is set back brings nothing a second time."""
    rule = await remind(study, "every mon, wed 18:30")
    came = await come(study, START + 7 * DAY + 13 * HOUR)
    assert [one.late for one in came] == [None] * 3
    assert at(await look_up(study, rule)) == datetime(2026, 3, 11, 18, 30, tzinfo=UTC)
    study.now = START
    assert await claim(study) == []
    async with study.database.write() as tx:
        await tx.run("UPDATE agenda SET due_at = :due WHERE kind = 'reminder'", {"due": to_ms(START + 12.5 * HOUR)})
    assert await claim(study, START + 13 * HOUR) == []


async def test_missed_ones_come_as_one_late(study: Study) -> None:
    """After days asleep the last one comes, with its own time and how many came due before it."""
    await remind(study, "every day 7:00")
    single = await remind(study, "in 3 hours", "bread")
    ((_, bread), (_, tea)) = sorted(
        await claim(study, START + 3 * DAY + 2 * HOUR), key=lambda one: one[1].text if one[1] else ""
    )
    assert tea is not None
    assert bread is not None
    assert (tea.missed, tea.late) == (3, START + 3 * DAY + HOUR)
    assert (bread.missed, bread.late) == (0, START + 3 * HOUR)
    assert (await look_up(study, single)).state is State.OVER
    await come(study, START + 40 * DAY)
    with pytest.raises(NoSuchReminder):
        await look_up(study, single)


async def test_what_changed_on_the_way_is_not_sent_as_it_was(study: Study) -> None:
    """Claimed and not sent yet: deleted, paused or at another time it is void; another text goes out in its place."""
    made = {name: await remind(study, "every day 7:00", name) for name in ("deleted", "paused", "moved", "reworded")}
    claimed = {said.text: parcel for parcel, said in await claim(study, START + HOUR) if said is not None}
    await reminders.delete(study.database, made["deleted"].reminder_id, ANA)
    await reminders.pause(study.database, made["paused"].reminder_id, ANA)
    for name, words in (("moved", "every day 9:00"), ("reworded", "every day 7:00")):
        await drafts.change(study.database, made[name].reminder_id, ANA, words, f"new {name}", PLACES.get, study.now)
    said = {name: await fires.due(study.database, claimed[name].delivery, study.now) for name in made}
    assert {name: due.text if due else None for name, due in said.items()} == {
        "deleted": None,
        "paused": None,
        "moved": None,
        "reworded": "new reworded",
    }
    for parcel in claimed.values():
        await deliveries.give_up(study.database, parcel, deliveries.TOO_LATE, None, study.now_ms)
    assert sorted(one.text for one in await come(study, START + 3 * HOUR)) == ["new moved"]


async def test_a_change_that_is_unclear_leaves_the_old_time(study: Study) -> None:
    """It goes on until its owner chose; cancelling the change deletes nothing of it."""
    rule = await remind(study, "every day 7:00")
    asked = await drafts.change(study.database, rule.reminder_id, ANA, "3/4 at 18:00", "x", PLACES.get, study.now)
    assert isinstance(asked, Unclear)
    assert asked.reminder.reminder_id != rule.reminder_id
    assert await look_up(study, rule) == rule
    chosen = await drafts.choose(study.database, asked.reminder.reminder_id, ANA, 0, PLACES.get, study.now)
    assert isinstance(chosen, Made)
    assert (chosen.reminder.reminder_id, chosen.reminder.rule, chosen.changed) == (rule.reminder_id, None, True)
    assert len(await study.sql("SELECT * FROM reminders")) == 1
    assert len(await study.sql("SELECT * FROM agenda WHERE kind = 'reminder'")) == 1


# What never arrives


async def test_from_the_channel_to_direct_messages_to_a_word(study: Study) -> None:
    """A channel that is gone: by direct message, for good; those closed too: a word for its owner, and it rests."""
    rule = await remind(study, "every day 7:00", here=99)
    ((parcel, _),) = await claim(study, START + HOUR)
    await deliveries.give_up(study.database, parcel, "404 10003", None, study.now_ms)
    ((again, said),) = await claim(study)
    assert said is not None
    assert (said.target, said.channel_id, said.instead_of) == (Target.DM, None, 99)
    await deliveries.give_up(study.database, again, CLOSED, None, study.now_ms)
    assert await claim(study) == []
    (note,) = await notes.waiting(study.database, ANA)
    assert (note.kind, note.payload["text"], note.payload["paused"]) == ("reminder-closed", "tea", True)
    assert await notes.users(study.database) == {ANA}
    assert (await look_up(study, rule)).state is State.PAUSED
    await notes.told(study.database, [note.note_id])
    assert await notes.users(study.database) == set()


async def test_whoever_left_is_told_should_they_come_back(study: Study) -> None:
    """Their rule rests, and what of it was on its way is void."""
    rule = await remind(study, "every day 7:00", here=99)
    ((parcel, said),) = await claim(study, START + HOUR)
    assert said is not None
    assert said.recurs
    await fires.gone(study.database, rule.reminder_id, study.now)
    assert await fires.due(study.database, parcel.delivery, study.now) is None
    await fires.gone(study.database, rule.reminder_id, study.now)
    assert [one.kind for one in await notes.waiting(study.database, ANA)] == ["reminder-left"]
    assert await come(study, START + 2 * DAY) == []


async def test_a_forgotten_channel_of_direct_messages_is_opened_anew(study: Study) -> None:
    """Discord knows the kept channel no more: the next try asks for it, before anybody is told that it failed."""
    made = await remind(study, "in 1 hour")
    await reminders.reached(study.database, made.reminder_id, 55)
    ((parcel, said),) = await claim(study, START + HOUR)
    assert said is not None
    assert said.channel_id == 55
    await deliveries.give_up(study.database, parcel, "404 10003", None, study.now_ms)
    ((again, said),) = await claim(study)
    assert said is not None
    assert said.channel_id is None
    await deliveries.give_up(study.database, again, "404 10003", None, study.now_ms)
    assert [one.payload["paused"] for one in await notes.waiting(study.database, ANA)] == [False]


async def test_closed_when_it_is_made(study: Study) -> None:
    """It waits for another place with the time that it had; too late, the place does not help."""
    made = await remind(study, "in 1 hour")
    await drafts.closed(study.database, made, study.now)
    study.now += 10 * MINUTE
    await drafts.place_here(study.database, made.reminder_id, ANA, 99, study.now)
    (came,) = await come(study, START + HOUR)
    assert (came.target, came.channel_id, came.late) == (Target.HERE, 99, None)
    late = await remind(study, "in 1 hour")
    await drafts.closed(study.database, late, study.now)
    with pytest.raises(ReminderOver):
        await drafts.place_here(study.database, late.reminder_id, ANA, 99, study.now + 2 * HOUR)
    with pytest.raises(AlreadySettled):
        await drafts.place_here(study.database, made.reminder_id, ANA, 99, study.now)


async def test_the_group_of_a_person_in_direct_messages(study: Study) -> None:
    """The one used last; a stranger has none."""
    other = (await groups.set_up(study.database, GUILD + 1, WISHES, ADMIN, study.now)).group
    assert (await groups.home(study.database, ANA)).group_id == study.group.group_id
    await drafts.use_group_clock(study.database, other, ANA, study.now)
    study.now += MINUTE
    wanted = Wanted("in 1 hour", "x", Target.DM, None)
    await drafts.remind(study.database, other, ANA, wanted, PLACES.get, study.now)
    assert (await groups.home(study.database, ANA)).group_id == other.group_id
    with pytest.raises(NoGroupOfYours):
        await groups.home(study.database, 4711)
