"""Servers, their members and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import world_actions
from sandbox.errors import Json, Problems, missing_access, missing_permissions, unknown
from sandbox.guild_json import guild_json
from sandbox.permissions import in_guild, require_in_guild
from sandbox.rest import NO_CONTENT, Reply
from sandbox.rules import check_role
from sandbox.world import GUILD_MEMBERS_INTENT, Event, Guild

if TYPE_CHECKING:
    from sandbox.rest import Call, Router

_GUILD = "/guilds/{guild}"
_MEMBER = _GUILD + "/members/{user}"


def add_routes(router: Router) -> None:
    """Register this module's routes."""
    router.add("GET", _GUILD, _get)
    router.add("GET", _GUILD + "/members", _members)
    router.add("GET", _GUILD + "/members/search", _search)
    router.add("PATCH", _GUILD + "/members/@me", _edit_self)
    router.add("GET", _MEMBER, _member)
    router.add("PATCH", _MEMBER, _edit_member)
    router.add("PUT", _MEMBER + "/roles/{role}", _give_role)
    router.add("DELETE", _MEMBER + "/roles/{role}", _take_role)
    router.add("GET", _GUILD + "/roles", lambda call: list(_guild(call).roles.values()))
    router.add("POST", _GUILD + "/roles", _new_role)
    router.add("GET", _GUILD + "/roles/{role}", _role)
    router.add("GET", _GUILD + "/emojis", lambda call: _guild(call).data["emojis"])
    router.add("GET", _GUILD + "/stickers", lambda call: _guild(call).data["stickers"])


def _guild(call: Call) -> Guild:
    return call.world.guild_for(call.bot, call.params["guild"])


def _get(call: Call) -> Json:
    guild = _guild(call)
    data = guild_json(guild)
    if call.flag("with_counts"):
        data |= {
            "approximate_member_count": len(guild.members),
            "approximate_presence_count": len(guild.members),
        }
    return data


def _members(call: Call) -> list[Json]:
    guild = _guild(call)
    if not call.bot.privileged & GUILD_MEMBERS_INTENT:
        raise missing_access()
    limit, after = int(call.query.get("limit", "1")), int(call.query.get("after", "0"))
    found = Problems()
    if not 1 <= limit <= 1000:
        found.add(("limit",), "NUMBER_TYPE_MAX", "int value should be less than or equal to 1000.")
    found.finish()
    ids = sorted((one for one in guild.members if int(one) > after), key=int)
    return [guild.members[one] for one in ids[:limit]]


def _search(call: Call) -> list[Json]:
    query = call.query.get("query", "").lower()
    limit = int(call.query.get("limit", "1"))
    found = []
    for member in _guild(call).members.values():
        names = (member["nick"], member["user"]["global_name"], member["user"]["username"])
        if any(name is not None and name.lower().startswith(query) for name in names):
            found.append(member)
    return found[:limit]


def _member(call: Call) -> Json:
    member = _guild(call).members.get(call.params["user"])
    if member is None:
        raise unknown(10007 if call.params["user"] in call.world.users else 10013)
    return member


def _edit_self(call: Call) -> Json:
    guild = _guild(call)
    require_in_guild(guild, call.bot.id, "CHANGE_NICKNAME")
    found = Problems()
    found.text(call.body(), "nick", (), high=32)
    found.finish()
    member = guild.members[call.bot.id]
    member["nick"] = call.body().get("nick") or None
    call.world.emit(Event("GUILD_MEMBER_UPDATE", {**member, "guild_id": guild.id}, guild))
    return member


def _edit_member(call: Call) -> Json:
    guild, member, form = _guild(call), _member(call), call.body()
    needed = {"nick": "MANAGE_NICKNAMES", "roles": "MANAGE_ROLES", "communication_disabled_until": "MODERATE_MEMBERS"}
    for key, permission in needed.items():
        if key in form:
            require_in_guild(guild, call.bot.id, permission)
    if "roles" in form:
        world_actions.set_roles(call.world, guild, member["user"]["id"], [str(one) for one in form["roles"]])
    for key in ("nick", "communication_disabled_until"):
        if key in form:
            member[key] = form[key]
    call.world.emit(Event("GUILD_MEMBER_UPDATE", {**member, "guild_id": guild.id}, guild))
    return member


def _role(call: Call) -> Json:
    role = _guild(call).roles.get(call.params["role"])
    if role is None:
        raise unknown(10011)
    return role


def _highest(guild: Guild, user_id: str) -> int:
    return max((guild.roles[one]["position"] for one in guild.members[user_id]["roles"]), default=0)


def _change_role(call: Call, *, give: bool) -> Reply:
    guild, member, role = _guild(call), _member(call), _role(call)
    require_in_guild(guild, call.bot.id, "MANAGE_ROLES")
    if role["managed"] or role["position"] >= _highest(guild, call.bot.id):
        raise missing_permissions()
    roles = [one for one in member["roles"] if one != role["id"]]
    if give:
        roles.append(role["id"])
    world_actions.set_roles(call.world, guild, member["user"]["id"], roles)
    return NO_CONTENT


def _give_role(call: Call) -> Reply:
    return _change_role(call, give=True)


def _take_role(call: Call) -> Reply:
    return _change_role(call, give=False)


def _new_role(call: Call) -> Json:
    guild, form = _guild(call), call.body()
    require_in_guild(guild, call.bot.id, "MANAGE_ROLES")
    check_role(form)
    wanted = int(form.get("permissions") or 0)
    if wanted & ~in_guild(guild, call.bot.id):
        raise missing_permissions()
    role = call.world.add_role(guild, form.get("name") or "new role", permissions_bits=wanted)
    call.world.emit(Event("GUILD_ROLE_CREATE", {"guild_id": guild.id, "role": role}, guild))
    return role
