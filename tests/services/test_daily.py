"""The daily question: once a local date, late within the grace, never silent."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.domain.groups import Trouble
from bot.domain.instants import from_ms, to_ms
from bot.services import agenda, banks, groups
from bot.services.quiz import practise
from tests.seeds import seeds
from tests.services.study import ADMIN, EXAM, GUILD, START, WISHES, Study, bank, question

DAY = timedelta(days=1)


async def _days(study: Study) -> list[str]:
    return [row["day"] for row in await study.rounds()]


async def _skips(study: Study) -> list[tuple[str, str]]:
    return [(row["day"], row["reason"]) for row in await study.sql("SELECT day, reason FROM skips ORDER BY day")]


def _dates(first: date, number: int) -> list[str]:
    return [(first + timedelta(days=n)).isoformat() for n in range(number)]


# Once


async def test_a_question_a_day_at_the_groups_time(tmp_path: Path) -> None:
    """Four weeks: one question each local date, posted on the minute, closed and summed up once."""
    async with Study.open(tmp_path / "study.db", zone="Europe/Berlin", daily_at=time(7, 30)) as study:
        await study.until(START + timedelta(days=27, hours=4))
        assert await _days(study) == _dates(date(2026, 3, 2), 28)
        berlin = ZoneInfo("Europe/Berlin")
        posted = [from_ms(row["posted_at"]).astimezone(berlin) for row in await study.rounds()]
        assert {moment.strftime("%H:%M:%S") for moment in posted} == {"07:30:00"}
        kinds = Counter(parcel.delivery.kind for parcel in study.outbox)
        assert kinds["question"] == 28
        assert kinds["close"] == kinds["digest"] == 27
        assert await _skips(study) == []


async def test_claiming_again_and_again_makes_nothing_twice(tmp_path: Path) -> None:
    """However often the clockwork wakes, each (day, slot) has one round and each delivery one row."""
    async with Study.open(tmp_path / "study.db", per_day=3, open_minutes=120) as study:
        for minute in range(0, 3 * 24 * 60, 20):
            study.now = START + timedelta(minutes=minute)
            for _ in range(3):
                await agenda.claim_due(study.database, study.plan, study.now_ms)
            await study.work()
        keys = [(row["day"], row["slot"]) for row in await study.rounds()]
        assert keys == [(day, slot) for day in _dates(date(2026, 3, 2), 3) for slot in range(3)]
        sent = Counter(parcel.delivery.key for parcel in study.outbox)
        assert set(sent.values()) == {1}
        assert len(study.posted("question")) == 9
        assert len(study.posted("digest")) == 3


@pytest.mark.parametrize("per_day", [1, 2, 3, 4, 5])
async def test_so_many_questions_a_day_all_different(tmp_path: Path, per_day: int) -> None:
    """Each day has its number of different questions, in different topics as far as there are any, closing together."""
    async with Study.open(tmp_path / "study.db", per_day=per_day) as study:
        await study.until(START + timedelta(days=4))
        for day in _dates(date(2026, 3, 2), 4):
            rows = [row for row in await study.rounds() if row["day"] == day]
            assert [row["slot"] for row in rows] == list(range(per_day))
            assert len({row["question_id"] for row in rows}) == per_day
            assert len({row["closes_at"] for row in rows}) == 1
            topics = {
                row["topic_id"]
                for row in await study.sql(
                    "SELECT topic_id FROM questions JOIN rounds USING (question_id) WHERE day = :day", day=day
                )
            }
            assert len(topics) == min(per_day, 3)


async def test_setup_on_the_same_day_posts_no_second_question(tmp_path: Path) -> None:
    """Today's question came at nine; moving the time to noon begins tomorrow."""
    async with Study.open(tmp_path / "study.db") as study:
        await study.until(START + timedelta(hours=4))
        for hour in (12, 15, 18):
            await groups.set_up(study.database, GUILD, replace(WISHES, daily_at=time(hour)), ADMIN, study.now)
            await study.until(START.replace(hour=hour) + timedelta(minutes=30))
        assert await _days(study) == ["2026-03-02"]
        await study.until(START + timedelta(days=1, hours=13))
        assert await _days(study) == ["2026-03-02", "2026-03-03"]
        assert await _skips(study) == []


