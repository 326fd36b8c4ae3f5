"""A picture as the answer, or the same in words where there is no picture in time: never nothing."""

from __future__ import annotations

import asyncio
import io
import logging
from typing import Any

import discord

from bot.pictures.worker import Closed, DrawingFailed, NoPicture
from bot.services.house import Painter
from cogs import texts_progress as texts
from cogs.replies import Interaction

log = logging.getLogger(__name__)

IN_TIME_S = 2.0
"""A member waits for a picture so long, of the three seconds in which every answer is to come."""


async def answer(
    interaction: Interaction,
    painter: Painter,
    picture: Any,
    *,
    name: str,
    alt: str,
    beneath: discord.Embed,
    in_words: discord.Embed,
    view: discord.ui.View,
) -> None:
    """Answer privately with `picture`, its alternative text and the embed `beneath` it, or with `in_words` alone.

    A picture that is late is put in the place of the words when it comes.
    """
    drawing = asyncio.ensure_future(painter.draw(picture))
    # Read when it is there, and else here: a task that fails unseen is an error in the log.
    drawing.add_done_callback(lambda task: task.cancelled() or task.exception())
    await interaction.response.defer(ephemeral=True, thinking=True)
    await asyncio.wait({drawing}, timeout=IN_TIME_S)
    late = not drawing.done()
    if late:
        await interaction.edit_original_response(content=texts.PICTURE_SLOW, embed=in_words, view=view)
        await asyncio.wait({drawing})
    try:
        png = drawing.result()
    except NoPicture as error:
        if late and isinstance(error, Closed):
            return  # the bot is stopping, and the words are there
        level = logging.ERROR if isinstance(error, DrawingFailed) else logging.WARNING
        log.log(level, "no picture: %s", type(error).__name__, extra={"reason": str(error)})
        await interaction.edit_original_response(content=texts.PICTURE_FAILED, embed=in_words, view=view)
        return
    file = discord.File(io.BytesIO(png), filename=name, description=alt)
    await interaction.edit_original_response(content=None, embed=beneath, attachments=[file], view=view)
