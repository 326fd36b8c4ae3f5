"""/ceu: continuing education units against what the certificate takes, and reminders of the cycle's end."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.instants import from_ms
from bot.domain.refusals import BadCycle, NoSuchUnits, OutsideCycle, UnknownKind
from bot.domain.units import MOST_HALVES, TITLE_LIMIT
from bot.services import units
from bot.services.deliveries import Parcel
from bot.services.house import House
from bot.services.units import Shown
from cogs import texts as general
from cogs import texts_units as texts
from cogs.cards import BLUE
from cogs.plain import cut, plain, quiet
from cogs.posting import TooLate, has_button, once, post
from cogs.replies import Feature, Interaction, button, press, rows, say

LATE_S = 90
OFFERED = 25
NAME_LIMIT = 100
Number = app_commands.Range[float, 0.5, MOST_HALVES / 2]


class Units(Feature):
    """Only their owner sees any of it."""

    commands_group = app_commands.Group(name="ceu", description="Your continuing education units", guild_only=True)

    @commands_group.command(name="add", description="Enter what you attended: never index numbers or quiz answers")
    @app_commands.rename(number="units")
    @app_commands.describe(
        title="What it was, in your own words",
        number="How many units it gave, in half steps",
        completed="The day of completion, such as yesterday or 14 March; without it, today",
        kind="The kind of units, where your exam knows any",
    )
    async def add(
        self,
        interaction: Interaction,
        title: app_commands.Range[str, 1, TITLE_LIMIT],
        number: Number,
        completed: str | None = None,
        kind: str | None = None,
    ) -> None:
        group = await self.group(interaction)
        try:
            entry, shown = await units.add(
                self.house.database,
                group,
                self.house.blueprint(group),
                interaction.user.id,
                interaction.created_at,
                title=title,
                units=number,
                on=completed,
                kind=kind,
            )
        except OutsideCycle as wrong:
            raise OutsideCycle(plain(cut(wrong.words, 50)), wrong.first, wrong.last) from None
        except UnknownKind as wrong:
            raise UnknownKind(plain(cut(wrong.words, 50)), wrong.known) from None
        text = texts.added(entry, plain(entry.title), shown.tally)
        await say(interaction, text if shown.cycle else f"{text}\n{texts.NO_CYCLE}")

    @add.autocomplete("kind")
    async def kinds(self, interaction: Interaction, words: str) -> list[app_commands.Choice[str]]:
        group = await self.group(interaction)
        upkeep = self.house.blueprint(group).upkeep
        names = [one.name for one in upkeep.kinds] if upkeep else []
        return [app_commands.Choice(name=name, value=name) for name in names if words.casefold() in name.casefold()]

    @commands_group.command(name="status", description="Your units in this cycle, what is missing, and when it ends")
    async def status(self, interaction: Interaction) -> None:
        shown = await self._shown(interaction)
        text = texts.standing(shown.tally, shown.cycle, shown.today)
        embed = discord.Embed(title=texts.TITLE, description=text, colour=BLUE)
        if shown.tally.kinds:
            kinds = "\n".join(texts.kind(one) for one in shown.tally.kinds)
            embed.add_field(name=texts.KINDS, value=cut(quiet(kinds), 1024), inline=False)
        listed = texts.listed(shown.entries, [plain(one.title) for one in shown.entries])
        embed.add_field(name=texts.ENTERED, value=cut(listed, 1024), inline=False)
        embed.add_field(name=texts.RULE, value=cut(quiet(texts.rule(shown.upkeep)), 1024), inline=False)
        embed.set_footer(text=texts.NEVER_SHARED)
        await say(interaction, embed=embed)

    async def _shown(self, interaction: Interaction) -> Shown:
        group = await self.group(interaction)
        blueprint = self.house.blueprint(group)
        return await units.show(self.house.database, group, blueprint, interaction.user.id, interaction.created_at)

    @commands_group.command(name="remove", description="Take an entry out again")
    @app_commands.describe(entry="One of your entries in this cycle")
    async def remove(self, interaction: Interaction, entry: str) -> None:
        group = await self.group(interaction)
        if not (entry.isascii() and entry.isdecimal() and len(entry) < 19):
            raise NoSuchUnits
        gone = await units.remove(self.house.database, group, interaction.user.id, int(entry))
        await say(interaction, texts.removed(gone, plain(gone.title)))

    @remove.autocomplete("entry")
    async def entries(self, interaction: Interaction, words: str) -> list[app_commands.Choice[str]]:
        shown = await self._shown(interaction)
        named = [(texts.choice(one), str(one.unit_id)) for one in shown.entries]
        found = [(name, value) for name, value in named if words.casefold() in name.casefold()]
        return [app_commands.Choice(name=cut(name, NAME_LIMIT), value=value) for name, value in found[:OFFERED]]

    @commands_group.command(name="cycle", description="Say when your cycle ends, and be reminded before it does")
    @app_commands.rename(number="units")
    @app_commands.describe(
        ends="Its last day, such as 31 March 2027",
        number="How many units it takes, where that is not the exam's number: several credentials take more",
    )
    async def cycle(self, interaction: Interaction, ends: str, number: Number | None = None) -> None:
        group = await self.group(interaction)
        try:
            shown = await units.set_cycle(
                self.house.database,
                group,
                self.house.blueprint(group),
                interaction.user.id,
                self.house.clock.now(),
                ends=ends,
                units=number,
            )
        except BadCycle as bad:
            raise BadCycle(plain(cut(bad.words, 50)), bad.months) from None
        self.client.dispatch("agenda_changed")
        assert shown.cycle is not None, "it was set just now"
        await say(interaction, texts.cycle_set(shown.cycle, shown.tally))

    @press("ceu")
    async def stop(self, interaction: Interaction, member: int, nonce: str) -> None:  # noqa: ARG002  it finds the post
        """The button under a reminder: no more of them."""
        await units.stop(self.house.database, member, interaction.user.id)
        await interaction.response.edit_message(view=None)
        await say(interaction, texts.STOPPED)

    @post("units")
    async def remind(self, parcel: Parcel) -> int | None:
        """A member's cycle ends soon, unless they said another day meanwhile."""
        now, delivery = self.house.clock.now(), parcel.delivery
        blueprint = self.house.blueprints.get(parcel.group.wishes.exam)
        due = (
            None if blueprint is None else await units.due(self.house.database, parcel.group, blueprint, delivery, now)
        )
        if due is None:
            raise TooLate
        user, shown = due
        assert shown.cycle is not None, "it is what is due"
        guild = self.client.get_guild(parcel.group.guild_id)
        late = (now - from_ms(delivery.due_at)).total_seconds()
        text = texts.reminder(
            shown.cycle,
            shown.tally,
            shown.today,
            f"**{quiet(guild.name)}**" if guild else f"<#{parcel.group.wishes.channel_id}>",
            general.late(int(late // 60)) if late > LATE_S else None,
        )
        custom_id = f"ceu:{delivery.member_id}:n{delivery.nonce}"
        return await once(
            self.client,
            await self.client.create_dm(discord.Object(user)),
            parcel,
            lambda message: has_button(message, custom_id),
            embed=discord.Embed(title=texts.REMINDER_TITLE, description=text, colour=BLUE),
            view=rows([button(custom_id, texts.REMINDER_STOP)]),
        )


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Units(client, house)
