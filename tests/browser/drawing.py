"""A picture for people to post."""

from __future__ import annotations

from io import BytesIO

from PIL import Image


def drawn() -> bytes:
    """A small PNG."""
    file = BytesIO()
    Image.new("RGB", (320, 200), "steelblue").save(file, "PNG")
    return file.getvalue()
