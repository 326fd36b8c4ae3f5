"""Reminders kept, claimed, snoozed, copied, moved and given up, in a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.instants import from_ms, to_ms
from bot.domain.refusals import NotUnderstood, Refusal
from bot.domain.refusals_reminders import (
    AlreadyDone,
    AlreadyFollowing,
    AlreadySettled,
    AlreadySnoozed,
    MayNotPostHere,
    NoGroupOfYours,
    NoSuchReminder,
    NotYourReminder,
    NoWords,
    OwnReminder,
    ReminderOver,
    TooFarAway,
    TooManyCopies,
    TooManyFollowers,
    TooManyReminders,
    WordsTooLong,
)
from bot.domain.reminders import FOLLOWED_AN_HOUR, MOST_ACTIVE, MOST_DRAFTS, MOST_FOLLOWERS
from bot.services import agenda, deliveries, drafts, fires, groups, notes, reminders, zones
from bot.services.deliveries import Parcel
from bot.services.drafts import Made, Outcome, Refused, Unclear, Unsaid, Wanted
from bot.services.fires import Due
from bot.services.reminders import Reminder, State, Target
from tests.services.study import ADMIN, GUILD, START, WISHES, Study

ANA, BEN = 2001, 2002
BERLIN, AUCKLAND, LA = "Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles"
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
PLACES = {"europe/berlin": BERLIN, "Europe/Berlin": BERLIN, "auckland": AUCKLAND}
CLOSED = "403 50007"


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    """A group by UTC, on a Monday at six; Ana and Ben go by its clock."""
    async with Study.open(tmp_path / "study.db", size=4) as made:
        for user in (ANA, BEN):
            await drafts.use_group_clock(made.database, made.group, user, made.now)
        yield made


async def _ask(study: Study, when: str, what: str = "tea", user: int = ANA, here: int | None = None) -> Outcome:
    wanted = Wanted(when, what, Target.DM if here is None else Target.HERE, here)
    return await drafts.remind(study.database, study.group, user, wanted, PLACES.get, study.now)


async def _remind(study: Study, when: str, what: str = "tea", user: int = ANA, here: int | None = None) -> Reminder:
    outcome = await _ask(study, when, what, user, here)
    assert isinstance(outcome, Made), outcome
    return outcome.reminder


async def _refused(study: Study, when: str, refusal: type[Refusal], what: str = "tea") -> Reminder:
    outcome = await _ask(study, when, what)
    assert isinstance(outcome, Refused), outcome
    assert isinstance(outcome.refusal, refusal)
    return outcome.reminder


async def _claim(study: Study, moment: datetime | None = None) -> list[tuple[Parcel, Due | None]]:
    """What goes out by an instant, and what it would say, taken and not yet sent."""
    study.now = moment or study.now
    while await agenda.claim_due(study.database, study.plan, study.now_ms):
        pass
    parcels = await deliveries.take(study.database, study.now_ms, 500)
    found = []
    for one in parcels:
        if one.delivery.kind == "reminder":
            found.append((one, await fires.due(study.database, one.delivery, study.now)))
        else:
            await deliveries.sent(study.database, one, 1, study.now_ms)
    return found


async def _come(study: Study, moment: datetime) -> list[Due]:
    """The same, sent one minute after the other up to the instant, as a bot at work does."""
    came = []
    while True:
        due = await agenda.next_due(study.database)
        if due is None or from_ms(due) > moment:
            break
        for parcel, said in await _claim(study, max(study.now, from_ms(due))):
            if said is None:
                await deliveries.give_up(study.database, parcel, deliveries.TOO_LATE, None, study.now_ms)
            else:
                came.append(said)
                await deliveries.sent(study.database, parcel, 77, study.now_ms)
    study.now = moment
    return came


async def _again(study: Study, reminder: Reminder, user: int = ANA) -> Reminder:
    return await reminders.show(study.database, reminder.reminder_id, user)


def _at(reminder: Reminder) -> datetime:
    assert reminder.next_at is not None
    return from_ms(reminder.next_at)


# Making


async def test_whose_clock_is_asked_once_and_only_where_it_matters(tmp_path: Path) -> None:
    """Not for minutes, nor for a zone that the words name; what waits is finished when the zone is known."""
    async with Study.open(tmp_path / "study.db", size=4, zone=BERLIN) as study:
        assert isinstance(await _ask(study, "in 20 minutes"), Made)
        assert isinstance(await _ask(study, "tomorrow 09:00 Europe/Berlin"), Made)
        waiting = await _ask(study, "tomorrow at noon")
        assert isinstance(waiting, Unsaid)
        assert waiting.zone == BERLIN
        assert isinstance(await _ask(study, "every day 7:00"), Unsaid)
        move = await zones.move(study.database, study.group, ANA, AUCKLAND, study.now)
        assert (move.reminders.rules, move.reminders.singles) == (0, 0)
        done = await drafts.complete(study.database, study.group, ANA, PLACES.get, study.now)
        assert [type(outcome) for outcome in done] == [Made, Made]
        assert _at(await _again(study, waiting.reminder)) == datetime(2026, 3, 2, 23, tzinfo=UTC)
        assert await drafts.complete(study.database, study.group, ANA, PLACES.get, study.now) == []
        assert isinstance(await _ask(study, "tomorrow at noon"), Made)


async def test_a_choice_is_made_once_and_a_draft_lives_for_a_day(study: Study) -> None:
    """The second press of two is refused; what nobody chose is deleted by the agenda."""
    asked = await _ask(study, "3/4 at 18:00")
    assert isinstance(asked, Unclear)
    number = asked.reminder.reminder_id
    wanted = asked.ask.choices[1].understood.at
    made = await drafts.choose(study.database, number, ANA, 1, PLACES.get, study.now)
    assert isinstance(made, Made)
    assert _at(made.reminder) == wanted
    for user, refusal in ((ANA, AlreadySettled), (BEN, NotYourReminder)):
        with pytest.raises(refusal):
            await drafts.choose(study.database, number, user, 0, PLACES.get, study.now)
    other = await _ask(study, "3/4 at 18:00")
    await _come(study, START + DAY + MINUTE)
    with pytest.raises(NoSuchReminder):
        await _again(study, other.reminder)


async def test_limits_are_said_and_what_was_typed_is_kept(study: Study) -> None:
    """Fifty active ones, four times a day, five years: a draft keeps the words. Without a text there is nothing."""
    for what, wrong in (("x" * 1001, WordsTooLong), ("  ", NoWords)):
        with pytest.raises(wrong):
            await _ask(study, "in 20 minutes", what)
    assert await study.sql("SELECT * FROM reminders") == []
    for when in ("every day 6:00, 9:00, 12:00, 15:00, 18:00", "when pigs fly", "in 6 years"):
        held = await _refused(study, when, NotUnderstood, "a long text")
        assert (held.state, held.words, held.text) == (State.DRAFT, when, "a long text")
        await reminders.delete(study.database, held.reminder_id, ANA)
    for _ in range(MOST_ACTIVE):
        last = await _remind(study, "in 2 hours")
    await _refused(study, "in 2 hours", TooManyReminders)
    await _remind(study, "in 2 hours", user=BEN)
    await reminders.pause(study.database, last.reminder_id, ANA)
    held = await _refused(study, "in 3 hours", TooManyReminders)
    await reminders.delete(study.database, last.reminder_id, ANA)
    made = await drafts.change(study.database, held.reminder_id, ANA, held.words, held.text, PLACES.get, study.now)
    assert isinstance(made, Made)
    assert _at(made.reminder) == study.now + 3 * HOUR


async def test_a_change_that_is_refused_is_kept_beside_the_reminder(study: Study) -> None:
    """The reminder stays as it was; the draft goes on from there, and a forged press of another member's is refused."""
    made = await _remind(study, "in 2 hours", "tea")
    refused = await drafts.change(study.database, made.reminder_id, ANA, "pigs", "green tea", PLACES.get, study.now)
    assert isinstance(refused, Refused)
    assert (await _again(study, made)).text == "tea"
    draft = refused.reminder.reminder_id
    with pytest.raises(NotYourReminder):
        await drafts.change(study.database, draft, BEN, "in 3 hours", "mine", PLACES.get, study.now)
    again = await drafts.change(study.database, draft, ANA, "in 3 hours", "green tea", PLACES.get, study.now)
    assert isinstance(again, Made)
    assert again.changed
    (came,) = await _come(study, START + DAY)
    assert (came.reminder_id, came.text) == (made.reminder_id, "green tea")


