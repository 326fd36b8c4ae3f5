"""The embeds and buttons of proposed questions."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.domain.instants import from_ms
from bot.domain.questions import Question
from bot.domain.quiz import LETTERS
from bot.services.suggestions import Card, Fate, Remarks, State, Suggestion
from cogs import texts_suggestions as words
from cogs.cards import BLUE
from cogs.paper import Block, Page, lay_out
from cogs.plain import cut, plain, quiet
from cogs.replies import button

Buttons = list[discord.ui.Button[discord.ui.View]]

PAGE = 5
STEM = 150  # characters of a question in a list
EXCERPT = 60
ADVICE = 900


def thanks(kept: Suggestion) -> str:
    return words.thanks(_name(kept.credit), by_message=kept.by_message)


def _name(credit: str | None) -> str | None:
    return None if credit is None else plain(credit)


def named_now(kept: Suggestion, credit: str | None) -> str:
    return thanks(kept) if kept.state is State.WAITING else words.named_now(_name(credit))


def own_buttons(kept: Suggestion) -> Buttons:
    """What its author can do with it now."""
    number = kept.suggestion_id
    match kept.state:
        case State.DRAFT:
            return [
                button(f"qs-change:{number}", words.GO_ON, style=discord.ButtonStyle.primary),
                button(f"qs-away:{number}", words.PUT_AWAY),
            ]
        case State.DECLINED | State.WITHDRAWN:
            return [button(f"qs-again:{number}", words.AGAIN)]
    name = (
        button(f"qs-named:{number}", words.AS_ME)
        if kept.credit is None
        else button(f"qs-nobody:{number}", words.AS_NOBODY)
    )
    found = [name, button(f"qs-other:{number}", words.AS_OTHER)]
    if kept.state is State.WAITING:
        dm = button(
            f"qs-dm:{number}:{int(not kept.by_message)}", words.NO_MESSAGE if kept.by_message else words.BY_MESSAGE
        )
        found += [dm, button(f"qs-change:{number}", words.CHANGE), button(f"qs-away:{number}", words.WITHDRAW)]
    return found


def preview(question: Question, remarks: Remarks, advice_name: str, head: Block | None = None) -> Page:
    """A question with its key, its reasons and what could be better, below a head if there is one."""
    lines = [quiet(question.stem), ""]
    for place, option in enumerate(question.options):
        mark = "✅" if option.correct else "▫️"
        lines.append(f"{mark} **{LETTERS[place]}** {quiet(option.text)}")
        if option.feedback:
            lines.append(f"-# {quiet(option.feedback)}")
    whole = Block("\n".join(lines), words.SHOWN_AS)
    advice = _advice(remarks)
    sections = [(advice_name, _fitting(advice))] if advice else []
    sections.append((words.EXPLANATION_NAME, quiet(question.explanation)))
    if question.source:
        sections.append((words.SOURCE_NAME, quiet(question.source)))
    if question.code_year is not None:
        sections.append((words.CODES_NAME, words.codes(question.code_year)))
    return lay_out([whole] if head is None else [head, whole], sections, colour=BLUE)


def _advice(remarks: Remarks) -> list[str]:
    """What matters most first: patients' data, the same question, then the writing."""
    lines = [words.private(one.kind, plain(cut(one.words, EXCERPT))) for one in remarks.private]
    if remarks.alike is not None:
        other, same = remarks.alike.other, remarks.alike.verdict == "duplicate"
        stem = quiet(cut(" ".join(other.stem.split()), STEM))
        lines.append(words.alike(other.key, stem, remarks.alike.alike, same_answer=same))
    return lines + [
        words.advice(one.kind, [plain(cut(value, EXCERPT)) for value in one.values]) for one in remarks.advice
    ]


def _fitting(lines: Sequence[str]) -> str:
    """The first lines, and one that says so where some are left out: the question itself needs the room."""
    text = ""
    for line in lines:
        if len(text) + len(line) + 1 + len(words.MORE_ADVICE) > ADVICE:
            return text + words.MORE_ADVICE
        text += f"{line}\n"
    return text


