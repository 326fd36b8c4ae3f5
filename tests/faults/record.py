"""What people did in a generated week, what they were told, and every version of every message that they could see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.world import Event, World
from tests.sights import Message

Json = dict[str, Any]
LATER_MS = 60_000
_CODE = re.compile(r"code: \*\*[0-9a-f]{6}\*\*")


@dataclass(slots=True)
class Try:
    """One click. `told` is what the person then read, None where they were told nothing."""

    at_ms: int
    told: str | None = None
    ended_ms: int = 0

    @property
    def broken(self) -> bool:
        """Whether they were told the code of an error."""
        return self.told is not None and _CODE.search(self.told) is not None


@dataclass(slots=True)
class Act:
    """Something that a person wanted, and how often they had to try. `facts` are what it was about."""

    who: str
    kind: str
    facts: Json
    tries: list[Try] = field(default_factory=list)

    @property
    def told(self) -> str | None:
        """What they were told in the end."""
        return self.tries[-1].told if self.tries else None

    @property
    def at_ms(self) -> int:
        return self.tries[-1].at_ms

    def said(self, words: str) -> Try | None:
        """The first try whose answer has these words."""
        return next((one for one in self.tries if one.told is not None and words in one.told), None)


@dataclass(frozen=True, slots=True)
class Sight:
    """One version of a message. `seer` is the one who sees it where it is for one person alone."""

    at_ms: int
    message_id: str
    channel_id: str
    seer: str | None
    by_bot: bool
    edit: bool
    text: str
    mentioned: frozenset[str]


@dataclass(frozen=True, slots=True)
class Secret:
    """A word that only its owner may read where people are, beside those in `readers`."""

    word: str
    owner: str
    readers: frozenset[str] = frozenset()


@dataclass(slots=True)
class Record:
    """A week: who, what they did in their order, what could be seen, and which words are private."""

    seed: int
    days: int
    people: dict[str, str] = field(default_factory=dict)  # user ids by name
    acts: list[Act] = field(default_factory=list)
    sights: list[Sight] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list)
    gone: dict[str, int] = field(default_factory=dict)  # when somebody left the server
    excused: list[str] = field(default_factory=list)
    """Regular expressions of requests ("POST /path status") that broke a rule because a fault was injected."""

    def of(self, *kinds: str) -> Iterator[Act]:
        """The acts of these kinds that were tried at all."""
        return (one for one in self.acts if one.kind in kinds and one.tries)

    def name(self, user: str) -> str:
        return next((name for name, one in self.people.items() if one == user), user)

    def watch(self, world: World) -> None:
        """Note every version of every message from now on."""

        def heard(event: Event) -> None:
            if event.name not in ("MESSAGE_CREATE", "MESSAGE_UPDATE") or event.only is not None:
                return
            self.sights.append(_sight(world, event))

        world.listeners.append(heard)


def _sight(world: World, event: Event) -> Sight:
    data = event.data
    whole = data
    if event.channel is not None:
        whole = event.channel.messages.get(data["id"], data)
    seer = event.ephemeral_for
    if event.channel is not None and seer is None:
        seer = event.channel.ephemeral.get(data["id"])
        if seer is None and event.channel.guild is None:
            seer = next((one for one in event.channel.recipients if not world.users[one].get("bot")), None)
    text = text_of(whole)
    return Sight(
        world.clock.now_ms,
        data["id"],
        data["channel_id"],
        seer,
        bool(whole["author"].get("bot")),
        event.name == "MESSAGE_UPDATE",
        text,
        frozenset(re.findall(r"<@!?(\d+)>", text)),
    )


def text_of(message: Json) -> str:
    """All that can be read of a message."""
    return Message(message).text


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try: `message` and `modal` as Discord's JSON. `text` is None where nothing came."""

    text: str | None
    message: Json | None = None
    modal: Json | None = None
    interaction_id: str = ""


NOTHING = Outcome(None)
