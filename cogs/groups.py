"""/group: what tutors may know of their group as a whole, and nothing of anybody in it."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.pictures import overview as card
from bot.services import overview
from bot.services.house import House
from bot.services.overview import Overview
from cogs import cards, pictures
from cogs import texts_progress as texts
from cogs.plain import cut, quiet
from cogs.replies import Feature, Interaction, require_tutor, rows, say


class Groups(Feature):
    """A group's weak topics, for those who prepare its sessions."""

    commands_group = app_commands.Group(name="group", description="Your group as a whole", guild_only=True)

    @commands_group.command(name="overview", description="For tutors: the group's weak topics by week, without names")
    async def overview(self, interaction: Interaction) -> None:
        group = await self.group(interaction)
        require_tutor(interaction, group.wishes.tutor_role_id)
        blueprint = self.house.blueprint(group)
        at = interaction.created_at
        found = await overview.overview(self.house.database, group, interaction.user.id, blueprint, at)
        title = texts.OVERVIEW_TITLE.format(exam=blueprint.name)
        if not found.enough or not found.topics:
            few = texts.OVERVIEW_THIN if found.enough else texts.OVERVIEW_FEW
            await say(interaction, embed=discord.Embed(title=cut(title, 256), description=few))
            return
        picture = card.OverviewPicture(
            title,
            found.mark,
            tuple(texts.week_name(week) for week in found.weeks),
            tuple(card.OverviewRow(topic.name, topic.section, topic.weeks) for topic in found.topics),
        )
        lines = [texts.group_line(quiet(one.name), one, found.weeks, found.mark) for one in found.topics]
        await pictures.answer(
            interaction,
            self.house.painter,
            picture,
            name="overview.png",
            alt=card.alt(picture),
            beneath=_embed(title, found, []),
            in_words=_embed(title, found, lines),
            view=rows([]),
        )


def _embed(title: str, found: Overview, lines: list[str]) -> discord.Embed:
    session = found.session
    body = [texts.next_session(session, quiet(session.name) if session else "", found.mark), *([""] if lines else [])]
    body += lines
    if found.left_out:
        body += ["", texts.left_out(found.left_out)]
    embed = discord.Embed(title=cut(title, 256), description=cut("\n".join(body), cards.DESCRIPTION))
    return embed.set_footer(text=texts.OVERVIEW_RULE)


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Groups(client, house)
