"""The embeds: a round's post while it is open and when it is closed, a result, a practice card."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import discord

from bot.domain.misses import Reason
from bot.domain.quiz import LETTERS, Asked, Confidence, Kind
from bot.services.answers import Result
from bot.services.deliveries import RoundState
from cogs import texts, texts_challenges, texts_misses, texts_suggestions, texts_tutors
from cogs.plain import cut, plain, quiet
from cogs.replies import button, rows

BLUE, GREEN, AMBER, GREY = 0x5865F2, 0x2D7D46, 0xB9770E, 0x6D6F78
DESCRIPTION = 4096
FIELD = 1024
EMBEDS_TOTAL = 6000
SPARE = 1000  # for a source, a footer and the names of fields
FOCUS = 90  # of the 100 characters of a custom_id


def stem_and_options(asked: Asked) -> str:
    options = "\n".join(texts.option(place, quiet(one.text)) for place, one in enumerate(asked.options))
    return f"{quiet(asked.stem)}\n\n{options}"


def lateness(state: RoundState, now: datetime) -> int:
    """Whole minutes that the post was (or would be now) late."""
    return max(0, ((state.posted_at or now) - state.due_at) // timedelta(minutes=1))


def open_post(state: RoundState, now: datetime) -> discord.Embed:
    """The public post of a round that takes answers: the question, and only how many have answered."""
    asked = state.asked
    embed = discord.Embed(
        title=cut(texts.question_title(quiet(asked.topic), *state.slot_of), 256),
        description=cut(f"{stem_and_options(asked)}\n\n{texts.open_line(asked.closes_at)}", DESCRIPTION),
        colour=BLUE,
    )
    minutes = lateness(state, now)
    footer = texts.answered(state.answered)
    return embed.set_footer(text=f"{footer} · {texts.late(minutes)}" if minutes else footer)


def letters(asked: Asked) -> list[discord.ui.Button[discord.ui.View]]:
    """One button an option; options do not fit a label, so the button says only its letter."""
    return [
        button(f"a:{asked.round_id}:{place}", LETTERS[place], style=discord.ButtonStyle.primary, row=place // 5)
        for place in range(len(asked.options))
    ]


def _flag(asked: Asked, row: int | None = None) -> discord.ui.Button[discord.ui.View]:
    return button(f"f:{asked.round_id}", texts.REPORT, emoji="🚩", row=len(asked.options) // 5 if row is None else row)


def open_buttons(asked: Asked) -> discord.ui.View:
    return rows([*letters(asked), _flag(asked)])


def closed_post(state: RoundState, now: datetime) -> tuple[discord.Embed, bool]:
    """The public post of a closed round, and whether its explanation fits in (else it belongs in the thread)."""
    asked = state.asked
    if state.voided:
        return _withdrawn_post(state), True
    total = 0 if state.tally is None else state.tally.answers
    options = "\n".join(
        texts.closed_option(place, quiet(one.text), one.correct, state.chosen.get(place, 0) / total if total else None)
        for place, one in enumerate(asked.options)
    )
    embed = discord.Embed(title=cut(texts.question_title(quiet(asked.topic), *state.slot_of), 256), colour=GREY)
    body = f"{quiet(asked.stem)}\n\n{options}\n\n{texts.closed_line(asked.closes_at, total)}"
    if asked.credit:
        body = f"{body}\n{texts_suggestions.credit(plain(asked.credit))}"
    why = explanation(asked)
    fits = len(body) + len(why) + 2 <= DESCRIPTION
    embed.description = cut(f"{body}\n\n{why if fits else texts.WHY_IN_THREAD}", DESCRIPTION)
    minutes = lateness(state, now)
    notes = [texts.late(minutes)] if minutes else []
    if state.corrected:
        notes.append(texts_challenges.POST_CORRECTED)
    if notes:
        embed.set_footer(text=" · ".join(notes))
    return embed, fits


def _withdrawn_post(state: RoundState) -> discord.Embed:
    """No key and no reasons: they are what may be wrong."""
    asked = state.asked
    return discord.Embed(
        title=cut(texts.question_title(quiet(asked.topic), *state.slot_of), 256),
        description=cut(f"{stem_and_options(asked)}\n\n**{texts.VOIDED}** {texts.VOIDED_COUNTS}", DESCRIPTION),
        colour=GREY,
    )


def explanation(asked: Asked) -> str:
    """Why the key is right, behind a spoiler: scrolling back must not give the answer away."""
    right = asked.options[asked.key]
    why = [quiet(asked.explanation or right.feedback), *additions(asked)]
    return texts.explanation_spoiler("\n\n".join(why), quiet(asked.source))


def additions(asked: Asked) -> list[str]:
    """What the group's members added to the explanation, each with the name that its writer chose."""
    return [
        texts_tutors.addition(plain(one.text), plain(one.credit) if one.credit else None) for one in asked.additions
    ]


