"""Archives from strangers: what a part may be called, how it may be packed, and how large it may get."""

from __future__ import annotations

import io
import warnings
import zipfile

import pytest

from bot.formats.archive import is_zip, names_in, opened
from bot.formats.imported import Gathering, TooLarge


def zipped(parts: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of two parts with one name
        with zipfile.ZipFile(out, "w", method) as file:
            for name, content in parts:
                file.writestr(name, content)
    return out.getvalue()


def said(into: Gathering) -> list[str]:
    return [problem.message for problem in into.done().problems]


def test_dangerous_parts_are_left_out_and_the_others_read() -> None:
    """Names that lead out, a name twice, other ways of packing; folders are passed over."""
    names = ["a/b.xml", "../c", "/d", "e/../../f", "g\\h", "C:/i", "a/b.xml", "j/", "k..l"]
    into = Gathering("test", "f")
    archive = opened(zipped([(name, name.encode()) for name in names]), into)
    assert archive is not None
    assert archive.names == ["a/b.xml", "k..l"]
    assert archive.read("k..l", into) == b"k..l"
    assert len(said(into)) == 6
    assert opened(zipped([("x", b"y")], zipfile.ZIP_LZMA), into) is not None
    assert "packed in a way" in " ".join(said(into))


def test_a_bomb_and_a_broken_part_are_told() -> None:
    """By ratio, by the sum of all parts, by a checksum that is wrong."""
    into = Gathering("test", "f")
    data = zipped([("a", bytes(3_000_000)), ("b", bytes(range(256)) * 40), ("c", b"abc" * 100)])
    archive = opened(data, into, 10_300)
    assert archive is not None
    with pytest.raises(TooLarge, match="200 times its size"):
        archive.read("a", into)
    assert archive.read("b", into) is not None
    with pytest.raises(TooLarge, match="more bytes than may be"):
        archive.read("c", into)
    stored = zipped([("a", b"sound")], zipfile.ZIP_STORED)
    archive = opened(stored.replace(b"sound", b"other", 1), into)
    assert archive is not None
    assert archive.read("a", into) is None
    assert "is broken" in said(into)[-1]


def test_what_is_no_archive_has_no_names() -> None:
    """Text, and an archive cut off."""
    data = zipped([("a", b"b")])
    into = Gathering("test", "f")
    assert is_zip(data)
    assert names_in(data) == ["a"]
    assert names_in(data[:20]) == names_in(b"text") == []
    assert opened(data[:20], into) is None
    assert "not a zip archive" in said(into)[0]
