"""The form of a proposed question: for its author, and for the tutor who edits it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.domain import suggestions as rules
from bot.domain.questions import slug
from bot.domain.suggestions import Words, cleaned
from cogs import texts_suggestions as texts
from cogs.feedback_forms import fields, text_field
from cogs.plain import cut
from cogs.replies import Interaction

SHORT = discord.TextStyle.short
OPTIONS = 25


def form(custom_id: str, topics: Sequence[str], words: Words, *, editing: bool = False) -> discord.ui.Modal:
    """The form with these words in it; what is typed comes back as a press of `custom_id`."""
    modal = discord.ui.Modal(title=texts.EDIT_TITLE if editing else texts.FORM_TITLE, custom_id=custom_id, timeout=900)
    menu = discord.ui.Select[Any](custom_id="topic", options=_topics(topics, words.topic), min_values=1, max_values=1)
    modal.add_item(discord.ui.Label(text=texts.TOPIC_LABEL, component=menu))
    modal.add_item(text_field("stem", texts.STEM_LABEL, rules.STEM, words.stem, hint=texts.STEM_HINT))
    modal.add_item(
        text_field(
            "options",
            texts.OPTIONS_LABEL,
            rules.OPTIONS,
            words.options,
            hint=texts.OPTIONS_HINT,
            placeholder=texts.OPTIONS_PLACEHOLDER,
        )
    )
    modal.add_item(
        text_field(
            "explanation", texts.EXPLANATION_LABEL, rules.EXPLANATION, words.explanation, hint=texts.EXPLANATION_HINT
        )
    )
    modal.add_item(
        text_field(
            "source",
            texts.SOURCE_LABEL,
            rules.SOURCE,
            words.source,
            hint=texts.SOURCE_HINT,
            style=SHORT,
            required=False,
        )
    )
    return modal


def _topics(topics: Sequence[str], chosen: str) -> list[discord.SelectOption]:
    """At most as many as a menu takes, the chosen one among them; the command's option offers all."""
    first = [name for name in topics if slug(name) == chosen]
    shown = [*first, *(name for name in topics if slug(name) != chosen)][:OPTIONS]
    return [
        discord.SelectOption(label=cut(name, 100), value=slug(name), default=slug(name) == chosen)
        for name in sorted(shown)
    ]


def typed(interaction: Interaction) -> Words:
    """What was typed into it."""
    found = fields(interaction)
    return cleaned(*(found.get(name, "") for name in ("topic", "stem", "options", "explanation", "source")))
