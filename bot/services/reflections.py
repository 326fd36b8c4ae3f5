"""A member's private log of what they take away."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.groups import Group
from bot.domain.refusals_feedback import NoSuchReflection
from bot.storage import groups, reflections
from bot.storage.database import Database
from bot.storage.reflections import Reflection

PAGE = 5

__all__ = ["Reflection"]


@dataclass(frozen=True, slots=True)
class Log:
    """A page of the log; `number` is how many lines there are."""

    lines: tuple[Reflection, ...]
    page: int
    number: int


async def log(database: Database, group: Group, user: int, page: int) -> Log:
    """A page of a member's log, newest first; pages count from 0, and one too far is the last."""
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        if member is None:
            return Log((), 0, 0)
        number = await reflections.count(tx, member)
        page = max(0, min(page, (number - 1) // PAGE))
        return Log(tuple(await reflections.page(tx, member, PAGE, page * PAGE)), page, number)


async def delete(database: Database, group: Group, user: int, reflection_id: int) -> None:
    """Delete a line. Raises NoSuchReflection, for somebody else's too."""
    async with database.write() as tx:
        member = await groups.member(tx, group.group_id, user)
        if member is None or not await reflections.delete(tx, member, reflection_id):
            raise NoSuchReflection


async def about(database: Database, group: Group, user: int, topic_id: int | None) -> Reflection | None:
    """The newest line about a topic, to be shown beside a result."""
    if topic_id is None:
        return None
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        return None if member is None else await reflections.newest(tx, member, topic_id)
