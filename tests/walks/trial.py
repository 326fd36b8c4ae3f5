"""Presses of every kind, sent at will, with an eye on the database and an ear on the log."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.logs import JsonLines
from bot.services.house import Meters
from cogs.replies import Door
from tests.people import Message
from tests.permissions import Rule
from tests.walks.furnished import HOME, Furnished

Json = dict[str, Any]
SECRETS = (
    "sandbox-token",
    "Private words",
    "private answer",
    "privately",
    "clavicle",
    "E11.65",
    "MRN",
    "collar",
    "tibia",
)
"""The token, and what members wrote: reminders, answers, reports, doubts, reflections, feedback, proposals, notes."""


class Watch(logging.Handler):
    """The bot's own log at its most talkative, as it would be written; and what it says of interactions that failed."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonLines())
        self.lines: list[str] = []
        self.failed: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        self.lines.append(line)
        if record.levelno >= logging.ERROR:
            self.failed.append(line)

    def told(self) -> list[str]:
        """The lines with something that belongs in no log."""
        return [line for line in self.lines if any(one in line for one in SECRETS)]


@contextlib.contextmanager
def listening() -> Iterator[Watch]:
    """Hear what is logged in the block."""
    found = Watch()
    levels = {name: logging.getLogger(name).level for name in ("bot", "cogs")}
    logging.getLogger().addHandler(found)
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        yield found
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        logging.getLogger().removeHandler(found)


class Heard:
    """What the bot's door counts, and passes it on."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters
        self.counts: Counter[tuple[str, str]] = Counter()

    def interaction(self, what: str, outcome: str, seconds: float) -> None:
        self.counts[what, outcome] += 1
        self._meters.interaction(what, outcome, seconds)

    def delivery(self, kind: str, outcome: str, late_seconds: float) -> None:
        self._meters.delivery(kind, outcome, late_seconds)


class Trial:
    """Sends presses at will, and sees what they did."""

    def __init__(self, home: Furnished, spare: Path) -> None:
        self.home = home
        self.wrong: list[str] = []
        self.sent = 0
        self._spare = spare
        self._database = home.study.settings.database
        self._look = sqlite3.connect(self._database)
        self._kept = 0
        found = home.study.bot.get_cog("Door")
        assert isinstance(found, Door)
        self._door = found
        self.heard = self._door._meters = Heard(home.study.bot.house.meters)
        self.own: dict[str, Message] = {}

    def form(self, actor: str, custom_id: str, rule: Rule) -> Json:
        """A press, a choice or a form that this actor forges."""
        door = self.home.doors[actor]
        form: Json = {"channel_id": door.channel_id, "message_id": door.id, "custom_id": custom_id, "force": True}
        if actor in self.home.people and self.home.people[actor].here == HOME:
            form |= self._post(custom_id)
        if rule.fields:
            return {"kind": "modal", "fields": dict(rule.fields), **form}
        if rule.chosen is not None:
            form["values"] = [self.filled(one) for one in rule.chosen]
        return {"kind": "component", **form}

    def _post(self, custom_id: str) -> Json:
        """Where the letters of a question that was posted stand; they answer nothing anywhere else."""
        name, _, values = custom_id.partition(":")
        sql = "SELECT channel_id, message_id FROM rounds WHERE round_id = ? AND message_id IS NOT NULL"
        with contextlib.closing(sqlite3.connect(self._database)) as file:
            found = file.execute(sql, (values.partition(":")[0],)).fetchone() if name == "a" else None
        return {} if found is None else {"channel_id": str(found[0]), "message_id": str(found[1])}

    def filled(self, values: str) -> str:
        """With the ids of the things."""
        return values.format_map(self.home.things)

    async def send(self, actor: str, custom_id: str, rule: Rule) -> Json:
        """What came back."""
        self.sent += 1
        person = self.home.people[actor.removesuffix("_dm")]
        server = self.home.study.server
        answer: Json = await server.post("/sandbox/interactions", self.form(actor, custom_id, rule), person.id)
        if answer["status"] in ("failed", "refused"):
            self.wrong.append(f"{actor} {custom_id}: {answer['status']} {answer.get('error')}")
        return answer

    def counted(self, name: str) -> dict[str, int]:
        """How often presses of that name were done, refused, late and failed."""
        return {outcome: number for (what, outcome), number in self.heard.counts.items() if what == name}

    async def idle(self) -> None:
        """Wait until every press has its reply, also the second one of those that took longer."""
        await self._door.idle()
        while begun := self.home.study.bot._commands:
            await asyncio.wait(begun)

    async def broken(self) -> list[Json]:
        """Requests that broke a rule; but for threads made twice, since a post forgets its own when rows come back."""
        found = await self.home.study.server.broken_rules()
        return [one for one in found if not any("160004" in problem for problem in one["problems"])]

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row that there is, but for those of the shipped banks."""
        with contextlib.closing(sqlite3.connect(self._database)) as file:
            tables = [row[0] for row in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {one: sorted(file.execute(f"SELECT * FROM {one}").fetchall(), key=repr) for one in tables}

    def keep(self) -> None:
        """Remember the database as it is."""
        with (
            contextlib.closing(sqlite3.connect(self._database)) as file,
            contextlib.closing(sqlite3.connect(self._spare)) as spare,
        ):
            file.backup(spare)
        self._kept = self.version()

    def version(self) -> int:
        """Another one after each commit of the bot's."""
        return int(self._look.execute("PRAGMA data_version").fetchone()[0])

    async def restore(self) -> None:
        """Bring back what was kept, when the bot has done what the last press led to."""
        if self.version() == self._kept:
            return
        await self.home.study.server.post("/sandbox/clock", {"advance_ms": 0})
        # The bot runs in this thread, and may hold the lock that this waits for.
        await asyncio.to_thread(self._bring_back)
        self._kept = self.version()

    def _bring_back(self) -> None:
        with (
            contextlib.closing(sqlite3.connect(self._database)) as file,
            contextlib.closing(sqlite3.connect(self._spare)) as spare,
        ):
            file.execute("PRAGMA synchronous = OFF")
            spare.backup(file)
