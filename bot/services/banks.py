"""Loading question banks and saying what there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from bot.domain.blueprint import Blueprint
from bot.domain.questions import Bank, Problem, unaskable
from bot.formats import blueprint as blueprint_format
from bot.formats import markdown
from bot.storage import banks
from bot.storage.banks import Loaded
from bot.storage.database import Database

__all__ = ["Loaded", "Topic", "load", "read_banks", "read_blueprints", "summary", "topics"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic that a group can be asked about, and how many live questions it has."""

    topic_id: int
    slug: str
    name: str
    questions: int


def read_banks(files: Iterable[tuple[PurePath, str]]) -> tuple[list[Bank], list[Problem]]:
    """Banks and problems of Markdown files given as (path, text).

    A question that cannot be asked yet is a warning: `load` leaves it out.
    """
    found: list[Bank] = []
    problems: list[Problem] = []
    for path, text in files:
        bank, more = markdown.read(text, str(path))
        problems += more
        if bank is not None:
            found.append(bank)
            problems += _waiting(bank, str(path))
    return found, problems


def _waiting(bank: Bank, file: str) -> list[Problem]:
    reasons = ((question.line, unaskable(question)) for question in bank.questions)
    return [
        Problem(file, line, "warning", f"{reason}: this one is left out when the bank is loaded")
        for line, reason in reasons
        if reason
    ]


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


async def load(database: Database, found: Sequence[Bank]) -> dict[str, Loaded]:
    """Make the kept banks equal to these, all in one transaction; what changed, by the bank's slug.

    Questions that cannot be asked yet are left out.
    """
    async with database.write() as tx:
        return {bank.slug: await banks.load(tx, _askable(bank)) for bank in found}


def _askable(bank: Bank) -> Bank:
    return replace(bank, questions=tuple(question for question in bank.questions if not unaskable(question)))


async def topics(database: Database, blueprint: Blueprint) -> list[Topic]:
    """The topics of an exam, by name."""
    async with database.read() as tx:
        return [Topic(*row) for row in await banks.topics(tx, blueprint.banks)]


async def summary(database: Database) -> list[tuple[str, str, str, int, int]]:
    """(slug, title, exam, live, retired) of each bank."""
    async with database.read() as tx:
        return await banks.summary(tx)
