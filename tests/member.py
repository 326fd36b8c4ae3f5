"""One person of the sandbox with their page open: they look, write, press, choose and submit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.page import File, Page
from tests.sights import Choice, Gathering, Json, Menu, Message, Modal, Reply


class Member(Page):
    """One person with their page open. Made by `server.member(name)`."""

    async def says(self, text: str, where: str | None = None, **more: Any) -> Message:
        """Write a message; more: reply_to=Message, files=[File]."""
        form: Json = {"content": text}
        if "reply_to" in more:
            form["reply_to"] = more["reply_to"].id
        if "files" in more:
            form["attachments"] = [one.json() for one in more["files"]]
        path = f"/sandbox/channels/{await self._reach(where or self.here)}/messages"
        answer = await self.door.post(path, form, self.id)
        assert "error" not in answer, answer["error"]
        await self.catch_up()
        return Message(answer)

    async def posts(self, name: str, text: str, where: str, *, tags: Sequence[str] = (), **more: Any) -> str:
        """Start a thread or forum post (tags by name); more: files=[File], private=True. Returns its id."""
        form: Json = {"name": name, "content": text, "private": more.get("private", False)}
        if tags:
            known = self.channel(where)["available_tags"]
            form["applied_tags"] = [next(tag["id"] for tag in known if tag["name"] == wanted) for wanted in tags]
        form["attachments"] = [one.json() for one in more.get("files", ())]
        return str((await self._act(where, "threads", form))["id"])

    async def _act(self, where: str, act: str, form: Json) -> Json:
        """Change something about a channel or thread."""
        answer: Json = await self.door.post(f"/sandbox/channels/{await self._reach(where)}/{act}", form, self.id)
        assert "error" not in answer, answer["error"]
        await self.catch_up()
        return answer

    async def invites(self, person: Member, where: str) -> None:
        """Put somebody into a thread."""
        await self._act(where, "members", {"user_id": person.id})

    async def removes(self, person: Member, where: str) -> None:
        """Take somebody (or oneself) out of a thread."""
        await self._act(where, "members", {"user_id": person.id, "remove": True})

    async def turns(self, where: str, *, archived: bool | None = None, locked: bool | None = None) -> None:
        """Archive, open, lock or unlock a thread."""
        form = {"archived": archived, "locked": locked}
        await self._act(where, "thread", {key: value for key, value in form.items() if value is not None})

    async def deletes(self, where: str) -> None:
        """Delete a thread."""
        await self._act(where, "thread", {"delete": True})

    async def opens_dm(self, person_id: str) -> str:
        """Open the DM with somebody; returns the channel's id."""
        answer = await self.door.post("/sandbox/dms", {"user_id": person_id}, self.id)
        await self._load()
        return str(answer["id"])

    async def joins_voice(self, where: str) -> None:
        """Go into a voice or stage channel, out of any other."""
        answer = await self.door.post("/sandbox/voice", {"channel_id": await self._reach(where)}, self.id)
        assert "error" not in answer, answer["error"]
        await self.catch_up()

    async def leaves_voice(self) -> None:
        """Hang up."""
        await self.door.post("/sandbox/voice", {"channel_id": None}, self.id)
        await self.catch_up()

    async def in_voice(self, where: str) -> list[str]:
        """The names of those in a voice or stage channel, as they came."""
        names = {person_id: name for name, person_id in self._people.items()}
        wanted = self.channel_id(where)
        states = [one for guild in (await self._state())["guilds"] for one in guild["voice_states"]]
        return [names.get(one["user_id"], one["user_id"]) for one in states if one["channel_id"] == wanted]

    async def events(self) -> list[Gathering]:
        """The events to come or under way, as they are listed."""
        names = {person_id: name for name, person_id in self._people.items()}
        found = []
        for guild in (await self._state())["guilds"]:
            channels = {one["id"]: one["name"] for one in guild["channels"]}
            for event in guild["scheduled_events"]:
                place = (event["entity_metadata"] or {}).get("location") or channels[event["channel_id"]]
                found.append(Gathering(event, place, [names.get(one, one) for one in event["interested"]]))
        return found

    async def interested(self, name: str, *, interested: bool = True) -> None:
        """Press "Interested" on the listed event of that name, or take it back."""
        events = [one for one in await self.events() if one.name == name]
        assert events, f"{self.name} sees no event {name}, only {[one.name for one in await self.events()]}."
        form = {"guild_id": events[-1].raw["guild_id"], "event_id": events[-1].id, "interested": interested}
        answer = await self.door.post("/sandbox/interest", form, self.id)
        assert "error" not in answer, answer["error"]
        await self.catch_up()

    async def pins(self, where: str) -> list[str]:
        """The texts of a channel's pinned messages, the newest pin first."""
        path = f"/sandbox/channels/{await self._reach(where)}/pins"
        return [Message(one).text for one in await self.door.get(path, self.id)]

    async def file(self, message: Message, name: str) -> bytes:
        """Download an attachment of a message by its name."""
        url = next(one["url"] for one in message.attachments if one["filename"] == name)
        async with self.door.session.get(url) as response:
            assert response.status == 200, f"{name}: {response.status}"
            return await response.read()

    async def reacts(self, emoji: str, on: Message, *, remove: bool = False) -> None:
        """Add or take back a reaction."""
        path = f"/sandbox/channels/{on.channel_id}/messages/{on.id}/reactions"
        answer = await self.door.post(path, {"emoji": emoji, "remove": remove}, self.id)
        assert "error" not in answer, answer["error"]

    async def run(
        self, command: str, *, _in: str | None = None, _on: Message | Member | None = None, **options: Any
    ) -> Reply:
        """Run a slash or context command. Options may be members, "#channel", "@role", "@person", Files or ids.

        `_in` is the channel (else `here`), `_on` a context command's target.
        """
        form: Json = {"kind": "command", "name": command.removeprefix("/")}
        form["channel_id"] = await self._reach(_in or (_on.channel_id if isinstance(_on, Message) else self.here))
        form["options"] = {name: self._value(value) for name, value in options.items()}
        if _on is not None:
            form["target_id"] = _on.id
        return await self._interact(form)

    def _value(self, value: Any) -> Any:
        if isinstance(value, Member):
            return value.id
        if isinstance(value, File):
            return value.json()
        if isinstance(value, list):
            return [self._value(one) for one in value]
        if isinstance(value, str) and value.startswith("#") and value[1:] in self.channels():
            return self.channel_id(value)
        if isinstance(value, str) and value.startswith("@"):
            return self._roles.get(value[1:]) or self._people.get(value[1:], value)
        return value

    async def completes(
        self, command: str, option: str, typed: str, *, _in: str | None = None, **others: Any
    ) -> list[Choice]:
        """What is suggested while an option is being typed."""
        reply = await self._interact(
            {
                "kind": "autocomplete",
                "name": command.removeprefix("/"),
                "channel_id": await self._reach(_in or self.here),
                "options": {option: typed, **{name: self._value(value) for name, value in others.items()}},
                "focused": option,
            }
        )
        assert not reply.failed, reply.error
        return reply.choices

    async def press(self, wanted: str, *, on: Message | None = None, where: str | None = None) -> Reply:
        """Press the newest enabled button of that label, emoji or custom id's beginning; wait until it is there."""

        def look() -> tuple[Message, str] | None:
            for message in self._newest_first(where) if where is None or self._find(where) else []:
                if on is not None and message.id != on.id:
                    continue
                for button in message.buttons:
                    if button.matches(wanted) and not button.disabled and button.custom_id:
                        return message, button.custom_id
            return None

        message, custom_id = await self._until(look, f"a button {wanted!r} to press")
        return await self._touch(message, custom_id)

    async def press_raw(self, message: Message, custom_id: str) -> Reply:
        """Press what is not (or no longer) there: a stale or forged custom id."""
        return await self._touch(message, custom_id, force=True)

    async def choose(self, *wanted: str, on: Message | None = None, where: str | None = None) -> Reply:
        """Choose in the newest enabled menu that offers it (by label or value; members, roles, channels by id)."""
        named = [self._value(one) for one in wanted]

        def look() -> tuple[Message, Menu] | None:
            for message in self._newest_first(where):
                for menu in message.menus:
                    offered = menu.kind != 3 or all(
                        one in menu.options or one in menu.options.values() for one in wanted
                    )
                    if offered and not menu.disabled and (on is None or on.id == message.id):
                        return message, menu
            return None

        message, menu = await self._until(look, f"a menu with {wanted}")
        by_label = {label: value for value, label in menu.options.items()}
        values = [one if one in menu.options else by_label.get(one, one) for one in named]
        return await self._touch(message, menu.custom_id, values=values)

    async def _touch(self, message: Message, custom_id: str, **more: Any) -> Reply:
        form = {"kind": "component", "channel_id": message.channel_id, "message_id": message.id}
        return await self._interact({**form, "custom_id": custom_id, **more})

    async def submit(self, form: Json | None = None, /, **fields: Any) -> Reply:
        """Send the open form; fields by custom id or label (`question_text` for "Question text")."""
        modal = await self._until(lambda: self.modal, "a form to fill in")
        named = {modal.field(name): self._value(value) for name, value in {**(form or {}), **fields}.items()}
        asked = {"kind": "modal", "interaction_id": modal.interaction_id, "fields": named}
        reply = await self._interact(asked)
        if reply.status != "refused" and self.modal is modal:
            self.modal = None
        return reply

    async def dismisses(self, message: Message) -> None:
        """Remove an ephemeral message from one's own view."""
        form = {"channel_id": message.channel_id, "message_id": message.id}
        answer = await self.door.post("/sandbox/messages/dismiss", form, self.id)
        assert "error" not in answer, answer["error"]
        await self.catch_up()

    async def _interact(self, form: Json) -> Reply:
        answer = await self.door.post("/sandbox/interactions", form, self.id)
        await self.catch_up()
        message = Message(answer["message"]) if "message" in answer else None
        if message is not None and message.loading:
            message = await self._answered(message)
        modal = Modal(answer["interaction_id"], answer["modal"]) if "modal" in answer else None
        choices = [Choice(one["name"], one["value"]) for one in answer.get("choices", [])]
        status = answer.get("status", "refused")
        return Reply(status, message, modal, choices, answer.get("error", ""))

    async def _answered(self, loading: Message) -> Message | None:
        """The message that a deferred answer became; None when the bot took it away."""

        def look() -> list[Message] | None:
            found = self._seen.get(loading.channel_id, {}).get(loading.id)
            if found is None:
                return []
            return None if found.loading else [found]

        return next(iter(await self._until(look, "the end of “thinking”")), None)
