"""What a tutor chooses for a preview: topics, what becomes of vanished questions, and who the doubtful ones are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.domain import imports as rules
from bot.domain.blueprint import Blueprint
from bot.domain.groups import Group
from bot.domain.imports import Choices, Comparison
from bot.domain.questions import slug
from bot.domain.refusals_imports import NotADoubt
from bot.services.imports import Preview, again, look, open_one, shown, topic_name
from bot.storage import imports as kept
from bot.storage.database import Database


async def topic(
    database: Database, group: Group, blueprint: Blueprint, import_id: int, name: str, now: datetime
) -> Preview:
    """The topic of the questions that name none. Raises as `look` does."""
    wanted = topic_name(name, blueprint)
    return await _choose(database, group, blueprint, import_id, now, lambda one, _: replace(one, topic=wanted))


async def give_topic(
    database: Database, group: Group, blueprint: Blueprint, import_id: int, number: int, name: str, now: datetime
) -> Preview:
    """What becomes of the questions of an unknown topic, by its number in `Preview.unknown`.

    They get the exam's topic *name*, or keep theirs (''). Raises NotADoubt, ComparingTooLong, and as `look` does.
    """
    before = await look(database, group, blueprint, import_id, now)
    wanted = topic_name(name, blueprint)
    if not 0 <= number < len(before.unknown) or wanted not in ("", *blueprint.topics):
        raise NotADoubt
    which = slug(before.unknown[number])
    after = await _choose(
        database, group, blueprint, import_id, now, lambda one, _: replace(one, topics={**one.topics, which: wanted})
    )
    # Only where the bank has some of the questions their topic decides whether they are changed.
    if after.found.pairs or after.found.same or after.found.of("stays"):
        return await again(database, group, blueprint, import_id, now, keep_asks=True)
    return after


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
    return shown(one, before.read, before.found, blueprint)
