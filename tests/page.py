"""The sandbox's page as one person has it open: channels, messages, and what comes while they look."""

from __future__ import annotations

import asyncio
import base64
import io
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
import orjson

from tests.sights import Json, Message, Modal

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


class Page:
    """What one person sees."""

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

    async def _state(self) -> Json:
        state: Json = await self.door.get("/sandbox/state", self.id)
        return state
