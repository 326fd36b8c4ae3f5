"""Loading question banks and saying what there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from bot.domain.blueprint import Blueprint
from bot.domain.images import Picture
from bot.domain.questions import Bank, Problem
from bot.formats import blueprint as blueprint_format
from bot.formats import markdown
from bot.storage import banks
from bot.storage.banks import Loaded
from bot.storage.database import Database, Transaction

__all__ = ["Loaded", "SlugTaken", "Topic", "load", "read_banks", "read_blueprints", "summary", "topics"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic that a group can be asked about, and how many live questions it has."""

    topic_id: int
    slug: str
    name: str
    questions: int


def read_banks(files: Iterable[tuple[PurePath, str]]) -> tuple[list[Bank], list[Problem]]:
    """Banks and problems of Markdown files given as (path, text)."""
    found: list[Bank] = []
    problems: list[Problem] = []
    for path, text in files:
        bank, more = markdown.read(text, str(path))
        problems += more
        if bank is not None:
            found.append(bank)
    return found, problems


def read_blueprints(files: Iterable[tuple[PurePath, str]]) -> tuple[dict[str, Blueprint], list[Problem]]:
    """Blueprints by id, and problems, of TOML files given as (path, text)."""
    found: dict[str, Blueprint] = {}
    problems: list[Problem] = []
    for path, text in files:
        blueprint, more = blueprint_format.read(text, str(path))
        problems += more
        if blueprint is not None:
            found[blueprint.id] = blueprint
    return found, problems


class SlugTaken(Exception):
    """A group has a bank of its own with that slug."""


async def load(
    database: Database, found: Sequence[Bank], pictures: Mapping[str, Sequence[Picture]] | None = None
) -> dict[str, Loaded]:
    """Make the operator's kept banks equal to these, all in one transaction; what changed, by the bank's slug.

    *pictures* are those of each bank, by its slug. Where a question was rekeyed the summaries have to be made again
    (`rescore.rebuild`). Raises SlugTaken; then nothing was loaded.
    """

    async def work(tx: Transaction) -> dict[str, Loaded]:
        done = {}
        for bank in found:
            loaded = await banks.load(tx, bank, (pictures or {}).get(bank.slug, ()))
            if loaded is None:
                raise SlugTaken(bank.slug)
            done[bank.slug] = loaded
        return done

    # In one step of the database's thread: a bank is thousands of statements.
    return await database.write_at_once(work)


async def topics(database: Database, blueprint: Blueprint, group_id: int | None = None) -> list[Topic]:
    """The topics of an exam, by name, with the number of questions that this group can be asked."""
    async with database.read() as tx:
        return [Topic(*row) for row in await banks.topics(tx, blueprint.banks, group_id)]


async def summary(database: Database) -> list[tuple[str, str, str, int, int]]:
    """(slug, title, exam, live, retired) of each bank."""
    async with database.read() as tx:
        return await banks.summary(tx)
