"""Pictures from strangers: looked at within bounds, and written anew, so that nothing but the picture is kept."""

from __future__ import annotations

import io
import warnings
from typing import Final

from PIL import Image, ImageOps

from bot.domain.images import Picture

MAX_BYTES: Final = 8_000_000
"""A picture's file, before and after: chat takes ten million without asking for money."""
MAX_PIXELS: Final = 16_000_000
MAX_SIDE: Final = 8_000
_FORMATS: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError, RuntimeError,
           AttributeError, AssertionError, Warning)  # fmt: skip
"""What the library raises for broken pictures; it shows in many ways."""


class Unsound(Exception):
    """This is no picture that can be kept; the text, a part of a sentence, says why."""


def picture(name: str, data: bytes) -> Picture:
    """A picture's file as it is kept: its first frame, upright, without metadata. Raises Unsound."""
    if len(data) > MAX_BYTES:
        raise Unsound(f"has {len(data):,} bytes; {MAX_BYTES:,} is the most")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _anew(name, data)
        except Image.DecompressionBombError as error:
            raise Unsound(f"has more than {MAX_PIXELS:,} pixels, the most that a picture may have") from error
        except _BROKEN as error:
            raise Unsound("is broken, or neither a PNG, JPEG, GIF nor WebP") from error


def _anew(name: str, data: bytes) -> Picture:
    with Image.open(io.BytesIO(data), formats=tuple(_FORMATS)) as found:
        width, height = found.size  # by what the file says of itself: nothing is decoded yet
        if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
            raise Unsound(f"has {width:,} × {height:,} pixels; {MAX_PIXELS:,} in all is the most")
        kind = found.format or ""
        found.load()
        # A turn that only the metadata tells would be lost with it.
        upright = ImageOps.exif_transpose(found)
    bare = _bare(upright, kind)
    out = io.BytesIO()
    if kind == "JPEG":
        bare.save(out, kind, quality=90)
    elif kind == "WEBP":
        bare.save(out, kind, quality=90, method=2)
    else:
        bare.save(out, kind, optimize=True)
    if out.tell() > MAX_BYTES:
        raise Unsound(f"has {out.tell():,} bytes when it is written anew; {MAX_BYTES:,} is the most")
    return Picture(name, out.getvalue(), _FORMATS[kind], bare.width, bare.height)


def _bare(found: Image.Image, kind: str) -> Image.Image:
    """The pixels alone, in a mode that the format can write."""
    if kind == "JPEG":
        mode = "L" if found.mode == "L" else "RGB"
    else:
        mode = "RGBA" if found.has_transparency_data else "L" if found.mode in ("1", "L") else "RGB"
    converted = found.convert(mode)
    bare = Image.new(mode, converted.size)
    bare.paste(converted)
    return bare
