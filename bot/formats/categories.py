"""The categories of Moodle's question banks, as topics."""

from __future__ import annotations

import re

_SPLIT_PATH = re.compile(r"(?<!/)/(?!/)")


def topic_of(path: str) -> str:
    """The last part of a category's path; '' for the top of a course. A doubled slash is one of the name."""
    parts = [part.replace("//", "/").strip() for part in _SPLIT_PATH.split(path.strip())]
    if parts and re.fullmatch(r"\$\w+\$", parts[0]):
        parts = parts[1:]
        parts = parts[1:] if parts and parts[0].casefold() == "top" else parts
    return next((part for part in reversed(parts) if part), "")