def closed_buttons(asked: Asked, *, voided: bool = False) -> discord.ui.View:
    off = [
        button(f"a:{asked.round_id}:{place}", LETTERS[place], disabled=True, row=place // 5)
        for place in range(len(asked.options))
    ]
    return rows(
        [
            *off,
            button(f"r:{asked.round_id}", texts.MY_ANSWER, row=4),
            *([] if voided else [button(f"p:{asked.round_id}", texts.PRACTISE_IT, row=4)]),
            _flag(asked, row=4),
        ]
    )


def practice_card(asked: Asked) -> discord.Embed:
    return discord.Embed(
        title=cut(texts.PRACTICE_TITLE.format(topic=quiet(asked.topic)), 256),
        description=cut(f"{stem_and_options(asked)}\n\n{texts.PRACTICE_LINE}", DESCRIPTION),
        colour=BLUE,
    )


def practice_buttons(asked: Asked) -> discord.ui.View:
    return rows([*letters(asked), _flag(asked)])


def focus(topics: Sequence[int]) -> str:
    """Topics in a custom_id: those that a practice goes round, as many as fit beside the press's name."""
    word = f"t{topics[0]}"
    for topic in topics[1:]:
        if len(word) + len(f"-{topic}") > FOCUS:
            break
        word += f"-{topic}"
    return word


def sureness_buttons(round_id: int) -> discord.ui.View:
    return rows([button(f"c:{round_id}:sure", texts.SURE), button(f"c:{round_id}:guess", texts.GUESS)])


def miss_buttons(result: Result) -> list[discord.ui.Button[discord.ui.View]]:
    """Why was it missed? One tap; the reason that is kept stands out. Who said that they guessed is not asked again."""
    if result.correct or result.voided:
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


def result_card(result: Result) -> discord.Embed:
    """Right or wrong, why the key is right, why the chosen option is not, the source, the estimate's change."""
    asked, key = result.asked, result.asked.key
    chosen, right = asked.options[result.choice], asked.options[key]
    if result.voided:
        withdrawn = discord.Embed(
            title=texts.VOIDED_TITLE, description=texts.voided_choice(result.choice, quiet(chosen.text)), colour=GREY
        )
        return withdrawn.set_footer(text=texts.VOIDED_COUNTS)
    embed = discord.Embed(
        title=texts.result_title(result.correct),
        description=texts.chosen_line(result.choice, key, quiet(chosen.text), quiet(right.text)),
        colour=GREEN if result.correct else AMBER,
    )
    why = "\n".join(text for text in dict.fromkeys((right.feedback, asked.explanation)) if text)
    add_parts(embed, texts.WHY_RIGHT.format(letter=LETTERS[key]), quiet(why or texts.NO_FEEDBACK))
    if not result.correct:
        add_parts(
            embed,
            texts.WHY_NOT.format(letter=LETTERS[result.choice]),
            quiet(chosen.feedback or texts.NO_FEEDBACK),
        )
    for one in additions(asked):
        if len(embed) + len(one) + SPARE <= EMBEDS_TOTAL:
            add_parts(embed, texts_tutors.ADDED_NAME, one)
    if asked.source:
        add_parts(embed, texts.SOURCE, quiet(asked.source))
    if asked.credit:
        add_parts(embed, texts_suggestions.CREDIT_NAME, plain(asked.credit))
    footer = texts.change(asked.topic, result.p_before, result.p_after) if result.counted else texts.NOT_COUNTED
    if result.rejudged:
        footer = f"{footer}\n{texts.REJUDGED}"
    if asked.kind is Kind.PRACTICE:
        footer = f"{footer}\n{texts.UNRATED}"
    return embed.set_footer(text=footer)


def add_parts(embed: discord.Embed, name: str, text: str) -> None:
    """A field, or as many as the text needs: long text is split between words, never cut."""
    while text:
        part = text[:FIELD]
        if len(text) > FIELD:
            part = part[: max(part.rfind("\n"), part.rfind(" ")) + 1] or part
        embed.add_field(name=name, value=part.strip() or "\u200b", inline=False)
        text, name = text[len(part) :], "\u200b"
