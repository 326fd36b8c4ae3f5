"""The beginning of a file as text, from which a reader says how sure it is that the file is in its format."""

from __future__ import annotations

OPENING = 60_000
"""Bytes that are looked at: some questions, whatever the file's size."""


def opening(data: bytes) -> str:
    """The first lines of a file, in whatever encoding, with line ends \\n; '' for what is no text."""
    part = data[:OPENING]
    if part.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = part[: len(part) & ~1].decode("utf-16", "replace")
    elif b"\x00" in part:
        return ""
    else:
        text = part.decode("utf-8", "replace").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n")
