"""A person's slash and context commands, validated as Discord's own client does before it sends anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import messages, permissions
from sandbox.guild_json import channel_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.errors import Json
    from sandbox.world import Bot, Channel, World

SUB_COMMAND, SUB_GROUP = 1, 2
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(3, 12)


class RefusedError(Exception):
    """The person's own client would not let them do this; the text says why."""


def offered(world: World, person_id: str, channel: Channel) -> Iterator[tuple[Bot, Json]]:
    """The commands that a person finds in a channel, each with its bot."""
    guild = channel.guild
    total = permissions.in_channel(channel, person_id)
    for bot in world.bots.values():
        if bot.id not in channel.audience():
            continue
        shelves = [bot.commands.get("", {})]
        if guild is not None:
            shelves.insert(0, bot.commands.get(guild.id, {}))
        for shelf in shelves:
            for command in shelf.values():
                # A server's admins can show any command to everybody, whatever the bot asked for.
                permitted = command["name"] in world.commands_for_all or _permitted(command, total)
                if permitted and _is_for(command, in_guild=guild is not None):
                    yield bot, command


def _is_for(command: Json, *, in_guild: bool) -> bool:
    contexts = command.get("contexts")
    if contexts is not None:
        return (0 if in_guild else 1) in contexts
    return in_guild or command.get("dm_permission", True) is not False


def _permitted(command: Json, total: int) -> bool:
    wanted = command.get("default_member_permissions")
    if total & permissions.ADMINISTRATOR or wanted is None:
        return True
    if int(wanted) == 0:
        return False
    return total & int(wanted) == int(wanted)


class CommandForm:
    """Builds the interaction data of one command from what the person typed."""

    def __init__(self, world: World, person_id: str, channel: Channel) -> None:
        self.world = world
        self.person_id = person_id
        self.channel = channel
        self.resolved: dict[str, dict[str, Any]] = {}

    def find(self, name: str) -> tuple[Bot, Json, list[Json]]:
        """The command of a spoken name ("quiz practice"): bot, command, and the path of sub-options."""
        words = name.strip().removeprefix("/").split()
        for bot, command in offered(self.world, self.person_id, self.channel):
            if command["type"] != 1:
                if command["name"] == name.strip():
                    return bot, command, []
                continue
            path = _walk(command, words)
            if path is not None:
                return bot, command, path
        raise RefusedError(f"There is no command “{name}” here.")

    def data(self, name: str, typed: Json, *, target_id: str | None, focused: str | None = None) -> tuple[Bot, Json]:
        """The bot and the `data` of the interaction. Raises RefusedError."""
        bot, command, path = self.find(name)
        made: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
        if command.get("guild_id"):
            made["guild_id"] = command["guild_id"]
        if command["type"] == 1:
            leaf = path[-1] if path else command
            options = self._options(leaf.get("options") or [], typed, focused)
            for step in reversed(path):
                options = [{"name": step["name"], "type": step["type"], "options": options}]
            made["options"] = options
        else:
            self._target(made, command["type"], target_id)
        if self.resolved:
            made["resolved"] = self.resolved
        return bot, made

    def _target(self, made: Json, kind: int, target_id: str | None) -> None:
        if target_id is None:
            raise RefusedError("This command needs a target.")
        made["target_id"] = target_id
        if kind == 2:
            self._user(target_id)
            return
        message = self.channel.messages.get(target_id)
        if message is None or self.channel.ephemeral.get(target_id, self.person_id) != self.person_id:
            raise RefusedError("That message is not here.")
        shown = messages.shown(self.channel, message, self.person_id)
        self.resolved["messages"] = {target_id: shown}

    def _options(self, known: list[Json], typed: Json, focused: str | None) -> list[Json]:
        names = {option["name"] for option in known}
        for name in typed:
            if name not in names:
                raise RefusedError(f"The command has no option “{name}”.")
        made = []
        for option in known:
            name = option["name"]
            value = typed.get(name)
            if value is None and name == focused:
                value = ""
            if value is None:
                if option.get("required") and focused is None:
                    raise RefusedError(f"The option “{name}” is required.")
                continue
            entry: Json = {"name": name, "type": option["type"]}
            if name == focused:
                if not option.get("autocomplete"):
                    raise RefusedError(f"The option “{name}” has no suggestions.")
                entry |= {"value": value, "focused": True}
            else:
                entry["value"] = self._value(option, value, strict=focused is None)
            made.append(entry)
        return made

    def _value(self, option: Json, value: Any, *, strict: bool) -> Any:
        kind = option["type"]
        if kind == STRING:
            return _text(option, value)
        if kind in (INTEGER, NUMBER):
            return _number(option, value)
        if kind == BOOLEAN:
            if not isinstance(value, bool):
                raise RefusedError(f"“{option['name']}” is yes or no.")
            return value
        if kind == ATTACHMENT:
            return self.attach(value)
        wanted = str(value)
        if kind == USER or (kind == MENTIONABLE and wanted in self.world.users):
            self._user(wanted)
        elif kind in (ROLE, MENTIONABLE):
            self._role(wanted)
        elif kind == CHANNEL:
            self.channel_value(wanted, option.get("channel_types") or ())
        elif strict:
            raise RefusedError(f"Unknown kind of option: {kind}.")
        return wanted

    def _user(self, user_id: str) -> None:
        user = self.world.users.get(user_id)
        if user is None:
            raise RefusedError("There is no such user.")
        self.resolved.setdefault("users", {})[user_id] = user
        guild = self.channel.guild
        if guild is not None and user_id in guild.members:
            member = {key: item for key, item in guild.members[user_id].items() if key != "user"}
            member["permissions"] = str(permissions.in_channel(self.channel, user_id))
            self.resolved.setdefault("members", {})[user_id] = member

    def _role(self, role_id: str) -> None:
        guild = self.channel.guild
        if guild is None or role_id not in guild.roles:
            raise RefusedError("There is no such role.")
        self.resolved.setdefault("roles", {})[role_id] = guild.roles[role_id]

    def channel_value(self, channel_id: str, kinds: Any) -> None:
        """Resolve a channel that the person sees and that is of an allowed kind."""
        channel = self.world.channels.get(channel_id)
        if channel is None or not permissions.sees(channel, self.person_id):
            raise RefusedError("There is no such channel.")
        if kinds and channel.type not in kinds:
            raise RefusedError("That kind of channel cannot be chosen here.")
        total = str(permissions.in_channel(channel, self.person_id))
        shown = {**channel_json(channel, self.person_id), "permissions": total}
        self.resolved.setdefault("channels", {})[channel_id] = shown

    def select_value(self, kind: int, value: str, select: Json) -> None:
        """Resolve one choice of a user, role, mentionable or channel select."""
        if kind == 5 or (kind == 7 and value in self.world.users):
            self._user(value)
        elif kind in (6, 7):
            self._role(value)
        else:
            self.channel_value(value, select.get("channel_types") or ())

    def attach(self, value: Any) -> str:
        """Keep an uploaded file {filename, content_type, data_base64}; returns the attachment's id."""
        attachment = kept_file(self.world, self.channel.id, value)
        attachment["ephemeral"] = True
        self.resolved.setdefault("attachments", {})[attachment["id"]] = attachment
        wanted: str = attachment["id"]
        return wanted


