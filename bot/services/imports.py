"""A tutor's question file: what it would do to a bank, what the tutor chose, and what was imported lately.

`bot/services/import_work.py` does it, and undoes it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot.domain import imports as rules
from bot.domain.blueprint import Blueprint
from bot.domain.groups import Group
from bot.domain.images import Picture
from bot.domain.imports import Choices, Comparison, Finding, Standing
from bot.domain.instants import DAY_MS, to_ms
from bot.domain.questions import Question, slug
from bot.domain.refusals_imports import (
    AlreadyImported,
    ComparingTooLong,
    ImportUnderWay,
    NoSuchImport,
    NotADoubt,
)
from bot.formats.imported import MAX_BYTES, Imported
from bot.intake.pairing import TooLong, paired
from bot.services import streaks
from bot.storage import import_files, questions
from bot.storage import imports as kept
from bot.storage.database import Database, Transaction
from bot.storage.import_files import Read
from bot.storage.imports import Import
from bot.storage.questions import content_print

__all__ = [
    "MAX_BYTES",
    "Import",
    "Preview",
    "Read",
    "again",
    "cancel",
    "decide",
    "find",
    "keep_gone",
    "look",
    "own_banks",
    "preview",
    "recent",
    "topic",
]

MOST_PREVIEWS = 5
"""Previews of a group that are kept at a time; the oldest one goes."""
LISTED = 10


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do, with the choices so far.

    *new*, *changed* and *retiring* count what a press would do now, *asks* are the doubtful ones that nobody has
    decided, *homeless* counts those that are left out because they have no topic. *unknown* are topics that the exam
    does not have. *bank_is_new*: nothing was imported into this bank before.
    """

    one: Import
    read: Read
    found: Comparison
    new: int
    changed: int
    retiring: int
    asks: tuple[Finding, ...]
    homeless: int
    unknown: tuple[str, ...]

    @property
    def import_id(self) -> int:
        return self.one.import_id

    @property
    def good(self) -> int:
        """How many questions a press would bring in or change."""
        return self.new + self.changed

    @property
    def bank_is_new(self) -> bool:
        return self.one.bank_id is None


async def preview(
    database: Database,
    group: Group,
    blueprint: Blueprint,
    imported: Imported,
    pictures: Sequence[Picture] = (),
    *,
    file: str,
    now: datetime,
    bank: str | None = None,
    topic: str = "",
    user: int | None = None,
) -> Preview:
    """Compare a file with the group's bank of that name and keep what was found, for a day.

    *bank* is the bank's name; without it, its file's header says one, or the file's name. *topic* is for questions that
    name none. *user* is the tutor. A preview without questions is kept, too, and says what is wrong. Raises
    ComparingTooLong.
    """
    header = imported.header
    title = rules.bank_name(bank, "" if header is None else header.title, file)
    found = [_at_exam(one, blueprint) for one in imported.questions]
    bank_slug = rules.bank_slug(group.group_id, title)
    shas = {one.name: hashlib.sha256(one.data).hexdigest() for one in pictures}
    comparison, seen, bank_id = await _compare(database, group, blueprint, bank_slug, found, shas)
    kinds, topics = rules.counts(found)
    read = Read(
        imported.format,
        tuple((one.line, one.level, one.message) for one in imported.problems),
        tuple((one.line, one.what, one.reason) for one in imported.skipped),
        imported.uncounted,
        kinds,
        topics,
        len(found),
        tuple(rules.samples(found, comparison)),
    )
    # Where a line is broken, its question is not there; that is no reason to retire it.
    choices = Choices(_topic_name(topic, blueprint), any(one.level == "error" for one in imported.problems))
    values = {
        "group_id": group.group_id,
        "bank_id": bank_id,
        "slug": bank_slug,
        "title": title,
        "licence": "" if header is None else header.licence,
        "rights": "" if header is None else header.rights,
        "exam": blueprint.banks[0],
        "file": rules.short(file, 200),
        "seen": seen,
        "choices": kept.pack_choices(choices),
        "findings": await asyncio.to_thread(import_files.pack_findings, read, comparison),
        "questions": await asyncio.to_thread(import_files.pack_questions, found),
        "made_at": to_ms(now),
    }
    async with database.write() as tx:
        import_id = await kept.insert(tx, values, pictures)
        if user is not None:
            await kept.sign(tx, import_id, await streaks.member_of(tx, group, user, now))
        await kept.sweep(tx, group.group_id, to_ms(now), MOST_PREVIEWS)
    return await look(database, group, blueprint, import_id, now)


