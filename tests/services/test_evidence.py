"""A *Guess* tap is weaker evidence, entered once and in its place among the answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.domain.estimates import Abilities, Gaussian, discount, update
from bot.domain.groups import Feedback
from bot.domain.instants import from_ms
from bot.domain.quiz import Confidence
from bot.services import quiz
from bot.services.answers import Receipt, Result, Sureness
from bot.services.replay import replay
from tests.seeds import seeds
from tests.services.study import EXAM, GUILD, START, Study

ANA, BEN = 1, 2
MEMBERS = tuple(range(2001, 2009))


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    async with Study.open(tmp_path / "study.db") as study:
        await study.until(START + timedelta(hours=4))
        yield study


async def tap(study: Study, round_id: int, user: int, word: Confidence) -> Result | Receipt:
    return await study.desk.sureness(Sureness(round_id, user, GUILD, word, study.now_ms))


async def beliefs(study: Study, user: int) -> Abilities:
    """The four rows about a member and the only question that was answered."""
    found = []
    for sql in (
        "SELECT mean, variance FROM learner_estimates e JOIN members m USING (member_id) WHERE m.user_id = :user",
        "SELECT mean, variance FROM learner_topic_estimates e JOIN members m USING (member_id) WHERE m.user_id = :user",
        "SELECT mean, variance FROM topic_estimates",
        "SELECT mean, variance FROM item_estimates WHERE question_id IN (SELECT question_id FROM answers)",
    ):
        (row,) = await study.sql(sql, **({"user": user} if ":user" in sql else {}))
        found.append(Gaussian(row["mean"], row["variance"]))
    return Abilities(*found)


@pytest.mark.parametrize("right", [True, False])
async def test_a_guess_takes_half_of_its_answers_effect_back(study: Study, right: bool) -> None:
    """The four rows after the tap are the model's discount of those before; the member sees the smaller change."""
    round_id = (await study.rounds())[0]["round_id"]
    await study.answer(round_id, ANA, right=right)
    (before,) = await study.sql("SELECT * FROM answers")
    now = await beliefs(study, ANA)
    shown = await tap(study, round_id, ANA, Confidence.GUESS)
    assert await beliefs(study, ANA) == discount(now, now, update(now, right))
    assert isinstance(shown, Result)
    assert (shown.confidence, shown.p_before) == (Confidence.GUESS, before["p_before"])
    assert abs(shown.p_after - shown.p_before) < abs(before["p_after"] - before["p_before"])
    (after,) = await study.sql("SELECT * FROM answers")
    assert (after["sure_seq"], after["p_after"]) == (after["seq"] + 1, shown.p_after)
    assert (await quiz.result(study.database, round_id, ANA, GUILD, study.now)) == shown


async def test_only_the_first_tap_counts(study: Study) -> None:
    """Two taps in one moment, and any later one, take nothing more back; *Sure* takes nothing back at all."""
    round_id = (await study.rounds())[0]["round_id"]
    await study.answer(round_id, ANA, right=True)
    now = await beliefs(study, ANA)
    results = await asyncio.gather(*(tap(study, round_id, ANA, Confidence.GUESS) for _ in range(3)))
    assert results[0] == results[1] == results[2]
    once = await beliefs(study, ANA)
    assert once == discount(now, now, update(now, True))
    assert await tap(study, round_id, ANA, Confidence.SURE) == results[0]
    assert await beliefs(study, ANA) == once


async def test_sure_takes_nothing_back(study: Study) -> None:
    """A sure answer keeps its whole weight, and a guess after it changes nothing."""
    round_id = (await study.rounds())[0]["round_id"]
    await study.answer(round_id, ANA, right=True)
    now = await beliefs(study, ANA)
    for word in (Confidence.SURE, Confidence.GUESS):
        await tap(study, round_id, ANA, word)
        assert await beliefs(study, ANA) == now
    (row,) = await study.sql("SELECT confidence, sure_seq FROM answers")
    assert tuple(row) == ("sure", None)


