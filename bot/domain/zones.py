"""Time zones found by the words that people use: cities, countries, states, abbreviations."""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

UTC_ZONE = "UTC"
LABEL_LIMIT = 100
"""Discord's limit for the name of an autocomplete choice."""

_ALIAS_TABLE = """
UTC: gmt, zulu, universal time, coordinated universal time, greenwich mean time
America/New_York: eastern, est, edt, et, eastern time, nyc, washington dc, boston, miami, philadelphia
America/New_York: atlanta, orlando, tampa, charlotte, baltimore, pittsburgh, cleveland, columbus, cincinnati
America/New_York: connecticut, delaware, florida, georgia, maine, maryland, massachusetts, new hampshire
America/New_York: new jersey, north carolina, ohio, pennsylvania, rhode island, south carolina, vermont
America/New_York: virginia, west virginia, raleigh, richmond, jacksonville, buffalo
America/Chicago: central, cst, cdt, ct, central time, houston, dallas, austin, san antonio, memphis
America/Chicago: nashville, milwaukee, minneapolis, new orleans, kansas city, oklahoma city, saint louis
America/Chicago: st louis, omaha, tulsa, alabama, arkansas, illinois, iowa, kansas, louisiana, minnesota
America/Chicago: mississippi, missouri, nebraska, north dakota, oklahoma, south dakota, tennessee, texas
America/Chicago: wisconsin
America/Denver: mountain, mst, mdt, mt, mountain time, albuquerque, el paso, salt lake city, colorado
America/Denver: montana, new mexico, utah, wyoming
America/Los_Angeles: pacific, pst, pdt, pt, pacific time, la, san francisco, san diego, san jose, seattle
America/Los_Angeles: portland, sacramento, las vegas, california, nevada, oregon, washington
America/Phoenix: arizona, tucson
America/Boise: idaho
America/Anchorage: alaska, akst, akdt
Pacific/Honolulu: hawaii, hst
America/Detroit: michigan, grand rapids
America/Indiana/Indianapolis: indiana
America/Kentucky/Louisville: kentucky, lexington
America/Puerto_Rico: san juan, atlantic time, ast
America/Toronto: montreal, ottawa, ontario, quebec, quebec city, mississauga, hamilton
America/Edmonton: calgary, alberta
America/Vancouver: british columbia, surrey
America/Winnipeg: manitoba
America/Regina: saskatchewan, saskatoon
America/Halifax: nova scotia, new brunswick, prince edward island, adt
America/St_Johns: newfoundland, nst, ndt, saint johns
America/Mexico_City: cdmx, ciudad de mexico, guadalajara, puebla
America/Sao_Paulo: rio de janeiro, brasilia, brt, belo horizonte, curitiba, porto alegre
America/Argentina/Buenos_Aires: cordoba, rosario
America/Bogota: medellin, cali
America/Caracas: maracaibo
Europe/London: uk, gb, united kingdom, great britain, england, scotland, wales, northern ireland, bst
Europe/London: british, manchester, birmingham, liverpool, leeds, edinburgh, glasgow, cardiff, belfast
Europe/London: bristol
Europe/Dublin: eire, cork, galway
Europe/Berlin: cet, cest, central european, deutschland, munich, münchen, hamburg, frankfurt, cologne, köln
Europe/Berlin: stuttgart, düsseldorf, duesseldorf, leipzig
Europe/Paris: marseille, lyon, toulouse, nice, bordeaux, lille
Europe/Madrid: españa, barcelona, valencia, seville
Europe/Rome: italia, roma, milan, milano, naples, turin, florence, venice
Europe/Amsterdam: holland, rotterdam, the hague, utrecht, eindhoven
Europe/Brussels: antwerp, ghent, bruges
Europe/Zurich: schweiz, suisse, geneva, basel, bern, lausanne
Europe/Vienna: wien, österreich, graz, salzburg
Europe/Lisbon: porto, wet, west
Europe/Athens: eet, eest, eastern european, thessaloniki
Europe/Kyiv: kiev, kharkiv, odesa, lviv
Europe/Istanbul: turkey, türkiye, trt, ankara, izmir
Europe/Moscow: msk, saint petersburg
Europe/Warsaw: polska, krakow, gdansk, wroclaw
Europe/Prague: czech republic, brno
Europe/Stockholm: gothenburg, malmö
Asia/Kolkata: ist, indian, bharat, calcutta, bombay, mumbai, delhi, new delhi, bangalore, bengaluru, chennai
Asia/Kolkata: madras, hyderabad, pune, ahmedabad, jaipur, kochi
Asia/Karachi: pkt, lahore, islamabad
Asia/Dhaka: chittagong
Asia/Kathmandu: katmandu
Asia/Yangon: rangoon, burma
Asia/Ho_Chi_Minh: viet nam, saigon, hanoi
Asia/Shanghai: beijing, peking, shenzhen, guangzhou, chengdu, wuhan
Asia/Hong_Kong: hkt
Asia/Singapore: sgt
Asia/Kuala_Lumpur: malaysia, myt
Asia/Manila: philippines, pht, cebu, davao, quezon city
Asia/Tokyo: jst, nippon, osaka, kyoto, nagoya, yokohama
Asia/Seoul: kst, south korea, busan
Asia/Dubai: uae, emirates, gst, abu dhabi, sharjah
Asia/Riyadh: ksa, jeddah, mecca, medina, dammam
Asia/Jerusalem: tel aviv, haifa
Asia/Tehran: persia
Africa/Cairo: alexandria
Africa/Lagos: wat, abuja, kano, ibadan
Africa/Nairobi: eat, mombasa
Africa/Johannesburg: sast, cape town, durban, pretoria
Australia/Sydney: aest, aedt, canberra, new south wales
Australia/Melbourne: victoria, geelong
Australia/Brisbane: queensland, gold coast, cairns
Australia/Adelaide: acst, acdt, south australia
Australia/Perth: awst, western australia
Pacific/Auckland: nzst, nzdt, aotearoa, wellington, christchurch
"""
"""States, cities without a zone of their own, abbreviations: a zone, then names of it, on several lines."""

