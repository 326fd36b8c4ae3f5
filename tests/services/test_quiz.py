"""Answering: once a round, in time, in the right place, and all that follows from it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.domain.groups import Feedback
from bot.domain.instants import from_ms, to_ms
from bot.domain.quiz import REPEAT_TEACHES_AFTER_DAYS, Confidence, Kind
from bot.domain.refusals import (
    NoQuestions,
    NoSuchChoice,
    NoSuchRound,
    NotAnswered,
    NotYourRound,
    RoundClosed,
    StillOpen,
)
from bot.services import quiz
from bot.services.answers import Desk, Press, Receipt, Result, Sureness
from tests.services.study import EXAM, GUILD, Study

ANA, BEN = 2001, 2002
NINE = timedelta(hours=3)  # from the start of the clock to the first question


@pytest.fixture
async def study(tmp_path: Path) -> AsyncIterator[Study]:
    """A group whose first question has just been posted."""
    async with Study.open(tmp_path / "study.db") as made:
        await made.until(made.now + NINE)
        yield made


async def _first(study: Study) -> int:
    return int((await study.rounds())[0]["round_id"])


async def test_an_answer_is_kept_with_all_that_follows(study: Study) -> None:
    """One right answer: a row, the count on the round, three board rows, a streak, four beliefs."""
    round_id = await _first(study)
    receipt = await study.answer(round_id, ANA, right=True)
    assert (receipt.again, receipt.hidden_until, receipt.after_close) == (False, None, False)
    (answer,) = await study.sql("SELECT * FROM answers")
    assert (answer["correct"], answer["counted"], answer["rated"], answer["day"]) == (1, 1, 1, "2026-03-02")
    assert answer["p_after"] > answer["p_before"]
    assert (await study.rounds())[0]["answered"] == 1
    rows = await study.sql("SELECT period, points, answered FROM standings ORDER BY period")
    # No points yet: they come when a third person takes part.
    assert [tuple(row) for row in rows] == [("all", 0, 1), ("month:2026-03", 0, 1), ("week:2026-W10", 0, 1)]
    for table in ("streaks", "learner_estimates", "learner_topic_estimates", "topic_estimates"):
        assert len(await study.sql(f"SELECT * FROM {table}")) == 1


async def test_pressing_again_shows_the_first_answer(study: Study) -> None:
    """The second press, of another letter, days later too, changes nothing and gives the old receipt."""
    round_id = await _first(study)
    await study.press(round_id, ANA, 0)
    for choice, later in ((1, 0), (2, 1), (0, 2)):
        receipt = await study.press(round_id, ANA, choice, at=study.now + timedelta(days=later))
        assert (receipt.again, receipt.choice) == (True, 0)
    assert len(await study.sql("SELECT * FROM answers")) == 1
    assert (await study.rounds())[0]["answered"] == 1


async def test_two_presses_in_one_batch_are_one_answer(study: Study) -> None:
    """A double click that reaches the same transaction is kept once, as it came first."""
    round_id = await _first(study)
    receipts = await asyncio.gather(*(study.press(round_id, ANA, choice) for choice in (3, 1, 3, 2)))
    assert [(one.again, one.choice) for one in receipts] == [(False, 3), (True, 3), (True, 3), (True, 3)]
    assert [row["choice"] for row in await study.sql("SELECT choice FROM answers")] == [3]
    assert [row["answered"] for row in await study.sql("SELECT answered FROM standings")] == [1, 1, 1]


async def test_the_database_itself_refuses_a_second_answer(study: Study) -> None:
    """Even a program error could not count a member twice: the primary key stands behind the rule."""
    round_id = await _first(study)
    await study.press(round_id, ANA, 0)
    with pytest.raises(sqlite3.IntegrityError):
        async with study.database.write() as tx:
            await tx.run(
                """INSERT INTO answers (round_id, member_id, seq, question_id, choice, correct, counted, rated,
                       answered_at, day, p_before, p_after)
                   SELECT round_id, member_id, seq + 1, question_id, choice, correct, counted, rated, answered_at,
                       day, p_before, p_after FROM answers"""
            )


async def test_a_late_press_is_refused_and_keeps_nothing(study: Study) -> None:
    """A millisecond after closing the answer is refused with the closing time; at the instant itself it counts."""
    round_id = await _first(study)
    closes = from_ms((await study.rounds())[0]["closes_at"])
    with pytest.raises(RoundClosed) as refused:
        await study.press(round_id, ANA, 0, at=closes + timedelta(milliseconds=1))
    assert refused.value.closed_at == closes
    assert await study.sql("SELECT * FROM answers") == []
    await study.press(round_id, BEN, 0, at=closes)
    assert len(await study.sql("SELECT * FROM answers")) == 1


async def test_a_press_in_time_counts_even_when_it_arrives_after_the_closing_post(study: Study) -> None:
    """The click's own time decides; the receipt says that the post has to be edited once more."""
    round_id = await _first(study)
    closes = from_ms((await study.rounds())[0]["closes_at"])
    await study.until(closes + timedelta(minutes=5))
    assert study.posted("close")
    receipt = await study.answer(round_id, ANA, right=True, at=closes - timedelta(seconds=1))
    assert (receipt.again, receipt.after_close) == (False, True)


