"""Streaks by the member's own day: what answers, freezes, pauses, zones and a group's days do to them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.domain.dates import parse_day
from bot.domain.refusals import BadDay, NotPaused
from bot.domain.streaks import Streak
from bot.services import groups, streaks, zones
from bot.services.answers import Press, Receipt, commit_answers
from bot.services.streaks import Note, told_again
from bot.storage import streaks as kept
from bot.storage.database import Row
from tests.seeds import seeds
from tests.services.streaks import ANA, AUCKLAND, BEN, BERLIN, CLEO, DAY, HOUR, LA, answer, days, streak_of
from tests.services.study import ADMIN, GUILD, START, WISHES, Study


async def _is_told_again(study: Study) -> None:
    """What is kept of every member is what their answers, pauses and zones say."""
    async with study.database.read() as tx:
        members = {row["member_id"]: row["group_id"] for row in await tx.all("SELECT * FROM members")}
        assert await kept.load(tx, members) == await told_again(tx, members)


# Freezes


async def test_a_freeze_is_used_by_itself_and_said_at_the_next_answer(tmp_path: Path) -> None:
    """Fourteen days earn two; the missed fifteenth takes one, and the receipt of the sixteenth says so, once."""
    async with Study.open(tmp_path / "study.db", per_day=2) as study:
        receipt = await days(study, *range(14))
        assert receipt.note is None
        assert (await streak_of(study)).freezes == 2
        receipt = await days(study, 15)
        assert receipt.note == Note(date(2026, 3, 17), (date(2026, 3, 16),), 1)
        again = await study.answer((await study.rounds())[-2]["round_id"], ANA, right=False)
        assert again.note is None
        assert await streak_of(study) == Streak(15, 15, date(2026, 3, 17), 1, (date(2026, 3, 16),))
        await _is_told_again(study)


async def test_without_a_freeze_a_missed_day_begins_anew(tmp_path: Path) -> None:
    """Six days are not seven: the streak is over when the missed day is, and nobody is told off for it."""
    async with Study.open(tmp_path / "study.db") as study:
        await days(study, *range(6))
        await study.until(START + 6 * DAY + 17 * HOUR)
        assert (await streak_of(study)).current == 6
        await study.until(START + 7 * DAY)
        assert await streak_of(study) == Streak(0, 6, date(2026, 3, 7), ended_on=date(2026, 3, 8))
        receipt = await days(study, 7)
        assert receipt.note is None
        assert await streak_of(study) == Streak(1, 6, date(2026, 3, 9))


async def test_days_without_a_posted_question_cost_no_freeze(tmp_path: Path) -> None:
    """The weekend off, a day that the bot slept through and one whose post failed: the streak goes on, untouched."""
    async with Study.open(tmp_path / "study.db", weekdays=frozenset(range(5))) as study:
        await days(study, 0, 1, 2, 3, 4)
        await days(study, 7)
        await study.sleep_until(START + 9 * DAY + HOUR)  # Tuesday's question is recorded as skipped
        study.fails = lambda _: "503 0"
        await study.until(START + 9 * DAY + 20 * HOUR)  # Wednesday's is never posted
        study.fails = lambda _: None
        await days(study, 10)
        assert await streak_of(study) == Streak(7, 7, date(2026, 3, 12), freezes=1)
        await _is_told_again(study)


# The member's day


async def test_the_day_is_the_members_own(tmp_path: Path) -> None:
    """Two clicks at one instant: in Los Angeles it is still Monday, in Berlin Tuesday has begun."""
    async with Study.open(tmp_path / "study.db", open_minutes=1440) as study:
        await study.until(START + 12 * HOUR)
        await zones.move(study.database, study.group, ANA, LA, study.now)
        await zones.move(study.database, study.group, BEN, BERLIN, study.now)
        await study.until(START + 17.5 * HOUR)
        await answer(study, ANA)
        await answer(study, BEN)
        rows = await study.sql("SELECT own_day FROM answers ORDER BY seq")
        assert [row["own_day"] for row in rows] == ["2026-03-02", "2026-03-03"]


@pytest.mark.parametrize("zone", [AUCKLAND, LA, "Pacific/Kiritimati", "Asia/Kolkata"])
@pytest.mark.parametrize("after", [5, 11.9])
async def test_who_answers_every_question_in_time_never_loses_a_streak(tmp_path: Path, zone: str, after: float) -> None:
    """Wherever a question falls on the member's clock, at once or before and after midnight by turns: no day is missed.

    Answers on both sides of midnight can share a day, so that it grows by less than one a question.
    """
    async with Study.open(tmp_path / "study.db", open_minutes=720, weekdays=frozenset(range(5))) as study:
        await zones.move(study.database, study.group, ANA, zone, study.now)
        for day in range(10):
            if (START + day * DAY).weekday() < 5:
                late = after if day % 2 else 0.2
                await study.until(START + day * DAY + (3 + late) * HOUR)
                await answer(study)
        await study.until(study.now + 2 * HOUR)
        days = {row["own_day"] for row in await study.sql("SELECT own_day FROM answers")}
        streak = await streak_of(study)
        assert (streak.current, streak.frozen_days) == (len(days), ())
        await _is_told_again(study)


async def test_an_answer_after_midnight_counts_for_the_new_day(tmp_path: Path) -> None:
    """Monday's question, clicked on Tuesday at 00:30: Tuesday is counted, Monday is excused."""
    async with Study.open(tmp_path / "study.db", daily_at=time(22), open_minutes=480) as study:
        await study.until(START + 16.5 * HOUR)
        await answer(study)
        await study.until(START + DAY + 18.5 * HOUR)
        await answer(study)
        assert await streak_of(study) == Streak(2, 2, date(2026, 3, 4))
        await _is_told_again(study)


