"""Reminders made, changed, listed, snoozed and copied, in a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.refusals import NotUnderstood
from bot.domain.refusals_reminders import (
    AlreadyDone,
    AlreadyFollowing,
    AlreadySettled,
    AlreadySnoozed,
    MayNotPostHere,
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
from bot.services import drafts, fires, groups, reminders, zones
from bot.services.drafts import Made, Refused, Unclear, Unsaid, Wanted
from bot.services.reminders import State, Target
from tests.services.reminders import (
    ANA,
    AUCKLAND,
    BEN,
    BERLIN,
    DAY,
    HOUR,
    MINUTE,
    PLACES,
    ask,
    at,
    come,
    look_up,
    refused,
    remind,
    reminding,
)
from tests.services.study import ADMIN, GUILD, START, WISHES, Study


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    """A group in which reminders are asked for."""
    async with reminding(tmp_path) as made:
        yield made


# Making


async def test_whose_clock_is_asked_once_and_only_where_it_matters(tmp_path: Path) -> None:
    """Not for minutes, nor for a zone that the words name; what waits is finished when the zone is known."""
    async with Study.open(tmp_path / "study.db", size=4, zone=BERLIN) as study:
        assert isinstance(await ask(study, "in 20 minutes"), Made)
        assert isinstance(await ask(study, "tomorrow 09:00 Europe/Berlin"), Made)
        waiting = await ask(study, "tomorrow at noon")
        assert isinstance(waiting, Unsaid)
        assert waiting.zone == BERLIN
        assert isinstance(await ask(study, "every day 7:00"), Unsaid)
        move = await zones.move(study.database, study.group, ANA, AUCKLAND, study.now)
        assert (move.reminders.rules, move.reminders.singles) == (0, 0)
        done = await drafts.complete(study.database, study.group, ANA, PLACES.get, study.now)
        assert [type(outcome) for outcome in done] == [Made, Made]
        assert at(await look_up(study, waiting.reminder)) == datetime(2026, 3, 2, 23, tzinfo=UTC)
        assert await drafts.complete(study.database, study.group, ANA, PLACES.get, study.now) == []
        assert isinstance(await ask(study, "tomorrow at noon"), Made)


async def test_a_choice_is_made_once_and_a_draft_lives_for_a_day(study: Study) -> None:
    """The second press of two is refused; what nobody chose is deleted by the agenda."""
    asked = await ask(study, "3/4 at 18:00")
    assert isinstance(asked, Unclear)
    number = asked.reminder.reminder_id
    wanted = asked.ask.choices[1].understood.at
    made = await drafts.choose(study.database, number, ANA, 1, PLACES.get, study.now)
    assert isinstance(made, Made)
    assert at(made.reminder) == wanted
    for user, refusal in ((ANA, AlreadySettled), (BEN, NotYourReminder)):
        with pytest.raises(refusal):
            await drafts.choose(study.database, number, user, 0, PLACES.get, study.now)
    other = await ask(study, "3/4 at 18:00")
    await come(study, START + DAY + MINUTE)
    with pytest.raises(NoSuchReminder):
        await look_up(study, other.reminder)


async def test_limits_are_said_and_what_was_typed_is_kept(study: Study) -> None:
    """Fifty active ones, four times a day, five years: a draft keeps the words. Without a text there is nothing."""
    for what, wrong in (("x" * 1001, WordsTooLong), ("  ", NoWords)):
        with pytest.raises(wrong):
            await ask(study, "in 20 minutes", what)
    assert await study.sql("SELECT * FROM reminders") == []
    for when in ("every day 6:00, 9:00, 12:00, 15:00, 18:00", "when pigs fly", "in 6 years"):
        held = await refused(study, when, NotUnderstood, "a long text")
        assert (held.state, held.words, held.text) == (State.DRAFT, when, "a long text")
        await reminders.delete(study.database, held.reminder_id, ANA)
    for _ in range(MOST_ACTIVE):
        last = await remind(study, "in 2 hours")
    await refused(study, "in 2 hours", TooManyReminders)
    await remind(study, "in 2 hours", user=BEN)
    await reminders.pause(study.database, last.reminder_id, ANA)
    held = await refused(study, "in 3 hours", TooManyReminders)
    await reminders.delete(study.database, last.reminder_id, ANA)
    made = await drafts.change(study.database, held.reminder_id, ANA, held.words, held.text, PLACES.get, study.now)
    assert isinstance(made, Made)
    assert at(made.reminder) == study.now + 3 * HOUR


async def test_a_change_that_is_refused_is_kept_beside_the_reminder(study: Study) -> None:
    """The reminder stays as it was; the draft goes on from there, and a forged press of another member's is refused."""
    made = await remind(study, "in 2 hours", "tea")
    refused = await drafts.change(study.database, made.reminder_id, ANA, "pigs", "green tea", PLACES.get, study.now)
    assert isinstance(refused, Refused)
    assert (await look_up(study, made)).text == "tea"
    draft = refused.reminder.reminder_id
    with pytest.raises(NotYourReminder):
        await drafts.change(study.database, draft, BEN, "in 3 hours", "mine", PLACES.get, study.now)
    again = await drafts.change(study.database, draft, ANA, "in 3 hours", "green tea", PLACES.get, study.now)
    assert isinstance(again, Made)
    assert again.changed
    (came,) = await come(study, START + DAY)
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
    (came,) = await come(study, START + DAY)
    assert (came.target, came.channel_id) == (Target.DM, None)


