"""/feedback review: offering to look at others' questions, and the invitations to do so."""

from __future__ import annotations

from collections.abc import Callable

import discord
from discord.ext import commands

from bot.domain.feedback import Visibility
from bot.domain.groups import Group
from bot.services import invitations, reviewers
from bot.services.deliveries import Parcel
from bot.services.house import House
from cogs import texts_reviewers as words
from cogs import texts_teachback
from cogs.feedback_drafts import drafts_of
from cogs.plain import cut, plain, quiet
from cogs.posting import TooLate, has_button, once, post
from cogs.presence import Presence
from cogs.replies import Feature, Interaction, button, press, rows, say

Buttons = list[discord.ui.Button[discord.ui.View]]


class Reviewers(Feature):
    """Invitations go to single members by direct message, and say no more than the topic."""

    def __init__(self, client: commands.Bot, house: House) -> None:
        super().__init__(client, house)
        self._presence = Presence(house)

    async def cog_unload(self) -> None:
        await self._presence.close()

    @press("rv-on")
    async def offered(self, interaction: Interaction) -> None:
        """The button that helpers are shown."""
        await switch(self, interaction, on=True)

    # Invitations

    @post("invitation")
    async def invite(self, parcel: Parcel) -> int | None:
        """One invitation, unless it has become needless, or its member left."""
        database, group = self.house.database, parcel.group
        found = await invitations.due(database, group, parcel.delivery, self.house.clock.now())
        guild = self.client.get_guild(group.guild_id)
        if found is not None and await self._presence.changes(guild, group, [found.user_id]):
            found = await invitations.due(database, group, parcel.delivery, self.house.clock.now())
        if found is None:
            raise TooLate
        topic = None if found.topic is None else quiet(found.topic)
        return await once(
            self.client,
            await self.client.create_dm(discord.Object(found.user_id)),
            parcel,
            lambda message: has_button(message, f"iv-yes:{found.invitation_id}"),
            content=_words(found.explain)(topic, place(guild, group)),
            view=rows(_buttons(found.invitation_id)),
        )

    @press("iv-show")
    async def show(self, interaction: Interaction, ask_id: int) -> None:
        """The invitation to an ask, from the inbox."""
        found = await invitations.to(self.house.database, ask_id, interaction.user.id)
        topic = None if found.topic is None else quiet(found.topic)
        text = _words(found.explain)(topic, place(interaction.guild, None))
        await say(interaction, text, view=rows(_buttons(found.invitation_id)))

    @press("iv-yes")
    async def accept(self, interaction: Interaction, invitation_id: int) -> None:
        """Keep it first; a private thread is joined by the outbox, so that a crash does not lose it."""
        group = await invitations.group_of(self.house.database, invitation_id, interaction.user.id)
        await drafts_of(self.client).require_here(interaction, group)
        found = await invitations.accept(
            self.house.database, invitation_id, interaction.user.id, self.house.clock.now()
        )
        self.client.dispatch("agenda_changed")
        ask = found.ask
        private = ask.words.visibility is Visibility.PRIVATE
        buttons: Buttons = []
        if ask.thread_id is not None:
            link = f"https://discord.com/channels/{found.guild_id}/{ask.thread_id}"
            buttons.append(discord.ui.Button(label=words.TO_THREAD, url=link))
        if private:
            buttons.append(button(f"iv-yes:{invitation_id}", words.ADD_ME))
        text = words.accepted(plain(cut(ask.words.title, 100)), private=private)
        await interaction.response.edit_message(content=text, view=rows(buttons))

    @press("iv-no")
    async def pass_on(self, interaction: Interaction, invitation_id: int) -> None:
        await invitations.pass_on(self.house.database, invitation_id, interaction.user.id, self.house.clock.now())
        self.client.dispatch("agenda_changed")
        await interaction.response.edit_message(content=words.PASSED, view=None)

    @post("reviewer-joins")
    async def join(self, parcel: Parcel) -> int | None:
        """A reviewer comes into the private thread that they took on; a second time changes nothing."""
        found = await invitations.joining(self.house.database, parcel.delivery)
        guild = self.client.get_guild(parcel.group.guild_id)
        if found is None or guild is None:
            raise TooLate
        ask, user = found
        assert ask.thread_id is not None
        thread = guild.get_thread(ask.thread_id) or await guild.fetch_channel(ask.thread_id)
        if not isinstance(thread, discord.Thread):
            raise TooLate
        if thread.archived:
            await thread.edit(archived=False)
        await thread.add_user(discord.Object(user))
        return None


async def switch(feature: Feature, interaction: Interaction, *, on: bool) -> None:
    """/feedback review: be invited to look at others' questions, or no longer."""
    group = await feature.home(interaction)
    await reviewers.switch(feature.house.database, group, interaction.user.id, feature.house.clock.now(), on=on)
    feature.client.dispatch("agenda_changed")
    await say(interaction, words.ON if on else words.OFF)


def offer() -> discord.ui.Button[discord.ui.View]:
    """For those who would help: they can be invited."""
    return button("rv-on", words.OFFER)


def _words(explain: bool) -> Callable[[str | None, str], str]:
    return texts_teachback.invitation if explain else words.invitation


def place(guild: discord.Guild | None, group: Group | None) -> str:
    """The server's name; where it cannot be seen, a channel of the group's."""
    if guild is not None:
        return f"**{quiet(guild.name)}**"
    return f"<#{group.wishes.channel_id}>" if group is not None else words.YOUR_GROUP


def _buttons(invitation_id: int) -> Buttons:
    return [
        button(f"iv-yes:{invitation_id}", words.LOOK, style=discord.ButtonStyle.success),
        button(f"iv-no:{invitation_id}", words.DECLINE),
    ]


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Reviewers(client, house)