def kept_file(world: World, channel_id: str, value: Any) -> Json:
    """Store a person's file and give its attachment JSON. Raises RefusedError."""
    upload = upload_of(value, 0)
    return messages.store_upload(world, channel_id, upload, upload.filename)


def upload_of(value: Any, index: int) -> messages.Upload:
    """A person's file {filename, content_type, data_base64}. Raises RefusedError."""
    import base64
    import binascii

    try:
        data = base64.b64decode(value["data_base64"], validate=True)
        name = str(value["filename"])
    except (KeyError, TypeError, binascii.Error) as error:
        raise RefusedError("A file needs filename and data_base64.") from error
    kind = str(value.get("content_type") or "application/octet-stream")
    return messages.Upload(index, name, kind, data)


def _walk(command: Json, words: list[str]) -> list[Json] | None:
    """The sub-options that spoken words name, or None when they name no whole command."""
    if not words or words[0] != command["name"]:
        return None
    path: list[Json] = []
    here = command
    for word in words[1:]:
        subs = [o for o in here.get("options") or [] if o["type"] in (SUB_COMMAND, SUB_GROUP)]
        found = next((option for option in subs if option["name"] == word), None)
        if found is None:
            return None
        path.append(found)
        here = found
    if any(option["type"] in (SUB_COMMAND, SUB_GROUP) for option in here.get("options") or []):
        return None
    return path


def _text(option: Json, value: Any) -> str:
    name = option["name"]
    if not isinstance(value, str):
        raise RefusedError(f"“{name}” is a text.")
    choices = option.get("choices")
    if choices and value not in (choice["value"] for choice in choices):
        by_name = {choice["name"]: str(choice["value"]) for choice in choices}
        if value not in by_name:
            raise RefusedError(f"“{name}” is one of {', '.join(by_name)}.")
        return by_name[value]
    low, high = option.get("min_length", 0), option.get("max_length", 6000)
    if not low <= len(value) <= high:
        raise RefusedError(f"“{name}” has between {low} and {high} characters.")
    return value


def _number(option: Json, value: Any) -> float:
    name = option["name"]
    whole = option["type"] == INTEGER
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise RefusedError(f"“{name}” is a {'whole ' if whole else ''}number.")
    number: float = value
    choices = option.get("choices")
    if choices and number not in (choice["value"] for choice in choices):
        raise RefusedError(f"“{name}” is one of {', '.join(str(c['value']) for c in choices)}.")
    low, high = option.get("min_value"), option.get("max_value")
    if (low is not None and number < low) or (high is not None and number > high):
        raise RefusedError(f"“{name}” lies between {low} and {high}.")
    return number