async def test_what_a_channel_does_not_take_can_come_by_direct_message(study: Study) -> None:
    """The words are held until their owner says so, once."""
    wanted = Wanted("in 1 hour", "tea", Target.HERE, 99)
    held = await drafts.hold(study.database, study.group, ANA, wanted, MayNotPostHere(), study.now)
    number = held.reminder.reminder_id
    with pytest.raises(NotYourReminder):
        await drafts.elsewhere(study.database, number, BEN, PLACES.get, study.now)
    assert isinstance(await drafts.elsewhere(study.database, number, ANA, PLACES.get, study.now), Made)
    with pytest.raises(AlreadySettled):
        await drafts.elsewhere(study.database, number, ANA, PLACES.get, study.now)
    (came,) = await _come(study, START + DAY)
    assert (came.target, came.channel_id) == (Target.DM, None)


async def test_drafts_that_nobody_answers_do_not_pile_up(study: Study) -> None:
    """The oldest make room for new ones."""
    first = await _ask(study, "3/4 at 18:00")
    for _ in range(MOST_DRAFTS):
        await _ask(study, "3/4 at 18:00")
    assert len(await study.sql("SELECT * FROM reminders")) == MOST_DRAFTS
    with pytest.raises(NoSuchReminder):
        await _again(study, first.reminder)


