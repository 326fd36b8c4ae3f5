"""One person of the sandbox with their page open: they look, write, press, choose and submit."""

from __future__ import annotations

import asyncio
import base64
import io
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
import orjson

from tests.sights import Choice, Gathering, Json, Menu, Message, Modal, Reply

PATIENCE_S = 5.0
"""Real seconds that a wait on the live stream lasts before it fails and prints what the person sees."""

_RELOADING = (
    "THREAD_MEMBERS_UPDATE", "CHANNEL_UPDATE", "CHANNEL_CREATE", "GUILD_CREATE", "GUILD_ROLE_UPDATE",
    "GUILD_MEMBER_UPDATE", "GUILD_MEMBER_ADD",
)  # fmt: skip
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class File:
    """A file to upload."""

    name: str
    data: bytes
    content_type: str = "application/octet-stream"

    def json(self) -> Json:
        """As the sandbox takes it."""
        data = base64.b64encode(self.data).decode()
        return {"filename": self.name, "content_type": self.content_type, "data_base64": data}


class Door:
    """The people's side of one sandbox over HTTP."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.session = session

    async def get(self, path: str, person: str | None = None) -> Any:
        """GET as somebody."""
        return await self._request("GET", path, None, person)

    async def post(self, path: str, form: Any, person: str | None = None) -> Any:
        """POST as somebody; a refusal comes back as its JSON, with "error"."""
        return await self._request("POST", path, form, person)

    async def _request(self, method: str, path: str, form: Any, person: str | None) -> Any:
        headers = {} if person is None else {"X-Person": person}
        data = None if form is None else io.BytesIO(orjson.dumps(form))
        async with self.session.request(method, self.url + path, data=data, headers=headers) as response:
            raw = await response.read()
            assert response.status < 500, f"{method} {path}: {response.status} {raw.decode()}"
            return orjson.loads(raw)


class Member:
    """One person with their page open. Made by `server.member(name)`."""

    def __init__(self, door: Door, person_id: str, name: str) -> None:
        self.door = door
        self.id = person_id
        self.name = name
        self.modal: Modal | None = None
        self.failures: list[str] = []
        self.here = "#general"
        self._channels: dict[str, Json] = {}
        self._roles: dict[str, str] = {}
        self._people: dict[str, str] = {}
        self._seen: dict[str, dict[str, Message]] = {}
        self._live: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._stale = False
        self._meanwhile: list[tuple[str, Json]] | None = None
        self._synced = 0
        self._sync = itertools.count(1)

    # The page

    async def arrive(self) -> None:
        """Open the page: the live stream, then everything that is there."""
        address = f"{self.door.url}/sandbox/live?as={self.id}"
        self._live = await self.door.session.ws_connect(address, max_msg_size=0)
        self._reader = asyncio.create_task(self._read(self._live))
        await self._load()

    async def leave(self) -> None:
        """Close the page."""
        if self._live is not None:
            await self._live.close()
        if self._reader is not None:
            await self._reader

    async def _load(self) -> None:
        self._stale = False
        # What is heard while the histories come may be newer than they are.
        meanwhile: list[tuple[str, Json]] = []
        self._meanwhile = meanwhile
        state = await self._state()
        self._people = {one["name"]: one["id"] for one in state["people"]}
        channels = {one["id"]: one for guild in state["guilds"] for one in guild["channels"]}
        channels |= {one["id"]: one for one in state["dms"]}
        self._roles = {r["name"]: r["id"] for guild in state["guilds"] for r in guild["roles"]}
        paths = [f"/sandbox/channels/{one}/messages?limit=1000" for one in channels]
        histories = await asyncio.gather(*(self.door.get(path, self.id) for path in paths))
        self._channels = channels
        for channel_id, history in zip(channels, histories, strict=True):
            self._seen[channel_id] = {one["id"]: Message(one) for one in history}
        self._seen = {key: seen for key, seen in self._seen.items() if key in channels}
        if self._meanwhile is meanwhile:
            self._meanwhile = None
        for name, data in meanwhile:
            self._hear(name, data)

    async def _read(self, live: aiohttp.ClientWebSocketResponse) -> None:
        async for message in live:
            event = orjson.loads(message.data)
            self._hear(event["t"], event["d"])
            if self._meanwhile is not None and event["t"].startswith("MESSAGE_"):
                self._meanwhile.append((event["t"], event["d"]))
            self._news.set()

    def _hear(self, name: str, data: Json) -> None:
        if name in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            if data["channel_id"] not in self._channels:
                self._stale = True
            self._seen.setdefault(data["channel_id"], {})[data["id"]] = Message(data)
        elif name == "MESSAGE_DELETE":
            self._seen.get(data["channel_id"], {}).pop(data["id"], None)
        elif name in ("THREAD_CREATE", "THREAD_UPDATE"):
            self._channels[data["id"]] = data
        elif name in ("CHANNEL_DELETE", "THREAD_DELETE"):
            self._channels.pop(data["id"], None)
            self._seen.pop(data["id"], None)
        elif name == "MODAL":
            self.modal = Modal(data["interaction_id"], data["modal"])
        elif name == "INTERACTION_FAILED":
            self.failures.append(data["error"])
        elif name == "SYNC":
            self._synced = data["sync"]
        elif name in _RELOADING:
            self._stale = True

    async def catch_up(self) -> None:
        """Wait until everything that has happened so far is on the page."""
        assert self._live is not None
        number = next(self._sync)
        await self._live.send_str(orjson.dumps({"sync": number}).decode())
        await self._until(lambda: self._synced >= number or None, f"an echo of {number}")
        if self._stale:
            await self._load()

    async def _until(self, look: Callable[[], T | None], wanted: str) -> T:
        try:
            async with asyncio.timeout(PATIENCE_S):
                while (found := look()) is None:
                    self._news.clear()
                    if not self._stale:
                        await self._news.wait()
                    if self._stale:
                        await self._load()
                return found
        except TimeoutError:
            raise AssertionError(f"{self.name} waited for {wanted} and sees:\n{self.screen()}") from None

    # Looking

    def channel_id(self, where: str) -> str:
        """The id of "#name", a thread's name, "dm", or an id."""
        found = self._find(where)
        assert found is not None, f"{self.name} sees no {where}, only {self.channels()}."
        return found

    def _find(self, where: str) -> str | None:
        if where in self._channels:
            return where
        for channel_id, channel in reversed(self._channels.items()):
            if channel.get("name") == where.removeprefix("#") or (where == "dm" and channel["type"] == 1):
                return channel_id
        return None

    async def _reach(self, where: str) -> str:
        """The same, waiting for a channel that is only being made."""
        return await self._until(lambda: self._find(where), f"the channel {where}")

    def channels(self) -> list[str]:
        """The names of the channels and threads that the person sees."""
        return [channel.get("name", "dm") for channel in self._channels.values()]

    def messages(self, where: str | None = None) -> list[Message]:
        """What stands in a channel (else everywhere), oldest first."""
        if where is None:
            return [message for seen in self._seen.values() for message in seen.values()]
        return list(self._seen.get(self.channel_id(where), {}).values())

    def _newest_first(self, where: str | None) -> list[Message]:
        return sorted(self.messages(where), key=lambda one: int(one.id), reverse=True)

    def screen(self) -> str:
        """Everything that the person sees, for a failed test's report."""
        lines = []
        for channel_id, seen in self._seen.items():
            if seen:
                name = self._channels.get(channel_id, {}).get("name", "dm")
                lines += [f"#{name}", *(f"  {message}" for message in seen.values())]
        if self.modal is not None:
            lines.append(f"form: {self.modal.text}")
        return "\n".join([*lines, *self.failures]) or "nothing"

    async def sees(self, text: str, where: str | None = None, *, ephemeral: bool | None = None) -> Message:
        """Wait for the newest message with `text` in anything readable; where it does not come, fail."""

        def look() -> Message | None:
            known = where is None or self._find(where) is not None
            for message in self._newest_first(where) if known else []:
                if text in message.text and ephemeral in (None, message.ephemeral):
                    return message
            return None

        return await self._until(look, f"{text!r}{f' in {where}' if where else ''}")

    async def sees_not(self, text: str, where: str | None = None) -> None:
        """Assert that nothing visible now has `text`."""
        await self.catch_up()
        for message in self.messages(where):
            assert text not in message.text, f"{self.name} sees {text!r}:\n{self.screen()}"

    # Doing

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

    def channel(self, where: str) -> Json:
        """A channel or thread as Discord's JSON; a thread has `member_ids` too."""
        return self._channels[self.channel_id(where)]

    def members_of(self, where: str) -> list[str]:
        """The names of a thread's members, the bot's too, as they came."""
        names = {person_id: name for name, person_id in self._people.items()}
        return [names.get(one, "the bot") for one in self.channel(where)["member_ids"]]

    def tags_of(self, where: str) -> list[str]:
        """The names of a forum post's tags."""
        post = self.channel(where)
        names = {tag["id"]: tag["name"] for tag in self._channels[post["parent_id"]]["available_tags"]}
        return [names[one] for one in post["applied_tags"]]

    async def opens_dm(self, person_id: str) -> str:
        """Open the DM with somebody; returns the channel's id."""
        answer = await self.door.post("/sandbox/dms", {"user_id": person_id}, self.id)
        await self._load()
        return str(answer["id"])

    async def _state(self) -> Json:
        state: Json = await self.door.get("/sandbox/state", self.id)
        return state

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
