"""The world's zones and the words for them, from the tables that come with the `tzdata` package."""

from __future__ import annotations

from importlib import resources
from zoneinfo import available_timezones

from bot.domain.zones import Places


def places() -> Places:
    """The searchable list of zones, read anew."""
    tables = resources.files("tzdata") / "zoneinfo"
    return Places.from_tables(
        (tables / "zone.tab").read_text(encoding="utf-8"),
        (tables / "iso3166.tab").read_text(encoding="utf-8"),
        available_timezones(),
    )
