"""Questions that members propose: kept as they are typed, shown to tutors, and put into the group's own bank."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from bot.domain import suggestions as rules
from bot.domain.blueprint import Blueprint
from bot.domain.feedback import text_of
from bot.domain.groups import Group
from bot.domain.identity import Likeness, likenesses
from bot.domain.instants import to_ms
from bot.domain.preflight import Finding, look
from bot.domain.promotions import credit as checked_credit
from bot.domain.questions import Question, excerpt, slug
from bot.domain.refusals import Refusal
from bot.domain.refusals_suggestions import (
    InBankAlready,
    NoSuchSuggestion,
    NotAskable,
    OwnSuggestion,
    SuggestionChanged,
    SuggestionDecided,
)
from bot.domain.suggestions import State, Words
from bot.formats.lint import Advice, advise
from bot.services import verdicts
from bot.storage import banks, groups, notes, questions, reports, suggestions
from bot.storage.database import Database, Transaction
from bot.storage.questions import Kept
from bot.storage.suggestions import Fate, Suggestion

__all__ = ["Advice", "Fate", "Likeness", "State", "Suggestion", "Words"]

NOTE = "suggestion"
"""The kind of the note that tells an author what became of theirs."""
TITLE = 80
AT_ONCE = 500  # questions read in one step of the database's thread: some ten milliseconds
LICENCE = "CC-BY-4.0"


@dataclass(frozen=True, slots=True)
class Remarks:
    """What could be better: advice on the writing, what looks like a patient's data, and the same elsewhere."""

    advice: tuple[Advice, ...]
    private: tuple[Finding, ...]
    alike: Likeness | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A suggestion after its form came back: it waits for tutors, or stays a draft for this reason."""

    suggestion: Suggestion
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Card:
    """A suggestion as a tutor sees it, the one at *number* (from 0) of so many that wait.

    *question* is None where the exam has changed since, so that it makes none. Of a tutor's own suggestion *own* says
    whether it is for another one to decide; it is None of all others.
    """

    suggestion: Suggestion
    question: Question | None
    number: int
    waiting: int
    own: bool | None


def topic_name(blueprint: Blueprint, wanted: str) -> str:
    """The name of a topic by its slug; '' where the exam has none such."""
    return next((name for name in blueprint.topics if slug(name) == wanted), "")


def made(blueprint: Blueprint, words: Words, now: datetime) -> Question:
    """The question that these words make in a group's exam. Raises NotAskable."""
    return rules.question(words, topic_name(blueprint, words.topic), blueprint.code_year(now.date()))


# Its author


async def submit(
    database: Database, group: Group, user: int, words: Words, blueprint: Blueprint, now: datetime, *, draft_id: int = 0
) -> Outcome:
    """Keep what was typed, then let it wait for tutors; where that cannot be, the draft says why.

    *draft_id* is the draft, or the waiting suggestion, that the form was opened with.
    """
    now_ms = to_ms(now)
    async with database.write() as tx:
        await suggestions.tidy(tx, to_ms(now - rules.DRAFTS_KEPT), to_ms(now - rules.DECIDED_KEPT))
        member = (await groups.member_ids(tx, [(group.group_id, user)], now_ms))[group.group_id, user]
        before = await suggestions.by_id(tx, draft_id)
        if before is not None and before.member_id == member and before.state in (State.DRAFT, State.WAITING):
            await suggestions.change(tx, draft_id, words, now_ms)
        else:
            before, draft_id = None, await suggestions.put(tx, member, words, now_ms)
        mine = await suggestions.of_member(tx, member)
        for old in [one for one in mine if one.state is State.DRAFT][rules.MOST_DRAFTS :]:
            await suggestions.delete(tx, old.suggestion_id)
        try:
            made(blueprint, words, now)
            rules.check_waiting(sum(one.state is State.WAITING for one in mine))
        except Refusal as refusal:
            return Outcome(await _again(tx, draft_id), refusal)
        if before is None or before.state is State.DRAFT:
            await _alert(tx, group, draft_id, member, now)
        await suggestions.move(tx, draft_id, State.DRAFT, State.WAITING)
        return Outcome(await _again(tx, draft_id), None)


async def _again(tx: Transaction, suggestion_id: int) -> Suggestion:
    found = await suggestions.by_id(tx, suggestion_id)
    assert found is not None
    return found


async def _alert(tx: Transaction, group: Group, suggestion_id: int, author: int, now: datetime) -> None:
    """Tell the tutors who asked for it, and the admin who set the group up: once a day that something waits."""
    since, now_ms = to_ms(now - rules.ALERT_AGAIN), to_ms(now)
    if any(one.changed_at > since for one in await suggestions.waiting(tx, group.group_id)):
        return
    for member in sorted(await _watchers(tx, group, now_ms) - {author}):
        await verdicts.tell(tx, group.group_id, member, "suggestion", f"{suggestion_id}:{now_ms}:{member}", now_ms)


