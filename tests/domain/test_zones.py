"""Zones are found by the words that members type."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.zones import LABEL_LIMIT, Place, Places, fold, offset

SUMMER = datetime(2027, 7, 1, tzinfo=UTC)
WINTER = datetime(2027, 1, 1, tzinfo=UTC)
TABLES = files("tzdata") / "zoneinfo"
PLACES = Places.from_tables(
    (TABLES / "zone.tab").read_text("utf-8"), (TABLES / "iso3166.tab").read_text("utf-8"), available_timezones()
)


def first(words: str) -> str | None:
    found = PLACES.search(words, SUMMER)
    return found[0].zone if found else None


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("berlin", "Europe/Berlin"),
        ("Ber", "Europe/Berlin"),
        ("berlin germ", "Europe/Berlin"),
        ("germany", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("new y", "America/New_York"),
        ("eastern", "America/New_York"),
        ("EST", "America/New_York"),
        ("usa", "America/New_York"),
        ("us", "America/New_York"),
        ("Texas", "America/Chicago"),
        ("north carolina", "America/New_York"),
        ("kansas city", "America/Chicago"),
        ("uk", "Europe/London"),
        ("england", "Europe/London"),
        ("india", "Asia/Kolkata"),
        ("kolkata", "Asia/Kolkata"),
        ("bombay", "Asia/Kolkata"),
        ("delhi india", "Asia/Kolkata"),
        ("São Paulo", "America/Sao_Paulo"),
        ("sao paulo", "America/Sao_Paulo"),
        ("asuncion", "America/Asuncion"),
        ("Asia/Tokyo", "Asia/Tokyo"),
        ("asia/tok", "Asia/Tokyo"),
        ("Côte d'Ivoire", "Africa/Abidjan"),
        ("zürich", "Europe/Zurich"),
        ("köln", "Europe/Berlin"),
        ("utc", "UTC"),
        ("gmt", "UTC"),
        ("", "America/New_York"),
        ("zzzz", None),
    ],
)
def test_the_best_match_comes_first(words: str, zone: str | None) -> None:
    """Cities, countries, states, abbreviations, prefixes and accents lead to the zone that is meant."""
    assert first(words) == zone


def test_a_label_names_city_country_and_the_offset_of_that_day() -> None:
    """The offset follows summer time, half hours are shown, and UTC has none."""
    assert PLACES.search("berlin", WINTER)[0] == Place("Europe/Berlin", "Berlin, Germany (UTC+1)")
    assert PLACES.search("berlin", SUMMER)[0].label == "Berlin, Germany (UTC+2)"
    assert PLACES.search("kolkata", SUMMER)[0].label == "Kolkata, India (UTC+5:30)"
    assert PLACES.search("st johns", WINTER)[0].label == "St Johns, Canada (UTC-3:30)"
    assert PLACES.search("knox", SUMMER)[0].label == "Knox, Indiana, United States (UTC-5)"
    assert offset("Africa/Abidjan", SUMMER) == "UTC"


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("america/new york", "America/New_York"),
        ("us/eastern", "US/Eastern"),
        ("utc", "UTC"),
        ("est", "America/New_York"),
        ("Berlin", "Europe/Berlin"),
        ("mumbai", "Asia/Kolkata"),
        ("georgia", None),
        ("usa", None),
        ("nowhere", None),
        ("", None),
        ("  ", None),
    ],
)
def test_exact_takes_only_what_can_mean_one_zone(text: str, zone: str | None) -> None:
    """An IANA name in any case or a unique word; a state that is also a country is not guessed."""
    assert PLACES.exact(text) == zone


def test_every_zone_is_found_by_its_own_name_and_city() -> None:
    """Nobody's zone is out of reach: typing its name gives it first."""
    for place in PLACES.search("", SUMMER, limit=1000):
        assert first(place.zone) == place.zone
        assert PLACES.exact(place.zone.upper()) == place.zone
        assert len(place.label) <= LABEL_LIMIT
        ZoneInfo(place.zone)


def test_the_other_table_and_broken_lines_are_read_too() -> None:
    """zone1970.tab lists several countries in a row; a line that does not fit is passed over."""
    table = "# comment\nbroken\nKW,SA,YE\t+2438+04643\tAsia/Riyadh\tSyowa\n"
    places = Places.from_tables(table, "SA\tSaudi Arabia\nYE\tYemen\nbroken\n")
    assert [place.zone for place in places.search("yemen", SUMMER)] == ["Asia/Riyadh"]
    assert places.exact("yemen") == "Asia/Riyadh"


@given(st.text(max_size=40), st.integers(1, 25))
def test_any_words_give_a_bounded_list(words: str, limit: int) -> None:
    """Whatever is typed, the answer fits an autocomplete: at most 25 choices of at most 100 characters."""
    found = PLACES.search(words, SUMMER, limit)
    assert len(found) <= limit
    assert len({place.zone for place in found}) == len(found)
    PLACES.exact(words)
    assert fold(fold(words)) == fold(words)
