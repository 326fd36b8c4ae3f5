"""Challenges: members' reports about a question, gathered for tutors, and what comes of their decisions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain import challenges as rules
from bot.domain.blueprint import Blueprint
from bot.domain.challenges import Answers, Decision, Effect
from bot.domain.groups import Group
from bot.domain.instants import from_ms, to_ms
from bot.domain.questions import Kind, Question
from bot.domain.quiz import Shown
from bot.domain.refusals_challenges import ChallengeSettled, NoSuchChallenge, QuestionMoved
from bot.services import challenge_words
from bot.storage import challenges, groups, questions, quiz, rescore
from bot.storage.challenges import Challenge, Passed
from bot.storage.database import Database, Transaction

__all__ = ["Passed"]

Blueprints = Mapping[str, Blueprint]


@dataclass(frozen=True, slots=True)
class Card:
    """A challenge as tutors see it; who reported is not in it.

    *shared* where other servers are asked the question too: what is decided then holds for the group alone, and is
    passed on to the operator. *revision* says which state of the question a tutor looked at. *looked* where nobody has
    reported it: it is in doubt for nobody until a tutor decides.
    """

    challenge_id: int
    question: Question
    bank: str
    revision: int
    live: bool
    reasons: tuple[tuple[str, datetime], ...]
    answers: Answers
    shared: bool
    looked: bool = False
    image: Shown | None = None
    case_image: Shown | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What was done: *rejudged* where answers mean something else now, so that the summaries have to follow.

    *told* where somebody had reported it.
    """

    decision: Decision
    shared: bool
    rejudged: bool
    told: bool = False


async def opened(tx: Transaction, group_id: int, question_id: int, member_id: int, now_ms: int) -> None:
    """A member reported a question: it becomes a challenge, and the tutors who want to be told of reports are, once."""
    challenge_id = await challenges.open_one(tx, group_id, question_id, now_ms)
    if challenge_id is not None:
        await challenge_words.tell_tutors(tx, group_id, challenge_id, question_id, member_id, now_ms)


async def queue(database: Database, group: Group, number: int, blueprints: Blueprints) -> tuple[Card | None, int, int]:
    """The open challenge at that place (from 0; one too far is the last), its place, and how many there are."""
    async with database.read() as tx:
        found = await challenges.open_of_group(tx, group.group_id)
        if not found:
            return None, 0, 0
        place = min(number, len(found) - 1)
        return await _card(tx, found[place], group, blueprints), place, len(found)


async def card(database: Database, challenge_id: int, guild: int | None, blueprints: Blueprints) -> tuple[Card, Group]:
    """One challenge, with its group. Raises NoSuchChallenge and ChallengeSettled."""
    async with database.read() as tx:
        one, group = await _open(tx, challenge_id, guild)
        return await _card(tx, one, group, blueprints), group


async def _open(tx: Transaction, challenge_id: int, guild: int | None) -> tuple[Challenge, Group]:
    one = await challenges.by_id(tx, challenge_id)
    group = None if one is None else await groups.by_id(tx, one.group_id)
    if one is None or group is None or group.guild_id != guild:
        raise NoSuchChallenge
    kept = await questions.kept(tx, one.question_id)
    if one.state not in ("open", "looked") or kept is None or kept.voided:
        raise ChallengeSettled
    return one, group


async def _card(tx: Transaction, one: Challenge, group: Group, blueprints: Blueprints) -> Card:
    kept = await questions.kept(tx, one.question_id)
    bank = await challenges.bank(tx, one.question_id)
    assert kept is not None, "questions are never deleted"
    assert bank is not None
    image, case_image = await quiz.shown(tx, kept)
    return Card(
        one.challenge_id,
        kept.question,
        bank.slug,
        await challenges.revision(tx, one.question_id),
        kept.state == "live",
        tuple((flag.reason, from_ms(flag.flagged_at)) for flag in await challenges.flags(tx, one)),
        await _answers(tx, group, one.question_id, kept.question),
        await is_shared(tx, group, bank, blueprints),
        one.state == "looked",
        image,
        case_image,
    )


async def is_shared(tx: Transaction, group: Group, bank: challenges.Bank, blueprints: Blueprints) -> bool:
    """Whether groups of other servers are asked from this bank too. Raises NoSuchChallenge for another group's bank."""
    if bank.group_id is not None:
        if bank.group_id != group.group_id:
            raise NoSuchChallenge
        return False
    asked = (blueprints.get(exam) for exam in await groups.exams_elsewhere(tx, group.guild_id))
    return any(blueprint is not None and bank.exam in blueprint.banks for blueprint in asked)


async def _answers(tx: Transaction, group: Group, question_id: int, question: Question) -> Answers:
    given, people = await challenges.given(tx, group.guild_id, question_id)
    present = [one.text for one in question.options]
    chosen: Counter[int] = Counter()
    for one in given:
        shown = _shown(one.options, one.option_order)
        for place in rules.chosen(shown, one.choice, Kind(one.kind), present):
            chosen[place] += one.number
    total = sum(one.number for one in given)
    return Answers(total, people, sum(one.number for one in given if one.correct), chosen)


def _shown(options: str, order: str) -> Sequence[str]:
    texts = [one[0] for one in json.loads(options)]
    return [texts[int(source)] for source in order]


