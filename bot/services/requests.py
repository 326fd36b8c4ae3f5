"""Which request of Discord's is being worked on: every line that is logged meanwhile carries its number."""

from __future__ import annotations

from collections import deque
from contextvars import ContextVar

REQUEST: ContextVar[int | None] = ContextVar("request", default=None)
"""The interaction's id, in the task that answers it and in those that it begins."""

KEPT = 10_000
"""More than come in the minutes for which Discord keeps what a connection may have missed."""


class Once:
    """Tells a new request from one that Discord sends again, as it may after a connection was resumed."""

    def __init__(self, kept: int = KEPT) -> None:
        self._order: deque[int] = deque(maxlen=kept)
        self._seen: set[int] = set()

    def first(self, request: int) -> bool:
        """Whether it comes for the first time, which it has then."""
        if request in self._seen:
            return False
        if len(self._order) == self._order.maxlen:
            self._seen.discard(self._order[0])
        self._order.append(request)
        self._seen.add(request)
        return True
