"""The one door for presses and the one door for errors.

A button carries all it needs in its `custom_id`, `name:value:value`, so that it works after any restart. Presses
are routed here by name rather than by discord.py's views, which would rebuild the whole message's components for
each press and keep those of every reply in memory.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.refusals import NeedsAdmin, NeedsTutor, NotSetUp, OnlyInServer, Refusal, StaleButton
from bot.services import groups
from bot.services.house import House
from cogs import texts

log = logging.getLogger(__name__)

Interaction = discord.Interaction[commands.Bot]
Press = Callable[..., Awaitable[None]]
Method = TypeVar("Method", bound=Callable[..., Any])

UNKNOWN_INTERACTION = 10062
ALREADY_ACKNOWLEDGED = 40060


def press(name: str) -> Callable[[Method], Method]:
    """Mark a feature's method as the one that answers presses of `name:…` (and modals with that id).

    It is called with the interaction and the values of the `custom_id`, all whole numbers or words.
    """

    def mark(method: Method) -> Method:
        method.__press__ = name  # type: ignore[attr-defined]  # read back by Feature below
        return method

    return mark


class Feature(commands.Cog):
    """A module of the bot: its commands and its presses."""

    def __init__(self, client: commands.Bot, house: House) -> None:
        self.client = client
        self.house = house

    def presses(self) -> dict[str, Press]:
        """The presses that this feature answers, by name."""
        found = (getattr(self, name) for name in dir(type(self)) if not name.startswith("__"))
        return {method.__press__: method for method in found if hasattr(method, "__press__")}

    async def group(self, interaction: Interaction) -> Any:
        """The group of the place where the interaction happened. Raises OnlyInServer and NotSetUp."""
        if interaction.guild_id is None:
            raise OnlyInServer
        return await groups.find(self.house.database, interaction.guild_id, interaction.channel_id)


class Door(commands.Cog):
    """Routes every press to its feature, and turns every error into one sentence."""

    def __init__(self, client: commands.Bot) -> None:
        self._client = client
        self._routes: dict[str, Press] | None = None
        client.tree.error(self.on_command_error)

    def _route(self, name: str) -> Press:
        if self._routes is None:
            self._routes = {}
            for cog in self._client.cogs.values():
                if isinstance(cog, Feature):
                    self._routes.update(cog.presses())
        try:
            return self._routes[name]
        except KeyError:
            raise StaleButton from None

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        if interaction.type not in (discord.InteractionType.component, discord.InteractionType.modal_submit):
            return
        data: Any = interaction.data
        name, *values = str(data["custom_id"]).split(":")
        try:
            await self._call(self._route(name), interaction, values)
        except Exception as error:  # noqa: BLE001  the last door: nothing may pass it unanswered
            await answer_error(interaction, error)

    @staticmethod
    async def _call(handler: Press, interaction: Interaction, values: list[str]) -> None:
        try:
            arguments = [int(value) if value.isdecimal() and value.isascii() else value for value in values]
            bound = _bind(handler, interaction, arguments)
        except (TypeError, ValueError):
            raise StaleButton from None
        await bound

    async def on_command_error(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await answer_error(interaction, cause)


def _bind(handler: Press, interaction: Interaction, values: list[int | str]) -> Awaitable[None]:
    # A tampered id has the wrong number or kind of values; annotations are the form that each press asks for.
    wanted = list(handler.__annotations__.items())[1:]
    names = [kind for name, kind in wanted if name != "return"]
    if len(names) != len(values):
        raise TypeError
    for kind, value in zip(names, values, strict=True):
        if type(value).__name__ != kind or (isinstance(value, int) and value >= 2**63):
            raise ValueError
    return handler(interaction, *values)


async def answer_error(interaction: Interaction, error: Exception) -> None:
    """Tell the member what happened: a refusal's sentence, or a short code that the log explains."""
    if isinstance(error, Refusal):
        await say(interaction, texts.refusal(error))
        return
    if isinstance(error, discord.HTTPException) and error.code in (UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED):
        # Discord gave up on us before we answered: there is nobody to tell, and what was done is kept.
        log.warning("too late to answer an interaction", extra={"code": error.code})
        return
    code = secrets.token_hex(3)
    log.error("an interaction failed", exc_info=error, extra={"error_code": code})
    await say(interaction, texts.broken(code))


async def say(
    interaction: Interaction,
    content: str | None = None,
    *,
    embed: discord.Embed | None = None,
    view: discord.ui.View | None = None,
) -> None:
    """Answer so that only this member sees it, whether or not the interaction was answered before."""
    parts: dict[str, Any] = {"content": content, "ephemeral": True}
    if embed is not None:
        parts["embed"] = embed
    if view is not None:
        parts["view"] = view
    try:
        if interaction.response.is_done():
            await interaction.followup.send(**parts)
        else:
            await interaction.response.send_message(**parts)
    except discord.HTTPException as error:
        log.warning("an answer did not reach its member", extra={"code": error.code, "status": error.status})


def button(
    custom_id: str,
    label: str,
    *,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    disabled: bool = False,
    emoji: str | None = None,
    row: int | None = None,
) -> discord.ui.Button[discord.ui.View]:
    """A button that means what its `custom_id` says."""
    return discord.ui.Button(custom_id=custom_id, label=label, style=style, disabled=disabled, emoji=emoji, row=row)


def rows(buttons: Iterable[discord.ui.Button[discord.ui.View]]) -> discord.ui.View:
    """Buttons as a message takes them. The view is stopped at once: presses come through the door above."""
    view = discord.ui.View(timeout=None)
    for one in buttons:
        view.add_item(one)
    view.stop()
    return view


def is_admin(interaction: Interaction) -> bool:
    """Whether the member may manage the server, as Discord says in the interaction itself."""
    return interaction.permissions.manage_guild


def require_admin(interaction: Interaction) -> None:
    """Discord hides admins' commands, and a server can override that; this check it cannot. Raises NeedsAdmin."""
    if interaction.guild_id is None:
        raise OnlyInServer
    if not is_admin(interaction):
        raise NeedsAdmin


def require_tutor(interaction: Interaction, tutor_role_id: int | None) -> None:
    """Raises NeedsTutor for members who are neither tutors nor admins."""
    member = interaction.user
    roles = {role.id for role in member.roles} if isinstance(member, discord.Member) else set()
    if tutor_role_id not in roles and not is_admin(interaction):
        raise NeedsTutor


def make(client: commands.Bot, house: House) -> commands.Cog:  # noqa: ARG001  every feature is made alike
    return Door(client)


__all__ = ["Door", "Feature", "Interaction", "NotSetUp", "button", "is_admin", "press", "rows", "say"]