async def test_drafts_that_nobody_answers_do_not_pile_up(study: Study) -> None:
    """The oldest make room for new ones."""
    first = await ask(study, "3/4 at 18:00")
    for _ in range(MOST_DRAFTS):
        await ask(study, "3/4 at 18:00")
    assert len(await study.sql("SELECT * FROM reminders")) == MOST_DRAFTS
    with pytest.raises(NoSuchReminder):
        await look_up(study, first.reminder)


async def test_pausing_and_resuming(study: Study) -> None:
    """Nothing comes meanwhile; a rule goes on, a single time that is over is refused."""
    rule = await remind(study, "every day 7:00")
    single = await remind(study, "in 2 hours")
    for one in (rule, single):
        assert (await reminders.pause(study.database, one.reminder_id, ANA)).state is State.PAUSED
    assert await come(study, START + 3 * DAY) == []
    await drafts.resume(study.database, rule.reminder_id, ANA, PLACES.get, study.now)
    with pytest.raises(ReminderOver):
        await drafts.resume(study.database, single.reminder_id, ANA, PLACES.get, study.now)
    with pytest.raises(NotYourReminder):
        await reminders.pause(study.database, rule.reminder_id, BEN)
    assert len(await come(study, START + 4 * DAY + HOUR)) == 2


async def test_the_list_has_pages_and_shows_snoozes(study: Study) -> None:
    """Soonest first, what is paused last; what is over is in it while it is snoozed; delete all empties it."""
    over = await remind(study, "in 1 minute", "over")
    for hours in (5, 3, 4):
        await remind(study, f"in {hours} hours", str(hours))
    await remind(study, "in 2 hours", "of Ben", BEN)
    (came,) = await come(study, START + 2 * MINUTE)
    paused = await remind(study, "in 1 hour", "paused")
    await reminders.pause(study.database, paused.reminder_id, ANA)
    found = await reminders.page(study.database, ANA, study.group.group_id, 0, 3)
    assert ([one.text for one, _ in found.entries], found.pages, found.total) == (["3", "4", "5"], 2, 4)
    await fires.snooze(study.database, came.fire_id, ANA, study.now + HOUR, study.now)
    found = await reminders.page(study.database, ANA, None, 9, 3)
    assert ([one.text for one, _ in found.entries], found.page) == (["5", "paused"], 1)
    first = (await reminders.page(study.database, ANA, None, 0, 1)).entries[0]
    assert (first[0].reminder_id, first[1]) == (over.reminder_id, study.now + HOUR)
    assert await reminders.delete_all(study.database, ANA, study.group.group_id) == 5
    assert [one.text for one in await come(study, START + 9 * HOUR)] == ["of Ben"]


# Snoozing


async def test_a_snooze_moves_nothing_and_happens_once(study: Study) -> None:
    """The rule keeps its times; the second press is told of the first; the snoozed one can be snoozed again."""
    await remind(study, "every day 7:00")
    (came,) = await come(study, START + HOUR)
    await fires.snooze(study.database, came.fire_id, ANA, study.now + 2 * HOUR, study.now)
    with pytest.raises(AlreadySnoozed):
        await fires.snooze(study.database, came.fire_id, ANA, study.now + 3 * HOUR, study.now)
    with pytest.raises(AlreadySnoozed):
        await fires.done(study.database, came.fire_id, ANA)
    with pytest.raises(NotYourReminder):
        await fires.snooze(study.database, came.fire_id, BEN, study.now + HOUR, study.now)
    (again,) = await come(study, START + 3 * HOUR)
    pressed = await fires.snooze_until_tomorrow(study.database, again.fire_id, ANA, study.now)
    assert pressed.until == datetime(2026, 3, 3, 9, tzinfo=UTC)
    came_at = [one.reminder_id for one in await come(study, START + DAY + 3 * HOUR)]
    assert len(came_at) == 2
    with pytest.raises(NoSuchReminder):
        await fires.done(study.database, 4711, ANA)


async def test_a_snooze_after_pausing_comes_all_the_same(study: Study) -> None:
    """Pausing takes away the snoozes that there are; one that is asked for later is meant."""
    made = await remind(study, "every day 7:00")
    (first,) = await come(study, START + HOUR)
    (second,) = await come(study, START + DAY + HOUR)
    await fires.snooze(study.database, first.fire_id, ANA, study.now + HOUR, study.now)
    await reminders.pause(study.database, made.reminder_id, ANA)
    await fires.snooze(study.database, second.fire_id, ANA, study.now + 2 * HOUR, study.now)
    came = await come(study, START + 3 * DAY)
    assert [one.reminder_id for one in came] == [made.reminder_id]
    assert (await look_up(study, made)).state is State.PAUSED


