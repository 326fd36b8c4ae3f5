"""Teach-back: the week's most-missed question opens once, is explained, and the best explanation is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.feedback import State
from bot.domain.refusals_feedback import EmptyText, OwnReview
from bot.domain.reports import What
from bot.services import (
    consents,
    endorsements,
    feedback,
    feedback_drafts,
    invitations,
    moderation,
    privacy,
    quiz,
    rescore,
    reviewers,
    reviews,
    teachback,
    threads,
)
from tests.services.study import GUILD, START, Study

ANA, BEN, CLEO, DIA, TOVA = 501, 502, 503, 504, 505
MONDAY = START + timedelta(days=7, hours=4)  # ten o'clock


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    """A question each weekday at nine, in UTC."""
    async with Study.open(tmp_path / "study.db", weekdays=frozenset(range(5))) as made:
        yield made


async def _week(study: Study, *, solvers: tuple[int, ...] = (BEN,)) -> int:
    """A week of questions; on Tuesday all but the solvers miss. Returns Tuesday's question."""
    for day in range(5):
        await study.until(START + timedelta(days=day, hours=4))
        round_id = (await study.rounds())[-1]["round_id"]
        for user in (ANA, BEN, CLEO, DIA):
            await study.answer(round_id, user, right=day != 1 or user in solvers)
    return int((await study.rounds())[1]["question_id"])


async def _opened(study: Study) -> int:
    """The teach-back's ask, with its thread."""
    (row,) = await study.sql("SELECT ask_id FROM teachbacks")
    card = await feedback.card(study.database, row["ask_id"])
    assert card is not None
    await threads.placed(study.database, card.ask, thread_id=91_000, message_id=91_000, now_ms=study.now_ms)
    return int(row["ask_id"])


async def _explain(study: Study, user: int, ask_id: int, text: str = "The rule is older.", **more: Any) -> int:
    payload = {"right_why": text, "change": "", "reading": "", "scores": "", "anonymous": False, **more}
    kept = await feedback_drafts.keep(study.database, study.group, user, "review", payload, study.now, ask_id=ask_id)
    return (await reviews.give(study.database, user, GUILD, kept.draft_id, study.now, tutor=False)).review_id


async def _additions(study: Study) -> list[str]:
    return [row["text"] for row in await study.sql("SELECT text FROM additions")]


async def test_the_most_missed_question_opens_once(study: Study) -> None:
    """On Monday at ten, not before; a replay of the week's beginning, or a second Monday's, opens no other."""
    question = await _week(study)
    await study.until(MONDAY - timedelta(minutes=1))
    assert await study.sql("SELECT * FROM teachbacks") == []
    await study.until(MONDAY)
    (row,) = await study.sql("SELECT * FROM teachbacks")
    assert (row["question_id"], row["week"]) == (question, "2026-W10")
    async with study.database.write() as tx:
        await teachback.plan_week(tx, study.group, MONDAY.date())
    await study.until(MONDAY + timedelta(days=5))
    assert len(await study.sql("SELECT * FROM teachbacks")) == 1
    assert len([one for one in study.posted("ask") if one.delivery.subject_id == row["ask_id"]]) == 1


async def test_a_week_without_misses_opens_nothing(study: Study) -> None:
    """Nor does one in which too few answered: the choice would tell of one member."""
    await _week(study, solvers=(ANA, BEN, CLEO))
    await study.until(MONDAY + timedelta(days=1))
    assert await study.sql("SELECT * FROM teachbacks") == []


async def test_switched_off_there_is_none(study: Study) -> None:
    """Before it is planned, and after; switched on again, the next week has one."""
    await _week(study)
    await study.until(MONDAY - timedelta(hours=2))
    await teachback.switch(study.database, study.group, study.now, on=False)
    await study.until(MONDAY + timedelta(days=1))
    assert await study.sql("SELECT * FROM teachbacks") == []
    await teachback.switch(study.database, study.group, study.now, on=True)
    round_id = (await study.rounds())[-1]["round_id"]
    for user in (ANA, CLEO, DIA):
        await study.answer(round_id, user, right=False)
    await study.until(MONDAY + timedelta(days=8))
    assert len(await study.sql("SELECT * FROM teachbacks")) == 1