@pytest.mark.parametrize("guild", [GUILD + 1, None])
async def test_another_servers_press_is_refused_and_leaves_no_trace(study: Study, guild: int | None) -> None:
    """A round id from elsewhere answers nothing, and the stranger does not become a member by trying."""
    with pytest.raises(NotYourRound):
        await study.press(await _first(study), ANA, 0, guild=guild)
    assert await study.sql("SELECT * FROM answers") == []
    assert await study.sql("SELECT * FROM members") == []


@pytest.mark.parametrize(("choice", "refusal"), [(4, NoSuchChoice), (-1, NoSuchChoice), (2**70, NoSuchChoice)])
async def test_a_made_up_choice_is_refused(study: Study, choice: int, refusal: type[Exception]) -> None:
    """A tampered button can name any number: what the question does not have is refused and not kept."""
    with pytest.raises(refusal):
        await study.press(await _first(study), ANA, choice)
    assert await study.sql("SELECT * FROM answers") == []


@pytest.mark.parametrize("round_id", [0, -1, 999_999, 2**63 - 1])
async def test_a_made_up_round_is_refused(study: Study, round_id: int) -> None:
    """A round that was never asked has its own refusal."""
    with pytest.raises(NoSuchRound):
        await study.press(round_id, ANA, 0)


async def test_one_poisoned_press_does_not_cost_the_others_theirs(study: Study) -> None:
    """A round id beyond SQLite's numbers breaks its batch: everybody else's answer is kept all the same."""
    round_id = await _first(study)
    presses = [study.press(round_id, 3000 + n, n % 4) for n in range(20)]
    outcomes = await asyncio.gather(*presses, study.press(2**65, ANA, 0), return_exceptions=True)
    assert all(isinstance(one, Receipt) for one in outcomes[:20])
    assert isinstance(outcomes[20], OverflowError)
    assert len(await study.sql("SELECT * FROM answers")) == 20


async def test_three_hundred_members_in_one_moment(study: Study) -> None:
    """A crowd is committed together: every answer once, every count right, sequence numbers without a gap."""
    round_id = await _first(study)
    receipts = await asyncio.gather(*(study.press(round_id, 3000 + n, n % 4) for n in range(300)))
    assert not any(one.again for one in receipts)
    rows = await study.sql("SELECT seq FROM answers ORDER BY seq")
    assert [row["seq"] for row in rows] == list(range(1, 301))
    assert (await study.rounds())[0]["answered"] == 300
    (points,) = await study.sql("SELECT SUM(points) AS n FROM standings WHERE period = 'all'")
    assert points["n"] == 75 * (await study.rounds())[0]["worth"]


