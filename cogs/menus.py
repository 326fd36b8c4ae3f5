"""Menus whose choices come back as presses, like buttons'."""

from __future__ import annotations

from typing import Any

import discord

from bot.domain.refusals import StaleButton
from cogs.plain import cut
from cogs.replies import Interaction

Menu = discord.ui.Select[discord.ui.View]


def choice_menu(custom_id: str, hint: str, options: list[discord.SelectOption], row: int | None = None) -> Menu:
    """A menu of which one choice comes back as a press of `custom_id`."""
    return discord.ui.Select(custom_id=custom_id, placeholder=cut(hint, 150), options=options, row=row)


def choices_in(menus: list[Menu], buttons: list[discord.ui.Button[discord.ui.View]] | None = None) -> discord.ui.View:
    """Buttons and menus as a message takes them; stopped at once, since presses come through the one door."""
    view = discord.ui.View(timeout=None)
    for one in (*(buttons or []), *menus):
        view.add_item(one)
    view.stop()
    return view


def chosen(interaction: Interaction) -> list[str]:
    """What was chosen in a menu; a tampered press has none, or several. Raises StaleButton."""
    data: Any = interaction.data
    found = data.get("values", [])
    if len(found) != 1:
        raise StaleButton
    return [str(found[0])]
