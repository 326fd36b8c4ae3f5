"""Where an error came from, without what the code had in its hands: an error's words can be a member's."""

from __future__ import annotations

import traceback

HARMLESS: tuple[type[BaseException], ...] = (
    OSError,
    TypeError,
    AttributeError,
    NameError,
    ImportError,
    IndexError,
    MemoryError,
    RuntimeError,
)
"""Errors whose words tell of types, names and files. Those of ValueError, KeyError and the like quote what they met."""
WITHHELD = "(its words are withheld, since they can be a member's)"
LONGEST = 20
"""Links of a chain of errors that are shown."""


def trace(error: BaseException, harmless: tuple[type[BaseException], ...] = HARMLESS) -> str:
    """The frames of an error and of those that led to it, oldest first; the words of the *harmless* ones alone."""
    return "\n".join(reversed(list(_links(error, harmless))))


def _links(error: BaseException, harmless: tuple[type[BaseException], ...]) -> list[str]:
    found: list[str] = []
    waiting: list[tuple[BaseException, str]] = [(error, "")]
    seen: set[int] = set()
    while waiting and len(found) < LONGEST:
        one, link = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        kind = type(one)
        words = _words(one) if isinstance(one, harmless) else WITHHELD
        frames = "".join(traceback.format_tb(one.__traceback__))
        found.append(
            f"Traceback (most recent call last):\n{frames}{kind.__module__}.{kind.__qualname__}: {words}{link}"
        )
        if isinstance(one, BaseExceptionGroup):
            waiting += [(part, "\n(a part of what follows)") for part in one.exceptions]
        if one.__cause__ is not None:
            waiting.append((one.__cause__, "\n(the cause of what follows)"))
        elif one.__context__ is not None and not one.__suppress_context__:
            waiting.append((one.__context__, "\n(while it was handled, what follows came)"))
    return found


def _words(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001  the log must survive an error that cannot tell itself
        return WITHHELD
