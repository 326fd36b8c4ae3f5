"""Laying text out on a message: over several embeds where one is too small, and in a file where all are.

Nothing is ever cut silently: what does not fit ends with a word about the file that has the whole of it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot.domain.questions import units
from bot.domain.quiz import Shown
from bot.services import sheets
from bot.services.house import House
from cogs import texts_kinds
from cogs.plain import cut
from cogs.replies import Interaction, say, seen_by_others

DESCRIPTION, TITLE, FIELD, FIELDS, EMBEDS, TOTAL = 4096, 256, 1024, 25, 10, 6000
SPARE = 120  # beside a closing post's explanation
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

    async def files(self, house: House) -> list[discord.File]:
        """Its pictures and its text, to be sent with it: made anew for each try."""
        found = []
        if self.pictures:
            alts = {one.name: one.alt for one in self.pictures}
            for picture in await sheets.pictures(house.database, self.pictures):
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


def lay_out(
    blocks: Sequence[Block],
    sections: Sequence[tuple[str, str]] = (),
    *,
    colour: int,
    footer: str = "",
    name: str = texts_kinds.QUESTION_FILE,
) -> Page:
    """Blocks one below the other, each in an embed of its own or, where it is long, in several.

    *sections* are shorter texts under their names, which follow in the last embed. *name* is that of the file which
    has the whole where not all of it fits.
    """
    named = [*((block.title, block.text) for block in blocks), *sections]
    texts = [text for _, text in named]
    _shorten(texts, TOTAL - units(footer) - sum(units(title) + 1 for title, _ in named), name)
    embeds: list[discord.Embed] = []
    for block, text in zip(blocks, texts, strict=False):
        made = [discord.Embed(description=part, colour=colour) for part in split(text, DESCRIPTION)]
        made[0].title = cut(block.title, TITLE) if block.title else None
        if block.image is not None and block.image.name is not None:
            made[-1].set_image(url=f"attachment://{block.image.name}")
        embeds += made
    for (title, _), text in zip(sections, texts[len(blocks) :], strict=True):
        add_parts(embeds[-1], title, text)
    if footer:
        embeds[-1].set_footer(text=footer)
    pictures = tuple(block.image for block in blocks if block.image is not None and block.image.name is not None)
    whole = "\n\n".join(f"{title}\n\n{text}" if title else text for title, text in named)
    return Page(embeds, pictures, whole if texts != [text for _, text in named] else "", name)


def _shorten(texts: list[str], room: int, name: str) -> None:
    """Shorten the longest of the texts until all of them fit; a field that goes on costs a little more."""
    mark = texts_kinds.MORE.format(name=name)
    least = min(LEAST, room // (2 * len(texts)))
    while (over := sum(units(text) + units(text) // FIELD for text in texts) - room) > 0:
        longest = max(range(len(texts)), key=lambda place: units(texts[place]))
        text = texts[longest].removesuffix(mark)
        texts[longest] = f"{begin(text, max(least, units(text) - over - units(mark)))}{mark}"


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
    if seen_by_others(interaction):
        await say(interaction, content, view=view, **await page.parts(house))
        return
    changes = await page.changes(house, interaction.message)
    await interaction.response.edit_message(content=content, view=view, **changes)
