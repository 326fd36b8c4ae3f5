"""`studyhall bank import` and `bank export`: a group's question files in, and any bank out as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.bank_check import Told, opened
from bot.domain.blueprint import Blueprint
from bot.domain.groups import Group
from bot.domain.imports import unknown_topics
from bot.domain.refusals import Refusal
from bot.domain.refusals_imports import (
    BankChanged,
    ComparingTooLong,
    ImportUnderWay,
    NoSuchBank,
    NothingToImport,
    TooManyQuestions,
)
from bot.intake.worker import Reader
from bot.offline import Refused
from bot.offline import opened as database_at
from bot.running import StartRefused, read_folder
from bot.services import banks, exports, import_work, imports, rescore
from bot.services.imports import Preview
from bot.storage import groups
from bot.storage.database import Database
from config.settings import Settings

SHOWN = 20
"""Doubtful questions that are listed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the operator asked for: the file, and where its questions go."""

    file: Path
    group: int | None
    bank: str | None = None
    topic: str = ""


@dataclass(slots=True)
class Importing:
    """A file that was compared with a bank, and the way to import it or to forget it."""

    database: Database
    group: Group
    found: Preview
    now: datetime

    @property
    def text(self) -> str:
        """What the file holds, what is wrong with it by line, and what an import would do."""
        return "\n".join(_told(self.found))

    @property
    def nothing(self) -> bool:
        """Whether an import would change nothing."""
        return not (self.found.good or self.found.retiring)

    async def go(self, told: Told | None = None) -> str:
        """Import it; what was done. Raises Refused."""
        try:
            done = await import_work.apply(self.database, self.group, self.found.import_id, self.now, told)
        except TooManyQuestions as error:
            raise Refused(
                f"A group's own banks may have {error.most:,} live questions; with this file it would have more. "
                "Nothing was imported."
            ) from None
        except NothingToImport:
            raise Refused("There is nothing to import: no question of this file is new or changed.") from None
        except Refusal as error:
            raise Refused(f"{_sentence(error)} Nothing was imported.") from None
        await rescore.rebuild(self.database)
        again = f"; the key of {done.rekeyed} is another, and their earlier answers were judged anew"
        return (
            f"{done.one.title}: {done.new} new, {done.changed} changed, {done.retired} retired"
            f"{again if done.rekeyed else ''}. A tutor can undo it with /bank imports."
        )

    async def forget(self) -> None:
        """Leave no trace of the preview."""
        await imports.cancel(self.database, self.group, self.found.import_id, self.now)


@asynccontextmanager
async def importing(
    settings: Settings, wanted: Wanted, now: datetime, progress: Callable[[str], Told] | None = None
) -> AsyncIterator[Importing]:
    """Read a file and compare it with the group's bank. Raises Refused, and Unreadable for the file."""
    data = opened(wanted.file)
    async with database_at(settings.database) as database:
        group = await _group(database, wanted.group)
        blueprint = _blueprint(settings, group)
        if wanted.topic and unknown_topics({wanted.topic: 1}, blueprint):
            raise Refused(
                f"{blueprint.name} has no topic “{wanted.topic}”. Its topics: {', '.join(blueprint.topics)}. "
                "Nothing was imported."
            )
        reader = Reader()
        try:
            told = None if progress is None else progress(wanted.file.name)
            intake = await reader.read(data, wanted.file.name, progress=told, folder=wanted.file.parent)
        finally:
            await reader.close()
        try:
            found = await imports.preview(
                database,
                group,
                blueprint,
                intake.imported,
                intake.pictures,
                file=wanted.file.name,
                now=now,
                bank=wanted.bank,
                topic=wanted.topic,
            )
        except Refusal as error:
            raise Refused(f"{wanted.file}: {_sentence(error)} Nothing was imported.") from None
        yield Importing(database, group, found, now)


