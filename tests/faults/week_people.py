"""How people act on a bot that may end under their hands: they press, wait, are told or are not, and try again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import Any

from bot.domain.instants import from_ms
from sandbox import permissions
from sandbox.errors import DiscordError
from sandbox.interactions import Interaction
from sandbox.month_people import buttons_of
from sandbox.people_commands import RefusedError
from sandbox.world import Event
from tests.faults.record import NOTHING, Act, Json, Outcome, Record, Secret, Try, text_of
from tests.faults.scene import CHANNEL, Scene
from tests.warm import Process

Pause = Callable[[str], Awaitable[None]]
Form = Callable[[int], Json]
"""What is sent on the try of this number, from 0."""

SILENT, ENDED, CODES = 3, 400, 2
"""So often somebody tries again where nothing came, where the bot ended meanwhile, and where an error's code came."""
PATIENCE_S = 20.0
PICTURE_TO_COME = "The picture is taking its time"
LOADING = 128


async def _never(label: str) -> None:
    """Nothing strikes."""


class People:
    """Everybody of a week, by their names."""

    def __init__(self, scene: Scene, record: Record, pause: Pause | None) -> None:
        self.scene = scene
        self.box = scene.box
        self.record = record
        self._pause = pause or _never
        self._watched: Process | None = None
        self._ended: asyncio.Task[int] | None = None
        self._news = asyncio.Event()
        self._secrets = 0
        self._together = 0
        self._starting = asyncio.Lock()
        self.box.world.listeners.append(self._heard)

    def _heard(self, event: Event) -> None:
        if event.name in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            self._news.set()

    # The bot, and the time

    def bot_ended(self) -> asyncio.Task[int]:
        """The end of the bot that runs now."""
        bot = self.scene.bot
        assert bot is not None
        if bot is not self._watched or self._ended is None:
            self._watched, self._ended = bot, asyncio.create_task(bot.wait())
        return self._ended

    async def see_to_it(self) -> None:
        """A bot that ended is started again."""
        async with self._starting:
            while self.scene.bot is None or self.scene.bot.returncode is not None:
                await self.scene.start()

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """What is done in the block happens at once: nothing strikes in between."""
        self._together += 1
        try:
            yield
        finally:
            self._together -= 1

    async def pause(self, label: str) -> None:
        """A moment at which something may strike."""
        if not self._together:
            await self._pause(label)

    async def until(self, moment: datetime) -> None:
        """Let the time pass; whatever ends on the way is started again."""
        await self.pause(f"clock {moment:%a %H:%M:%S}")
        async with self._starting:
            await self.scene.through(max(moment, self.now))

    @property
    def now(self) -> datetime:
        return from_ms(self.box.clock.now_ms)

    def secret(self, owner: str, *readers: str) -> str:
        """A word that only this member may read where others are."""
        self._secrets += 1
        word = f"zq{self._secrets:04}x"
        ids = frozenset(self.record.people[one] for one in readers)
        self.record.secrets.append(Secret(word, self.record.people[owner], ids))
        return word

    # Acting

    async def act(self, who: str, kind: str, form: Form | Json, **facts: Any) -> Outcome:
        """Try until something is said, and note each try."""
        act = Act(who, kind, facts)
        self.record.acts.append(act)
        await self.pause(f"{who} {kind}")
        silent = ended = codes = 0
        outcome = NOTHING
        while True:
            await self.see_to_it()
            made = form(len(act.tries)) if callable(form) else form
            one, bot = Try(self.box.clock.now_ms), self.scene.bot
            act.tries.append(one)
            outcome = await self._once(self.record.people[who], made)
            one.told, one.ended_ms = outcome.text, self.box.clock.now_ms
            if outcome.text is not None and not one.broken:
                return outcome
            if one.broken:
                codes += 1
            elif bot is not self.scene.bot or bot is None or bot.returncode is not None:
                ended += 1
            else:
                silent += 1
            if silent > SILENT or ended > ENDED or codes > CODES:
                return outcome

    async def _once(self, person: str, form: Json) -> Outcome:
        try:
            made = self.box.people.begin(person, form)
        except (RefusedError, DiscordError) as refused:
            return Outcome(f"[Discord] {refused}")
        ended = self.bot_ended()
        coming = asyncio.ensure_future(self.box.interactions.outcome(made))
        await asyncio.wait({coming, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not coming.done() and not made.answered.done():
            coming.cancel()
            made.failed = True
            return NOTHING
        return await self._read(made, await coming, ended)

    async def _read(self, made: Interaction, outcome: Json, ended: asyncio.Task[int]) -> Outcome:
        status = outcome["status"]
        if status == "failed":
            return NOTHING
        message: Json | None = outcome.get("message")
        if status in ("deferred", "deferred_update"):
            message = await self._changed(made, ended)
            if message is None:
                return NOTHING
        if status == "modal":
            modal = outcome["modal"]
            return Outcome(f"[form] {modal['title']}", modal=modal, interaction_id=made.id)
        text = text_of(message) if message is not None else f"[{status}] {outcome.get('choices', '')}"
        return Outcome(text, message=message, interaction_id=made.id)

    async def _changed(self, made: Interaction, ended: asyncio.Task[int]) -> Json | None:
        """The message that the answer was put off for; None where it never comes."""
        before = made.message.get("edited_timestamp") if made.message is not None else None
        text = text_of(made.message) if made.message is not None else ""
        loop = asyncio.get_running_loop()
        latest = loop.time() + PATIENCE_S
        while True:
            found = made.channel.messages.get(made.original_id or "")
            waits = found is not None and (found["flags"] & LOADING or PICTURE_TO_COME in text_of(found))
            fresh = found is not None and (
                made.message is None
                or made.original_id != made.message["id"]
                or (found.get("edited_timestamp"), text_of(found)) != (before, text)
            )
            if found is not None and fresh and not waits:
                return found
            if made.followups:
                return made.channel.messages[min(made.followups, key=int)]
            if ended.done() or loop.time() > latest:
                return None
            self._news.clear()
            news = asyncio.ensure_future(self._news.wait())
            await asyncio.wait({news, ended}, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
            news.cancel()

    async def command(
        self,
        who: str,
        name: str,
        options: Json | None = None,
        *,
        kind: str = "",
        channel: str = CHANNEL,
        facts: Json | None = None,
        **more: Any,
    ) -> Outcome:
        """A slash command; `{n}` in an option's text is the number of the try."""

        def form(number: int) -> Json:
            typed = {
                key: one.replace("{n}", str(number)) if isinstance(one, str) else one
                for key, one in (options or {}).items()
            }
            return {"kind": "command", "channel_id": channel, "name": name, "options": typed}

        return await self.act(who, kind or name, form, **{**(facts or {}), **more})

    async def press(self, who: str, message: Json | None, wanted: str, *, kind: str = "", **facts: Any) -> Outcome:
        """A button by its label or the beginning of its custom_id; nothing where it is not there."""
        button = None if message is None else button_of(message, wanted)
        if message is None or button is None:
            return NOTHING
        form = {"kind": "component", "channel_id": message["channel_id"], "message_id": message["id"]}
        form["custom_id"] = button["custom_id"]
        return await self.act(who, kind or f"press {button['custom_id'].split(':')[0]}", form, **facts)

    async def force(self, who: str, message: Json, custom_id: str, *, kind: str, **facts: Any) -> Outcome:
        """A press of what the message no longer shows, as an old client does it."""
        form = {"kind": "component", "channel_id": message["channel_id"], "message_id": message["id"], "force": True}
        return await self.act(who, kind, {**form, "custom_id": custom_id}, **facts)

    async def fill(self, who: str, opened: Outcome, fields: Json, *, kind: str, **facts: Any) -> Outcome:
        """Send the form that came; fields that it does not have stay out."""
        if opened.modal is None:
            return NOTHING
        there = set(fields_of(opened.modal))
        typed = {name: text for name, text in fields.items() if name in there}
        form = {"kind": "modal", "interaction_id": opened.interaction_id, "fields": typed}
        return await self.act(who, kind, form, **facts)

    # Looking

    def seen(self, who: str, where: str | None = None) -> Iterator[Json]:
        """What a person sees of the bot's messages, newest first."""
        person = self.record.people[who]
        found = []
        for channel in self.box.world.channels.values():
            if where is not None and channel.id != where:
                continue
            if permissions.sees(channel, person):
                found += [
                    message
                    for one, message in channel.messages.items()
                    if channel.ephemeral.get(one, person) == person and message["author"].get("bot")
                ]
        return iter(sorted(found, key=lambda message: int(message["id"]), reverse=True))

    def find(self, who: str, wanted: str, words: str = "") -> Json | None:
        """The newest message that has such a button and these words."""
        return next((one for one in self.seen(who) if button_of(one, wanted) and words in text_of(one)), None)


def button_of(message: Json, wanted: str) -> Json | None:
    """The first button that can be pressed with this label, or whose custom_id begins so."""
    return next(
        (
            one
            for one in buttons_of(message["components"])
            if one.get("label") == wanted or str(one["custom_id"]).startswith(wanted)
        ),
        None,
    )


def fields_of(part: Any) -> Iterator[str]:
    """The custom ids of a form's fields."""
    if isinstance(part, dict):
        if "custom_id" in part and part.get("type") in (3, 4, 5, 6, 7, 8, 19):
            yield str(part["custom_id"])
        for one in part.values():
            yield from fields_of(one)
    elif isinstance(part, list):
        for one in part:
            yield from fields_of(one)
