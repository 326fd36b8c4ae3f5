"""Interactions: what a person did, the token that answers it, and everything an answer may do."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox import messages, permissions, threads
from sandbox.errors import DiscordError, Json, unknown
from sandbox.guild_json import channel_json
from sandbox.world import Event, new_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.messages import Upload
    from sandbox.world import Bot, Channel, World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
PONG, REPLY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9

DEADLINE_S = 3.0
"""Real seconds to the first response."""
TOKEN_LIFE_MS = 15 * 60 * 1000
"""The sandbox's time that a token answers for."""
KEPT = 50_000
"""Interactions remembered; past that the older half is forgotten, as if their tokens had run out."""


@dataclass(eq=False, slots=True)
class Interaction:
    """One act of one person, and the state of its answer."""

    id: str
    token: str
    kind: int
    bot: Bot
    user: Json
    channel: Channel
    made_ms: int
    made_at: float
    data: Json
    message: Json | None = None
    parent: Interaction | None = None
    acknowledged: int = 0
    answered_at: float = 0.0
    failed: bool = False
    deferred: bool = False
    original_id: str | None = None
    modal: Json | None = None
    followups: set[str] = field(default_factory=set)
    answered: asyncio.Future[Json] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def full_name(self) -> str:
        """The command's name with its subcommands, as messages carry it."""
        names = [str(self.data["name"])]
        options = self.data.get("options") or []
        while options and options[0]["type"] in (1, 2):
            names.append(str(options[0]["name"]))
            options = options[0].get("options") or []
        return " ".join(names)

    def metadata(self) -> Json:
        """What Discord writes into a message that came of this."""
        made: Json = {
            "id": self.id,
            "type": self.kind,
            "user": self.user,
            "authorizing_integration_owners": self.owners(),
        }
        if self.kind == COMMAND:
            made["name"] = self.full_name()
            made["command_type"] = self.data["type"]
        if self.kind == COMPONENT and self.message is not None:
            made["interacted_message_id"] = self.message["id"]
        if self.parent is not None:
            made["triggering_interaction_metadata"] = self.parent.metadata()
        return made

    def owners(self) -> Json:
        """Who installed the application here."""
        guild = self.channel.guild
        return {"0": guild.id if guild is not None else "0"}


