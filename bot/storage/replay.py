"""The events of the learner model, in their order."""

from __future__ import annotations

from collections.abc import Sequence

from bot.storage.database import Row, Transaction

_OF_ANSWER = "a.round_id, a.member_id, q.topic_id, a.question_id, a.correct, a.counted, a.rejudged"
_FROM = "answers a JOIN questions q ON q.question_id = a.question_id"


async def events(tx: Transaction, after: int, upto: int) -> Sequence[Row]:
    """Answers and *Guess* taps whose number lies in (after, upto], by that number (`at`).

    `tap` says which it is; all else is the answer's, also of a tap.
    """
    return await tx.all(
        f"""SELECT a.seq AS at, 0 AS tap, {_OF_ANSWER} FROM {_FROM} WHERE a.seq > :after AND a.seq <= :upto
            UNION ALL
            SELECT a.sure_seq, 1, {_OF_ANSWER} FROM {_FROM} WHERE a.sure_seq > :after AND a.sure_seq <= :upto
            ORDER BY 1""",
        {"after": after, "upto": upto},
    )
