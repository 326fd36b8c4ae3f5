"""Pictures without what their files tell of their makers: the same to the last pixel, and nothing else in them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps, PngImagePlugin

from bot.domain.bare_pictures import NoPicture, bare

SECRET = b"Ana Example, 52.5N 13.4E"
TURN, ARTIST = 0x0112, 0x013B


def drawn(mode: str = "RGB") -> Image.Image:
    """Forty by twenty pixels, no two halves alike."""
    found = Image.new(mode, (40, 20))
    found.paste(Image.new(mode, (20, 10), 1 if mode == "P" else "red"))
    return found


def exif(turn: int = 6) -> Image.Exif:
    """Who made it, and how it has to be turned."""
    found = Image.Exif()
    found[ARTIST], found[TURN] = SECRET.decode(), turn
    return found


def written(kind: str, **more: Any) -> bytes:
    """A picture's file with all that a file can tell."""
    out = io.BytesIO()
    match kind:
        case "PNG":
            told = PngImagePlugin.PngInfo()
            told.add_text("Author", SECRET.decode())
            told.add_itxt("XML:com.adobe.xmp", SECRET.decode())
            drawn("RGBA").save(out, kind, pnginfo=told, exif=exif(), **more)
        case "JPEG":
            drawn().save(out, kind, comment=SECRET, exif=exif(), xmp=SECRET, icc_profile=SECRET, **more)
        case "GIF":
            drawn("P").save(out, kind, save_all=True, append_images=[drawn("P").rotate(90)], comment=SECRET, loop=0)
        case "WEBP":
            drawn("RGBA").save(out, kind, lossless=True, exif=exif(), xmp=SECRET, icc_profile=SECRET)
    return out.getvalue()


FILES = {
    "png": written("PNG"),
    "jpeg": written("JPEG"),
    "progressive": written("JPEG", progressive=True),
    "cmyk": b"",
    "gif": written("GIF"),
    "webp": written("WEBP"),
}
_OUT = io.BytesIO()
drawn().convert("CMYK").save(_OUT, "JPEG", comment=SECRET)
FILES["cmyk"] = _OUT.getvalue()


@pytest.mark.parametrize("name", FILES)
def test_what_is_seen_stays_and_what_is_told_goes(name: str) -> None:
    """Pixels, frames and the turn are those of before; no author, place, comment, profile or tail is left."""
    before = FILES[name]
    assert SECRET in before
    after = bare(before + SECRET)
    assert SECRET not in after
    with Image.open(io.BytesIO(before)) as old, Image.open(io.BytesIO(after)) as new:
        assert new.format == old.format
        assert getattr(new, "n_frames", 1) == getattr(old, "n_frames", 1)
        assert new.convert("RGBA").tobytes() == old.convert("RGBA").tobytes()
        if name in ("jpeg", "progressive"):
            assert dict(new.getexif()) == {TURN: 6}
            assert ImageOps.exif_transpose(new).size == (20, 40)
    assert bare(after) == after


@pytest.mark.parametrize("data", [b"", b"MZ\x90", b"<svg/>", b"%PDF-1.7", FILES["png"][:-4], FILES["jpeg"][:-2]])
def test_what_is_no_whole_picture_is_told(data: bytes) -> None:
    """A program, a page and half a picture under a picture's name are none."""
    with pytest.raises(NoPicture):
        bare(data)


@given(st.sampled_from(sorted(FILES)), st.data())
def test_no_bytes_make_it_raise_anything_else(name: str, change: st.DataObject) -> None:
    """A broken or made-up file is bare or none, and never longer than it was."""
    data = bytearray(FILES[name])
    for _ in range(change.draw(st.integers(1, 6))):
        data[change.draw(st.integers(0, len(data) - 1))] = change.draw(st.integers(0, 255))
    cut = bytes(data[: change.draw(st.integers(0, len(data)))])
    for one in (bytes(data), cut):
        try:
            assert len(bare(one)) <= len(one) + 40
        except NoPicture:
            pass