class Interactions:
    """All interactions of one world by id and by token."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.by_id: dict[str, Interaction] = {}
        self.by_token: dict[str, Interaction] = {}

    def start(
        self,
        kind: int,
        bot: Bot,
        user: Json,
        channel: Channel,
        data: Json,
        *,
        message: Json | None = None,
        parent: Interaction | None = None,
    ) -> Interaction:
        """Make an interaction and send it to its bot."""
        made = Interaction(
            id=self.world.new_id(),
            token=new_token(),
            kind=kind,
            bot=bot,
            user=user,
            channel=channel,
            made_ms=self.world.clock.now_ms,
            made_at=time.monotonic(),
            data=data,
            message=message,
            parent=parent,
        )
        if len(self.by_id) >= KEPT:
            for old in list(self.by_id.values())[: KEPT // 2]:
                del self.by_id[old.id], self.by_token[old.token]
        self.by_id[made.id] = made
        self.by_token[made.token] = made
        self.world.emit(Event("INTERACTION_CREATE", self._payload(made), channel.guild, channel, only=bot.id))
        return made

    def _payload(self, made: Interaction) -> Json:
        channel, guild, bot = made.channel, made.channel.guild, made.bot
        payload: Json = {
            "version": 1,
            "id": made.id,
            "type": made.kind,
            "token": made.token,
            "application_id": bot.id,
            "channel_id": channel.id,
            "locale": "en-US",
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": made.owners(),
            "attachment_size_limit": 10 * 1024 * 1024,
            "app_permissions": str(permissions.in_channel(channel, bot.id)),
            "data": made.data,
        }
        mine = permissions.in_channel(channel, made.user["id"])
        if guild is None:
            payload |= {"context": 1, "user": made.user, "channel": self.world.dm_json(channel, bot.id)}
            if bot.id not in channel.recipients:
                payload["context"] = 2
        else:
            member = {**guild.members[made.user["id"]], "permissions": str(mine)}
            payload |= {
                "context": 0,
                "guild_id": guild.id,
                "guild": {"id": guild.id, "locale": "en-US", "features": []},
                "guild_locale": "en-US",
                "member": member,
                "channel": {**channel_json(channel, bot.id), "permissions": str(mine)},
            }
        if made.message is not None:
            payload["message"] = messages.shown(channel, made.message, bot.id)
        return payload

    # The first response

    def answerable(self, interaction_id: str, token: str) -> Interaction:
        """The interaction that a callback names: 10062 when unknown or late, 40060 when answered before."""
        made = self.by_id.get(interaction_id)
        if made is None or made.token != token:
            raise unknown(10062)
        if made.acknowledged:
            raise DiscordError(400, 40060)
        if made.failed or time.monotonic() - made.made_at > DEADLINE_S:
            raise unknown(10062)
        return made

    def respond(self, made: Interaction, form: Json, uploads: Sequence[Upload]) -> Json:
        """Do what a (checked) callback says; returns the `resource` of `with_response`."""
        kind: int = form["type"]
        self._fits(made, kind)
        data: Json = form.get("data") or {}
        self._reaches(made, kind, data)
        made.acknowledged = kind
        made.answered_at = time.monotonic()
        resource: Json = {"type": kind}
        outcome: Json
        if kind == REPLY:
            message = self._reply(made, data, uploads)
            made.original_id = message["id"]
            resource["message"] = message
            outcome = {"status": "message", "message": message}
        elif kind == DEFER:
            outcome = {"status": "deferred", "message": self._defer(made, data)}
        elif kind == DEFER_UPDATE:
            made.original_id = made.message["id"] if made.message else None
            outcome = {"status": "deferred_update"}
        elif kind == UPDATE and made.message is not None:
            message = messages.edit(self.world, made.channel, made.message, data, uploads)
            made.original_id = message["id"]
            resource["message"] = message
            outcome = {"status": "updated", "message": message}
        elif kind == CHOICES:
            outcome = {"status": "choices", "choices": data["choices"]}
        elif kind == MODAL:
            made.modal = data
            outcome = {"status": "modal", "modal": data}
        else:
            outcome = {"status": "pong"}
        if not made.answered.done():
            made.answered.set_result(outcome)
        return resource

    def _fits(self, made: Interaction, kind: int) -> None:
        allowed: tuple[int, ...] = (REPLY, DEFER, MODAL)
        if made.kind == AUTOCOMPLETE:
            allowed = (CHOICES,)
        elif made.kind == COMPONENT:
            allowed = (REPLY, DEFER, DEFER_UPDATE, UPDATE, MODAL)
        elif made.kind == MODAL_SUBMIT:
            allowed = (REPLY, DEFER, DEFER_UPDATE, UPDATE) if made.message else (REPLY, DEFER)
        if kind not in allowed:
            text = f"Value must be one of {set(allowed)}."
            errors = {"type": {"_errors": [{"code": "BASE_TYPE_CHOICES", "message": text}]}}
            raise DiscordError(400, 50035, errors=errors)

    def _reaches(self, made: Interaction, kind: int, data: Json) -> None:
        """A public answer wakes an archived thread or meets its lock; what stands there then stays as it is."""
        if kind in (REPLY, DEFER) and not int(data.get("flags") or 0) & messages.EPHEMERAL:
            self._wake(made)
        elif kind == UPDATE and made.message is not None:
            self._changeable(made, made.message)

    def _wake(self, made: Interaction) -> None:
        if made.channel.is_thread:
            mine = permissions.in_channel(made.channel, made.bot.id)
            threads.wake(self.world, made.channel, may_manage=bool(mine & permissions.BITS["MANAGE_THREADS"]))

    def _changeable(self, made: Interaction, message: Json) -> None:
        if message["id"] not in made.channel.ephemeral:
            threads.require_open(made.channel, bot_id=made.bot.id)

    def _reply(self, made: Interaction, data: Json, uploads: Sequence[Upload]) -> Json:
        flags = int(data.get("flags") or 0)
        return self._write(made, data, uploads, flags, self._kind_of_message(made), self._replied(made))

    def _kind_of_message(self, made: Interaction) -> int:
        if made.kind == COMMAND:
            chat = made.data["type"] == 1
            return messages.CHAT_COMMAND if chat else messages.CONTEXT_COMMAND
        return messages.REPLY if made.message is not None else messages.DEFAULT

    def _replied(self, made: Interaction) -> str | None:
        return made.message["id"] if made.message is not None else None

    def _write(
        self,
        made: Interaction,
        data: Json,
        uploads: Sequence[Upload],
        flags: int,
        kind: int,
        replied: str | None,
    ) -> Json:
        extra: Json = {"webhook_id": made.bot.id, "application_id": made.bot.id}
        extra["interaction_metadata"] = made.metadata()
        if made.kind == COMMAND:
            extra["interaction"] = {
                "id": made.id,
                "type": made.kind,
                "name": made.full_name(),
                "user": made.user,
            }
        if replied is not None:
            reference: Json = {"type": 0, "message_id": replied, "channel_id": made.channel.id}
            if made.channel.guild is not None:
                reference["guild_id"] = made.channel.guild.id
            extra["message_reference"] = reference
        ephemeral = bool(flags & messages.EPHEMERAL)
        draft = messages.Draft(data, uploads, kind, flags, extra, ephemeral_for=made.user["id"] if ephemeral else None)
        return messages.create(self.world, made.channel, made.bot.user, draft)

    def _defer(self, made: Interaction, data: Json) -> Json:
        flags = int(data.get("flags") or 0) & messages.EPHEMERAL | messages.LOADING
        message = self._write(made, {}, (), flags, self._kind_of_message(made), self._replied(made))
        made.original_id = message["id"]
        made.deferred = True
        return message

    # Followups: the webhook that a token is

    def webhook(self, application_id: str, token: str) -> Interaction:
        """The interaction whose token this is: 10015 when there is none, 50027 when it has run out."""
        made = self.by_token.get(token)
        if made is None:
            raise DiscordError(401, 50027) if application_id in self._applications() else unknown(10015)
        if made.bot.id != application_id or not made.acknowledged:
            raise unknown(10015)
        if self.world.clock.now_ms - made.made_ms > TOKEN_LIFE_MS:
            raise DiscordError(401, 50027)
        return made

    def _applications(self) -> set[str]:
        return {bot.id for bot in self.world.bots.values()}

    def follow_up(self, made: Interaction, form: Json, uploads: Sequence[Upload]) -> Json:
        """A further message; the first one after a deferral takes the waiting message's place."""
        if made.deferred and made.original_id in made.channel.messages:
            return self.edit(made, "@original", form, uploads)
        flags = int(form.get("flags") or 0)
        if not flags & messages.EPHEMERAL:
            self._wake(made)
        message = self._write(made, form, uploads, flags, messages.REPLY, made.original_id)
        made.followups.add(message["id"])
        return message

    def message(self, made: Interaction, message_id: str) -> Json:
        """A message that this token may touch: "@original" or one of its own; else 10008."""
        wanted = made.original_id if message_id == "@original" else message_id
        found = made.channel.messages.get(wanted or "")
        mine = wanted == made.original_id or wanted in made.followups
        if found is None or not mine:
            raise unknown(10008)
        return found

    def edit(self, made: Interaction, message_id: str, form: Json, uploads: Sequence[Upload]) -> Json:
        """Change such a message."""
        message = self.message(made, message_id)
        self._changeable(made, message)
        if message["id"] == made.original_id:
            made.deferred = False
        return messages.edit(self.world, made.channel, message, form, uploads)

    def delete(self, made: Interaction, message_id: str) -> None:
        """Remove such a message."""
        message = self.message(made, message_id)
        if message["id"] == made.original_id:
            made.deferred = False
        messages.delete(self.world, made.channel, message["id"])

    async def outcome(self, made: Interaction) -> Json:
        """What the person sees first: the bot's response, or that it did not come within three real seconds."""
        left = DEADLINE_S - (time.monotonic() - made.made_at)
        result: dict[str, Any]
        try:
            async with asyncio.timeout(max(left, 0)):
                result = await asyncio.shield(made.answered)
        except TimeoutError:
            made.failed = True
            result = {"status": "failed", "error": "The application did not respond"}
        return {"interaction_id": made.id, **result}
