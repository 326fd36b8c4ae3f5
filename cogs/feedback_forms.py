"""The forms of feedback: shown, prefilled and read. A form too outlives a restart: its id says all that it needs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import discord
from discord.ext import commands

from bot.domain import feedback as rules
from bot.domain.bare_pictures import NoPicture, bare
from bot.domain.feedback import File, Review, Rubric
from bot.domain.refusals_feedback import BadFile, LostFile
from bot.services.banks import Topic
from bot.services.reviews import Form
from cogs import texts_feedback as texts
from cogs import texts_teachback
from cogs.plain import cut
from cogs.replies import Interaction

LONG, SHORT = discord.TextStyle.paragraph, discord.TextStyle.short
OPTIONS = 25
NONE = "-"
HIDDEN, SHOWN = "hidden", "shown"
Payload = Mapping[str, Any]


def _modal(title: str, custom_id: str, *items: discord.ui.Label[Any]) -> discord.ui.Modal:
    modal = discord.ui.Modal(title=title, custom_id=custom_id, timeout=900)
    for item in items:
        modal.add_item(item)
    return modal


def text_field(
    name: str,
    label: str,
    most: int,
    value: str = "",
    *,
    style: discord.TextStyle = LONG,
    hint: str | None = None,
    placeholder: str | None = None,
    required: bool = True,
) -> discord.ui.Label[Any]:
    """A field with its label; what is typed into it comes back by *name*."""
    field = discord.ui.TextInput[Any](
        custom_id=name,
        style=style,
        max_length=most,
        default=value[:most] or None,
        placeholder=placeholder,
        required=required,
    )
    return discord.ui.Label(text=label, description=hint, component=field)


def _menu(
    name: str, label: str, options: Sequence[discord.SelectOption], *, hint: str | None = None
) -> discord.ui.Label[Any]:
    menu = discord.ui.Select[Any](custom_id=name, options=list(options), min_values=1, max_values=1)
    return discord.ui.Label(text=label, description=hint, component=menu)


def _topics(topics: Sequence[Topic], chosen: str) -> list[discord.SelectOption]:
    """At most as many as a menu takes, the chosen one among them."""
    first = [one for one in topics if one.slug == chosen]
    shown = [*first, *(one for one in topics if one.slug != chosen)][: OPTIONS - 1]
    shown.sort(key=lambda one: one.name)
    return [
        discord.SelectOption(label=texts.NO_TOPIC, value=NONE, default=not first),
        *(discord.SelectOption(label=cut(one.name, 100), value=one.slug, default=one.slug == chosen) for one in shown),
    ]


def ask(topics: Sequence[Topic], payload: Payload, draft_id: int, opened: int, *, on_message: bool) -> discord.ui.Modal:
    """The form for a question, by the id of the interaction that opens it.

    On a message it asks how it is to be posted instead of for files.
    """
    anonymous = bool(payload.get("anonymous"))
    how = f"{payload.get('visibility', 'group')}:{int(anonymous)}"
    hint = texts.HIDDEN_HINT if anonymous else texts.NAMED_HINT
    title = payload.get("title", "")
    fields = [
        text_field(
            "title", texts.TITLE_LABEL, rules.TITLE, title, style=SHORT, hint=hint, placeholder=texts.TITLE_HINT
        ),
        _menu("topic", texts.TOPIC_LABEL, _topics(topics, payload.get("topic", NONE))),
        text_field("did", texts.DID_LABEL, rules.DID, payload.get("did", ""), placeholder=texts.DID_HINT),
        text_field("wants", texts.WANTS_LABEL, rules.WANTS, payload.get("wants", "")),
    ]
    if on_message:
        options = [
            discord.SelectOption(label=label, description=more, value=value, default=value == how)
            for value, (label, more) in texts.HOW.items()
        ]
        fields.append(_menu("how", texts.HOW_LABEL, options))
    else:
        upload = discord.ui.FileUpload[Any](
            custom_id="files", required=False, min_values=0, max_values=rules.MOST_FILES
        )
        fields.append(discord.ui.Label(text=texts.FILES_LABEL, description=texts.FILES_HINT, component=upload))
    name = texts.ASK_TITLE_HIDDEN if anonymous else texts.ASK_TITLE
    return _modal(name, f"fbm-ask:{how}:{draft_id}:{opened}", *fields)


def review(
    ask_id: int, rubric: Rubric | None, before: Review | None, payload: Payload, draft_id: int
) -> discord.ui.Modal:
    """The form for a review: with what is in the draft, else with what was said before."""
    filled = payload or _said(before)
    first, second, third = texts.labels(rubric)
    anonymous = bool(filled.get("anonymous"))
    options = [
        discord.SelectOption(label=texts.NAME_SHOWN, value=SHOWN, default=not anonymous),
        discord.SelectOption(label=texts.NAME_HIDDEN, value=HIDDEN, default=anonymous),
    ]
    return _modal(
        texts.GIVE_TITLE,
        f"fbm-review:{ask_id}:{draft_id}",
        text_field("right_why", first, rules.RIGHT, filled.get("right_why", "")),
        text_field("change", second, rules.CHANGE, filled.get("change", "")),
        text_field("reading", third, rules.READING, filled.get("reading", ""), required=False),
        text_field(
            "scores",
            texts.SCORES_LABEL,
            40,
            filled.get("scores", ""),
            style=SHORT,
            hint=texts.scores_hint(rubric),
            placeholder=texts.SCORES_PLACEHOLDER,
        ),
        _menu("name", texts.NAME_LABEL, options, hint=texts.NAME_HINT),
    )


def opinion(found: Form, payload: Payload, draft_id: int) -> discord.ui.Modal:
    """The form for feedback on a question, or for the explanation of a teach-back."""
    if found.ask.kind != "ask":
        return explanation(found.ask.ask_id, found.review, payload, draft_id)
    return review(found.ask.ask_id, found.rubric, found.review, payload, draft_id)


def explanation(ask_id: int, before: Review | None, payload: Payload, draft_id: int) -> discord.ui.Modal:
    """The form for what explains a teach-back. It comes back as a review's."""
    filled = payload or _said(before)
    anonymous = bool(filled.get("anonymous"))
    options = [
        discord.SelectOption(label=texts.NAME_SHOWN, value=SHOWN, default=not anonymous),
        discord.SelectOption(label=texts.NAME_HIDDEN, value=HIDDEN, default=anonymous),
    ]
    return _modal(
        texts_teachback.EXPLAIN_TITLE,
        f"fbm-review:{ask_id}:{draft_id}",
        text_field(
            "right_why",
            texts_teachback.TEXT_LABEL,
            rules.RIGHT,
            filled.get("right_why", ""),
            hint=texts_teachback.TEXT_HINT,
        ),
        text_field("reading", texts.READING_LABEL, rules.READING, filled.get("reading", ""), required=False),
        _menu("name", texts.NAME_LABEL, options, hint=texts.NAME_HINT),
    )


