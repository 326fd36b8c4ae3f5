"""Rows of answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bot.storage.database import Params, Row, Transaction
from bot.storage.estimates import marks


async def given(tx: Transaction, round_ids: Collection[int], members: Collection[int]) -> dict[tuple[int, int], Row]:
    """The answers that these members already gave in these rounds, by (round, member)."""
    round_marks, round_params = marks("r", round_ids)
    member_marks, member_params = marks("m", members)
    rows = await tx.all(
        f"""SELECT round_id, member_id, choice, correct, confidence FROM answers
            WHERE round_id IN ({round_marks}) AND member_id IN ({member_marks})""",
        {**round_params, **member_params},
    )
    return {(row["round_id"], row["member_id"]): row for row in rows}


async def lately(
    tx: Transaction, members: Collection[int], questions: Collection[int], since_ms: int
) -> set[tuple[int, int]]:
    """Which (member, question) pairs have an answer since `since_ms`."""
    member_marks, member_params = marks("m", members)
    question_marks, question_params = marks("q", questions)
    rows = await tx.all(
        f"""SELECT DISTINCT member_id, question_id FROM answers
            WHERE member_id IN ({member_marks}) AND question_id IN ({question_marks}) AND answered_at > :since""",
        {**member_params, **question_params, "since": since_ms},
    )
    return {(row["member_id"], row["question_id"]) for row in rows}


async def last_seq(tx: Transaction) -> int:
    """The last number of the sequence that answers and *Guess* taps share; 0 before the first."""
    row = await tx.one(
        """SELECT (SELECT MAX(seq) FROM answers) AS answer,
               (SELECT MAX(sure_seq) FROM answers WHERE sure_seq IS NOT NULL) AS tap"""
    )
    assert row is not None
    return max(row["answer"] or 0, row["tap"] or 0)


async def insert_answers(tx: Transaction, answers: Iterable[Params]) -> None:
    """Write answers; the primary key refuses a second one of a member in a round."""
    await tx.many(
        """INSERT INTO answers (round_id, member_id, seq, question_id, choice, correct, counted, rated, plays,
               answered_at, day, own_day, p_before, p_after)
           VALUES (:round_id, :member_id, :seq, :question_id, :choice, :correct, :counted, :rated, :plays,
               :answered_at, :day, :own_day, :p_before, :p_after)""",
        answers,
    )


async def write_texts(tx: Transaction, texts: Iterable[Params]) -> None:
    """Keep what members typed, by `round` and `member`."""
    await tx.many("INSERT INTO written_answers (round_id, member_id, text) VALUES (:round, :member, :text)", texts)


async def texts(tx: Transaction, round_ids: Collection[int], members: Collection[int]) -> dict[tuple[int, int], str]:
    """What these members typed in these rounds, by (round, member)."""
    round_marks, round_params = marks("r", round_ids)
    member_marks, member_params = marks("m", members)
    rows = await tx.all(
        f"""SELECT round_id, member_id, text FROM written_answers
            WHERE round_id IN ({round_marks}) AND member_id IN ({member_marks})""",
        {**round_params, **member_params},
    )
    return {(row["round_id"], row["member_id"]): row["text"] for row in rows}


async def add_answered(tx: Transaction, counts: dict[int, int]) -> None:
    await tx.many(
        "UPDATE rounds SET answered = answered + :n WHERE round_id = :id",
        [{"id": round_id, "n": n} for round_id, n in counts.items()],
    )


async def set_confidence(tx: Transaction, taps: Iterable[Params]) -> None:
    """Keep what members said of their answers first; a later tap changes nothing."""
    await tx.many(
        """UPDATE answers SET confidence = :confidence, sure_seq = :seq, p_after = :p_after
           WHERE round_id = :round AND member_id = :member AND confidence IS NULL""",
        taps,
    )


ANSWER = """a.round_id, m.user_id, a.member_id, a.choice, a.correct, a.counted, a.rated, a.confidence, a.p_before,
    a.p_after, a.miss, a.rejudged,
    (SELECT w.text FROM written_answers w WHERE w.round_id = a.round_id AND w.member_id = a.member_id) AS text"""


async def of_users(tx: Transaction, round_ids: Collection[int], users: Collection[int]) -> dict[tuple[int, int], Row]:
    """The answers of these users in these rounds, with their numbers, by (round, user)."""
    round_marks, round_params = marks("r", round_ids)
    user_marks, user_params = marks("u", users)
    rows = await tx.all(
        # Members first: a round may have thousands of answers, of which these are a few.
        f"""SELECT {ANSWER} FROM members m CROSS JOIN answers a
            WHERE m.user_id IN ({user_marks}) AND a.round_id IN ({round_marks}) AND a.member_id = m.member_id""",
        {**round_params, **user_params},
    )
    return {(row["round_id"], row["user_id"]): row for row in rows}


async def answer(tx: Transaction, round_id: int, user_id: int) -> Row | None:
    """A user's answer in a round, with its numbers."""
    return (await of_users(tx, [round_id], [user_id])).get((round_id, user_id))
