"""The sandbox of the reminders' benchmark: people who press one after the other while reminders go out."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from typing import Any

from sandbox.rest import Record
from sandbox.server import Sandbox
from sandbox.study_group import BOT_ID, DAILY_QUIZ_ID
from tests.benchmarks.group import Ground, Verb, Word, serve

QUIET_S = 20.0
FEW_LEFT_S = 180.0


class Timed(deque[Record]):
    """The bot's requests, with when each was made."""

    def __init__(self) -> None:
        super().__init__(maxlen=2000)
        self.made: list[tuple[float, int]] = []

    def append(self, one: Record) -> None:
        super().append(one)
        if not one.path.startswith("/interactions/"):
            self.made.append((time.monotonic(), one.status))


class Storm(Ground):
    """A server whose members have reminders."""

    def __init__(self, box: Sandbox) -> None:
        super().__init__(box)
        self._requests = Timed()
        box.rest.records = self._requests
        self._moves: set[asyncio.Task[Any]] = set()

    def verbs(self) -> dict[str, Verb]:
        return super().verbs() | {
            "people": self.people,
            "settle": self.settle,
            "next": self.next,
            "press": self.press,
        }

    async def people(self, word: Word) -> Word:
        """So many new members whose direct messages the bot has tried before: (user, channel) of each."""
        users = [self._newcomer() for _ in range(word["number"])]
        return {"users": [(one, self.box.world.dm(one, BOT_ID).id) for one in users]}

    async def settle(self, _: Word) -> Word:
        """Return when a bot is there and has done what is due."""
        while not self.box.clock.followers:  # noqa: ASYNC110  the sandbox has no event for that
            await asyncio.sleep(0.002)
        await self.box.clock.move(to_ms=self.box.clock.now_ms)
        return {"now_ms": self.box.clock.now_ms}

    async def next(self, _: Word) -> Word:
        """Move the clock to what the bot waits for."""
        await self.box.clock.move(to_next=True)
        return {"now_ms": self.box.clock.now_ms}

    async def press(self, word: Word) -> Word:
        """Single presses, so many a second, for `seconds`; with `to_ms`, from then on until `wanted` reminders came.

        → {"ms": [each press's], "seconds", "arrived", "statuses": the requests' beside the presses, "a_second": most}.
        """
        message = next(m for m in self.box.world.channels[DAILY_QUIZ_ID].messages.values() if m["components"])
        letter = next(
            button["custom_id"] for row in message["components"] for button in row["components"]
            if button["custom_id"].startswith("a:")
        )  # fmt: skip
        self._requests.made.clear()
        started, presses = time.monotonic(), []
        if "to_ms" in word:
            move = asyncio.create_task(self.box.clock.move(to_ms=word["to_ms"]))
            self._moves.add(move)
        pause, number, arrived = 1 / word["a_second"], 0, 0
        while time.monotonic() - started < (FEW_LEFT_S if "wanted" in word else word.get("seconds", QUIET_S)):
            form = {"kind": "component", "channel_id": DAILY_QUIZ_ID, "message_id": message["id"], "custom_id": letter}
            presses.append(self.box.people.begin(self._newcomer(), form))
            number += 1
            await asyncio.sleep(max(0.0, started + number * pause - time.monotonic()))
            if "wanted" in word and number % word["a_second"] == 0:
                arrived = self._arrived()
                if arrived >= word["wanted"]:
                    break
        seconds = time.monotonic() - started
        for one in presses:
            await self.box.interactions.outcome(one)
        stamps = [at for at, _ in self._requests.made]
        return {
            "ms": [((one.answered_at or time.monotonic()) - one.made_at) * 1000 for one in presses],
            "seconds": seconds,
            "arrived": self._arrived(),
            "statuses": dict(Counter(str(status) for _, status in self._requests.made)),
            "a_second": max(
                (sum(at <= other < at + 1 for other in stamps[n : n + 200]) for n, at in enumerate(stamps)), default=0
            ),
        }

    def _arrived(self) -> int:
        """How many direct messages the bot has sent."""
        return sum(
            len(one.messages)
            for one in self.box.world.channels.values()
            if one.guild is None and BOT_ID in one.recipients
        )


if __name__ == "__main__":
    asyncio.run(serve(Storm))