async def test_moving_to_another_zone_keeps_one_question_a_date(tmp_path: Path) -> None:
    """From Auckland to Honolulu the same date comes again: it has had its question."""
    async with Study.open(tmp_path / "study.db", zone="Pacific/Auckland") as study:
        await study.until(START + timedelta(days=2))
        for zone in ("Pacific/Honolulu", "Europe/London", "Pacific/Kiritimati", "America/New_York"):
            await groups.set_up(study.database, GUILD, replace(WISHES, zone=zone), ADMIN, study.now)
            await study.until(study.now + timedelta(hours=30))
        days = await _days(study)
        assert len(days) == len(set(days))
        assert days == sorted(days)


async def test_two_servers_never_share_anything(tmp_path: Path) -> None:
    """Another server's group has its own day, questions, deliveries and members."""
    async with Study.open(tmp_path / "study.db") as study:
        other = replace(WISHES, channel_id=880, daily_at=time(10))
        done = await groups.set_up(study.database, 88, other, ADMIN, study.now)
        assert done.new
        await study.until(START + timedelta(days=2))
        rows = await study.rounds()
        assert Counter(row["group_id"] for row in rows) == {study.group.group_id: 2, done.group.group_id: 2}
        assert {(row["group_id"], row["channel_id"]) for row in rows} == {(1, 770), (2, 880)}


# Clocks


@pytest.mark.parametrize(
    ("zone", "at", "around"),
    [
        ("Europe/Berlin", time(2, 30), date(2026, 3, 29)),  # skipped in spring
        ("Europe/Berlin", time(2, 30), date(2026, 10, 25)),  # twice in autumn
        ("America/New_York", time(2, 30), date(2026, 3, 8)),
        ("America/New_York", time(1, 30), date(2026, 11, 1)),
        ("Africa/Cairo", time(0, 30), date(2026, 4, 24)),  # the gap begins at midnight
        ("America/Santiago", time(23, 30), date(2026, 4, 4)),  # the overlap ends at midnight
        ("Australia/Lord_Howe", time(2, 15), date(2026, 10, 4)),  # half an hour
    ],
)
async def test_a_change_of_the_clock_gives_one_question_a_date(
    tmp_path: Path, zone: str, at: time, around: date
) -> None:
    """In the days around a change, also where the daily time does not exist or occurs twice: one a local date."""
    start = datetime.combine(around, time(12), UTC) - 4 * DAY
    async with Study.open(tmp_path / "study.db", start=start, zone=zone, daily_at=at, open_minutes=60) as study:
        await study.until(start + 8 * DAY)
        days = await _days(study)
        assert days == _dates(date.fromisoformat(days[0]), len(days))
        assert len(days) in (7, 8, 9)
        assert around.isoformat() in days
        assert await _skips(study) == []


async def test_a_clock_set_back_posts_nothing_again(tmp_path: Path) -> None:
    """A clock that jumps back for hours, or a day, lets no question, closing or digest happen twice."""
    async with Study.open(tmp_path / "study.db", open_minutes=120) as study:
        await study.until(START + timedelta(days=2, hours=4))
        for back in (timedelta(hours=2), timedelta(hours=30)):
            study.now -= back
            await study.work()
            await study.until(START + timedelta(days=2, hours=5))
        await study.until(START + timedelta(days=4))
        assert await _days(study) == _dates(date(2026, 3, 2), 4)
        assert set(Counter(parcel.delivery.key for parcel in study.outbox).values()) == {1}


# Late and skipped


@pytest.mark.parametrize(
    ("late", "posted"),
    [(timedelta(minutes=12), True), (timedelta(hours=3), True), (timedelta(hours=3, milliseconds=1), False)],
)
async def test_late_within_the_grace_else_skipped_and_recorded(tmp_path: Path, late: timedelta, posted: bool) -> None:
    """Back within three hours, the bot posts late with the instant that was missed; later it records a skip."""
    due = START.replace(hour=9)
    async with Study.open(tmp_path / "study.db") as study:
        await study.sleep_until(due + late)
        assert [parcel.delivery.due_at for parcel in study.posted("question")] == ([to_ms(due)] if posted else [])
        assert await _skips(study) == ([] if posted else [("2026-03-02", "late")])
        if posted:
            (row,) = await study.rounds()
            assert row["closes_at"] - row["opened_at"] == WISHES.open_minutes * 60_000
        await study.until(START + timedelta(days=1, hours=4))
        assert (await _days(study))[-1] == "2026-03-03"


async def test_several_days_slept_through_are_each_recorded(tmp_path: Path) -> None:
    """Five days away: four skips with their dates, and today's question on time or late."""
    async with Study.open(tmp_path / "study.db") as study:
        await study.sleep_until(START + timedelta(days=4, hours=4))
        assert await _skips(study) == [(day, "late") for day in _dates(date(2026, 3, 2), 4)]
        assert await _days(study) == ["2026-03-06"]
        assert len(study.posted("question")) == 1