def _at_exam(question: Question, blueprint: Blueprint) -> Question:
    """A question with its topic as the exam writes it."""
    return replace(question, topic=_topic_name(question.topic, blueprint))


def _topic_name(name: str, blueprint: Blueprint) -> str:
    wanted = slug(name)
    return next((one for one in blueprint.topics if slug(one) == wanted), name)


async def _compare(
    database: Database,
    group: Group,
    blueprint: Blueprint,
    bank_slug: str,
    found: Sequence[Question],
    shas: Mapping[str, str],
) -> tuple[Comparison, str, int | None]:
    """What was found, what the bank was like, and its id, if there is one."""
    read = partial(_standings, group_id=group.group_id, exams=blueprint.banks, bank_slug=bank_slug)
    seen, bank_id, mine, others = await database.read_at_once(read)
    counted = [one.live or one.voided for one in mine]
    try:
        pairs = await paired(found, [one.question for one in mine], [one.question for one in others], counted)
    except TooLong:
        raise ComparingTooLong from None
    comparison = await asyncio.to_thread(rules.compare, found, mine, others, content_print, shas, pairs)
    return comparison, seen, bank_id


async def _standings(
    tx: Transaction, group_id: int, exams: Collection[str], bank_slug: str
) -> tuple[str, int | None, list[Standing], list[Standing]]:
    bank_id, mine, others = None, [], []
    for row in await kept.banks_of(tx, group_id, exams):
        prints = await kept.prints(tx, row["bank_id"])
        found = [
            Standing(
                one.question_id,
                one.question,
                one.state == "live",
                one.voided,
                row["title"],
                prints[one.question_id],
                one.pictures,
            )
            for one in await questions.of_bank(tx, row["bank_id"])
        ]
        if row["slug"] == bank_slug:
            bank_id, mine = row["bank_id"], found
        else:
            others += [one for one in found if one.live or one.voided]
    return await kept.condition(tx, bank_id), bank_id, mine, others


async def look(database: Database, group: Group, blueprint: Blueprint, import_id: int, now: datetime) -> Preview:
    """The preview as it stands. Raises NoSuchImport, AlreadyImported and ImportUnderWay."""
    async with database.read() as tx:
        one = await open_one(tx, group, import_id, now)
        packed = await kept.findings(tx, import_id)
    read, found = await asyncio.to_thread(import_files.unpack_findings, packed)
    return _preview(one, read, found, blueprint)


def _preview(one: Import, read: Read, found: Comparison, blueprint: Blueprint) -> Preview:
    steps = rules.steps(found, one.choices)
    return Preview(
        one,
        read,
        found,
        new=sum(step.place is not None and step.question_id is None for step in steps),
        changed=sum(step.place is not None and step.question_id is not None for step in steps),
        retiring=sum(step.place is None for step in steps),
        asks=tuple(rules.open_asks(found, one.choices)),
        homeless=len(rules.homeless(found, one.choices)),
        unknown=tuple(rules.unknown_topics(read.topics, blueprint)),
    )


async def open_one(tx: Transaction, group: Group, import_id: int, now: datetime) -> Import:
    """A preview that waits for its tutor. Raises NoSuchImport, AlreadyImported and ImportUnderWay."""
    one = await kept.by_id(tx, group.group_id, import_id)
    if one is None:
        raise NoSuchImport
    if one.state in ("applying", "undoing"):
        raise ImportUnderWay
    if one.state != "preview":
        raise AlreadyImported
    if one.made_at + DAY_MS <= to_ms(now):
        raise NoSuchImport
    return one


# What the tutor chooses


