"""What `/feedback mine` and `/feedback inbox` show."""

from __future__ import annotations

import re

import discord

from bot.domain.feedback import State
from bot.services import feedback
from bot.services.feedback import Inbox, Line, Mine, Own, Waiting
from cogs import cards, feedback_cards
from cogs import texts_feedback as words
from cogs.plain import cut, plain
from cogs.replies import button

LISTED = 10
Shown = tuple[discord.Embed, list[feedback_cards.Button]]


def mine(found: Mine, guild: int) -> Shown:
    """A page of a member's questions, with a button for each."""
    first = found.page * feedback.PAGE + 1
    lines = [_mine_line(number, line, guild) for number, line in enumerate(found.lines, first)]
    embed = discord.Embed(title=words.MINE_TITLE, description="\n".join(lines), colour=cards.BLUE)
    buttons = [button(f"fb-show:{line.ask.ask_id}:r0", str(number)) for number, line in enumerate(found.lines, first)]
    pages = -(-found.number // feedback.PAGE)
    if pages > 1:
        embed.set_footer(text=words.page(found.page + 1, pages))
        buttons.append(button(f"fb-mine:{max(found.page - 1, 0)}", words.NEWER, row=1, disabled=not found.page))
        buttons.append(button(f"fb-mine:{found.page + 1}", words.OLDER, row=1, disabled=found.page + 1 >= pages))
    return embed, buttons


def inbox(found: Inbox, guild: int) -> Shown:
    """What waits for a member, with a button for each."""
    items: list[tuple[str, str, str | None, tuple[str, str]]] = []
    for one in found.unmarked:
        press = f"fb-show:{one.ask_id}:v{one.review_id}"
        items.append(("review", one.title, _place(guild, one), (press, words.READ)))
    for one in found.unanswered:
        press = f"fb-answer:{one.review_id}:i{one.subject_id}."
        items.append(("question", one.title, _place(guild, one), (press, words.ANSWER)))
    # Of an invitation no more than it says itself.
    items += [
        ("invitation", ask.topic or words.NO_TOPIC, None, (f"iv-show:{ask.ask_id}", words.LOOK))
        for ask in found.invitations
    ]
    items += [("consent", title, None, (f"cr-show:{review_id}", words.READ)) for review_id, title in found.consents]
    for draft in found.drafts:
        name = str(draft.payload.get("title") or words.DRAFT_NAMES.get(draft.kind, draft.kind))
        items.append(("draft", name, None, (f"fb-on:{draft.draft_id}", words.GO_ON)))
    lines, buttons = [], []
    for number, (kind, title, link, pressed) in enumerate(items[:LISTED], 1):
        lines.append(f"**{number}.** {words.inbox_line(kind, _short(title), link)}")
        buttons.append(button(pressed[0], f"{number}. {pressed[1]}"))
    if len(items) > LISTED:
        lines.append(words.INBOX_MORE.format(number=len(items) - LISTED))
    return discord.Embed(title=words.INBOX_TITLE, description="\n".join(lines), colour=cards.BLUE), buttons


def which(found: Own, word: str) -> int:
    """The place of the review that a button named: `r` and its place, or `v` and its id."""
    match = re.fullmatch(r"([rv])(\d{1,18})", word, re.ASCII)
    if match is None:
        return 0
    number = int(match[2])
    if match[1] == "v":
        return next((n for n, one in enumerate(found.reviews) if one.review.review_id == number), 0)
    return min(number, max(len(found.reviews) - 1, 0))


def _short(title: str) -> str:
    return plain(cut(title, 60))


def _place(guild: int, one: Waiting) -> str | None:
    if one.thread_id is None:
        return None
    place = f"https://discord.com/channels/{guild}/{one.thread_id}"
    return place if one.message_id is None else f"{place}/{one.message_id}"


def _mine_line(number: int, line: Line, guild: int) -> str:
    ask = line.ask
    where = words.state(ask.state, ask.trouble, missing=line.missing)
    link = feedback_cards.askers_link(ask, guild)
    return words.mine_line(number, _short(ask.words.title), link, where, line.reviews, anonymous=ask.words.anonymous)


def own(found: Own, number: int) -> tuple[list[discord.Embed], list[feedback_cards.Button]]:
    """The question's title and state, one review, and what its asker can do."""
    ask = found.line.ask
    where = words.state(ask.state, ask.trouble, missing=found.line.missing)
    embed = discord.Embed(title=cut(plain(ask.words.title), 250), description=where, colour=cards.BLUE)
    embeds = [embed]
    buttons = []
    if found.reviews:
        card = found.reviews[number]
        embed.set_footer(text=words.of(number + 1, len(found.reviews)))
        embeds += feedback_cards.review_card(card, buttons=False).embeds
        for one in found.follow_ups:
            if one.review_id == card.review.review_id and len(embeds) < LISTED:
                heading = words.REPLY if one.side == "reviewer" else words.QUESTION_TO
                embeds.append(discord.Embed(title=heading, description=cut(plain(one.text), 1000), colour=cards.BLUE))
        while sum(map(len, embeds)) > feedback_cards.TOTAL and len(embeds) > 2:
            embeds.pop()
        mark = f"{card.review.review_id}:o"
        buttons.append(button(f"fb-ok:{mark}", words.HELPFUL, style=discord.ButtonStyle.success))
        buttons.append(button(f"fb-unclear:{mark}", words.UNCLEAR))
        if len(found.reviews) > 1:
            back, forth = max(number - 1, 0), number + 1
            buttons.append(button(f"fb-show:{ask.ask_id}:r{back}", words.NEWER, disabled=not number))
            last = forth >= len(found.reviews)
            buttons.append(button(f"fb-show:{ask.ask_id}:r{forth}", words.OLDER, disabled=last))
    else:
        embed.set_footer(text=words.NO_FEEDBACK)
    buttons.append(button(f"fb-add:{ask.ask_id}:o", words.ADD, row=1))
    if ask.state is State.OPEN:
        buttons.append(button(f"fb-done:{ask.ask_id}:o", words.RESOLVED, row=1))
    else:
        buttons.append(button(f"fb-reopen:{ask.ask_id}", words.REOPEN, row=1))
    if found.line.missing:
        buttons.append(button(f"fb-again:{ask.ask_id}", words.POST_AGAIN, row=1))
    link = feedback_cards.askers_link(ask, found.group.guild_id)
    if link is not None:
        buttons.append(discord.ui.Button(label=words.OPEN_THREAD, url=link, row=1))
    return embeds, buttons