def effect(card: Card, decision: Decision, right: Collection[int] = ()) -> Effect:
    """What a decision would change for answers; of a shared question nothing is.

    Raises NothingChanged and UnsoundQuestion for a key.
    """
    if card.shared or decision in (Decision.TEXT, Decision.RETIRE, Decision.RIGHT):
        return Effect(0, 0)
    if decision is Decision.KEY:
        rules.rekeyed(card.question, right)
        return rules.of_new_key(card.question, card.answers, right)
    return Effect(card.answers.answers, card.answers.members)


async def correct_key(
    database: Database,
    challenge_id: int,
    revision: int,
    right: Collection[int],
    guild: int | None,
    blueprints: Blueprints,
    now: datetime,
    explanation: str | None = None,
) -> Decided:
    """Other options are right: all answers are judged anew. With an explanation it takes the old one's place.

    Raises NoSuchChallenge, ChallengeSettled, QuestionMoved, NothingChanged and UnsoundQuestion.
    """
    async with database.write() as tx:
        one, group = await _at(tx, challenge_id, guild, revision)
        question = await _whole(tx, one)
        made = rules.rekeyed(question, right, explanation)
        words = " · ".join(option.text for option in made.options if option.correct)
        return await _act(tx, one, group, blueprints, Decision.KEY, words, made, now)


async def reword(
    database: Database,
    challenge_id: int,
    revision: int,
    words: Mapping[str, str],
    guild: int | None,
    blueprints: Blueprints,
    now: datetime,
) -> Decided:
    """Give the question other words; *words* are the form's fields by name. Raises the same as `correct_key`."""
    async with database.write() as tx:
        one, group = await _at(tx, challenge_id, guild, revision)
        made = rules.reworded(await _whole(tx, one), words)
        told = "\n".join(f"{name}: {text}" for name, text in words.items() if text.strip())
        return await _act(tx, one, group, blueprints, Decision.TEXT, told, made, now)


async def withdraw(
    database: Database,
    challenge_id: int,
    revision: int,
    decision: Decision,
    guild: int | None,
    blueprints: Blueprints,
    now: datetime,
) -> Decided:
    """Retire or void the question. Raises NoSuchChallenge, ChallengeSettled and QuestionMoved."""
    async with database.write() as tx:
        one, group = await _at(tx, challenge_id, guild, revision)
        return await _act(tx, one, group, blueprints, decision, "", None, now)


async def uphold(database: Database, challenge_id: int, words: str, guild: int | None, now: datetime) -> Decided:
    """The question is right as it is; those who reported it read why. Raises NoSuchChallenge and ChallengeSettled."""
    async with database.write() as tx:
        one, _ = await _open(tx, challenge_id, guild)
        told = await _settle(tx, one, Decision.RIGHT, words.strip(), to_ms(now))
    return Decided(Decision.RIGHT, shared=False, rejudged=False, told=told)


async def _at(tx: Transaction, challenge_id: int, guild: int | None, revision: int) -> tuple[Challenge, Group]:
    one, group = await _open(tx, challenge_id, guild)
    if await challenges.revision(tx, one.question_id) != revision:
        raise QuestionMoved
    return one, group


async def _whole(tx: Transaction, one: Challenge) -> Question:
    question = await questions.whole(tx, one.question_id)
    assert question is not None, "questions are never deleted"
    return question


async def _act(
    tx: Transaction,
    one: Challenge,
    group: Group,
    blueprints: Blueprints,
    decision: Decision,
    words: str,
    made: Question | None,
    now: datetime,
) -> Decided:
    now_ms = to_ms(now)
    bank = await challenges.bank(tx, one.question_id)
    assert bank is not None
    if await is_shared(tx, group, bank, blueprints):
        await questions.exclude(tx, group.group_id, one.question_id, now_ms)
        revision = await challenges.revision(tx, one.question_id)
        told = await _settle(tx, one, decision, words, now_ms, passed_at=revision)
        return Decided(decision, shared=True, rejudged=False, told=told)
    before = await rescore.evidence(tx)
    if made is not None:
        await questions.revise(tx, one.question_id, await challenges.topic(tx, one.question_id), made)
    elif decision is Decision.RETIRE:
        await questions.retire(tx, [one.question_id])
    else:
        await rescore.void(tx, one.question_id, now_ms)
        await rescore.question_changed(tx, one.question_id)
    open_ones = await challenges.open_of_guild(tx, group.guild_id, one.question_id)
    heard = [await _settle(tx, same, decision, words, now_ms) for same in open_ones]
    return Decided(decision, shared=False, rejudged=await rescore.evidence(tx) != before, told=any(heard))


async def _settle(
    tx: Transaction, one: Challenge, decision: Decision, words: str, now_ms: int, *, passed_at: int | None = None
) -> bool:
    """Close a challenge, and tell everybody who had reported the question, once; whether anybody had."""
    await challenges.settle(tx, one.challenge_id, decision, words, now_ms, passed_at=passed_at)
    return await challenge_words.tell_decision(tx, one, decision, words, now_ms, passed=passed_at is not None)


async def settled_by_operator(tx: Transaction, question_id: int, now_ms: int) -> None:
    """The operator withdrew a question: nobody has to decide any more, and those who had reported it hear so."""
    for one in await challenges.open_of_question(tx, question_id):
        await _settle(tx, one, Decision.VOID, "", now_ms)


async def passed(database: Database) -> list[Passed]:
    """What tutors of a shared bank ask of the operator."""
    async with database.read() as tx:
        return await challenges.passed(tx)
