"""Making text that people wrote safe to show: what Discord would turn into something else stays plain."""

from __future__ import annotations

import re

import discord

# Bidirectional overrides and isolates reorder what stands around them; zero-width characters hide in names.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_HEADING = re.compile(r"^(\s*)(#{1,3}|-#)(?=\s)", re.MULTILINE)
_TAG = re.compile(r"<(?=(?:t:|@|#|:|a:|/|id:))")
_BLOCK = re.compile(r"^(\s*)>>>(?=\s)", re.MULTILINE)  # quotes all that follows, the options too


def quiet(text: str) -> str:
    """Text of a question bank: its emphasis stays, but it makes no headings, dates, mentions or hidden letters.

    Nor does it hide where a link leads, or take what stands below it into its own code or quotation.
    """
    text = _INVISIBLE.sub("", text)
    text = _BLOCK.sub(r"\1\>>>", text).replace("```", "`\u200a`\u200a`").replace("](", "]\u200a(")
    text = _HEADING.sub(r"\1\\\2", text)
    text = _TAG.sub("<\u200a", text)
    return text.replace("@everyone", "@\u200aeveryone").replace("@here", "@\u200ahere").replace("||", "\\|\\|")


def plain(text: str) -> str:
    """Text of a member: shown letter for letter."""
    return quiet(discord.utils.escape_markdown(text, as_needed=False))


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, with an ellipsis where some were left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
