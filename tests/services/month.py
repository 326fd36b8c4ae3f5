"""A month of a member's practice, answered with seeded dice through the services that the bot itself uses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from bot.domain.blueprint import Blueprint
from bot.domain.groups import Group
from bot.domain.instants import to_ms
from bot.domain.questions import Kind as Type
from bot.domain.quiz import mask
from bot.services import quiz
from bot.services.answers import Desk, Press
from bot.storage.database import Database

MONTH = timedelta(days=28)


async def month(
    database: Database,
    desk: Desk,
    group: Group,
    blueprint: Blueprint,
    user: int,
    *,
    until: datetime,
    answers: int,
    rng: Random,
    chances: Mapping[str, float] | None = None,
    usual: float = 0.7,
    over: timedelta = MONTH,
) -> None:
    """So many answers, evenly over the time that ends at `until`; `chances` to be right by a topic's name."""
    for n in range(answers):
        at = until - over + over * (n + 0.5) / answers
        asked = await quiz.practise(database, group, user, blueprint=blueprint, now=at, rng=rng)
        while asked.type is Type.FLASHCARD:  # turned over and passed by: nothing is learnt from them
            asked = await quiz.practise(database, group, user, blueprint=blueprint, now=at, rng=rng)
        right = rng.random() < (chances or {}).get(asked.topic, usual)
        text = None
        if asked.type is Type.SHORT:
            choice, text = 0, asked.answers[0] if right else "no idea"
        elif asked.type is Type.MULTI:
            choice = mask(asked.keys if right else asked.keys[1:])
        else:
            choice = asked.key if right else (asked.key + 1) % len(asked.options)
        await desk.answer(Press(asked.round_id, user, group.guild_id, choice, to_ms(at), text=text))
