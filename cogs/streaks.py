"""/streak and /timezone: a member's streak, its pauses and reminders, and the clock that their days go by."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.refusals import BadDay
from bot.services import pings, streaks, zones
from bot.services.house import House
from cogs import options
from cogs import texts_streaks as texts
from cogs.cards import BLUE
from cogs.drafts import zone_chosen
from cogs.plain import cut, plain
from cogs.replies import Feature, Interaction, press, say


class Streaks(Feature):
    """Only their owner sees any of it."""

    commands_group = app_commands.Group(name="streak", description="Your days in a row", guild_only=True)

    @commands_group.command(name="show", description="Your streak: how long, how safe, and when it would end")
    async def show(self, interaction: Interaction) -> None:
        group = await self.group(interaction)
        found = await streaks.show(self.house.database, group, interaction.user.id, interaction.created_at)
        text = texts.NO_STREAK
        if found.streak is not None:
            text = texts.shown(
                found.streak,
                answered_today=found.answered_today,
                ends_at=found.ends_at,
                pause=found.pause,
                ping=found.ping,
            )
        elif found.pause is not None:
            text = f"{texts.NO_STREAK}\n{texts.paused_line(found.pause[1])}"
        embed = discord.Embed(title=texts.STREAK_TITLE, description=text, colour=BLUE).set_footer(text=texts.RULE)
        await say(interaction, embed=embed)

    @commands_group.command(name="pause", description="Illness, exam, holiday: your streak waits for you")
    @app_commands.describe(until="The last day of it, such as friday, in 10 days or 20 March; or until you resume")
    async def pause(self, interaction: Interaction, until: str | None = None) -> None:
        group = await self.group(interaction)
        try:
            last = await streaks.pause(self.house.database, group, interaction.user.id, until, interaction.created_at)
        except BadDay as bad:
            raise BadDay(plain(cut(bad.words, 50))) from None
        await say(interaction, texts.paused(last))

    @commands_group.command(name="resume", description="End the pause; today still counts as paused")
    async def resume(self, interaction: Interaction) -> None:
        group = await self.group(interaction)
        await streaks.resume(self.house.database, group, interaction.user.id, interaction.created_at)
        await say(interaction, texts.RESUMED)

    @commands_group.command(name="ping", description="One message before your streak ends, never at night")
    @app_commands.describe(switch="On or off; they are off until you switch them on")
    @app_commands.choices(
        switch=[app_commands.Choice(name="on", value="on"), app_commands.Choice(name="off", value="off")]
    )
    async def ping(self, interaction: Interaction, switch: app_commands.Choice[str]) -> None:
        group = await self.group(interaction)
        on = switch.value == "on"
        await pings.switch(self.house.database, group, interaction.user.id, self.house.clock.now(), on=on)
        self.client.dispatch("agenda_changed")
        await say(interaction, texts.PING_ON if on else texts.PING_OFF)

    @press("sp")
    async def stop(self, interaction: Interaction, member: int, nonce: str) -> None:  # noqa: ARG002  it finds the post
        """The button under a reminder: no more of them."""
        await pings.stop(self.house.database, member, interaction.user.id)
        await interaction.response.edit_message(content=texts.PING_OFF, view=None)

    @app_commands.command(name="timezone", description="The clock that your days go by")
    @app_commands.describe(zone="City or country whose clocks count for you; without one, shows what is set")
    async def timezone(self, interaction: Interaction, zone: str | None = None) -> None:
        group = await self.home(interaction)
        now = self.house.clock.now()
        if zone is None:
            found, own = await zones.zone(self.house.database, group, interaction.user.id)
            await say(interaction, texts.zone_is(found.key, now.astimezone(found), own=own))
            return
        name = None if zone.strip().casefold() == texts.GROUP_ZONE else options.zone(self.house, zone)
        move = await zones.move(self.house.database, group, interaction.user.id, name, now)
        self.client.dispatch("agenda_changed")
        await say(interaction, texts.zone_set(move.zone.key, now.astimezone(move.zone), own=name is not None))
        await zone_chosen(self, interaction, group, move.reminders)

    @timezone.autocomplete("zone")
    async def places(self, interaction: Interaction, words: str) -> list[app_commands.Choice[str]]:  # noqa: ARG002
        choices = options.zones(self.house, words, most=options.MOST - 1)
        if not words.strip() or texts.GROUP_ZONE.startswith(words.strip().casefold()):
            choices.append(app_commands.Choice(name=texts.GROUP_ZONE_LABEL, value=texts.GROUP_ZONE))
        return choices


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Streaks(client, house)
