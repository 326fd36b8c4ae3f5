"""A member's data: all of it out, all of it gone, and nobody else's in it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from bot.domain.blueprint import Upkeep
from bot.domain.exams import Outcome
from bot.domain.quiz import Confidence
from bot.domain.standings import Window
from bot.formats.imported import Imported
from bot.services import (
    afterwards,
    attendance,
    attendance_records,
    drafts,
    exams,
    groups,
    imports,
    pings,
    privacy,
    quiz,
    setbacks,
    standings,
    streaks,
    units,
    wishes,
    zones,
)
from bot.services.answers import Sureness
from bot.services.exams import Wanted
from bot.services.reminders import Target
from bot.storage import answers, corrections, notes, questions
from bot.storage import groups as kept_groups
from bot.storage.privacy import TABLES
from tests.services import peers, proposals, review
from tests.services.study import ADMIN, EXAM, GUILD, START, WISHES, Study, question

ANA, BEN = 814_000_000_000_002_001, 814_000_000_000_002_002
OTHERS = (814_000_000_000_002_003, 814_000_000_000_002_004)  # a league takes four
CERTIFIED = replace(EXAM, upkeep=Upkeep(72, 24, "rule", date(2025, 1, 15)))
ALL_TIME = Window("all", None, None)


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    """A fortnight in which Ana and Ben did everything that a member can do."""
    async with Study.open(tmp_path / "study.db", per_day=2) as made:
        for day in range(14):
            # On one day they answer late, and are reminded.
            await made.until(START + timedelta(days=day, hours=12.5 if day == 7 else 4))
            for user in (ANA, BEN):
                await pings.switch(made.database, made.group, user, made.now, on=True)
            for row in (await made.rounds())[-2:]:
                for user in OTHERS:
                    await made.answer(row["round_id"], user, right=False)
                for user in (ANA, BEN):
                    await made.answer(row["round_id"], user, right=(day + user) % 2 == 0)
                    tap = Sureness(row["round_id"], user, GUILD, Confidence.SURE, made.now_ms)
                    await made.desk.sureness(tap)
        for user in (ANA, BEN):
            await zones.move(made.database, made.group, user, "Europe/Berlin", made.now)
            await units.set_cycle(made.database, made.group, CERTIFIED, user, made.now, ends="31 August")
            await units.add(made.database, made.group, CERTIFIED, user, made.now, title="Webinar", units=1.5)
            await _sit(made, user)
            await _is_reminded(made, user)
            await review.takes_part(made, user)
            await _attends(made, user)
            await _writes(made, user)
            await _imports(made, user)
            await peers.takes_part(made, user, OTHERS[0])
            await proposals.takes_part(made, user)
            await streaks.pause(made.database, made.group, user, "today", made.now)
            await quiz.flag(made.database, 1, user, GUILD, f"reported by {user}", made.now)
            for n in range(3):
                asked = await quiz.practise(
                    made.database, made.group, user, blueprint=EXAM, topic=None, now=made.now, rng=Random(n)
                )
                await made.press(asked.round_id, user, n)
        async with made.database.write() as tx:
            await corrections.remember(tx, (await made.rounds())[0]["question_id"])
            members = await made.sql("SELECT member_id FROM members WHERE user_id IN (:ana, :ben)", ana=ANA, ben=BEN)
            await corrections.remember_streaks(tx, {row["member_id"]: 3 for row in members})
        await made.until(START + timedelta(days=14, hours=2))
        yield made


async def _sit(study: Study, user: int) -> None:
    """An exam within the hour, and a setback whose report is entered; and luck wished for a third one's exam."""
    soon = study.now + timedelta(hours=1)
    wanted = Wanted(soon.date(), soon.time(), "UTC", "cpc")
    exam, others = [
        (await exams.set_date(study.database, study.group, one, wanted, study.now)).exam.exam_id
        for one in (user, OTHERS[0])
    ]
    for one in (user, OTHERS[0]):
        await exams.show(study.database, study.group, one, study.now, on=True)
    await exams.wish_luck(study.database, study.group, others, user, study.now)
    await setbacks.say(study.database, exam, user, Outcome.FAILED, soon)
    await setbacks.keep_report(study.database, exam, user, {"Anatomy": 60})
    await privacy.show_on_board(study.database, study.group, user, study.now, on=True)


