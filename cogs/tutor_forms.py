"""The forms of tutors' work: one text each, read when it comes back."""

from __future__ import annotations

from typing import Any

import discord

from cogs.feedback_forms import fields
from cogs.replies import Interaction

FIELD = "text"


async def ask_for(
    interaction: Interaction,
    custom_id: str,
    title: str,
    label: str,
    most: int,
    *,
    value: str = "",
    hint: str | None = None,
    required: bool = True,
    line: bool = False,
) -> None:
    """Open a form with one field. What is typed comes back as a press of `custom_id`."""
    field = discord.ui.TextInput[Any](
        custom_id=FIELD,
        style=discord.TextStyle.short if line else discord.TextStyle.paragraph,
        max_length=most,
        default=value[:most] or None,
        required=required,
    )
    modal = discord.ui.Modal(title=title, custom_id=custom_id, timeout=900)
    modal.add_item(discord.ui.Label(text=label, description=hint, component=field))
    await interaction.response.send_modal(modal)
    modal.stop()


def typed(interaction: Interaction) -> str:
    """What was typed into it."""
    return fields(interaction).get(FIELD, "")
