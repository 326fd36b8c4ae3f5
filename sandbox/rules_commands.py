"""Limits of application commands. Source: Discord's developer documentation, "Application commands"."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from sandbox.errors import DiscordError, Problems

if TYPE_CHECKING:
    from sandbox.errors import Json, Path

CHAT_INPUT, USER, MESSAGE = 1, 2, 3
SUB_COMMAND, SUB_GROUP = 1, 2
COMMANDS_MAX = {CHAT_INPUT: 100, USER: 15, MESSAGE: 15}
TOTAL_MAX = 8000
_NAME = re.compile(r"[-_'\w]{1,32}")


def check_command(form: Json, found: Problems | None = None, path: Path = ()) -> None:
    """One command; raises on its own unless a collector is given."""
    problems = Problems() if found is None else found
    kind = form.get("type") or CHAT_INPUT
    if kind not in (CHAT_INPUT, USER, MESSAGE):
        problems.choices((*path, "type"), (1, 2, 3, 4))
    name = problems.text(form, "name", path, low=1, high=32, required=True)
    if kind == CHAT_INPUT:
        _chat_name(name, problems, (*path, "name"))
        problems.text(form, "description", path, low=1, high=100, required=True)
        _options(problems.listed(form, "options", path), problems, (*path, "options"), depth=0)
        size = _weight(form)
        if size > TOTAL_MAX:
            text = f"Command exceeds maximum size ({TOTAL_MAX})"
            problems.add(path, "APPLICATION_COMMAND_TOO_LARGE", text)
    elif form.get("description"):
        text = "Context menu commands cannot have description"
        problems.add((*path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", text)
    elif form.get("options"):
        text = "Context menu commands cannot have options"
        problems.add((*path, "options"), "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS", text)
    wanted = form.get("default_member_permissions")
    if wanted is not None and not str(wanted).isdigit():
        problems.add((*path, "default_member_permissions"), "BITFIELD_TYPE_CONVERT", "Not a bit set.")
    if found is None:
        problems.finish()


def check_commands(forms: list[Any]) -> None:
    """A bulk overwrite: each command, unique names, and how many there may be (30032)."""
    found = Problems()
    names: set[tuple[int, str]] = set()
    counts: dict[int, int] = {}
    for index, form in enumerate(forms):
        if not isinstance(form, dict):
            found.add((index,), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            continue
        check_command(form, found, (index,))
        kind = form.get("type") or CHAT_INPUT
        key = (kind, str(form.get("name")))
        if key in names:
            text = "Application command names must be unique"
            found.add((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", text)
        names.add(key)
        counts[kind] = counts.get(kind, 0) + 1
    found.finish()
    if any(count > COMMANDS_MAX.get(kind, 100) for kind, count in counts.items()):
        raise DiscordError(400, 30032)


def _chat_name(name: str | None, found: Problems, path: Path) -> None:
    if name is None:
        return
    composed = unicodedata.normalize("NFC", name)
    if not _NAME.fullmatch(composed) or composed != composed.lower():
        found.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _options(options: list[Any], found: Problems, path: Path, *, depth: int) -> None:
    found.count(options, path, high=25)
    names: set[str] = set()
    optional_seen = False
    for index, option in enumerate(options):
        here: Path = (*path, index)
        if not isinstance(option, dict):
            found.add(here, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            continue
        _option(option, found, here, depth=depth)
        name = str(option.get("name"))
        if name in names:
            text = "Option name already exists in these options"
            found.add((*here, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", text)
        names.add(name)
        if option.get("type") in (SUB_COMMAND, SUB_GROUP):
            continue
        if option.get("required") and optional_seen:
            text = "Required options must be placed before non-required options"
            found.add(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", text)
        optional_seen = optional_seen or not option.get("required")
    kinds = {one.get("type") in (SUB_COMMAND, SUB_GROUP) for one in options if isinstance(one, dict)}
    if len(kinds) > 1:
        text = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        found.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", text)


def _option(option: Json, found: Problems, path: Path, *, depth: int) -> None:
    kind = option.get("type")
    name = found.text(option, "name", path, low=1, high=32, required=True)
    _chat_name(name, found, (*path, "name"))
    found.text(option, "description", path, low=1, high=100, required=True)
    if kind not in range(1, 12) or (kind == SUB_GROUP and depth > 0) or (kind == SUB_COMMAND and depth > 1):
        found.choices((*path, "type"), tuple(range(1, 12)))
        return
    if kind in (SUB_COMMAND, SUB_GROUP):
        _options(found.listed(option, "options", path), found, (*path, "options"), depth=1 if kind == SUB_GROUP else 2)
        return
    choices = found.listed(option, "choices", path)
    found.count(choices, (*path, "choices"), high=25)
    if choices and option.get("autocomplete"):
        text = "Autocomplete and choices cannot be used together"
        found.add((*path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE", text)
    for index, choice in enumerate(choices):
        here: Path = (*path, "choices", index)
        found.text(choice, "name", here, low=1, high=100, required=True)
        if kind == 3:
            found.text(choice, "value", here, low=1, high=100, required=True)
        elif choice.get("value") is None:
            found.required((*here, "value"))
    if kind == 3:
        found.number(option, "min_length", path, low=0, high=6000)
        found.number(option, "max_length", path, low=1, high=6000)


def _weight(form: Json) -> int:
    """Characters of names, descriptions and choice values, which Discord bounds together."""
    total = len(str(form.get("name") or "")) + len(str(form.get("description") or ""))
    for choice in form.get("choices") or []:
        total += len(str(choice.get("name") or "")) + len(str(choice.get("value") or ""))
    return total + sum(_weight(option) for option in form.get("options") or [] if isinstance(option, dict))