async def test_no_withdrawn_question_and_none_that_is_asked_now(study: Study) -> None:
    """The most missed one was withdrawn, the next is open anew: then there is none."""
    question = await _week(study)
    await study.until(MONDAY - timedelta(hours=1, minutes=30))
    (row,) = await study.sql(
        "SELECT b.slug, q.key FROM questions q JOIN banks b ON b.bank_id = q.bank_id WHERE q.question_id = :id",
        id=question,
    )
    await rescore.void(study.database, row["slug"], row["key"], study.now)
    await study.until(MONDAY + timedelta(days=1))
    assert await study.sql("SELECT * FROM teachbacks") == []


async def test_an_open_round_bars_its_question(study: Study) -> None:
    """What is being asked today is not explained today."""
    question = await _week(study)
    await study.until(MONDAY - timedelta(minutes=30))
    async with study.database.write() as tx:
        await tx.run(
            "UPDATE rounds SET question_id = :id WHERE round_id = (SELECT MAX(round_id) FROM rounds)",
            {"id": question},
        )
    await study.until(MONDAY + timedelta(days=2))
    assert await study.sql("SELECT * FROM teachbacks") == []


async def test_who_slept_through_monday_has_it_in_the_morning_or_not_at_all(study: Study) -> None:
    """A bot that wakes on Monday night opens it on Tuesday at nine; one that wakes on Thursday does not."""
    await _week(study)
    await study.until(MONDAY - timedelta(hours=5))
    await study.sleep_until(MONDAY + timedelta(hours=13))
    await study.until(MONDAY + timedelta(hours=22, minutes=59))
    assert await study.sql("SELECT * FROM teachbacks") == []
    await study.until(MONDAY + timedelta(hours=23))
    assert len(await study.sql("SELECT * FROM teachbacks")) == 1


async def test_one_who_solved_it_and_offered_is_invited_and_then_the_next(study: Study) -> None:
    """By lot, one at a time; who only solved it, or only offered, is not asked."""
    for user in (ANA, BEN, CLEO):
        await reviewers.switch(study.database, study.group, user, study.now, on=True)
    await _week(study, solvers=(BEN, DIA))
    await study.until(MONDAY)
    ask_id = await _opened(study)
    await study.until(MONDAY + timedelta(minutes=1))
    async with study.database.write() as tx:
        await reviewers.invite(tx, ask_id, study.group.group_id, study.now_ms)
    await study.until(MONDAY + timedelta(minutes=2))
    rows = await study.sql(
        "SELECT i.invitation_id, m.user_id, i.state FROM invitations i JOIN members m ON m.member_id = i.member_id"
    )
    assert [(row["user_id"], row["state"]) for row in rows] == [(BEN, "asked")]
    due = await invitations.to(study.database, ask_id, BEN)
    assert due.explain
    await reviewers.switch(study.database, study.group, DIA, study.now, on=True)
    await invitations.pass_on(study.database, rows[0]["invitation_id"], BEN, study.now)
    await study.until(MONDAY + timedelta(minutes=3))
    assert (await invitations.to(study.database, ask_id, DIA)).explain
    await _explain(study, DIA, ask_id)
    rows = await study.sql("SELECT state FROM invitations ORDER BY invitation_id")
    assert [row["state"] for row in rows] == ["passed", "done"]


