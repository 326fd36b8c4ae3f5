"""What people could notice while the clock moved: messages, edits, threads, events, reactions, in their order."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox import permissions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.errors import Json
    from sandbox.world import Channel, Event, World

KEPT = 3000
SHOWN = 50
TITLE = 90
_SPOILER = re.compile(r"\|\|.+?\|\|")
_MENTION = re.compile(r"<@!?(\d+)>")
_TIME = re.compile(r"<t:\d+(?::\w)?>")

_KINDS = {
    "MESSAGE_CREATE": "message",
    "MESSAGE_UPDATE": "edit",
    "MESSAGE_DELETE": "deletion",
    "MESSAGE_DELETE_BULK": "deletion",
    "MESSAGE_REACTION_ADD": "reaction",
    "MESSAGE_REACTION_REMOVE": "reaction",
    "CHANNEL_CREATE": "channel",
    "CHANNEL_UPDATE": "channel",
    "CHANNEL_DELETE": "channel",
    "CHANNEL_PINS_UPDATE": "pin",
    "THREAD_CREATE": "thread",
    "THREAD_UPDATE": "thread",
    "THREAD_DELETE": "thread",
    "GUILD_SCHEDULED_EVENT_CREATE": "event",
    "GUILD_SCHEDULED_EVENT_UPDATE": "event",
    "GUILD_SCHEDULED_EVENT_DELETE": "event",
    "GUILD_MEMBER_UPDATE": "member",
}


@dataclass(slots=True)
class Happening:
    """One thing that at least one person could see. `title` is its own words, cut."""

    at_ms: int
    kind: str
    name: str
    channel: Channel | None
    message_id: str | None
    title: str


@dataclass(slots=True)
class Watch:
    """What happened while somebody looked; at most KEPT are kept, `count` counts all."""

    found: list[Happening] = field(default_factory=list)
    count: int = 0

    def __bool__(self) -> bool:
        return self.count > 0


class Happenings:
    """Watches one world; what only one member sees as an answer (ephemeral) is not counted."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._watches: list[Watch] = []
        world.listeners.append(self._heard)

    @contextlib.contextmanager
    def watching(self) -> Iterator[Watch]:
        """Note what happens inside the block."""
        watch = Watch()
        self._watches.append(watch)
        try:
            yield watch
        finally:
            self._watches.remove(watch)

    def _heard(self, event: Event) -> None:
        if not self._watches or event.only is not None or event.ephemeral_for is not None:
            return
        kind = _KINDS.get(event.name)
        if kind is None:
            return
        made = self._happening(event, kind)
        for watch in self._watches:
            twin = made.message_id is not None and made.kind == "edit"
            if twin and any(one.message_id == made.message_id for one in watch.found):
                continue
            watch.count += 1
            if len(watch.found) < KEPT:
                watch.found.append(made)

    def _happening(self, event: Event, kind: str) -> Happening:
        data = event.data
        message_id = None
        if kind in ("message", "edit"):
            message_id = data["id"]
        elif kind == "reaction":
            message_id = data["message_id"]
        return Happening(self.world.clock.now_ms, kind, event.name, event.channel, message_id, self._title(event))

    def json(self, watch: Watch, person: str) -> list[Json]:
        """The newest of what happened, as one person may know it: of what they cannot see, only that and where."""
        return [self._shown(one, person) for one in watch.found[-SHOWN:]]

    def _shown(self, one: Happening, person: str) -> Json:
        channel = one.channel
        seen = channel is None or (channel.id in self.world.channels and permissions.sees(channel, person))
        gone = channel is not None and channel.id not in self.world.channels
        return {
            "at_ms": one.at_ms,
            "kind": one.kind,
            "name": one.name,
            "channel_id": channel.id if channel is not None and seen else None,
            "message_id": one.message_id if seen else None,
            "title": one.title if seen else "",
            "where": self._where(channel, seen=seen or gone),
            "seen": seen,
        }

    def _where(self, channel: Channel | None, *, seen: bool) -> str:
        if channel is None:
            return ""
        if channel.guild is None:
            names = [
                user["global_name"] for one in channel.recipients if not (user := self.world.users[one]).get("bot")
            ]
            return f"direct messages with {' and '.join(names)}"
        if not seen:
            return "a private thread" if channel.is_thread else "a channel that you do not see"
        name = str(channel.data["name"])
        return f"“{name}”" if channel.is_thread else f"#{name}"

    def _title(self, event: Event) -> str:
        """The first line of what is there to read, without what a spoiler hides."""
        data = event.data
        text = str(data.get("content") or "")
        for embed in data.get("embeds") or ():
            text = text or str(embed.get("title") or embed.get("description") or "")
        line = next(iter((text or str(data.get("name") or "")).splitlines()), "")
        line = _MENTION.sub(self._name, _SPOILER.sub("▒▒▒", _TIME.sub("…", line))).replace("**", "")
        return line if len(line) <= TITLE else f"{line[: TITLE - 1]}…"

    def _name(self, found: re.Match[str]) -> str:
        user = self.world.users.get(found[1])
        return f"@{user['global_name'] or user['username']}" if user is not None else "@somebody"
