"""Which request of Discord's is being worked on: every line that is logged meanwhile carries its number."""

from __future__ import annotations

from contextvars import ContextVar

REQUEST: ContextVar[int | None] = ContextVar("request", default=None)
"""The interaction's id, in the task that answers it and in those that it begins."""
