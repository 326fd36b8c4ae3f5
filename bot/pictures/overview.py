"""A group's topics over four weeks as a heat map, for its tutors; no cell stands for fewer than four members."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from bot.pictures.colours import BACKGROUND, HATCH, INK, LINE, MUTED
from bot.pictures.words import count, one_line, percent, sentences

if TYPE_CHECKING:
    from bot.pictures.card import Card

MOST_ROWS: Final = 16
"""More rows than these would be too small to read on a phone; the rest is only counted."""
FEWEST_MEMBERS: Final = 4
"""A mean over fewer would tell of single members: whoever makes the rows leaves such cells None."""


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """One topic: the group's mean expected share of right answers (0 to 1) a week, oldest first.

    The mean is over those members who answered in the topic; None where they were fewer than four.
    """

    name: str
    section: str
    weeks: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class OverviewPicture:
    """What the card shows. *weeks* names the columns, oldest first; *rows* come sorted, the weakest first.

    *mark* is the pass mark, 0 to 1. Every row has as many cells as there are *weeks*.
    """

    title: str
    mark: float
    weeks: tuple[str, ...]
    rows: tuple[OverviewRow, ...]


def alt(picture: OverviewPicture) -> str:
    """The picture in words, at most 1024 characters: a sentence a topic, the weakest first."""
    target = f"{one_line(picture.title)}. The target is {percent(picture.mark)}."
    if not picture.rows:
        return sentences([target, "There are no topics yet."], [])
    first = [
        target,
        f"{count(len(picture.rows), 'topic', 'topics')} over {count(len(picture.weeks), 'week', 'weeks')}.",
    ]
    return sentences(first, (_sentence(row, picture.mark) for row in picture.rows), "more topics")


def below(share: float, mark: float) -> bool:
    """Whether a share is below the target in the whole percent that are shown: 70 is never below 70."""
    return round(share * 100) < round(mark * 100)


def _sentence(row: OverviewRow, mark: float) -> str:
    name = one_line(row.name, 50) or "A topic"
    known = [share for share in row.weeks if share is not None]
    if not known or row.weeks[-1] is None:
        return f"{name}: fewer than four members answered lately."
    moved = round(known[-1] * 100) - round(known[0] * 100)
    way = f", {'up' if moved > 0 else 'down'} {abs(moved)}" if moved else ""
    return f"{name}: {percent(known[-1])}, {'below the target' if below(known[-1], mark) else 'on target'}{way}."


_LEFT, _RIGHT = 30, 770
_TOP, _ROW, _GAP = 140, 62, 6
_CELLS = 392

# From orange (far below the target) over grey to blue (far above): no kind of colour blindness mixes the two.
_STOPS: Final = (
    (-0.35, (0xC9, 0x5F, 0x0A)),
    (-0.12, (0xF2, 0xB2, 0x5C)),
    (0.0, (0xE3, 0xE4, 0xE6)),
    (0.10, (0x8C, 0xC4, 0xF2)),
    (0.25, (0x2B, 0x7C, 0xC4)),
)


def colour(share: float, mark: float) -> tuple[str, str]:
    """The colour of a cell, by its distance to the target, and a colour for text that is readable on it."""
    distance = min(max(share - mark, _STOPS[0][0]), _STOPS[-1][0])
    for (start, low), (end, high) in pairwise(_STOPS):
        if distance <= end:
            part = (distance - start) / (end - start)
            r, g, b = (round(x + (y - x) * part) for x, y in zip(low, high, strict=True))
            break
    # Relative luminance decides which of the two reads better (WCAG 2, approximated with a gamma of 2.2).
    luminance = 0.2126 * (r / 255) ** 2.2 + 0.7152 * (g / 255) ** 2.2 + 0.0722 * (b / 255) ** 2.2
    return f"#{r:02x}{g:02x}{b:02x}", BACKGROUND if luminance > 0.25 else "#FFFFFF"


def draw(picture: OverviewPicture) -> bytes:
    """The card as a PNG, 800 pixels wide. Imports matplotlib: call it in the worker process only."""
    from bot.pictures.card import Card, drawable

    shown = picture.rows[:MOST_ROWS]
    bottom = _TOP + _ROW * max(len(shown), 1)
    rest = len(picture.rows) - len(shown)
    card = Card(bottom + 120 + (32 if rest else 0))
    card.text(_LEFT, 48, drawable(picture.title, "Group overview"), size=36, bold=True, room=_RIGHT - _LEFT)
    if not shown:
        card.text(_LEFT, _TOP, "No topics yet.", size=28)
        return card.png()
    width = (_RIGHT - _CELLS + _GAP) / max(len(picture.weeks), 1)
    for n, week in enumerate(picture.weeks):
        middle = _CELLS + n * width + (width - _GAP) / 2
        card.text(middle, 110, drawable(week, ""), size=22, colour=MUTED, align="center", room=width - 2)
    for n, row in enumerate(shown):
        y = _TOP + n * _ROW
        _name(card, y, drawable(row.name, f"Topic {n + 1}"))
        for m, share in enumerate(row.weeks):
            _cell(card, _CELLS + m * width, y, width - _GAP, share, picture.mark)
    if rest:
        card.text(_LEFT, bottom + 22, f"And {count(rest, 'more topic', 'more topics')}.", size=22, colour=MUTED)
    _legend(card, bottom + (32 if rest else 0) + 52, picture.mark)
    return card.png()


def _name(card: Card, y: float, name: str) -> None:
    """A topic's name beside its cells, on two lines where one is too short."""
    room, middle = _CELLS - _LEFT - 16, y + (_ROW - _GAP) / 2
    if card.width_of(name, 25) <= room:
        card.text(_LEFT, middle, name, size=25)
        return
    words = name.split(" ")
    fits = 0
    while fits < len(words) and card.width_of(" ".join(words[: fits + 1]), 23) <= room:
        fits += 1
    if fits in (0, len(words)):
        card.text(_LEFT, middle, name, size=23, room=room)
        return
    card.text(_LEFT, middle - 14, " ".join(words[:fits]), size=23)
    card.text(_LEFT, middle + 14, " ".join(words[fits:]), size=23, room=room)


