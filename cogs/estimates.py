"""/progress: a member's own topics, for nobody else."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.services import estimates
from bot.services.house import House
from cogs import texts
from cogs.plain import quiet
from cogs.replies import Feature, Interaction, button, rows, say


class Estimates(Feature):
    """What a member may know of their own weak areas."""

    @app_commands.command(name="progress", description="Your topics, with your weak areas first; only you see it")
    @app_commands.guild_only()
    async def progress(self, interaction: Interaction) -> None:
        group = await self.group(interaction)
        blueprint = self.house.blueprint(group)
        lines = await estimates.progress(self.house.database, group, interaction.user.id, blueprint)
        answered = [line for line in lines if line.answers]
        rest = [quiet(line.name) for line in lines if not line.answers]
        title = texts.PROGRESS_TITLE.format(exam=blueprint.name)
        if not answered:
            embed = discord.Embed(title=title, description=texts.PROGRESS_NONE)
            await say(interaction, embed=embed, view=rows([button("n:-", texts.PRACTISE)]))
            return
        body = [texts.topic_line(quiet(line.name), line.estimate, line.state, line.answers) for line in answered]
        head = texts.PROGRESS_HEAD.format(mark=texts.percent(blueprint.pass_mark))
        embed = discord.Embed(title=title, description="\n".join([head, "", *body])[:4096])
        if rest:
            embed.set_footer(text=texts.untouched(rest)[:2048])
        view = rows([button(f"n:{answered[0].slug}", texts.PRACTISE_WEAKEST)])
        await say(interaction, embed=embed, view=view)


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Estimates(client, house)