async def _watchers(tx: Transaction, group: Group, now_ms: int) -> set[int]:
    key = (group.group_id, group.set_up_by)
    return {(await groups.member_ids(tx, [key], now_ms))[key], *await reports.watchers(tx, group.group_id)}


async def remarks(database: Database, group: Group, blueprint: Blueprint, question: Question) -> Remarks:
    """What could be better about a question, and whether the group's banks have it already."""
    # A large bank takes each of the two a second, in which nobody else should wait.
    bank = await _bank(database, group, blueprint)
    alike = await asyncio.to_thread(likenesses, [question], bank)
    options = (text for option in question.options for text in (option.text, option.feedback))
    private = look([question.stem, *options, question.explanation, question.source])
    return Remarks(tuple(advise(question)), private, next(iter(alike), None))


async def _bank(database: Database, group: Group, blueprint: Blueprint) -> list[Question]:
    """The questions that a group is asked; other readers have their turn between parts of a large bank."""
    found: list[Kept] = []
    while True:
        after = found[-1].question_id if found else 0
        read = partial(questions.of_group, group_id=group.group_id, exams=blueprint.banks, after=after, most=AT_ONCE)
        part = await database.read_at_once(read)
        found += part
        if len(part) < AT_ONCE:
            return [one.question for one in found]


async def own(database: Database, suggestion_id: int, user: int) -> Suggestion:
    """A user's own suggestion. Raises NoSuchSuggestion."""
    async with database.read() as tx:
        return await _own(tx, suggestion_id, user)


async def _own(tx: Transaction, suggestion_id: int, user: int) -> Suggestion:
    found = await suggestions.by_id(tx, suggestion_id)
    if found is None or found.user_id != user:
        raise NoSuchSuggestion
    return found


async def own_with_fate(database: Database, suggestion_id: int, user: int) -> tuple[Suggestion, Fate | None]:
    """The same, with what became of it. Raises NoSuchSuggestion."""
    async with database.read() as tx:
        found = await _own(tx, suggestion_id, user)
        return found, await _fate(tx, found)


async def editable(database: Database, suggestion_id: int, user: int) -> Suggestion:
    """The same, for its form. Raises NoSuchSuggestion, and SuggestionDecided where it is past changing."""
    found = await own(database, suggestion_id, user)
    if found.state not in (State.DRAFT, State.WAITING):
        raise SuggestionDecided
    return found


async def withdraw(database: Database, suggestion_id: int, user: int) -> None:
    """Its author takes it back; a draft is thrown away. Raises NoSuchSuggestion, SuggestionDecided."""
    async with database.write() as tx:
        found = await _own(tx, suggestion_id, user)
        if found.state is State.DRAFT:
            await suggestions.delete(tx, suggestion_id)
        elif not await suggestions.move(tx, suggestion_id, State.WAITING, State.WITHDRAWN):
            raise SuggestionDecided


async def set_credit(database: Database, suggestion_id: int, user: int, name: str | None) -> str | None:
    """The name that its author wants to stand with it, or none. Raises NoSuchSuggestion, BadCredit."""
    credit = None if name is None else checked_credit(name)
    async with database.write() as tx:
        await _own(tx, suggestion_id, user)
        await suggestions.set_credit(tx, suggestion_id, credit)
    return credit


async def set_by_message(database: Database, suggestion_id: int, user: int, *, on: bool) -> Suggestion:
    """Whether its author hears of the decision by direct message. Raises NoSuchSuggestion."""
    async with database.write() as tx:
        await _own(tx, suggestion_id, user)
        await suggestions.set_by_message(tx, suggestion_id, on=on)
        return await _again(tx, suggestion_id)


async def mine(database: Database, group: Group, user: int) -> list[tuple[Suggestion, Fate | None]]:
    """A user's suggestions in a group, the newest first, with what became of the approved ones."""
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        found = [] if member is None else await suggestions.of_member(tx, member)
        return [(one, await _fate(tx, one)) for one in found]


async def _fate(tx: Transaction, one: Suggestion) -> Fate | None:
    return None if one.question_id is None else await suggestions.fate(tx, one.question_id, one.group_id)


# The tutors


async def card(
    database: Database, group: Group, user: int, blueprint: Blueprint, number: int, now: datetime
) -> Card | None:
    """The waiting suggestion at that place (one too far is the last); None where none waits."""
    async with database.read() as tx:
        waiting = await suggestions.waiting(tx, group.group_id)
        if not waiting:
            return None
        number = min(number, len(waiting) - 1)
        one = waiting[number]
        try:
            question = made(blueprint, one.words, now)
        except NotAskable:
            question = None
        own = await _for_others(tx, one, user) if one.user_id == user else None
        return Card(one, question, number, len(waiting), own)


async def _for_others(tx: Transaction, one: Suggestion, tutor: int) -> bool:
    others = await suggestions.other_tutors(tx, one.group_id, one.member_id)
    return rules.own_is_for_others(one.user_id, tutor, others=others)


