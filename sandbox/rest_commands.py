"""Application commands, global and of one server: listed, created, changed, overwritten, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.errors import DiscordError, Json, missing_access, unknown
from sandbox.rest import NO_CONTENT, Reply
from sandbox.rules_commands import COMMANDS_MAX, check_command, check_commands
from sandbox.world import Event

if TYPE_CHECKING:
    from sandbox.rest import Call, Router

_GLOBAL = "/applications/{application}/commands"
_OF_GUILD = "/applications/{application}/guilds/{guild}/commands"


def add_routes(router: Router) -> None:
    """Register this module's routes."""
    for base in (_GLOBAL, _OF_GUILD):
        router.add("GET", base, lambda call: list(_shelf(call).values()))
        router.add("POST", base, _upsert)
        router.add("PUT", base, _overwrite)
        router.add("GET", base + "/{command}", _one)
        router.add("PATCH", base + "/{command}", _edit)
        router.add("DELETE", base + "/{command}", _delete)
    router.add("GET", _OF_GUILD + "/permissions", lambda call: _no_permissions(call, []))
    router.add("GET", _OF_GUILD + "/{command}/permissions", _unknown_permissions)


def _no_permissions(call: Call, empty: list[Json]) -> list[Json]:
    _shelf(call)
    return empty


def _unknown_permissions(call: Call) -> None:
    _one(call)
    raise unknown(10066)


def _shelf(call: Call) -> dict[str, Json]:
    bot = call.bot
    if call.params["application"] != bot.id:
        raise DiscordError(403, 20012, "You are not authorized to perform this action on this application")
    guild_id = call.params.get("guild", "")
    if guild_id and (guild_id not in call.world.guilds or bot.id not in call.world.guilds[guild_id].members):
        raise missing_access()
    return bot.commands.setdefault(guild_id, {})


def _one(call: Call) -> Json:
    command = _shelf(call).get(call.params["command"])
    if command is None:
        raise unknown(10063)
    return command


def _changed(call: Call) -> None:
    call.world.emit(Event("COMMANDS_UPDATE", {}, only=""))


def _made(call: Call, form: Json, before: Json | None) -> Json:
    """Discord's JSON of a command; id and, when nothing changed, version are those it had."""
    guild_id = call.params.get("guild")
    permissions = form.get("default_member_permissions")
    kind = form.get("type") or 1
    made: Json = {
        "id": before["id"] if before else call.world.new_id(),
        "application_id": call.bot.id,
        "version": "",
        "type": kind,
        "name": form["name"],
        "name_localizations": form.get("name_localizations"),
        "description": form.get("description") or "",
        "description_localizations": form.get("description_localizations"),
        "default_member_permissions": None if permissions is None else str(permissions),
        "dm_permission": form.get("dm_permission", True),
        "contexts": form.get("contexts"),
        "integration_types": form.get("integration_types") or [0],
        "nsfw": bool(form.get("nsfw")),
    }
    if kind == 1:
        made["options"] = [_option(option) for option in form.get("options") or []]
    if guild_id is not None:
        made["guild_id"] = guild_id
    same = before is not None and {**made, "version": before["version"]} == before
    made["version"] = before["version"] if before is not None and same else call.world.new_id()
    return made


def _option(form: Json) -> Json:
    made = {key: value for key, value in form.items() if value is not None and value is not False}
    for key in ("options", "choices"):
        if key in made and not made[key]:
            del made[key]
    if "options" in made:
        made["options"] = [_option(child) for child in made["options"]]
    return made


def _same_name(shelf: dict[str, Json], form: Json) -> Json | None:
    kind = form.get("type") or 1
    return next((c for c in shelf.values() if c["name"] == form.get("name") and c["type"] == kind), None)


def _upsert(call: Call) -> Reply:
    form = call.body()
    shelf = _shelf(call)
    check_command(form)
    before = _same_name(shelf, form)
    kind = form.get("type") or 1
    if before is None and sum(1 for c in shelf.values() if c["type"] == kind) >= COMMANDS_MAX[kind]:
        raise DiscordError(400, 30032)
    made = _made(call, form, before)
    shelf[made["id"]] = made
    _changed(call)
    return Reply(made, 200 if before else 201)


def _overwrite(call: Call) -> list[Json]:
    forms: Any = call.form
    if not isinstance(forms, list):
        raise DiscordError(400, 50035)
    shelf = _shelf(call)
    check_commands(forms)
    made = [_made(call, form, _same_name(shelf, form)) for form in forms]
    shelf.clear()
    shelf.update({command["id"]: command for command in made})
    _changed(call)
    return made


def _edit(call: Call) -> Json:
    before = _one(call)
    form = {**before, **call.body(), "type": before["type"]}
    check_command(form)
    made = _made(call, form, before)
    _shelf(call)[made["id"]] = made
    _changed(call)
    return made


def _delete(call: Call) -> Reply:
    command = _one(call)
    del _shelf(call)[command["id"]]
    _changed(call)
    return NO_CONTENT
