"""Seasons: stretches of time that tutors name, each with boards of its own."""

from __future__ import annotations

from datetime import date, datetime

from bot.domain.groups import Group
from bot.domain.instants import to_ms
from bot.domain.periods import LONGEST_SEASON, parse_day
from bot.domain.refusals import BadSeason, SeasonTaken
from bot.domain.standings import Season, Window
from bot.services import periods
from bot.storage import seasons, standings
from bot.storage.database import Database


async def of_group(database: Database, group: Group) -> list[Season]:
    """A group's seasons, oldest first."""
    async with database.read() as tx:
        return await seasons.of_group(tx, group.group_id)


def read(name: str, first: str, last: str, today: date) -> Season:
    """A season from a tutor's words. Raises BadSeason."""
    begins = parse_day(first, today)
    # The last day is the next one of its name from the first day on.
    ends = None if begins is None else parse_day(last, begins)
    if begins is None or ends is None or not begins <= ends <= begins + LONGEST_SEASON:
        raise BadSeason(first, last)
    return Season(name, begins, ends)


async def put(database: Database, group: Group, season: Season, now: datetime) -> bool:
    """Keep a season with its summary rows; whether it takes the place of one of that name. Raises SeasonTaken."""
    async with database.write() as tx:
        known = await seasons.of_group(tx, group.group_id)
        old = [one for one in known if one.name.casefold() == season.name.casefold()]
        for other in known:
            if other not in old and other.overlaps(season):
                raise SeasonTaken(other.name, other.first.isoformat(), other.last.isoformat())
        for one in old:
            await seasons.drop(tx, group.group_id, one)
            await standings.drop(tx, group.group_id, one.key)
        await seasons.put(tx, group.group_id, season)
        await standings.fill(tx, group.group_id, Window(season.key, season.first, season.last))
        if season.last < group.local_day(now):
            await seasons.archive(tx, group.group_id, Window(season.key, season.first, season.last))
        await periods.plan_next(tx, group, to_ms(now))
    return bool(old)
