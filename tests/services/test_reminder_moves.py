"""What reminders hang on moves: exams, sessions, their member's zone, and the zones' own rules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.domain.instants import from_ms, to_ms
from bot.domain.refusals import NotUnderstood
from bot.services import agenda, drafts, exams, notes, reminders, zones
from bot.services.drafts import Made, Wanted
from bot.services.reminders import Moved, Reminder, State, Target
from tests.services.study import START, Study

ANA = 2001
BERLIN, AUCKLAND, LA, UTC_ZONE = "Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles", "UTC"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PLACES = {"europe/berlin": BERLIN}


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    """A group by UTC, on a Monday at six; Ana goes by its clock."""
    async with Study.open(tmp_path / "study.db", size=4) as made:
        await drafts.use_group_clock(made.database, made.group, ANA, made.now)
        yield made


async def _remind(study: Study, when: str, what: str = "tea") -> Reminder:
    wanted = Wanted(when, what, Target.DM, None)
    outcome = await drafts.remind(study.database, study.group, ANA, wanted, PLACES.get, study.now)
    assert isinstance(outcome, Made), outcome
    return outcome.reminder


async def _again(study: Study, reminder: Reminder) -> Reminder:
    return await reminders.show(study.database, reminder.reminder_id, ANA)


async def _next(study: Study, reminder: Reminder) -> datetime | None:
    """When it comes next, which is also what the agenda says."""
    found = await _again(study, reminder)
    key = reminders.key(reminder.reminder_id)
    due = [row["due_at"] for row in await study.sql("SELECT due_at FROM agenda WHERE key = :key", key=key)]
    if found.state is State.ON:
        assert due == [found.next_at]
        return from_ms(due[0])
    assert due == []
    return None


async def _exam(study: Study, day: date, blueprint: str = "cpc") -> int:
    wanted = exams.Wanted(day, time(9), UTC_ZONE, blueprint)
    return (await exams.set_date(study.database, study.group, ANA, wanted, study.now)).exam.exam_id


async def test_a_reminder_moves_with_its_exam(study: Study) -> None:
    """Postponed it comes later; with the time gone by, or the exam gone, it rests and its owner is told."""
    exam = await _exam(study, date(2026, 6, 1))
    single = await _remind(study, "6 weeks before my exam", "plan")
    before = await _next(study, single)
    assert before is not None
    assert before.date() == date(2026, 4, 20)
    await _exam(study, date(2026, 6, 11))
    assert await _next(study, single) == before + 10 * DAY
    await _exam(study, date(2026, 3, 20))
    assert await _next(study, single) is None
    (note,) = await notes.waiting(study.database, ANA)
    assert (note.kind, note.payload) == ("anchor-past", {"what": "exam", "text": "plan"})
    await _exam(study, date(2026, 7, 1))
    await drafts.resume(study.database, single.reminder_id, ANA, PLACES.get, study.now)
    assert await _next(study, single) == before + 30 * DAY
    await exams.clear(study.database, exam, ANA, study.now)
    assert await _next(study, single) is None
    assert [one.kind for one in await notes.waiting(study.database, ANA)] == ["anchor-past", "anchor-gone"]
    refused = await drafts.resume(study.database, single.reminder_id, ANA, PLACES.get, study.now)
    assert isinstance(refused, drafts.Refused)
    assert isinstance(refused.refusal, NotUnderstood)
    await _exam(study, date(2026, 7, 2))
    await drafts.resume(study.database, single.reminder_id, ANA, PLACES.get, study.now)
    assert await _next(study, single) == before + 31 * DAY


async def test_a_rule_up_to_the_exam_ends_with_it(study: Study) -> None:
    """Every morning until the exam: the end moves along, in both directions."""
    await _exam(study, date(2026, 3, 6))
    rule = await _remind(study, "every day at 7:00 until my exam")
    kept = await _again(study, rule)
    assert kept.rule is not None
    assert "until 2026-03-0" in kept.rule
    await _exam(study, date(2026, 3, 20))
    moved = await _again(study, rule)
    assert moved.rule is not None
    assert "until 2026-03-20" in moved.rule or "until 2026-03-19" in moved.rule
    assert await _next(study, rule) == START + HOUR


async def test_only_the_exam_that_was_meant_counts(study: Study) -> None:
    """Another exam's date changes nothing; what is paused moves along and stays paused."""
    near = await _exam(study, date(2026, 6, 1))
    single = await _remind(study, "2 days before my exam")
    before = await _next(study, single)
    async with study.database.write() as tx:
        await reminders.anchor_moved(tx, "exam", near + 1, to_ms(START + 50 * DAY), study.now_ms)
        await reminders.anchor_moved(tx, "session", near, to_ms(START + 50 * DAY), study.now_ms)
    assert await _next(study, single) == before
    await reminders.pause(study.database, single.reminder_id, ANA)
    await _exam(study, date(2026, 6, 2))
    assert await _next(study, single) is None
    await drafts.resume(study.database, single.reminder_id, ANA, PLACES.get, study.now)
    assert before is not None
    assert await _next(study, single) == before + DAY