async def _is_reminded(study: Study, user: int) -> None:
    """A reminder, and a word about one that did not arrive."""
    wanted = drafts.Wanted("every day 7:00", f"tea of {user}", Target.DM, user)
    made = await drafts.remind(study.database, study.group, user, wanted, {"utc": "UTC"}.get, study.now)
    async with study.database.write() as tx:
        await notes.put(tx, made.reminder.member_id, "reminder-closed", {"text": f"tea of {user}"}, study.now_ms)


async def _attends(study: Study, user: int) -> None:
    """At a session, confirmed by themselves as its only tutor left; the poll answered; and a wish for another one."""
    starts_at = study.now + timedelta(hours=1)
    session = await review.post(study, OTHERS[0], starts_at=starts_at, topics=("Anatomy",))
    number, later = session.session_id, starts_at + timedelta(hours=2)
    await attendance.check_in(study.database, number, user, GUILD, starts_at)
    await attendance_records.confirm(study.database, study.group, number, user, "Somebody", later)
    await afterwards.answer(study.database, number, user, 0, True, later)
    await wishes.wish(study.database, study.group, user, EXAM, "Surgery", later)


async def _writes(study: Study, user: int) -> None:
    """A short answer, and a question of their own."""
    async with study.database.write() as tx:
        key = (study.group.group_id, user)
        member = (await kept_groups.member_ids(tx, [key], study.now_ms))[key]
        await answers.write_texts(tx, [{"round": 1, "member": member, "text": f"typed by {user}"}])
        await questions.insert(tx, 1, 1, question(900 + user), author_id=member, credit=f"Name of {user}")


async def _imports(study: Study, user: int) -> None:
    """A file of questions, looked at and not imported."""
    file = Imported("csv", (question(950 + user),))
    await imports.preview(study.database, study.group, EXAM, file, file="bones.csv", now=study.now, user=user)


async def _tables(study: Study) -> list[str]:
    return [row["name"] for row in await study.sql("SELECT name FROM sqlite_master WHERE type = 'table'")]


async def _number(study: Study, table: str) -> int:
    """How many rows a table has; of the agenda's and the outbox's only those that are a member's."""
    mine = " WHERE member_id IS NOT NULL" if table in ("agenda", "deliveries") else ""
    return len(await study.sql(f"SELECT * FROM {table}{mine}"))


async def test_the_schema_takes_every_row_about_a_member_along(study: Study) -> None:
    """Each table with a column for a member refers to `members` with ON DELETE CASCADE, and is exported.

    A column is one for a member by its foreign key, or by its name; a new table cannot forget either.
    """
    about = {"members"}
    for table in await _tables(study):
        keys = {
            row["from"]: (row["table"], row["on_delete"])
            for row in await study.sql(f"PRAGMA foreign_key_list({table})")
        }
        for column in await study.sql(f"PRAGMA table_info({table})"):
            name = column["name"]
            target, on_delete = keys.get(name, ("", ""))
            if target == "members" or (("member" in name or name == "owner_id") and table != "members"):
                assert (table, name, target, on_delete) == (table, name, "members", "CASCADE")
                about.add(table)
    assert about == set(TABLES)


async def test_after_deletion_no_row_holds_the_member(study: Study) -> None:
    """Neither the member's id nor their user number is left in any column of any table, in text of posts neither."""
    (row,) = await study.sql("SELECT member_id FROM members WHERE user_id = :user", user=ANA)
    member = row["member_id"]
    others = {table: await _number(study, table) for table in TABLES}
    assert await privacy.delete(study.database, study.group, ANA)
    for table in await _tables(study):
        for kept in await study.sql(f"SELECT * FROM {table}"):
            for name in kept.keys():  # noqa: SIM118  a Row is no dict
                assert str(ANA) not in str(kept[name]), f"{table}.{name}"
                if name in ("member_id", "owner_id"):
                    assert kept[name] != member, f"{table}.{name}"
    for table in TABLES:
        left = await _number(study, table)
        assert 0 < left < others[table], table
    assert await study.sql("PRAGMA foreign_key_check") == []


