"""Pictures from strangers: kept as pictures and nothing else."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.intake import sound
from bot.intake.sound import Unsound, picture


def drawn(kind: str, mode: str = "RGB", size: tuple[int, int] = (30, 20), **more: object) -> bytes:
    out = io.BytesIO()
    image = Image.new(mode, size)
    image.putpixel((0, 0), 1 if mode in ("1", "P") else 200 if mode in ("L", "I;16") else (200, 9, 9, 255)[: len(mode)])
    image.save(out, kind, **more)
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes that says that it is huge."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 900)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("kind", "mode", "media"),
    [
        ("PNG", "RGB", "image/png"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "1", "image/png"),
        ("PNG", "I;16", "image/png"),
        ("JPEG", "L", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("GIF", "P", "image/gif"),
        ("WEBP", "RGBA", "image/webp"),
    ],
)
def test_a_sound_picture_is_written_anew(kind: str, mode: str, media: str) -> None:
    """Its format is told by its bytes, and what comes out can be read again."""
    kept = picture("x.any", drawn(kind, mode))
    assert (kept.name, kept.media_type, kept.width, kept.height) == ("x.any", media, 30, 20)
    with Image.open(io.BytesIO(kept.data)) as again:
        again.load()
        assert (again.format, again.size) == (kind, (30, 20))


def test_nothing_but_the_picture_is_kept() -> None:
    """Where it was taken, texts in it and what stands behind its end are gone; the turn that only they told is done."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x010E] = "taken at home"
    kept = picture("x.jpg", drawn("JPEG", exif=exif, comment=b"by Ann") + b"PK\x03\x04 a hidden archive")
    assert (kept.width, kept.height) == (20, 30)
    for secret in (b"Exif", b"home", b"Ann", b"PK"):
        assert secret not in kept.data
    texts = PngInfo()
    texts.add_text("Author", "Ann")
    assert b"Ann" not in picture("x.png", drawn("PNG", pnginfo=texts)).data


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (bomb(60_000, 60_000), "more than 16,000,000 pixels"),
        (bomb(5_000, 5_000), "5,000 × 5,000 pixels; 16,000,000 in all"),
        (bomb(9_000, 2), "9,000 × 2 pixels"),
        (bomb(30, 30), "broken"),
        (drawn("PNG")[:60], "broken"),
        (drawn("BMP"), "neither a PNG, JPEG, GIF nor WebP"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "neither"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "neither"),
        (b"", "broken"),
        (b"\x89PNG\r\n\x1a\n" + bytes(sound.MAX_BYTES), "8,000,000 is the most"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_sound_picture_is_refused(data: bytes, said: str) -> None:
    """By its size before anything is decoded; by its content, whatever it is called."""
    with pytest.raises(Unsound, match=said):
        picture("x.png", data)


@given(st.sampled_from((drawn("PNG"), drawn("GIF", "P"), drawn("JPEG"), drawn("WEBP"))), st.data())
def test_no_bytes_make_it_raise_anything_else(data: bytes, change: st.DataObject) -> None:
    """A picture with some bytes changed is kept or refused."""
    spoilt = bytearray(data)
    for at in change.draw(st.lists(st.integers(0, len(data) - 1), max_size=8)):
        spoilt[at] = change.draw(st.integers(0, 255))
    try:
        kept = picture("x", bytes(spoilt))
    except Unsound:
        return
    assert kept.width * kept.height <= sound.MAX_PIXELS