# Zones


async def test_a_move_keeps_clock_times_of_rules_and_moments_of_single_ones(study: Study) -> None:
    """Until its owner says otherwise, in both directions, as often as they like."""
    await zones.move(study.database, study.group, ANA, BERLIN, study.now)
    rule = await _remind(study, "every day 9:00")
    single = await _remind(study, "tomorrow 15:00")
    soon = await _remind(study, "in 20 minutes")
    move = await zones.move(study.database, study.group, ANA, LA, study.now)
    assert move.reminders == Moved(1, 1)
    tomorrow = datetime(2026, 3, 3, tzinfo=UTC)
    assert await _next(study, rule) == datetime(2026, 3, 2, 17, tzinfo=UTC)
    assert await _next(study, single) == tomorrow + 14 * HOUR
    assert await reminders.keep(study.database, study.group, ANA, "wall", study.now) == 1
    assert await _next(study, single) == tomorrow + 23 * HOUR
    assert await reminders.keep(study.database, study.group, ANA, "instant", study.now) == 2
    assert await _next(study, rule) == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert await _next(study, single) == tomorrow + 14 * HOUR
    assert await reminders.keep(study.database, study.group, ANA, "instant", study.now) == 0
    assert await _next(study, soon) == START + timedelta(minutes=20)
    again = await zones.move(study.database, study.group, ANA, LA, study.now)
    assert again.reminders == Moved(0, 0)


async def test_a_single_time_that_would_be_over_elsewhere_keeps_its_moment(study: Study) -> None:
    """Noon of today is over in Auckland: nothing is lost by moving there."""
    await zones.move(study.database, study.group, ANA, BERLIN, study.now)
    single = await _remind(study, "today at 12:00")
    await zones.move(study.database, study.group, ANA, AUCKLAND, study.now)
    assert await reminders.keep(study.database, study.group, ANA, "wall", study.now) == 0
    assert await _next(study, single) == START + 5 * HOUR


async def test_a_zone_that_is_named_stays(study: Study) -> None:
    """What its owner wrote with a zone of its own does not go by theirs."""
    named = await _remind(study, "every day 9:00 Europe/Berlin")
    before = await _next(study, named)
    assert (await zones.move(study.database, study.group, ANA, LA, study.now)).reminders == Moved(0, 0)
    assert await _next(study, named) == before


async def test_after_a_change_of_the_zones_rules_what_is_ahead_is_planned_anew(study: Study) -> None:
    """It was planned by another distance from UTC; what is overdue waits for its claim, instants stay what they are."""
    rule = await _remind(study, "every day 9:00")
    single = await _remind(study, "tomorrow 15:00")
    soon = await _remind(study, "in 20 minutes")
    wanted = [await _next(study, one) for one in (rule, single, soon)]
    async with study.database.write() as tx:
        await tx.run(
            "UPDATE reminders SET next_at = next_at + 3600000, utc_offset = -3600 WHERE utc_offset IS NOT NULL"
        )
        await tx.run("UPDATE agenda SET due_at = due_at + 3600000 WHERE kind = 'reminder' AND subject_id < 3")
    await agenda.replan(study.database, study.now_ms)
    assert [await _next(study, one) for one in (rule, single, soon)] == wanted
