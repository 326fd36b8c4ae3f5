"""/attendance and the buttons of a session's window; it also watches the voice channels that sessions are held in."""

from __future__ import annotations

import asyncio
import io
import logging
from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.instants import from_ms
from bot.domain.refusals import StaleButton
from bot.domain.refusals_attendance import UnknownCode
from bot.services import attendance, attendance_records
from bot.services.attendance_records import Whose
from bot.services.deliveries import Parcel
from bot.services.house import House
from cogs import texts
from cogs import texts_attendance as words
from cogs.cards import BLUE, DESCRIPTION
from cogs.plain import cut, plain
from cogs.posting import TooLate, has_button, once, post
from cogs.replies import Feature, Interaction, button, press, require_tutor, rows, say

log = logging.getLogger(__name__)

LATE = timedelta(seconds=90)
PAPERS = {"a4": "A4", "letter": "Letter"}


def late(parcel: Parcel, house: House) -> str | None:
    """How late a post is, in words; None where that is not worth one."""
    gone = house.clock.now() - from_ms(parcel.delivery.due_at)
    return texts.late(gone // timedelta(minutes=1)) if gone > LATE else None


class Attendance(Feature):
    """Members say that they are there, or are seen; what counts stands in rows at once."""

    commands_group = app_commands.Group(name="attendance", description="Your hours at review sessions", guild_only=True)

    def __init__(self, client: commands.Bot, house: House) -> None:
        super().__init__(client, house)
        self._there: set[int] = set()  # the shards that hear of their servers now
        self._one_by_one = asyncio.Lock()

    # What was seen

    async def cog_load(self) -> None:
        """Whatever an earlier run watched, nobody watches now."""
        await attendance.look_away(self.house.database)

    async def cog_unload(self) -> None:
        await attendance.look_away(self.house.database, self.house.clock.now_ms())

    @commands.Cog.listener()
    async def on_voice_state_update(
        self, member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        left = before.channel.id if before.channel is not None else None
        entered = after.channel.id if after.channel is not None else None
        if member.bot or left == entered:
            return
        now_ms = self.house.clock.now_ms()
        async with self._one_by_one:
            await attendance.moved(self.house.database, member.guild.id, member.id, left, entered, now_ms)

    def _shard(self, guild_id: int) -> int:
        return (guild_id >> 22) % (self.client.shard_count or 1)

    @commands.Cog.listener()
    async def on_shard_away(self, shard: int) -> None:
        """What happens from now on in its servers is not heard, or heard late."""
        self._there.discard(shard)
        now_ms = self.house.clock.now_ms()
        async with self._one_by_one:
            await attendance.lose_sight(self.house.database, lambda guild_id: self._shard(guild_id) == shard, now_ms)

    @commands.Cog.listener()
    async def on_shard_back(self, shard: int) -> None:
        self._there.add(shard)
        await self._look()

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:  # noqa: ARG002  any of them may be the last
        await self._look()

    @commands.Cog.listener()
    async def on_agenda_changed(self) -> None:
        """A session that goes on may have moved to another channel."""
        await self._look()

    async def _look(self) -> None:
        """See who is in the channels of the sessions that go on, if one of them is not watched."""
        if not self._there or not await attendance.unseen(self.house.database):
            return
        # Whoever comes or goes meanwhile waits for their turn, and is counted after this.
        async with self._one_by_one:
            present = {}
            homes = await attendance.places(self.house.database)
            for place_id, guild_id in homes.items():
                guild = self.client.get_guild(guild_id)
                channel = None if guild is None or guild.unavailable else guild.get_channel(place_id)
                if guild is not None and isinstance(channel, discord.VoiceChannel | discord.StageChannel):
                    present[place_id] = await self._people(guild, place_id, set(channel.voice_states))
            seen = {place: users for place, users in present.items() if self._shard(homes[place]) in self._there}
            if seen:
                await attendance.look(self.house.database, seen, self.house.clock.now_ms())

    async def _people(self, guild: discord.Guild, place_id: int, users: set[int]) -> set[int]:
        """Those of the users who are no bots. Only strangers are asked about, since no list of members is kept."""
        found = set(users)
        for user in await attendance.strangers(self.house.database, place_id, users):
            try:
                member = await guild.fetch_member(user)
            except (discord.HTTPException, OSError) as error:
                log.info("somebody in a voice channel could not be looked up", extra={"problem": type(error).__name__})
                continue
            if member.bot:
                found.discard(user)
        return found

    # The window

    @post("attendance")
    async def open(self, parcel: Parcel) -> int | None:
        """The post with the buttons, after a first look at who is there already."""
        assert parcel.delivery.subject_id is not None
        session = await attendance.find(self.house.database, parcel.delivery.subject_id)
        if session is None:
            raise TooLate
        await self._look()
        prefix = f"here:{session.session_id}:"
        embed = discord.Embed(
            title=cut(words.opened_title(plain(session.title)), 256),
            description=words.opened(session, late(parcel, self.house)),
            colour=BLUE,
        )
        return await once(
            self.client,
            self.client.get_partial_messageable(session.channel_id, guild_id=parcel.group.guild_id),
            parcel,
            lambda message: has_button(message, prefix),
            embed=embed,
            view=rows(
                [
                    button(f"{prefix}in", words.HERE, style=discord.ButtonStyle.success),
                    button(f"{prefix}out", words.LEAVING),
                ]
            ),
        )

    @press("here")
    async def here(self, interaction: Interaction, session_id: int, way: str) -> None:
        """*I'm here* and *I'm leaving*, at the instant of the press."""
        if way not in ("in", "out"):
            raise StaleButton
        verb, text = (attendance.check_in, words.here) if way == "in" else (attendance.check_out, words.left)
        user, guild_id, at = interaction.user.id, interaction.guild_id, interaction.created_at
        found = await verb(self.house.database, session_id, user, guild_id, at)
        await say(interaction, text(found, f"**{plain(found.session.title)}**"))

    # A member's own

    @commands_group.command(name="show", description="Your hours at review sessions, and a record signed by the tutor")
    async def show(self, interaction: Interaction) -> None:
        group = await self.group(interaction)
        found = await attendance_records.mine(self.house.database, group, interaction.user.id, interaction.created_at)
        if not found.attended and not found.missed:
            await say(interaction, words.NONE_YET)
            return
        lines = [
            words.attended(one, plain(cut(one.session.title, 60)), None if one.tutor is None else plain(one.tutor))
            for one in found.attended[: words.LISTED]
        ]
        if len(found.attended) > words.LISTED:
            lines.append(words.more(len(found.attended) - words.LISTED))
        embed = discord.Embed(
            title=words.MINE_TITLE, description=cut(words.mine(found) + "\n".join(lines), DESCRIPTION), colour=BLUE
        ).set_footer(text=words.MINE_RULE)
        files = [("csv", words.CSV), ("a4", words.PDF_A4), ("letter", words.PDF_LETTER)]
        made = [button(f"record:{kind}", label) for kind, label in files] if found.confirmed else []
        await say(interaction, embed=embed, view=rows(made))

    @press("record")
    async def record(self, interaction: Interaction, kind: str) -> None:
        """The record as a file."""
        if kind != "csv" and kind not in PAPERS:
            raise StaleButton
        group = await self.group(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        user, guild, exam = interaction.user, interaction.guild, self.house.blueprints.get(group.wishes.exam)
        whose = Whose(
            user.display_name,
            user.name,
            guild.name if guild is not None else str(group.guild_id),
            exam.name if exam is not None else group.wishes.exam,
        )
        found = await attendance_records.record(self.house.database, group, user.id, whose, interaction.created_at)
        if kind == "csv":
            data, ending = attendance_records.as_csv(found), "csv"
        else:
            data, ending = await attendance_records.as_pdf(found, PAPERS[kind]), "pdf"
        file = discord.File(io.BytesIO(data), filename=f"{words.RECORD_NAME}.{ending}")
        await interaction.followup.send(words.RECORD, file=file, ephemeral=True)

    @commands_group.command(name="check", description="For tutors: whether a line of somebody's record is genuine")
    @app_commands.describe(code="The line's check code", member="Whose record it is said to be")
    async def check(self, interaction: Interaction, code: str, member: discord.User | None = None) -> None:
        group = await self.group(interaction)
        require_tutor(interaction, group.wishes.tutor_role_id)
        try:
            found = await attendance_records.check(
                self.house.database, group, code, None if member is None else member.id
            )
        except UnknownCode:
            raise UnknownCode(plain(cut(code, 50))) from None
        await say(interaction, words.checked(found, plain(found.title)))


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Attendance(client, house)
