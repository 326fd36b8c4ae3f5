"""What the kinds of questions can refuse."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.refusals import Refusal


@dataclass(eq=False)
class NothingChosen(Refusal):
    """A member locked an answer in before they had chosen any option."""


@dataclass(eq=False)
class NothingTyped(Refusal):
    """A member sent a short answer that is empty."""