# Coming


async def test_a_rule_comes_at_each_of_its_times_and_once(study: Study) -> None:
    """Its next time is planned with the claim; a clock that is set back brings nothing a second time."""
    rule = await _remind(study, "every mon, wed 18:30")
    came = await _come(study, START + 7 * DAY + 13 * HOUR)
    assert [one.late for one in came] == [None] * 3
    assert _at(await _again(study, rule)) == datetime(2026, 3, 11, 18, 30, tzinfo=UTC)
    study.now = START
    assert await _claim(study) == []
    async with study.database.write() as tx:
        await tx.run("UPDATE agenda SET due_at = :due WHERE kind = 'reminder'", {"due": to_ms(START + 12.5 * HOUR)})
    assert await _claim(study, START + 13 * HOUR) == []


async def test_missed_ones_come_as_one_late(study: Study) -> None:
    """After days asleep the last one comes, with its own time and how many came due before it."""
    await _remind(study, "every day 7:00")
    single = await _remind(study, "in 3 hours", "bread")
    ((_, bread), (_, tea)) = sorted(
        await _claim(study, START + 3 * DAY + 2 * HOUR), key=lambda one: one[1].text if one[1] else ""
    )
    assert tea is not None
    assert bread is not None
    assert (tea.missed, tea.late) == (3, START + 3 * DAY + HOUR)
    assert (bread.missed, bread.late) == (0, START + 3 * HOUR)
    assert (await _again(study, single)).state is State.OVER
    await _come(study, START + 40 * DAY)
    with pytest.raises(NoSuchReminder):
        await _again(study, single)


async def test_what_changed_on_the_way_is_not_sent_as_it_was(study: Study) -> None:
    """Claimed and not sent yet: deleted, paused or at another time it is void; another text goes out in its place."""
    made = {name: await _remind(study, "every day 7:00", name) for name in ("deleted", "paused", "moved", "reworded")}
    claimed = {said.text: parcel for parcel, said in await _claim(study, START + HOUR) if said is not None}
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
    assert sorted(one.text for one in await _come(study, START + 3 * HOUR)) == ["new moved"]