async def test_an_abandoned_press_is_kept(study: Study) -> None:
    """Discord gives up on a press while its commit runs: the answer stands, and pressing again shows it."""
    round_id = await _first(study)
    task = asyncio.create_task(study.press(round_id, ANA, 2))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await study.desk.idle()
    assert (await study.press(round_id, ANA, 1)).choice == 2


async def test_sure_or_guess_is_kept_once(study: Study) -> None:
    """The first tap counts; a later one shows the result again and changes nothing."""
    round_id = await _first(study)
    with pytest.raises(NotAnswered):
        await study.desk.sureness(Sureness(round_id, ANA, GUILD, Confidence.SURE, study.now_ms))
    await study.answer(round_id, ANA, right=False)
    for word in (Confidence.GUESS, Confidence.SURE):
        result = await study.desk.sureness(Sureness(round_id, ANA, GUILD, word, study.now_ms))
        assert isinstance(result, Result)
        assert (result.correct, result.counted, result.rated) == (False, True, True)
    assert [row["confidence"] for row in await study.sql("SELECT confidence FROM answers")] == ["guess"]
    assert (await study.press(round_id, ANA, 0)).confidence is Confidence.GUESS
    with pytest.raises(NotYourRound):
        await study.desk.sureness(Sureness(round_id, ANA, GUILD + 1, Confidence.SURE, study.now_ms))
    with pytest.raises(NoSuchRound):
        await study.desk.sureness(Sureness(99, ANA, GUILD, Confidence.SURE, study.now_ms))


async def test_a_result_needs_an_answer_in_that_server(study: Study) -> None:
    """Who did not answer, or asks from elsewhere, sees no result."""
    round_id = await _first(study)
    with pytest.raises(NotAnswered):
        await quiz.result(study.database, round_id, ANA, GUILD, study.now)
    await study.answer(round_id, ANA, right=True)
    assert (await quiz.result(study.database, round_id, ANA, GUILD, study.now)).correct
    with pytest.raises(NotYourRound):
        await quiz.result(study.database, round_id, ANA, GUILD + 1, study.now)
    with pytest.raises(NoSuchRound):
        await quiz.result(study.database, 99, ANA, GUILD, study.now)


async def test_at_close_groups_learn_nothing_before_closing(tmp_path: Path) -> None:
    """Until the round closes a member gets receipts only, by every door; afterwards the result."""
    async with Study.open(tmp_path / "late.db", feedback=Feedback.AT_CLOSE) as study:
        await study.until(study.now + NINE)
        round_id = await _first(study)
        closes = from_ms((await study.rounds())[0]["closes_at"])
        assert (await study.answer(round_id, ANA, right=True)).hidden_until == closes
        tap = Sureness(round_id, ANA, GUILD, Confidence.SURE, study.now_ms)
        said = await study.desk.sureness(tap)
        assert isinstance(said, Receipt)
        assert said.hidden_until == closes
        for moment in (study.now, closes):
            with pytest.raises(StillOpen):
                await quiz.result(study.database, round_id, ANA, GUILD, moment)
        with pytest.raises(StillOpen):
            await quiz.practise_again(study.database, round_id, BEN, GUILD, study.now, Random(1))
        await study.until(closes + timedelta(seconds=1))
        assert (await quiz.result(study.database, round_id, ANA, GUILD, study.now)).correct
        assert isinstance(
            await study.desk.sureness(Sureness(round_id, ANA, GUILD, Confidence.SURE, study.now_ms)), Result
        )


# The same question again


