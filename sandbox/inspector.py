"""What went over the wire, for whoever runs the sandbox: requests, gateway frames and people's acts, in their order.

It shows everything, whoever may see what in the server; only tokens are hidden. The memory it takes is bounded.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sandbox.errors import Json
    from sandbox.interactions import Interactions
    from sandbox.rest import Record
    from sandbox.world import World

KEPT = 4000
KEPT_BYTES = 24 * 1024 * 1024
BODY = 128 * 1024
"""The longest part of a body that is kept."""
SHOWN = 500

REQUEST, TO_BOT, FROM_BOT, PERSON = "request", "to-bot", "from-bot", "person"
HIDDEN = "hidden"

_DISPATCH = re.compile(rb'^\{"t":"([A-Z_]+)"')
_OPS = {
    1: "heartbeat",
    2: "identify",
    3: "presence",
    4: "voice state",
    6: "resume",
    7: "reconnect",
    8: "request members",
    9: "invalid session",
    10: "hello",
    11: "heartbeat ack",
}
_TOKEN_IN_PATH = re.compile(r"(/(?:interactions|webhooks)/\d+)/[^/?]+")
_TOKEN_IN_TEXT = re.compile(r'("(?:token|session_id)"\s*:\s*)"[^"]*"')


@dataclass(slots=True)
class Entry:
    """One thing on the wire. `title` is a path or an event's name; `refused` the rule that said no, or empty."""

    number: int
    kind: str
    at_ms: int
    method: str
    title: str
    status: int
    ms: float
    request: bytes
    response: bytes
    refused: str
    who: str

    def holds(self, needles: list[bytes]) -> bool:
        """Whether one of these ids or tokens is anywhere in it."""
        title = self.title.encode()
        return any(needle in title or needle in self.request or needle in self.response for needle in needles)


class Inspector:
    """Keeps the newest entries, and tells those who follow."""

    def __init__(self, world: World, acts: Interactions) -> None:
        self.world = world
        self.acts = acts
        self.entries: deque[Entry] = deque()
        self.followers: set[asyncio.Queue[Entry]] = set()
        self._bytes = 0
        self._number = 0

    # What comes in

    def request(self, record: Record) -> None:
        """One request of the bot."""
        status, refused = record.status, record.refused
        self._add(
            REQUEST, record.method, record.path, status, record.ms, record.request, record.response, refused=refused
        )

    def frame(self, frame: bytes, to_bot: bool) -> None:
        """One frame of the gateway."""
        found = _DISPATCH.match(frame)
        if found is not None:
            title = found[1].decode()
        else:
            try:
                title = _OPS.get(orjson.loads(frame)["op"], "unknown")
            except (orjson.JSONDecodeError, KeyError, TypeError):
                title = "malformed"
        self._add(TO_BOT if to_bot else FROM_BOT, "", title, 0, 0.0, frame, b"")

    def person(
        self, who: str, method: str, path: str, status: int, ms: float, request: bytes, response: bytes, refused: str
    ) -> None:
        """One act of a person."""
        self._add(PERSON, method, path, status, ms, request, response, refused=refused, who=who)

    def _add(
        self,
        kind: str,
        method: str,
        title: str,
        status: int,
        ms: float,
        request: bytes,
        response: bytes,
        *,
        refused: str = "",
        who: str = "",
    ) -> None:
        self._number += 1
        request, response = _cut(request), _cut(response)
        now = self.world.clock.now_ms
        made = Entry(self._number, kind, now, method, title, status, ms, request, response, refused, who)
        self.entries.append(made)
        self._bytes += len(request) + len(response)
        while len(self.entries) > KEPT or self._bytes > KEPT_BYTES:
            old = self.entries.popleft()
            self._bytes -= len(old.request) + len(old.response)
        for follower in self.followers:
            follower.put_nowait(made)

    # What goes out

    def newest(self, since: int = 0, about: str | None = None) -> Json:
        """The newest entries after number `since`, oldest first; with `about`, those about that message or act."""
        needles = self._needles(about) if about else None
        found: list[Json] = []
        for entry in reversed(self.entries):
            if entry.number <= since or len(found) == SHOWN:
                break
            if needles is None or entry.holds(needles):
                found.append(self.summary(entry))
        first = self.entries[0].number if self.entries else self._number + 1
        return {"entries": found[::-1], "forgotten": first - 1, "kept": len(self.entries)}

    def _needles(self, about: str) -> list[bytes]:
        """The ids and tokens by which requests about a message (or an interaction) are known."""
        ids = {about}
        for channel in self.world.channels.values():
            message = channel.messages.get(about)
            if message is not None and message.get("interaction_metadata"):
                ids.add(message["interaction_metadata"]["id"])
        tokens = set()
        for made in self.acts.by_id.values():
            if made.id in ids or (made.message is not None and made.message["id"] == about):
                ids.add(made.id)
                tokens.add(made.token)
        return [one.encode() for one in ids | tokens]

    def summary(self, entry: Entry) -> Json:
        """A line of the list, without bodies."""
        return {
            "number": entry.number,
            "kind": entry.kind,
            "at_ms": entry.at_ms,
            "method": entry.method,
            "title": hide(entry.title),
            "status": entry.status,
            "ms": round(entry.ms, 1),
            "refused": entry.refused,
            "who": entry.who,
            "what": _what(entry),
        }

    def detail(self, number: int) -> Json | None:
        """One entry with its bodies; None when it is forgotten or never was."""
        for entry in reversed(self.entries):
            if entry.number == number:
                return {
                    **self.summary(entry),
                    "request": _shown(entry.request),
                    "response": _shown(entry.response),
                    "cut": max(len(entry.request), len(entry.response)) >= BODY,
                }
        return None


def _cut(body: bytes) -> bytes:
    return body if len(body) <= BODY else body[:BODY]


def hide(text: str) -> str:
    """The text without any token in it."""
    return _TOKEN_IN_TEXT.sub(rf'\1"{HIDDEN}"', _TOKEN_IN_PATH.sub(rf"\1/{HIDDEN}", text))


def _shown(body: bytes) -> Any:
    """JSON where it is JSON, else text; tokens hidden either way."""
    text = hide(body.decode(errors="replace"))
    try:
        return orjson.loads(text) if text else None
    except orjson.JSONDecodeError:
        return text


_SAID = re.compile(rb'"(?:name|content|title)"\s*:\s*"((?:[^"\\]|\\.){1,60})')
_PRESSED = re.compile(rb'"custom_id"\s*:\s*"((?:[^"\\]|\\.){1,60})')


def _what(entry: Entry) -> str:
    """A word on what a person did or the bot answered, from the first telling field of its body."""
    if entry.kind not in (PERSON, REQUEST):
        return ""
    found = _SAID.search(entry.request) or _PRESSED.search(entry.request)
    return found[1].replace(rb"\n", b" ").decode(errors="replace") if found is not None else ""


async def follow(inspector: Inspector) -> AsyncIterator[list[Json]]:
    """Entries as they come, in batches of summaries."""
    queue: asyncio.Queue[Entry] = asyncio.Queue()
    inspector.followers.add(queue)
    try:
        while True:
            batch = [await queue.get()]
            while not queue.empty():
                batch.append(queue.get_nowait())
            yield [inspector.summary(entry) for entry in batch[-SHOWN:]]
    finally:
        inspector.followers.discard(queue)
