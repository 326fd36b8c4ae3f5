"""Colours, signs and the width that all pictures share.

The card is opaque, so that one set of colours does for Discord's dark and light themes. Orange, blue and grey are told
apart with every kind of colour blindness; no meaning hangs on them alone.
"""

from __future__ import annotations

from typing import Final, Literal

WIDTH: Final = 800
"""Pixels; a phone shows about half of it, so text is 21 pixels high at the least."""

BACKGROUND: Final = "#1C2230"
EDGE: Final = "#465270"
TRACK: Final = "#323B50"
LINE: Final = "#2B3346"
HATCH: Final = "#5A688A"
INK: Final = "#F4F6FA"
MUTED: Final = "#B3BCCD"
ORANGE: Final = "#F5A623"
BLUE: Final = "#62B8F0"
GREY: Final = "#C3CAD8"

Shape = Literal["down", "diamond", "up", "dot"]
