"""Around an answer: its result, practice, and reports of bad questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random
from types import MappingProxyType

from bot.domain.blueprint import Blueprint
from bot.domain.groups import Group
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
from bot.domain.refusals_suggestions import WaitsForTutor
from bot.services import cases, challenges, daily
from bot.services.receipts import Result, hidden_until, in_place, result_of
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
    return result_of(asked, whole, answer)


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

    With `focus`, ids of topics, these take turns. A case that was begun goes on. Never a question that the group is
    being asked now. Raises NoQuestions.
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
        last = await quiz.last_practised(tx, member)
        if focus:
            picks = [pick for pick in picks if pick.topic_id in focus]
        # What was begun goes on: the next question of the case that the last one belongs to.
        of_case = cases.following(picks, last[2] if last else None, REPEAT_TEACHES_AFTER_DAYS, now_ms)
        if of_case:
            return await _ask(tx, group, member, of_case[0].question_id, now_ms, rng, tuple(focus))
        if focus:
            picks = _in_turn(last[0] if last else None, focus, picks)
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
        first = cases.begin(picks, chosen, REPEAT_TEACHES_AFTER_DAYS, now_ms)[0]
        return await _ask(tx, group, member, first.question_id, now_ms, rng, tuple(focus))


async def practising(database: Database, user: int) -> Group:
    """The group that a user practised for last: of a practice in direct messages. Raises OnlyInServer."""
    async with database.read() as tx:
        group_id = await quiz.practising(tx, user)
        group = None if group_id is None else await groups.by_id(tx, group_id)
    if group is None:
        raise OnlyInServer
    return group


def _in_turn(last: int | None, focus: Sequence[int], picks: Sequence[Pick]) -> list[Pick]:
    """The questions of the first topic of `focus`, after the one practised last, that has any."""
    start = focus.index(last) + 1 if last in focus else 0
    for topic in (*focus[start:], *focus[:start]):
        if found := [pick for pick in picks if pick.topic_id == topic]:
            return found
    return []


async def practise_again(
    database: Database,
    round_id: int,
    user: int,
    guild_id: int,
    now: datetime,
    rng: Random,
    blueprints: Mapping[str, Blueprint] = MappingProxyType({}),
) -> Asked:
    """Ask a member the question of a closed round, for practice; *blueprints* know which code year is the present one.

    Raises NoSuchRound, NotYourRound, QuestionVoided, WaitsForTutor and StillOpen.
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
        blueprint = blueprints.get(group.wishes.exam)
        year = None if blueprint is None else blueprint.code_year(group.local_day(now))
        if year is not None and await banks.is_old(tx, group.group_id, row["question_id"], year):
            raise WaitsForTutor(year)
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
        await challenges.opened(tx, row["group_id"], row["question_id"], member, to_ms(now))
