"""/remind and /reminders: making reminders, changing them, and the list of one's own."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.instants import from_ms
from bot.domain.recurrence import Recurrence
from bot.domain.refusals import StaleButton
from bot.domain.refusals_reminders import CannotPostHere, MayNotPostHere, WordsTooLong
from bot.domain.reminders import LONGEST_TEXT, MOST_ACTIVE
from bot.domain.when import LONGEST, Anchor
from bot.services import drafts, groups, reminders
from bot.services.drafts import Outcome, Wanted
from bot.services.house import House
from bot.services.reminders import Reminder, State, Target
from cogs import texts, texts_when
from cogs import texts_reminders as words
from cogs.cards import BLUE
from cogs.drafts import SHORT, answer, keep_buttons, place, show, zone_chosen
from cogs.plain import cut, plain, quiet
from cogs.quiz import modal_value
from cogs.replies import Feature, Interaction, button, press, rows, say

SHOWN_LONGEST = 1700
"""Characters of a text with all its escapes, so that a reminder always fits into one message."""
A_PAGE = 5
IN_CHANNEL = ("view_channel", "send_messages")
IN_THREAD = ("view_channel", "send_messages_in_threads")


class Reminders(Feature):
    """A member's reminders; only their owner sees any of it, until one comes in a channel that they chose."""

    @app_commands.command(name="remind", description="Reminds you at a time in your own words")
    @app_commands.describe(
        when="Such as in 3 days, tomorrow at noon, every mon, wed 18:30 or 6 weeks before my exam",
        what="Of what",
        where="By direct message, unless you choose this channel",
    )
    @app_commands.choices(
        where=[
            app_commands.Choice(name="direct message", value="dm"),
            app_commands.Choice(name="this channel", value="here"),
        ]
    )
    async def remind(
        self,
        interaction: Interaction,
        when: app_commands.Range[str, 1, 200],
        what: app_commands.Range[str, 1, 1000],
        where: app_commands.Choice[str] | None = None,
    ) -> None:
        group = await self.home(interaction)
        here = where is not None and where.value == "here" and interaction.guild_id is not None
        known = interaction.channel_id if here or interaction.guild_id is None else None
        wanted = Wanted(when, _shown(what), Target.HERE if here else Target.DM, known)
        user, now = interaction.user.id, self.house.clock.now()
        outcome: Outcome | None = None
        if here:
            try:
                _require_room(interaction)
            except (CannotPostHere, MayNotPostHere) as refusal:
                outcome = await drafts.hold(self.house.database, group, user, wanted, refusal, now)
        if outcome is None:
            outcome = await drafts.remind(self.house.database, group, user, wanted, self.house.places.exact, now)
        await answer(self, interaction, outcome)

    @remind.autocomplete("when")
    async def suggestions(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:  # noqa: ARG002
        found = [one for one in words.WHEN_SUGGESTIONS if typed.strip().casefold() in one.casefold()]
        if typed.strip() and typed.strip() not in found:
            found.insert(0, typed.strip())
        return [app_commands.Choice(name=cut(one, 100), value=one) for one in found if len(one) <= 100]

    # What is open

    @press("rm-choice")
    async def choose(self, interaction: Interaction, reminder_id: int, choice: int) -> None:
        """One of the readings of an ambiguous time."""
        outcome = await drafts.choose(
            self.house.database,
            reminder_id,
            interaction.user.id,
            choice,
            self.house.places.exact,
            self.house.clock.now(),
        )
        await answer(self, interaction, outcome)

    @press("rm-dm")
    async def by_dm(self, interaction: Interaction, reminder_id: int) -> None:
        """The channel takes no reminder: by direct message then."""
        outcome = await drafts.elsewhere(
            self.house.database, reminder_id, interaction.user.id, self.house.places.exact, self.house.clock.now()
        )
        await answer(self, interaction, outcome)

    @press("rm-clock")
    async def use_group_clock(self, interaction: Interaction, reminder_id: int) -> None:
        """The group's clock is the member's own."""
        draft = await reminders.show(self.house.database, reminder_id, interaction.user.id)
        group = await groups.by_id(self.house.database, draft.group_id)
        await drafts.use_group_clock(self.house.database, group, interaction.user.id, self.house.clock.now())
        await zone_chosen(self, interaction, group, None)
        if not interaction.response.is_done():
            await show(interaction, words.SETTLED)

    @press("rm-here")
    async def in_channel(self, interaction: Interaction, reminder_id: int) -> None:
        """Direct messages are closed: to this channel then."""
        if interaction.guild_id is None or interaction.channel_id is None:
            raise StaleButton
        _require_room(interaction)
        made = await drafts.place_here(
            self.house.database,
            reminder_id,
            interaction.user.id,
            interaction.channel_id,
            self.house.clock.now(),
        )
        await answer(self, interaction, made)

    @press("rm-change")
    async def change(self, interaction: Interaction, reminder_id: int) -> None:
        """A form with what is there."""
        reminder = await reminders.show(self.house.database, reminder_id, interaction.user.id)
        modal = discord.ui.Modal(title=words.FORM_TITLE, custom_id=f"rm-changed:{reminder_id}", timeout=900)
        modal.add_item(
            discord.ui.TextInput(
                label=words.WHEN_LABEL, custom_id="when", default=reminder.words[:LONGEST], max_length=LONGEST
            )
        )
        modal.add_item(
            discord.ui.TextInput(
                label=words.WHAT_LABEL,
                custom_id="what",
                style=discord.TextStyle.paragraph,
                default=reminder.text,
                max_length=LONGEST_TEXT,
            )
        )
        await interaction.response.send_modal(modal)

    @press("rm-changed")
    async def changed(self, interaction: Interaction, reminder_id: int) -> None:
        outcome = await drafts.change(
            self.house.database,
            reminder_id,
            interaction.user.id,
            modal_value(interaction, "when"),
            _shown(modal_value(interaction, "what")),
            self.house.places.exact,
            self.house.clock.now(),
        )
        await answer(self, interaction, outcome)

    @press("rm-cancel")
    async def cancel(self, interaction: Interaction, reminder_id: int) -> None:
        gone = await reminders.delete(self.house.database, reminder_id, interaction.user.id)
        await show(interaction, words.CANCELLED if gone.replaces is None else words.CHANGE_CANCELLED)

    @press("rm-keep")
    async def keep(self, interaction: Interaction, group_id: int, what: str) -> None:
        """After a change of zone: the clock times, or the moments, of what is there."""
        if what not in ("wall", "instant"):
            raise StaleButton
        group = await groups.by_id(self.house.database, group_id)
        moved = await reminders.keep(
            self.house.database,
            group,
            interaction.user.id,
            "wall" if what == "wall" else "instant",
            self.house.clock.now(),
        )
        self.client.dispatch("agenda_changed")
        await show(interaction, words.kept(what, moved), keep_buttons(group_id))

    # The list

    @app_commands.command(name="reminders", description="Your reminders: when they come, and changing them")
    async def list_all(self, interaction: Interaction) -> None:
        if interaction.guild_id is not None:
            await self.group(interaction)
        await self._list(interaction, 0)

    @press("rm-list")
    async def turn(self, interaction: Interaction, number: int) -> None:
        await self._list(interaction, number)

    async def _scope(self, interaction: Interaction) -> int | None:
        """The group of the server; in direct messages those of all groups."""
        if interaction.guild_id is None:
            return None
        group_id: int = (await self.group(interaction)).group_id
        return group_id

    async def _list(self, interaction: Interaction, number: int) -> None:
        scope = await self._scope(interaction)
        found = await reminders.page(self.house.database, interaction.user.id, scope, min(number, 1000), A_PAGE)
        if not found.total:
            await _replace(interaction, content=words.LIST_EMPTY, embed=None, view=None)
            return
        first = found.page * A_PAGE + 1
        lines, options = [], []
        for n, (one, snoozed_to) in enumerate(found.entries, first):
            flat = " ".join(one.text.split())
            lines.append(
                words.list_line(
                    n,
                    plain(cut(flat, 120)),
                    _turns(one),
                    None if one.next_at is None else from_ms(one.next_at),
                    snoozed_to,
                    words.in_short(one.channel_id if one.target is Target.HERE else None),
                    paused=one.state is State.PAUSED,
                )
            )
            options.append(discord.SelectOption(label=cut(f"{n}. {quiet(flat)}", 100), value=str(one.reminder_id)))
        embed = discord.Embed(title=words.LIST_TITLE, description="\n\n".join(lines), colour=BLUE)
        embed.set_footer(text=words.list_footer(found.total, MOST_ACTIVE, found.page, found.pages))
        turning = [
            button(f"rm-list:{found.page - 1}", words.BACK, disabled=found.page == 0, row=1),
            button(f"rm-list:{found.page + 1}", words.FORTH, disabled=found.page + 1 >= found.pages, row=1),
        ]
        every = button("rm-all", words.DELETE_ALL, style=discord.ButtonStyle.danger, row=1)
        view = rows([*(turning if found.pages > 1 else []), every])
        view.add_item(
            discord.ui.Select(custom_id=f"rm-pick:{found.page}", placeholder=words.CHOOSE_ONE, options=options, row=0)
        )
        await _replace(interaction, content=None, embed=embed, view=view)

    @press("rm-pick")
    async def pick(self, interaction: Interaction, number: int) -> None:
        """One of the list's menu."""
        data: Any = interaction.data
        values = data.get("values") or [""]
        if not (values[0].isdecimal() and values[0].isascii() and int(values[0]) < 2**63):
            raise StaleButton
        reminder = await reminders.show(self.house.database, int(values[0]), interaction.user.id)
        await self._one(interaction, reminder, number)

    async def _one(self, interaction: Interaction, reminder: Reminder, number: int, said: str | None = None) -> None:
        lines = [said] if said is not None else []
        if (turns := _turns(reminder)) is not None:
            lines.append(turns)
        if reminder.state is State.PAUSED and said is None:
            lines.append(words.IS_PAUSED)
        elif reminder.state is State.ON and reminder.next_at is not None:
            lines.append(words.plain_echo(from_ms(reminder.next_at)))
            if reminder.rule is not None:
                lines.append(words.then(Recurrence.from_text(reminder.rule).times(from_ms(reminder.next_at), 2)))
        elif reminder.state is not State.PAUSED:
            lines.append(words.IS_OVER)
        lines.append(place(reminder))
        other = "resume" if reminder.state is State.PAUSED else "pause"
        buttons = [
            button(f"rm-change:{reminder.reminder_id}", words.CHANGE),
            button(f"rm-delete:{reminder.reminder_id}:{number}", words.DELETE, style=discord.ButtonStyle.danger),
            button(f"rm-list:{number}", words.TO_LIST),
        ]
        if reminder.state in (State.ON, State.PAUSED):
            label = words.RESUME if other == "resume" else words.PAUSE
            buttons.insert(1, button(f"rm-{other}:{reminder.reminder_id}:{number}", label))
        content = words.shown(plain(cut(reminder.text, SHORT)), lines)
        await _replace(interaction, content=content, embed=None, view=rows(buttons))

    @press("rm-pause")
    async def pause(self, interaction: Interaction, reminder_id: int, number: int) -> None:
        reminder = await reminders.pause(self.house.database, reminder_id, interaction.user.id)
        await self._one(interaction, reminder, number, words.PAUSED_NOW)

    @press("rm-resume")
    async def resume(self, interaction: Interaction, reminder_id: int, number: int) -> None:
        outcome = await drafts.resume(
            self.house.database,
            reminder_id,
            interaction.user.id,
            self.house.places.exact,
            self.house.clock.now(),
        )
        self.client.dispatch("agenda_changed")
        if isinstance(outcome, drafts.Made):
            await self._one(interaction, outcome.reminder, number)
        else:
            await answer(self, interaction, outcome)

    @press("rm-delete")
    async def delete(self, interaction: Interaction, reminder_id: int, number: int) -> None:
        await reminders.delete(self.house.database, reminder_id, interaction.user.id)
        back = button(f"rm-list:{number}", words.TO_LIST)
        await _replace(interaction, content=words.DELETED, embed=None, view=rows([back]))

    @press("rm-all")
    async def ask_delete_all(self, interaction: Interaction) -> None:
        scope = await self._scope(interaction)
        found = await reminders.page(self.house.database, interaction.user.id, scope, 0, 1)
        yes = button("rm-all-yes", words.DELETE_ALL_YES, style=discord.ButtonStyle.danger)
        view = rows([yes, button("rm-list:0", words.KEEP_THEM)])
        await _replace(interaction, content=words.delete_all_ask(found.total), embed=None, view=view)

    @press("rm-all-yes")
    async def delete_all(self, interaction: Interaction) -> None:
        scope = await self._scope(interaction)
        number = await reminders.delete_all(self.house.database, interaction.user.id, scope)
        await _replace(interaction, content=words.deleted_all(number), embed=None, view=None)


def _turns(reminder: Reminder) -> str | None:
    """By what it comes: its rule, or the exam or session that it hangs on."""
    if reminder.rule is not None:
        return texts_when.rule(Recurrence.from_text(reminder.rule))
    return None if reminder.beside is None else texts_when.anchor(Anchor.from_text(reminder.beside))


async def _replace(
    interaction: Interaction, *, content: str | None, embed: discord.Embed | None, view: discord.ui.View | None
) -> None:
    """Turn the page: in the message that was pressed, else in a new one."""
    if interaction.message is None:
        await say(interaction, content, embed=embed, view=view)
    else:
        await interaction.response.edit_message(content=content, embed=embed, view=view)


def _shown(text: str) -> str:
    """Raises WordsTooLong for a text that would not fit into a message letter for letter."""
    if len(words.quote(plain(text))) > SHOWN_LONGEST:
        raise WordsTooLong(LONGEST_TEXT)
    return text


def _require_room(interaction: Interaction) -> None:
    """The bot writes here only what it may, and what its member might write too."""
    thread = isinstance(interaction.channel, discord.Thread)
    needed = IN_THREAD if thread else IN_CHANNEL
    missing = tuple(texts.RIGHTS[name] for name in needed if not getattr(interaction.app_permissions, name))
    if missing:
        raise CannotPostHere(interaction.channel_id or 0, missing)
    if not getattr(interaction.permissions, needed[1]):
        raise MayNotPostHere


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Reminders(client, house)
