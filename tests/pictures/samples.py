"""Pictures to draw, and names as nobody should write them."""

from __future__ import annotations

import struct

from bot.domain.estimates import State
from bot.pictures.overview import OverviewPicture, OverviewRow
from bot.pictures.progress import ProgressPicture, TopicRow

HOSTILE = (
    "$\\frac{a$",
    "$\\frac{a}{b}$ and \\LaTeX {%s} %(x)s",
    "<t:0> <@1> @everyone **bold** ||spoiler||",
    "\u202eevil\u202c \u2066twisted\u2069 \u200bhidden\ufeff",
    "W" * 300,
    "word " * 60,
    "🦷🦷🦷",
    "Teeth 🦷 and 骨 bones",
    "解剖学",
    "تشريح",
    "a\nb\tc\rd\x00e\x1b[31m",
    "lone \ud800 surrogate",
    "e" + "\u0301" * 90,
    "",
    "   ",
)


def topic(
    name: str = "Anatomy",
    p: float = 0.5,
    state: State = State.WEAK,
    *,
    answers: int = 12,
    trend: tuple[float, ...] = (0.4, 0.45, 0.48, 0.5),
) -> TopicRow:
    """A topic with a range of ten points to both sides."""
    return TopicRow(name, "Medical Concepts", 0.06, p, p - 0.1, p + 0.1, state, answers, trend)


def progress(*rows: TopicRow, title: str = "Your progress", mark: float = 0.7) -> ProgressPicture:
    return ProgressPicture(title, mark, rows)


def overview(*rows: OverviewRow, title: str = "Our group", mark: float = 0.7) -> OverviewPicture:
    return OverviewPicture(title, mark, ("7 Sep", "14 Sep", "21 Sep", "28 Sep"), rows)


def size(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG in pixels, from its header (PNG specification, 11.2.2)."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert png[12:16] == b"IHDR"
    width, height = struct.unpack(">II", png[16:24])
    return width, height
