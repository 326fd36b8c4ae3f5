"""What an import's preview looks like: its embed, its buttons, and the menus of topics."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import discord

from bot.domain.blueprint import Blueprint
from bot.services.imports import Preview
from cogs import texts_import_topics as topics
from cogs import texts_imports as texts
from cogs.cards import AMBER, BLUE, DESCRIPTION, FIELD
from cogs.menus import Menu, choice_menu, choices_in
from cogs.plain import cut
from cogs.replies import button

MENU = 25
EMBED_ROOM = 5600
"""Of the 6000 characters of an embed, what the description and the samples may take."""
LEAST_SAMPLE = 100
MENUS = 3


def shown(found: Preview, blueprint: Blueprint) -> tuple[discord.Embed, discord.ui.View]:
    """A preview with its buttons."""
    embed = discord.Embed(title=texts.title(found), description=cut(texts.preview(found), DESCRIPTION), colour=BLUE)
    for number, question in enumerate(found.samples, 1):
        name = texts.sample_name(number, question)
        room = min(FIELD, EMBED_ROOM - len(embed) - len(name))
        if room > LEAST_SAMPLE:
            embed.add_field(name=name, value=texts.sample(question, room), inline=False)
    menus: list[Menu] = []
    if found.found.homeless:
        chosen = found.one.choices.topic
        menus = _topic_menus(f"impt:{found.import_id}", blueprint, chosen, texts.topic_menu)
    return embed, choices_in(menus, _buttons(found))


def _buttons(found: Preview) -> list[discord.ui.Button[discord.ui.View]]:
    which = found.import_id
    made = []
    if found.good or found.retiring:
        made.append(button(f"imp:{which}", texts.go(found), style=discord.ButtonStyle.success, row=0))
    made.append(button(f"impx:{which}", texts.CANCEL, row=0))
    if found.asks:
        made.append(button(f"impq:{which}", texts.doubts(len(found.asks)), row=1))
    if found.unknown:
        made.append(button(f"impn:{which}:0", topics.button(found), row=1))
    gone = len(found.found.of("gone"))
    if gone:
        keeps = found.one.choices.keep_gone
        label = texts.retire(gone) if keeps else texts.keep(gone)
        made.append(button(f"impk:{which}:{'retire' if keeps else 'keep'}", label, row=1))
    return made


def topic_page(found: Preview, blueprint: Blueprint, number: int) -> tuple[discord.Embed, discord.ui.View]:
    """The menus that give the questions of an unknown topic, by its number, a topic of the exam."""
    embed = discord.Embed(title=topics.title(found, number), description=topics.page(found, number), colour=AMBER)
    which = f"{found.import_id}:{number}"
    chosen = topics.choice(found, number) or ""
    buttons = [
        button(f"impo:{which}", topics.KEEP, row=0),
        button(f"impb:{found.import_id}", texts.BACK, row=0),
    ]
    return embed, choices_in(_topic_menus(f"impm:{which}", blueprint, chosen, topics.menu), buttons)


def _topic_menus(custom_id: str, blueprint: Blueprint, chosen: str, hint: Callable[[Sequence[str]], str]) -> list[Menu]:
    """As many menus as the exam's topics need and a message has room for; what is in none has autocompletion."""
    menus = []
    names = blueprint.topics[: MENU * MENUS]
    for number, first in enumerate(range(0, len(names), MENU)):
        some = names[first : first + MENU]
        options = [discord.SelectOption(label=cut(one, 100), value=one[:100], default=one == chosen) for one in some]
        # Two menus of one message may not have the same id.
        menus.append(choice_menu(f"{custom_id}:{number}", hint(some), options, row=2 + number))
    return menus
