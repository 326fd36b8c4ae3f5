"""Around an answer: its result, practice, and reports of bad questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

from bot.domain.blueprint import Blueprint
from bot.domain.groups import Feedback, Group
from bot.domain.instants import MINUTE_MS, from_ms, to_ms
from bot.domain.quiz import PRACTICE_MINUTES, REPEAT_TEACHES_AFTER_DAYS, Asked, Kind, order_options
from bot.domain.refusals import (
    NoQuestions,
    NoSuchRound,
    NotAnswered,
    NotYourRound,
    OnlyInServer,
    QuestionVoided,
    StillOpen,
)
from bot.services import daily
from bot.services.receipts import Receipt, Result, hidden_until, in_place, kept_receipt, result_of
from bot.storage import answers, banks, groups, quiz
from bot.storage.banks import Pick
from bot.storage.database import Database, Transaction


async def result(database: Database, round_id: int, user: int, guild_id: int | None, now: datetime) -> Result:
    """How a member's answer went. Raises NoSuchRound, NotYourRound, NotAnswered and StillOpen."""
    async with database.read() as tx:
        row = (await quiz.rules(tx, [round_id])).get(round_id)
        whole = await quiz.round_row(tx, round_id)
        if row is None or whole is None:
            raise NoSuchRound
        if not in_place(row, guild_id):
            raise NotYourRound
        answer = await answers.answer(tx, round_id, user)
        asked = await quiz.explained(tx, whole)
    if answer is None:
        raise NotAnswered
    hidden = hidden_until(row, to_ms(now))
    if hidden is not None:
        raise StillOpen(hidden)
    return replace(result_of(whole, answer), asked=asked)


async def practise(
    database: Database,
    group: Group,
    user: int,
    *,
    blueprint: Blueprint,
    topic: str | None = None,
    focus: Sequence[int] = (),
    now: datetime,
    rng: Random,
) -> Asked:
    """Ask a member one question for practice, of the topic with this slug or of any.

    With `focus`, ids of topics, these take turns. Never a question that the group is being asked now. Raises
    NoQuestions.
    """
    async with database.write() as tx:
        now_ms = to_ms(now)
        member = (await groups.member_ids(tx, [(group.group_id, user)], now_ms))[group.group_id, user]
        taken = await quiz.open_questions(tx, group.group_id, now_ms)
        code_year = blueprint.code_year(group.local_day(now))
        picks = [
            pick
            for pick in await banks.picks(tx, group.group_id, blueprint.banks, member, code_year=code_year)
            if pick.question_id not in taken and topic in (None, pick.topic)
        ]
        if focus:
            picks = await _in_turn(tx, member, focus, picks)
        chosen = await daily.choose(
            tx,
            picks,
            group=group,
            blueprint=blueprint,
            member=member,
            repeat_days=REPEAT_TEACHES_AFTER_DAYS,
            now_ms=now_ms,
            rng=rng,
        )
        if chosen is None:
            raise NoQuestions(topic)
        return await _ask(tx, group, member, chosen, now_ms, rng, tuple(focus))


async def practising(database: Database, user: int) -> Group:
    """The group that a user practised for last: of a practice in direct messages. Raises OnlyInServer."""
    async with database.read() as tx:
        group_id = await quiz.practising(tx, user)
        group = None if group_id is None else await groups.by_id(tx, group_id)
    if group is None:
        raise OnlyInServer
    return group


async def _in_turn(tx: Transaction, member: int, focus: Sequence[int], picks: Sequence[Pick]) -> list[Pick]:
    """The questions of the first topic of `focus`, after the one practised last, that has any."""
    last = await quiz.last_practised(tx, member)
    start = focus.index(last) + 1 if last in focus else 0
    for topic in (*focus[start:], *focus[:start]):
        if found := [pick for pick in picks if pick.topic_id == topic]:
            return found
    return []


async def practise_again(
    database: Database, round_id: int, user: int, guild_id: int, now: datetime, rng: Random
) -> Asked:
    """Ask a member the question of a closed round, for practice.

    Raises NoSuchRound, NotYourRound, QuestionVoided and StillOpen.
    """
    async with database.write() as tx:
        now_ms = to_ms(now)
        row = (await quiz.rules(tx, [round_id])).get(round_id)
        if row is None:
            raise NoSuchRound
        if row["guild_id"] != guild_id:
            raise NotYourRound
        if row["voided_at"] is not None:
            raise QuestionVoided
        if row["kind"] == "daily" and row["closed_at"] is None and now_ms <= row["closes_at"]:
            raise StillOpen(from_ms(row["closes_at"]))
        # An old round's question can be the one that the group is being asked again today.
        open_until = (await quiz.open_questions(tx, row["group_id"], now_ms)).get(row["question_id"])
        if open_until is not None:
            raise StillOpen(from_ms(open_until))
        group = await groups.by_id(tx, row["group_id"])
        assert group is not None
        member = (await groups.member_ids(tx, [(group.group_id, user)], now_ms))[group.group_id, user]
        return await _ask(tx, group, member, row["question_id"], now_ms, rng)


async def _ask(
    tx: Transaction,
    group: Group,
    member: int,
    question_id: int,
    now_ms: int,
    rng: Random,
    focus: tuple[int, ...] = (),
) -> Asked:
    question = await banks.content(tx, question_id)
    assert question is not None
    order = order_options(
        [option.correct for option in question.options], shuffle=question.shuffle, recent_keys=(), rng=rng
    )
    new = quiz.NewRound(
        group.group_id,
        Kind.PRACTICE,
        member,
        group.local_day(from_ms(now_ms)).isoformat(),
        0,
        tuple(order),
        now_ms,
        now_ms,
        now_ms + PRACTICE_MINUTES * MINUTE_MS,
        group.wishes.channel_id,
        focus,
    )
    round_id = await quiz.open_round(tx, new, question)
    assert round_id is not None
    row = await quiz.round_row(tx, round_id)
    assert row is not None
    return quiz.asked(row)


async def flag(database: Database, round_id: int, user: int, guild_id: int | None, reason: str, now: datetime) -> None:
    """Keep a member's report about a round's question. Raises NoSuchRound and NotYourRound."""
    async with database.write() as tx:
        row = (await quiz.rules(tx, [round_id])).get(round_id)
        if row is None:
            raise NoSuchRound
        if not in_place(row, guild_id) or row["owner"] not in (None, user):
            raise NotYourRound
        key = (row["group_id"], user)
        member = (await groups.member_ids(tx, [key], to_ms(now)))[key]
        await quiz.put_flag(tx, row["question_id"], member, reason, to_ms(now))


async def flags(database: Database, group: Group, limit: int = 10) -> list[dict[str, Any]]:
    """The newest reports, for tutors; who made them is not in it."""
    async with database.read() as tx:
        return await quiz.flags(tx, group.group_id, limit)


def is_hidden(group: Group) -> bool:
    """Whether the group's members learn their results only at closing."""
    return group.wishes.feedback is Feedback.AT_CLOSE
