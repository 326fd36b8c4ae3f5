"""A generated week of a busy group: a seed gives the same wishes of the same people, whatever the bot goes through.

    async with Scene.open(prepared, folder) as scene:
        record = await live(scene, seed=7, days=7)

Questions come at nine (UTC, at first) and close ten hours later; what people do beside them stands in `week_acts`.
"""

from __future__ import annotations

import asyncio
import copy
import re
from collections.abc import Awaitable, Iterable
from datetime import UTC, datetime, timedelta
from random import Random

from bot.domain.instants import from_ms
from sandbox import world_actions
from sandbox.month_people import Knowledge, buttons_of, options_of
from tests.blank import lettered
from tests.faults.record import Json, Outcome, Record, text_of
from tests.faults.scene import CHANNEL, Scene
from tests.faults.week_acts import Acts
from tests.faults.week_more import More
from tests.faults.week_people import Pause, People

FIRST = datetime(2026, 3, 2, tzinfo=UTC)
"""The Monday on which the group is made; the first question comes a day later."""
THERE = ("Ana", "Ben", "Mia", "Tova", "Adam")
JOINING = ("Nora", "Omar", "Pia", "Sven")
LATE = "Raj"
"""They come on the second day."""
DILIGENCE = {"Ana": 1.0, "Ben": 0.9, "Mia": 0.9, "Nora": 0.9, "Omar": 0.8, "Pia": 0.7, "Sven": 0.8, LATE: 0.8}
KNOWLEDGE = 0.6
_CLOSES = re.compile(r"<t:(\d+):R>")


async def live(scene: Scene, seed: int, days: int, *, pause: Pause | None = None, more: bool = False) -> Record:
    """Live through a week, or `days` days of it, with `more` also through what seldom happens.

    `pause` is called with a few words between acts and at moves of the clock: whatever it does to the bot, people go
    on. The bot is started where none runs; it runs on at the end.
    """
    record = Record(seed, days)
    record.watch(scene.box.world)
    people = People(scene, record, pause)
    await Week(people, Random(seed), days, more=more).play()
    return record