async def group_of(database: Database, suggestion_id: int, guild: int | None) -> Group:
    """The group that says who is its tutor. Raises NoSuchSuggestion."""
    async with database.read() as tx:
        found = await suggestions.by_id(tx, suggestion_id)
        group = None if found is None else await groups.by_id(tx, found.group_id)
    if group is None or group.guild_id != guild:
        raise NoSuchSuggestion
    return group


async def open_one(database: Database, suggestion_id: int, version: int, user: int, guild: int | None) -> Words:
    """Before a tutor's form is opened: its words, those that the tutor typed before where they did.

    Raises NoSuchSuggestion, SuggestionDecided, SuggestionChanged and OwnSuggestion.
    """
    async with database.read() as tx:
        found = await _open(tx, suggestion_id, version, user, guild)
        return await suggestions.edit_of(tx, suggestion_id, user) or found.words


async def keep_edit(
    database: Database, suggestion_id: int, version: int, user: int, guild: int | None, words: Words, now: datetime
) -> bool:
    """Keep what a tutor typed before anything is tried with it; whether it differs. Raises what `open_one` raises."""
    now_ms = to_ms(now)
    async with database.write() as tx:
        found = await _open(tx, suggestion_id, version, user, guild)
        key = (found.group_id, user)
        tutor = (await groups.member_ids(tx, [key], now_ms))[key]
        await suggestions.put_edit(tx, suggestion_id, tutor, words)
        return words != found.words


async def _open(tx: Transaction, suggestion_id: int, version: int, user: int, guild: int | None) -> Suggestion:
    found = await suggestions.by_id(tx, suggestion_id)
    group = None if found is None else await groups.by_id(tx, found.group_id)
    if found is None or group is None or group.guild_id != guild:
        raise NoSuchSuggestion
    if found.version != version or found.state is State.DRAFT:
        raise SuggestionChanged
    if found.state is not State.WAITING:
        raise SuggestionDecided
    if await _for_others(tx, found, user):
        raise OwnSuggestion
    return found


async def approve(
    database: Database,
    suggestion_id: int,
    version: int,
    user: int,
    guild: int | None,
    blueprint: Blueprint,
    bank: Mapping[str, str],
    now: datetime,
    *,
    words: Words | None = None,
) -> int:
    """Put it into the group's own bank, in the tutor's *words* if there are any; the question's id.

    *bank* has the `title` and the `rights` of that bank. The author hears of it once. Raises NoSuchSuggestion,
    SuggestionDecided, SuggestionChanged, OwnSuggestion, NotAskable and InBankAlready.
    """
    now_ms = to_ms(now)
    async with database.write() as tx:
        found = await _open(tx, suggestion_id, version, user, guild)
        question = made(blueprint, found.words if words is None else words, now)
        question_id = await _insert(tx, found, question, blueprint, bank)
        await _settle(tx, found, user, State.APPROVED, "", question_id, edited=words is not None, now_ms=now_ms)
    return question_id


async def _insert(
    tx: Transaction, found: Suggestion, question: Question, blueprint: Blueprint, bank: Mapping[str, str]
) -> int:
    exam = blueprint.banks[0]
    bank_id = await banks.put(
        tx,
        slug=f"members-{found.group_id}-{slug(exam)}",
        title=bank["title"],
        licence=LICENCE,
        rights=bank["rights"],
        exam=exam,
        group_id=found.group_id,
    )
    assert bank_id is not None, "the slug is this group's own"
    if await suggestions.in_bank(tx, bank_id, question.key):
        raise InBankAlready(question.key)
    topics = await questions.topic_ids(tx, exam, [question.topic])
    return await questions.insert(
        tx, bank_id, topics[slug(question.topic)], question, author_id=found.member_id, credit=found.credit
    )


async def decline(
    database: Database, suggestion_id: int, version: int, user: int, guild: int | None, reason: str, now: datetime
) -> None:
    """Leave it, with a reason that its author reads once.

    Raises NoSuchSuggestion, SuggestionDecided, SuggestionChanged, OwnSuggestion, EmptyText and TooLong.
    """
    words = text_of(reason, rules.REASON)
    async with database.write() as tx:
        found = await _open(tx, suggestion_id, version, user, guild)
        await _settle(tx, found, user, State.DECLINED, words, None, edited=False, now_ms=to_ms(now))


async def _settle(
    tx: Transaction,
    found: Suggestion,
    tutor: int,
    state: State,
    reason: str,
    question_id: int | None,
    *,
    edited: bool,
    now_ms: int,
) -> None:
    key = (found.group_id, tutor)
    tutor_id = (await groups.member_ids(tx, [key], now_ms))[key]
    await suggestions.decide(tx, found.suggestion_id, tutor_id, state, reason, question_id, now_ms)
    if tutor_id == found.member_id:
        return
    what = f"suggestion-{'edited' if edited else state.value}"
    values: dict[str, Any] = {"title": excerpt(found.words.stem, TITLE), "reason": reason}
    if found.by_message:
        await verdicts.tell(tx, found.group_id, found.member_id, what, str(found.suggestion_id), now_ms, **values)
    else:
        await notes.put(tx, found.member_id, NOTE, {"what": what, **values}, now_ms)
