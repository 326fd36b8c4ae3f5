"""Why a member missed a question, in their own word, and what their words come to."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime

from bot.domain import misses as patterns
from bot.domain.blueprint import Blueprint
from bot.domain.groups import Group
from bot.domain.misses import Pattern, Reason
from bot.domain.refusals import NotMissed
from bot.services import quiz
from bot.services.answers import Result
from bot.storage import answers, groups, misses
from bot.storage.database import Database


async def keep(
    database: Database, round_id: int, user: int, guild_id: int | None, reason: Reason, now: datetime
) -> Result:
    """Keep why a member missed a round's question; the last word stands. The result, with the reason.

    Raises NoSuchRound, NotYourRound, NotAnswered, StillOpen and NotMissed.
    """
    found = await quiz.result(database, round_id, user, guild_id, now)
    if found.correct or found.voided:
        raise NotMissed
    async with database.write() as tx:
        answer = await answers.answer(tx, round_id, user)
        if answer is None or answer["correct"]:
            raise NotMissed
        await misses.put(tx, round_id, answer["member_id"], reason)
    return replace(found, miss=reason)


async def summary(database: Database, group: Group, user: int, blueprint: Blueprint) -> list[Pattern]:
    """What stands out among a member's misses in each section of the exam, for that member alone."""
    async with database.read() as tx:
        member = await groups.member(tx, group.group_id, user)
        by_topic = {} if member is None else await misses.counts(tx, member)
    sections: dict[str, Counter[Reason]] = {}
    for slug, counts in by_topic.items():
        section = blueprint.section_of(slug)
        if section is not None:
            sections.setdefault(section.name, Counter()).update(counts)
    return patterns.summary(sections)
