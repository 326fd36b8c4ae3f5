"""The kept estimates are what the answers say, to the last bit."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.domain.estimates import Abilities, Gaussian, State, item_pool, item_prior, state, topic_estimate, update
from bot.services import estimates, quiz
from bot.services.estimates import TopicLine
from bot.services.replay import Comparison, replay
from tests.seeds import seeds
from tests.services.study import EXAM, START, Study

MEMBERS = tuple(range(2001, 2009))


async def _lines(study: Study, user: int) -> tuple[TopicLine, ...]:
    return (await estimates.progress(study.database, study.group, user, EXAM, study.now)).topics


async def _busy_weeks(study: Study, rng: Random, days: int) -> None:
    """Members answer daily questions and practise, in the same moments and in any order."""
    for _ in range(days):
        await study.until(study.now + (timedelta(hours=4) if study.now == START else timedelta(days=1)))
        rounds = [row["round_id"] for row in (await study.rounds())[-study.group.wishes.per_day :]]
        presses = [study.press(one, user, rng.randrange(4)) for one in rounds for user in MEMBERS if rng.random() < 0.8]
        for user in rng.sample(MEMBERS, 3):
            asked = await quiz.practise(
                study.database, study.group, user, blueprint=EXAM, topic=None, now=study.now, rng=rng
            )
            presses.append(study.press(asked.round_id, user, rng.randrange(4)))
        rng.shuffle(presses)
        await asyncio.gather(*presses)


@pytest.mark.parametrize("seed", seeds(2))
async def test_replaying_every_answer_finds_no_difference(tmp_path: Path, seed: int) -> None:
    """After hundreds of random answers, daily and practice, in batches and alone, no kept row differs in any bit."""
    async with Study.open(tmp_path / "study.db", per_day=3, seed=seed, repeat_days=5) as study:
        await _busy_weeks(study, Random(seed), 24)
        found = await replay(study.database)
        (counted,) = await study.sql("SELECT COUNT(*) AS n FROM answers WHERE counted = 1")
        assert found == Comparison(counted["n"], found.rows, 0)
        assert found.answers > 250
        async with study.database.write() as tx:
            await tx.run("UPDATE learner_estimates SET mean = mean + 1e-16 + mean * 1e-15 WHERE member_id = 3")
        assert (await replay(study.database)).different == 1


async def test_each_answer_is_the_model_and_nothing_else(tmp_path: Path) -> None:
    """The four rows after each answer, and the topic's estimate before and after, are those of the formulas."""
    async with Study.open(tmp_path / "study.db", per_day=2) as study:
        rng = Random(4)
        await _busy_weeks(study, rng, 12)
        questions = {
            row["question_id"]: (row["topic_id"], row["difficulty"])
            for row in await study.sql("SELECT question_id, topic_id, difficulty FROM questions")
        }
        items = {number: item_prior(difficulty) for number, (_, difficulty) in questions.items()}
        learners: dict[int, Gaussian] = {}
        learner_topics: dict[tuple[int, int], Gaussian] = {}
        topics: dict[int, Gaussian] = {}
        start = Abilities()
        for row in await study.sql("SELECT * FROM answers ORDER BY seq"):
            member, number = row["member_id"], row["question_id"]
            topic = questions[number][0]
            now = Abilities(
                learners.get(member, start.learner),
                learner_topics.get((member, topic), start.learner_topic),
                topics.get(topic, start.topic),
                items[number],
            )
            then = update(now, bool(row["correct"])) if row["counted"] else now
            learners[member], learner_topics[member, topic] = then.learner, then.learner_topic
            topics[topic], items[number] = then.topic, then.item
            assert (row["p_after"] > row["p_before"]) == bool(row["correct"]) or not row["counted"]
        kept = await study.sql("SELECT * FROM learner_estimates")
        assert {row["member_id"]: Gaussian(row["mean"], row["variance"]) for row in kept} == learners
        kept = await study.sql("SELECT * FROM item_estimates")
        assert {row["question_id"]: Gaussian(row["mean"], row["variance"]) for row in kept} == items


async def test_progress_is_the_models_estimate_of_each_topic(tmp_path: Path) -> None:
    """What /progress shows is the topic's estimate for a random live item, with the state at the pass mark."""
    async with Study.open(tmp_path / "study.db", per_day=3) as study:
        await _busy_weeks(study, Random(5), 15)
        lines = {line.name: line for line in await _lines(study, MEMBERS[0])}
        (member,) = await study.sql("SELECT member_id FROM members WHERE user_id = :user", user=MEMBERS[0])
        (learner,) = await study.sql("SELECT * FROM learner_estimates WHERE member_id = :id", id=member["member_id"])
        for row in await study.sql(
            """SELECT t.name, t.topic_id, e.mean, e.variance, k.mean AS tm, k.variance AS tv FROM topics t
               JOIN learner_topic_estimates e ON e.topic_id = t.topic_id AND e.member_id = :id
               JOIN topic_estimates k ON k.topic_id = t.topic_id""",
            id=member["member_id"],
        ):
            pool = item_pool(
                Gaussian(one["mean"], one["variance"])
                for one in await study.sql(
                    "SELECT i.mean, i.variance FROM item_estimates i JOIN questions USING (question_id) "
                    "WHERE topic_id = :id AND state = 'live'",
                    id=row["topic_id"],
                )
            )
            wanted = topic_estimate(
                Gaussian(learner["mean"], learner["variance"]),
                Gaussian(row["mean"], row["variance"]),
                Gaussian(row["tm"], row["tv"]),
                pool,
            )
            shown = lines[row["name"]]
            assert (shown.estimate.p, shown.estimate.sd) == pytest.approx((wanted.p, wanted.sd), rel=1e-12)
            assert shown.state is state(wanted, 0.7)
        assert sum(line.answers for line in lines.values()) == len(
            await study.sql("SELECT 1 FROM answers WHERE counted = 1 AND member_id = :id", id=member["member_id"])
        )


async def test_somebody_new_is_told_nothing_about_themselves(tmp_path: Path) -> None:
    """Without an answer every topic has none and a wide range; asking makes no member of anybody."""
    async with Study.open(tmp_path / "study.db") as study:
        lines = await _lines(study, 4711)
        assert len(lines) == 3
        assert all(line.answers == 0 and line.estimate.high - line.estimate.low > 0.3 for line in lines)
        assert await study.sql("SELECT * FROM members") == []


async def test_a_member_who_gets_everything_wrong_is_weak_and_one_who_knows_is_fine(tmp_path: Path) -> None:
    """Thirty answers one way are enough to say so; the state follows the pass mark of the exam."""
    async with Study.open(tmp_path / "study.db", per_day=3) as study:
        for day in range(12):
            await study.until(START + timedelta(days=day, hours=4))
            for row in (await study.rounds())[-3:]:
                await study.answer(row["round_id"], 1, right=True)
                await study.answer(row["round_id"], 2, right=False)
        right, wrong = [{line.state for line in await _lines(study, user) if line.answers > 8} for user in (1, 2)]
        assert right == {State.FINE}
        assert wrong == {State.WEAK}
