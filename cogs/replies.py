"""The one door for presses and the one door for errors.

A button carries all it needs in its `custom_id`, `name:value:value`, so that it works after any restart. Presses
are routed here by name rather than by discord.py's views, which would rebuild the whole message's components for
each press and keep those of every reply in memory.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.refusals import NeedsAdmin, NeedsTutor, NotSetUp, OnlyInServer, Refusal, StaleButton
from bot.services import groups
from bot.services.batches import unwritten
from bot.services.house import House, Meters
from bot.services.requests import REQUEST, Once
from cogs import texts
from cogs.plain import cut

log = logging.getLogger(__name__)

Interaction = discord.Interaction[commands.Bot]
Press = Callable[..., Awaitable[None]]
Method = TypeVar("Method", bound=Callable[..., Any])

UNKNOWN_INTERACTION = 10062
ALREADY_ACKNOWLEDGED = 40060
UNHEARD = (aiohttp.ClientError, OSError, TimeoutError)
"""A connection that broke: what was asked for may have been done."""
LONGEST = 2000  # characters of a message
UNKNOWN = "unknown"
"""What is counted for a press that no feature knows; its own words could be anything."""


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

    async def home(self, interaction: Interaction) -> Any:
        """The same; in a direct message the group that the person used last. Raises NotSetUp and NoGroupOfYours."""
        if interaction.guild_id is None:
            return await groups.home(self.house.database, interaction.user.id)
        return await groups.find(self.house.database, interaction.guild_id, interaction.channel_id)


class Door(commands.Cog):
    """Routes every press to its feature, and turns every error into one sentence."""

    def __init__(self, client: commands.Bot, meters: Meters) -> None:
        self._client = client
        self._meters = meters
        self._routes: dict[str, tuple[Press, list[str]]] | None = None
        self._once = Once()
        self._inside = 0
        self._empty = asyncio.Event()
        client.tree.error(self.on_command_error)

    def _route(self, name: str) -> tuple[Press, list[str]]:
        if self._routes is None:
            self._routes = {}
            for cog in self._client.cogs.values():
                if isinstance(cog, Feature):
                    self._routes |= {key: (handler, _kinds(handler)) for key, handler in cog.presses().items()}
        try:
            return self._routes[name]
        except KeyError:
            raise StaleButton from None

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        if interaction.type not in (discord.InteractionType.component, discord.InteractionType.modal_submit):
            return
        REQUEST.set(interaction.id)
        if not self._once.first(interaction.id):
            log.info("Discord sent a press again")
            return
        began = asyncio.get_running_loop().time()
        data: Any = interaction.data
        name, *values = str(data["custom_id"]).split(":")
        self._inside += 1
        outcome, known = "done", UNKNOWN
        try:
            handler, kinds = self._route(name)
            known = name
            await handler(interaction, *_arguments(kinds, values))
            self._client.dispatch("contact", interaction)
        except Exception as error:  # noqa: BLE001  the last door: nothing may pass it unanswered
            outcome = await answer_error(interaction, error)
        finally:
            self._meters.interaction(known, outcome, asyncio.get_running_loop().time() - began)
            self._inside -= 1
            if not self._inside:
                self._empty.set()

    async def idle(self) -> None:
        """Return when every press that came in has its reply."""
        while self._inside:
            self._empty.clear()
            await self._empty.wait()

    async def on_command_error(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        outcome = await answer_error(interaction, cause)
        self._count(interaction, outcome)

    @commands.Cog.listener()
    async def on_app_command_completion(self, interaction: Interaction, _: object) -> None:
        self._count(interaction, "done")

    def _count(self, interaction: Interaction, outcome: str) -> None:
        now = asyncio.get_running_loop().time()
        command = interaction.command
        what = UNKNOWN if command is None else f"/{command.qualified_name}"
        self._meters.interaction(what, outcome, now - interaction.extras.get("began", now))


def _kinds(handler: Press) -> list[str]:
    """What a press asks for after the interaction, by its annotations: "int" or "str"."""
    return [kind for name, kind in list(handler.__annotations__.items())[1:] if name != "return"]


def _arguments(kinds: list[str], values: list[str]) -> list[int | str]:
    """The values of a custom_id as its press wants them. A tampered id has others: raises StaleButton."""
    arguments: list[int | str] = [int(one) if one.isdecimal() and one.isascii() else one for one in values]
    if [type(one).__name__ for one in arguments] != kinds:
        raise StaleButton
    if any(isinstance(one, int) and one >= 2**63 for one in arguments):
        raise StaleButton
    return arguments


async def answer_error(interaction: Interaction, error: Exception) -> str:
    """Tell the member what happened: a refusal's sentence, or a short code that the log explains.

    Returns how it ended: "refused", "late" or "failed".
    """
    if isinstance(error, Refusal):
        await say(interaction, cut(texts.refusal(error), LONGEST))
        return "refused"
    if isinstance(error, discord.HTTPException) and error.code in (UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED):
        # Discord gave up on us before we answered: there is nobody to tell, and what was done is kept.
        log.warning("too late to answer an interaction", extra={"code": error.code})
        return "late"
    code = secrets.token_hex(3)
    told = await say(interaction, texts.broken(code, kept=not unwritten(error)))
    if isinstance(error, UNHEARD) and not told:
        # The answer itself was on its way: whether it arrived is not known, and that is all that went wrong.
        log.warning("nobody heard whether an answer reached its member", extra={"problem": type(error).__name__})
        return "late"
    log.error("an interaction failed", exc_info=error, extra={"error_code": code})
    return "failed"


def seen_by_others(interaction: Interaction) -> bool:
    """Whether others see the pressed message: one member's result must never take its place, whatever was pressed."""
    message = interaction.message
    return interaction.guild_id is not None and message is not None and not message.flags.ephemeral


async def say(
    interaction: Interaction,
    content: str | None = None,
    *,
    embed: discord.Embed | None = None,
    view: discord.ui.View | None = None,
    **more: Any,
) -> bool:
    """Answer so that only this member sees it, whether or not the interaction was answered before.

    *more* is what else a new message takes, such as several embeds and files. Returns whether Discord took it, as far
    as was heard.
    """
    parts: dict[str, Any] = {"content": content, "ephemeral": True, **more}
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
        return False
    except UNHEARD as error:
        log.warning("nobody heard whether an answer reached its member", extra={"problem": type(error).__name__})
        return False
    return True


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


class _Fixed(discord.ui.View):
    """Buttons that stay as they are, so that their payload is built once for all messages that carry them."""

    _payload: list[dict[str, Any]] | None = None

    def has_components_v2(self) -> bool:
        return False  # only buttons in rows

    def to_components(self) -> list[dict[str, Any]]:
        if self._payload is None:
            self._payload = super().to_components()
        return self._payload


def rows(buttons: Iterable[discord.ui.Item[discord.ui.View]]) -> discord.ui.View:
    """Buttons as a message takes them. The view is stopped at once: presses come through the door above."""
    view = _Fixed(timeout=None)
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


def roles(interaction: Interaction) -> frozenset[int]:
    """The ids of the member's roles, as Discord says in the interaction itself."""
    member = interaction.user
    return frozenset(role.id for role in member.roles) if isinstance(member, discord.Member) else frozenset()


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Door(client, house.meters)


__all__ = ["Door", "Feature", "Interaction", "NotSetUp", "button", "is_admin", "press", "rows", "say"]