async def test_the_best_explanation_is_kept(study: Study) -> None:
    """Of those that a tutor approves of the one that most found helpful, once its writer agreed; then it explains."""
    await _week(study)
    await study.until(MONDAY)
    ask_id = await _opened(study)
    first, second, third = [
        await _explain(study, user, ask_id, text)
        for user, text in ((BEN, "First."), (DIA, "Second."), (TOVA, "Third."))
    ]
    with pytest.raises(OwnReview):
        await reviews.helpful(study.database, first, BEN, GUILD, study.now)
    for review_id, users in ((first, (ANA,)), (second, (ANA, CLEO)), (third, (ANA, CLEO, DIA))):
        for user in users:
            await reviews.helpful(study.database, review_id, user, GUILD, study.now)
    for review_id in (first, second):
        await endorsements.endorse(study.database, review_id, 900, GUILD, study.now)
    await study.until(MONDAY + timedelta(days=6, minutes=1))
    card = await feedback.card(study.database, ask_id)
    assert card is not None
    assert card.ask.state is State.RESOLVED
    assert [one.delivery.subject_id for one in study.posted("promotion")] == [second]
    await consents.refuse(study.database, second, DIA, study.now)
    await study.work()
    assert [one.delivery.subject_id for one in study.posted("promotion")] == [second, first]
    await consents.give(study.database, first, BEN, "Ben", study.now)
    assert await _additions(study) == ["First."]
    round_id = (await study.rounds())[1]["round_id"]
    result = await quiz.result(study.database, round_id, ANA, GUILD, study.now)
    assert [(one.text, one.credit) for one in result.asked.additions] == [("First.", "Ben")]


async def test_without_approval_the_choice_waits_for_a_tutor(study: Study) -> None:
    """The week ends without one; tutors see it in their queue, and the next endorsement chooses."""
    await _week(study)
    await study.until(MONDAY)
    ask_id = await _opened(study)
    review_id = await _explain(study, BEN, ask_id)
    await reviews.helpful(study.database, review_id, ANA, GUILD, study.now)
    await study.until(MONDAY + timedelta(days=6, minutes=1))
    assert study.posted("promotion") == []
    assert [one.ask_id for one in await teachback.unchosen(study.database, study.group)] == [ask_id]
    await endorsements.endorse(study.database, review_id, 900, GUILD, study.now)
    await study.work()
    assert [one.delivery.subject_id for one in study.posted("promotion")] == [review_id]
    assert await teachback.unchosen(study.database, study.group) == []


async def test_a_choice_that_comes_to_nothing_falls_to_the_next(study: Study) -> None:
    """The chosen one is removed by a tutor, the second is rewritten, the third's writer is deleted."""
    await _week(study)
    await study.until(MONDAY)
    ask_id = await _opened(study)
    made = [await _explain(study, user, ask_id, str(user)) for user in (BEN, CLEO, DIA, TOVA)]
    for place, review_id in enumerate(made):
        for user in range(600, 604 - place):
            await reviews.helpful(study.database, review_id, user, GUILD, study.now)
        await endorsements.endorse(study.database, review_id, 900, GUILD, study.now)
    await study.until(MONDAY + timedelta(days=6, minutes=1))
    await moderation.remove(study.database, What.REVIEW, made[0], 900, GUILD, "wrong", study.now)
    await _explain(study, CLEO, ask_id, "Something else.")
    await study.work()
    await privacy.delete(study.database, study.group, DIA)
    await study.work()
    assert [one.delivery.subject_id for one in study.posted("promotion")] == made


async def test_an_explanation_has_words_and_no_scores(study: Study) -> None:
    """It is a review without them; an empty one is refused, and its writer's text is handed back."""
    await _week(study)
    await study.until(MONDAY)
    ask_id = await _opened(study)
    with pytest.raises(EmptyText):
        await _explain(study, BEN, ask_id, " ")
    review_id = await _explain(study, BEN, ask_id, "Because.", anonymous=True)
    card = await reviews.card(study.database, review_id)
    assert card is not None
    assert (card.review.opinion.right_why, card.review.opinion.scores) == ("Because.", ())
