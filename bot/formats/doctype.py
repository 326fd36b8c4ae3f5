"""XML that declares a document type is known before any parser sees it: its entities could make it grow without end."""

from __future__ import annotations

import re

DOCTYPE = "the file has a DOCTYPE, which could make it grow without end; it was not read"
_HEAD = 65_536
_PROLOGUE = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?(?:\s++|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL | re.IGNORECASE
)


def has_doctype(data: bytes) -> bool:
    """Whether a file begins, behind remarks, with a DOCTYPE, in whatever encoding."""
    return _PROLOGUE.match(data[:_HEAD].replace(b"\x00", b"")) is not None
