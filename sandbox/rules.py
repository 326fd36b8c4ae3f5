"""What Discord documents as the limits of a form, apart from commands, components and embeds.

Each function takes the form and raises 400 / 50035 with every problem nested at its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.errors import DiscordError, Problems, is_snowflake
from sandbox.rules_components import check_components, check_modal
from sandbox.rules_embeds import check_embeds
from sandbox.world import FORUM, NEWS, NEWS_THREAD, PRIVATE_THREAD, PUBLIC_THREAD, REQUIRE_TAG, TEXT

if TYPE_CHECKING:
    from sandbox.errors import Json, Path

CONTENT_MAX = 2000
NONCE_MAX = 25
EMBEDS_MAX = 10
FILES_MAX = 10
AUTO_ARCHIVE = (60, 1440, 4320, 10080)
_V2 = 1 << 15
_SENDABLE_FLAGS = 1 << 2 | 1 << 12 | 1 << 15
_RESPONSE_FLAGS = _SENDABLE_FLAGS | 1 << 6


def check_message(
    form: Json, files: int, *, response: bool = False, path: Path = (), problems: Problems | None = None
) -> None:
    """A new message (`response`: of an interaction, which may be ephemeral); 50006 when it is empty."""
    found = Problems() if problems is None else problems
    _body(form, found, path)
    flags = form.get("flags")
    allowed = _RESPONSE_FLAGS if response else _SENDABLE_FLAGS
    if flags is not None and (not isinstance(flags, int) or flags & ~allowed):
        found.add((*path, "flags"), "INVALID_BITWISE_FLAG", "Invalid message flags.")
    if problems is None:
        found.finish()
    if not found and is_empty(form, files):
        raise DiscordError(400, 50006)


def is_empty(form: Json, files: int) -> bool:
    """Whether a message would show nothing."""
    content = form.get("content")
    shown = isinstance(content, str) and content.strip()
    return not (shown or form.get("embeds") or form.get("components") or files)


def check_edit(form: Json, before: Json) -> None:
    """An edit of an existing message."""
    found = Problems()
    flags = form.get("flags")
    _body({**form, "flags": (flags if isinstance(flags, int) else 0) | before["flags"] & _V2}, found, ())
    found.finish()


def _body(form: Json, found: Problems, path: Path) -> None:
    flags = form.get("flags")
    is_v2 = isinstance(flags, int) and bool(flags & _V2)
    found.text(form, "content", path, high=CONTENT_MAX)
    nonce = form.get("nonce")
    if nonce is not None and len(str(nonce)) > NONCE_MAX:
        found.add((*path, "nonce"), "NONCE_TYPE_TOO_LONG", f"Must be {NONCE_MAX} or fewer in length.")
    embeds = found.listed(form, "embeds", path)
    found.count(embeds, (*path, "embeds"), high=EMBEDS_MAX)
    check_embeds(embeds, found, (*path, "embeds"))
    check_components(found.listed(form, "components", path), found, (*path, "components"), v2=is_v2)
    if is_v2 and (form.get("content") or embeds):
        key = "content" if form.get("content") else "embeds"
        text = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
        found.add((*path, key), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", text)
    attachments = found.listed(form, "attachments", path)
    found.count(attachments, (*path, "attachments"), high=FILES_MAX)
    for index, attachment in enumerate(attachments):
        place: Path = (*path, "attachments", index)
        if not isinstance(attachment, dict):
            found.add(place, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            continue
        if not is_snowflake(attachment.get("id")):
            found.required((*place, "id"))
        found.text(attachment, "description", place, high=1024)
        found.text(attachment, "filename", place, low=1, high=1024)
    for key in ("sticker_ids", "poll"):
        # Not in this world: better refused here than silently left out.
        if form.get(key):
            found.add((*path, key), "NOT_IN_SANDBOX", "The sandbox has no stickers and no polls.")
    _mention_rules(form, found, path)


def _mention_rules(form: Json, found: Problems, path: Path) -> None:
    rule = form.get("allowed_mentions")
    if rule is None:
        return
    here: Path = (*path, "allowed_mentions")
    if not isinstance(rule, dict):
        found.add(here, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return
    parse = found.listed(rule, "parse", here)
    for index, kind in enumerate(parse):
        if kind not in ("users", "roles", "everyone"):
            found.choices((*here, "parse", index), ("roles", "users", "everyone"))
    for key in ("users", "roles"):
        ids = found.listed(rule, key, here)
        found.count(ids, (*here, key), high=100)
        if ids and key in parse:
            text = f"parse:[{key!r}] and {key}: [ids...] are mutually exclusive."
            found.add((*here, key), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", text)


def check_thread(
    form: Json,
    *,
    from_message: bool = False,
    forum: Json | None = None,
    moderates: bool = True,
    channel_type: int = TEXT,
) -> None:
    """A new thread; with `forum` (that channel's JSON) a forum post, which has a message and tags."""
    found = Problems()
    found.text(form, "name", (), low=1, high=100, required=True)
    if form.get("auto_archive_duration") not in (None, *AUTO_ARCHIVE):
        found.choices(("auto_archive_duration",), AUTO_ARCHIVE)
    found.number(form, "rate_limit_per_user", (), low=0, high=21600)
    if forum is not None:
        if not isinstance(form.get("message"), dict):
            found.required(("message",))
        check_tags(form, found, forum, moderates=moderates)
    elif not from_message:
        kinds = (NEWS_THREAD,) if channel_type == NEWS else (PUBLIC_THREAD, PRIVATE_THREAD)
        if form.get("type", PRIVATE_THREAD) not in kinds:
            found.choices(("type",), kinds)
    found.finish()


def check_tags(form: Json, found: Problems, forum: Json, *, moderates: bool) -> None:
    """A forum post's tags: at most five, once each, all of them the forum's, moderated ones for moderators."""
    tags = found.listed(form, "applied_tags", ())
    found.count(tags, ("applied_tags",), high=5)
    known = {tag["id"]: tag for tag in forum.get("available_tags", [])}
    for index, tag in enumerate(map(str, tags)):
        if tag not in known:
            found.add(("applied_tags", index), "UNKNOWN_TAG", "Unknown tag")
        elif known[tag].get("moderated") and not moderates:
            found.add(("applied_tags", index), "MODERATED_TAG", "Only moderators may apply this tag")
    if len(set(map(str, tags))) < len(tags):
        found.add(("applied_tags",), "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
    if not tags and forum.get("flags", 0) & REQUIRE_TAG:
        found.add(("applied_tags",), "REQUIRED_TAG", "A tag is required to create a forum post in this channel")


def check_channel(form: Json, *, new: bool) -> None:
    """A channel made or changed."""
    found = Problems()
    found.text(form, "name", (), low=1, high=100, required=new)
    found.text(form, "topic", (), high=4096 if form.get("type") == FORUM else 1024)
    found.number(form, "rate_limit_per_user", (), low=0, high=21600)
    if form.get("auto_archive_duration") not in (None, *AUTO_ARCHIVE):
        found.choices(("auto_archive_duration",), AUTO_ARCHIVE)
    tags = found.listed(form, "available_tags", ())
    found.count(tags, ("available_tags",), high=20)
    for index, tag in enumerate(tags):
        found.text(tag, "name", ("available_tags", index), low=0, high=20, required=True)
    found.finish()


def check_callback(form: Json, files: int) -> None:
    """An interaction's first response: its type and, nested under "data", what that type carries."""
    found = Problems()
    kind = form.get("type")
    if kind not in (1, 4, 5, 6, 7, 8, 9):
        if kind is None:
            found.required(("type",))
        else:
            found.choices(("type",), (1, 4, 5, 6, 7, 8, 9, 10, 12))
        found.finish()
    data = form.get("data")
    if data is not None and not isinstance(data, dict):
        found.add(("data",), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        found.finish()
    data = data or {}
    if kind == 4:
        check_message(data, files, response=True, path=("data",), problems=found)
    elif kind == 7:
        _body(data, found, ("data",))
    elif kind == 8:
        _choices(data, found)
    elif kind == 9:
        check_modal(data, found, ("data",))
    found.finish()


def _choices(data: Json, found: Problems) -> None:
    choices = found.listed(data, "choices", ("data",))
    if data.get("choices") is None:
        found.required(("data", "choices"))
    found.count(choices, ("data", "choices"), high=25)
    for index, choice in enumerate(choices):
        path: Path = ("data", "choices", index)
        found.text(choice, "name", path, low=1, high=100, required=True)
        value = choice.get("value")
        if value is None:
            found.required((*path, "value"))
        elif isinstance(value, str):
            found.text(choice, "value", path, low=1, high=100)


def check_role(form: Json) -> None:
    """A role made or changed."""
    found = Problems()
    found.text(form, "name", (), high=100)
    found.finish()
