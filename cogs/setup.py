"""/setup: a group's channel, times, tutors and exam."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.groups import Feedback, Wishes
from bot.domain.refusals import (
    BadTime,
    BadWeekdays,
    MissingPermissions,
    NeedsTextChannel,
    NotSetUp,
)
from bot.domain.schedule import EVERY_DAY, parse_time, parse_weekdays
from bot.services import groups
from bot.services.house import House
from cogs import options, texts, texts_sessions
from cogs.plain import cut, plain
from cogs.replies import Feature, Interaction, require_admin, say

NEEDED = (
    "view_channel",
    "send_messages",
    "embed_links",
    "read_message_history",
    "create_public_threads",
    "send_messages_in_threads",
)
DEFAULT_AT = time(9, 0)
DEFAULT_OPEN_HOURS = 12
# An admin's own language tells their zone where it is spoken in one; the reply says that it was assumed.
ZONE_OF_LOCALE = {
    "en-US": "America/New_York",
    "en-GB": "Europe/London",
    "de": "Europe/Berlin",
    "fr": "Europe/Paris",
    "it": "Europe/Rome",
    "es-ES": "Europe/Madrid",
    "nl": "Europe/Amsterdam",
    "pl": "Europe/Warsaw",
    "sv-SE": "Europe/Stockholm",
    "da": "Europe/Copenhagen",
    "no": "Europe/Oslo",
    "fi": "Europe/Helsinki",
    "cs": "Europe/Prague",
    "hu": "Europe/Budapest",
    "el": "Europe/Athens",
    "ro": "Europe/Bucharest",
    "bg": "Europe/Sofia",
    "uk": "Europe/Kyiv",
    "tr": "Europe/Istanbul",
    "hi": "Asia/Kolkata",
    "ja": "Asia/Tokyo",
    "ko": "Asia/Seoul",
    "th": "Asia/Bangkok",
    "vi": "Asia/Ho_Chi_Minh",
    "zh-CN": "Asia/Shanghai",
    "zh-TW": "Asia/Taipei",
}


class Setup(Feature):
    """Admins set the group up, or change what they set up before: what is not named stays as it is."""

    @app_commands.command(name="setup", description="Set up the daily question, or change its settings")
    @app_commands.describe(
        channel="Where the question is posted (this channel, if you name none)",
        at="Local time of the question, such as 9:00 or 7:30 pm",
        zone="City or country whose clocks count",
        days="Days of the week, such as weekdays or mon, wed, sat",
        questions="Questions a day",
        open_hours="How many hours a round stays open",
        feedback="When members learn whether they were right",
        tutor_role="The role of your tutors",
        exam="The exam that your group prepares for",
    )
    @app_commands.choices(
        feedback=[
            app_commands.Choice(name="at once, privately", value="instant"),
            app_commands.Choice(name="when the round closes", value="at-close"),
        ]
    )
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def setup_group(
        self,
        interaction: Interaction,
        channel: discord.TextChannel | None = None,
        at: str | None = None,
        zone: str | None = None,
        days: str | None = None,
        questions: app_commands.Range[int, 1, 5] | None = None,
        open_hours: app_commands.Range[int, 1, 48] | None = None,
        feedback: app_commands.Choice[str] | None = None,
        tutor_role: discord.Role | None = None,
        exam: str | None = None,
    ) -> None:
        require_admin(interaction)
        assert interaction.guild is not None
        before = await self._before(interaction)
        target = self._channel(interaction, channel, before)
        self._check_rights(interaction.guild, target)
        assumed = before is None and zone is None
        base = before or Wishes(
            channel_id=target.id,
            zone=ZONE_OF_LOCALE.get(interaction.locale.value, "UTC"),
            daily_at=DEFAULT_AT,
            weekdays=EVERY_DAY,
            per_day=1,
            open_minutes=DEFAULT_OPEN_HOURS * 60,
            feedback=Feedback.INSTANT,
            tutor_role_id=None,
            exam=self._default_exam(),
        )
        wishes = replace(
            base,
            channel_id=target.id,
            zone=base.zone if zone is None else options.zone(self.house, zone),
            daily_at=base.daily_at if at is None else _time(at),
            weekdays=base.weekdays if days is None else _weekdays(days),
            per_day=questions or base.per_day,
            open_minutes=base.open_minutes if open_hours is None else open_hours * 60,
            feedback=base.feedback if feedback is None else Feedback(feedback.value),
            tutor_role_id=base.tutor_role_id if tutor_role is None else tutor_role.id,
            exam=base.exam if exam is None else options.exam(self.house, exam),
        )
        done = await groups.set_up(
            self.house.database, interaction.guild.id, wishes, interaction.user.id, self.house.clock.now()
        )
        self.client.dispatch("agenda_changed")
        name = self.house.blueprint(done.group).name
        embed = discord.Embed(
            title=texts.SETUP_NEW if done.new else texts.SETUP_CHANGED,
            description=texts.setup_lines(wishes, name, done.first_at, assumed),
        )
        rights = interaction.guild.me.guild_permissions
        if not (rights.create_events or rights.manage_events):
            embed.set_footer(text=texts_sessions.NO_EVENTS)
        await say(interaction, embed=embed)

    async def _before(self, interaction: Interaction) -> Wishes | None:
        try:
            group = await self.group(interaction)
        except NotSetUp:
            return None
        wishes: Wishes = group.wishes
        return wishes

    @staticmethod
    def _channel(
        interaction: Interaction, channel: discord.TextChannel | None, before: Wishes | None
    ) -> discord.TextChannel:
        guild = interaction.guild
        assert guild is not None
        known = guild.get_channel(before.channel_id) if before is not None else None
        chosen = channel or known or interaction.channel
        if not isinstance(chosen, discord.TextChannel):
            raise NeedsTextChannel
        return chosen

    @staticmethod
    def _check_rights(guild: discord.Guild, channel: discord.TextChannel) -> None:
        rights = channel.permissions_for(guild.me)
        missing = tuple(texts.RIGHTS[name] for name in NEEDED if not getattr(rights, name))
        if missing:
            raise MissingPermissions(channel.id, missing)

    def _default_exam(self) -> str:
        return next(iter(self.house.blueprints))

    @setup_group.autocomplete("zone")
    async def zones(self, interaction: Interaction, words: str) -> list[app_commands.Choice[str]]:  # noqa: ARG002
        return options.zones(self.house, words)

    @setup_group.autocomplete("exam")
    async def exams(self, interaction: Interaction, words: str) -> list[app_commands.Choice[str]]:  # noqa: ARG002
        return options.exams(self.house, words)


def _time(words: str) -> time:
    try:
        return parse_time(words)
    except ValueError:
        raise BadTime(plain(cut(words, 50))) from None


def _weekdays(words: str) -> frozenset[int]:
    try:
        return parse_weekdays(words)
    except ValueError:
        raise BadWeekdays(plain(cut(words, 50))) from None


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Setup(client, house)
