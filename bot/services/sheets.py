"""A member's own sheet of a question: what opens when *Answer* or *Show the back* is pressed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.domain.images import Picture
from bot.domain.instants import to_ms
from bot.domain.quiz import Asked, Confidence, Shown
from bot.domain.refusals import NoSuchRound, NotYourRound, QuestionVoided, RoundClosed
from bot.services.receipts import Receipt, hidden_until, in_place, kept_receipt
from bot.storage import answers, questions, quiz
from bot.storage.database import Database


async def sheet(
    database: Database, round_id: int, user: int, guild_id: int | None, at: datetime
) -> tuple[Asked, Receipt | None]:
    """The question of a round, and the receipt of the member's answer if there is one already.

    Raises NoSuchRound, NotYourRound, and where there is no answer yet QuestionVoided and RoundClosed.
    """
    async with database.read() as tx:
        rules = (await quiz.rules(tx, [round_id])).get(round_id)
        row = await quiz.round_row(tx, round_id)
        if rules is None or row is None:
            raise NoSuchRound
        if not in_place(rules, guild_id) or rules["owner"] not in (None, user):
            raise NotYourRound
        answer = await answers.answer(tx, round_id, user)
    asked = quiz.asked(row)
    if answer is not None:
        said = answer["confidence"]
        hidden = hidden_until(rules, to_ms(at))
        return asked, kept_receipt(rules, answer, Confidence(said) if said else None, hidden)
    if rules["voided_at"] is not None:
        raise QuestionVoided
    if at > asked.closes_at:
        raise RoundClosed(round_id, asked.closes_at)
    return asked, None


async def pictures(database: Database, shown: Iterable[Shown]) -> list[Picture]:
    """The files of these pictures, named by their digests; those that are kept."""
    shas = [one.sha for one in shown if one.sha is not None]
    if not shas:
        return []
    async with database.read() as tx:
        found = [await questions.picture(tx, sha) for sha in dict.fromkeys(shas)]
    return [one for one in found if one is not None]