async def _asked_again(tmp_path: Path, days: int, seconds: int) -> tuple[int, int]:
    """(counted, times that it earned points) of a right answer to the same question after so long."""
    async with Study.open(tmp_path / "small.db", size=1, open_minutes=1) as study:
        study.now += NINE
        await study.work()
        first = study.now
        await study.answer(await _first(study), ANA, right=True)
        await study.until(first + timedelta(days=days - 1, minutes=5))
        await study.until(first + timedelta(days=days))
        again = (await study.rounds())[-1]["round_id"]
        await study.answer(again, ANA, right=True, at=first + timedelta(days=days, seconds=seconds))
        (answer,) = await study.sql("SELECT counted FROM answers WHERE round_id = :id", id=again)
        for asked in (await _first(study), again):
            for user in (BEN, 2003):
                await study.answer(asked, user, right=False, at=first)
        (row,) = await study.sql(
            "SELECT points FROM standings JOIN members USING (member_id) WHERE period = 'all' AND user_id = :id", id=ANA
        )
        worths = [one["worth"] for one in await study.rounds() if one["round_id"] in (await _first(study), again)]
        return answer["counted"], {worths[0]: 1, sum(worths): 2}[row["points"]]


@pytest.mark.parametrize(
    ("days", "seconds", "expected"),
    [
        (1, 0, (0, 1)),
        (REPEAT_TEACHES_AFTER_DAYS - 1, 0, (0, 1)),
        (REPEAT_TEACHES_AFTER_DAYS, 0, (1, 2)),
        (REPEAT_TEACHES_AFTER_DAYS + 1, 0, (1, 2)),
    ],
)
async def test_the_same_question_soon_again_counts_nowhere(
    tmp_path: Path, days: int, seconds: int, expected: tuple[int, int]
) -> None:
    """Within 21 days a repeated question is kept and moves neither estimate nor board; from then on it counts."""
    assert await _asked_again(tmp_path, days, seconds) == expected


async def test_an_uncounted_answer_still_keeps_the_streak(tmp_path: Path) -> None:
    """Who shows up on a quiz day keeps the streak, whatever the question."""
    async with Study.open(tmp_path / "small.db", size=1, open_minutes=1) as study:
        study.now += NINE
        for _ in range(3):
            await study.work()
            await study.answer((await study.rounds())[-1]["round_id"], ANA, right=True)
            await study.until(study.now + timedelta(days=1))
        assert [row["current"] for row in await study.sql("SELECT current FROM streaks")] == [3]


# Practice


async def test_practice_moves_neither_board_nor_streak(study: Study) -> None:
    """A hundred practice answers teach the model and leave board and streak empty."""
    for n in range(20):
        asked = await quiz.practise(
            study.database, study.group, ANA, blueprint=EXAM, topic=None, now=study.now, rng=Random(n)
        )
        assert asked.kind is Kind.PRACTICE
        receipt = await study.press(asked.round_id, ANA, asked.key)
        assert receipt.kind is Kind.PRACTICE
    assert await study.sql("SELECT * FROM standings") == []
    assert await study.sql("SELECT * FROM streaks") == []
    assert {row["rated"] for row in await study.sql("SELECT rated FROM answers")} == {0}
    assert len(await study.sql("SELECT * FROM learner_estimates")) == 1


async def test_practice_takes_its_owners_answer_only(study: Study) -> None:
    """Another member who gets hold of the button answers nothing and flags nothing."""
    asked = await quiz.practise(
        study.database, study.group, ANA, blueprint=EXAM, topic=None, now=study.now, rng=Random(1)
    )
    with pytest.raises(NotYourRound):
        await study.press(asked.round_id, BEN, asked.key)
    with pytest.raises(NotYourRound):
        await quiz.flag(study.database, asked.round_id, BEN, GUILD, "wrong", study.now)
    assert not (await study.press(asked.round_id, ANA, asked.key)).again
    with pytest.raises(NotYourRound):
        await study.press(asked.round_id, BEN, asked.key)


