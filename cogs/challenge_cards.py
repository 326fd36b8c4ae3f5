"""What tutors see of a doubted question, and the form in which they word it anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import discord

from bot.domain import challenges as rules
from bot.domain.questions import Image, Kind, Question
from bot.domain.quiz import LETTERS, Shown
from bot.services.challenges import Card
from bot.services.withdrawn import Withdrawn
from cogs import paper
from cogs import texts_challenges as words
from cogs.cards import AMBER, GREY
from cogs.paper import Block, Page
from cogs.plain import cut, plain, quiet
from cogs.replies import button

Buttons = list[discord.ui.Button[discord.ui.View]]
REASONS, REASON = 900, 400  # characters of all reports on a card, and of one


def challenge(card: Card, number: int, of: int) -> Page:
    """The card of a challenge, `number` from 0 of so many."""
    said = card.answers
    sections = [
        (words.ANSWERS, words.answered(said.answers, said.members, said.right)),
        (words.REASONS, _reasons(card)),
    ]
    notes = [words.SHARED] if card.shared else []
    notes += [] if card.live else [words.RETIRED]
    if notes:
        sections.append(("\u200b", "\n".join(notes)))
    topic = quiet(card.question.topic)
    title = words.looked_title(topic) if card.looked else words.title(number + 1, of, topic)
    return _page(card, title, _shares(card), sections, AMBER)


def withdrawn(one: Withdrawn, number: int, of: int) -> Page:
    """The card of a question that was taken out."""
    what = words.SHARED if one.shared else words.would_return(one.how.value, one.answers)
    title = words.out_title(number + 1, of, quiet(one.question.topic))
    return _page(one, title, {}, [("\u200b", f"{words.HOW[one.how.value]} {what}")], GREY)


def _page(
    one: Card | Withdrawn, title: str, shares: Mapping[int, str], sections: Sequence[tuple[str, str]], colour: int
) -> Page:
    """The question with its key, what there is to say of it, and why the key is right."""
    question = one.question
    blocks = [Block(_text(question, one.image, shares), cut(title, paper.TITLE), one.image)]
    if question.case is not None:
        case = _pictured(quiet(question.case.stem), question.case.image, one.case_image)
        blocks.insert(0, Block(case, image=one.case_image))
    source = [(words.SOURCE, quiet(question.source))] if question.source else []
    why = (words.EXPLANATION, quiet(question.explanation) or words.NO_EXPLANATION)
    return paper.lay_out(
        blocks,
        [*sections, *source, why],
        colour=colour,
        footer=words.footer(one.bank, question.key),
    )


def _pictured(text: str, image: Image | None, shown: Shown | None) -> str:
    """A text with the words for its picture where the picture itself is not kept."""
    if image is None or (shown is not None and shown.name is not None):
        return text
    return f"{text}\n\n{words.picture(plain(image.alt or image.name))}"


def _text(question: Question, shown: Shown | None, shares: Mapping[int, str]) -> str:
    parts = [_pictured(quiet(question.stem), question.image, shown)]
    if question.options:
        lines = (
            words.option(LETTERS[place], quiet(one.text), shares.get(place, ""), right=one.correct)
            for place, one in enumerate(question.options)
        )
        parts.append("\n".join(lines))
    else:
        parts.append(words.accepted([quiet(one) for one in question.answers]))
    return "\n\n".join(parts)


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
    return (text + (words.more_reasons(left) if left else "")) or words.NO_REASONS


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
    view.add_item(button(f"ch-card:{card.challenge_id}:{number}", words.BACK, row=1))
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
            max_length=rules.FIELD,
            default=text or None,
            required=name in (rules.STEM, rules.BODY),
        )
        label = words.FIELDS[body if name == rules.BODY else name]
        modal.add_item(discord.ui.Label(text=label, description=hints.get(name), component=field))
    modal.stop()
    return modal