def as_typed(kept: Suggestion, head: Block | None = None) -> Page:
    """What was typed into the form, letter for letter."""
    said = kept.words
    options = said.options.replace("```", "'''")
    block = Block(f"{quiet(said.stem)}\n```\n{options}\n```" if options else quiet(said.stem) or "\u200b")
    sections = [(words.EXPLANATION_NAME, quiet(said.explanation)), (words.SOURCE_NAME, quiet(said.source))]
    return lay_out([block] if head is None else [head, block], [one for one in sections if one[1]], colour=BLUE)


def state_line(kept: Suggestion, fate: Fate | None) -> str:
    """Where one's own question stands, with the tutor's reason or how it did."""
    parts = [words.STATES[kept.state.value]]
    if kept.state is State.APPROVED:
        parts += [_fate(fate), words.named(_name(kept.credit))]
    if kept.reason:
        parts.append(words.declined_because(plain(kept.reason)))
    return "\n".join([parts[0].capitalize(), *parts[1:]])


def _fate(fate: Fate | None) -> str:
    if fate is None:
        return words.GONE
    return words.fate(fate.asked, fate.answers, fate.right, state=fate.state, voided=fate.voided)


def mine(found: Sequence[tuple[Suggestion, Fate | None]], page: int) -> tuple[discord.Embed, Buttons]:
    """A page of one's own questions; a number opens one."""
    if not found:
        return discord.Embed(title=words.MINE_TITLE, description=words.MINE_NONE, colour=BLUE), []
    pages = -(-len(found) // PAGE)
    page = min(page, pages - 1)
    asked = [fate for one, fate in found if one.state is State.APPROVED and fate is not None]
    lines = [words.mine_head(len(asked), sum(fate.asked for fate in asked))]
    buttons: Buttons = []
    for number, (one, fate) in enumerate(found[page * PAGE : (page + 1) * PAGE], page * PAGE + 1):
        stem = plain(cut(" ".join(one.words.stem.split()), STEM)) or "…"
        line = words.mine_line(number, one.state.value, stem, from_ms(one.decided_at or one.changed_at))
        lines.append(f"{line}\n{_fate(fate)}" if one.state is State.APPROVED else line)
        buttons.append(button(f"qs-show:{one.suggestion_id}", str(number), row=0))
    embed = discord.Embed(title=words.MINE_TITLE, description="\n\n".join(lines), colour=BLUE)
    if pages > 1:
        embed.set_footer(text=words.page(page + 1, pages))
        buttons.append(button(f"qs-mine:{(page + 1) % pages}", words.NEXT, row=1))
    return embed, buttons


# The tutors


def nothing() -> Page:
    return lay_out([Block(words.REVIEW_NONE, words.REVIEW_TITLE)], colour=BLUE)


def card(found: Card, topic: str, remarks: Remarks | None) -> Page:
    """Whose question it is, where it stands in the queue, and the question itself."""
    kept = found.suggestion
    parts = [words.review_head(found.number + 1, found.waiting, kept.user_id, topic, from_ms(kept.changed_at))]
    if found.question is None:
        parts.append(f"**{words.BROKEN_NAME}** {words.BROKEN}")
    if found.own is not None:
        parts.append(words.OWN_OTHERS if found.own else words.OWN_ALONE)
    head = Block("\n".join(parts), words.REVIEW_TITLE)
    if found.question is None or remarks is None:
        return as_typed(kept, head)
    return preview(found.question, remarks, words.TUTORS_ADVICE_NAME, head)


def decisions(card: Card) -> Buttons:
    number, version = card.suggestion.suggestion_id, card.suggestion.version
    made: Buttons = []
    if not card.own:
        if card.question is not None:
            made.append(button(f"qs-yes:{number}:{version}", words.APPROVE, style=discord.ButtonStyle.success))
        made.append(button(f"qs-edit:{number}:{version}", words.EDIT))
        made.append(button(f"qs-no:{number}:{version}", words.DECLINE, style=discord.ButtonStyle.danger))
    if card.waiting > 1:
        made.append(button(f"qs-page:{(card.number + 1) % card.waiting}", words.NEXT))
    return made
