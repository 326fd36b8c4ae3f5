"""What shows a question: a round's post while it is open and when it is closed, a practice card, a member's sheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import discord

from bot.domain.questions import Kind as Type
from bot.domain.questions import units
from bot.domain.quiz import LETTERS, Asked, Shown, places
from bot.services.deliveries import RoundState
from cogs import paper, texts, texts_challenges, texts_kinds, texts_suggestions, texts_tutors
from cogs.paper import TITLE, Block, Page
from cogs.plain import cut, plain, quiet
from cogs.replies import button, rows

BLUE, GREEN, AMBER, GREY = 0x5865F2, 0x2D7D46, 0xB9770E, 0x6D6F78
DESCRIPTION, FIELD, EMBEDS_TOTAL = paper.DESCRIPTION, paper.FIELD, paper.TOTAL
FOCUS = 90  # of the 100 characters of a custom_id
CHOICE = 100  # of an option in a menu
LETTERED = (Type.SINGLE, Type.TRUEFALSE)
"""The types that are answered with a letter's button."""


def stem_and_options(asked: Asked) -> str:
    options = "\n".join(texts.option(place, quiet(one.text)) for place, one in enumerate(asked.options))
    stem = _with_alt(quiet(asked.stem), asked.image)
    return f"{stem}\n\n{options}" if options else stem


def _with_alt(text: str, image: Shown | None) -> str:
    """A text with the words for its picture where the picture itself is not here."""
    if image is None or image.name is not None:
        return text
    return f"{text}\n{texts_kinds.NOT_KEPT.format(alt=quiet(image.alt) or texts_kinds.NO_ALT)}"


def _page(asked: Asked, title: str, text: str, *, colour: int, footer: str = "") -> Page:
    """A question's page, below its case's text if it has one."""
    blocks = [Block(text, cut(title, TITLE), asked.image)]
    if asked.case:
        blocks.insert(0, Block(_with_alt(quiet(asked.case), asked.case_image), texts_kinds.CASE, asked.case_image))
    return paper.lay_out(blocks, colour=colour, footer=footer)