def _sentence(error: Refusal) -> str:
    match error:
        case ComparingTooLong():
            return "Comparing it with the group's questions took more work than a file may; split it into smaller ones."
        case ImportUnderWay():
            return "An import into this bank is just under way; run the command again in a minute."
        case BankChanged():
            return "Somebody changed this bank meanwhile; run the command again to see what the file means for it now."
        case NoSuchBank():
            return "The bank of this name is somebody else's; give another one with --bank."
        case _:  # the preview was cancelled, or taken, by somebody else
            return "Somebody else was at this import meanwhile; run the command again."


async def _group(database: Database, number: int | None) -> Group:
    async with database.read() as tx:
        found = await groups.everyone(tx)
    if number is None and len(found) == 1:
        return found[0]
    chosen = next((one for one in found if one.group_id == number), None)
    if chosen is None:
        listed = ", ".join(f"{one.group_id} ({one.wishes.exam}, server {one.guild_id})" for one in found)
        there = f"The groups here: {listed}" if found else "There is no group here yet: /setup in Discord makes one"
        said = "Say for which group, with --group." if number is None else f"There is no group {number}."
        raise Refused(f"{said} {there}. Nothing was imported.")
    return chosen


def _blueprint(settings: Settings, group: Group) -> Blueprint:
    try:
        blueprints, _ = banks.read_blueprints(read_folder(settings.exams, ".toml"))
    except StartRefused as error:
        raise Refused(str(error)) from None
    if group.wishes.exam not in blueprints:
        raise Refused(f"{settings.exams}: the exam “{group.wishes.exam}” of this group is not here. Nothing was done.")
    return blueprints[group.wishes.exam]


def _told(found: Preview) -> Iterator[str]:
    one, read = found.one, found.read
    yield from (f"{level}: {one.file}:{line}: {text}" for line, level, text in read.problems)
    yield from (f"skipped: {one.file}:{line}: “{what}”: {reason}" for line, what, reason in read.skipped)
    if read.uncounted:
        yield f"{read.uncounted:,} more problems and skipped things are not listed"
    yield f"{one.file}: {read.good} questions ({read.format}) for the bank “{one.title}”"
    for name, counts in (("types", read.kinds), ("topics", read.topics)):
        if counts:
            yield f"{name}: " + ", ".join(f"{word or '(none)'} {number}" for word, number in counts.items())
    if found.unknown:
        yield (f"topics that the exam does not have: {', '.join(found.unknown)}; those come only in practice by topic")
    if found.homeless:
        yield f"{found.homeless} questions name no topic and are left out; --topic gives them one"
    yield f"{found.new} new, {found.changed} changed, {found.found.same} as before, {found.retiring} to be retired"
    for other in found.found.of("duplicate")[:SHOWN]:
        yield f"left out, there already: line {other.line}: {other.stem}"
    for other in found.found.of("conflict")[:SHOWN]:
        yield f"left out, there already with another answer: line {other.line}: {other.stem}"
    for other in found.found.of("clash", "twin")[:SHOWN]:
        with_another = "with another answer" if other.verdict == "clash" else "in other words"
        yield f"twice in the file {with_another}, both come in: line {other.line}, {other.others[0].key}: {other.stem}"
    for doubt in found.asks[:SHOWN]:
        yield f"left out, since it may be one that the bank has: line {doubt.line}: {doubt.stem}"


async def export(database_path: Path, bank: str, wanted: str) -> exports.File:
    """A bank's live questions as a file. Raises Refused."""
    async with database_at(database_path) as database:
        try:
            return await exports.of_any(database, bank, wanted)
        except NoSuchBank:
            raise Refused(
                f"There is no bank “{bank}”; studyhall bank list shows the banks. Nothing was done."
            ) from None


def losses(file: exports.File) -> Iterator[str]:
    """What is not in the file, and what those questions have lost that are."""
    yield from (f"left out: question {one.line}, “{one.what}”: {one.reason}" for one in file.left_out)
    yield from file.lost