async def test_a_change_that_is_unclear_leaves_the_old_time(study: Study) -> None:
    """It goes on until its owner chose; cancelling the change deletes nothing of it."""
    rule = await _remind(study, "every day 7:00")
    asked = await drafts.change(study.database, rule.reminder_id, ANA, "3/4 at 18:00", "x", PLACES.get, study.now)
    assert isinstance(asked, Unclear)
    assert asked.reminder.reminder_id != rule.reminder_id
    assert await _again(study, rule) == rule
    chosen = await drafts.choose(study.database, asked.reminder.reminder_id, ANA, 0, PLACES.get, study.now)
    assert isinstance(chosen, Made)
    assert (chosen.reminder.reminder_id, chosen.reminder.rule, chosen.changed) == (rule.reminder_id, None, True)
    assert len(await study.sql("SELECT * FROM reminders")) == 1
    assert len(await study.sql("SELECT * FROM agenda WHERE kind = 'reminder'")) == 1


async def test_pausing_and_resuming(study: Study) -> None:
    """Nothing comes meanwhile; a rule goes on, a single time that is over is refused."""
    rule = await _remind(study, "every day 7:00")
    single = await _remind(study, "in 2 hours")
    for one in (rule, single):
        assert (await reminders.pause(study.database, one.reminder_id, ANA)).state is State.PAUSED
    assert await _come(study, START + 3 * DAY) == []
    await drafts.resume(study.database, rule.reminder_id, ANA, PLACES.get, study.now)
    with pytest.raises(ReminderOver):
        await drafts.resume(study.database, single.reminder_id, ANA, PLACES.get, study.now)
    with pytest.raises(NotYourReminder):
        await reminders.pause(study.database, rule.reminder_id, BEN)
    assert len(await _come(study, START + 4 * DAY + HOUR)) == 2


async def test_the_list_has_pages_and_shows_snoozes(study: Study) -> None:
    """Soonest first, what is paused last; what is over is in it while it is snoozed; delete all empties it."""
    over = await _remind(study, "in 1 minute", "over")
    for hours in (5, 3, 4):
        await _remind(study, f"in {hours} hours", str(hours))
    await _remind(study, "in 2 hours", "of Ben", BEN)
    (came,) = await _come(study, START + 2 * MINUTE)
    paused = await _remind(study, "in 1 hour", "paused")
    await reminders.pause(study.database, paused.reminder_id, ANA)
    found = await reminders.page(study.database, ANA, study.group.group_id, 0, 3)
    assert ([one.text for one, _ in found.entries], found.pages, found.total) == (["3", "4", "5"], 2, 4)
    await fires.snooze(study.database, came.fire_id, ANA, study.now + HOUR, study.now)
    found = await reminders.page(study.database, ANA, None, 9, 3)
    assert ([one.text for one, _ in found.entries], found.page) == (["5", "paused"], 1)
    first = (await reminders.page(study.database, ANA, None, 0, 1)).entries[0]
    assert (first[0].reminder_id, first[1]) == (over.reminder_id, study.now + HOUR)
    assert await reminders.delete_all(study.database, ANA, study.group.group_id) == 5
    assert [one.text for one in await _come(study, START + 9 * HOUR)] == ["of Ben"]


# Snoozing


async def test_a_snooze_moves_nothing_and_happens_once(study: Study) -> None:
    """The rule keeps its times; the second press is told of the first; the snoozed one can be snoozed again."""
    await _remind(study, "every day 7:00")
    (came,) = await _come(study, START + HOUR)
    await fires.snooze(study.database, came.fire_id, ANA, study.now + 2 * HOUR, study.now)
    with pytest.raises(AlreadySnoozed):
        await fires.snooze(study.database, came.fire_id, ANA, study.now + 3 * HOUR, study.now)
    with pytest.raises(AlreadySnoozed):
        await fires.done(study.database, came.fire_id, ANA)
    with pytest.raises(NotYourReminder):
        await fires.snooze(study.database, came.fire_id, BEN, study.now + HOUR, study.now)
    (again,) = await _come(study, START + 3 * HOUR)
    pressed = await fires.snooze_until_tomorrow(study.database, again.fire_id, ANA, study.now)
    assert pressed.until == datetime(2026, 3, 3, 9, tzinfo=UTC)
    came_at = [one.reminder_id for one in await _come(study, START + DAY + 3 * HOUR)]
    assert len(came_at) == 2
    with pytest.raises(NoSuchReminder):
        await fires.done(study.database, 4711, ANA)


