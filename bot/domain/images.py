"""A question's picture, as it is kept."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's file as it is kept: a sound PNG, JPEG, GIF or WebP, written anew without metadata.

    *name* is the bare file name that `Image.name` refers to; *media_type* one of image/png, image/jpeg, image/gif and
    image/webp; *width* and *height* are in pixels.
    """

    name: str
    data: bytes
    media_type: str
    width: int
    height: int