_COUNTRY_NAMES = {"US": ("usa", "america", "united states of america"), "KR": ("korea",)}

_FIRST = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Phoenix",
    "Europe/London",
    "Asia/Kolkata",
    "Asia/Manila",
    "Europe/Berlin",
    "America/Toronto",
    "Australia/Sydney",
)
"""Offered first while nothing, or nothing telling, is typed: the most used zones."""


@dataclass(frozen=True, slots=True)
class Place:
    """A zone and the words to show for it, such as 'Berlin, Germany (UTC+1)'."""

    zone: str
    label: str


@dataclass(frozen=True, slots=True)
class _Entry:
    zone: str
    name: str
    country: tuple[str, ...]
    city: str
    names: frozenset[str]
    nations: frozenset[str]
    words: frozenset[str]


@functools.lru_cache(maxsize=4096)  # countries and regions come at each of their cities
def fold(text: str) -> str:
    """Lower case without accents; everything but letters, digits and + becomes a single space."""
    bare = (c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() or c == "+" else " " for c in bare).split())


def offset(zone: str, now: datetime) -> str:
    """A zone's distance from UTC at an instant: 'UTC', 'UTC+5:30', 'UTC-4'."""
    delta = now.astimezone(ZoneInfo(zone)).utcoffset()
    minutes = round(delta.total_seconds() / 60) if delta is not None else 0
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")


