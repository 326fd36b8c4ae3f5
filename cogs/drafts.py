"""Answering whoever asks for a reminder: what was understood, or what is still open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import discord

from bot.domain.groups import Group
from bot.domain.instants import from_ms
from bot.domain.recurrence import Recurrence
from bot.domain.refusals import NotUnderstood, Refusal
from bot.domain.refusals_reminders import CannotPostHere, MayNotPostHere
from bot.services import drafts, reminders
from bot.services.drafts import Made, Outcome, Refused, Unclear, Unsaid
from bot.services.reminders import Moved, Reminder, Target
from cogs import texts, texts_when
from cogs import texts_reminders as words
from cogs.direct import reach
from cogs.plain import cut, plain
from cogs.replies import Feature, Interaction, button, rows, say

SHOWN_NEXT = 2
SHORT = 500
"""Characters of a text where it is only confirmed; the reminder itself shows all of it."""


@contextmanager
def readable() -> Iterator[None]:
    """What a member typed is shown letter for letter where it was not understood."""
    try:
        yield
    except NotUnderstood as bad:
        raise NotUnderstood(bad.reason, plain(cut(bad.words, 50)), bad.example) from None


async def answer(feature: Feature, interaction: Interaction, outcome: Outcome, *, anew: bool = False) -> None:
    """Say what became of it; `anew` in a message of its own, where another one was answered already."""
    match outcome:
        case Unsaid(reminder, zone):
            await _ask_clock(feature, interaction, reminder, zone, anew=anew)
        case Unclear(reminder, ask):
            question, labels = texts_when.ask(ask, feature.house.clock.now())
            buttons = [button(f"rm-choice:{reminder.reminder_id}:{n}", label) for n, label in enumerate(labels)]
            own = [_change(reminder), _cancel(reminder)]
            asked = words.unclear(question, changing=reminder.replaces is not None)
            await show(interaction, asked, rows([*buttons, *_beneath(own)]), anew=anew)
        case Refused(reminder, refusal):
            await _refused(interaction, reminder, refusal, anew=anew)
        case Made():
            await _made(feature, interaction, outcome, anew=anew)


async def _made(feature: Feature, interaction: Interaction, made: Made, *, anew: bool) -> None:
    feature.client.dispatch("agenda_changed")
    reminder, now = made.reminder, feature.house.clock.now()
    assert reminder.next_at is not None
    text, next_at = plain(cut(reminder.text, SHORT)), from_ms(reminder.next_at)
    if made.changed and made.understood is None:
        await show(interaction, words.text_changed(text), rows([_change(reminder), _delete(reminder)]), anew=anew)
        return
    notes = []
    if reminder.target is Target.DM and interaction.guild_id is not None and not made.changed:
        await defer(interaction, anew=anew)
        short = words.plain_echo(next_at)
        reached = await reach(feature.client, interaction.user.id, words.dm_try(text, short))
        if reached.closed:
            await drafts.closed(feature.house.database, reminder, now)
            here = button(f"rm-here:{reminder.reminder_id}", words.IN_CHANNEL, style=discord.ButtonStyle.primary)
            view = rows([here, _change(reminder), _cancel(reminder)])
            await show(interaction, words.closed(short), view, anew=anew)
            return
        if reached.channel_id is None:
            notes.append(words.UNREACHED)
        else:
            await reminders.reached(feature.house.database, reminder.reminder_id, reached.channel_id)
    echo = words.plain_echo(next_at) if made.understood is None else texts_when.echo(made.understood, now)
    if reminder.rule is not None:
        following = Recurrence.from_text(reminder.rule).times(next_at, SHOWN_NEXT)
        notes = [*([words.then(following)] if following else []), *notes]
    said = words.set_up("\n".join([echo, *notes]), text, place(reminder), changed=made.changed)
    other = _delete(reminder) if made.changed else _cancel(reminder)
    await show(interaction, said, rows([_change(reminder), other]), anew=anew)


async def _refused(interaction: Interaction, reminder: Reminder, refusal: Refusal, *, anew: bool) -> None:
    """What was typed is kept, and opened by *Change*."""
    buttons = [_change(reminder), _cancel(reminder)]
    if isinstance(refusal, (CannotPostHere, MayNotPostHere)):
        by_dm = button(f"rm-dm:{reminder.reminder_id}", words.DM_INSTEAD, style=discord.ButtonStyle.primary)
        buttons.insert(0, by_dm)
    said = f"{sentence(refusal)} {words.typed_is_kept(changing=reminder.replaces is not None)}"
    await show(interaction, said, rows(buttons), anew=anew)


async def _ask_clock(feature: Feature, interaction: Interaction, reminder: Reminder, zone: str, *, anew: bool) -> None:
    label = words.group_clock(zone, feature.house.clock.now())
    clock = button(f"rm-clock:{reminder.reminder_id}", label, style=discord.ButtonStyle.primary)
    asked = words.whose_clock(plain(cut(reminder.words, 100)))
    await show(interaction, asked, rows([clock, _change(reminder), _cancel(reminder)]), anew=anew)


async def zone_chosen(feature: Feature, interaction: Interaction, group: Group, moved: Moved | None) -> None:
    """After a member said by whose clock they go: finish what waited for it, and ask about what is there."""
    database, places = feature.house.database, feature.house.places
    found = await drafts.complete(database, group, interaction.user.id, places.exact, feature.house.clock.now())
    for outcome in found:
        await answer(feature, interaction, outcome, anew=interaction.response.is_done())
    if moved is not None and (moved.rules or moved.singles):
        zone = await reminders.zone_of(database, group, interaction.user.id)
        await say(interaction, words.moved(moved.rules, moved.singles, zone), view=keep_buttons(group.group_id))


def keep_buttons(group_id: int) -> discord.ui.View:
    """The two ways in which reminders live through a change of zone; either can be taken back by the other."""
    return rows(
        [
            button(f"rm-keep:{group_id}:wall", words.KEEP_WALL),
            button(f"rm-keep:{group_id}:instant", words.KEEP_INSTANT),
        ]
    )


def sentence(refusal: Refusal) -> str:
    """A refusal's sentence, with what a member typed shown letter for letter."""
    try:
        with readable():
            raise refusal
    except Refusal as safe:
        return texts.refusal(safe)


