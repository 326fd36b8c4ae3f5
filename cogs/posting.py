"""Posting by ourselves, exactly once: which feature posts what, and how a message is sent that may be there already."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import discord
from discord.ext import commands

from bot.services.deliveries import Parcel

SCANNED = 50  # messages of history: a crash is mended within minutes, and a busy channel still shows them
Method = TypeVar("Method", bound=Callable[..., Any])
Post = Callable[[Parcel], Awaitable[int | None]]
Found = Callable[[discord.Message], bool]


class TooLate(Exception):
    """The post is not in its channel, and its time is over, or there is nothing to say any more."""


def post(kind: str) -> Callable[[Method], Method]:
    """Mark a feature's method as the one that posts deliveries of a kind.

    It is called with the parcel and returns the id of the message, None where that cannot be known. It raises
    TooLate, and whatever Discord answers.
    """

    def mark(method: Method) -> Method:
        method.__post__ = kind  # type: ignore[attr-defined]  # read back by `posts` below
        return method

    return mark


def posts(feature: object) -> dict[str, Post]:
    """The kinds of deliveries that a feature posts."""
    found = (getattr(feature, name) for name in dir(type(feature)) if not name.startswith("__"))
    return {method.__post__: method for method in found if hasattr(method, "__post__")}


async def once(client: commands.Bot, channel: Any, parcel: Parcel, found: Found, **parts: Any) -> int | None:
    """Send a message unless an earlier try already did: then its id, or None where that cannot be seen.

    `found` knows the message in the channel's recent history, where it is looked for when the parcel is uncertain.
    Without the right to read the history an uncertain post of a group's is not made again; what a member asked for is.
    Raises TooLate.
    """
    if parcel.delivery.uncertain:
        try:
            async for message in channel.history(limit=SCANNED):
                if own(client, message) and found(message):
                    return int(message.id)
        except discord.Forbidden:
            if parcel.delivery.of_group:
                return None
    if parcel.too_late:
        raise TooLate
    message = await channel.send(nonce=parcel.delivery.nonce, **parts)
    return int(message.id)


def own(client: commands.Bot, message: discord.Message) -> bool:
    """Whether the bot itself wrote it."""
    return client.user is not None and message.author.id == client.user.id


def has_button(message: discord.Message, prefix: str) -> bool:
    """Whether the message carries a button whose `custom_id` begins so."""
    return any(
        (getattr(child, "custom_id", None) or "").startswith(prefix)
        for row in message.components
        for child in getattr(row, "children", ())
    )
