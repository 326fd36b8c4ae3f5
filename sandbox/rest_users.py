"""Who the bot is, where the gateway is, its DMs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.errors import DiscordError, Json, Problems, unknown

if TYPE_CHECKING:
    from sandbox.rest import Call, Router
    from sandbox.world import Bot


def add_routes(router: Router) -> None:
    """Register this module's routes."""
    router.add("GET", "/users/@me", lambda call: _own_user(call.bot))
    router.add("PATCH", "/users/@me", _rename)
    router.add("GET", "/users/@me/guilds", _guilds)
    router.add("DELETE", "/users/@me/guilds/{guild}", _leave)
    router.add("POST", "/users/@me/channels", _open_dm)
    router.add("GET", "/users/{user}", _user)
    router.add("GET", "/oauth2/applications/@me", _application)
    router.add("GET", "/applications/@me", _application)
    router.add("PATCH", "/applications/@me", _application)
    router.add("GET", "/gateway", lambda call: {"url": _gateway_url(call)})
    router.add("GET", "/gateway/bot", _gateway)
    for empty in ("emojis", "skus", "entitlements", "role-connections"):
        router.add("GET", f"/applications/{{application}}/{empty}", _empty)
    router.add("GET", "/sticker-packs", lambda _: {"sticker_packs": []})


def _empty(call: Call) -> object:
    _ = call.bot
    return {"items": []} if call.path.endswith("/emojis") else []


def _own_user(bot: Bot) -> Json:
    return {**bot.user, "email": None, "verified": True, "mfa_enabled": True, "locale": "en-US"}


def _rename(call: Call) -> Json:
    found = Problems()
    name = found.text(call.body(), "username", (), low=2, high=32)
    found.finish()
    if name:
        call.bot.user["username"] = name
    return _own_user(call.bot)


def _user(call: Call) -> Json:
    _ = call.bot
    user = call.world.users.get(call.params["user"])
    if user is None:
        raise unknown(10013)
    return user


def _guilds(call: Call) -> list[Json]:
    return [
        {
            "id": guild.id,
            "name": guild.data["name"],
            "icon": None,
            "banner": None,
            "owner": guild.data["owner_id"] == call.bot.id,
            "permissions": guild.roles[guild.id]["permissions"],
            "features": [],
        }
        for guild in call.world.guilds.values()
        if call.bot.id in guild.members
    ]


def _leave(call: Call) -> object:
    from sandbox.rest import NO_CONTENT
    from sandbox.world_actions import leave

    guild = call.world.guild_for(call.bot, call.params["guild"])
    leave(call.world, guild, call.bot.id)
    return NO_CONTENT


def _open_dm(call: Call) -> Json:
    recipient = str(call.body().get("recipient_id", ""))
    user = call.world.users.get(recipient)
    if user is None or recipient == call.bot.id:
        raise DiscordError(400, 50033)
    return call.world.dm_json(call.world.dm(call.bot.id, recipient), call.bot.id)


def _application(call: Call) -> Json:
    bot = call.bot
    return {
        "id": bot.id,
        "name": bot.name,
        "description": "",
        "summary": "",
        "icon": None,
        "cover_image": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": bot.flags,
        "owner": bot.owner,
        "team": None,
        "bot": bot.user,
        "tags": [],
        "hook": True,
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "approximate_guild_count": len(_guilds(call)),
        "approximate_user_install_count": 0,
        "integration_types_config": {"0": {}},
    }


def _gateway_url(call: Call) -> str:
    return call.world.base_url.replace("http", "ws", 1) + "/gateway"


def _gateway(call: Call) -> Json:
    _ = call.bot
    shards = call.world.shards
    return {"url": _gateway_url(call), "shards": shards.count, "session_start_limit": shards.limit()}
