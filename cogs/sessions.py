"""/session: post, edit, cancel and list review sessions, and the group's calendar file."""

from __future__ import annotations

import io
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.groups import Group
from bot.domain.refusals import StaleButton
from bot.domain.refusals_sessions import BadLink, NoSuchSession, SessionNeedsPlace
from bot.domain.sessions import MOST_SEATS, Place, Session
from bot.services import calendars, groups, sessions
from bot.services.house import House
from cogs import afterwards, attendance_lists, wishes
from cogs import session_cards as cards
from cogs import texts_sessions as texts
from cogs.cards import BLUE, DESCRIPTION
from cogs.plain import cut, quiet
from cogs.replies import Feature, Interaction, button, press, require_tutor, rows, say
from cogs.rsvps import place_name
from cogs.session_forms import open_change, open_new, tutor_buttons

LINK_MOST = 300
SCOPES = ("one", "series")
Spoken = discord.VoiceChannel | discord.StageChannel


class Sessions(Feature):
    """Tutors plan, everybody looks."""

    commands_group = app_commands.Group(name="session", description="Review sessions", guild_only=True)

    @commands_group.command(name="post", description="For tutors: plan a review session and announce it")
    @app_commands.describe(
        place="The voice or stage channel where it is held",
        link="Where else: a link, or a room in words",
        seats="How many can come; who asks later waits for a seat",
        repeat="Whether it comes again",
    )
    @app_commands.choices(repeat=[app_commands.Choice(name="every week", value="weekly")])
    async def post(
        self,
        interaction: Interaction,
        place: discord.VoiceChannel | discord.StageChannel | None = None,
        link: str | None = None,
        seats: app_commands.Range[int, 1, MOST_SEATS] | None = None,
        repeat: app_commands.Choice[str] | None = None,
    ) -> None:
        group = await self._tutor(interaction)
        chosen = {**_place(place, link), "seats": seats, "repeat": repeat is not None}
        await open_new(interaction, self.house, group, chosen)

    @commands_group.command(name="edit", description="For tutors: change a session; those who come are told once")
    @app_commands.describe(
        session="The session",
        place="Another voice or stage channel",
        link="Another link or room",
        seats="How many can come; 0 for no limit",
        scope="Of a series: this one, or all that follow too",
    )
    @app_commands.choices(
        scope=[
            app_commands.Choice(name="this one", value="one"),
            app_commands.Choice(name="this and all following", value="series"),
        ]
    )
    async def edit(
        self,
        interaction: Interaction,
        session: str,
        place: discord.VoiceChannel | discord.StageChannel | None = None,
        link: str | None = None,
        seats: app_commands.Range[int, 0, MOST_SEATS] | None = None,
        scope: app_commands.Choice[str] | None = None,
    ) -> None:
        found, group = await self._tutored(interaction, _number(session))
        chosen: dict[str, Any] = {} if place is None and link is None else _place(place, link)
        if seats is not None:
            chosen["seats"] = seats or None
        series = scope is not None and scope.value == "series"
        await self._open(interaction, group, found, chosen, series=series)

    @commands_group.command(name="cancel", description="For tutors: call a session off; those who come are told once")
    @app_commands.describe(session="The session")
    async def cancel(self, interaction: Interaction, session: str) -> None:
        found, _ = await self._tutored(interaction, _number(session))
        made = [button(f"session-cancel:{found.session_id}:one", texts.SURE_CANCEL, style=discord.ButtonStyle.danger)]
        if found.recurrence is not None:
            made.append(
                button(
                    f"session-cancel:{found.session_id}:series",
                    texts.SURE_CANCEL_SERIES,
                    style=discord.ButtonStyle.danger,
                )
            )
        await say(interaction, texts.ask_cancel(found, cards.title(found), series=False), view=rows(made))

    @edit.autocomplete("session")
    @cancel.autocomplete("session")
    async def choices(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        group = await self.group(interaction)
        found = []
        for one in await sessions.coming(self.house.database, group, interaction.user.id):
            name = cut(texts.choice(one.session.title, cards.wall(one.session)), 100)
            if typed.casefold() in name.casefold():
                found.append(app_commands.Choice(name=name, value=str(one.session.session_id)))
        return found[:25]

    @commands_group.command(name="list", description="The review sessions to come")
    async def coming(self, interaction: Interaction) -> None:
        group = await self.group(interaction)
        lines = []
        for one in await sessions.coming(self.house.database, group, interaction.user.id):
            mine = None if one.mine is None else texts.mine(one.mine.answer, seated=one.mine.seated)
            url = calendars.post_url(one.session, group.guild_id)
            lines.append(
                texts.listed(one.session, cards.title(one.session), cards.link(one.session), one.counts, mine, url)
            )
        left_out = 0
        while len(text := "\n\n".join([*lines, *([texts.later(left_out)] if left_out else [])])) > DESCRIPTION:
            lines.pop()
            left_out += 1
        embed = discord.Embed(title=texts.LIST_TITLE, description=text or texts.NONE_AHEAD, colour=BLUE)
        await say(interaction, embed=embed)

    @commands_group.command(name="calendar", description="All review sessions as one calendar file")
    async def calendar(self, interaction: Interaction) -> None:
        group = await self.group(interaction)
        guild = interaction.guild
        found = await sessions.calendar(self.house.database, group, interaction.created_at)
        name = quiet(guild.name) if guild is not None else texts.LIST_TITLE
        data = calendars.feed(found, group.guild_id, lambda one: place_name(guild, one), name)
        file = discord.File(io.BytesIO(data), filename=texts.FEED_NAME)
        await interaction.response.send_message(texts.FEED, file=file, ephemeral=True)

    # After a session, and before the next: each feature has its own module

    @commands_group.command(name="confirm", description="For tutors: who was at a session, to correct and confirm")
    @app_commands.describe(session="The session; without one, the latest")
    async def confirm(self, interaction: Interaction, session: str | None = None) -> None:
        await attendance_lists.show(self, interaction, None if session is None else _number(session))

    @commands_group.command(name="notes", description="For tutors: post and pin a session's notes or its recording")
    @app_commands.describe(session="The session; without one, the latest")
    async def notes(self, interaction: Interaction, session: str | None = None) -> None:
        await afterwards.notes(self, interaction, None if session is None else _number(session))

    @confirm.autocomplete("session")
    @notes.autocomplete("session")
    async def held(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await attendance_lists.choices(self, interaction, typed)

    @commands_group.command(name="wish", description="Ask for a session about a topic; tutors see only how many do")
    @app_commands.describe(topic="The topic")
    async def wish(self, interaction: Interaction, topic: str) -> None:
        await wishes.wish(self, interaction, topic)

    @wish.autocomplete("topic")
    async def topics(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return await wishes.topics(self, interaction, typed)

    @commands_group.command(name="wishes", description="For tutors: how many wish for a session about which topic")
    async def wishes(self, interaction: Interaction) -> None:
        await wishes.wanted(self, interaction)

    # The tutors' buttons

    @press("session-manage")
    async def manage(self, interaction: Interaction, session_id: int) -> None:
        session, _ = await self._tutored(interaction, session_id)
        shown = await sessions.shown(self.house.database, session_id)
        if shown is None:
            raise NoSuchSession
        await say(interaction, texts.manage(session, cards.title(session), shown.counts), view=tutor_buttons(session))

    @press("session-edit")
    async def edit_pressed(self, interaction: Interaction, session_id: int, scope: str) -> None:
        session, group = await self._tutored(interaction, session_id)
        await self._open(interaction, group, session, {}, series=_series(scope))

    @press("session-drop")
    async def cancel_pressed(self, interaction: Interaction, session_id: int, scope: str) -> None:
        session, _ = await self._tutored(interaction, session_id)
        series = _series(scope)
        label = texts.SURE_CANCEL_SERIES if series else texts.SURE_CANCEL
        yes = button(f"session-cancel:{session_id}:{scope}", label, style=discord.ButtonStyle.danger)
        await say(interaction, texts.ask_cancel(session, cards.title(session), series=series), view=rows([yes]))

    @press("session-stop")
    async def stopped(self, interaction: Interaction, session_id: int) -> None:
        """This one is the last of its series."""
        _, group = await self._tutored(interaction, session_id)
        session = await sessions.stop_series(self.house.database, group, session_id, self.house.clock.now())
        self.client.dispatch("agenda_changed")
        text = texts.stopped(session, cards.title(session), cards.wall(session))
        await interaction.response.edit_message(content=text, view=tutor_buttons(session))

    @press("session-cancel")
    async def cancelled(self, interaction: Interaction, session_id: int, scope: str) -> None:
        _, group = await self._tutored(interaction, session_id)
        series = _series(scope)
        done = await sessions.cancel(
            self.house.database, group, session_id, interaction.user.id, self.house.clock.now(), series=series
        )
        self.client.dispatch("agenda_changed")
        text = texts.cancelled(cards.title(done.session), done.told, done.following, series=series)
        await interaction.response.edit_message(content=text, view=None)

    async def _tutor(self, interaction: Interaction) -> Group:
        group: Group = await self.group(interaction)
        require_tutor(interaction, group.wishes.tutor_role_id)
        return group

    async def _tutored(self, interaction: Interaction, session_id: int) -> tuple[Session, Group]:
        """A session of this server and its own group, for that group's tutors. Raises NoSuchSession and NeedsTutor."""
        session = await sessions.find(self.house.database, interaction.guild_id, session_id)
        group = await groups.by_id(self.house.database, session.group_id)
        require_tutor(interaction, group.wishes.tutor_role_id)
        return session, group

    async def _open(
        self, interaction: Interaction, group: Group, session: Session, chosen: dict[str, Any], *, series: bool
    ) -> None:
        sessions.check_ahead(session, self.house.clock.now_ms())
        await open_change(interaction, self.house, group, session, chosen, series=series)


def _place(place: Spoken | None, link: str | None) -> dict[str, Any]:
    """A place as the form keeps it. Raises SessionNeedsPlace and BadLink."""
    words = (link or "").strip()
    if (place is None) == (not words):
        raise SessionNeedsPlace
    if len(words) > LINK_MOST:
        raise BadLink(LINK_MOST)
    if place is None:
        return {"place": Place.LINK.value, "place_id": None, "link": words or None}
    kind = Place.STAGE if isinstance(place, discord.StageChannel) else Place.VOICE
    return {"place": kind.value, "place_id": place.id, "link": words or None}


def _number(word: str) -> int:
    """A session's number as the list gives it. Raises NoSuchSession for words of one's own."""
    if not word.isascii() or not word.isdecimal() or len(word) > 18:
        raise NoSuchSession
    return int(word)


def _series(scope: str) -> bool:
    if scope not in SCOPES:
        raise StaleButton
    return scope == "series"


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Sessions(client, house)