def _said(before: Review | None) -> Payload:
    if before is None:
        return {}
    said = before.opinion
    return {
        "right_why": said.right_why,
        "change": said.change,
        "reading": said.reading,
        "scores": " ".join(map(str, said.scores)),
        "anonymous": said.anonymous,
    }


FOLLOW_UPS: Mapping[str, tuple[str, str]] = {
    "add": (texts.ADD_TITLE, texts.ADD_LABEL),
    "unclear": (texts.UNCLEAR_TITLE, texts.UNCLEAR_LABEL),
    "answer": (texts.ANSWER_TITLE, texts.ANSWER_LABEL),
}


def follow_up(
    kind: str, subject: int, payload: Payload, draft_id: int, opened: int, *, hint: str | None = None
) -> discord.ui.Modal:
    """The form for an addition to an ask, a question about a review, or the answer to one."""
    title, label = FOLLOW_UPS[kind]
    field = text_field("text", label, rules.FOLLOW_UP, payload.get("text", ""), hint=hint)
    return _modal(title, f"fbm-{kind}:{subject}:{draft_id}:{opened}", field)


def done(ask_id: int) -> discord.ui.Modal:
    """The form that resolves an ask."""
    field = text_field("text", texts.DONE_LABEL, rules.TAKEAWAY, style=SHORT, hint=texts.DONE_HINT, required=False)
    return _modal(texts.DONE_TITLE, f"fbm-done:{ask_id}", field)


def rubric(now: Rubric | None) -> discord.ui.Modal:
    """The form for a group's own rubric; all fields empty is the usual one."""
    values = (now.right_why, now.change, now.reading) if now else texts.labels(None)
    names = now.scores if now else texts.SCORE_NAMES
    fields = [
        text_field(name, label, rules.LABEL, value, style=SHORT, required=False)
        for name, label, value in zip(("first", "second", "third"), texts.RUBRIC_LABELS, values, strict=True)
    ]
    names_field = text_field(
        "scores",
        texts.RUBRIC_SCORES_LABEL,
        60,
        ", ".join(names),
        style=SHORT,
        hint=texts.RUBRIC_SCORES_HINT,
        required=False,
    )
    return _modal(texts.RUBRIC_TITLE, "fbm-rubric", *fields, names_field)


# Reading


def fields(interaction: Interaction) -> dict[str, str]:
    """What was written and chosen, by the fields' names; a menu's is its first choice, "" where there is none."""
    data: Any = interaction.data or {}
    found: dict[str, str] = {}
    waiting = list(data.get("components") or [])
    while waiting:
        part = waiting.pop()
        waiting += part.get("components") or []
        if "component" in part:
            waiting.append(part["component"])
        if "value" in part:
            found[part["custom_id"]] = str(part["value"])
        elif "values" in part and part.get("custom_id") != "files":
            found[part["custom_id"]] = str((part["values"] or [""])[0])
    return found


def uploads(interaction: Interaction) -> list[dict[str, Any]]:
    """The files that were attached in the form, as Discord describes them."""
    data: Any = interaction.data or {}
    return list(((data.get("resolved") or {}).get("attachments") or {}).values())


async def fetch(client: commands.Bot, attached: Sequence[Mapping[str, Any]]) -> list[File]:
    """The files themselves, pictures without what they tell of their makers. Raises TooManyFiles, BadFile, LostFile."""
    rules.check_files([(str(one["filename"]), int(one["size"])) for one in attached])
    found = []
    for one in attached:
        name = rules.clean(str(one["filename"]))
        try:
            data = await client.http.get_from_cdn(one["url"])
        except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError):
            raise LostFile(name) from None
        if name.lower().endswith(rules.IMAGES):
            try:
                # A maker's name would tell who asks without one. In a thread: a file can be made to take long.
                data = await asyncio.to_thread(bare, data)
            except NoPicture:
                raise BadFile(name[:60], rules.FILE_BYTES // 1_000_000) from None
        found.append(File(name, data))
    rules.check_files([(one.name, len(one.data)) for one in found])
    return found
