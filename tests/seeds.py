"""How hard the tests that throw dice look."""

from __future__ import annotations

import os

USUAL = 33
EXAMPLES = int(os.environ.get("EXAMPLES", USUAL))
"""The examples of each of some 130 properties: a third of Hypothesis' own number, unless one wants to look harder."""


def seeds(number: int) -> range:
    """So many seeds of whole stories, and as many times more of them as there are more examples."""
    return range(number * max(1, EXAMPLES // USUAL))