def place(reminder: Reminder) -> str:
    """Where it goes, in words."""
    if reminder.target is Target.HERE and reminder.channel_id is not None:
        return words.in_channel(reminder.channel_id)
    return words.BY_DM


async def defer(interaction: Interaction, *, anew: bool = False) -> None:
    """Take time for what comes: trying a direct message can last longer than the three seconds of an answer."""
    if interaction.response.is_done():
        return
    if _is_ours(interaction) and not anew:
        await interaction.response.defer()
    else:
        await interaction.response.defer(ephemeral=True, thinking=True)


async def show(
    interaction: Interaction, content: str, view: discord.ui.View | None = None, *, anew: bool = False, **parts: Any
) -> None:
    """In the place of our own message whose button was pressed, else in a new one that only this member sees."""
    if anew or (not interaction.response.is_done() and not _is_ours(interaction)):
        await say(interaction, content, view=view, **parts)
    elif interaction.response.is_done():
        await interaction.edit_original_response(content=content, view=view, **parts)
    else:
        await interaction.response.edit_message(content=content, view=view, **parts)


def _is_ours(interaction: Interaction) -> bool:
    """Whether it came from a message that only this member sees."""
    return interaction.message is not None and interaction.message.flags.ephemeral


def _change(reminder: Reminder) -> discord.ui.Button[discord.ui.View]:
    return button(f"rm-change:{reminder.reminder_id}", words.CHANGE)


def _cancel(reminder: Reminder) -> discord.ui.Button[discord.ui.View]:
    return button(f"rm-cancel:{reminder.reminder_id}", words.CANCEL)


def _delete(reminder: Reminder) -> discord.ui.Button[discord.ui.View]:
    """Of one that was there before: *Cancel* could be read as leaving it as it was."""
    return button(f"rm-delete:{reminder.reminder_id}:0", words.DELETE, style=discord.ButtonStyle.danger)


def _beneath(buttons: list[discord.ui.Button[discord.ui.View]]) -> list[discord.ui.Button[discord.ui.View]]:
    for one in buttons:
        one.row = 1
    return buttons
