"""A tutor's question file: what it would do to a bank, what the tutor chose, and what was imported lately.

`import_choices.py` beside this takes the tutor's choices, `import_work.py` does it, and undoes it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
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
)
from bot.formats.imported import MAX_BYTES, Imported
from bot.formats.sniff import UNKNOWN
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
    "find",
    "look",
    "own_banks",
    "preview",
    "recent",
]

MOST_PREVIEWS = 5
"""Previews of a group that are kept at a time; the oldest one goes."""
LISTED = 10
MANY = 500
"""Questions of a file from which on comparing takes long enough to be told."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do, with the choices so far.

    *new*, *changed* and *retiring* count what a press would do now, *asks* are the doubtful ones that nobody has
    decided, *homeless* counts those that are left out because they have no topic. *unknown* are topics that the exam
    does not have, as the file writes them. *bank_is_new*: nothing was imported into this bank before.
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

    @property
    def format(self) -> str:
        """The name of the file's format; '' where it is in none."""
        return "" if self.read.format == UNKNOWN else self.read.format

    @property
    def topics(self) -> Mapping[str, int]:
        """How many of the file's questions each topic gets; '' stands for none."""
        counted = Counter[str]()
        for name, number in self.read.topics.items():
            counted[self.one.choices.topics.get(slug(name)) or name] += number
        return counted

    @property
    def samples(self) -> list[Question]:
        """Some questions as they would be imported."""
        return rules.mapped(self.read.samples, self.one.choices.topics)


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
    found = await asyncio.to_thread(rules.at_exam, imported.questions, blueprint)
    kinds, topics = await asyncio.to_thread(rules.counts, found)
    bank_slug = rules.bank_slug(group.group_id, title)
    given = await _remembered(database, bank_slug, topics, blueprint)
    shas = await asyncio.to_thread(_digests, pictures)
    mine = await asyncio.to_thread(rules.mapped, found, given)
    comparison, seen, bank_id = await _compare(database, group, blueprint, bank_slug, mine, shas)
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
    keep = any(one.level == "error" for one in imported.problems)
    choices = Choices(topic_name(topic, blueprint), keep, topics=given)
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


async def _remembered(
    database: Database, bank_slug: str, topics: Mapping[str, int], blueprint: Blueprint
) -> dict[str, str]:
    """What was chosen for the file's unknown topics when its bank was imported last: it need not be chosen again."""
    async with database.read() as tx:
        last = await kept.last_topics(tx, bank_slug)
    there = {"", *blueprint.topics}
    slugs = map(slug, rules.unknown_topics(topics, blueprint))
    return {one: last[one] for one in slugs if last.get(one) in there}


def _digests(pictures: Sequence[Picture]) -> dict[str, str]:
    return {one.name: hashlib.sha256(one.data).hexdigest() for one in pictures}


def topic_name(name: str, blueprint: Blueprint) -> str:
    """A topic as the exam writes it, where it has it."""
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
    return await asyncio.to_thread(shown, one, read, found, blueprint)


def shown(one: Import, read: Read, found: Comparison, blueprint: Blueprint) -> Preview:
    """A preview of what is kept."""
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


async def again(
    database: Database, group: Group, blueprint: Blueprint, import_id: int, now: datetime, *, keep_asks: bool = False
) -> Preview:
    """Compare a preview's file anew, since its bank was changed; doubts are asked again, but for *keep_asks*.

    Raises ComparingTooLong, and as `look` does.
    """
    before = await look(database, group, blueprint, import_id, now)
    async with database.read() as tx:
        packed = await kept.questions(tx, import_id)
        shas = await kept.picture_digests(tx, import_id)
    if packed is None:
        raise AlreadyImported
    found = await asyncio.to_thread(import_files.unpack_questions, packed)
    mine = await asyncio.to_thread(rules.mapped, found, before.one.choices.topics)
    comparison, seen, bank_id = await _compare(database, group, blueprint, before.one.slug, mine, shas)
    read = replace(before.read, samples=tuple(rules.samples(found, comparison)))
    findings = await asyncio.to_thread(import_files.pack_findings, read, comparison)
    async with database.write() as tx:
        one = await open_one(tx, group, import_id, now)
        await kept.compared(tx, import_id, bank_id, seen, findings)
        if not keep_asks:
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