async def test_done_ends_a_single_one_and_a_long_snooze_outlives_it(study: Study) -> None:
    """A snooze beyond the time for which what is over is kept still comes; done once is done."""
    single = await remind(study, "in 1 hour")
    (came,) = await come(study, START + HOUR)
    with pytest.raises(TooFarAway):
        await fires.snooze(study.database, came.fire_id, ANA, study.now + 4000 * DAY, study.now)
    with pytest.raises(ReminderOver):
        await fires.snooze(study.database, came.fire_id, ANA, study.now, study.now)
    await fires.snooze(study.database, came.fire_id, ANA, study.now + 90 * DAY, study.now)
    (again,) = await come(study, START + 91 * DAY)
    await fires.done(study.database, again.fire_id, ANA)
    assert (await look_up(study, single)).state is State.DONE
    with pytest.raises(AlreadyDone):
        await fires.done(study.database, again.fire_id, ANA)


# Copies


async def test_a_copy_is_its_takers_own(study: Study) -> None:
    """Once a person, not of one's own; it goes on when the original is deleted, by direct message."""
    original = await remind(study, "every day 7:00", here=99)
    (came,) = await come(study, START + HOUR)
    copied = await fires.follow(study.database, came.fire_id, study.group, 99, BEN, study.now)
    assert copied.fire_id is None
    assert (copied.reminder.target, copied.reminder.text) == (Target.DM, "tea")
    for user, refusal in ((BEN, AlreadyFollowing), (ANA, OwnReminder)):
        with pytest.raises(refusal):
            await fires.follow(study.database, came.fire_id, study.group, 99, user, study.now)
    await reminders.delete(study.database, original.reminder_id, ANA)
    assert [one.user_id for one in await come(study, START + DAY + HOUR)] == [BEN]
    with pytest.raises(NoSuchReminder):
        await fires.follow(study.database, came.fire_id, study.group, 99, 4711, study.now)


async def test_a_copy_of_a_single_one_waits_for_its_time(study: Study) -> None:
    """It came already: whoever takes a copy chooses when, as for a snooze, and is asked again until they did."""
    await remind(study, "in 1 hour", here=99)
    (came,) = await come(study, START + HOUR)
    copied = await fires.follow(study.database, came.fire_id, study.group, 99, BEN, study.now)
    assert copied.fire_id is not None
    lost = await fires.follow(study.database, came.fire_id, study.group, 99, BEN, study.now)
    assert lost.fire_id == copied.fire_id
    await fires.snooze(study.database, copied.fire_id, BEN, study.now + HOUR, study.now)
    with pytest.raises(AlreadyFollowing):
        await fires.follow(study.database, came.fire_id, study.group, 99, BEN, study.now)
    assert [(one.user_id, one.target) for one in await come(study, START + 3 * HOUR)] == [(BEN, Target.DM)]


async def test_nobody_copies_what_was_not_for_them(study: Study) -> None:
    """A forged number of a private reminder, or of one in another channel or server, is one of nothing."""
    other = (await groups.set_up(study.database, GUILD + 1, WISHES, ADMIN, study.now)).group
    await remind(study, "in 1 hour", "private")
    await remind(study, "in 1 hour", "public", here=99)
    private, public = await come(study, START + HOUR)
    for fire, group, channel in ((private, study.group, 99), (public, study.group, 98), (public, other, 99)):
        with pytest.raises(NoSuchReminder):
            await fires.follow(study.database, fire.fire_id, group, channel, BEN, study.now)


async def test_copies_have_limits(study: Study) -> None:
    """Fifty people a reminder, ten copies a person within an hour."""
    await remind(study, "every day 7:00", here=99)
    (came,) = await come(study, START + HOUR)
    for user in range(3000, 3000 + MOST_FOLLOWERS):
        await fires.follow(study.database, came.fire_id, study.group, 99, user, study.now)
    with pytest.raises(TooManyFollowers):
        await fires.follow(study.database, came.fire_id, study.group, 99, BEN, study.now)
    for _ in range(FOLLOWED_AN_HOUR + 1):
        await remind(study, "in 1 minute", here=99)
    single = [one.fire_id for one in await come(study, study.now + 2 * MINUTE)]
    for fire in single[:-1]:
        await fires.follow(study.database, fire, study.group, 99, BEN, study.now)
    with pytest.raises(TooManyCopies):
        await fires.follow(study.database, single[-1], study.group, 99, BEN, study.now)
    await fires.follow(study.database, single[-1], study.group, 99, BEN, study.now + 2 * HOUR)
