"""What tutors see of a doubted question, and the form in which they word it anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord

from bot.domain import challenges as rules
from bot.domain.questions import EXPLANATION_LIMIT, POST_LIMIT, SOURCE_LIMIT, Kind, Question
from bot.domain.quiz import LETTERS
from bot.services.challenges import Card
from bot.services.withdrawn import Withdrawn
from cogs import texts_challenges as words
from cogs.cards import AMBER, DESCRIPTION, EMBEDS_TOTAL, FIELD, GREY
from cogs.plain import cut, plain, quiet
from cogs.replies import button

Buttons = list[discord.ui.Button[discord.ui.View]]
REASONS, REASON = 900, 400  # characters of all reports on a card, and of one
SPARE = 20
LIMITS = {
    rules.STEM: POST_LIMIT,
    rules.BODY: POST_LIMIT,
    rules.EXPLANATION: EXPLANATION_LIMIT,
    rules.SOURCE: SOURCE_LIMIT,
}


def challenge(card: Card, number: int, of: int) -> discord.Embed:
    """The card of a challenge, `number` from 0 of so many."""
    question = card.question
    embed = _question(question, words.title(number + 1, of, quiet(question.topic)), _shares(card))
    said = card.answers
    embed.add_field(name=words.ANSWERS, value=words.answered(said.answers, said.members, said.right), inline=False)
    embed.add_field(name=words.REASONS, value=_reasons(card), inline=False)
    notes = [words.SHARED] if card.shared else []
    notes += [] if card.live else [words.RETIRED]
    if notes:
        embed.add_field(name="\u200b", value="\n".join(notes), inline=False)
    embed.set_footer(text=words.footer(card.bank, question.key))
    return _explained(embed, question)


def withdrawn(one: Withdrawn, number: int, of: int) -> discord.Embed:
    """The card of a question that was taken out."""
    embed = _question(one.question, words.out_title(number + 1, of, quiet(one.question.topic)), {})
    value = (
        f"{words.HOW[one.how.value]} {words.SHARED if one.shared else words.would_return(one.how.value, one.answers)}"
    )
    embed.add_field(name="\u200b", value=value, inline=False)
    embed.colour = discord.Colour(GREY)
    embed.set_footer(text=words.footer(one.bank, one.question.key))
    return _explained(embed, one.question)


def _question(question: Question, title: str, shares: Mapping[int, str]) -> discord.Embed:
    parts = [quiet(question.case.stem)] if question.case is not None else []
    parts.append(quiet(question.stem))
    if question.options:
        lines = (
            words.option(LETTERS[place], quiet(one.text), shares.get(place, ""), right=one.correct)
            for place, one in enumerate(question.options)
        )
        parts.append("\n".join(lines))
    else:
        parts.append(words.accepted([quiet(one) for one in question.answers]))
    text = "\n\n".join(parts)
    if len(text) > DESCRIPTION:
        text = f"{text[: DESCRIPTION - len(words.CUT)]}{words.CUT}"
    embed = discord.Embed(title=cut(title, 256), description=text, colour=AMBER)
    if question.image is not None:
        embed.add_field(name=words.PICTURE, value=cut(plain(question.image.alt or question.image.name), 300))
    return embed


def _shares(card: Card) -> dict[int, str]:
    total = card.answers.answers
    if not total:
        return {}
    return {place: words.share(card.answers.chosen.get(place, 0) / total) for place in range(len(LETTERS))}


def _reasons(card: Card) -> str:
    text, left = "", len(card.reasons)
    for reason, at in card.reasons:
        line = words.reason(cut(plain(" ".join(reason.split())), REASON), at)
        if len(text) + len(line) > REASONS:
            break
        text, left = f"{text}{line}\n", left - 1
    return (text + (words.more_reasons(left) if left else "")) or "\u200b"


def _explained(embed: discord.Embed, question: Question) -> discord.Embed:
    """With source and explanation, as much of it as there is room for; what is left out is said."""
    if question.source:
        embed.add_field(name=words.SOURCE, value=cut(quiet(question.source), 400), inline=False)
    room = min(FIELD, EMBEDS_TOTAL - len(embed) - len(words.EXPLANATION) - SPARE)
    why = quiet(question.explanation) or words.NO_EXPLANATION
    if len(why) > room:
        why = f"{why[: max(0, room - len(words.CUT))]}{words.CUT}"
    if room > len(words.CUT):
        embed.add_field(name=words.EXPLANATION, value=why, inline=False)
    return embed


def decisions(card: Card, number: int, of: int) -> Buttons:
    """What can be decided, and the way to the other challenges."""
    what = f"{card.challenge_id}:{number}"
    made = [button(f"ch-key:{what}", words.ANOTHER_KEY, row=0)] if rules.has_key(card.question) else []
    made += [
        button(f"ch-edit:{what}", words.EDIT, row=0),
        button(f"ch-retire:{what}", words.RETIRE, row=0),
        button(f"ch-void:{what}", words.VOID, row=0),
        button(f"ch-right:{what}", words.RIGHT, row=0),
    ]
    if of > 1:
        made.append(button(f"ch-page:{(number + 1) % of}", words.NEXT, row=1))
    return [*made, button("ch-out:0", words.SHOW_WITHDRAWN, row=1)]


def keys(card: Card, number: int) -> discord.ui.View:
    """The menu of the options that could be right."""
    several = card.question.kind is Kind.MULTI
    menu: discord.ui.Select[discord.ui.View] = discord.ui.Select(
        custom_id=f"ch-chosen:{card.challenge_id}:{number}",
        placeholder=words.CHOOSE_KEYS if several else words.CHOOSE_KEY,
        max_values=len(card.question.options) if several else 1,
        options=[
            discord.SelectOption(
                label=cut(f"{LETTERS[place]} · {' '.join(one.text.split())}", 100),
                value=str(place),
                default=several and one.correct,
            )
            for place, one in enumerate(card.question.options)
        ],
    )
    view = discord.ui.View(timeout=None)
    view.add_item(menu)
    view.add_item(button(f"ch-page:{number}", words.BACK, row=1))
    view.stop()
    return view


def form(card: Card) -> discord.ui.Modal:
    """The question's words, filled in; its id says which state of the question they are of."""
    modal = discord.ui.Modal(
        title=words.EDIT_TITLE, custom_id=f"chm-edit:{card.challenge_id}:{card.revision}", timeout=900
    )
    filled = rules.form(card.question)
    body = {Kind.SHORT: "answers", Kind.FLASHCARD: "back"}.get(card.question.kind, "options")
    hints = {rules.STEM: words.EDIT_HINT}
    if body != "back":
        hints[rules.BODY] = words.ANSWERS_HINT if body == "answers" else words.OPTIONS_HINT
    for name, text in filled.items():
        field = discord.ui.TextInput[Any](
            custom_id=name,
            style=discord.TextStyle.paragraph,
            max_length=max(LIMITS[name], len(text)),
            default=text or None,
            required=name in (rules.STEM, rules.BODY),
        )
        label = words.FIELDS[body if name == rules.BODY else name]
        modal.add_item(discord.ui.Label(text=label, description=hints.get(name), component=field))
    modal.stop()
    return modal
