"""What Discord does by itself when a time comes: events begin, end and lapse, and quiet threads are archived.

Source: Discord's developer documentation, "Guild Scheduled Event Status Update Automation" and "Threads". Where it says
"minutes" and "hours", the sandbox takes the figures below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import scheduled, threads, voice
from sandbox.rules_events import EXTERNAL_EVENT
from sandbox.scheduled import ACTIVE, CANCELLED, COMPLETED, SCHEDULED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.errors import Json
    from sandbox.world import Event, Guild, World

    Due = tuple[int, Callable[[], None]]

EMPTY_ENDS_AFTER_MS = 5 * 60_000
"""An active event whose voice or stage channel is empty for so long ends."""
UNBEGUN_LAPSES_AFTER_MS = 4 * 3_600_000
"""A scheduled event that has not begun so long after its time is cancelled."""


class Upkeep:
    """The keeper of one world's clock."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._empty_since: dict[str, int] = {}
        world.listeners.append(self._heard)
        world.clock.keepers.append(self)

    def _heard(self, event: Event) -> None:
        """Note since when an active event's channel may have been empty: its beginning, or any coming and going."""
        if event.name == "VOICE_STATE_UPDATE" and event.guild is not None:
            for one in event.guild.events.values():
                if one["status"] == ACTIVE:
                    self._empty_since[one["id"]] = self.world.clock.now_ms
        elif event.name == "GUILD_SCHEDULED_EVENT_UPDATE" and event.data["status"] == ACTIVE:
            self._empty_since.setdefault(event.data["id"], self.world.clock.now_ms)
        elif event.name == "GUILD_SCHEDULED_EVENT_UPDATE":
            self._empty_since.pop(event.data["id"], None)

    def next_ms(self) -> int | None:
        """The next instant at which something happens, later than now."""
        now = self.world.clock.now_ms
        return min((at for at, _ in self._all() if at > now), default=None)

    def run(self) -> None:
        """Do everything that is due, in its order."""
        now = self.world.clock.now_ms
        while due := [(at, act) for at, act in self._all() if at <= now]:
            min(due, key=lambda one: one[0])[1]()

    def _all(self) -> Iterator[Due]:
        for guild in self.world.guilds.values():
            for event in guild.events.values():
                yield from self._event(guild, event)
            for thread in guild.threads():
                at = threads.archives_at_ms(thread)
                if at is not None:
                    yield at, lambda thread=thread: threads.set_state(self.world, thread, archived=True)  # type: ignore[misc]

    def _event(self, guild: Guild, event: Json) -> Iterator[Due]:
        def turn(status: int) -> Callable[[], None]:
            return lambda: scheduled.set_status(self.world, guild, event, status)

        external = event["entity_type"] == EXTERNAL_EVENT
        if event["status"] == SCHEDULED:
            lapses = scheduled.starts_ms(event) + UNBEGUN_LAPSES_AFTER_MS
            yield (scheduled.starts_ms(event), turn(ACTIVE)) if external else (lapses, turn(CANCELLED))
        elif event["status"] == ACTIVE and external:
            yield scheduled.ends_ms(event) or 0, turn(COMPLETED)
        elif event["status"] == ACTIVE:
            channel = guild.channels.get(event["channel_id"])
            if channel is None or not voice.people_in(channel):
                since = self._empty_since.get(event["id"], self.world.clock.now_ms)
                yield since + EMPTY_ENDS_AFTER_MS, turn(COMPLETED)
