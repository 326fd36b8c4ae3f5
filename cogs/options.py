"""Zones and exams as options of commands: what is offered while somebody types, and what their words stand for."""

from __future__ import annotations

from discord import app_commands

from bot.domain.refusals import UnknownExam, UnknownZone
from bot.services.house import House
from cogs.plain import cut, plain

Choices = list[app_commands.Choice[str]]
MOST = 25


def zone(house: House, words: str) -> str:
    """The name of a zone that was chosen, or typed as it is called. Raises UnknownZone."""
    found = house.places.exact(words)
    if found is None:
        raise UnknownZone(plain(cut(words, 50)))
    return found


def exam(house: House, words: str) -> str:
    """The id of an exam that there is. Raises UnknownExam."""
    if words not in house.blueprints:
        raise UnknownExam(plain(cut(words, 50)), tuple(sorted(house.blueprints)))
    return words


def zones(house: House, words: str, *, most: int = MOST) -> Choices:
    """Zones to offer."""
    found = house.places.search(words, house.clock.now(), limit=most)
    return [app_commands.Choice(name=place.label, value=place.zone) for place in found]


def exams(house: House, words: str) -> Choices:
    """Exams to offer."""
    found = [one for one in house.blueprints.values() if words.casefold() in one.name.casefold()]
    return [app_commands.Choice(name=cut(one.name, 100), value=one.id) for one in found[:MOST]]
