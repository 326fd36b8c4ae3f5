"""At a new code year older questions wait until a tutor has looked, and tutors are told twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from bot.domain.code_years import CodeYears
from bot.domain.refusals import NoQuestions
from bot.domain.refusals_suggestions import NotInBank, NotWaiting, WaitsForTutor
from bot.services import code_years, privacy, quiz, reports
from bot.storage import code_years as checks
from tests.services.study import EXAM, GUILD, Study, bank, question

TOVA, ANA = 13, 11
YEARLY = replace(EXAM, code_years=CodeYears(1, 1, "text", "source", date(2026, 1, 15)))


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    """Four questions, two of them of the code year 2026; mid-December of that year."""
    made = bank(4, questions=tuple(question(n, code_year=2026 if n < 2 else None) for n in range(4)))
    start = datetime(2026, 12, 10, 6, 0, tzinfo=UTC)
    async with Study.open(
        tmp_path / "study.db", questions=made, start=start, exams={"cpc": YEARLY}, repeat_days=1
    ) as found:
        await reports.watch(found.database, found.group, TOVA, found.now, on=True)
        yield found


async def told(study: Study) -> list[str]:
    """What each kind of word was written for tutors, in its order."""
    rows = await study.sql("SELECT key FROM deliveries WHERE kind = 'tutor-word' ORDER BY delivery_id")
    return [row["key"].split(":")[1] for row in rows]


async def asked(study: Study) -> set[int]:
    """The questions of the daily rounds since the new year."""
    return {row["question_id"] for row in await study.rounds() if row["day"] >= "2027-01-01"}


async def test_older_questions_wait_at_the_turn_of_the_year(study: Study) -> None:
    """The admin and a tutor are told two weeks before and when it begins; only what holds is asked, in practice too."""
    await study.until(datetime(2026, 12, 17, 12, 0, tzinfo=UTC))
    assert await told(study) == []
    await study.until(datetime(2026, 12, 31, 12, 0, tzinfo=UTC))
    assert await told(study) == ["code-year-soon"] * 2
    before = await code_years.rollover(study.database, study.group, YEARLY, study.now)
    assert (before.year, before.begun, len(before.waiting)) == (2027, False, 2)
    await study.until(datetime(2027, 1, 12, 12, 0, tzinfo=UTC))
    assert await told(study) == ["code-year-soon"] * 2 + ["code-year"] * 2
    old = {
        one.question_id for one in (await code_years.rollover(study.database, study.group, YEARLY, study.now)).waiting
    }
    assert len(old) == 2
    assert not await asked(study) & old

    # A tutor has looked at one: it is asked again, and who and when is kept until the tutor goes.
    first, second = sorted(old)
    await code_years.confirm(study.database, study.group, TOVA, YEARLY, first, 2027, study.now)
    with pytest.raises(NotWaiting):
        await code_years.confirm(study.database, study.group, TOVA, YEARLY, first, 2027, study.now)
    await study.until(datetime(2027, 1, 20, 12, 0, tzinfo=UTC))
    assert await asked(study) & old == {first}
    async with study.database.read() as tx:
        looked = await checks.last_check(tx, study.group.group_id, first)
    assert looked is not None
    assert looked == (2027, datetime(2027, 1, 12, 12, 0, tzinfo=UTC), TOVA)
    await privacy.delete(study.database, study.group, TOVA)
    async with study.database.read() as tx:
        looked = await checks.last_check(tx, study.group.group_id, first)
    assert looked is not None
    assert looked[2] is None

    # The next year both wait again, and all can be confirmed at once by whoever saw how many they are.
    later = datetime(2028, 1, 3, 9, 30, tzinfo=UTC)
    with pytest.raises(NotWaiting):
        await code_years.confirm_all(study.database, study.group, ANA, YEARLY, 1, 2028, later)
    with pytest.raises(NotWaiting):
        await code_years.confirm_all(study.database, study.group, ANA, YEARLY, 2, 2030, later)
    assert await code_years.confirm_all(study.database, study.group, ANA, YEARLY, 2, 2028, later) == 2
    assert (await code_years.rollover(study.database, study.group, YEARLY, later)).waiting == ()
    with pytest.raises(NotInBank):
        await code_years.confirm(study.database, study.group, ANA, YEARLY, 99, 2028, later)
    with pytest.raises(NotWaiting):
        await code_years.confirm(study.database, study.group, ANA, YEARLY, second, 2028, later)


async def test_practice_leaves_old_questions_out_too(study: Study) -> None:
    """Where all of a topic wait, there is nothing to practise."""
    now = datetime(2027, 1, 2, 9, 30, tzinfo=UTC)
    # Question 1 is the only one of its topic.
    with pytest.raises(NoQuestions):
        await quiz.practise(
            study.database, study.group, ANA, blueprint=YEARLY, topic="guidelines", now=now, rng=Random(1)
        )
    before = now - timedelta(days=5)
    asked = await quiz.practise(
        study.database, study.group, ANA, blueprint=YEARLY, topic="guidelines", now=before, rng=Random(1)
    )
    with pytest.raises(WaitsForTutor):
        await quiz.practise_again(study.database, asked.round_id, ANA, GUILD, now, Random(1), study.plan.blueprints)
    await code_years.confirm(study.database, study.group, TOVA, YEARLY, 2, 2027, now)
    await quiz.practise_again(study.database, asked.round_id, ANA, GUILD, now, Random(1), study.plan.blueprints)


async def test_an_exam_without_code_years_lets_nothing_wait(study: Study) -> None:
    """Its questions never grow old, and nobody can confirm what needs no look."""
    now = datetime(2030, 1, 2, 9, 30, tzinfo=UTC)
    found = await code_years.rollover(study.database, study.group, EXAM, now)
    assert (found.year, found.waiting) == (None, ())
    with pytest.raises(NotWaiting):
        await code_years.confirm(study.database, study.group, ANA, EXAM, 1, 2030, now)