async def test_a_hundred_days_slept_through_end(tmp_path: Path) -> None:
    """However long the bot was away, it catches up in bounded steps and goes on."""
    async with Study.open(tmp_path / "study.db") as study:
        await study.sleep_until(START + timedelta(days=100, hours=4))
        assert len(await _skips(study)) == 100
        assert len(study.posted("question")) == 1


async def test_closing_and_digest_of_a_day_slept_through_are_made_late(tmp_path: Path) -> None:
    """A bot that was away over closing closes late, once, then posts the digest; both before anything newer."""
    async with Study.open(tmp_path / "study.db") as study:
        await study.until(START + timedelta(hours=4))
        await study.sleep_until(START + timedelta(days=1, hours=4))
        kinds = [parcel.delivery.kind for parcel in study.outbox]
        assert kinds == ["question", "close", "digest", "question"]


async def test_a_question_still_unsent_when_its_time_is_over_is_never_posted(tmp_path: Path) -> None:
    """Claimed, then the bot dies before sending and sleeps past the grace: no open post that nobody can answer."""
    async with Study.open(tmp_path / "study.db") as study:
        study.now = START.replace(hour=9)
        assert await agenda.claim_due(study.database, study.plan, study.now_ms) == 1
        await study.sleep_until(START.replace(hour=21))
        assert study.posted("question") == []
        assert [row["state"] for row in await study.rounds()] == ["unposted"]
        assert await _skips(study) == [("2026-03-02", "unposted")]
        await study.until(START + timedelta(days=1, hours=4))
        assert len(study.posted("question")) == 1
        assert study.posted("close") == study.posted("digest") == []


# The choice


async def test_no_question_comes_back_while_others_are_left(tmp_path: Path) -> None:
    """Fifteen questions last fifteen days; only then the one that is longest ago comes again."""
    async with Study.open(tmp_path / "study.db", size=15, open_minutes=60) as study:
        await study.until(START + timedelta(days=25))
        asked = [row["question_id"] for row in await study.rounds()]
        assert sorted(asked[:15]) == list(range(1, 16))
        assert asked[15:25] == asked[:10]


@pytest.mark.parametrize("seed", seeds(1))
async def test_the_key_is_never_at_one_letter_more_than_three_times(tmp_path: Path, seed: int) -> None:
    """Over a month of three questions a day no letter is right four times running."""
    async with Study.open(tmp_path / "study.db", size=30, per_day=3, seed=seed, open_minutes=60) as study:
        await study.until(START + timedelta(days=30))
        keys = [row["key_position"] for row in await study.rounds()]
        assert len(keys) == 90
        assert all(len(set(keys[n : n + 4])) > 1 for n in range(len(keys) - 3))


async def test_practice_does_not_use_up_the_daily_questions(tmp_path: Path) -> None:
    """What one member practises is still fresh for the group."""
    async with Study.open(tmp_path / "study.db", size=4, open_minutes=60) as study:
        for n in range(8):
            await practise(study.database, study.group, 1, blueprint=EXAM, topic=None, now=study.now, rng=Random(n))
        await study.until(START + timedelta(days=4))
        assert sorted(row["question_id"] for row in await study.rounds()) == [1, 2, 3, 4]


async def test_a_question_keeps_the_revision_that_was_asked(tmp_path: Path) -> None:
    """A tutor's edit while a round is open changes neither its text nor its key."""
    async with Study.open(tmp_path / "study.db", size=1) as study:
        await study.until(START + timedelta(hours=4))
        changed = replace(question(0), stem="Something else?", options=tuple(reversed(question(0).options)))
        await banks.load(study.database, [bank(questions=(changed,))])
        await study.until(START + timedelta(hours=14))
        (close,) = study.posted("close")
        assert close.round is not None
        assert close.round.asked.stem == question(0).stem
        (row,) = await study.rounds()
        assert close.round.asked.options[row["key_position"]].correct


# Banks that run out