class Week:
    """The days in their order."""

    def __init__(self, people: People, rng: Random, days: int, *, more: bool) -> None:
        self.people = people
        self.rng = rng
        self.days = days
        self.acts = Acts(people, rng)
        self.more = More(people) if more else None
        self.knowledge = Knowledge(lettered())
        self.world = people.box.world

    async def play(self) -> None:
        self._gather(THERE, JOINING)
        await self.people.see_to_it()
        await self.people.until(FIRST + timedelta(hours=14))
        await self.acts.first_evening()
        for day in range(1, self.days + 1):
            await self._day(day, FIRST + timedelta(days=day))
        # What is tried again after minutes, and what is told later, has its time.
        await self.people.until(self.people.now + timedelta(hours=3))

    def _gather(self, there: Iterable[str], joining: Iterable[str]) -> None:
        known = {user["global_name"]: user["id"] for user in self.world.people()}
        for name in joining:
            known[name] = world_actions.act(self.world, "add_person", {"name": name, "guild_id": "1001"})["user_id"]
        self.people.record.people |= {name: known[name] for name in (*there, *joining)}

    async def _day(self, day: int, midnight: datetime) -> None:
        people, rng = self.people, self.rng
        if day == 2:
            await people.pause("somebody joins")
            self._gather((), (LATE,))
        await people.until(midnight + timedelta(hours=8, minutes=rng.randrange(10)))
        await self.acts.morning(day)
        await self._more(day, "morning")
        await people.until(midnight + timedelta(hours=9, minutes=36))
        questions = self._open()
        parts = self._parts()
        await self._burst(questions, parts[0])
        await self._twice(questions, parts[0][:2])
        await people.until(midnight + timedelta(hours=10, minutes=30 + rng.randrange(20)))
        await self.acts.practice(parts[0][0])
        await people.until(midnight + timedelta(hours=12, minutes=21))
        await self.acts.noon(day)
        await self._more(day, "noon")
        await self._burst(questions, parts[1])
        await people.until(midnight + timedelta(hours=14, minutes=rng.randrange(5)))
        await self.acts.afternoon(day)
        await self._more(day, "afternoon")
        if self.more is not None and day == 2:
            await people.until(midnight + timedelta(hours=17, minutes=5))
            await self._more(day, "session")
        await self._evening(day, midnight, questions, parts[2])

    async def _evening(self, day: int, midnight: datetime, questions: list[Json], late: list[str]) -> None:
        people = self.people
        closes = min((_closes(one) for one in questions), default=people.now)
        await people.until(max(closes - timedelta(milliseconds=1), people.now))
        half = len(late) // 2
        await self._burst(questions, late[:half])
        await people.until(max(closes, people.now))
        await self._burst(questions, late[half:])
        await people.until(people.now + timedelta(seconds=1))
        await self._too_late(questions)
        await people.until(midnight + timedelta(hours=20))
        await self.acts.evening(day)
        await self._more(day, "evening")
        await people.until(midnight + timedelta(hours=22))

    async def _more(self, day: int, part: str) -> None:
        if self.more is not None:
            await self.more.part(day, part)

    def _here(self, name: str) -> bool:
        return name in self.people.record.people and self.acts.here(name)

    def _parts(self) -> list[list[str]]:
        """Who answers in the morning, at noon and in the last minutes."""
        parts: list[list[str]] = [[], [], []]
        for name, diligence in DILIGENCE.items():
            if self._here(name) and self.rng.random() < diligence:
                parts[self.rng.choice((0, 0, 1, 1, 2))].append(name)
        if not parts[0]:
            parts[0].append("Ana")
        return parts

    def _open(self) -> list[Json]:
        """The questions of today as they stand in the channel."""
        found = [
            message
            for message in self.world.channels[CHANNEL].messages.values()
            if any(str(one["custom_id"]).startswith("a:") for one in buttons_of(message["components"]))
            and message["id"] not in self.world.channels[CHANNEL].ephemeral
            and options_of(message)
        ]
        return [copy.deepcopy(one) for one in found if _closes(one) > self.people.now]

    def _letter(self, question: Json) -> int:
        options = options_of(question)
        right = self.knowledge.right(options)
        # The dice are thrown alike whether the question is known or not.
        known, other = self.rng.random() < KNOWLEDGE, self.rng.randrange(len(options))
        return right if known and right is not None else other

    async def _burst(self, questions: list[Json], names: list[str]) -> None:
        """All of them at the same instant, each their own questions one after the other."""
        names = [name for name in names if self._here(name)]
        chosen = [(name, [(one, self._letter(one), self.rng.random()) for one in questions]) for name in names]
        chosen = [one for one in chosen if self._here(one[0])]
        await self.people.pause("a burst")
        with self.people.together():
            await asyncio.gather(*(self._answers(name, answers) for name, answers in chosen))

    async def _answers(self, name: str, answers: list[tuple[Json, int, float]]) -> None:
        for question, place, dice in answers:
            outcome = await self._press(name, question, place)
            if outcome.message is None or dice > 0.8:
                continue
            await self._says(name, outcome, "guess" if dice < 0.3 else "sure")

    async def _says(self, name: str, outcome: Outcome, word: str) -> None:
        assert outcome.message is not None
        custom_id = next(
            (one["custom_id"] for one in buttons_of(outcome.message["components"]) if one["custom_id"].endswith(word)),
            None,
        )
        if custom_id is not None:
            round_id = int(custom_id.split(":")[1])
            await self.people.press(name, outcome.message, custom_id, kind="sure", round=round_id, word=word)

    async def _press(self, name: str, question: Json, place: int) -> Outcome:
        round_id = _round(question)
        return await self.people.force(
            name, question, f"a:{round_id}:{place}", kind="answer", round=round_id, choice=place
        )

    async def _twice(self, questions: list[Json], names: list[str]) -> None:
        """The same letter and another one, both at once; the first answer stays."""
        presses: list[Awaitable[Outcome]] = []
        await self.people.pause("double presses")
        with self.people.together():
            for question in questions[:1]:
                for name in names:
                    presses += [self._press(name, question, place) for place in (0, 1, 1)]
            await asyncio.gather(*presses)

    async def _too_late(self, questions: list[Json]) -> None:
        for name in ("Ana", "Pia"):
            for question in questions[:1]:
                if not self._here(name):
                    continue
                await self._press(name, question, self.rng.randrange(3))
                closed = self.world.channels[CHANNEL].messages.get(question["id"])
                await self.people.press(name, closed, "My answer", kind="result", round=_round(question))


def _round(question: Json) -> int:
    found = (str(one["custom_id"]) for one in _all(question["components"]))
    return next(int(one.split(":")[1]) for one in found if one.startswith("a:"))


def _all(components: list[Json]) -> Iterable[Json]:
    for one in components:
        if one.get("custom_id"):
            yield one
        yield from _all(one.get("components") or [])


def _closes(question: Json) -> datetime:
    found = _CLOSES.search(text_of(question))
    return from_ms(0) if found is None else from_ms(int(found[1]) * 1000)


__all__ = ["FIRST", "Week", "live"]