async def test_a_click_before_midnight_that_is_kept_after_it_counts_for_its_own_day(tmp_path: Path) -> None:
    """The click's time decides, also where another answer of the new day was kept first: the history is told again."""
    async with Study.open(tmp_path / "study.db", daily_at=time(12), open_minutes=2000) as study:
        await days(study, 0, hour=7)
        await study.until(START + 2 * DAY + 7 * HOUR)
        monday, tuesday, wednesday = [row["round_id"] for row in await study.rounds()]
        assert monday
        await study.answer(wednesday, ANA, right=True)
        assert (await streak_of(study)).current == 1
        await study.answer(tuesday, ANA, right=True, at=START + DAY + 17.9 * HOUR)
        assert await streak_of(study) == Streak(3, 3, date(2026, 3, 4))
        await _is_told_again(study)


async def test_several_answers_of_a_batch_are_as_if_one_by_one(tmp_path: Path) -> None:
    """Three members, two questions, kept by one commit; a freeze is told with the first of both answers only."""
    async with Study.open(tmp_path / "study.db", per_day=2) as study:
        await days(study, *range(7))
        await study.until(START + 8 * DAY + 4 * HOUR)
        rounds = [row["round_id"] for row in (await study.rounds())[-2:]]
        presses = [Press(one, user, GUILD, 0, study.now_ms) for one in rounds for user in (ANA, BEN, CLEO)]
        async with study.database.write() as tx:
            receipts = await commit_answers(tx, presses)
        notes = [one.note for one in receipts if isinstance(one, Receipt)]
        assert [note is not None for note in notes] == [True, False, False, False, False, False]
        assert (await streak_of(study)).current == 8
        assert (await streak_of(study, BEN)).current == 1
        await _is_told_again(study)


async def test_the_clock_change_makes_no_difference(tmp_path: Path) -> None:
    """Through the short night of 29 March in Berlin a streak grows a day at a time; the end is at midnight there."""
    async with Study.open(tmp_path / "study.db", zone=BERLIN, start=datetime(2026, 3, 27, 6, tzinfo=UTC)) as study:
        for day in range(4):
            await study.until(datetime(2026, 3, 27 + day, 12, tzinfo=UTC))
            await answer(study)
        shown = await streaks.show(study.database, study.group, ANA, study.now)
        assert shown.streak == Streak(4, 4, date(2026, 3, 30))
        assert shown.ends_at == datetime(2026, 4, 1, tzinfo=ZoneInfo(BERLIN))


async def test_a_change_of_zone_never_breaks_a_running_streak(tmp_path: Path) -> None:
    """At one in the afternoon in New York, unanswered, the clock goes on to tomorrow in Auckland: nothing is lost."""
    async with Study.open(tmp_path / "study.db", zone="America/New_York") as study:
        for day in range(3):
            await study.until(START + day * DAY + 9 * HOUR)
            await answer(study)
        await study.until(START + 3 * DAY + 11 * HOUR)
        before = await streak_of(study)
        await zones.move(study.database, study.group, ANA, AUCKLAND, study.now)
        assert (await streak_of(study)).current == before.current == 3
        await study.until(START + 4 * DAY + 9 * HOUR)
        await answer(study)
        assert (await streak_of(study)).current == 4
        assert (await streak_of(study)).frozen_days == ()
        await _is_told_again(study)


