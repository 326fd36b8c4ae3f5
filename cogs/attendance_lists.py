"""The tutor's list of who was at a session: shown, corrected and confirmed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.groups import Group
from bot.domain.refusals import NeedsTutor
from bot.domain.refusals_attendance import BadMinutes, NoSuchAttendee
from bot.domain.refusals_sessions import NoSuchSession
from bot.services import afterwards, attendance, attendance_records, groups
from bot.services.attendance_records import Roster
from bot.services.deliveries import Parcel
from bot.services.house import House
from cogs import texts_afterwards
from cogs import texts_attendance as words
from cogs.attendance import late
from cogs.cards import BLUE, DESCRIPTION
from cogs.plain import cut, plain
from cogs.posting import TooLate, has_button, once, post
from cogs.replies import Feature, Interaction, button, press, require_tutor, rows, say


class AttendanceLists(Feature):
    """Only tutors see who was there, and only the session's own tutor outside of the server."""

    @post("roster")
    async def ask(self, parcel: Parcel) -> int | None:
        """The tutor's private post after a session."""
        found = await afterwards.addressee(self.house.database, parcel.delivery)
        if found is None:
            raise TooLate
        user, session = found
        if not await _tutors(self.client, parcel.group, user):
            raise TooLate
        shown = await attendance_records.roster(
            self.house.database, parcel.group, session.session_id, self.house.clock.now()
        )
        custom_id = f"roster-ok:{session.session_id}"
        return await once(
            self.client,
            await self.client.create_dm(discord.Object(user)),
            parcel,
            lambda message: has_button(message, custom_id),
            content=words.roster_word(session, plain(session.title), late(parcel, self.house)),
            embed=await self._embed(shown, in_server=False),
            view=_buttons(shown, in_server=False),
        )

    @press("roster")
    async def look(self, interaction: Interaction, session_id: int) -> None:
        """The list, for tutors: from the channel's post, or once more."""
        await show(self, interaction, session_id)

    @press("roster-again")
    async def again(self, interaction: Interaction, session_id: int) -> None:
        group = await tutors_group(self, interaction, session_id)
        found = await attendance_records.roster(self.house.database, group, session_id, self.house.clock.now())
        await self._update(interaction, found)

    @press("roster-pick")
    async def pick(self, interaction: Interaction, session_id: int) -> None:
        """Somebody was chosen from the menu: ask for their minutes."""
        group = await tutors_group(self, interaction, session_id)
        user = _chosen(interaction)
        found = await attendance_records.roster(self.house.database, group, session_id, self.house.clock.now())
        known = next((str(line.minutes) for line in found.lines if line.user == user), None)
        modal = discord.ui.Modal(
            title=words.MINUTES_TITLE, custom_id=f"roster-minutes:{session_id}:{user}", timeout=900
        )
        field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
            custom_id="minutes", max_length=10, default=known, placeholder=str(found.session.minutes)
        )
        modal.add_item(discord.ui.Label(text=words.MINUTES_LABEL, component=field))
        await interaction.response.send_modal(modal)
        modal.stop()

    @press("roster-minutes")
    async def correct(self, interaction: Interaction, session_id: int, user: int) -> None:
        group = await tutors_group(self, interaction, session_id)
        typed = field(interaction, "minutes")
        now = self.house.clock.now()
        try:
            found = await attendance_records.correct(self.house.database, group, session_id, user, typed, now)
        except BadMinutes as bad:
            raise BadMinutes(plain(cut(typed, 20)), bad.most) from None
        await self._update(interaction, found)

    @press("roster-ok")
    async def confirm(self, interaction: Interaction, session_id: int) -> None:
        """The tutor signs the list as it stands at this moment."""
        group = await tutors_group(self, interaction, session_id)
        user, now = interaction.user, self.house.clock.now()
        name = words.signature(user.display_name, user.name)
        found = await attendance_records.confirm(self.house.database, group, session_id, user.id, name, now)
        await self._update(interaction, found)

    async def _update(self, interaction: Interaction, found: Roster) -> None:
        in_server = interaction.guild_id is not None
        await interaction.response.edit_message(
            embed=await self._embed(found, in_server=in_server), view=_buttons(found, in_server=in_server)
        )

    async def _embed(self, found: Roster, *, in_server: bool) -> discord.Embed:
        return await roster_embed(self.house, found, in_server=in_server)


