"""Banks as files for tutors: their own ones, and the operator's where their licence allows handing them on."""

from __future__ import annotations

import asyncio
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.blueprint import Blueprint
from bot.domain.groups import Group
from bot.domain.images import Picture
from bot.domain.questions import Bank, Question, slug
from bot.domain.refusals_imports import LicenceForbids, NoSuchBank
from bot.formats import anki_write, csv_write, gift_write, json_bank, markdown
from bot.formats.imported import Skipped, images
from bot.storage import imports as kept
from bot.storage import questions
from bot.storage.database import Database, Row, Transaction

FORMATS: Mapping[str, str] = {
    "markdown": "Markdown, complete",
    "csv": "CSV table, complete",
    "json": "JSON, complete",
    "gift": "GIFT, for Moodle",
    "anki": "Anki text",
}
"""The formats and what they are called in a menu."""
_ENDINGS = {"markdown": "md", "csv": "csv", "json": "json", "gift": "gift", "anki": "txt"}
_WITH_PICTURES = ("markdown", "csv", "json")

FREE = re.compile(
    r"(CC0|CC-BY(-SA|-NC|-NC-SA|-ND|-NC-ND)?|PDDL|ODC-By|ODbL|MIT|0BSD|BSD-[23]-Clause|Apache-2\.0|Unlicense)"
    r"(-\d+(\.\d+)*)?(-[A-Za-z]+)?",
    re.IGNORECASE,
)
"""Licences by their SPDX names under which a copy may be handed on, with the licence's name beside it."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A bank that a group is asked from; *own* is the group's, the others are the operator's."""

    bank_id: int
    slug: str
    title: str
    licence: str
    rights: str
    exam: str
    own: bool
    live: int

    @property
    def free(self) -> bool:
        """Whether it may be handed to the group's tutors as a file."""
        return self.own or FREE.fullmatch(self.licence.strip()) is not None


@dataclass(frozen=True, slots=True)
class File:
    """An export: how many questions are in it, which are not and why, and what those that are in it have lost."""

    name: str
    data: bytes
    shelf: Shelf
    questions: int
    left_out: tuple[Skipped, ...]
    lost: tuple[str, ...]


async def shelves(database: Database, group: Group, blueprint: Blueprint) -> list[Shelf]:
    """The banks that the group is asked from, its own first."""
    async with database.read() as tx:
        return [_shelf(row) for row in await kept.banks_of(tx, group.group_id, blueprint.banks)]


def _shelf(row: Row) -> Shelf:
    return Shelf(
        row["bank_id"],
        row["slug"],
        row["title"],
        row["licence"],
        row["rights"],
        row["exam"],
        row["group_id"] is not None,
        row["live"],
    )


async def export(database: Database, group: Group, blueprint: Blueprint, words: str | None, wanted: str) -> File:
    """The live questions of a bank, by its title or slug, as a file; without words the only bank of the group's own.

    *wanted* is one of FORMATS. Raises NoSuchBank and LicenceForbids.
    """
    shelf = _chosen(await shelves(database, group, blueprint), words)
    if not shelf.free:
        raise LicenceForbids(shelf.title, shelf.licence)

    async def read(tx: Transaction) -> tuple[list[Question], list[Picture]]:
        found = [one.question for one in await questions.of_bank(tx, shelf.bank_id) if one.state == "live"]
        return found, await questions.pictures_of_bank(tx, shelf.bank_id)

    found, pictures = await database.read_at_once(read)
    return await asyncio.to_thread(_written, shelf, found, pictures, wanted)


async def of_any(database: Database, slug_wanted: str, wanted: str) -> File:
    """The live questions of any bank by its slug, for the operator. *wanted* is one of FORMATS. Raises NoSuchBank."""
    async with database.read() as tx:
        row = await kept.bank(tx, slug_wanted)
        if row is None:
            raise NoSuchBank(slug_wanted)
        found = [one.question for one in await questions.of_bank(tx, row["bank_id"]) if one.state == "live"]
        pictures = await questions.pictures_of_bank(tx, row["bank_id"])
    shelf = Shelf(
        row["bank_id"],
        slug_wanted,
        row["title"],
        row["licence"],
        row["rights"],
        row["exam"],
        row["group_id"] is not None,
        len(found),
    )
    return _written(shelf, found, pictures, wanted)


def _chosen(found: Sequence[Shelf], words: str | None) -> Shelf:
    if words is None:
        own = [one for one in found if one.own]
        if len(own) == 1:
            return own[0]
        raise NoSuchBank("")
    wanted = words.strip().casefold()
    for one in found:
        if wanted in (one.slug, one.title.casefold()):
            return one
    raise NoSuchBank(words)


def _written(shelf: Shelf, found: Sequence[Question], pictures: Sequence[Picture], wanted: str) -> File:
    bank = Bank(
        slug(shelf.title)[:60].strip("-") or "bank",
        shelf.title,
        shelf.licence or "unknown",
        shelf.rights or "unknown",
        shelf.exam,
        tuple(found),
    )
    left_out: tuple[Skipped, ...] = ()
    lost: tuple[str, ...] = ()
    if wanted == "markdown":
        data = markdown.write(bank).encode()
    elif wanted == "csv":
        data = csv_write.write(found)
    elif wanted == "json":
        data = json_bank.write(bank).encode()
    else:
        made = (gift_write.write if wanted == "gift" else anki_write.write)(found)
        data, left_out, lost = made.text.encode(), made.left_out, made.lost
    name = f"{bank.slug}.{_ENDINGS[wanted]}"
    used = {image.name for one in found for image in images(one)}
    beside = [one for one in pictures if one.name in used]
    if beside and wanted in _WITH_PICTURES:
        data, name = _packed(name, data, beside), f"{bank.slug}.zip"
    return File(name, data, shelf, len(found) - len(left_out), left_out, lost)


def _packed(name: str, data: bytes, pictures: Sequence[Picture]) -> bytes:
    """The file with its pictures beside it, as it can be imported again."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
        for one in {picture.name: picture for picture in pictures}.values():
            archive.writestr(one.name, one.data)
    return out.getvalue()


def template() -> bytes:
    """A table with a question of each type, for spreadsheets."""
    return csv_write.template().encode("utf-8-sig")


def zipped(file: File) -> File:
    """The same in an archive, for one that is too large."""
    if file.name.endswith(".zip"):
        return file
    name = f"{file.name.rpartition('.')[0]}.zip"
    packed = _packed(file.name, file.data, ())
    return File(name, packed, file.shelf, file.questions, file.left_out, file.lost)
