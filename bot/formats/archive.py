"""Zip archives from strangers: looked through in memory, within bounds, nothing ever unpacked to a disk."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from bot.formats.imported import MAX_BYTES, MAX_PARTS, MAX_RATIO, MAX_UNPACKED, Gathering, TooLarge

SMALL = 1_000_000
"""Bytes that a part may have whatever its ratio: many blanks in a small text are no attack."""
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    OverflowError,
    LookupError,
)
"""What the library raises for archives that are broken, encrypted, or packed in a way that it does not know."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENTRY = b"PK\x01\x02"


def is_zip(data: bytes) -> bool:
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


class Archive:
    """The parts of a zip archive by name; those with a dangerous name or packing are reported and left out.

    *most*: bytes that all parts that are read may have together.
    """

    def __init__(self, file: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], most: int) -> None:
        self._file = file
        self._parts = parts
        self._left = most

    @property
    def names(self) -> list[str]:
        """Names of the parts, in the archive's order, parted by “/”."""
        return list(self._parts)

    def size(self, name: str) -> int:
        """Bytes of a part, unpacked, by what the archive says of it."""
        return self._parts[name].file_size

    def read(self, name: str, into: Gathering) -> bytes | None:
        """A part's bytes; None where it is broken (reported). Raises TooLarge at a bound."""
        part = self._parts[name]
        if part.file_size > SMALL and part.file_size > MAX_RATIO * max(1, part.compress_size):
            raise TooLarge(f"“{name[:80]}” in the archive unpacks to more than {MAX_RATIO} times its size; not read")
        if part.file_size > self._left:
            raise TooLarge(f"the archive unpacks to more bytes than may be ({MAX_UNPACKED:,}); the rest was not read")
        try:
            with self._file.open(part) as stream:
                data = stream.read(self._left + 1)
        except _BROKEN as error:
            into.error(1, f"“{name[:80]}” in the archive is broken: {str(error)[:100]}")
            return None
        if len(data) > self._left:
            raise TooLarge(f"the archive unpacks to more bytes than may be ({MAX_UNPACKED:,}); the rest was not read")
        self._left -= len(data)
        return data


def opened(data: bytes, into: Gathering, most: int = MAX_UNPACKED) -> Archive | None:
    """The archive in a file's bytes; None where it is none (reported). Raises TooLarge at a bound."""
    if len(data) > MAX_BYTES:
        raise TooLarge(f"the file has {len(data):,} bytes; {MAX_BYTES:,} is the most")
    if data.count(_ENTRY) > MAX_PARTS:  # counted before the library makes an object of each
        raise TooLarge(f"the archive holds more than {MAX_PARTS:,} files")
    try:
        file = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        into.error(1, f"this is not a zip archive that can be read: {str(error)[:100]}")
        return None
    parts: dict[str, zipfile.ZipInfo] = {}
    for part in file.infolist():
        fault = _fault(part)
        name = part.filename
        if part.is_dir():
            continue
        if fault or name in parts:
            into.error(1, f"“{name[:80]}” in the archive {fault or 'is there twice'}; it was left out")
            continue
        parts[name] = part
    return Archive(file, parts, most)


def names_in(data: bytes) -> list[str]:
    """The names of an archive's parts, to find out what it is; none for what is no archive."""
    if not is_zip(data) or data.count(_ENTRY) > MAX_PARTS:
        return []
    try:
        return zipfile.ZipFile(io.BytesIO(data)).namelist()
    except _BROKEN:
        return []


def _fault(part: zipfile.ZipInfo) -> str:
    name = part.filename
    if name.startswith("/") or "\\" in name or ":" in name.split("/")[0] or ".." in name.split("/"):
        return "has a name that leads out of it"
    if part.flag_bits & 1:
        return "is encrypted"
    if part.compress_type not in _METHODS:
        return "is packed in a way that is not read here"
    return ""
