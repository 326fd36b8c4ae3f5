"""The yardstick: a discord.py bot that only acknowledges, built as the library's own examples recommend.

A DynamicItem keeps its button working after a restart; the connector is the library's default. Run as
`python -m tests.benchmarks.bare ADDRESS TOKEN CHANNEL_ID`; prints "ready" once its post is up.
"""

from __future__ import annotations

import re
import signal
import sys
from typing import Self

import discord

from bot import endpoint

LETTERS = "ABCD"


class Letter(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"bare:(?P<place>\d)"):
    """A letter button that answers "Locked: C" to whoever pressed it."""

    def __init__(self, place: int) -> None:
        self.place = place
        super().__init__(
            discord.ui.Button(label=LETTERS[place], custom_id=f"bare:{place}", style=discord.ButtonStyle.primary)
        )

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction,  # noqa: ARG003  the library's signature
        item: discord.ui.Item[discord.ui.View],  # noqa: ARG003  the same
        match: re.Match[str],
    ) -> Self:
        return cls(int(match["place"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"Locked: {LETTERS[self.place]}", ephemeral=True)


class Bare(discord.Client):
    """Posts a question as heavy as ours, and acknowledges presses."""

    def __init__(self, channel_id: int) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self._channel_id = channel_id

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Letter)

    async def on_ready(self) -> None:
        view = discord.ui.View(timeout=None)
        for place in range(len(LETTERS)):
            view.add_item(Letter(place))
        view.add_item(discord.ui.Button(label="Report", custom_id="report", emoji="🚩", row=4))
        options = "\n".join(f"**{letter}** An option about as long as those of a real question" for letter in LETTERS)
        embed = discord.Embed(
            title="Question 1 of 1 · ICD-10-CM conventions",
            description=f"What does this note mean for two conditions?\n\n{options}\n\nYour answer is private.",
            colour=0x5865F2,
        )
        channel = self.get_partial_messageable(self._channel_id)
        await channel.send(embed=embed.set_footer(text="0 answered"), view=view)
        sys.stdout.write("ready\n")
        sys.stdout.flush()


def main() -> None:
    address, token, channel_id = sys.argv[1:]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end in order, so that a profile is written
    endpoint.point_at(address)
    Bare(int(channel_id)).run(token, log_handler=None)


if __name__ == "__main__":
    main()