def _cell(card: Card, x: float, y: float, width: float, share: float | None, mark: float) -> None:
    height = _ROW - _GAP
    if share is None:
        _too_few(card, x, y, width, height)
        return
    fill, ink = colour(share, mark)
    card.box(x, y, width, height, fill=fill, radius=8)
    sign = below(share, mark)
    card.text(
        x + width / 2 + (10 if sign else 0),
        y + height / 2,
        f"{round(share * 100)}",
        size=27,
        bold=True,
        colour=ink,
        align="center",
    )
    if sign:
        card.shape(x + width / 2 - 23, y + height / 2, "down", size=12, fill=ink)


def _too_few(card: Card, x: float, y: float, width: float, height: float) -> None:
    card.box(x, y, width, height, fill=LINE, edge=HATCH, radius=8, hatch="//")
    card.text(x + width / 2, y + height / 2, "too few", size=20, colour=INK, align="center", room=width - 4)


def _legend(card: Card, y: float, mark: float) -> None:
    """A strip of the colours with the target on it, and what the sign and the hatching mean."""
    left, right, steps = _LEFT, _LEFT + 200, 40
    reach = (_STOPS[0][0], _STOPS[-1][0])
    for n in range(steps):
        share = mark + reach[0] + (reach[1] - reach[0]) * (n + 0.5) / steps
        card.box(left + n * (right - left) / steps, y - 11, (right - left) / steps + 1, 22, fill=colour(share, mark)[0])
    at = left + (right - left) * -reach[0] / (reach[1] - reach[0])
    card.line([(at, y - 17), (at, y + 17)], colour=INK, width=3.0)
    used = card.text(right + 16, y, f"target {percent(mark)}", size=22, bold=True)
    card.shape(right + used + 50, y, "down", size=15, fill=INK)
    card.text(right + used + 66, y, "below the target", size=22)
    card.text(_LEFT, y + 36, "Mean of those who answered; too few: fewer than four.", size=22, colour=MUTED)
