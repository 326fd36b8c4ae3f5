"""A member's topics on one card: estimate, 80 % range, the target as a line, and the trend of four weeks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.domain.estimates import State
from bot.pictures.colours import BACKGROUND, BLUE, EDGE, GREY, INK, LINE, MUTED, ORANGE, TRACK, Shape
from bot.pictures.words import count, one_line, percent, sentences

if TYPE_CHECKING:
    from bot.pictures.card import Card

MOST_ROWS: Final = 12
"""More rows than these would be too small to read on a phone; the rest is summed up beneath."""

WORDS: Final[dict[State, str]] = {
    State.WEAK: "below the target",
    State.UNSURE: "not enough answers yet",
    State.FINE: "on target",
}
_SHORT: Final[dict[State, str]] = {State.WEAK: "below target", State.UNSURE: "not enough yet", State.FINE: "on target"}
_SHAPES: Final[dict[State, Shape]] = {State.WEAK: "down", State.UNSURE: "diamond", State.FINE: "up"}
_COLOURS: Final[dict[State, str]] = {State.WEAK: ORANGE, State.UNSURE: GREY, State.FINE: BLUE}

_STEADY = 0.015
"""A change over the four weeks that is smaller is drawn and told as none."""


@dataclass(frozen=True, slots=True)
class TopicRow:
    """What is known of one topic.

    *share* is the topic's part of the exam; *p* the expected share of right answers with its 80 % range from *low* to
    *high*; all are between 0 and 1. *trend* holds the weekly estimates of the last four weeks, oldest first (or none).
    """

    name: str
    section: str
    share: float
    p: float
    low: float
    high: float
    state: State
    answers: int
    trend: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ProgressPicture:
    """What the card shows. *rows* come sorted, the most costly first; *mark* is the pass mark, 0 to 1."""

    title: str
    mark: float
    rows: tuple[TopicRow, ...]


def change(trend: tuple[float, ...]) -> float:
    """How much the estimate rose (or, below zero, fell) over *trend*; 0 when that is too little to speak of."""
    moved = trend[-1] - trend[0] if len(trend) > 1 else 0.0
    return moved if abs(moved) >= _STEADY else 0.0


def alt(picture: ProgressPicture) -> str:
    """The picture in words, at most 1024 characters: the target, and a sentence a topic, the most costly first."""
    target = percent(picture.mark)
    if not picture.rows:
        return sentences([f"{one_line(picture.title)}. The target is {target}. There are no topics yet."], [])
    states = Counter(row.state for row in picture.rows)
    summary = ", ".join(f"{states[state]} {WORDS[state]}" for state in WORDS if states[state])
    first = (
        f"{one_line(picture.title)}. The target is {target}. {count(len(picture.rows), 'topic', 'topics')}: {summary}."
    )
    return sentences([first, "The most costly first."], map(_sentence, picture.rows), "more topics")


def _sentence(row: TopicRow) -> str:
    name, moved = one_line(row.name, 50) or "A topic", change(row.trend)
    if not row.answers:
        return f"{name}: no answers yet."
    way = f", {'up' if moved > 0 else 'down'} {round(abs(moved) * 100)} in four weeks" if moved else ""
    return f"{name}: {WORDS[row.state]}, {percent(row.p)} ({round(row.low * 100)} to {percent(row.high)}){way}."


_LEFT, _RIGHT = 30, 770
_TOP, _ROW = 168, 86
_INDENT = 66
_BAR = (268, 618)
_SPARK = (650, 706)


def draw(picture: ProgressPicture) -> bytes:
    """The card as a PNG, 800 pixels wide. Imports matplotlib: call it in the worker process only."""
    from bot.pictures.card import Card, drawable

    shown = picture.rows[:MOST_ROWS]
    bottom = _TOP + _ROW * max(len(shown), 1)
    rest = _rest(picture.rows[MOST_ROWS:])
    card = Card(bottom + 56 + (32 if rest else 0))
    card.text(_LEFT, 48, drawable(picture.title, "Your progress"), size=36, bold=True, room=_RIGHT - _LEFT)
    if shown:
        _head(card, picture.mark, bottom)
        for n, line in enumerate(filter(None, [rest, "Most costly first. Dot: estimate; bar: its 80 % range."])):
            card.text(_LEFT, bottom + 28 + 32 * n, line, size=22, colour=MUTED, room=_RIGHT - _LEFT)
    else:
        card.text(_LEFT, _TOP, "No topics yet.", size=28)
    for n, row in enumerate(shown):
        card.line([(_LEFT, _TOP + n * _ROW), (_RIGHT, _TOP + n * _ROW)], colour=LINE, width=1.5)
        _row(card, _TOP + n * _ROW, row, picture.mark, drawable(row.name, f"Topic {n + 1}"), drawable(row.section, ""))
    return card.png()


def _at(share: float) -> float:
    """Where a share stands on the bars, in pixels."""
    return _BAR[0] + min(max(share, 0.0), 1.0) * (_BAR[1] - _BAR[0])


def _sign(card: Card, x: float, y: float, state: State) -> None:
    hollow = state is State.UNSURE
    card.shape(
        x,
        y,
        _SHAPES[state],
        size=14 if hollow else 20,
        fill="none" if hollow else _COLOURS[state],
        edge=_COLOURS[state] if hollow else "none",
    )


def _head(card: Card, mark: float, bottom: float) -> None:
    """What the signs mean, and the target as a line through all rows."""
    x = _LEFT + 11.0
    for state, word in WORDS.items():
        _sign(card, x, 98, state)
        x += 52 + card.text(x + 20, 98, word, size=23)
    label = f"target {percent(mark)}"
    half = card.width_of(label, 22, bold=True) / 2
    card.text(min(max(_at(mark), _BAR[0] + half), _BAR[1] - half), 142, label, size=22, bold=True, align="center")
    card.text(_RIGHT, 142, "4 weeks", size=22, colour=MUTED, align="right")
    # Faint where it passes behind the names, bright where it is compared with a bar.
    card.line([(_at(mark), 158), (_at(mark), bottom)], colour=EDGE, width=2.0, dashed=True, depth=0.5)


def _row(card: Card, y: float, row: TopicRow, mark: float, name: str, section: str) -> None:
    upper, lower, colour = y + 28, y + 62, _COLOURS[row.state]
    _sign(card, _LEFT + 11, upper, row.state)
    figure = percent(row.p) if row.answers else "–"
    taken = card.text(_RIGHT, upper, figure, size=29, bold=True, align="right", colour=colour)
    room = _RIGHT - taken - 20 - _INDENT
    used = card.text(_INDENT, upper, name, size=28, room=room)
    # The section says something only where it is not the topic's own name, and whole or not at all.
    if section and section != name and used + 16 + card.width_of(section, 21) <= room:
        card.text(_INDENT + used + 16, upper + 1, section, size=21, colour=MUTED)
    card.text(_INDENT, lower, _SHORT[row.state] if row.answers else "no answers yet", size=23, colour=colour)
    card.box(_BAR[0], lower - 6, _BAR[1] - _BAR[0], 12, fill=TRACK, radius=6)
    card.line([(_at(mark), lower - 17), (_at(mark), lower + 17)], colour=INK, width=3.0, depth=2.5)
    if row.answers:
        low, high = _at(row.low), _at(row.high)
        card.box(low, lower - 6, max(high - low, 6), 12, fill=colour, radius=6, depth=2.0, strength=0.65)
        card.shape(_at(row.p), lower, "dot", size=19, fill=colour, edge=BACKGROUND)
    _trend(card, lower, row.trend, colour)


def _trend(card: Card, y: float, trend: tuple[float, ...], colour: str) -> None:
    """The weeks as a line, all topics to one scale, and what they changed in points."""
    if len(trend) < 2:
        return
    middle, span = (max(trend) + min(trend)) / 2, max(0.24, max(trend) - min(trend))
    step = (_SPARK[1] - _SPARK[0]) / (len(trend) - 1)
    points = [(_SPARK[0] + n * step, y - (p - middle) / span * 30) for n, p in enumerate(trend)]
    card.line(points, colour=colour, width=3.0)
    card.shape(*points[-1], "dot", size=8, fill=colour)
    moved = change(trend)
    card.text(
        _RIGHT, y, f"{round(moved * 100):+d}".replace("-", "−") if moved else "=", size=22, colour=MUTED, align="right"
    )


def _rest(rows: tuple[TopicRow, ...]) -> str:
    """What the rows that are not shown come to; nothing when all are."""
    states = Counter(row.state for row in rows)
    said = ", ".join(f"{states[state]} {WORDS[state]}" for state in WORDS if states[state])
    return f"And {len(rows)} more: {said}." if rows else ""