async def test_a_snooze_after_pausing_comes_all_the_same(study: Study) -> None:
    """Pausing takes away the snoozes that there are; one that is asked for later is meant."""
    made = await _remind(study, "every day 7:00")
    (first,) = await _come(study, START + HOUR)
    (second,) = await _come(study, START + DAY + HOUR)
    await fires.snooze(study.database, first.fire_id, ANA, study.now + HOUR, study.now)
    await reminders.pause(study.database, made.reminder_id, ANA)
    await fires.snooze(study.database, second.fire_id, ANA, study.now + 2 * HOUR, study.now)
    came = await _come(study, START + 3 * DAY)
    assert [one.reminder_id for one in came] == [made.reminder_id]
    assert (await _again(study, made)).state is State.PAUSED


async def test_done_ends_a_single_one_and_a_long_snooze_outlives_it(study: Study) -> None:
    """A snooze beyond the time for which what is over is kept still comes; done once is done."""
    single = await _remind(study, "in 1 hour")
    (came,) = await _come(study, START + HOUR)
    with pytest.raises(TooFarAway):
        await fires.snooze(study.database, came.fire_id, ANA, study.now + 4000 * DAY, study.now)
    with pytest.raises(ReminderOver):
        await fires.snooze(study.database, came.fire_id, ANA, study.now, study.now)
    await fires.snooze(study.database, came.fire_id, ANA, study.now + 90 * DAY, study.now)
    (again,) = await _come(study, START + 91 * DAY)
    await fires.done(study.database, again.fire_id, ANA)
    assert (await _again(study, single)).state is State.DONE
    with pytest.raises(AlreadyDone):
        await fires.done(study.database, again.fire_id, ANA)


# Copies


async def test_a_copy_is_its_takers_own(study: Study) -> None:
    """Once a person, not of one's own; it goes on when the original is deleted, by direct message."""
    original = await _remind(study, "every day 7:00", here=99)
    (came,) = await _come(study, START + HOUR)
    copied = await fires.follow(study.database, came.fire_id, study.group, 99, BEN, study.now)
    assert copied.fire_id is None
    assert (copied.reminder.target, copied.reminder.text) == (Target.DM, "tea")
    for user, refusal in ((BEN, AlreadyFollowing), (ANA, OwnReminder)):
        with pytest.raises(refusal):
            await fires.follow(study.database, came.fire_id, study.group, 99, user, study.now)
    await reminders.delete(study.database, original.reminder_id, ANA)
    assert [one.user_id for one in await _come(study, START + DAY + HOUR)] == [BEN]
    with pytest.raises(NoSuchReminder):
        await fires.follow(study.database, came.fire_id, study.group, 99, 4711, study.now)


async def test_a_copy_of_a_single_one_waits_for_its_time(study: Study) -> None:
    """It came already: whoever takes a copy chooses when, as for a snooze, and is asked again until they did."""
    await _remind(study, "in 1 hour", here=99)
    (came,) = await _come(study, START + HOUR)
    copied = await fires.follow(study.database, came.fire_id, study.group, 99, BEN, study.now)
    assert copied.fire_id is not None
    lost = await fires.follow(study.database, came.fire_id, study.group, 99, BEN, study.now)
    assert lost.fire_id == copied.fire_id
    await fires.snooze(study.database, copied.fire_id, BEN, study.now + HOUR, study.now)
    with pytest.raises(AlreadyFollowing):
        await fires.follow(study.database, came.fire_id, study.group, 99, BEN, study.now)
    assert [(one.user_id, one.target) for one in await _come(study, START + 3 * HOUR)] == [(BEN, Target.DM)]


async def test_nobody_copies_what_was_not_for_them(study: Study) -> None:
    """A forged number of a private reminder, or of one in another channel or server, is one of nothing."""
    other = (await groups.set_up(study.database, GUILD + 1, WISHES, ADMIN, study.now)).group
    await _remind(study, "in 1 hour", "private")
    await _remind(study, "in 1 hour", "public", here=99)
    private, public = await _come(study, START + HOUR)
    for fire, group, channel in ((private, study.group, 99), (public, study.group, 98), (public, other, 99)):
        with pytest.raises(NoSuchReminder):
            await fires.follow(study.database, fire.fire_id, group, channel, BEN, study.now)


