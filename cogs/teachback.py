"""/feedback teachback: whether last week's most-missed question is explained in a thread. Cards are feedback's own."""

from __future__ import annotations

from discord.ext import commands

from bot.services import teachback
from bot.services.house import House
from cogs import texts_teachback as words
from cogs.replies import Feature, Interaction, require_tutor, say


class Teachback(Feature):
    """The setting; the rest goes through the threads of feedback."""

    async def switch(self, interaction: Interaction, *, on: bool) -> None:
        group = await self.group(interaction)
        require_tutor(interaction, group.wishes.tutor_role_id)
        await teachback.switch(self.house.database, group, interaction.created_at, on=on)
        self.client.dispatch("agenda_changed")
        await say(interaction, words.ON if on else words.OFF)


def teachback_of(client: commands.Bot) -> Teachback:
    """The one that keeps the setting."""
    found = client.get_cog(Teachback.__name__)
    assert isinstance(found, Teachback)
    return found


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Teachback(client, house)
