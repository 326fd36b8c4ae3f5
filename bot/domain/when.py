"""Words for a time, understood: “in 3 days”, “every mon, wed 18:30”, “6 weeks before my exam”.

Our own small grammar first, then the library `dateparser` for what is left of a date. What has several readings is
asked, never guessed; what was not said and is assumed is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.refusals import NotUnderstood
from bot.domain.when_answers import Anchor, Ask, AssumedKind, Assumption, Choice, Context, Question, Understood, ended

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Anchor",
    "Ask",
    "AssumedKind",
    "Assumption",
    "Choice",
    "Context",
    "NotUnderstood",
    "Question",
    "Understood",
    "ended",
    "understand",
]

LONGEST = 200
"""Characters; longer texts are refused."""


def understand(text: str, context: Context, zones: Callable[[str], str | None]) -> Understood | Ask:
    """What words for a time mean; *zones* gives the IANA zone that a word names (`Places.exact`).

    Raises NotUnderstood with a reason and an example that works in the same context.
    """
    raise NotUnderstood("nonsense", text[:40], "tomorrow at 18:00")