async def test_a_low_bank_is_told_a_week_ahead_and_once(tmp_path: Path) -> None:
    """Ten questions: on the day that leaves a week of them the admin is told, and not again while they run out."""
    async with Study.open(tmp_path / "study.db", size=10, open_minutes=60) as study:
        await study.until(START + timedelta(days=3))
        assert study.posted("notice") == []
        await study.until(START + timedelta(days=20))
        (notice,) = study.posted("notice")
        assert (notice.delivery.payload["what"], notice.delivery.payload["days"]) == ("low-bank", 7)
        assert notice.delivery.payload["user"] == ADMIN
        first = study.outbox.index(notice)
        assert Counter(parcel.delivery.kind for parcel in study.outbox[:first])["question"] == 3
        assert len(study.posted("question")) == 20


async def test_new_questions_begin_a_new_count(tmp_path: Path) -> None:
    """A bank that was filled up warns again when that runs low too."""
    async with Study.open(tmp_path / "study.db", size=8, open_minutes=60) as study:
        await study.until(START + timedelta(days=6))
        await banks.load(study.database, [bank(20)])
        await study.until(START + timedelta(days=19))
        assert [one.delivery.payload["days"] for one in study.posted("notice")] == [7, 7]


async def test_an_empty_bank_is_recorded_and_told_once(tmp_path: Path) -> None:
    """Every day without a question is recorded; the admin hears once, and the trouble ends with the first question."""
    async with Study.open(tmp_path / "study.db", size=0, open_minutes=60) as study:
        await study.until(START + timedelta(days=3))
        assert await _skips(study) == [(day, "no-questions") for day in _dates(date(2026, 3, 2), 3)]
        assert [one.delivery.payload["what"] for one in study.posted("notice")] == ["no-questions"]
        assert (await groups.by_id(study.database, 1)).trouble is Trouble.NO_QUESTIONS
        await banks.load(study.database, [bank(30)])
        await study.until(START + timedelta(days=4))
        assert len(study.posted("question")) == 1
        assert (await groups.by_id(study.database, 1)).trouble is None
        await banks.load(study.database, [bank(0)])
        await study.until(START + timedelta(days=6))
        assert [one.delivery.payload["what"] for one in study.posted("notice")] == ["no-questions", "no-questions"]


async def test_an_exam_whose_file_has_gone_is_trouble_and_not_a_crash(tmp_path: Path) -> None:
    """A group whose blueprint is no longer there is told; it does not stop the others."""
    async with Study.open(tmp_path / "study.db", exams={}) as study:
        await study.until(START + timedelta(days=2))
        assert [reason for _, reason in await _skips(study)] == ["no-questions", "no-questions"]
        assert len(study.posted("notice")) == 1


async def test_a_small_bank_gives_what_it_has(tmp_path: Path) -> None:
    """Five a day from a bank of two: two a day, and the day closes and is summed up as usual."""
    async with Study.open(tmp_path / "study.db", size=2, per_day=5) as study:
        await study.until(START + timedelta(hours=20))
        assert [row["slot"] for row in await study.rounds()] == [0, 1]
        assert [one.delivery.kind for one in study.outbox if one.delivery.kind != "notice"] == [
            "question", "question", "close", "close", "digest",
        ]  # fmt: skip


# Trouble


async def test_one_group_that_cannot_be_claimed_keeps_no_other_waiting(tmp_path: Path) -> None:
    """A zone that is no longer known breaks its own group alone: its error is raised, the others have their day."""
    async with Study.open(tmp_path / "study.db") as study:
        await groups.set_up(study.database, 88, replace(WISHES, channel_id=880), ADMIN, study.now)
        async with study.database.write() as tx:
            await tx.run("UPDATE groups SET zone = 'Atlantis/Capital' WHERE group_id = 1")
        study.now = START.replace(hour=9)
        with pytest.raises(KeyError):
            await agenda.claim_due(study.database, study.plan, study.now_ms)
        await study.work()
        assert [row["group_id"] for row in await study.rounds()] == [2]
        due = await agenda.next_due(study.database)
        assert due is not None
        assert due > study.now_ms


async def test_a_start_brings_back_what_a_wrong_clock_planned_too_late(tmp_path: Path) -> None:
    """A clock that stood months ahead for a while leaves no months without questions behind."""
    async with Study.open(tmp_path / "study.db") as study:
        await study.until(START + timedelta(hours=4))
        study.now += timedelta(days=90)
        await study.work()
        study.now -= timedelta(days=90)
        await agenda.replan(study.database, study.now_ms)
        await study.until(START + timedelta(days=1, hours=4))
        assert (await _days(study))[-1] == "2026-03-03"
        await agenda.replan(study.database, study.now_ms)
        await study.until(START + timedelta(days=2))
        assert len(await _days(study)) == len(set(await _days(study)))
