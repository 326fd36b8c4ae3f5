"""Pictures that members attach, without what their files tell of who made them, where and with what.

Only the file's parts are looked at; nothing is decoded, and what is seen stays as it was to the last bit. Sources: PNG
(third edition), JPEG (ITU-T T.81, and Exif 2.32 for the turn), GIF89a, and WebP (RFC 9649).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs",
             b"acTL", b"fcTL", b"fdAT")  # fmt: skip
_WEBP_KEPT = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF")
_ALPHA_AND_MOTION = 0x12
_GIF_KEPT = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_JFIF, _ADOBE = 0xE0, 0xEE
_TURN = 0x0112


class NoPicture(ValueError):
    """The bytes are no whole PNG, JPEG, GIF or WebP."""


def bare(data: bytes) -> bytes:
    """The same picture with nothing else in its file; a turn that the file asks for is kept. Raises NoPicture."""
    try:
        if data.startswith(_PNG):
            return b"".join(_png(data))
        if data.startswith(b"\xff\xd8\xff"):
            return b"".join(_jpeg(data))
        if data[:6] in (b"GIF87a", b"GIF89a"):
            return b"".join(_gif(data))
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (IndexError, struct.error) as error:
        raise NoPicture("its end is missing") from error
    raise NoPicture("it begins as none does")


def _whole(data: bytes, start: int, end: int) -> bytes:
    if end > len(data):
        raise NoPicture("its end is missing")
    return data[start:end]


def _png(data: bytes) -> Iterator[bytes]:
    yield _PNG
    at, kind = len(_PNG), b""
    while kind != b"IEND":
        (length,) = struct.unpack_from(">I", data, at)
        kind = data[at + 4 : at + 8]
        chunk = _whole(data, at, at + 12 + length)
        if kind in _PNG_KEPT:
            yield chunk
        at += len(chunk)


def _jpeg(data: bytes) -> Iterator[bytes]:
    yield data[:2]
    at = 2
    while True:
        if data[at] != 0xFF:
            raise NoPicture("a part does not begin where the last one ends")
        while data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1]
        if marker == _EOI:
            yield data[at : at + 2]
            return
        (length,) = struct.unpack_from(">H", data, at + 2)
        if length < 2:
            raise NoPicture("a part is shorter than its own length")
        part = _whole(data, at, at + 2 + length)
        at += len(part)
        if marker == _JFIF and part[4:9] == b"JFIF\0":
            # Without the small copy of the picture that may follow: it can be of what was there before it was cut.
            yield b"\xff\xe0\x00\x10" + part[4:16] + b"\0\0"
        elif 0xE0 <= marker <= 0xEF or marker == 0xFE:
            if marker == _ADOBE and part[4:9] == b"Adobe":
                yield part
            elif (turn := _turn(part)) is not None:
                yield turn
        else:
            yield part
        if marker == _SOS:
            end = _scan(data, at)
            yield data[at:end]
            at = end


def _scan(data: bytes, at: int) -> int:
    """Where the drawing that begins here ends: at a marker that is neither a stuffed byte nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise NoPicture("its end is missing")
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7 and data[at + 1] != 0xFF:
            return at
        at += 1 if data[at + 1] == 0xFF else 2


def _turn(part: bytes) -> bytes | None:
    """An Exif part that says how the picture is to be turned, and no more; None where it need not be."""
    exif = part[10:]
    if part[1] != 0xE1 or part[4:10] != b"Exif\0\0" or exif[:2] not in (b"II", b"MM"):
        return None
    order = "<" if exif[:2] == b"II" else ">"
    try:
        (first,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, first)
        for number in range(count):
            tag, kind, _, turn = struct.unpack_from(f"{order}HHIH", exif, first + 2 + 12 * number)
            if (tag, kind) == (_TURN, 3) and 2 <= turn <= 8:
                said = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _TURN, 3, 1, turn, 0, 0)
                return b"\xff\xe1" + struct.pack(">H", len(said) + 2) + said
    except struct.error:
        pass
    return None


def _gif(data: bytes) -> Iterator[bytes]:
    at = 13 + _colours(data[10])
    yield _whole(data, 0, at)
    while data[at] != 0x3B:
        start, kind = at, data[at]
        if kind == 0x2C:
            at = _blocks(data, at + 11 + _colours(data[at + 9]))
            yield _whole(data, start, at)
        elif kind == 0x21:
            label, name = data[at + 1], data[at + 3 : at + 14]
            at = _blocks(data, at + 2)
            if label == 0xF9 or (label == 0xFF and name in _GIF_KEPT):
                yield _whole(data, start, at)
        else:
            raise NoPicture("a part is of no known kind")
    yield b";"


def _colours(flags: int) -> int:
    """The bytes of the table of colours that the flags tell of."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks(data: bytes, at: int) -> int:
    """Where a row of blocks ends."""
    while data[at]:
        at += 1 + data[at]
    return at + 1


def _webp(data: bytes) -> bytes:
    kept = []
    at, end = 12, 8 + int(struct.unpack_from("<I", data, 4)[0])
    if end > len(data):
        raise NoPicture("its end is missing")
    while at < end:
        (length,) = struct.unpack_from("<I", data, at + 4)
        chunk = _whole(data, at, at + 8 + length + length % 2)
        kind = chunk[:4]
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes((chunk[8] & _ALPHA_AND_MOTION,)) + chunk[9:]
        if kind in _WEBP_KEPT:
            kept.append(chunk)
        at += len(chunk)
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body
