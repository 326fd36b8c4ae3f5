"""Why a question was missed: kept once, private, and summed by section."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.groups import Feedback
from bot.domain.misses import Pattern, Reason
from bot.domain.refusals import NoSuchRound, NotAnswered, NotMissed, NotYourRound, StillOpen
from bot.services import banks, misses, privacy, quiz, rescore
from tests.services.study import EXAM, GUILD, START, Study, bank, question

ANA, BEN = 1, 2


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    async with Study.open(
        tmp_path / "study.db", questions=bank(questions=tuple(question(3 * n) for n in range(12)))
    ) as study:
        await study.until(START + timedelta(hours=4))
        yield study


async def keep(study: Study, round_id: int, user: int, reason: Reason, guild: int | None = GUILD) -> None:
    await misses.keep(study.database, round_id, user, guild, reason, study.now)


async def miss(study: Study, *reasons: Reason, user: int = ANA) -> None:
    """A question missed on each of the following days, for these reasons."""
    for reason in reasons:
        round_id = (await study.rounds())[-1]["round_id"]
        await study.answer(round_id, user, right=False)
        await keep(study, round_id, user, reason)
        await study.until(study.now + timedelta(days=1))


async def test_the_last_reason_stands(study: Study) -> None:
    """A reason is kept with its answer and may be changed; the result shows it."""
    round_id = (await study.rounds())[0]["round_id"]
    await study.answer(round_id, ANA, right=False)
    assert (await quiz.result(study.database, round_id, ANA, GUILD, study.now)).miss is None
    for reason in (Reason.MISREAD, Reason.WRONG_RULE):
        found = await misses.keep(study.database, round_id, ANA, GUILD, reason, study.now)
        assert found.miss is reason
    assert (await quiz.result(study.database, round_id, ANA, GUILD, study.now)).miss is Reason.WRONG_RULE


async def test_only_ones_own_misses_have_reasons(study: Study) -> None:
    """No round, no answer, another server, or a right answer: refused, and nothing is kept."""
    round_id = (await study.rounds())[0]["round_id"]
    await study.answer(round_id, ANA, right=True)
    for where, user, guild, refusal in (
        (999, ANA, GUILD, NoSuchRound),
        (round_id, BEN, GUILD, NotAnswered),
        (round_id, ANA, GUILD + 1, NotYourRound),
        (round_id, ANA, GUILD, NotMissed),
    ):
        with pytest.raises(refusal):
            await keep(study, where, user, Reason.GUESS, guild)
    assert [row["miss"] for row in await study.sql("SELECT miss FROM answers")] == [None]


async def test_a_hidden_result_is_not_given_away(tmp_path: Path) -> None:
    """Before closing nobody finds out by giving a reason whether they were right."""
    async with Study.open(tmp_path / "late.db", feedback=Feedback.AT_CLOSE) as study:
        await study.until(START + timedelta(hours=4))
        round_id = (await study.rounds())[0]["round_id"]
        for user, right in ((ANA, True), (BEN, False)):
            await study.answer(round_id, user, right=right)
            with pytest.raises(StillOpen):
                await keep(study, round_id, user, Reason.MISREAD)


async def test_half_of_the_misses_in_a_section(study: Study) -> None:
    """Four tagged misses, two of one reason: that is said, of that member alone."""
    await miss(study, Reason.MISREAD, Reason.DID_NOT_KNOW, Reason.MISREAD)
    assert await misses.summary(study.database, study.group, ANA, EXAM) == []
    await miss(study, Reason.GUESS)
    (found,) = await misses.summary(study.database, study.group, ANA, EXAM)
    assert found == Pattern("Anatomy", Reason.MISREAD, 2, 4)
    assert await misses.summary(study.database, study.group, BEN, EXAM) == []


async def test_a_miss_that_is_none_any_more_is_not_summed(study: Study) -> None:
    """An answer that a changed key made right, or a voided question's, leaves the sum."""
    await miss(study, *[Reason.MISREAD] * 5)
    first, second = [
        (row["key"], row["choice"], row["option_order"])
        for row in (
            await study.sql(
                """SELECT q.key, a.choice, r.option_order FROM answers a JOIN rounds r USING (round_id)
                   JOIN questions q ON q.question_id = a.question_id ORDER BY a.seq"""
            )
        )[:2]
    ]
    await rescore.void(study.database, "cpc-test", first[0], study.now)
    (found,) = await misses.summary(study.database, study.group, ANA, EXAM)
    assert found.tagged == 4
    number, chosen = int(second[0][1:]), int(second[2][second[1]])
    corrected = question(
        number,
        options=tuple(
            type(one)(one.text, place == chosen, one.feedback) for place, one in enumerate(question(number).options)
        ),
    )
    others = tuple(question(3 * n) for n in range(12) if 3 * n != number)
    await banks.load(study.database, [bank(questions=(corrected, *others))])
    assert await misses.summary(study.database, study.group, ANA, EXAM) == []


async def test_reasons_are_in_the_export_and_go_with_the_member(study: Study) -> None:
    """What a member said of themselves is theirs: exported whole, deleted whole."""
    await miss(study, Reason.OUT_OF_TIME)
    text = await privacy.export(study.database, study.group, ANA)
    assert text is not None
    assert '"miss": "out-of-time"' in text
    await privacy.delete(study.database, study.group, ANA)
    assert await study.sql("SELECT * FROM answers") == []
