"""/privacy: a member's data out, gone, and off the boards."""

from __future__ import annotations

import io

import discord
from discord import app_commands
from discord.ext import commands

from bot.services import privacy
from bot.services.house import House
from cogs import texts_privacy as words
from cogs.replies import Feature, Interaction, button, press, rows, say


class Privacy(Feature):
    """What is kept about a member belongs to that member."""

    commands_group = app_commands.Group(name="privacy", description="What is kept about you", guild_only=True)

    @commands_group.command(name="export", description="Everything kept about you here, as a file only you see")
    async def export(self, interaction: Interaction) -> None:
        group = await self.group(interaction)
        text = await privacy.export(self.house.database, group, interaction.user.id)
        if text is None:
            await say(interaction, words.NOTHING)
            return
        file = discord.File(io.BytesIO(text.encode()), filename="studyhall-my-data.json")
        await interaction.response.send_message(words.EXPORT, file=file, ephemeral=True)

    @commands_group.command(name="delete", description="Delete everything kept about you here")
    async def delete(self, interaction: Interaction) -> None:
        await self.group(interaction)
        yes = button("del", words.YES, style=discord.ButtonStyle.danger)
        await say(interaction, words.ASK, view=rows([yes]))

    @press("del")
    async def confirmed(self, interaction: Interaction) -> None:
        group = await self.group(interaction)
        gone = await privacy.delete(self.house.database, group, interaction.user.id)
        self.client.dispatch("agenda_changed")  # seats may have become free
        text = words.DONE if gone else words.NOTHING
        await interaction.response.edit_message(content=text, view=None)

    @commands_group.command(name="board", description="Whether the leaderboards show you")
    @app_commands.describe(show="On or off, at once and for the past too")
    @app_commands.choices(
        show=[app_commands.Choice(name="on", value="on"), app_commands.Choice(name="off", value="off")]
    )
    async def board(self, interaction: Interaction, show: app_commands.Choice[str]) -> None:
        group = await self.group(interaction)
        on = show.value == "on"
        await privacy.show_on_board(self.house.database, group, interaction.user.id, interaction.created_at, on=on)
        await say(interaction, words.BOARD_ON if on else words.BOARD_OFF)


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Privacy(client, house)
