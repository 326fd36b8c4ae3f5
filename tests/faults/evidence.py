"""What is left after a week: the rows of the database, the messages of the world, and what people remember."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import signal
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from sandbox.world import World
from tests.faults.record import Act, Json, Record, Try, text_of
from tests.faults.scene import BOT, Scene

Row = dict[str, Any]
PATIENCE_S = 20.0
FOLLOWS = """SELECT COALESCE((SELECT value FROM meta WHERE key = 'evidence'), '0'),
    COALESCE((SELECT value FROM meta WHERE key = 'summaries_made_for'), '0')"""


@dataclass(frozen=True, slots=True)
class Post:
    """A message of the bot's that more than one click leaves: not an answer that one person alone sees."""

    raw: Json
    channel_id: str
    thread: bool
    user: str | None  # whose direct messages it stands in

    @property
    def id(self) -> str:
        return str(self.raw["id"])

    @property
    def text(self) -> str:
        return text_of(self.raw)

    @property
    def custom_ids(self) -> list[str]:
        """Of all buttons, also of those that are switched off."""
        return [one["custom_id"] for one in parts(self.raw["components"]) if one.get("custom_id")]

    def has(self, prefix: str) -> bool:
        return any(one.startswith(prefix) for one in self.custom_ids)


def parts(components: list[Json]) -> Iterator[Json]:
    """Every component, however deep."""
    for one in components:
        yield one
        yield from parts(one.get("components") or [])


@dataclass(slots=True)
class Evidence:
    """All that the oracle looks at; each of it can be exchanged to see what the oracle says then."""

    record: Record
    database: Path
    posts: list[Post]
    threads: dict[str, str]  # parents by thread
    events: list[Json]
    broken: list[Json]
    log: str
    now_ms: int
    _kept: sqlite3.Connection | None = None

    @classmethod
    async def gather(cls, scene: Scene, record: Record) -> Self:
        """Let the bot finish what is due, stop it, and look."""
        if scene.bot is not None:
            scene.bot.terminate()
        # What a deletion takes back is made anew within a real minute, or by the next start.
        await scene.start()
        await _follows(scene)
        await scene.settle()
        assert scene.bot is not None
        scene.bot.send_signal(signal.SIGTERM)
        await scene.bot.wait()
        world = scene.box.world
        guild = world.guilds["1001"]
        return cls(
            record,
            scene.database,
            list(_posts(world)),
            {one.id: str(one.data["parent_id"]) for one in guild.threads()},
            copy.deepcopy(list(guild.events.values())),
            await scene.server.broken_rules(),
            scene.log.read_text("utf-8"),
            world.clock.now_ms,
        )

    def besides(self, **changed: Any) -> Self:
        """The same with something exchanged."""
        return replace(self, **changed)

    @contextlib.contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """The database, opened once for all that is asked in the block."""
        with contextlib.closing(sqlite3.connect(self.database)) as kept:
            kept.row_factory = sqlite3.Row
            self._kept = kept
            try:
                yield kept
            finally:
                self._kept = None

    def rows(self, sql: str) -> list[Row]:
        """What the opened database answers."""
        assert self._kept is not None
        return [dict(row) for row in self._kept.execute(sql)]

    def dump(self) -> Iterator[str]:
        """All that it holds, as text."""
        assert self._kept is not None
        self._kept.row_factory = None
        yield from self._kept.iterdump()
        self._kept.row_factory = sqlite3.Row

    # Who

    def users(self) -> dict[int, str]:
        """Names by member id."""
        found = self.rows("SELECT member_id, user_id FROM members")
        return {row["member_id"]: self.record.name(str(row["user_id"])) for row in found}

    def deleted(self) -> dict[str, int]:
        """When somebody asked for the first time that all of theirs be deleted, by their names."""
        return {one.who: one.tries[0].at_ms for one in self.record.of("delete")}

    def surely_deleted(self) -> dict[str, int]:
        """When somebody was told that all of theirs is deleted."""
        found = ((one.who, one.said("Deleted.")) for one in self.record.of("delete"))
        return {who: told.ended_ms for who, told in found if told is not None}

    def last(self, kind: str, words: str, **facts: Any) -> dict[str, tuple[Act, bool]]:
        """Of everybody who did such a thing, their last act that was confirmed with these words.

        With it, whether a later one that nobody confirmed may have changed it again.
        """
        found: dict[str, tuple[Act, bool]] = {}
        for act in self.record.of(kind):
            if any(act.facts.get(name) != value for name, value in facts.items()):
                continue
            if act.said(words) is not None:
                found[act.who] = (act, False)
            elif act.who in found and any(one.told is None or one.broken for one in act.tries):
                found[act.who] = (found[act.who][0], True)
        return found


def unsaid(act: Act) -> list[Try]:
    """The tries that nothing came of that anybody knows: what they wanted may have been done."""
    return [one for one in act.tries if one.told is None or one.broken]


async def _follows(scene: Scene) -> None:
    """Wait until estimates and boards follow from the answers."""
    async with asyncio.timeout(PATIENCE_S):
        while len(set(scene.rows(FOLLOWS)[0])) > 1:  # noqa: ASYNC110  another process writes it
            await asyncio.sleep(0.01)


def _posts(world: World) -> Iterator[Post]:
    for channel in world.channels.values():
        user = None
        if channel.guild is None:
            user = next((one for one in channel.recipients if one != BOT), None)
        for message_id, message in channel.messages.items():
            system = message["type"] not in (0, 19, 20, 23)
            if message["author"]["id"] != BOT or message_id in channel.ephemeral or system:
                continue
            yield Post(copy.deepcopy(message), channel.id, channel.is_thread, user)