async def test_deleting_one_leaves_the_other_as_they_were(study: Study) -> None:
    """Ben's export is the same to the letter before and after Ana has gone."""
    before = await privacy.export(study.database, study.group, BEN)
    await privacy.delete(study.database, study.group, ANA)
    assert await privacy.export(study.database, study.group, BEN) == before
    board = await standings.board(study.database, study.group, ALL_TIME)
    assert [one.user_id for one in board] == [BEN]


async def test_the_count_of_answers_goes_with_them(study: Study) -> None:
    """What a post says was answered is what is kept, also after a deletion and an answer anew."""
    await study.until(START + timedelta(days=14, hours=4))
    last = (await study.rounds())[-1]["round_id"]
    await study.answer(last, ANA, right=True)
    await privacy.delete(study.database, study.group, ANA)
    await study.answer(last, ANA, right=True)
    for row in await study.sql(
        "SELECT answered, (SELECT COUNT(*) FROM answers a WHERE a.round_id = r.round_id) AS n FROM rounds r"
    ):
        assert row["answered"] == row["n"]


async def test_deleting_twice_or_a_stranger_changes_nothing(study: Study) -> None:
    """There is nothing left the second time, and never was of somebody unknown."""
    assert await privacy.delete(study.database, study.group, ANA)
    assert not await privacy.delete(study.database, study.group, ANA)
    assert not await privacy.delete(study.database, study.group, 4711)


async def test_an_export_holds_everything_of_one_and_nothing_of_others(study: Study) -> None:
    """Every table's rows about Ana are in her export, as many as there are; no number or word of Ben's is."""
    text = await privacy.export(study.database, study.group, ANA)
    assert text is not None
    data = json.loads(text)
    assert set(data) == set(TABLES)
    (row,) = await study.sql("SELECT member_id FROM members WHERE user_id = :user", user=ANA)
    for table, rows in data.items():
        column = "owner_id" if table == "rounds" else "member_id"
        kept = await study.sql(f"SELECT * FROM {table} WHERE {column} = :id", id=row["member_id"])
        assert len(rows) == len(kept) > 0, table
    assert str(BEN) not in text
    assert data["members"][0]["user_id"] == ANA
    assert {one["confidence"] for one in data["answers"]} == {"sure", None}


async def test_an_export_of_a_stranger_is_nothing(study: Study) -> None:
    """Somebody who never took part has no file, and asking makes none."""
    assert await privacy.export(study.database, study.group, 4711) is None
    assert len(await study.sql("SELECT * FROM members WHERE user_id <> :admin", admin=ADMIN)) == 4


async def test_groups_keep_a_person_apart(study: Study) -> None:
    """Deleting oneself in one server leaves what the same person has in another."""
    done = await groups.set_up(study.database, 88, WISHES, 1, study.now)
    await privacy.show_on_board(study.database, done.group, ANA, study.now, on=False)
    await privacy.delete(study.database, study.group, ANA)
    assert await privacy.export(study.database, done.group, ANA) is not None
    assert await privacy.export(study.database, study.group, ANA) is None


async def test_a_board_wish_of_somebody_new_is_kept(study: Study) -> None:
    """Who opts out before the first answer never appears."""
    await privacy.show_on_board(study.database, study.group, 4711, study.now, on=False)
    await study.until(START + timedelta(days=14, hours=4))
    await study.answer((await study.rounds())[-1]["round_id"], 4711, right=True)
    board = await standings.board(study.database, study.group, ALL_TIME)
    assert 4711 not in {one.user_id for one in board}