async def topic(
    database: Database, group: Group, blueprint: Blueprint, import_id: int, name: str, now: datetime
) -> Preview:
    """The topic of the questions that name none. Raises as `look` does."""
    wanted = _topic_name(name, blueprint)
    return await _choose(database, group, blueprint, import_id, now, lambda one, _: replace(one, topic=wanted))


async def keep_gone(
    database: Database, group: Group, blueprint: Blueprint, import_id: int, now: datetime, *, keep: bool
) -> Preview:
    """Whether questions stay that the file no longer has. Raises as `look` does."""
    return await _choose(database, group, blueprint, import_id, now, lambda one, _: replace(one, keep_gone=keep))


async def decide(
    database: Database,
    group: Group,
    blueprint: Blueprint,
    import_id: int,
    place: int,
    question_id: int,
    now: datetime,
) -> Preview:
    """A doubtful question is the kept one with this id, or a new one (0). Raises NotADoubt, and as `look` does."""

    def chosen(choices: Choices, found: Comparison) -> Choices:
        doubt = next((one for one in rules.open_asks(found, choices) if one.place == place), None)
        if doubt is None or question_id not in {0, *(card.question_id for card in doubt.others)}:
            raise NotADoubt
        return replace(choices, asks={**choices.asks, place: question_id})

    return await _choose(database, group, blueprint, import_id, now, chosen)


async def _choose(
    database: Database,
    group: Group,
    blueprint: Blueprint,
    import_id: int,
    now: datetime,
    change: Callable[[Choices, Comparison], Choices],
) -> Preview:
    before = await look(database, group, blueprint, import_id, now)
    async with database.write() as tx:
        one = await open_one(tx, group, import_id, now)
        one = replace(one, choices=change(one.choices, before.found))
        await kept.choose(tx, import_id, one.choices)
    return _preview(one, before.read, before.found, blueprint)


async def again(database: Database, group: Group, blueprint: Blueprint, import_id: int, now: datetime) -> Preview:
    """Compare a preview's file anew, since its bank was changed; doubts are asked again. Raises as `look` does."""
    before = await look(database, group, blueprint, import_id, now)
    async with database.read() as tx:
        packed = await kept.questions(tx, import_id)
        shas = await kept.picture_digests(tx, import_id)
    if packed is None:
        raise AlreadyImported
    found = await asyncio.to_thread(import_files.unpack_questions, packed)
    comparison, seen, bank_id = await _compare(database, group, blueprint, before.one.slug, found, shas)
    read = replace(before.read, samples=tuple(rules.samples(found, comparison)))
    findings = await asyncio.to_thread(import_files.pack_findings, read, comparison)
    async with database.write() as tx:
        one = await open_one(tx, group, import_id, now)
        await kept.compared(tx, import_id, bank_id, seen, findings)
        await kept.choose(tx, import_id, replace(one.choices, asks={}))
    return await look(database, group, blueprint, import_id, now)


async def cancel(database: Database, group: Group, import_id: int, now: datetime) -> Import:
    """Forget a preview. Raises NoSuchImport, AlreadyImported and ImportUnderWay."""
    async with database.write() as tx:
        one = await open_one(tx, group, import_id, now)
        await kept.remove(tx, import_id)
    return one


async def recent(database: Database, group: Group) -> list[tuple[Import, int | None]]:
    """The group's last imports, the newest first, each with the user who made it, if they are still kept."""
    async with database.read() as tx:
        return await kept.recent(tx, group.group_id, LISTED)


async def find(database: Database, group: Group, import_id: int) -> Import:
    """An import of the group's in any state. Raises NoSuchImport."""
    async with database.read() as tx:
        one = await kept.by_id(tx, group.group_id, import_id)
    if one is None:
        raise NoSuchImport
    return one


async def own_banks(database: Database, group: Group, blueprint: Blueprint) -> list[str]:
    """The names of the group's own banks."""
    async with database.read() as tx:
        rows = await kept.banks_of(tx, group.group_id, blueprint.banks)
    return [row["title"] for row in rows if row["group_id"] is not None]
