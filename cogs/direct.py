"""Direct messages that are tried: whether they arrive is known only once one was sent."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
from discord.ext import commands

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reached:
    """How a try went: the channel, or that they are closed; neither where it could not be found out."""

    channel_id: int | None
    closed: bool


async def reach(client: commands.Bot, user: int, content: str, **parts: Any) -> Reached:
    """Send a direct message and say how it went; nothing that Discord answers is raised."""
    try:
        channel = await client.create_dm(discord.Object(user))
        await channel.send(content, **parts)
    except discord.Forbidden:
        return Reached(None, closed=True)
    except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
        log.info("a direct message could not be tried", extra={"problem": type(error).__name__})
        return Reached(None, closed=False)
    return Reached(channel.id, closed=False)
