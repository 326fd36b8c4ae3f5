"""Doing an import, and undoing it: some questions a transaction, so that answers never wait for long.

How far it is stands in the import's row, and each transaction begins where the last one ended: what a stop leaves in
the middle goes on at the next start, and a second worker at the same import finds that it is not its turn.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot.domain import imports as rules
from bot.domain.groups import Group
from bot.domain.imports import Choices, Step
from bot.domain.instants import from_ms, to_ms
from bot.domain.questions import Question, slug
from bot.domain.refusals_imports import (
    BankChanged,
    ImportUnderWay,
    LaterImport,
    NoSuchBank,
    NoSuchImport,
    NothingToImport,
    NotImported,
    TooManyQuestions,
)
from bot.formats.imported import images
from bot.services.imports import open_one
from bot.storage import banks, import_files, questions
from bot.storage import imports as kept
from bot.storage.database import Database, Transaction
from bot.storage.imports import Change, Import, What
from bot.storage.questions import content_print

CHUNK = 50
"""Questions a transaction."""

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Done:
    """What an import, or its undoing, changed.

    *rekeyed*: of the changed ones, those whose earlier answers were judged anew; then the summaries follow with
    `rescore.rebuild`. *left*: what undoing left alone, since somebody changed it later.
    """

    one: Import
    new: int
    changed: int
    retired: int
    rekeyed: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class _Work:
    """An import under way: all its steps, and what they need."""

    one: Import
    steps: tuple[Step, ...]
    questions: tuple[Question, ...]
    topic: str
    topics: Mapping[str, int]


async def apply(database: Database, group: Group, import_id: int, now: datetime, progress: Told | None = None) -> Done:
    """Import what a preview shows. *progress* hears (done, of how many).

    Raises NoSuchImport, AlreadyImported, ImportUnderWay, BankChanged (then `imports.again` compares anew),
    NothingToImport, TooManyQuestions and NoSuchBank; then nothing was imported.
    """
    async with database.read() as tx:
        one = await open_one(tx, group, import_id, now)
        packed = await kept.findings(tx, import_id)
    _, found = await asyncio.to_thread(import_files.unpack_findings, packed)
    async with database.write() as tx:
        one = await open_one(tx, group, import_id, now)
        steps = await asyncio.to_thread(rules.steps, found, one.choices)
        if await kept.busy(tx, one.slug, import_id):
            raise ImportUnderWay
        bank = await kept.bank(tx, one.slug)
        if await kept.condition(tx, None if bank is None else bank["bank_id"]) != one.seen:
            raise BankChanged
        if not steps:
            raise NothingToImport
        new = sum(step.place is not None and step.question_id is None for step in steps)
        if new and await kept.own_live(tx, group.group_id) + new > rules.MAX_OWN:
            raise TooManyQuestions(rules.MAX_OWN)
        # A file without a header says nothing about the licence that another one gave.
        known = bank is not None and not one.licence
        bank_id = await banks.put(
            tx,
            slug=one.slug,
            title=one.title,
            licence=bank["licence"] if bank is not None and known else one.licence,
            rights=bank["rights"] if bank is not None and known else one.rights,
            exam=one.exam,
            group_id=group.group_id,
        )
        if bank_id is None:
            raise NoSuchBank(one.title)
        await kept.begin(tx, import_id, "applying", bank_id)
    return await _apply(database, group.group_id, import_id, now, progress)


async def _apply(database: Database, group_id: int, import_id: int, now: datetime, progress: Told | None) -> Done:
    work = await _load(database, group_id, import_id)
    at, rekeyed = work.one.done, 0
    while at < len(work.steps):
        batch = work.steps[at : at + CHUNK]
        rekeyed += await database.write_at_once(partial(_some, work=work, at=at, batch=batch))
        at += len(batch)
        if progress is not None:
            progress(at, len(work.steps))
        # Whoever waits for the writer has their turn.
        await asyncio.sleep(0)
    async with database.write() as tx:
        await _turn(tx, work.one, "applying", at)
        await kept.finish(tx, import_id, to_ms(now))
        one = await kept.by_id(tx, group_id, import_id)
    assert one is not None
    return Done(one, one.new, one.changed, one.retired, rekeyed)


async def _load(database: Database, group_id: int, import_id: int) -> _Work:
    async with database.write() as tx:
        one = await kept.by_id(tx, group_id, import_id)
        packed, findings = await kept.questions(tx, import_id), await kept.findings(tx, import_id)
        if one is None or packed is None:
            raise NoSuchImport
    found, names = await asyncio.to_thread(_questions, packed, one.choices)
    steps = await asyncio.to_thread(_steps, findings, one.choices)
    topic = one.choices.topic
    async with database.write() as tx:
        known = await questions.topic_ids(tx, one.exam, ())
        # What is there already keeps its name: the operator's banks have it, too.
        topics = await questions.topic_ids(tx, one.exam, [name for key, name in names.items() if key not in known])
    return _Work(one, steps, found, topic, topics)


def _questions(packed: bytes, choices: Choices) -> tuple[tuple[Question, ...], dict[str, str]]:
    """The file's questions as they were chosen to be, and their topics' names by slug."""
    found = rules.mapped(import_files.unpack_questions(packed), choices.topics)
    written = dict.fromkeys((choices.topic, *(question.topic for question in found)))
    return tuple(found), {slug(name): name for name in written if slug(name)}


def _steps(findings: bytes, choices: Choices) -> tuple[Step, ...]:
    _, comparison = import_files.unpack_findings(findings)
    return tuple(rules.steps(comparison, choices))


async def _turn(tx: Transaction, one: Import, state: str, at: int) -> None:
    """Raises ImportUnderWay where another worker is at it."""
    now = await kept.by_id(tx, one.group_id, one.import_id)
    if now is None or (now.state, now.done) != (state, at):
        raise ImportUnderWay


async def _some(tx: Transaction, work: _Work, at: int, batch: Sequence[Step]) -> int:
    """Do some steps; how many questions have another key now."""
    one = work.one
    assert one.bank_id is not None
    await _turn(tx, one, "applying", at)
    names = {image.name for step in batch if step.place is not None for image in images(work.questions[step.place])}
    shas = {
        picture.name: await questions.put_picture(tx, picture)
        for picture in await kept.pictures(tx, one.import_id, names)
    }
    changes: list[Change] = []
    rekeyed = 0
    for number, step in enumerate(batch, at):
        if step.place is None:
            change = await _retire(tx, number, step)
        elif step.question_id is None:
            change = await _insert(tx, number, work, work.questions[step.place], shas)
        else:
            change, other = await _revise(tx, number, work, work.questions[step.place], step.question_id, shas)
            rekeyed += other
        changes += [] if change is None else [change]
    await kept.note(tx, one.import_id, changes)
    await kept.advance(tx, one.import_id, at + len(batch), Counter(change.what for change in changes))
    return rekeyed


async def _insert(tx: Transaction, number: int, work: _Work, question: Question, shas: Mapping[str, str]) -> Change:
    assert work.one.bank_id is not None
    if not slug(question.topic):
        question = replace(question, topic=work.topic)
    question_id = await questions.insert(
        tx,
        work.one.bank_id,
        work.topics[slug(question.topic)],
        question,
        shas,
        file_print=content_print(question, shas),
    )
    return Change(number, question_id, "new", 1, None)


async def _revise(
    tx: Transaction, number: int, work: _Work, question: Question, question_id: int, shas: Mapping[str, str]
) -> tuple[Change | None, bool]:
    before = await questions.kept(tx, question_id)
    if before is None or before.voided:
        return None, False
    past = (await kept.last_states(tx, [question_id]))[question_id]
    mine = rules.at_home(replace(question, key=before.question.key), before.question)
    all_shas = {**before.pictures, **shas}
    rekeyed = await questions.revise(
        tx, question_id, work.topics[slug(mine.topic)], mine, all_shas, file_print=content_print(mine, all_shas)
    )
    await questions.revive(tx, [question_id])
    revision, _, _ = (await kept.last_states(tx, [question_id]))[question_id]
    packed = json.dumps(
        {
            "question": import_files.pack_question(before.question),
            "pictures": dict(before.pictures),
            "state": before.state,
            "print": past[2],
        }
    )
    return Change(number, question_id, "changed", revision, packed), rekeyed


async def _retire(tx: Transaction, number: int, step: Step) -> Change | None:
    assert step.question_id is not None
    before = (await kept.last_states(tx, [step.question_id])).get(step.question_id)
    if before is None or before[1] != "live":
        return None
    await questions.retire(tx, [step.question_id])
    await kept.set_print(tx, step.question_id, None)
    return Change(number, step.question_id, "retired", before[0], json.dumps({"print": before[2]}))


# Undoing


async def undo(database: Database, group: Group, import_id: int, now: datetime, progress: Told | None = None) -> Done:
    """Retire what an import brought, put back what it changed, revive what it retired. Nothing is deleted.

    What somebody changed since stays as it is. Raises NoSuchImport, NotImported, ImportUnderWay and LaterImport.
    """
    async with database.write() as tx:
        one = await kept.by_id(tx, group.group_id, import_id)
        if one is None:
            raise NoSuchImport
        if one.state in ("applying", "undoing") or await kept.busy(tx, one.slug, import_id):
            raise ImportUnderWay
        if one.state != "applied":
            raise NotImported
        assert one.bank_id is not None
        later = await kept.later(tx, one.bank_id, import_id)
        if later is not None:
            raise LaterImport(later.file, from_ms(later.applied_at or later.made_at))
        await kept.begin(tx, import_id, "undoing", one.bank_id)
    return await _undo(database, group.group_id, import_id, now, progress)


async def _undo(database: Database, group_id: int, import_id: int, now: datetime, progress: Told | None) -> Done:
    async with database.write() as tx:
        one = await kept.by_id(tx, group_id, import_id)
        if one is None:
            raise NoSuchImport
        total = await kept.count_changes(tx, import_id)
        # Its topics may have been those of an operator's bank that has other ones today.
        topics = dict(await questions.topic_ids(tx, one.exam, ()))
    at, left, rekeyed = one.done, 0, 0
    put_back = Counter[What]()
    while at < total:
        done, other, stayed = await database.write_at_once(partial(_put_some_back, one=one, at=at, topics=topics))
        put_back += done
        at += done.total() + stayed
        rekeyed += other
        left += stayed
        if progress is not None:
            progress(at, total)
        await asyncio.sleep(0)
    async with database.write() as tx:
        await _turn(tx, one, "undoing", at)
        await kept.undone(tx, import_id, to_ms(now))
    return Done(one, put_back["new"], put_back["changed"], put_back["retired"], rekeyed, left)


async def _put_some_back(
    tx: Transaction, one: Import, at: int, topics: Mapping[str, int]
) -> tuple[Counter[What], int, int]:
    """Undo some changes; how many of each kind, how many keys are others again, and how many were left alone."""
    await _turn(tx, one, "undoing", at)
    changes = await kept.changes(tx, one.import_id, at, CHUNK)
    now = await kept.last_states(tx, [change.question_id for change in changes])
    counted = Counter[What]()
    rekeyed = left = 0
    for change in changes:
        revision, state, _ = now[change.question_id]
        if change.what == "new":
            await questions.retire(tx, [change.question_id])
            await kept.set_print(tx, change.question_id, None)
        elif change.what == "retired" and state == "retired":
            assert change.before is not None
            await questions.revive(tx, [change.question_id])
            await kept.set_print(tx, change.question_id, json.loads(change.before)["print"])
        elif change.what == "changed" and revision == change.revision:
            rekeyed += await _put_back(tx, change, topics)
        else:
            left += 1
            continue
        counted[change.what] += 1
    await kept.advance(tx, one.import_id, at + len(changes), {})
    return counted, rekeyed, left


async def _put_back(tx: Transaction, change: Change, topics: Mapping[str, int]) -> bool:
    assert change.before is not None
    before = json.loads(change.before)
    question = import_files.unpack_question(before["question"])
    rekeyed = await questions.revise(tx, change.question_id, topics[slug(question.topic)], question, before["pictures"])
    await kept.set_print(tx, change.question_id, before["print"])
    if before["state"] == "retired":
        await questions.retire(tx, [change.question_id])
    return rekeyed


async def resume(database: Database, now: datetime) -> list[Done]:
    """Bring to their end what a stop left in the middle; each of them."""
    async with database.read() as tx:
        left = await kept.unfinished(tx)
    return [
        await (_apply if state == "applying" else _undo)(database, group_id, import_id, now, None)
        for group_id, import_id, state in left
    ]
