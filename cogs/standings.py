"""/leaderboard and the digest's *My move*."""

from __future__ import annotations

from datetime import date

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.groups import Group
from bot.domain.refusals import NotYourRound, StaleButton
from bot.domain.standings import Span, bounds
from bot.services import groups, standings
from bot.services.house import House
from cogs import texts
from cogs.replies import Feature, Interaction, button, press, rows, say

PAGE = 10


class Standings(Feature):
    """Boards, page by page, with the reader's own place always in sight."""

    @app_commands.command(name="leaderboard", description="Your group's board")
    @app_commands.describe(period="Over what time points count")
    @app_commands.choices(
        period=[app_commands.Choice(name=name, value=span.value) for span, name in texts.SPANS.items()]
    )
    @app_commands.guild_only()
    async def leaderboard(self, interaction: Interaction, period: app_commands.Choice[str] | None = None) -> None:
        group = await self.group(interaction)
        embed, view = await self._page(interaction, group, Span(period.value if period else "week"), 0)
        await say(interaction, embed=embed, view=view)

    @press("l")
    async def turn(self, interaction: Interaction, group_id: int, span: str, page: int) -> None:
        """Another page of a board, in the place of the last one."""
        group = await groups.by_id(self.house.database, group_id)
        if group.guild_id != interaction.guild_id:
            raise NotYourRound
        try:
            chosen = Span(span)
        except ValueError:
            raise StaleButton from None
        embed, view = await self._page(interaction, group, chosen, page)
        await interaction.response.edit_message(embed=embed, view=view)

    async def _page(
        self, interaction: Interaction, group: Group, span: Span, page: int
    ) -> tuple[discord.Embed, discord.ui.View]:
        day = group.local_day(self.house.clock.now())
        board = await standings.board(self.house.database, group, span, day)
        page = min(page, max(0, (len(board) - 1) // PAGE))
        shown = board[page * PAGE : (page + 1) * PAGE]
        lines = [texts.board_line(one.rank, one.user_id, one.points) for one in shown]
        own = next((one for one in board if one.user_id == interaction.user.id), None)
        embed = discord.Embed(
            title=texts.board_title(span),
            description="\n".join([*(lines or [texts.NOBODY_ON_BOARD]), "", texts.own_line(own)]),
        )
        limits = bounds(span, day)
        when = texts.board_bounds(*limits, group.wishes.zone) if limits else ""
        embed.set_footer(text="\n".join(part for part in (when, texts.RULE) if part))
        turns = []
        if len(board) > PAGE:
            route = f"l:{group.group_id}:{span.value}"
            turns = [
                button(f"{route}:{max(0, page - 1)}", texts.BACK, disabled=page == 0),
                button(f"{route}:{page + 1}", texts.FORTH, disabled=(page + 1) * PAGE >= len(board)),
            ]
        return embed, rows(turns)

    @press("m")
    async def my_move(self, interaction: Interaction, group_id: int, day: int) -> None:
        """What that day did to the member's place; only they see it."""
        group = await groups.by_id(self.house.database, group_id)
        if group.guild_id != interaction.guild_id:
            raise NotYourRound
        try:
            when = date(day // 10_000, day // 100 % 100, day % 100)
        except ValueError:
            raise StaleButton from None
        move = await standings.my_move(self.house.database, group, interaction.user.id, when)
        await say(interaction, texts.move(move.earned, move.now, move.rank_before, move.people, move.streak))


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Standings(client, house)
