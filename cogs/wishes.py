"""What members wish for, and how many: /session wish and /session wishes."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.questions import slug
from bot.domain.refusals import UnknownTopic
from bot.services import wishes
from bot.services.house import House
from cogs import texts_afterwards as words
from cogs.cards import BLUE, DESCRIPTION
from cogs.plain import cut, plain, quiet
from cogs.replies import Feature, Interaction, button, press, require_tutor, rows, say


class Wishes(Feature):
    """A wish can be taken back by who made it, from its own reply."""

    @press("wish-back")
    async def take_back(self, interaction: Interaction, topic: str) -> None:
        group = await self.group(interaction)
        await wishes.take_back(self.house.database, group, interaction.user.id, topic)
        await interaction.response.edit_message(content=words.WISH_GONE, view=None)


async def wish(feature: Feature, interaction: Interaction, topic: str) -> None:
    """/session wish."""
    group = await feature.group(interaction)
    blueprint = feature.house.blueprint(group)
    try:
        found = await wishes.wish(
            feature.house.database, group, interaction.user.id, blueprint, topic, interaction.created_at
        )
    except UnknownTopic:
        raise UnknownTopic(plain(cut(topic, 80))) from None
    text = words.wished(quiet(found.topic), found.wishes, new=found.new)
    await say(interaction, text, view=rows([button(cut(f"wish-back:{slug(found.topic)}", 100), words.TAKE_BACK)]))


async def wanted(feature: Feature, interaction: Interaction) -> None:
    """/session wishes."""
    group = await feature.group(interaction)
    require_tutor(interaction, group.wishes.tutor_role_id)
    found = await wishes.wanted(feature.house.database, group, feature.house.blueprint(group), interaction.created_at)
    if not found:
        await say(interaction, words.NO_WISHES)
        return
    lines = "\n".join(words.wishes_line(quiet(topic), number) for topic, number in found)
    embed = discord.Embed(title=words.WISHES_TITLE, description=cut(lines, DESCRIPTION), colour=BLUE)
    await say(interaction, embed=embed.set_footer(text=words.WISHES_RULE))


async def topics(feature: Feature, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """The topics of the group's exam, for a command's option."""
    group = await feature.group(interaction)
    names = [one for one in feature.house.blueprint(group).topics if typed.casefold() in one.casefold()]
    return [app_commands.Choice(name=cut(one, 100), value=cut(one, 100)) for one in names[:25]]


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Wishes(client, house)
