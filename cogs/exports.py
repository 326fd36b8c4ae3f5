"""What `/bank export` and `/bank template` send."""

from __future__ import annotations

import io

import discord
from discord import app_commands

from bot.domain.groups import Group
from bot.domain.refusals_imports import ExportTooLarge
from bot.services import exports
from bot.services.house import House
from cogs import texts_exports as texts
from cogs.replies import Interaction

FORMATS = [app_commands.Choice(name=name, value=key) for key, name in exports.FORMATS.items()]
DEFAULT = "markdown"


async def send(house: House, interaction: Interaction, group: Group, bank: str | None, wanted: str) -> None:
    """A bank as a file, in an archive where it is too large by itself. Raises as `exports.export` does."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    file = await exports.export(house.database, group, house.blueprint(group), bank, wanted)
    if len(file.data) > interaction.filesize_limit:
        file = exports.zipped(file)
    if len(file.data) > interaction.filesize_limit:
        raise ExportTooLarge(len(file.data), interaction.filesize_limit)
    attached = discord.File(io.BytesIO(file.data), filename=file.name)
    await interaction.followup.send(texts.exported(file), file=attached, ephemeral=True)


async def send_template(interaction: Interaction) -> None:
    """The table to fill in."""
    attached = discord.File(io.BytesIO(exports.template()), filename=texts.TEMPLATE_NAME)
    await interaction.response.send_message(texts.TEMPLATE, file=attached, ephemeral=True)


async def complete(house: House, group: Group, words: str) -> list[app_commands.Choice[str]]:
    """The banks that can be exported, the group's own first; those that cannot say so."""
    found = await exports.shelves(house.database, group, house.blueprint(group))
    wanted = words.casefold()
    return [
        app_commands.Choice(name=texts.shelf_label(one), value=one.slug)
        for one in found
        if wanted in one.title.casefold() or wanted in one.slug
    ][:25]
