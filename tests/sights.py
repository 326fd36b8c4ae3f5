"""What a person reads on the screen: messages, buttons, menus, forms and replies, flattened to text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

Json = dict[str, Any]

EPHEMERAL, LOADING = 64, 128


@dataclass(frozen=True, slots=True)
class Button:
    """A button as it is seen. `label` is empty for one with only an emoji."""

    label: str
    custom_id: str
    emoji: str = ""
    disabled: bool = False
    style: int = 2
    url: str = ""

    def matches(self, wanted: str) -> bool:
        """Whether somebody means this button by its label, emoji or the start of its custom id."""
        named = wanted in (self.label, self.emoji, f"{self.emoji} {self.label}".strip())
        return named or (bool(self.custom_id) and self.custom_id.startswith(wanted))


@dataclass(frozen=True, slots=True)
class Menu:
    """A select menu. `options` maps values to labels; empty for menus of members, roles and channels."""

    custom_id: str
    kind: int
    placeholder: str
    options: dict[str, str]
    disabled: bool


class Choice(NamedTuple):
    """One suggestion of an autocomplete."""

    name: str
    value: str | int | float


@dataclass(frozen=True, slots=True)
class Message:
    """A message as one person sees it. `raw` is Discord's JSON."""

    raw: Json

    @property
    def id(self) -> str:
        """Its snowflake."""
        return str(self.raw["id"])

    @property
    def channel_id(self) -> str:
        """Where it stands."""
        return str(self.raw["channel_id"])

    @property
    def content(self) -> str:
        """The text above the embeds."""
        return str(self.raw["content"])

    @property
    def author(self) -> str:
        """The name of who wrote it."""
        author = self.raw["author"]
        return str(author["global_name"] or author["username"])

    @property
    def ephemeral(self) -> bool:
        """Whether only this person sees it."""
        return bool(self.raw["flags"] & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether the bot is still "thinking"."""
        return bool(self.raw["flags"] & LOADING)

    @property
    def embeds(self) -> list[Json]:
        """The embeds, as Discord's JSON."""
        return list(self.raw["embeds"])

    @property
    def attachments(self) -> list[Json]:
        """The files, as Discord's JSON."""
        return list(self.raw["attachments"])

    @property
    def buttons(self) -> list[Button]:
        """The buttons, in order."""
        return [_button(one) for one in _components(self.raw["components"]) if one["type"] == 2]

    @property
    def menus(self) -> list[Menu]:
        """The select menus, in order."""
        return [_menu(one) for one in _components(self.raw["components"]) if one["type"] in (3, 5, 6, 7, 8)]

    def button(self, wanted: str) -> Button | None:
        """The first button that somebody means by `wanted`, switched off or not."""
        return next((button for button in self.buttons if button.matches(wanted)), None)

    @property
    def text(self) -> str:
        """Everything readable: content, embeds, buttons, menus, file names."""
        return "\n".join(part for part in self._parts() if part)

    def _parts(self) -> Iterator[str]:
        yield self.content
        for embed in self.embeds:
            yield from _embed_parts(embed)
        for one in _components(self.raw["components"]):
            yield from _component_parts(one)
        for attachment in self.attachments:
            yield attachment["filename"]

    def __str__(self) -> str:
        marks = [mark for mark, on in (("only you", self.ephemeral), ("thinking", self.loading)) if on]
        buttons = " ".join(f"[{b.label or b.emoji}{' (off)' if b.disabled else ''}]" for b in self.buttons)
        head = f"{self.author}{f' ({chr(44).join(marks)})' if marks else ''}: "
        return head + "\n    ".join(part for part in (*self.text.splitlines(), buttons) if part)


@dataclass(frozen=True, slots=True)
class Gathering:
    """A scheduled event as it is listed. `raw` is Discord's JSON with the ids of those interested."""

    raw: Json
    place: str
    interested: list[str]

    @property
    def id(self) -> str:
        """Its snowflake."""
        return str(self.raw["id"])

    @property
    def name(self) -> str:
        """Its title."""
        return str(self.raw["name"])

    @property
    def status(self) -> str:
        """scheduled or active; others are no longer listed."""
        return {1: "scheduled", 2: "active"}[self.raw["status"]]

    @property
    def description(self) -> str:
        """What is said about it."""
        return self.raw["description"] or ""

    @property
    def starts(self) -> datetime:
        """When it begins."""
        return datetime.fromisoformat(self.raw["scheduled_start_time"])

    @property
    def ends(self) -> datetime | None:
        """When it ends, if that is said."""
        end = self.raw["scheduled_end_time"]
        return None if end is None else datetime.fromisoformat(end)


def _embed_parts(embed: Json) -> Iterator[str]:
    yield (embed.get("author") or {}).get("name", "")
    yield embed.get("title", "")
    yield embed.get("description", "")
    for one in embed.get("fields", []):
        yield one["name"]
        yield one["value"]
    yield (embed.get("footer") or {}).get("text", "")


def _component_parts(component: Json) -> Iterator[str]:
    yield component.get("content", "")
    yield component.get("label", "")
    yield component.get("placeholder", "")
    for option in component.get("options", []):
        yield option["label"]
        yield option.get("description") or ""


def _components(components: list[Json]) -> Iterator[Json]:
    for component in components:
        yield component
        yield from _components(component.get("components") or [])
        if component.get("accessory"):
            yield component["accessory"]


def _button(raw: Json) -> Button:
    emoji = (raw.get("emoji") or {}).get("name") or ""
    return Button(
        label=raw.get("label") or "",
        custom_id=raw.get("custom_id") or "",
        emoji=emoji,
        disabled=bool(raw.get("disabled")),
        style=raw["style"],
        url=raw.get("url") or "",
    )


def _menu(raw: Json) -> Menu:
    options = {option["value"]: option["label"] for option in raw.get("options") or []}
    return Menu(raw["custom_id"], raw["type"], raw.get("placeholder") or "", options, bool(raw.get("disabled")))


@dataclass(frozen=True, slots=True)
class Modal:
    """An open form. `fields` maps custom ids to labels."""

    interaction_id: str
    raw: Json

    @property
    def title(self) -> str:
        """What stands above the form."""
        return str(self.raw["title"])

    @property
    def components(self) -> dict[str, Json]:
        """Each field's component by custom id."""
        return {one["custom_id"]: one for one, _ in self._fields()}

    @property
    def fields(self) -> dict[str, str]:
        """Each field's label by custom id."""
        return {one["custom_id"]: label for one, label in self._fields()}

    @property
    def text(self) -> str:
        """Everything readable in the form."""
        lines = [self.title, *self.fields.values()]
        lines += [one["content"] for one in self.raw["components"] if one["type"] == 10]
        for component, _ in self._fields():
            lines += [str(component.get(key)) for key in ("value", "placeholder") if component.get(key)]
            lines += [option["label"] for option in component.get("options") or []]
        lines += [one["description"] for one in self.raw["components"] if one.get("description")]
        return "\n".join(lines)

    def _fields(self) -> Iterator[tuple[Json, str]]:
        for one in self.raw["components"]:
            if one["type"] == 18:
                yield one["component"], one["label"]
            for child in one.get("components") or []:
                yield child, child.get("label") or ""

    def field(self, wanted: str) -> str:
        """The custom id of a field named by custom id or label (case and punctuation do not matter)."""
        for custom_id, label in self.fields.items():
            if wanted == custom_id or _plain(wanted) == _plain(label):
                return custom_id
        raise AssertionError(f"The form “{self.title}” has no field {wanted!r}, only {self.fields}.")


def _plain(text: str) -> str:
    return re.sub(r"\W+", "_", text).strip("_").lower()


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of an interaction. `status` is the sandbox's word, or "refused" by the person's own client."""

    status: str
    message: Message | None = None
    modal: Modal | None = None
    choices: list[Choice] = field(default_factory=list)
    error: str = ""

    @property
    def failed(self) -> bool:
        """Whether the bot did not answer, or the client would not let the person."""
        return self.status in ("failed", "refused")

    @property
    def text(self) -> str:
        """Everything readable in what came back."""
        if self.message is not None:
            return self.message.text
        return self.modal.text if self.modal is not None else self.error

    def __contains__(self, text: str) -> bool:
        return text in self.text