async def test_answers_and_taps_share_one_sequence(study: Study) -> None:
    """A tap after another member's answer has its place after it, and the next answer its place after the tap."""
    round_id = (await study.rounds())[0]["round_id"]
    await study.answer(round_id, ANA, right=True)
    await study.answer(round_id, BEN, right=False)
    await tap(study, round_id, ANA, Confidence.GUESS)
    await study.answer(round_id, 3, right=True)
    await tap(study, round_id, 3, Confidence.GUESS)
    rows = await study.sql("SELECT seq, sure_seq FROM answers ORDER BY seq")
    assert [tuple(row) for row in rows] == [(1, 3), (2, None), (4, 5)]
    assert (await replay(study.database)).different == 0


async def test_an_answer_that_counts_nowhere_has_nothing_to_take_back(tmp_path: Path) -> None:
    """A guess on a question that was repeated too soon leaves every row as it was."""
    async with Study.open(tmp_path / "small.db", size=1, open_minutes=1) as study:
        study.now += timedelta(hours=3)
        await study.work()
        await study.answer((await study.rounds())[0]["round_id"], ANA, right=True)
        await study.until(study.now + timedelta(days=1))
        again = (await study.rounds())[-1]["round_id"]
        await study.answer(again, ANA, right=True)
        now = await beliefs(study, ANA)
        shown = await tap(study, again, ANA, Confidence.GUESS)
        assert isinstance(shown, Result)
        assert shown.p_before == shown.p_after
        assert await beliefs(study, ANA) == now


async def test_a_hidden_result_stays_hidden_and_weakens_all_the_same(tmp_path: Path) -> None:
    """Where results come at closing the tap gives the receipt only; the result then has the smaller change."""
    async with Study.open(tmp_path / "late.db", feedback=Feedback.AT_CLOSE) as study:
        await study.until(START + timedelta(hours=4))
        (row,) = await study.rounds()
        await study.answer(row["round_id"], ANA, right=True)
        (before,) = await study.sql("SELECT p_after FROM answers")
        assert isinstance(await tap(study, row["round_id"], ANA, Confidence.GUESS), Receipt)
        await study.until(from_ms(row["closes_at"]) + timedelta(seconds=1))
        result = await quiz.result(study.database, row["round_id"], ANA, GUILD, study.now)
        assert result.p_before < result.p_after < before["p_after"]


@pytest.mark.parametrize("seed", seeds(2))
async def test_replaying_answers_and_taps_finds_no_difference(tmp_path: Path, seed: int) -> None:
    """Random answers and taps of many, in batches, in any order, some taps days late: no row differs in any bit."""
    rng = Random(seed)
    async with Study.open(tmp_path / "study.db", per_day=3, seed=seed, repeat_days=5) as study:
        waiting: list[tuple[int, int]] = []
        for _ in range(15):
            await study.until(study.now + (timedelta(hours=4) if study.now == START else timedelta(days=1)))
            rounds = [row["round_id"] for row in (await study.rounds())[-3:]]
            work = []
            for user in rng.sample(MEMBERS, 2):
                asked = await quiz.practise(
                    study.database, study.group, user, blueprint=EXAM, topic=None, now=study.now, rng=rng
                )
                work.append(study.press(asked.round_id, user, rng.randrange(4)))
                waiting.append((asked.round_id, user))
            for user in MEMBERS:
                for one in rounds:
                    if rng.random() < 0.7:
                        work.append(study.press(one, user, rng.randrange(4)))
                        waiting.append((one, user))
            rng.shuffle(work)
            await asyncio.gather(*work)
            late = rng.sample(waiting, len(waiting) // 2)
            waiting = [one for one in waiting if one not in late]
            words = [(one, user, rng.choice(list(Confidence))) for one, user in late]
            more = study.answer(rounds[0], 3000 + len(words), right=rng.random() < 0.5)
            await asyncio.gather(*(tap(study, *one) for one in words[::2]), more, *(tap(study, *one) for one in words))
        found = await replay(study.database)
        (guessed,) = await study.sql("SELECT COUNT(sure_seq) AS n FROM answers WHERE counted = 1")
        assert guessed["n"] > 50
        assert found.different == 0
        numbers = await study.sql(
            "SELECT seq AS n FROM answers UNION ALL SELECT sure_seq FROM answers WHERE sure_seq IS NOT NULL ORDER BY 1"
        )
        assert [row["n"] for row in numbers] == list(range(1, len(numbers) + 1))