async def test_copies_have_limits(study: Study) -> None:
    """Fifty people a reminder, ten copies a person within an hour."""
    await _remind(study, "every day 7:00", here=99)
    (came,) = await _come(study, START + HOUR)
    for user in range(3000, 3000 + MOST_FOLLOWERS):
        await fires.follow(study.database, came.fire_id, study.group, 99, user, study.now)
    with pytest.raises(TooManyFollowers):
        await fires.follow(study.database, came.fire_id, study.group, 99, BEN, study.now)
    for _ in range(FOLLOWED_AN_HOUR + 1):
        await _remind(study, "in 1 minute", here=99)
    single = [one.fire_id for one in await _come(study, study.now + 2 * MINUTE)]
    for fire in single[:-1]:
        await fires.follow(study.database, fire, study.group, 99, BEN, study.now)
    with pytest.raises(TooManyCopies):
        await fires.follow(study.database, single[-1], study.group, 99, BEN, study.now)
    await fires.follow(study.database, single[-1], study.group, 99, BEN, study.now + 2 * HOUR)


# What never arrives


async def test_from_the_channel_to_direct_messages_to_a_word(study: Study) -> None:
    """A channel that is gone: by direct message, for good; those closed too: a word for its owner, and it rests."""
    rule = await _remind(study, "every day 7:00", here=99)
    ((parcel, _),) = await _claim(study, START + HOUR)
    await deliveries.give_up(study.database, parcel, "404 10003", None, study.now_ms)
    ((again, said),) = await _claim(study)
    assert said is not None
    assert (said.target, said.channel_id, said.instead_of) == (Target.DM, None, 99)
    await deliveries.give_up(study.database, again, CLOSED, None, study.now_ms)
    assert await _claim(study) == []
    (note,) = await notes.waiting(study.database, ANA)
    assert (note.kind, note.payload["text"], note.payload["paused"]) == ("reminder-closed", "tea", True)
    assert await notes.users(study.database) == {ANA}
    assert (await _again(study, rule)).state is State.PAUSED
    await notes.told(study.database, [note.note_id])
    assert await notes.users(study.database) == set()


async def test_whoever_left_is_told_should_they_come_back(study: Study) -> None:
    """Their rule rests, and what of it was on its way is void."""
    rule = await _remind(study, "every day 7:00", here=99)
    ((parcel, said),) = await _claim(study, START + HOUR)
    assert said is not None
    assert said.recurs
    await fires.gone(study.database, rule.reminder_id, study.now)
    assert await fires.due(study.database, parcel.delivery, study.now) is None
    await fires.gone(study.database, rule.reminder_id, study.now)
    assert [one.kind for one in await notes.waiting(study.database, ANA)] == ["reminder-left"]
    assert await _come(study, START + 2 * DAY) == []


async def test_a_forgotten_channel_of_direct_messages_is_opened_anew(study: Study) -> None:
    """Discord knows the kept channel no more: the next try asks for it, before anybody is told that it failed."""
    made = await _remind(study, "in 1 hour")
    await reminders.reached(study.database, made.reminder_id, 55)
    ((parcel, said),) = await _claim(study, START + HOUR)
    assert said is not None
    assert said.channel_id == 55
    await deliveries.give_up(study.database, parcel, "404 10003", None, study.now_ms)
    ((again, said),) = await _claim(study)
    assert said is not None
    assert said.channel_id is None
    await deliveries.give_up(study.database, again, "404 10003", None, study.now_ms)
    assert [one.payload["paused"] for one in await notes.waiting(study.database, ANA)] == [False]


async def test_closed_when_it_is_made(study: Study) -> None:
    """It waits for another place with the time that it had; too late, the place does not help."""
    made = await _remind(study, "in 1 hour")
    await drafts.closed(study.database, made, study.now)
    study.now += 10 * MINUTE
    await drafts.place_here(study.database, made.reminder_id, ANA, 99, study.now)
    (came,) = await _come(study, START + HOUR)
    assert (came.target, came.channel_id, came.late) == (Target.HERE, 99, None)
    late = await _remind(study, "in 1 hour")
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
