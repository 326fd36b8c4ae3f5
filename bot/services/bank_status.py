"""The state of the questions that a group is asked, for its tutors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain import selection
from bot.domain.bank_status import ENOUGH_ANSWERS, POOR, Discrimination, Stock, Supply, discrimination, supply
from bot.domain.blueprint import Blueprint
from bot.domain.groups import Group
from bot.domain.instants import DAY_MS, to_ms
from bot.domain.questions import Kind, Question, slug
from bot.domain.quiz import Shown
from bot.domain.refusals_suggestions import NotInBank
from bot.services import code_years, daily
from bot.services.challenges import Blueprints, is_shared
from bot.services.plan import Plan
from bot.storage import bank_status, banks, challenges, questions, quiz
from bot.storage import code_years as checks
from bot.storage.bank_status import Entry
from bot.storage.database import Database, Transaction

__all__ = ["ENOUGH_ANSWERS", "Entry"]


@dataclass(frozen=True, slots=True)
class Overview:
    """The topics, weighted ones first in the order of the exam; *practice* are flashcards, which no daily asks."""

    stocks: tuple[Stock, ...]
    supply: Supply
    practice: int
    per_day: int
    repeat_days: int


@dataclass(frozen=True, slots=True)
class Missed:
    """A question with its first answers in the group, and how many of them were wrong."""

    entry: Entry
    answers: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Reported:
    """A question with how many members reported it; *open* while tutors have not decided."""

    entry: Entry
    members: int
    open: bool


@dataclass(frozen=True, slots=True)
class Poor:
    """A question that hardly tells who knows from who does not, over all groups that were asked it."""

    entry: Entry
    found: Discrimination


@dataclass(frozen=True, slots=True)
class Detail:
    """All that a tutor needs to judge one question.

    *year* is the code year that it waits for, None for none, and *begun* whether that is the present one. *checked* is
    who looked at it last: the year, the instant and the user. *shared* where other servers are asked it too.
    """

    entry: Entry
    question: Question
    answers: int
    wrong: int
    reported: int
    challenged: bool
    discrimination: Discrimination | None
    year: int | None
    begun: bool
    checked: tuple[int, datetime, int | None] | None
    shared: bool
    image: Shown | None = None
    case_image: Shown | None = None


async def overview(database: Database, group: Group, blueprint: Blueprint, plan: Plan, now: datetime) -> Overview:
    """Questions by topic and state, and for how many quiz days they last at the group's pace."""
    now_ms = to_ms(now)
    year = blueprint.code_year(group.local_day(now))
    async with database.read() as tx:
        entries = await bank_status.entries(tx, group.group_id, blueprint.banks)
        picks = await banks.picks(tx, group.group_id, blueprint.banks, code_year=year)
        leaning = await daily.leanings(tx, picks, group, blueprint, None, now_ms)
        doubted = {one.question_id for one in await challenges.open_of_group(tx, group.group_id)}
    topics = {slug(name): name for name in blueprint.topics} | {one.slug: one.topic for one in entries}
    # Every topic of the exam has its row; one without a question that can be asked is taken by nobody.
    asked = {pick.topic for pick in picks}
    weights = selection.weights(asked, shares=leaning.shares, weakness=leaning.weakness, taught=leaning.taught)
    counts: dict[str, Counter[str]] = {topic: Counter() for topic in topics}
    for one in entries:
        count = counts[one.slug]
        count[_state(one, year)] += 1
        lately = one.last_asked is not None and now_ms - one.last_asked < plan.repeat_days * DAY_MS
        count["fresh"] += _state(one, year) == "live" and not lately
        count["challenged"] += one.question_id in doubted
    stocks = tuple(
        Stock(
            topics[topic],
            count["live"],
            count["fresh"],
            count["outdated"],
            count["challenged"],
            count["hidden"],
            count["retired"],
            count["voided"],
            weights.get(topic, 0.0),
        )
        for topic, count in counts.items()
    )
    wishes = group.wishes
    lasts = supply(stocks, per_day=wishes.per_day, days_a_week=len(wishes.weekdays), repeat_days=plan.repeat_days)
    practice = sum(count["practice"] for count in counts.values())
    return Overview(stocks, lasts, practice, wishes.per_day, plan.repeat_days)


def _state(one: Entry, year: int | None) -> str:
    """Where a question is counted: in one place only."""
    if one.voided:
        return "voided"
    if one.state != "live":
        return "retired"
    if one.hidden:
        return "hidden"
    if code_years.old(one, year):
        return "outdated"
    return "practice" if one.kind is Kind.FLASHCARD else "live"


async def _entries(tx: Transaction, group: Group, blueprint: Blueprint) -> Mapping[int, Entry]:
    """Those that are not voided: these are decided."""
    found = await bank_status.entries(tx, group.group_id, blueprint.banks)
    return {one.question_id: one for one in found if not one.voided}