async def test_flying_back_mends_no_missed_day(tmp_path: Path) -> None:
    """Yesterday was missed; a zone where it is still yesterday does not bring it back."""
    async with Study.open(tmp_path / "study.db", zone=AUCKLAND, daily_at=time(8), open_minutes=2880) as study:
        await study.until(datetime(2026, 3, 2, 20, tzinfo=UTC))
        await answer(study)  # 3 March, 09:00
        await study.until(datetime(2026, 3, 4, 20, tzinfo=UTC))  # 5 March, 09:00: the 4th was missed
        await zones.move(study.database, study.group, ANA, LA, study.now)  # 4 March, 12:00
        await answer(study)
        assert [row["own_day"] for row in await study.sql("SELECT own_day FROM answers ORDER BY seq")] == [
            "2026-03-03",
            "2026-03-05",
        ]
        assert (await streak_of(study)).current == 1


async def test_a_groups_new_zone_redates_no_day(tmp_path: Path) -> None:
    """The admin moves the group across the world: every streak is what it was, and goes on."""
    async with Study.open(tmp_path / "study.db", zone=BERLIN, daily_at=time(0, 30)) as study:
        await days(study, *range(1, 9), hour=1)
        before = await streak_of(study)
        study.group = (await groups.set_up(study.database, GUILD, replace(WISHES, zone=LA), ADMIN, study.now)).group
        assert await streak_of(study) == before
        await _is_told_again(study)
        await study.until(study.now + 3 * DAY)
        assert (await study.sql("SELECT COUNT(*) AS n FROM group_zones"))[0]["n"] == 2


# Pauses


async def test_a_pause_holds_the_streak_and_the_freezes(tmp_path: Path) -> None:
    """A fortnight's illness with a question every day: eight days before, nine after, and the freeze is still there."""
    async with Study.open(tmp_path / "study.db") as study:
        await days(study, *range(8))
        await study.until(START + 8 * DAY)
        assert await streaks.pause(study.database, study.group, ANA, "in 2 weeks", study.now) == date(2026, 3, 24)
        await study.until(START + 20 * DAY)
        shown = await streaks.show(study.database, study.group, ANA, study.now)
        assert shown.pause == (date(2026, 3, 10), date(2026, 3, 24))
        assert shown.streak == Streak(8, 8, date(2026, 3, 9), freezes=1)
        assert shown.ends_at == datetime(2026, 3, 27, tzinfo=UTC)  # the 25th takes the freeze
        await days(study, 23)
        assert await streak_of(study) == Streak(9, 9, date(2026, 3, 25), freezes=1)
        await _is_told_again(study)


async def test_an_answer_in_a_pause_counts_and_resuming_leaves_the_day_in_peace(tmp_path: Path) -> None:
    """Paused without end, one answer meanwhile; resumed in the evening, that day is still no missed one."""
    async with Study.open(tmp_path / "study.db") as study:
        await days(study, 0)
        await study.until(START + DAY)
        assert await streaks.pause(study.database, study.group, ANA, None, study.now) is None
        shown = await streaks.show(study.database, study.group, ANA, study.now)
        assert (shown.pause, shown.ends_at) == ((date(2026, 3, 3), None), None)
        await days(study, 3)
        await study.until(START + 6 * DAY + 17 * HOUR)
        await streaks.resume(study.database, study.group, ANA, study.now)
        with pytest.raises(NotPaused):
            await streaks.resume(study.database, study.group, ANA, study.now + DAY)
        await days(study, 7)
        assert await streak_of(study) == Streak(3, 3, date(2026, 3, 9))
        await _is_told_again(study)


async def test_pausing_again_moves_the_end(tmp_path: Path) -> None:
    """A second /streak pause during the first one is one pause with the new end; nonsense changes nothing."""
    async with Study.open(tmp_path / "study.db") as study:
        await days(study, 0)
        await streaks.pause(study.database, study.group, ANA, None, study.now)
        await study.until(START + 3 * DAY)
        await streaks.pause(study.database, study.group, ANA, "tomorrow", study.now)
        for words in ("yesterday", "3/4", "2026-02-30", "the 99th", "2026-03-01", ""):
            with pytest.raises(BadDay):
                await streaks.pause(study.database, study.group, ANA, words, study.now)
        rows = [tuple(row) for row in await study.sql("SELECT first_day, last_day FROM pauses")]
        assert rows == [("2026-03-02", "2026-03-06")]


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("today", (2026, 3, 4)),
        ("Tomorrow", (2026, 3, 5)),
        ("until friday", (2026, 3, 6)),
        ("wednesday", (2026, 3, 11)),
        ("Tue", (2026, 3, 10)),
        ("in 10 days", (2026, 3, 14)),
        ("a week", (2026, 3, 11)),
        ("2 weeks", (2026, 3, 18)),
        ("20 March", (2026, 3, 20)),
        ("March 20th", (2026, 3, 20)),
        ("1 feb", (2027, 2, 1)),
        ("1 feb 2027", (2027, 2, 1)),
        ("2026-12-24", (2026, 12, 24)),
    ],
)
def test_days_to_come_in_a_members_words(words: str, day: tuple[int, int, int]) -> None:
    """On Wednesday 4 March 2026."""
    assert parse_day(words, date(2026, 3, 4)) == date(*day)


