"""What tutors read of their bank: counts, days, and which questions do badly."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from bot.domain.code_years import CodeYears
from bot.domain.questions import Kind
from bot.domain.refusals_suggestions import NotInBank
from bot.services import bank_status, challenges, groups, quiz
from bot.storage import challenges as kept_challenges
from bot.storage import groups as kept
from bot.storage import questions, rescore
from bot.storage.database import Transaction
from tests.services.study import EXAM, GUILD, WISHES, Study, bank, question

MEMBERS = range(101, 109)
YEARLY = replace(EXAM, code_years=CodeYears(1, 1, "text", "source", date(2026, 1, 15)))


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    """Twelve questions, four a topic; one holds for 2025, one is a flashcard."""
    made = [question(n) for n in range(12)]
    made[3] = question(3, code_year=2025)
    made[6] = question(6, kind=Kind.FLASHCARD, options=(), answers=("back",))
    async with Study.open(
        tmp_path / "study.db", questions=bank(12, questions=tuple(made)), exams={"cpc": YEARLY}
    ) as found:
        yield found


async def detail(study: Study, question_id: int) -> bank_status.Detail:
    return await bank_status.detail(study.database, study.group, YEARLY, question_id, study.plan.blueprints, study.now)


async def test_topics_count_each_question_once(study: Study) -> None:
    """Asked, waiting, retired, withdrawn, hidden: one state each; fresh ones go as they are asked; days follow."""
    async with study.database.write() as tx:
        await questions.retire(tx, [2])
        await rescore.void(tx, 3, study.now_ms)
        await questions.exclude(tx, study.group.group_id, 5, study.now_ms)
    await study.until(study.now + timedelta(days=2, hours=4))
    found = await bank_status.overview(study.database, study.group, YEARLY, study.plan, study.now)
    rows = {one.name: one for one in found.stocks}
    total = [
        sum(getattr(one, name) for one in found.stocks) for name in ("live", "outdated", "retired", "voided", "hidden")
    ]
    assert [*total, found.practice] == [7, 1, 1, 1, 1, 1]
    assert rows["Anatomy"].outdated == 1
    assert sum(one.fresh for one in found.stocks) == 4
    assert found.supply.days == 4
    assert set(found.supply.by_topic) == {"Anatomy", "Guidelines", "Surgery"}
    assert rows["Anatomy"].weight > rows["Surgery"].weight


async def test_the_most_missed_need_enough_answers(study: Study) -> None:
    """By the share of wrong first answers, from five on, of closed rounds."""
    await study.until(study.now + timedelta(hours=4))
    (first,) = await study.rounds()
    for user in MEMBERS[:4]:
        await study.answer(first["round_id"], user, right=False)
    await study.until(study.now + timedelta(days=1))
    second = (await study.rounds())[-1]
    for user in MEMBERS:
        await study.answer(second["round_id"], user, right=user % 2 == 0)
    assert await bank_status.missed(study.database, study.group, YEARLY) == []
    await study.until(study.now + timedelta(hours=12))
    (found,) = await bank_status.missed(study.database, study.group, YEARLY)
    assert (found.entry.question_id, found.answers, found.wrong) == (second["question_id"], 8, 4)


async def test_reports_are_counted_by_member(study: Study) -> None:
    """With whether tutors have decided; a tutor's own look is at the same challenge, and at no doubt where none is."""
    await study.until(study.now + timedelta(hours=4))
    (round_,) = await study.rounds()
    for user in MEMBERS[:2]:
        await quiz.flag(study.database, round_["round_id"], user, GUILD, "Odd.", study.now)
    (found,) = await bank_status.reported(study.database, study.group, YEARLY)
    assert (found.entry.question_id, found.members, found.open) == (round_["question_id"], 2, True)
    number = await bank_status.doubt(study.database, study.group, YEARLY, round_["question_id"], study.now)
    (row,) = await study.sql("SELECT challenge_id FROM challenges")
    assert number == row["challenge_id"]
    other = 1 + round_["question_id"] % 12
    looked = await bank_status.doubt(study.database, study.group, YEARLY, other, study.now)
    assert looked != number
    assert await bank_status.doubt(study.database, study.group, YEARLY, other, study.now) == looked
    assert not (await detail(study, other)).challenged
    assert (await challenges.queue(study.database, study.group, 0, {}))[2] == 1
    # A report makes it the challenge that it is for everybody, with the report in it.
    study.now += timedelta(minutes=1)
    async with study.database.write() as tx:
        assert await kept_challenges.open_one(tx, study.group.group_id, other, study.now_ms) == looked
        assert await kept_challenges.open_one(tx, study.group.group_id, other, study.now_ms) is None
    assert (await detail(study, other)).challenged