class Places:
    """The searchable list of zones; immutable after it was built."""

    def __init__(self, entries: Iterable[_Entry], names: frozenset[str] = frozenset()) -> None:
        self._entries = tuple(entries)
        self._exact = {entry.zone.casefold(): entry.zone for entry in self._entries}
        # Names without a region, such as EST, are fixed offsets that hardly anybody means: words come first.
        self._old = {name.casefold(): name for name in names if "/" not in name}
        self._exact |= {name.casefold(): name for name in names if "/" in name}
        rank = {zone: number for number, zone in enumerate(_FIRST)}
        self._rank = {e.zone: rank.get(e.zone, len(rank) + n) for n, e in enumerate(self._entries)}

    @classmethod
    def from_tables(cls, zone_tab: str, iso3166: str, names: Iterable[str] = ()) -> Places:
        """From the text of tzdata's `zone.tab` (or `zone1970.tab`) and `iso3166.tab`.

        *names* are further IANA names that `exact` accepts, old ones for instance. Lines that do not fit are
        skipped.
        """
        countries = dict(row[:2] for row in _rows(iso3166) if len(row) >= 2)
        aliases = _aliases()
        entries = [_entry(UTC_ZONE, (), "", {}, aliases[UTC_ZONE])]
        for row in _rows(zone_tab):
            if len(row) >= 3:
                comment = row[3] if len(row) > 3 else ""
                entries.append(_entry(row[2], row[0].split(","), comment, countries, aliases.get(row[2], [])))
        return cls(entries, frozenset(names))

    def search(self, words: str, now: datetime, limit: int = 25) -> list[Place]:
        """Zones that fit all the words (each a prefix of a city, country, state or abbreviation), best first.

        An IANA name or a part of one works too. Without words: the most used zones. Offsets are those at
        *now*.
        """
        wanted = fold(words)
        scored = []
        for entry in self._entries:
            score = _score(entry, wanted)
            if score:
                scored.append((-score, self._rank[entry.zone], entry))
        scored.sort(key=lambda row: row[:2])
        return [Place(entry.zone, _label(entry, now)) for _, _, entry in scored[:limit]]

    def exact(self, text: str) -> str | None:
        """The one zone that a text names: an IANA name in any case, or a city, country or word of one zone."""
        name = "_".join(text.split()).casefold()
        wanted = fold(text)
        if name in self._exact or not wanted:
            return self._exact.get(name)
        cities = {entry.zone for entry in self._entries if entry.city == wanted}
        named = {entry.zone for entry in self._entries if wanted in entry.names or wanted in entry.nations}
        for found in (cities, named):
            if len(found) == 1:
                return next(iter(found))
        return None if named else self._old.get(name)


def _rows(table: str) -> Iterable[list[str]]:
    return [line.split("\t") for line in table.splitlines() if line.strip() and not line.startswith("#")]


def _aliases() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in _ALIAS_TABLE.split("\n"):
        zone, _, names = line.partition(": ")
        found.setdefault(zone, []).extend(fold(name) for name in names.split(","))
    return found


def _entry(zone: str, codes: Iterable[str], comment: str, countries: dict[str, str], aliases: list[str]) -> _Entry:
    name = ", ".join(part.replace("_", " ") for part in reversed(zone.split("/")[1:])) or zone
    city = fold(name.split(",")[0])
    full = tuple(countries.get(code, code) for code in codes)
    nations = [fold(country) for country in full]
    nations += [other for code in codes for other in _COUNTRY_NAMES.get(code, ())]
    texts = [zone, name, comment, *aliases, *nations, *codes]
    words = frozenset(word for text in texts for word in fold(text).split())
    return _Entry(zone, name, full[:1], city, frozenset((*aliases, fold(zone))), frozenset(nations), words)


def _score(entry: _Entry, wanted: str) -> int:
    if not wanted:
        return 1
    if entry.city == wanted:
        return 6
    if wanted in entry.names:
        return 5
    if wanted in entry.nations:
        return 4
    parts = wanted.split()
    if entry.city.startswith(wanted) or all(part in entry.words for part in parts):
        return 3
    if all(any(word.startswith(part) for word in entry.words) for part in parts):
        return 2
    return 0


def _label(entry: _Entry, now: datetime) -> str:
    away = f" ({offset(entry.zone, now)})"
    if entry.zone == UTC_ZONE:
        return "UTC, the same all year"
    label = ", ".join((entry.name, *entry.country))
    room = LABEL_LIMIT - len(away)
    return (label if len(label) <= room else label[: room - 1] + "…") + away
