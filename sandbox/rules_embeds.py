"""Limits of embeds. Source: Discord's developer documentation, "Embed limits"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.clock import parse_iso

if TYPE_CHECKING:
    from sandbox.errors import Json, Path, Problems

TITLE_MAX, DESCRIPTION_MAX, TOTAL_MAX = 256, 4096, 6000
FIELDS_MAX, FIELD_NAME_MAX, FIELD_VALUE_MAX = 25, 256, 1024
FOOTER_MAX, AUTHOR_MAX, URL_MAX = 2048, 256, 2048


def check_embeds(embeds: list[Any], found: Problems, path: Path) -> None:
    """Every embed's parts, and the total over all embeds of a message."""
    total = 0
    for index, embed in enumerate(embeds):
        place = (*path, index)
        if not isinstance(embed, dict):
            found.add(place, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            continue
        total += _embed(embed, found, place)
    if total > TOTAL_MAX:
        text = f"Embed size exceeds maximum size of {TOTAL_MAX}"
        found.add(path, "MAX_EMBED_SIZE_EXCEEDED", text)


def _embed(embed: Json, found: Problems, path: Path) -> int:
    size = _size(found.text(embed, "title", path, high=TITLE_MAX))
    size += _size(found.text(embed, "description", path, high=DESCRIPTION_MAX))
    url(embed, "url", found, path)
    color = embed.get("color")
    if color is not None:
        found.number(embed, "color", path, low=0, high=0xFFFFFF)
    timestamp = embed.get("timestamp")
    if timestamp is not None and (not isinstance(timestamp, str) or parse_iso(timestamp) is None):
        text = f"Could not parse {timestamp}. Should be ISO8601."
        found.add((*path, "timestamp"), "DATE_TIME_TYPE_PARSE", text)
    for part in ("image", "thumbnail"):
        if embed.get(part) is not None:
            url(embed[part], "url", found, (*path, part), attachment=True)
    footer = embed.get("footer")
    if footer is not None:
        size += _size(found.text(footer, "text", (*path, "footer"), low=1, high=FOOTER_MAX, required=True))
        url(footer, "icon_url", found, (*path, "footer"), attachment=True)
    author = embed.get("author")
    if author is not None:
        size += _size(found.text(author, "name", (*path, "author"), low=1, high=AUTHOR_MAX, required=True))
        url(author, "url", found, (*path, "author"))
        url(author, "icon_url", found, (*path, "author"), attachment=True)
    size += _fields(found.listed(embed, "fields", path), found, (*path, "fields"))
    if not size and not (embed.get("image") or embed.get("thumbnail") or embed.get("url")):
        found.required((*path, "description"))
    return size


def _fields(fields: list[Any], found: Problems, path: Path) -> int:
    found.count(fields, path, high=FIELDS_MAX)
    size = 0
    for index, field in enumerate(fields):
        place = (*path, index)
        size += _size(found.text(field, "name", place, low=1, high=FIELD_NAME_MAX, required=True))
        size += _size(found.text(field, "value", place, low=1, high=FIELD_VALUE_MAX, required=True))
    return size


def _size(text: str | None) -> int:
    return len(text) if text else 0


def url(form: Json, key: str, found: Problems, path: Path, *, attachment: bool = False) -> None:
    """Check an optional web address; `attachment` allows attachment:// too."""
    value = form.get(key)
    if value is None:
        return
    place = (*path, key)
    schemes = ("http", "https", "attachment") if attachment else ("http", "https")
    if not isinstance(value, str):
        found.add(place, "STRING_TYPE_CONVERT", "Could not interpret value as string.")
    elif len(value) > URL_MAX:
        found.add(place, "BASE_TYPE_MAX_LENGTH", f"Must be {URL_MAX} or fewer in length.")
    elif "://" not in value or not value.split("://", 1)[1]:
        found.add(place, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
    elif value.split("://", 1)[0] not in schemes:
        scheme = value.split("://", 1)[0]
        found.add(place, "URL_TYPE_INVALID_SCHEME", f'Scheme "{scheme}" must be one of {schemes}.')
