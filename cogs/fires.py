"""Reminders as they come: sent once, snoozed, done, and copied by others."""

from __future__ import annotations

from datetime import datetime, timedelta

import discord
from discord.ext import commands

from bot.domain.instants import from_ms, to_ms
from bot.domain.refusals import StaleButton
from bot.domain.refusals_reminders import ClosedMessages
from bot.domain.when import LONGEST, Ask
from bot.services import fires, reminders
from bot.services.deliveries import Parcel
from bot.services.fires import Pressed
from bot.services.house import House
from bot.services.reminders import Target
from cogs import texts, texts_when
from cogs import texts_reminders as words
from cogs.direct import reach
from cogs.drafts import SHORT, defer, readable, show
from cogs.plain import cut, plain
from cogs.posting import TooLate, has_button, once, post
from cogs.presence import Presence
from cogs.quiz import modal_value
from cogs.replies import Feature, Interaction, button, press, rows, say

SNOOZES = {10: words.SNOOZE_10, 60: words.SNOOZE_60}


class Fires(Feature):
    """Each time that a reminder comes is one message with buttons of its own."""

    def __init__(self, client: commands.Bot, house: House) -> None:
        super().__init__(client, house)
        self._presence = Presence(house)

    async def cog_unload(self) -> None:
        await self._presence.close()

    @post("reminder")
    async def remind(self, parcel: Parcel) -> int | None:
        """One coming of a reminder, unless it was changed, paused or deleted meanwhile."""
        now = self.house.clock.now()
        due = await fires.due(self.house.database, parcel.delivery, now)
        if due is None:
            raise TooLate
        in_channel = due.target is Target.HERE
        # Nobody else could stop it: what recurs in a channel ends with its owner's stay.
        if in_channel and due.recurs and await self._left(parcel, due.user_id):
            await fires.gone(self.house.database, due.reminder_id, now)
            raise TooLate
        channel_id = due.channel_id
        if channel_id is None:
            channel_id = (await self.client.create_dm(discord.Object(due.user_id))).id
        late = None if due.late is None else texts.late(max(1, round((now - due.late) / timedelta(minutes=1))))
        mention = f"<@{due.user_id}>" if in_channel else None
        only = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(due.user_id)])
        message_id = await once(
            self.client,
            self.client.get_partial_messageable(channel_id),
            parcel,
            lambda message: has_button(message, f"rm-snooze:{due.fire_id}:"),
            content=words.reminder(plain(due.text), mention, late, due.missed, due.instead_of),
            view=rows(self._buttons(due.fire_id, copies=in_channel)),
            allowed_mentions=only if in_channel else discord.AllowedMentions.none(),
        )
        if due.channel_id is None:
            await reminders.reached(self.house.database, due.reminder_id, channel_id)
        return message_id

    async def _left(self, parcel: Parcel, user: int) -> bool:
        return await self._presence.has_left(self.client.get_guild(parcel.group.guild_id), parcel.group, user)

    @staticmethod
    def _snoozes(fire_id: int) -> list[discord.ui.Button[discord.ui.View]]:
        return [
            *(button(f"rm-snooze:{fire_id}:{minutes}", label) for minutes, label in SNOOZES.items()),
            button(f"rm-tomorrow:{fire_id}", words.TOMORROW),
            button(f"rm-other:{fire_id}", words.OTHER_TIME),
        ]

    def _buttons(self, fire_id: int, *, copies: bool) -> list[discord.ui.Button[discord.ui.View]]:
        buttons = self._snoozes(fire_id)
        buttons.append(button(f"rm-done:{fire_id}", words.DONE, style=discord.ButtonStyle.success))
        if copies:
            buttons.append(_me_too(fire_id))
        return buttons

    # Its owner

    @press("rm-snooze")
    async def snooze(self, interaction: Interaction, fire_id: int, minutes: int) -> None:
        if minutes not in SNOOZES:
            raise StaleButton
        await self._snooze(interaction, fire_id, self.house.clock.now() + timedelta(minutes=minutes))

    @press("rm-tomorrow")
    async def tomorrow(self, interaction: Interaction, fire_id: int) -> None:
        pressed = await fires.snooze_until_tomorrow(
            self.house.database, fire_id, interaction.user.id, self.house.clock.now()
        )
        await self._snoozed(interaction, pressed)

    @press("rm-at")
    async def snooze_at(self, interaction: Interaction, fire_id: int, at_ms: int) -> None:
        """One of the readings of an own time."""
        if at_ms > to_ms(datetime.max.replace(tzinfo=self.house.clock.now().tzinfo)) // 10:
            raise StaleButton
        await self._snooze(interaction, fire_id, from_ms(at_ms))

    @press("rm-other")
    async def other_time(self, interaction: Interaction, fire_id: int) -> None:
        """An own time: a form for it."""
        await fires.show(self.house.database, fire_id, interaction.user.id)
        modal = discord.ui.Modal(title=words.SNOOZE_TITLE, custom_id=f"rm-othered:{fire_id}", timeout=900)
        modal.add_item(
            discord.ui.TextInput(
                label=words.WHEN_LABEL, custom_id="when", placeholder=words.SNOOZE_HINT, max_length=LONGEST
            )
        )
        await interaction.response.send_modal(modal)

    @press("rm-othered")
    async def other_time_said(self, interaction: Interaction, fire_id: int) -> None:
        now = self.house.clock.now()
        with readable():
            read = await fires.when(
                self.house.database,
                fire_id,
                interaction.user.id,
                modal_value(interaction, "when"),
                self.house.places.exact,
                now,
            )
        if isinstance(read, Ask):
            question, labels = texts_when.ask(read, now)
            buttons = [
                button(f"rm-at:{fire_id}:{to_ms(choice.understood.at)}", label)
                for choice, label in zip(read.choices, labels, strict=True)
                if choice.understood.rule is None
            ]
            await say(interaction, words.snooze_unclear(question), view=rows(buttons))
            return
        await self._snooze(interaction, fire_id, read)

    async def _snooze(self, interaction: Interaction, fire_id: int, until: datetime) -> None:
        now = self.house.clock.now()
        pressed = await fires.snooze(self.house.database, fire_id, interaction.user.id, until, now)
        await self._snoozed(interaction, pressed)

    async def _snoozed(self, interaction: Interaction, pressed: Pressed) -> None:
        self.client.dispatch("agenda_changed")
        assert pressed.until is not None
        await _rewrite(interaction, words.snoozed(_content(interaction), pressed.until))

    @press("rm-done")
    async def done(self, interaction: Interaction, fire_id: int) -> None:
        await fires.done(self.house.database, fire_id, interaction.user.id)
        await _rewrite(interaction, words.done(_content(interaction)))

    # Others

    @press("rm-too")
    async def me_too(self, interaction: Interaction, fire_id: int) -> None:
        """A copy of it for somebody else, by direct message."""
        group = await self.group(interaction)
        now = self.house.clock.now()
        copied = await fires.follow(
            self.house.database, fire_id, group, interaction.channel_id, interaction.user.id, now
        )
        self.client.dispatch("agenda_changed")
        reminder = copied.reminder
        await defer(interaction, anew=True)
        if reminder.channel_id is None:
            reached = await reach(self.client, interaction.user.id, words.dm_follow(plain(cut(reminder.text, SHORT))))
            if reached.closed:
                await reminders.delete(self.house.database, reminder.reminder_id, interaction.user.id)
                raise ClosedMessages
            if reached.channel_id is not None:
                await reminders.reached(self.house.database, reminder.reminder_id, reached.channel_id)
        if copied.fire_id is not None or reminder.next_at is None:
            view = rows(self._snoozes(copied.fire_id or 0))
            await interaction.followup.send(words.FOLLOW_WHEN, view=view, ephemeral=True)
            return
        cancel = button(f"rm-cancel:{reminder.reminder_id}", words.CANCEL)
        said = words.following(from_ms(reminder.next_at))
        await interaction.followup.send(said, view=rows([cancel]), ephemeral=True)


def _me_too(fire_id: int) -> discord.ui.Button[discord.ui.View]:
    return button(f"rm-too:{fire_id}", words.ME_TOO, row=1)


def _content(interaction: Interaction) -> str:
    return interaction.message.content if interaction.message is not None else ""


async def _rewrite(interaction: Interaction, content: str) -> None:
    """The message keeps what others may press, and nothing of what its owner pressed."""
    message = interaction.message
    if message is None:
        await show(interaction, content)
        return
    ids = [
        getattr(child, "custom_id", None) or "" for row in message.components for child in getattr(row, "children", ())
    ]
    too = next((int(one.split(":")[1]) for one in ids if one.startswith("rm-too:")), None)
    view = None if too is None else rows([_me_too(too)])
    await interaction.response.edit_message(content=content, view=view)


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Fires(client, house)
