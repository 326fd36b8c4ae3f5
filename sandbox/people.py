"""What people do: look around, write, react, run commands, press, choose, submit."""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import TYPE_CHECKING

from sandbox import messages, people_threads, permissions, scheduled, voice
from sandbox.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT
from sandbox.live import Live, seen_message
from sandbox.people_commands import CommandForm, RefusedError, offered, upload_of
from sandbox.people_forms import find_component, modal_data, select_values
from sandbox.permissions import BITS
from sandbox.world import FORUM, SPOKEN, Channel, World

if TYPE_CHECKING:
    from sandbox.errors import Json
    from sandbox.interactions import Interaction, Interactions


class People:
    """Every act of a person; `person` is a user id. RefusedError: their client would not let them."""

    def __init__(self, world: World, acts: Interactions, live: Live) -> None:
        self.world = world
        self.acts = acts
        self.live = live
        self.run = secrets.token_hex(8)

    # Looking

    def state(self, person: str) -> Json:
        """All that a page needs to draw itself for one person (without clock, faults and bot)."""
        world = self.world
        guilds = [self._guild(guild_id, person) for guild_id in world.guilds]
        dms = [c for c in world.channels.values() if c.guild is None and person in c.recipients]
        return {
            "me": world.users.get(person),
            "people": [self._person(user) for user in world.people()],
            "guilds": [guild for guild in guilds if guild is not None],
            "dms": [world.dm_json(channel, person) for channel in dms],
            "commands": self.commands(person),
            "online": self.live.online(),
            # What a browser keeps of one world means nothing in the next, although the ids are the same.
            "run": self.run,
        }

    def _person(self, user: Json) -> Json:
        for guild in self.world.guilds.values():
            member = guild.members.get(user["id"])
            if member is None:
                continue
            total = permissions.in_guild(guild, user["id"])
            roles = [guild.roles[one]["name"] for one in member["roles"] if one in guild.roles]
            admin = bool(total & BITS["MANAGE_GUILD"])
            role = roles[0] if roles else "Member"
            return {"id": user["id"], "name": user["global_name"], "role": role, "admin": admin, "avatar": None}
        return {"id": user["id"], "name": user["global_name"], "role": "", "admin": False, "avatar": None}

    def _guild(self, guild_id: str, person: str) -> Json | None:
        guild = self.world.guilds[guild_id]
        if person not in guild.members:
            return None
        return {
            "id": guild.id,
            "name": guild.data["name"],
            "icon": None,
            "owner_id": guild.data["owner_id"],
            "roles": list(guild.roles.values()),
            "members": list(guild.members.values()),
            "channels": [
                {**people_threads.shown(c, person), "permissions": str(permissions.in_channel(c, person))}
                for c in guild.channels.values()
                if permissions.sees(c, person)
            ],
            "voice_states": voice.shown(guild, person),
            "scheduled_events": [
                {**event, "interested": guild.interested.get(event["id"], [])}
                for event in scheduled.seen(guild, person)
            ],
        }

    def commands(self, person: str) -> list[Json]:
        """The commands that a person finds anywhere, once each."""
        found: dict[str, Json] = {}
        for channel in self.world.channels.values():
            if channel.parent is None and permissions.sees(channel, person):
                found |= {command["id"]: command for _, command in offered(self.world, person, channel)}
        return list(found.values())

    def channel(self, person: str, channel_id: object) -> Channel:
        """A channel that the person sees."""
        channel = self.world.channels.get(str(channel_id))
        if channel is None or not permissions.sees(channel, person):
            raise RefusedError("There is no such channel.")
        return channel

    def history(self, person: str, channel_id: str, limit: int) -> list[Json]:
        """The newest messages, oldest first, with the person's own ephemeral ones in their order."""
        channel = self.channel(person, channel_id)
        seen = [
            message
            for message_id, message in channel.messages.items()
            if channel.ephemeral.get(message_id, person) == person
        ]
        return [seen_message(channel, message, person) for message in seen[-limit:]]

    def pins(self, person: str, channel_id: str) -> list[Json]:
        """The pinned messages, the newest pin first."""
        channel = self.channel(person, channel_id)
        return [seen_message(channel, channel.messages[one], person) for one in reversed(channel.pins)]

    # Writing

    def say(self, person: str, channel_id: str, form: Json) -> Json:
        """Write a message: {content, attachments?: [file], reply_to?: message id}."""
        channel = self.channel(person, channel_id)
        content = str(form.get("content") or "")
        uploads = [upload_of(one, i) for i, one in enumerate(form.get("attachments") or [])]
        if not content.strip() and not uploads:
            raise RefusedError("The message is empty.")
        if len(content) > 2000:
            raise RefusedError("A message has at most 2000 characters.")
        self._may_write(person, channel)
        draft = messages.Draft({"content": content, "nonce": form.get("nonce")}, uploads)
        replied = form.get("reply_to")
        if replied is not None:
            if str(replied) not in channel.messages:
                raise RefusedError("The message to reply to is gone.")
            reference: Json = {"type": 0, "channel_id": channel.id, "message_id": str(replied)}
            if channel.guild is not None:
                reference["guild_id"] = channel.guild.id
            draft.kind, draft.extra = messages.REPLY, {"message_reference": reference}
        message = messages.create(self.world, channel, self.world.users[person], draft)
        return seen_message(channel, message, person)

    def _may_write(self, person: str, channel: Channel) -> None:
        if channel.type == FORUM:
            raise RefusedError("In a forum one starts a post.")
        total = permissions.in_channel(channel, person)
        needed = "SEND_MESSAGES_IN_THREADS" if channel.is_thread else "SEND_MESSAGES"
        if not total & BITS[needed]:
            raise RefusedError("You do not have permission to send messages here.")
        if channel.is_thread:
            people_threads.wake(self.world, channel, person)

    def open_dm(self, person: str, other: str) -> Json:
        """The DM with somebody."""
        if other not in self.world.users or other == person:
            raise RefusedError("There is nobody with that id.")
        return self.world.dm_json(self.world.dm(person, other), person)

    def speak(self, person: str, form: Json) -> Json:
        """Join a voice or stage channel: {channel_id}, or leave all of them: {channel_id: null}."""
        if form.get("channel_id") is None:
            for guild in self.world.guilds.values():
                voice.disconnect(self.world, guild, person)
            return {}
        channel = self.channel(person, form["channel_id"])
        if channel.type not in SPOKEN:
            raise RefusedError("One joins a voice or stage channel.")
        if not permissions.in_channel(channel, person) & BITS["CONNECT"]:
            raise RefusedError("You do not have permission to join this channel.")
        return voice.connect(self.world, channel, person)

    def dismiss(self, person: str, channel_id: str, message_id: str) -> None:
        """Remove one's own ephemeral message."""
        channel = self.channel(person, channel_id)
        if channel.ephemeral.get(message_id) != person:
            raise RefusedError("Only a message that only you see can be dismissed.")
        messages.delete(self.world, channel, message_id)

    # Interactions

    async def interact(self, person: str, form: Json) -> Json:
        """Do one interaction and wait for the bot's first response, three real seconds at most."""
        made = self.begin(person, form)
        outcome = await self.acts.outcome(made)
        self._settle(person, made, outcome)
        return outcome

    def begin(self, person: str, form: Json) -> Interaction:
        """Send one interaction to its bot. Raises RefusedError."""
        kind = form.get("kind")
        if kind == "modal":
            return self._submit(person, form)
        channel = self.channel(person, form.get("channel_id"))
        if kind in ("command", "autocomplete"):
            return self._command(person, channel, form)
        if kind == "component":
            return self._press(person, channel, form)
        raise RefusedError(f"Unknown kind of interaction: {kind}.")

    def _settle(self, person: str, made: Interaction, outcome: Json) -> None:
        status = outcome["status"]
        if status == "modal":
            data = {"interaction_id": made.id, "channel_id": made.channel.id, "modal": outcome["modal"]}
            self.live.tell(person, "MODAL", data)
        elif status == "failed":
            data = {
                "interaction_id": made.id,
                "channel_id": made.channel.id,
                "message_id": made.message["id"] if made.message else None,
                "error": outcome["error"],
            }
            self.live.tell(person, "INTERACTION_FAILED", data)
        message = outcome.get("message")
        if message is not None:
            outcome["message"] = seen_message(made.channel, message, person)

    def _command(self, person: str, channel: Channel, form: Json) -> Interaction:
        if not permissions.in_channel(channel, person) & BITS["USE_APPLICATION_COMMANDS"]:
            raise RefusedError("You may not use commands here.")
        if channel.is_thread and channel.data["thread_metadata"]["archived"]:
            raise RefusedError("This thread is archived: write in it first.")
        typed = form.get("options") or {}
        builder = CommandForm(self.world, person, channel)
        focused = form.get("focused") if form["kind"] == "autocomplete" else None
        if form["kind"] == "autocomplete" and not focused:
            raise RefusedError("Which option is being typed?")
        target = form.get("target_id")
        bot, data = builder.data(
            str(form.get("name") or ""),
            typed,
            target_id=None if target is None else str(target),
            focused=focused,
        )
        act = AUTOCOMPLETE if focused else COMMAND
        return self.acts.start(act, bot, self.world.users[person], channel, data)

    def _press(self, person: str, channel: Channel, form: Json) -> Interaction:
        message_id = str(form.get("message_id"))
        message = channel.messages.get(message_id)
        if message is None or channel.ephemeral.get(message_id, person) != person:
            raise RefusedError("That message is gone.")
        custom_id = str(form.get("custom_id"))
        component = find_component(message["components"], custom_id)
        if component is None and not form.get("force"):
            raise RefusedError("There is no such button or menu on that message.")
        if component is not None and component.get("disabled") and not form.get("force"):
            raise RefusedError("That button or menu is switched off.")
        component = component or {"type": 3 if "values" in form else 2, "custom_id": custom_id, "id": 1}
        bot = self.world.bot_by_id(message.get("application_id") or message["author"]["id"])
        if bot is None:
            raise RefusedError("No application answers for that message.")
        data: Json = {"custom_id": custom_id, "component_type": component["type"], "id": component["id"]}
        if component["type"] != 2:
            builder = CommandForm(self.world, person, channel)
            values = form.get("values") or []
            if not form.get("force"):
                select_values(component, values, builder)
            data["values"] = values
            if builder.resolved:
                data["resolved"] = builder.resolved
        return self.acts.start(COMPONENT, bot, self.world.users[person], channel, data, message=message)

    def _submit(self, person: str, form: Json) -> Interaction:
        if form.get("force"):
            return self._forge(person, form)
        parent = self.acts.by_id.get(str(form.get("interaction_id")))
        if parent is None or parent.modal is None or parent.user["id"] != person:
            raise RefusedError("That form is no longer open.")
        builder = CommandForm(self.world, person, parent.channel)
        data = modal_data(parent.modal, form.get("fields") or {}, builder)
        user = self.world.users[person]
        return self.acts.start(
            MODAL_SUBMIT, parent.bot, user, parent.channel, data, message=parent.message, parent=parent
        )

    def _forge(self, person: str, form: Json) -> Interaction:
        """A form that no bot has opened, with fields of the sender's own."""
        channel = self.channel(person, form.get("channel_id"))
        message = channel.messages.get(str(form.get("message_id")))
        bot = self.world.bot_by_id(message.get("application_id") or message["author"]["id"]) if message else None
        if bot is None:
            raise RefusedError("No application answers for that message.")
        fields = [
            {"type": 18, "id": number, "component": {"type": 4, "id": number, "custom_id": name, "value": value}}
            for number, (name, value) in enumerate((form.get("fields") or {}).items(), 1)
        ]
        data = {"custom_id": str(form.get("custom_id")), "components": fields}
        return self.acts.start(MODAL_SUBMIT, bot, self.world.users[person], channel, data, message=message)

    async def burst(self, clicks: list[Json]) -> list[Json]:
        """Many interactions at once ({"as": person, ...form}); each outcome with its real milliseconds."""
        started = []
        for number, click in enumerate(clicks):
            started.append(self.begin(click["as"], click))
            if number % 50 == 49:
                # Let the first clicks leave while the last ones are still being made, as they would.
                await asyncio.sleep(0)
        results = []
        for made in started:
            outcome = await self.acts.outcome(made)
            stamp = made.answered_at or time.monotonic()
            results.append({"status": outcome["status"], "ms": round((stamp - made.made_at) * 1000, 3), "id": made.id})
        return results
