"""/season: tutors name a stretch of time that has its own boards."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.groups import Group
from bot.domain.refusals import BadSeason
from bot.services import seasons
from bot.services.house import House
from cogs import texts_boards
from cogs.plain import cut, plain
from cogs.replies import Feature, Interaction, require_tutor, say


class Seasons(Feature):
    """Seasons and their days."""

    commands_group = app_commands.Group(name="season", description="Boards over a time of your own", guild_only=True)

    @commands_group.command(name="set", description="For tutors: name a season, or give one new days")
    @app_commands.describe(
        name="What it is called; the name of a season that exists moves that one",
        first="Its first day, such as 2 March or 2026-03-02",
        last="Its last day, included",
    )
    @app_commands.rename(first="from", last="to")
    async def put(self, interaction: Interaction, name: app_commands.Range[str, 1, 40], first: str, last: str) -> None:
        group: Group = await self.group(interaction)
        require_tutor(interaction, group.wishes.tutor_role_id)
        now = self.house.clock.now()
        try:
            season = seasons.read(plain(" ".join(name.split())), first, last, group.local_day(now))
        except BadSeason:
            raise BadSeason(plain(cut(first, 40)), plain(cut(last, 40))) from None
        moved = await seasons.put(self.house.database, group, season, now)
        self.client.dispatch("agenda_changed")
        title = texts_boards.SEASON_MOVED if moved else texts_boards.SEASON_NEW
        await say(
            interaction,
            embed=discord.Embed(
                title=title.format(name=season.name),
                description=texts_boards.season_line(season, group.wishes.zone),
            ),
        )


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Seasons(client, house)
