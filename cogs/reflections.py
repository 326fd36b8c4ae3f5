"""/reflections: what a member takes away, for nobody else."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.groups import Group
from bot.domain.instants import from_ms
from bot.services import reflections
from bot.services.house import House
from cogs import cards
from cogs import texts_feedback as words
from cogs.plain import plain, quiet
from cogs.replies import Feature, Interaction, button, press, rows, say


class Reflections(Feature):
    """A member's private log."""

    @app_commands.command(name="reflections", description="What you take away from feedback; only you see it")
    @app_commands.guild_only()
    async def reflections(self, interaction: Interaction) -> None:
        group = await self.group(interaction)
        embed, view = await self._page(group, interaction.user.id, 0)
        await say(interaction, embed=embed, view=view)

    @press("rf-page")
    async def page(self, interaction: Interaction, number: int) -> None:
        await self._again(interaction, number)

    @press("rf-delete")
    async def delete(self, interaction: Interaction, reflection_id: int, number: int) -> None:
        group = await self.group(interaction)
        await reflections.delete(self.house.database, group, interaction.user.id, reflection_id)
        await self._again(interaction, number)

    async def _again(self, interaction: Interaction, number: int) -> None:
        group = await self.group(interaction)
        embed, view = await self._page(group, interaction.user.id, number)
        await interaction.response.edit_message(embed=embed, view=view)

    async def _page(self, group: Group, user: int, number: int) -> tuple[discord.Embed, discord.ui.View]:
        log = await reflections.log(self.house.database, group, user, number)
        embed = discord.Embed(title=words.LOG_TITLE, description=words.LOG_NONE, colour=cards.BLUE)
        buttons = []
        if log.number:
            first = log.page * reflections.PAGE + 1
            lines = []
            for place, one in enumerate(log.lines, first):
                topic = quiet(one.topic) if one.topic else None
                lines.append(words.log_line(place, plain(one.text), topic, from_ms(one.made_at)))
                buttons.append(button(f"rf-delete:{one.reflection_id}:{log.page}", words.delete_label(place)))
            embed.description = "\n".join(lines)
        pages = max(1, -(-log.number // reflections.PAGE))
        if pages > 1:
            back, forth = max(log.page - 1, 0), log.page + 1
            buttons.append(button(f"rf-page:{back}", words.NEWER, row=1, disabled=not log.page))
            buttons.append(button(f"rf-page:{forth}", words.OLDER, row=1, disabled=forth >= pages))
        embed.set_footer(text=f"{words.LOG_FOOT} {words.page(log.page + 1, pages)}" if pages > 1 else words.LOG_FOOT)
        return embed, rows(buttons)


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Reflections(client, house)