async def test_practice_never_asks_what_the_group_is_being_asked(tmp_path: Path) -> None:
    """As long as a round takes answers its question is not practised, however often somebody tries."""
    async with Study.open(tmp_path / "small.db", size=6, per_day=5) as study:
        await study.until(study.now + NINE)
        taken = {row["question_id"] for row in await study.rounds()}
        assert len(taken) == 5
        for n in range(40):
            asked = await quiz.practise(
                study.database, study.group, ANA, blueprint=EXAM, topic=None, now=study.now, rng=Random(n)
            )
            (row,) = await study.sql("SELECT question_id FROM rounds WHERE round_id = :id", id=asked.round_id)
            assert row["question_id"] not in taken
        with pytest.raises(NoQuestions):
            left = await study.sql(
                "SELECT t.slug FROM questions q JOIN topics t USING (topic_id) "
                "WHERE question_id NOT IN (SELECT question_id FROM rounds WHERE kind='daily')"
            )
            other = next(slug for slug in ("anatomy", "guidelines", "surgery") if slug not in {r["slug"] for r in left})
            await quiz.practise(
                study.database, study.group, ANA, blueprint=EXAM, topic=other, now=study.now, rng=Random(1)
            )


async def test_an_old_rounds_question_is_not_practised_while_it_is_asked_again(tmp_path: Path) -> None:
    """The button of a closed round does not give away a question that is open again today."""
    async with Study.open(tmp_path / "small.db", size=1, open_minutes=60) as study:
        await study.until(study.now + NINE)
        old = await _first(study)
        await study.until(study.now + timedelta(hours=2))
        assert (await quiz.practise_again(study.database, old, ANA, GUILD, study.now, Random(1))).kind is Kind.PRACTICE
        await study.until(study.now + timedelta(hours=22))
        closes = from_ms((await study.rounds())[-1]["closes_at"])
        assert study.now < closes
        with pytest.raises(StillOpen) as refused:
            await quiz.practise_again(study.database, old, ANA, GUILD, study.now, Random(1))
        assert refused.value.closes_at == closes


async def test_practise_again_checks_round_and_server(study: Study) -> None:
    """An open round is not practised; another server's, or a made-up one, neither."""
    round_id = await _first(study)
    with pytest.raises(StillOpen):
        await quiz.practise_again(study.database, round_id, ANA, GUILD, study.now, Random(1))
    with pytest.raises(NotYourRound):
        await quiz.practise_again(study.database, round_id, ANA, GUILD + 1, study.now, Random(1))
    with pytest.raises(NoSuchRound):
        await quiz.practise_again(study.database, 99, ANA, GUILD, study.now, Random(1))


async def test_answers_survive_opening_again(tmp_path: Path) -> None:
    """A desk of a new process knows what an old one kept."""
    path = tmp_path / "study.db"
    async with Study.open(path) as study:
        await study.until(study.now + NINE)
        round_id = await _first(study)
        await study.press(round_id, ANA, 1)
    async with Study.open(path) as study:
        receipt = await Desk(study.database).answer(Press(round_id, ANA, GUILD, 3, to_ms(study.now)))
        assert (receipt.again, receipt.choice) == (True, 1)


async def test_a_button_of_another_message_answers_nothing(study: Study) -> None:
    """A post of before a copy was put back bears a number that another round has now: it counts for neither of them.

    Whoever pressed it becomes no member by that, and the others of its batch are none the worse.
    """
    await study.until(study.now + NINE)
    round_id = await _first(study)
    ((own,),) = await study.sql("SELECT message_id FROM rounds")
    stray, right = await asyncio.gather(
        *(
            study.desk.answer(Press(round_id, user, GUILD, 1, to_ms(study.now), message_id=message))
            for user, message in ((BEN, own + 1), (ANA, own))
        ),
        return_exceptions=True,
    )
    assert isinstance(stray, NoSuchRound)
    assert isinstance(right, Receipt)
    assert [row["user_id"] for row in await study.sql("SELECT user_id FROM members")] == [ANA]
