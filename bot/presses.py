"""Presses as they arrive: what a burst of them needs is read at once, the rest when it is asked for.

discord.py builds the whole message with all its components for every press of one of its buttons, and looks for a view
in memory that would answer it. Ours are answered by their `custom_id` alone.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

import discord
from discord.state import AutoShardedConnectionState, ConnectionState

TOGETHER = 16
"""Presses that are begun in one turn of the event loop."""
PRESS = discord.InteractionType.component.value


class Pressed(discord.Interaction[Any]):
    """A press, whose message is taken apart when somebody looks at it."""

    _raw: dict[str, Any] | None
    _read: discord.Message | None

    def _from_data(self, data: Any) -> None:
        self._raw = self._read = None
        raw = data.pop("message", None)
        super()._from_data(data)
        self._raw = raw
        if raw is not None:
            self.extras["message_id"] = int(raw["id"])

    @property
    def message(self) -> discord.Message | None:
        """The message with the button, as it was then."""
        if self._raw is not None:
            raw, self._raw = self._raw, None
            self._read = discord.Message(state=self._state, channel=self.channel, data=raw)  # type: ignore[arg-type]  # as the library does
            if self._read.guild is None:
                self._read.guild = self.guild
        return self._read

    @message.setter
    def message(self, found: discord.Message | None) -> None:
        """The library finds none, since it was given none."""


class State(ConnectionState[Any]):
    """What the library knows of a connection, with our presses.

    Of a burst, some presses at a time are begun, so that the first have their replies before the last are looked at:
    what is read from the socket at once can be a thousand.
    """

    def __init__(self, **options: Any) -> None:
        self._arrived: deque[Any] = deque()
        super().__init__(**options)

    def parse_interaction_create(self, data: Any) -> None:
        if data["type"] != PRESS:
            super().parse_interaction_create(data)
            return
        self._arrived.append(data)
        if len(self._arrived) == 1:
            asyncio.get_running_loop().call_soon(self._begin_some)

    def _begin_some(self) -> None:
        try:
            for _ in range(min(TOGETHER, len(self._arrived))):
                self.dispatch("interaction", Pressed(data=self._arrived.popleft(), state=self))
        finally:
            if self._arrived:
                asyncio.get_running_loop().call_soon(self._begin_some)


class ShardedState(State, AutoShardedConnectionState[Any]):
    """The same of several connections."""
