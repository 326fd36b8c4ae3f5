"""Voice states over REST. The bot itself does not speak here, so it can only read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.errors import unknown
from sandbox.permissions import require

if TYPE_CHECKING:
    from sandbox.errors import Json
    from sandbox.rest import Call, Router


def add_routes(router: Router) -> None:
    """Register this module's routes."""
    router.add("GET", "/guilds/{guild}/voice-states/@me", lambda call: _state(call, call.bot.id))
    router.add("GET", "/guilds/{guild}/voice-states/{user}", lambda call: _state(call, call.params["user"]))


def _state(call: Call, user_id: str) -> Json:
    """10065 for somebody in no channel; the bot must be allowed into theirs."""
    guild = call.world.guild_for(call.bot, call.params["guild"])
    state = guild.voice.get(user_id)
    if state is None:
        raise unknown(10065)
    require(guild.channels[state["channel_id"]], call.bot.id, "CONNECT")
    return {**state, "member": guild.members[user_id]}