async def missed(database: Database, group: Group, blueprint: Blueprint) -> list[Missed]:
    """The questions with enough first answers in the group, the most missed ones first."""
    async with database.read() as tx:
        entries = await _entries(tx, group, blueprint)
        results = await bank_status.results(tx, group.group_id)
    found = [
        Missed(entries[question], answers, wrong)
        for question, (answers, wrong) in results.items()
        if question in entries and answers >= ENOUGH_ANSWERS and wrong
    ]
    return sorted(found, key=lambda one: (-one.wrong / one.answers, -one.answers, one.entry.question_id))


async def reported(database: Database, group: Group, blueprint: Blueprint) -> list[Reported]:
    """The questions that members reported, those of most members first."""
    async with database.read() as tx:
        entries = await _entries(tx, group, blueprint)
        members = await bank_status.reported(tx, group.group_id)
        doubted = {one.question_id for one in await challenges.open_of_group(tx, group.group_id)}
    found = [
        Reported(entries[question], number, question in doubted)
        for question, number in members.items()
        if question in entries
    ]
    return sorted(found, key=lambda one: (-one.members, one.entry.question_id))


async def poor(database: Database, group: Group, blueprint: Blueprint) -> tuple[list[Poor], int]:
    """The questions that discriminate worst, and how many have answers enough to say so."""
    async with database.read() as tx:
        entries = await _entries(tx, group, blueprint)
        sums = await bank_status.sums(tx)
    judged = [
        Poor(entries[question], found)
        for question, one in sums.items()
        if question in entries and (found := discrimination(one)) is not None
    ]
    worst = sorted((one for one in judged if one.found.value < POOR), key=lambda one: one.found.value)
    return worst, len(judged)


async def detail(
    database: Database, group: Group, blueprint: Blueprint, question_id: int, blueprints: Blueprints, now: datetime
) -> Detail:
    """One question for a tutor. Raises NotInBank."""
    async with database.read() as tx:
        entry, question = await _one(tx, group, blueprint, question_id)
        answers, wrong = (await bank_status.results(tx, group.group_id, question_id)).get(question_id, (0, 0))
        sums = (await bank_status.sums(tx, question_id)).get(question_id)
        doubted = await challenges.open_of_group(tx, group.group_id)
        bank = await challenges.bank(tx, question_id)
        kept = await questions.kept(tx, question_id)
        assert bank is not None
        assert kept is not None
        return Detail(
            entry,
            question,
            answers,
            wrong,
            (await bank_status.reported(tx, group.group_id)).get(question_id, 0),
            any(one.question_id == question_id for one in doubted),
            None if sums is None else discrimination(sums),
            year := code_years.waits_for(entry, blueprint, group, now),
            year == blueprint.code_year(group.local_day(now)),
            await checks.last_check(tx, group.group_id, question_id),
            await is_shared(tx, group, bank, blueprints),
            *await quiz.shown(tx, kept),
        )


async def _one(tx: Transaction, group: Group, blueprint: Blueprint, question_id: int) -> tuple[Entry, Question]:
    entry = await bank_status.entry(tx, group.group_id, blueprint.banks, question_id)
    question = await questions.whole(tx, question_id)
    if entry is None or question is None:
        raise NotInBank
    return entry, question


async def find(database: Database, group: Group, blueprint: Blueprint, words: str, limit: int = 25) -> list[Entry]:
    """Questions with these words in their key or stem, one with exactly that key first."""
    wanted = words.strip().casefold()
    async with database.read() as tx:
        entries = await bank_status.entries(tx, group.group_id, blueprint.banks)
    found = [one for one in entries if wanted in one.key.casefold() or wanted in one.stem.casefold()]
    return sorted(found, key=lambda one: one.key.casefold() != wanted)[:limit]


async def retire(
    database: Database, group: Group, blueprint: Blueprint, question_id: int, blueprints: Blueprints, now: datetime
) -> bool:
    """Ask a question no more; whether that is so for this group alone, since others share it. Raises NotInBank."""
    async with database.write() as tx:
        entry, _ = await _one(tx, group, blueprint, question_id)
        if entry.state != "live" or entry.hidden:
            raise NotInBank
        bank = await challenges.bank(tx, question_id)
        assert bank is not None
        shared = await is_shared(tx, group, bank, blueprints)
        if shared:
            await questions.exclude(tx, group.group_id, question_id, to_ms(now))
        else:
            await questions.retire(tx, [question_id])
    return shared


async def doubt(database: Database, group: Group, blueprint: Blueprint, question_id: int, now: datetime) -> int:
    """The id of a challenge for a tutor to decide on; the question is in doubt for nobody else. Raises NotInBank."""
    async with database.write() as tx:
        entry, _ = await _one(tx, group, blueprint, question_id)
        if entry.voided:
            raise NotInBank
        return await challenges.look_at(tx, group.group_id, question_id, to_ms(now))
