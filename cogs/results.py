"""What a member gets for an answer: the receipt at once, and the result when it may be shown."""

from __future__ import annotations

import asyncio
from functools import lru_cache

import discord
from discord.ext import commands

from bot.domain.misses import Reason
from bot.domain.questions import Kind as Type
from bot.domain.quiz import LETTERS, Confidence, Kind, earned, places
from bot.services.answers import Receipt, Result
from cogs import cards, paper, texts, texts_kinds, texts_misses, texts_streaks, texts_suggestions, texts_tutors
from cogs.cards import AMBER, GREEN, GREY
from cogs.paper import Block, Page
from cogs.plain import plain, quiet
from cogs.replies import Interaction, button, rows, seen_by_others

ANY_TOPIC = "-"


class News:
    """Tells the other features that answers were kept: once for all that were kept together."""

    def __init__(self, client: commands.Bot) -> None:
        self._client = client
        self._news: set[tuple[int, bool]] = set()

    def tell(self, receipt: Receipt) -> None:
        """A receipt was made out."""
        if receipt.kind is not Kind.DAILY or receipt.again:
            return
        if not self._news:
            asyncio.get_running_loop().call_soon(self._announce)
        self._news.add((receipt.round_id, receipt.after_close))

    def _announce(self) -> None:
        news, self._news = self._news, set()
        for round_id, after_close in news:
            self._client.dispatch("answer_kept", round_id, after_close)


def given(receipt: Receipt) -> str:
    """What was answered, as it is shown to its writer."""
    if receipt.text is not None:
        return f"**{plain(receipt.text)}**"
    return texts_kinds.letters(places(receipt.choice) if receipt.type is Type.MULTI else (receipt.choice,))


def receipt_text(receipt: Receipt) -> str:
    content = texts.locked(
        given(receipt), again=receipt.again, said=receipt.confidence, hidden_until=receipt.hidden_until
    )
    if receipt.note is None:
        return content
    note = receipt.note
    return f"{content}\n{texts_streaks.note(note.day, note.frozen, note.freezes)}"


@lru_cache(maxsize=64)  # everybody who answers a round gets the same two buttons
def sureness_buttons(round_id: int) -> discord.ui.View:
    return rows([button(f"c:{round_id}:sure", texts.SURE), button(f"c:{round_id}:guess", texts.GUESS)])


async def hand_over(interaction: Interaction, receipt: Receipt, *, own: bool) -> None:
    """Answer a press with its receipt: on the member's *own* message, or as one that only they see."""
    content = receipt_text(receipt)
    if receipt.confidence is None:
        view = sureness_buttons(receipt.round_id)
    elif receipt.hidden_until is None:
        view = rows([button(f"r:{receipt.round_id}", texts.MY_ANSWER)])
    else:
        view = rows(())
    if own and not seen_by_others(interaction):
        await interaction.response.edit_message(content=content, view=view)
    else:
        await interaction.response.send_message(content, view=view, ephemeral=True)


def why(result: Result) -> str | None:
    """The line above the buttons of a miss."""
    if result.correct or result.voided or result.asked.type is Type.FLASHCARD:
        return None
    return texts_misses.WHY_MISSED if result.miss is None else texts_misses.kept(result.miss)


def miss_buttons(result: Result) -> list[discord.ui.Button[discord.ui.View]]:
    """Why was it missed? One tap; the reason that is kept stands out. Who said that they guessed is not asked again."""
    if why(result) is None:
        return []
    return [
        button(
            f"w:{result.asked.round_id}:{reason.value}",
            label,
            style=discord.ButtonStyle.primary if reason is result.miss else discord.ButtonStyle.secondary,
            row=0,
        )
        for reason, label in texts_misses.BUTTONS.items()
        if reason is not Reason.GUESS or result.confidence is not Confidence.GUESS
    ]


def after(result: Result) -> discord.ui.View | None:
    """What may be pressed below a result."""
    buttons = miss_buttons(result)
    if result.asked.kind is not Kind.DAILY:
        focus = result.asked.focus
        buttons.append(button(f"n:{cards.focus(focus) if focus else ANY_TOPIC}", texts.NEXT, row=1))
    return rows(buttons) if buttons else None


