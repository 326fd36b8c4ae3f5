"""What members want a session about: wished by each for themselves, counted for tutors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.blueprint import Blueprint
from bot.domain.groups import Group
from bot.domain.instants import to_ms
from bot.domain.questions import slug
from bot.domain.refusals import UnknownTopic
from bot.domain.refusals_attendance import TooManyWishes
from bot.domain.wishes import KEPT_MS, MOST, counted
from bot.storage import groups, wishes
from bot.storage.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class Wished:
    """A wish that was made: the topic's name, whether it is new, and how many wish for the topic."""

    topic: str
    new: bool
    wishes: int


async def wish(database: Database, group: Group, user: int, blueprint: Blueprint, words: str, now: datetime) -> Wished:
    """Wish for a session about a topic of the exam; once more makes the wish young again.

    Raises UnknownTopic and TooManyWishes.
    """
    now_ms, topic = to_ms(now), slug(words)
    names = _names(blueprint)
    if topic not in names:
        raise UnknownTopic(words)
    async with database.write() as tx:
        await wishes.drop(tx, now_ms - KEPT_MS)
        key = (group.group_id, user)
        member = (await groups.member_ids(tx, [key], now_ms))[key]
        mine = [one for one, _ in await wishes.of_member(tx, member) if one in names]
        if topic not in mine and len(mine) >= MOST:
            raise TooManyWishes(MOST)
        new = await wishes.put(tx, member, topic, now_ms)
        found = dict(counted(await wishes.of_group(tx, group.group_id), names, now_ms))
    return Wished(names[topic], new, found[names[topic]])


async def take_back(database: Database, group: Group, user: int, topic: str) -> None:
    """The member wishes for it no longer."""
    async with database.write() as tx:
        member = await groups.member(tx, group.group_id, user)
        if member is not None:
            await wishes.remove(tx, member, topic)


async def counts(tx: Transaction, group: Group, blueprint: Blueprint, now_ms: int) -> list[tuple[str, int]]:
    """(topic's name, wishes) of the group, the most wanted first; for the offer when a session is posted too."""
    return counted(await wishes.of_group(tx, group.group_id), _names(blueprint), now_ms)


async def wanted(database: Database, group: Group, blueprint: Blueprint, now: datetime) -> list[tuple[str, int]]:
    """The same, read by itself."""
    async with database.read() as tx:
        return await counts(tx, group, blueprint, to_ms(now))


def _names(blueprint: Blueprint) -> dict[str, str]:
    return {slug(name): name for name in blueprint.topics}