# The end


async def test_the_end_is_when_the_streak_really_ends(tmp_path: Path) -> None:
    """A millisecond before the shown end it stands, at the end it is over; by midnight or by the question's closing."""
    async with Study.open(tmp_path / "study.db", daily_at=time(20), open_minutes=600) as study:
        await days(study, 0, hour=15)
        await study.until(START + DAY)
        shown = await streaks.show(study.database, study.group, ANA, study.now)
        assert shown.ends_at == datetime(2026, 3, 4, 6, tzinfo=UTC)  # Tuesday's question closes in the morning
        await study.until(datetime(2026, 3, 4, 3, tzinfo=UTC))
        shown = await streaks.show(study.database, study.group, ANA, study.now)
        assert shown.ends_at == datetime(2026, 3, 4, 6, tzinfo=UTC)
        assert (await streak_of(study)).current == 1
        await study.until(datetime(2026, 3, 4, 6, tzinfo=UTC))
        assert (await streak_of(study)).current == 0


# All of it


@pytest.mark.parametrize("seed", seeds(2))
async def test_what_is_kept_is_what_the_answers_say(tmp_path: Path, seed: int) -> None:
    """A month of answers late and early, zones, pauses, skipped days and new schedules: kept and told again agree.

    After each step. And no change of zone ever shortens a streak.
    """
    rng = Random(seed)
    minutes = rng.choice((90, 600, 1440, 2880))
    async with Study.open(
        tmp_path / "study.db",
        per_day=rng.choice((1, 2)),
        open_minutes=minutes,
        daily_at=time(rng.randrange(24)),
        size=30,
    ) as study:
        users = (ANA, BEN, CLEO)
        places = ("UTC", AUCKLAND, LA, BERLIN, "Pacific/Kiritimati", "Asia/Kolkata", None)

        async def stand() -> list[tuple[int, int]]:
            found = [await streaks.current(study.database, study.group, user, study.now) for user in users]
            return [(one.current, one.freezes) for one in found if one is not None]

        async def move(user: int) -> None:
            before = await stand()
            await zones.move(study.database, study.group, user, rng.choice(places), study.now)
            assert await stand() == before

        async def pause(user: int) -> None:
            await streaks.pause(study.database, study.group, user, rng.choice((None, "today", "3 days")), study.now)

        async def resume(user: int) -> None:
            try:
                await streaks.resume(study.database, study.group, user, study.now)
            except NotPaused:
                return

        async def change(_: int) -> None:
            before = await stand()
            zone = rng.choice([place for place in places if place])
            days = frozenset(rng.sample(range(7), rng.randint(1, 7)))
            wishes = replace(WISHES, zone=zone, weekdays=days, open_minutes=minutes, per_day=1)
            study.group = (await groups.set_up(study.database, GUILD, wishes, ADMIN, study.now)).group
            assert await stand() == before

        async def sleep(_: int) -> None:
            await study.sleep_until(study.now + rng.uniform(4, 30) * HOUR)

        def clicks(row: Row) -> list[Press]:
            earliest, latest = row["posted_at"], min(row["closes_at"], study.now_ms)
            if earliest is None or earliest >= latest:
                return []
            # Mostly now, at times a click that is kept hours late.
            return [
                Press(row["round_id"], user, GUILD, 0, latest if rng.random() < 0.8 else rng.randint(earliest, latest))
                for user in users
                if rng.random() < 0.4
            ]

        acts: list[Callable[[int], Awaitable[None]]] = [move, move, pause, resume, change, sleep]
        for _ in range(90):
            await study.until(study.now + rng.uniform(0.5, 14) * HOUR)
            presses = [press for row in (await study.rounds())[-4:] for press in clicks(row)]
            rng.shuffle(presses)
            async with study.database.write() as tx:
                await commit_answers(tx, presses)
            if rng.random() < 0.15:
                await rng.choice(acts)(rng.choice(users))
            await _is_told_again(study)
        longest = [row["longest"] for row in await study.sql("SELECT longest FROM streaks")]
        assert max(longest) > 2
