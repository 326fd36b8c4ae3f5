"""The card that pictures are drawn on: a thin layer over matplotlib, in pixels, from the top left.

The only module that imports matplotlib, and Pillow with it: the bot's own process never imports this one. There are no
axes: every element is placed by its picture, which is quicker and leaves no global state behind.
"""

from __future__ import annotations

import io
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Patch, Rectangle
from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform
from PIL import Image

from bot.pictures.colours import BACKGROUND, EDGE, INK, WIDTH, Shape
from bot.pictures.words import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist

Align = Literal["left", "center", "right"]
_MARKERS: dict[Shape, str] = {"down": "v", "diamond": "D", "up": "^", "dot": "o"}


@cache
def _font_file(bold: bool) -> str:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return str(Path(mpl.get_data_path()) / "fonts" / "ttf" / name)


@cache
def _known_letters() -> frozenset[int]:
    """The characters that both weights of the font can draw."""
    return frozenset(get_font(_font_file(False)).get_charmap()) & frozenset(get_font(_font_file(True)).get_charmap())


def drawable(text: str, instead: str) -> str:
    """*text* on one line with what the font can draw; *instead* when that is less than half of its letters.

    Pictographs are left out; other letters that the font lacks become empty boxes.
    """
    kept, lacking = "", 0
    for c in one_line(text):
        if ord(c) in _known_letters():
            kept += c
        elif unicodedata.category(c)[0] in "LN":
            kept += "□"
            lacking += 1
    kept = " ".join(kept.split())
    return kept if kept and 2 * lacking <= len(kept) else instead


class Card:
    """A picture of `WIDTH` × *height* pixels in the making; y grows downwards."""

    def __init__(self, height: int) -> None:
        self.height = height
        # At 72 dots an inch, a point is a pixel.
        self._figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72)
        self._canvas = FigureCanvasAgg(self._figure)
        self._figure.patch.set_alpha(0.0)
        self.box(1, 1, WIDTH - 2, height - 2, fill=BACKGROUND, edge=EDGE, radius=22, depth=0)

    def _add(self, artist: Artist, depth: float) -> None:
        artist.set_transform(IdentityTransform())
        artist.set_zorder(depth)
        self._figure.add_artist(artist)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str,
        edge: str = "none",
        radius: float = 0.0,
        hatch: str | None = None,
        strength: float = 1.0,
        depth: float = 1.0,
    ) -> None:
        """A rectangle by its top left corner, with round corners and hatching if asked for."""
        corner = (x, self.height - y - height)
        look = {"facecolor": fill, "edgecolor": edge, "linewidth": 0.0 if edge == "none" else 1.5, "alpha": strength}
        patch: Patch
        if radius:
            style = f"round,pad=0,rounding_size={min(radius, width / 2, height / 2)}"
            patch = FancyBboxPatch(corner, width, height, boxstyle=style, hatch=hatch, **look)  # type: ignore[arg-type]
        else:
            patch = Rectangle(corner, width, height, hatch=hatch, **look)  # type: ignore[arg-type]
        self._add(patch, depth)

    def line(
        self,
        points: Sequence[tuple[float, float]],
        *,
        colour: str,
        width: float = 2.0,
        dashed: bool = False,
        depth: float = 2.0,
    ) -> None:
        """A line through *points*."""
        xs, ys = [x for x, _ in points], [self.height - y for _, y in points]
        style: tuple[float, tuple[float, float]] | Literal["-"] = (0, (3.0, 2.0)) if dashed else "-"
        self._add(Line2D(xs, ys, color=colour, linewidth=width, linestyle=style, solid_capstyle="round"), depth)

    def shape(
        self, x: float, y: float, shape: Shape, *, size: float, fill: str, edge: str = "none", depth: float = 3.0
    ) -> None:
        """A small sign with its middle at (x, y)."""
        self._add(
            Line2D(
                [x],
                [self.height - y],
                linestyle="none",
                marker=_MARKERS[shape],
                markersize=size,
                markerfacecolor=fill,
                markeredgecolor=edge,
                markeredgewidth=2.5,
            ),
            depth,
        )

    def width_of(self, text: str, size: float, bold: bool = False) -> float:
        """How many pixels wide *text* would be."""
        font = FontProperties(fname=_font_file(bold), size=size)
        renderer = self._canvas.get_renderer()  # type: ignore[no-untyped-call]
        return float(renderer.get_text_width_height_descent(text, font, ismath=False)[0])

    def fitted(self, text: str, room: float, size: float, bold: bool = False) -> str:
        """*text*, shortened with an ellipsis until it is at most *room* pixels wide."""
        if self.width_of(text, size, bold) <= room:
            return text
        fits, too_long = 0, len(text)
        while too_long - fits > 1:
            middle = (fits + too_long) // 2
            if self.width_of(text[:middle].rstrip() + "…", size, bold) <= room:
                fits = middle
            else:
                too_long = middle
        return text[:fits].rstrip() + "…"

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        colour: str = INK,
        bold: bool = False,
        align: Align = "left",
        room: float | None = None,
        depth: float = 4.0,
    ) -> float:
        """Write *text* with its middle height at y, in at most *room* pixels; returns its width.

        It is drawn letter for letter: dollar signs start no formula. What people wrote passes `drawable` before.
        """
        shown = text if room is None else self.fitted(text, room, size, bold)
        artist = Text(
            x,
            self.height - y,
            shown,
            color=colour,
            horizontalalignment=align,
            verticalalignment="center_baseline",
            fontproperties=FontProperties(fname=_font_file(bold), size=size),
            parse_math=False,
            usetex=False,
        )
        self._add(artist, depth)
        return self.width_of(shown, size, bold)

    def png(self) -> bytes:
        """The finished picture, in 256 colours: a third of the bytes, and no eye sees it."""
        self._canvas.draw()  # type: ignore[no-untyped-call]
        pixels = self._canvas.buffer_rgba()  # type: ignore[no-untyped-call]
        image = Image.frombuffer("RGBA", self._canvas.get_width_height(), pixels, "raw", "RGBA", 0, 1).quantize(
            256, method=Image.Quantize.FASTOCTREE
        )
        out = io.BytesIO()
        image.save(out, "PNG")
        return out.getvalue()
