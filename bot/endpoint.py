"""Which Discord the library talks to: the real one, or a sandbox that speaks like it.

discord.py keeps its addresses in three class attributes. Setting them here, and nowhere else, is the only
thing that the project changes in a library.
"""

from __future__ import annotations

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route


def point_at(base: str) -> None:
    """Make discord.py talk to the sandbox at `base`, such as http://127.0.0.1:8420."""
    url = yarl.URL(base)
    Route.BASE = str(url / "api" / "v10")
    DiscordWebSocket.DEFAULT_GATEWAY = url.with_scheme("ws") / "gateway"
    discord.Asset.BASE = str(url / "cdn")


def clock_url(base: str) -> str:
    """Where the sandbox at `base` tells the time."""
    return str(yarl.URL(base).with_scheme("ws") / "sandbox" / "clock" / "ws")