async def roster_embed(house: House, found: Roster, *, in_server: bool) -> discord.Embed:
    """The list, with what the poll may tell."""
    tallies = await afterwards.tallies(house.database, found.session)
    named = None if found.signed_by is None else plain(found.signed_by)
    body = words.roster(replace(found, signed_by=named), in_server=in_server)
    if found.session.ends_at <= house.clock.now_ms():
        topics = [(None if topic is None else plain(topic), figures) for topic, figures in tallies]
        body = f"{body}\n\n{texts_afterwards.tallies(topics)}"
    title = cut(words.roster_title(plain(found.session.title)), 256)
    return discord.Embed(title=title, description=cut(body, DESCRIPTION), colour=BLUE)


def _buttons(found: Roster, *, in_server: bool) -> discord.ui.View:
    number = found.session.session_id
    made = [
        button(f"roster-ok:{number}", words.CONFIRM, style=discord.ButtonStyle.success),
        button(f"roster-again:{number}", words.REFRESH),
        button(f"notes-ask:{number}", texts_afterwards.NOTES),
    ]
    if not in_server:
        return rows(made)
    view = discord.ui.View(timeout=None)
    menu: discord.ui.UserSelect[discord.ui.View] = discord.ui.UserSelect(
        custom_id=f"roster-pick:{number}", placeholder=words.CORRECT, row=0
    )
    view.add_item(menu)
    for one in made:
        one.row = 1
        view.add_item(one)
    view.stop()
    return view


def _chosen(interaction: Interaction) -> int:
    """The user chosen from a menu. Raises NoSuchAttendee for a bot, and where nobody can have been chosen so."""
    data: Any = interaction.data
    values = data.get("values", ())
    chosen = str(values[0]) if values else ""
    known = data.get("resolved", {}).get("users", {}).get(chosen, {})
    if known.get("bot") or not (chosen.isascii() and chosen.isdecimal()) or int(chosen) >= 2**63:
        raise NoSuchAttendee
    return int(chosen)


def field(interaction: Interaction, name: str) -> str:
    """What was typed into a form's field."""
    data: Any = interaction.data
    for row in data.get("components", ()):
        for child in (row.get("component"), *row.get("components", ())):
            if child and child.get("custom_id") == name:
                return str(child.get("value") or "")
    return ""


async def tutors_group(feature: Feature, interaction: Interaction, session_id: int) -> Group:
    """The group of a session, for its tutors. Raises NoSuchSession and NeedsTutor.

    Outside of the server it is the session's own tutor alone, as long as they are one of the group's.
    """
    session = await attendance.find(feature.house.database, session_id)
    if session is None:
        raise NoSuchSession
    group = await groups.by_id(feature.house.database, session.group_id)
    if interaction.guild_id is None:
        user = interaction.user.id
        if session.tutor_user != user or not await _tutors(feature.client, group, user):
            raise NeedsTutor
    elif interaction.guild_id != group.guild_id:
        raise NoSuchSession
    else:
        require_tutor(interaction, group.wishes.tutor_role_id)
    return group


async def _tutors(client: commands.Bot, group: Group, user: int) -> bool:
    """Whether somebody is one of the group's tutors now, as Discord says: in a direct message roles are not known."""
    guild = client.get_guild(group.guild_id)
    if guild is None:
        return False
    try:
        member = await guild.fetch_member(user)
    except discord.NotFound:
        return False
    known = {role.id for role in member.roles}
    return group.wishes.tutor_role_id in known or member.guild_permissions.manage_guild


async def show(feature: Feature, interaction: Interaction, session_id: int | None) -> None:
    """/session confirm: the list of a session, of the latest one where none is named."""
    if session_id is None:
        group = await feature.group(interaction)
        require_tutor(interaction, group.wishes.tutor_role_id)
        session_id = (
            await afterwards.chosen(feature.house.database, group, None, feature.house.clock.now())
        ).session_id
    group = await tutors_group(feature, interaction, session_id)
    found = await attendance_records.roster(feature.house.database, group, session_id, feature.house.clock.now())
    in_server = interaction.guild_id is not None
    embed = await roster_embed(feature.house, found, in_server=in_server)
    await say(interaction, embed=embed, view=_buttons(found, in_server=in_server))


async def choices(feature: Feature, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """The sessions that have begun, the latest first, for a command's option."""
    group = await feature.group(interaction)
    found = []
    for one in await afterwards.held(feature.house.database, group, feature.house.clock.now()):
        name = cut(words.choice(one), 100)
        if typed.casefold() in name.casefold():
            found.append(app_commands.Choice(name=name, value=str(one.session_id)))
    return found


def make(client: commands.Bot, house: House) -> commands.Cog:
    return AttendanceLists(client, house)