def result_page(result: Result) -> Page:
    """Right or wrong, why the key is right, why the chosen option is not, the source, the estimate's change."""
    asked = result.asked
    if result.voided:
        return paper.lay_out(
            [Block(texts.voided_choice(_given(result)), texts.VOIDED_TITLE)],
            colour=GREY,
            footer=texts.VOIDED_COUNTS,
            name=texts_kinds.RESULT_FILE,
        )
    card = asked.type is Type.FLASHCARD
    title = texts_kinds.card_title(result.correct) if card else texts.result_title(result.correct)
    sections = [*_reasons(result), *((texts_tutors.ADDED_NAME, one) for one in cards.additions(asked))]
    if asked.source:
        sections.append((texts.SOURCE, quiet(asked.source)))
    if asked.credit:
        sections.append((texts_suggestions.CREDIT_NAME, plain(asked.credit)))
    return paper.lay_out(
        [Block(_outcome(result), title, asked.image)],
        sections,
        colour=GREEN if result.correct else AMBER,
        footer=_footer(result),
        name=texts_kinds.RESULT_FILE,
    )


def _given(result: Result) -> str:
    """What was chosen or written, in a withdrawn question's result."""
    asked = result.asked
    if result.text is not None:
        return texts_kinds.wrote(plain(result.text))
    chosen = places(result.choice) if asked.type is Type.MULTI else (result.choice,) if asked.options else ()
    return "\n".join(texts.option(place, quiet(asked.options[place].text)) for place in chosen)


def _outcome(result: Result) -> str:
    """What was answered, and what is right."""
    asked = result.asked
    if asked.type is Type.FLASHCARD:
        return f"{quiet(asked.stem)}\n\n**{texts_kinds.BACK}**\n{quiet(asked.answers[0])}"
    if asked.type is Type.SHORT:
        return _typed(result)
    if asked.type is Type.MULTI:
        return _several(result)
    chosen, right = asked.options[result.choice], asked.options[asked.key]
    return texts.chosen_line(result.choice, asked.key, quiet(chosen.text), quiet(right.text))


def _typed(result: Result) -> str:
    lines = [texts_kinds.wrote(plain(result.text or ""))]
    answers = [quiet(one) for one in result.asked.answers]
    if result.accepted is not None:
        lines.append(texts_kinds.accepted(result.accepted, quiet(result.accepted.answer)))
    elif not result.correct:
        lines.append(texts_kinds.RIGHT_ANSWER.format(answer=answers[0]))
    if answers[1:]:
        lines.append(texts_kinds.ALSO.format(answers=", ".join(answers[1:])))
    return "\n".join(line for line in lines if line)


def _several(result: Result) -> str:
    asked, chosen = result.asked, places(result.choice)
    lines = [
        texts_kinds.several_line(place, quiet(one.text), right=one.correct, chosen=place in chosen)
        for place, one in enumerate(asked.options)
        if one.correct or place in chosen
    ]
    if asked.scoring == "partial" and not result.correct:
        right = sum(asked.options[place].correct for place in chosen)
        share = earned(asked.options, result.choice)
        lines.append(f"\n{texts_kinds.part(right, len(asked.keys), len(chosen) - right, share)}")
    return "\n".join(lines)


def _reasons(result: Result) -> list[tuple[str, str]]:
    """Why what is right is right, and why what was chosen wrongly is not."""
    asked = result.asked
    if asked.type not in cards.LETTERED and asked.type is not Type.MULTI:
        return [(texts_kinds.WHY, quiet(asked.explanation))] if asked.explanation else []
    chosen = places(result.choice) if asked.type is Type.MULTI else (result.choice,)
    feedback = (option.feedback for option in asked.options if option.correct)
    reason = "\n".join(text for text in dict.fromkeys((*feedback, asked.explanation)) if text)
    name = texts.WHY_RIGHT.format(letter=LETTERS[asked.key]) if len(asked.keys) == 1 else texts_kinds.WHY
    found = [(name, quiet(reason or texts.NO_FEEDBACK))]
    found += [
        (texts.WHY_NOT.format(letter=LETTERS[place]), quiet(asked.options[place].feedback or texts.NO_FEEDBACK))
        for place in chosen
        if not asked.options[place].correct
    ]
    return found


def _footer(result: Result) -> str:
    asked = result.asked
    if asked.type is Type.FLASHCARD:
        return texts_kinds.CARD_DONE
    footer = texts.change(asked.topic, result.p_before, result.p_after) if result.counted else texts.NOT_COUNTED
    if result.rejudged:
        footer = f"{footer}\n{texts.REJUDGED}"
    return f"{footer}\n{texts.UNRATED}" if asked.kind is Kind.PRACTICE else footer
