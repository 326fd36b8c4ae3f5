"""A month of the group at one click: eight members, acting as people do, while the clock goes from day to day.

Nothing is written behind the bot's back: commands, presses and forms, by the same doors as the page. The dice are
seeded, so a seed gives the same month again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from sandbox import permissions, world_actions
from sandbox.clock import DAY_MS
from sandbox.errors import DiscordError
from sandbox.month_people import (
    ASKED,
    DAYS,
    GIVEN,
    HOPS_MS,
    STUDENTS,
    Knowledge,
    Student,
    buttons_of,
    hop_of,
    letter,
    options_of,
    takes_part,
)
from sandbox.people_commands import RefusedError
from sandbox.study_group import ADAM_ID, CASE_CLINIC_ID, DAILY_QUIZ_ID, TOVA_ID, TUTOR_ROLE_ID
from sandbox.world import TEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from sandbox.errors import Json
    from sandbox.server import Sandbox

log = logging.getLogger(__name__)

PATIENCE_DAYS = 4
"""After so many days without a question the month ends early, and says so."""
SEED = 7
QUESTIONS = 3


@dataclass(slots=True)
class Progress:
    """How far the month is. `words` is a sentence for the page."""

    running: bool = False
    day: int = 0
    days: int = DAYS
    acts: int = 0
    refused: int = 0
    seconds: float = 0.0
    seed: int = SEED
    words: str = ""


class _NoQuestionError(Exception):
    """The bot posted none for days."""


class Month:
    """Plays the month; one at a time."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self.progress = Progress()
        self.watchers: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._ids: dict[str, str] = {}
        self._rng = Random(SEED)  # noqa: S311  dice, not secrets
        self._knowledge: Knowledge
        self._channel = DAILY_QUIZ_ID

    def json(self) -> Json:
        """The progress, as pages hear it."""
        return {**asdict(self.progress), "now_ms": self.box.clock.now_ms}

    def start(self, seed: int = SEED, days: int = DAYS) -> str | None:
        """Begin; returns a sentence where it cannot."""
        if self.progress.running:
            return "A month is already passing."
        if not self.box.gateway.connected():
            return "The bot is not connected, so nobody could answer anything. Start it first."
        self.progress = Progress(running=True, seed=seed, days=days, words="The group is set up…")
        self._task = asyncio.create_task(self._play(seed, days))
        return None

    async def stop(self) -> None:
        """End after what is being done; what happened stays."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def wait(self) -> None:
        """Wait for its end."""
        if self._task is not None:
            await asyncio.wait([self._task])

    def _say(self, words: str) -> None:
        self.progress.words = words
        self.box.live.tell_all("MONTH", self.json())
        for watcher in self.watchers:
            watcher()

    async def _play(self, seed: int, days: int) -> None:
        began = time.perf_counter()
        words = f"{days} days have passed."
        try:
            with self.box.faults.limits_at_rest(), self.box.live.hush():
                await self._days(seed, days)
        except asyncio.CancelledError:
            words = f"Stopped after {self.progress.day} of {days} days; what happened stays."
        except _NoQuestionError:
            words = f"The bot has posted no question for {PATIENCE_DAYS} days, so nobody could answer any."
        except Exception:
            log.exception("the month broke off")
            words = "The month broke off by a mistake of the sandbox; its log says why."
        finally:
            self.progress.running = False
            self.progress.seconds = round(time.perf_counter() - began, 1)
            refused = f" {self.progress.refused} were refused." if self.progress.refused else ""
            self._say(f"{words} People acted {self.progress.acts} times.{refused}")

    async def _days(self, seed: int, days: int) -> None:
        self._rng = Random(seed)  # noqa: S311
        self._knowledge = await asyncio.to_thread(Knowledge)
        self._gather_people()
        await self._set_up()
        plans = self._plans()
        for day in range(days):
            self.progress.day = day + 1
            questions = await self._questions()
            self._say(f"Day {day + 1} of {days}: {self._date()}")
            hops: list[list[Student]] = [[] for _ in HOPS_MS]
            for student in STUDENTS:
                if takes_part(student, day, self._rng):
                    hops[hop_of(student, self._rng)].append(student)
            for wait_ms, students in zip(HOPS_MS, hops, strict=True):
                await self.box.clock.move(to_ms=self.box.clock.now_ms + wait_ms)
                # Each in their own order, all at the same time: as it is with people. The dice are thrown before.
                chosen = [(one, [self._choice(one, question, day, seed) for question in questions]) for one in students]
                await asyncio.gather(*(self._answers(one, answers) for one, answers in chosen))
            if day in plans:
                await plans[day]()

    # Who, and where

    def _gather_people(self) -> None:
        world = self.box.world
        known = {user["global_name"]: user["id"] for user in world.people()}
        for student in STUDENTS:
            if student.name not in known:
                known[student.name] = world_actions.act(world, "add_person", {"name": student.name})["user_id"]
        self._ids = known

    def _date(self) -> str:
        return f"{datetime.fromtimestamp(self.box.clock.now_ms / 1000, UTC):%a %d %b}"

    async def _set_up(self) -> None:
        channel = self.box.world.channels.get(DAILY_QUIZ_ID)
        if channel is None:
            channels = self.box.world.channels.values()
            channel = next(one for one in channels if one.type == TEXT and one.guild is not None)
        self._channel = channel.id
        await self._command(
            TOVA_ID, "setup", channel=channel.id, zone="Europe/Berlin", questions=QUESTIONS, tutor_role=TUTOR_ROLE_ID
        )
        if CASE_CLINIC_ID in self.box.world.channels:
            await self._command(ADAM_ID, "feedback channel", channel=CASE_CLINIC_ID)
        for name in ("Ana", "Nora", "Mia", "Raj"):
            await self._command(self._ids[name], "feedback review", switch="on")
        for student in STUDENTS:
            if student.exam_in is not None:
                day = datetime.fromtimestamp(self.box.clock.now_ms / 1000, UTC).date() + timedelta(days=student.exam_in)
                await self._command(self._ids[student.name], "exam set", date=f"{day}", time="9:00")

    async def _questions(self) -> list[Json]:
        """Go on to the next questions, and return those."""
        channel = self.box.world.channels[self._channel]
        before = set(channel.messages)

        def fresh() -> list[Json]:
            new = [message for one, message in channel.messages.items() if one not in before]
            return [message for message in new if options_of(message) and len(buttons_of(message["components"])) > 1]

        await self.box.clock.move_until(lambda: bool(fresh()), most_stops=500, most_ms=PATIENCE_DAYS * DAY_MS)
        if not fresh():
            raise _NoQuestionError
        return fresh()

    # What people do

    def _plans(self) -> dict[int, Callable[[], Coroutine[None, None, None]]]:
        return {
            2: lambda: self._asks("Ben", 0),
            3: lambda: self._gives("Nora", 0),
            4: self._session,
            10: lambda: self._asks("Mia", 1),
            12: lambda: self._gives("Ana", 1),
            13: self._helpful,
            18: self._session,
            24: lambda: self._asks("Raj", 2),
        }

    def _choice(self, student: Student, question: Json, day: int, seed: int) -> tuple[Json, str, bool]:
        right = self._knowledge.right(options_of(question))
        return (question, *letter(student, question, right, day, seed, self._rng))

    async def _answers(self, student: Student, answers: list[tuple[Json, str, bool]]) -> None:
        person = self._ids[student.name]
        for question, chosen, sure in answers:
            outcome = await self._press(person, question, chosen)
            message = (outcome or {}).get("message")
            if message is not None:
                await self._press(person, message, "Sure" if sure else "Guess")

    async def _asks(self, name: str, number: int) -> None:
        await self._fill(self._ids[name], await self._command(self._ids[name], "feedback ask"), ASKED[number])
        # Posted before the day, and so perhaps the month, is over.
        await self.box.clock.move(to_ms=self.box.clock.now_ms + 60_000)

    async def _gives(self, name: str, number: int) -> None:
        card = self._find(self._ids[name], "Give feedback")
        if card is not None:
            await self._fill(self._ids[name], await self._press(self._ids[name], card, "Give feedback"), GIVEN[number])

    async def _helpful(self) -> None:
        for name in ("Ben", "Mia"):
            review = self._find(self._ids[name], "Helpful")
            if review is not None:
                await self._press(self._ids[name], review, "Helpful")

    async def _session(self) -> None:
        start = datetime.fromtimestamp(self.box.clock.now_ms / 1000, UTC) + timedelta(days=3)
        form = {"title": "Review: what was hard this week", "start": f"{start:%Y-%m-%d} 18:00", "length": "90 min"}
        opened = await self._command(TOVA_ID, "session post", link="https://meet.example/review", seats=6)
        await self._fill(TOVA_ID, opened, form)
        await self.box.clock.move(to_ms=self.box.clock.now_ms + 60_000)
        for name in ("Ana", "Ben", "Mia", "Nora", "Sven"):
            announced = self._find(self._ids[name], "Going")
            if announced is not None:
                await self._press(self._ids[name], announced, "Going")

    def _find(self, person: str, label: str) -> Json | None:
        """The newest message that offers a button to somebody."""
        found: list[Json] = []
        for channel in self.box.world.channels.values():
            if not permissions.sees(channel, person):
                continue
            for one, message in channel.messages.items():
                mine = channel.ephemeral.get(one, person) == person
                if mine and any(button.get("label") == label for button in buttons_of(message["components"])):
                    found.append(message)
        return max(found, key=lambda message: int(message["id"]), default=None)

    async def _press(self, person: str, message: Json, label: str) -> Json | None:
        button = next((one for one in buttons_of(message["components"]) if one.get("label") == label), None)
        if button is None:
            return None
        form = {"kind": "component", "channel_id": message["channel_id"], "message_id": message["id"]}
        return await self._act(person, {**form, "custom_id": button["custom_id"]})

    async def _command(self, person: str, name: str, **options: object) -> Json | None:
        form = {"kind": "command", "channel_id": self._channel, "name": name, "options": options}
        return await self._act(person, form)

    async def _fill(self, person: str, opened: Json | None, fields: dict[str, str]) -> None:
        """Fill in the form that came, as far as it has these fields."""
        modal = (opened or {}).get("modal")
        if opened is None or modal is None:
            return
        there = {str(_field(one).get("custom_id")) for one in modal["components"]}
        typed = {name: text for name, text in fields.items() if name in there}
        await self._act(person, {"kind": "modal", "interaction_id": opened["interaction_id"], "fields": typed})

    async def _act(self, person: str, form: Json) -> Json | None:
        self.progress.acts += 1
        try:
            outcome = await self.box.people.interact(person, form)
        except (RefusedError, DiscordError) as refusal:
            log.warning("in the month, somebody was refused: %s", refusal)
            self.progress.refused += 1
            return None
        if outcome["status"] == "failed":
            self.progress.refused += 1
        return outcome


def _field(component: Json) -> Json:
    """The field of a form's row or label."""
    with contextlib.suppress(KeyError, IndexError):
        inner: Json = component["component"] if "component" in component else component["components"][0]
        return inner
    return {}