async def test_discrimination_takes_thirty_members_with_ten_others(study: Study) -> None:
    """A question that the able ones miss is the worst; without answers enough nothing is said."""
    assert await bank_status.poor(study.database, study.group, YEARLY) == ([], 0)
    rng = Random(3)
    async with study.database.write() as tx:
        members = await _answers(study, tx, rng)
    worst, judged = await bank_status.poor(study.database, study.group, YEARLY)
    assert judged == 12
    assert worst[0].entry.question_id == 1
    assert worst[0].found.value < 0
    assert worst[0].found.members == members
    found = await detail(study, 1)
    assert found.discrimination == worst[0].found


async def _answers(study: Study, tx: Transaction, rng: Random) -> int:
    """Forty members answer all twelve; the first question is answered rightly by those who know least."""
    pairs = [(study.group.group_id, user) for user in range(500, 540)]
    ids = sorted((await kept.member_ids(tx, pairs, study.now_ms)).values())
    seq = 0
    for number in range(1, 13):
        await tx.run(
            """INSERT INTO rounds (round_id, group_id, question_id, revision, kind, day, slot, option_order,
                   key_position, due_at, opened_at, closes_at, closed_at, state, channel_id)
               VALUES (:id, :group_id, :id, 1, 'daily', :day, 0, '0123', 0, 0, 0, 0, 0, 'closed', 1)""",
            {"id": number, "group_id": study.group.group_id, "day": f"2026-01-{number:02}"},
        )
        for place, member in enumerate(ids):
            seq += 1
            able = place / len(ids)
            right = able < 0.5 if number == 1 else rng.random() < 0.1 + 0.8 * able
            await tx.run(
                """INSERT INTO answers (round_id, member_id, seq, question_id, choice, correct, counted, rated,
                       answered_at, day, p_before, p_after)
                   VALUES (:round, :member, :seq, :round, 0, :correct, 1, 1, 0, '2026-01-01', 0.5, 0.5)""",
                {"round": number, "member": member, "seq": seq, "correct": int(right)},
            )
    return len(ids)


async def test_retiring_respects_other_servers(study: Study) -> None:
    """Alone it is retired; where another server is asked the same bank, it is hidden from this group."""
    assert not (await detail(study, 1)).shared
    assert not await bank_status.retire(study.database, study.group, YEARLY, 1, study.plan.blueprints, study.now)
    with pytest.raises(NotInBank):
        await bank_status.retire(study.database, study.group, YEARLY, 1, study.plan.blueprints, study.now)
    await groups.set_up(study.database, GUILD + 1, replace(WISHES, channel_id=5), 9, study.now)
    assert (await detail(study, 2)).shared
    assert await bank_status.retire(study.database, study.group, YEARLY, 2, study.plan.blueprints, study.now)
    assert (await detail(study, 2)).entry.hidden
    rows = await study.sql("SELECT question_id FROM questions WHERE state = 'retired'")
    assert [row["question_id"] for row in rows] == [1]


async def test_a_question_is_found_by_key_and_words(study: Study) -> None:
    """The exact key comes first; a question of an older code year says for which it waits."""
    found = await bank_status.find(study.database, study.group, YEARLY, "q1")
    assert found[0].key == "q1"
    assert len(found) == 3
    assert [one.key for one in await bank_status.find(study.database, study.group, YEARLY, "case 7?")] == ["q7"]
    old = await detail(study, found[0].question_id + 2)
    assert (old.entry.key, old.year, old.begun) == ("q3", 2026, True)
    with pytest.raises(NotInBank):
        await detail(study, 99)
