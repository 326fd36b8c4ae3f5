"""Laying text out on a message: over several embeds where one is too small, and in a file where all are.

Nothing is ever cut silently: what does not fit ends with a word about the file that has the whole of it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import discord

from bot.domain.questions import units
from bot.domain.quiz import Asked, Shown
from bot.services import sheets
from bot.services.house import House
from cogs import texts_kinds
from cogs.plain import cut
from cogs.replies import Interaction, say

DESCRIPTION, TITLE, FIELD, FIELDS, EMBEDS, TOTAL = 4096, 256, 1024, 25, 10, 6000
SPARE = 120  # for a mark beside the text that was shortened
LEAST = 400  # what of a long text is shown at least


@dataclass(frozen=True, slots=True)
class Block:
    """A text under its title, with the picture that belongs to it."""

    text: str
    title: str = ""
    image: Shown | None = None


@dataclass(slots=True)
class Page:
    """What a message shows; *text* is that of the file which it needs besides, '' for none, and *name* the file's."""

    embeds: list[discord.Embed]
    pictures: tuple[Shown, ...] = ()
    text: str = ""
    name: str = texts_kinds.QUESTION_FILE
    asked: Asked | None = field(default=None, repr=False)

    async def files(self, house: House) -> list[discord.File]:
        """Its pictures and its text, to be sent with it: made anew for each try."""
        found = []
        if self.pictures and self.asked is not None:
            alts = {one.name: one.alt for one in self.pictures}
            for picture in await sheets.pictures(house.database, self.asked):
                if picture.name in alts:
                    alt = alts[picture.name] or None
                    found.append(discord.File(io.BytesIO(picture.data), picture.name, description=alt))
        if self.text:
            found.append(discord.File(io.BytesIO(self.text.encode()), self.name, description=texts_kinds.FILE_NOTE))
        return found

    async def parts(self, house: House) -> dict[str, Any]:
        """What a new message takes."""
        files = await self.files(house)
        return {"embeds": self.embeds, **({"files": files} if files else {})}

    async def edit(self, house: House) -> dict[str, Any]:
        """What an edit of a post takes: its pictures stay; only a text that is another now is sent, and all with it."""
        return {"embeds": self.embeds, **({"attachments": await self.files(house)} if self.text else {})}

    async def changes(self, house: House, message: discord.Message | None) -> dict[str, Any]:
        """What puts it in a message's place, whose own files go."""
        files = await self.files(house)
        kept = message is not None and bool(message.attachments)
        return {"embeds": self.embeds, **({"attachments": files} if files or kept else {})}


def lay_out(blocks: Sequence[Block], *, colour: int, footer: str = "", asked: Asked | None = None) -> Page:
    """Blocks one below the other, each in an embed of its own or, where it is long, in several."""
    texts = [block.text for block in blocks]
    room = TOTAL - units(footer) - sum(units(block.title) for block in blocks)
    whole = "\n\n".join(f"{block.title}\n\n{block.text}" if block.title else block.text for block in blocks)
    shortened = False
    while sum(units(text) for text in texts) > room:
        longest = max(range(len(texts)), key=lambda place: units(texts[place]))
        over = sum(units(text) for text in texts) - room
        left = max(LEAST, units(texts[longest]) - over - SPARE)
        texts[longest] = f"{begin(texts[longest], left)}{texts_kinds.MORE.format(name=texts_kinds.QUESTION_FILE)}"
        shortened = True
    embeds: list[discord.Embed] = []
    for block, text in zip(blocks, texts, strict=True):
        made = [discord.Embed(description=part, colour=colour) for part in split(text, DESCRIPTION)]
        made[0].title = cut(block.title, TITLE) if block.title else None
        if block.image is not None and block.image.name is not None:
            made[-1].set_image(url=f"attachment://{block.image.name}")
        embeds += made
    if footer:
        embeds[-1].set_footer(text=footer)
    pictures = tuple(block.image for block in blocks if block.image is not None and block.image.name is not None)
    return Page(embeds, pictures, whole if shortened else "", texts_kinds.QUESTION_FILE, asked)


def add_sections(page: Page, sections: Sequence[tuple[str, str]]) -> None:
    """Texts under their names, as fields of the page's last embed; where they do not fit, the whole in a file."""
    embed = page.embeds[-1]
    taken = sum(_size(one) for one in page.embeds)
    for place, (name, text) in enumerate(sections):
        # What follows keeps a little room, so that a long explanation does not push the source out.
        later = sum(min(LEAST, units(other) + units(title)) for title, other in sections[place + 1 :])
        room = TOTAL - taken - later - units(name) - SPARE
        fields = FIELDS - len(embed.fields) - (len(sections) - place - 1)
        shown = text
        if units(text) > min(room, fields * (FIELD - SPARE)):
            left = max(0, min(room, fields * (FIELD - SPARE)) - SPARE)
            shown = f"{begin(text, left)}{texts_kinds.MORE.format(name=texts_kinds.RESULT_FILE)}"
            page.text, page.name = _whole(sections), texts_kinds.RESULT_FILE
        add_parts(embed, name, shown)
        taken = sum(_size(one) for one in page.embeds)


def _whole(sections: Sequence[tuple[str, str]]) -> str:
    return "\n\n".join(f"{name}\n\n{text}" for name, text in sections)


def _size(embed: discord.Embed) -> int:
    fields = sum(units(one.name or "") + units(one.value or "") for one in embed.fields)
    return units(embed.title or "") + units(embed.description or "") + units(embed.footer.text or "") + fields


def add_parts(embed: discord.Embed, name: str, text: str) -> None:
    """A field, or as many as the text needs: long text is split between words."""
    for part in split(text, FIELD):
        embed.add_field(name=name, value=part.strip() or "\u200b", inline=False)
        name = "\u200b"


def begin(text: str, limit: int) -> str:
    """As much of a text's beginning as fits, whole words where that can be."""
    return split(text, limit)[0].rstrip() if limit else ""


def split(text: str, limit: int) -> list[str]:
    """A text in parts of so many UTF-16 units at most, between lines or words where that can be; one part at least."""
    parts = []
    while units(text) > limit:
        part = text[:limit]
        while units(part) > limit:
            part = part[: len(part) - (units(part) - limit + 1) // 2]
        part = part[: max(part.rfind("\n"), part.rfind(" ")) + 1] or part
        parts.append(part)
        text = text[len(part) :]
    return [*parts, text] if text or not parts else parts


async def show(
    interaction: Interaction, house: House, page: Page, content: str | None = None, *, view: discord.ui.View
) -> None:
    """Answer with a page that only this member sees."""
    await say(interaction, content, view=view, **await page.parts(house))


async def replace(
    interaction: Interaction,
    house: House,
    page: Page,
    content: str | None = None,
    *,
    view: discord.ui.View | None,
) -> None:
    """Put a page in the place of the member's own message that was pressed."""
    changes = await page.changes(house, interaction.message)
    await interaction.response.edit_message(content=content, view=view, **changes)