def lateness(state: RoundState, now: datetime) -> int:
    """Whole minutes that the post was (or would be now) late."""
    return max(0, ((state.posted_at or now) - state.due_at) // timedelta(minutes=1))


def _title(state: RoundState) -> str:
    return texts.question_title(quiet(state.asked.topic), *state.slot_of)


def open_post(state: RoundState, now: datetime) -> Page:
    """The public post of an open round: the question, and only how many have answered; or that it was withdrawn."""
    asked = state.asked
    if state.voided:
        return _withdrawn_post(state)
    how = {Type.MULTI: texts_kinds.SEVERAL, Type.SHORT: texts_kinds.TYPED}.get(asked.type, texts.PRESS_A_LETTER)
    minutes = lateness(state, now)
    footer = texts.answered(state.answered)
    return _page(
        asked,
        _title(state),
        f"{stem_and_options(asked)}\n\n{texts.open_line(asked.closes_at, how)}",
        colour=BLUE,
        footer=f"{footer} · {texts.late(minutes)}" if minutes else footer,
    )


def letters(asked: Asked) -> list[discord.ui.Button[discord.ui.View]]:
    """One button an option; options do not fit a label, so the button says only its letter."""
    return [
        button(f"a:{asked.round_id}:{place}", LETTERS[place], style=discord.ButtonStyle.primary, row=place // 5)
        for place in range(len(asked.options))
    ]


def mark(asked: Asked) -> str:
    """How the custom_id of a post's first button begins, by which the post is known."""
    return f"{'a' if asked.type in LETTERED else 'sheet'}:{asked.round_id}:"


def _answer(asked: Asked, *, disabled: bool = False) -> discord.ui.Button[discord.ui.View]:
    """The button that opens a member's own sheet."""
    return button(
        f"{mark(asked)}{asked.type.value}",
        texts_kinds.ANSWER,
        style=discord.ButtonStyle.primary,
        disabled=disabled,
        row=0,
    )


def _flag(asked: Asked, row: int | None = None) -> discord.ui.Button[discord.ui.View]:
    return button(f"f:{asked.round_id}", texts.REPORT, emoji="🚩", row=len(asked.options) // 5 if row is None else row)


def open_buttons(asked: Asked, *, voided: bool = False) -> discord.ui.View:
    if voided:
        return rows(_off(asked))
    if asked.type in LETTERED:
        return rows([*letters(asked), _flag(asked)])
    return rows([_answer(asked), _flag(asked, row=0)])


def closed_post(state: RoundState, now: datetime) -> tuple[Page, bool]:
    """The public post of a closed round, and whether its explanation fits in (else it belongs in the thread)."""
    asked = state.asked
    if state.voided:
        return _withdrawn_post(state), True
    tally = state.tally
    total = 0 if tally is None else tally.answers
    right = 0 if tally is None else tally.right
    stem = _with_alt(quiet(asked.stem), asked.image)
    body = f"{stem}\n\n{_key(state, total, right)}\n\n{texts.closed_line(asked.closes_at, total)}"
    if asked.type is Type.MULTI and total:
        body = f"{body} {texts_kinds.closed_several(right, total)}"
    if asked.credit:
        body = f"{body}\n{texts_suggestions.credit(plain(asked.credit))}"
    why = explanation(asked)
    # A spoiler that was shortened would be none.
    fits = units(body) + units(why) + units(asked.case) + paper.SPARE <= DESCRIPTION
    minutes = lateness(state, now)
    notes = [texts.late(minutes)] if minutes else []
    if state.corrected:
        notes.append(texts_challenges.POST_CORRECTED)
    text = f"{body}\n\n{why if fits else texts.WHY_IN_THREAD}"
    return _page(asked, _title(state), text, colour=GREY, footer=" · ".join(notes)), fits


def _key(state: RoundState, total: int, right: int) -> str:
    """What is right and how many had it: option by option, or the answer; never what anybody wrote."""
    asked = state.asked
    if asked.type is Type.SHORT:
        lines = [texts_kinds.closed_typed(quiet(asked.answers[0]), right, total)]
        if asked.answers[1:]:
            lines.append(texts_kinds.ALSO.format(answers=", ".join(quiet(one) for one in asked.answers[1:])))
        return "\n".join(lines)
    return "\n".join(
        texts.closed_option(place, quiet(one.text), one.correct, state.chosen.get(place, 0) / total if total else None)
        for place, one in enumerate(asked.options)
    )


def _withdrawn_post(state: RoundState) -> Page:
    """No key and no reasons: they are what may be wrong."""
    text = f"{stem_and_options(state.asked)}\n\n**{texts.VOIDED}** {texts.VOIDED_COUNTS}"
    return _page(state.asked, _title(state), text, colour=GREY)


def explanation(asked: Asked) -> str:
    """Why the key is right, behind a spoiler: scrolling back must not give the answer away."""
    feedback = "\n".join(option.feedback for option in asked.options if option.correct and option.feedback)
    why = [quiet(asked.explanation or feedback), *additions(asked)]
    return texts.explanation_spoiler("\n\n".join(why), quiet(asked.source))


def additions(asked: Asked) -> list[str]:
    """What the group's members added to the explanation, each with the name that its writer chose."""
    return [
        texts_tutors.addition(plain(one.text), plain(one.credit) if one.credit else None) for one in asked.additions
    ]


def thread_opening(asked: Asked) -> str:
    """The key, behind a spoiler, and a question to talk about."""
    if asked.type is Type.SHORT:
        return texts_kinds.answer_is(quiet(asked.answers[0]))
    if len(asked.keys) > 1:
        return texts_kinds.key_is(asked.keys)
    return texts.thread_opening(asked.key)


def _off(asked: Asked) -> list[discord.ui.Button[discord.ui.View]]:
    """The buttons of a post that takes no answers."""
    if asked.type not in LETTERED:
        return [_answer(asked, disabled=True)]
    return [
        button(f"a:{asked.round_id}:{place}", LETTERS[place], disabled=True, row=place // 5)
        for place in range(len(asked.options))
    ]


def closed_buttons(asked: Asked, *, voided: bool = False) -> discord.ui.View:
    return rows(
        [
            *_off(asked),
            button(f"r:{asked.round_id}", texts.MY_ANSWER, row=4),
            *([] if voided else [button(f"p:{asked.round_id}", texts.PRACTISE_IT, row=4)]),
            _flag(asked, row=4),
        ]
    )


def practice_card(asked: Asked) -> Page:
    how = {
        Type.MULTI: texts_kinds.PRACTICE_SEVERAL,
        Type.SHORT: texts_kinds.PRACTICE_TYPED,
        Type.FLASHCARD: texts_kinds.PRACTICE_CARD,
    }.get(asked.type, texts.PRACTICE_LINE)
    return _page(asked, _practice_title(asked), f"{stem_and_options(asked)}\n\n{how}", colour=BLUE)


def _practice_title(asked: Asked) -> str:
    return texts.PRACTICE_TITLE.format(topic=quiet(asked.topic))


def practice_buttons(asked: Asked) -> discord.ui.View:
    if asked.type is Type.MULTI:
        return sheet_buttons(asked, 0)
    if asked.type is Type.FLASHCARD:
        back = button(f"back:{asked.round_id}", texts_kinds.SHOW_BACK, style=discord.ButtonStyle.primary, row=0)
        return rows([back, _flag(asked, row=0)])
    return open_buttons(asked)


def sheet_page(asked: Asked) -> Page:
    """The question of a post once more, for one member who chooses several options of it."""
    return _page(asked, quiet(asked.topic), f"{stem_and_options(asked)}\n\n{texts_kinds.SHEET}", colour=BLUE)


def sheet_buttons(asked: Asked, chosen: int) -> discord.ui.View:
    """The menu of options, with those that are chosen by now, and the button that has them in its custom_id."""
    menu: discord.ui.Select[discord.ui.View] = discord.ui.Select(
        custom_id=f"pick:{asked.round_id}",
        placeholder=texts_kinds.CHOOSE,
        min_values=1,
        max_values=len(asked.options),
        options=[
            discord.SelectOption(
                label=cut(f"{LETTERS[place]}  {' '.join(one.text.split())}", CHOICE),
                value=str(place),
                default=place in places(chosen),
            )
            for place, one in enumerate(asked.options)
        ],
        row=0,
    )
    lock = button(
        f"lock:{asked.round_id}:{chosen}",
        texts_kinds.LOCK,
        style=discord.ButtonStyle.primary,
        disabled=not chosen,
        row=1,
    )
    return rows([menu, lock, _flag(asked, row=1)])


def back_page(asked: Asked) -> Page:
    """A flashcard with its back."""
    text = f"{stem_and_options(asked)}\n\n**{texts_kinds.BACK}**\n{quiet(asked.answers[0])}"
    return _page(asked, _practice_title(asked), text, colour=BLUE)


def back_buttons(asked: Asked) -> discord.ui.View:
    return rows(
        [
            button(f"knew:{asked.round_id}:1", texts_kinds.KNEW, style=discord.ButtonStyle.success, row=0),
            button(f"knew:{asked.round_id}:0", texts_kinds.NOT_YET, row=0),
            _flag(asked, row=0),
        ]
    )


def focus(topics: Sequence[int]) -> str:
    """Topics in a custom_id: those that a practice goes round, as many as fit beside the press's name."""
    word = f"t{topics[0]}"
    for topic in topics[1:]:
        if len(word) + len(f"-{topic}") > FOCUS:
            break
        word += f"-{topic}"
    return word
